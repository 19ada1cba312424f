import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Asking, openAsked, openServer } from './asked.ts'
import type { Io } from './io.ts'

let server: Server
let url: string
const seen: (string | undefined)[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(request.headers.authorization)
    if (request.url === '/moved') {
      response.writeHead(307, { location: 'https://elsewhere.example/##vso[a]' })
    }
    response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

const io = (env: Io['env'] = {}): Io => ({
  ...{ name: 'portolan', argv: [], env, cwd: tmpdir(), signal: new AbortController().signal },
  stdin: async () => new Uint8Array(),
  stdout: { write: () => undefined, isTTY: false, columns: 100 },
  stderr: { write: () => undefined, isTTY: false, columns: 100 },
})

describe('a server that is asked', () => {
  it('is the one of the settings, below whatever path, and is sent the token', async () => {
    const asked = await openAsked(io({ PORTOLAN_SERVER: `${url}/below/`, PORTOLAN_TOKEN: 'secret' }), {})
    expect(asked).toMatchObject({ baseUrl: `${url}/below`, isLocal: false })
    expect(await (await asked.fetch(new Request(`${asked.baseUrl}/v1/jobs`))).json()).toEqual({})
    expect(seen.splice(0)).toEqual(['Bearer secret'])
  })

  it('does not hand the token on to where it leads', async () => {
    const asked = await openAsked(io({ PORTOLAN_TOKEN: 'secret' }), { server: url })
    await expect(asked.fetch(new Request(`${url}/moved`))).rejects.toThrow(
      `${url} leads on to https://elsewhere.example/\\u{23}#vso[a]. Name the address where the API answers itself.`,
    )
    expect(seen.splice(0)).toEqual(['Bearer secret'])
  })

  it.each<[string, Asking]>([
    ['http://portolan.example', {}],
    ['http://127.0.0.1.nip.io', {}],
    ['http://10.0.0.1:8080', { insecureHttp: false }],
  ])('is not sent a token over http where others may read it: %s', async (address, flags) => {
    const env = { PORTOLAN_TOKEN: 'secret', PORTOLAN_SERVER: address }
    await expect(openAsked(io(env), flags)).rejects.toThrow('the token would be sent over http')
    await expect(
      openAsked(io({ ...env, PORTOLAN_INSECURE_HTTP: 'true' }), { ...flags, insecureHttp: true }),
    ).resolves.toMatchObject({ baseUrl: address })
    await expect(openAsked(io({ PORTOLAN_SERVER: address }), flags)).resolves.toMatchObject({ baseUrl: address })
  })

  it('is needed for what it keeps', async () => {
    await expect(openServer(io(), {})).rejects.toThrow('Name the Portolan to ask: --server')
    await expect(openServer(io({ PORTOLAN_SERVER: url }), {})).resolves.toMatchObject({ baseUrl: url })
  })

  it('is none where the command is told to look from here', async () => {
    const asked = await openAsked(io({ PORTOLAN_SERVER: url }), { server: null })
    expect(asked.isLocal).toBe(true)
    await asked.close()
  })
})
