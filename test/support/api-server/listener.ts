/**
 * The listener of a test server: TLS with HTTP/2 and HTTP/1.1, as a real one offers, or clear text.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createSecureServer } from 'node:http2'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { ServerCertificate } from '../certificates.ts'

/** Those of HTTP/2 behave as these do, which is what their compatibility API is for. */
export type Request = IncomingMessage
export type Response = ServerResponse

export type ListenerOptions = {
  address?: string
  port?: number
  /** `null`: clear text. */
  tls: (ServerCertificate & { ca: string }) | null
  /** Default true, as on a real server. */
  http2?: boolean
}

export type Listener = Awaited<ReturnType<typeof listen>>

export async function listen(
  onRequest: (request: Request, response: Response) => void,
  { address = '127.0.0.1', port: wanted = 0, tls, http2 = true }: ListenerOptions,
) {
  const server: Server = tls
    ? createSecureServer(
        // Whether a certificate is trusted is the authenticator's question: an untrusted one is answered 401
        {
          ...tls,
          requestCert: true,
          rejectUnauthorized: false,
          allowHTTP1: true,
          ...(!http2 && { ALPNProtocols: ['http/1.1'] }),
        },
        onRequest as never,
      )
    : createServer(onRequest)
  const sockets = new Map<number, Socket>()
  let connections = 0
  server.on('connection', (socket: Socket) => {
    connections += 1
    const { remotePort = 0 } = socket
    sockets.set(remotePort, socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.get(remotePort) === socket && sockets.delete(remotePort))
  })
  server.on('secureConnection', (socket: Socket) => socket.on('error', () => socket.destroy()))
  server.on('tlsClientError', () => undefined)
  server.on('sessionError', () => undefined)

  const open = async (port: number) => {
    server.listen(port, address)
    await once(server, 'listening')
  }
  const stop = async () => {
    const isClosed = server.listening ? once(server, 'close') : null
    server.close()
    for (const socket of sockets.values()) {
      socket.destroy()
    }
    await isClosed
  }
  await open(wanted)
  const { port } = server.address() as AddressInfo
  return {
    address,
    port,
    /** Begins to listen again, on the same port. */
    open: () => open(port),
    /** Stops to listen, and breaks each connection. */
    stop,
    /** Breaks each connection; the listener stays. */
    breakAll(): void {
      for (const socket of sockets.values()) {
        socket.destroy()
      }
    },
    socketOf: (request: Request): Socket | undefined => sockets.get(request.socket.remotePort ?? 0),
    /** Connections accepted so far. */
    get connections() {
      return connections
    },
    get openConnections() {
      return sockets.size
    },
  }
}

/** Each header with all its values: Node joins those that come more than once. */
export function headersOf({ rawHeaders }: Request): Record<string, string[] | undefined> {
  const headers: Record<string, string[] | undefined> = {}
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase()
    headers[name] = [...(headers[name] ?? []), rawHeaders[index + 1] ?? '']
  }
  return headers
}
