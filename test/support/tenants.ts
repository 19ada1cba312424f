/** Tokens of tenants, and listeners that stand for the pods of one. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SCOPES } from '../../src/record/principal.ts'
import type { TestPortolan } from './portolan.ts'

export const ADMIN = 'the-admin-token-of-the-tests'

export type Call = TestPortolan['call']

/** Calls with a token. */
export const callAs =
  (api: TestPortolan, token: string): Call =>
  (path, init = {}) =>
    api.call(path, {
      ...init,
      headers: { ...Object.fromEntries(new Headers(init.headers)), authorization: `Bearer ${token}` },
    })

const TENANT_SCOPES = SCOPES.filter((scope) => scope !== 'admin')

/** Makes a token, as an admin does. */
export async function makeToken(api: TestPortolan, of: Record<string, unknown>): Promise<string> {
  const response = await callAs(api, ADMIN)('/v1/tokens', { json: { name: 'tenant', scopes: TENANT_SCOPES, ...of } })
  if (response.status !== 201) {
    throw new Error(`no token was made: ${await response.text()}`)
  }
  const { token } = (await response.json()) as { token: string }
  return token
}

export type Listener = {
  /** Connections so far. */
  readonly connections: number
  close(): Promise<void>
}

/** Listens at an address; `port: 0` is a free one. */
export async function listenAt(
  address: string,
  port: number,
  listener: RequestListener = (_, response) => response.end('here\n'),
): Promise<Listener & { port: number }> {
  let connections = 0
  const server: Server = createServer(listener)
  server.on('connection', () => {
    connections += 1
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, address, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export const hostOf = ({ headers }: IncomingMessage): string => {
  const forwarded = headers['x-forwarded-host']
  return (typeof forwarded === 'string' ? forwarded : (headers.host ?? '')).replace(/:\d+$/, '')
}
