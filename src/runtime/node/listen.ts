import { isIP } from 'node:net'
import { serve } from '@hono/node-server'
import { newId } from '../../lib/id.ts'
import type { Config } from './config.ts'
import { cannotUse, reasonOf } from './start-error.ts'
import { answerUnreadable } from './unreadable.ts'

/** Clients at once, those that wait and watch included. Each costs a file descriptor, as do tries and the database. */
const CONNECTIONS_LIMIT = 1000
/** A client that has not sent its headers by then is sent away, so that silent connections go. */
const HEADERS_MS = 10_000
/** By then a request must have come whole. */
const REQUEST_MS = 120_000
const LOOK_FOR_SILENT_MS = 2_000
/** A client may keep a connection for so long once we drain. */
const CLOSE_MS = 8_000
const CLOSE_IDLE_MS = 50

export type Listening = {
  /** Without a trailing slash. */
  url: string
  /** As the system says: the port that it picked, the address that a name stood for. */
  at: { address: string; port: number }
  /** Takes no more connections; resolves when those there are have gone. */
  close(): Promise<void>
}

/**
 * @param connected called whenever a client has connected.
 * @throws StartError where the address cannot be listened on.
 */
export function listen(
  fetch: Parameters<typeof serve>[0]['fetch'],
  { host, port }: Pick<Config, 'host' | 'port'>,
  connected: () => void,
): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const serverOptions = {
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      connectionsCheckingInterval: LOOK_FOR_SILENT_MS,
    }
    const server = serve({ fetch, hostname: host, port, serverOptions }, (bound) =>
      resolve({
        url: `http://${authority(bound.address, bound.port)}`,
        at: { address: bound.address, port: bound.port },
        close: () =>
          new Promise((closed) => {
            const force = setTimeout(() => 'closeAllConnections' in server && server.closeAllConnections(), CLOSE_MS)
            // `close` ends those that are idle now. Those that get an answer yet are idle after it
            const closeIdle = (): void => void ('closeIdleConnections' in server && server.closeIdleConnections())
            const idle = setInterval(closeIdle, CLOSE_IDLE_MS)
            server.close(() => {
              clearTimeout(force)
              clearInterval(idle)
              closed()
            })
          }),
      }),
    )
    Object.assign(server, { maxConnections: CONNECTIONS_LIMIT })
    server.on('connection', connected)
    server.on('clientError', (error, socket) => answerUnreadable(error, socket, newId('request', Date.now())))
    server.once('error', (cause) =>
      reject(
        reasonOf(cause) === null
          ? cause
          : cannotUse(`PORTOLAN_HOST, PORTOLAN_PORT: cannot listen on ${authority(host, port)}`, cause),
      ),
    )
  })
}

const authority = (host: string, port: number): string => `${isIP(host) === 6 ? `[${host}]` : host}:${port}`
