/**
 * Servers that behave and servers that misbehave, on loopback, port 0: real sockets for what a prober must tell apart.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createH2cServer, createSecureServer as createHttp2Server } from 'node:http2'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { Worker } from 'node:worker_threads'
import type { ServerCertificate } from './certificates.ts'

type Closing = { close(): Promise<unknown> }

/** Keeps what a suite starts, to be closed together. */
export function keeper() {
  const kept: Closing[] = []
  return {
    async keep<T extends Closing>(starting: Promise<T>): Promise<T> {
      const started = await starting
      kept.push(started)
      return started
    },
    closeAll: () => Promise.all(kept.splice(0).map((each) => each.close())),
  }
}

export type TestServer = {
  address: string
  port: number
  /** `http://127.0.0.1:1234`, whatever is spoken there. */
  url: string
  /** Connections accepted so far. */
  readonly connections: number
  close(): Promise<void>
}

export type ListenOptions = { address?: string; port?: number; tls?: ServerCertificate & TlsOptions }

/** Starts a server on loopback that answers each connection as `onConnection` does; inside TLS where that is given. */
export async function serve(
  onConnection: (socket: Socket) => void,
  { address = '127.0.0.1', port = 0, tls }: ListenOptions = {},
): Promise<TestServer> {
  return listen(tls ? createTlsServer(tls, quietly(onConnection)) : createServer(quietly(onConnection)), address, port)
}

/** A well-behaved HTTP/1.1 server. */
export async function serveHttp(
  listener: RequestListener,
  { address = '127.0.0.1', port = 0, tls }: ListenOptions = {},
): Promise<TestServer> {
  const http = createHttpServer(listener)
  if (!tls) {
    return listen(http, address, port)
  }
  // TLS ends here, HTTP is spoken by the same server: `node:https` would hide the raw connection from close()
  const secure = createTlsServer(
    tls,
    quietly((socket) => http.emit('connection', socket)),
  )
  return listen(secure, address, port)
}

/** HTTP/2: over TLS with ALPN, or in clear text with prior knowledge. */
export async function serveHttp2(
  listener: (path: string) => { status: number; body: string; headers?: Record<string, string>; isOpen?: boolean },
  { address = '127.0.0.1', port = 0, tls }: ListenOptions = {},
): Promise<TestServer> {
  const server = tls ? createHttp2Server(tls) : createH2cServer()
  server.on('stream', (stream, headers) => {
    const { status, body, headers: more, isOpen = false } = listener(String(headers[':path']))
    stream.on('error', () => stream.close())
    stream.respond({ ':status': status, 'content-type': 'text/plain', ...more })
    if (isOpen) {
      stream.write(body)
    } else {
      stream.end(body)
    }
  })
  server.on('sessionError', () => undefined)
  return listen(server, address, port)
}

const quietly =
  (onConnection: (socket: Socket) => void) =>
  (socket: Socket): void => {
    // The prober hangs up whenever it likes
    socket.on('error', () => socket.destroy())
    onConnection(socket)
  }

async function listen(server: Server, address: string, port: number): Promise<TestServer> {
  const open = new Set<Socket>()
  let connections = 0
  server.on('connection', (socket) => {
    connections++
    open.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => open.delete(socket))
  })
  server.on('tlsClientError', (_error, socket: Socket) => socket.destroy())
  server.listen(port, address)
  await once(server, 'listening')
  const bound = (server.address() as AddressInfo).port
  return {
    address,
    port: bound,
    url: `http://${address.includes(':') ? `[${address}]` : address}:${bound}`,
    get connections() {
      return connections
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of open) {
        socket.destroy()
      }
      await closed
    },
  }
}

/** A port on loopback where nobody listens: it was free a moment ago. */
export async function refusedPort(address = '127.0.0.1'): Promise<number> {
  const server = await serve(() => undefined, { address })
  await server.close()
  return server.port
}

/**
 * A port whose listener accepts nobody any more, so that the kernel drops what is sent to it: for an attempt to
 * connect, a host that is not there. The thread that listens sleeps; a few connections fill its queue.
 */
export async function deafPort(): Promise<{ address: string; port: number; close(): Promise<void> }> {
  const script = `
    const { parentPort } = require('node:worker_threads')
    const server = require('node:net').createServer()
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      parentPort.postMessage(server.address().port)
      setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
    })`
  const thread = new Worker(script, { eval: true })
  const port = Number((await once(thread, 'message'))[0])
  const fill = Array.from({ length: 8 }, () => connect({ port, host: '127.0.0.1' }))
  for (const socket of fill) {
    socket.on('error', () => socket.destroy())
  }
  await Promise.all(fill.slice(0, 2).map((socket) => once(socket, 'connect')))
  return {
    address: '127.0.0.1',
    port,
    async close() {
      for (const socket of fill) {
        socket.destroy()
      }
      await thread.terminate()
    },
  }
}

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n'

/** After the request's first bytes. */
const onRequest =
  (answer: (socket: Socket) => void) =>
  (socket: Socket): void => {
    socket.once('data', () => answer(socket))
  }

/** Sends `piece` again and again, as fast as the peer reads, until it hangs up. */
function flood(socket: Socket, piece: string): void {
  const many = piece.repeat(Math.ceil(16_384 / piece.length))
  const pump = () => {
    while (!socket.destroyed && socket.write(many)) {
      // write() says false when the peer reads no faster
    }
  }
  socket.on('drain', pump)
  pump()
}

/** Ways to answer a connection, or not to. */
export const BEHAVIOURS = {
  /** Accepts and never says a word. */
  silent: () => undefined,
  /** RST as soon as it is connected. */
  reset: (socket: Socket) => void socket.resetAndDestroy(),
  /** RST once a request has come. */
  resetOnRequest: onRequest((socket) => socket.resetAndDestroy()),
  /** FIN as soon as it is connected. */
  close: (socket: Socket) => void socket.end(),
  /** FIN once a request has come. */
  closeOnRequest: onRequest((socket) => socket.end()),
  /** FIN in the middle of the header. */
  closeInHeader: onRequest((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-')),
  /** FIN before the promised length. */
  closeInBody: onRequest((socket) => socket.end(`${HEAD}content-length: 100\r\n\r\nshort`)),
  /** FIN in the middle of a chunk. */
  closeInChunk: onRequest((socket) => socket.end(`${HEAD}transfer-encoding: chunked\r\n\r\n100\r\nshort`)),
  /** RST before the promised length. */
  resetInBody: onRequest((socket) => {
    socket.write(`${HEAD}content-length: 100\r\n\r\nshort`, () => socket.resetAndDestroy())
  }),
  /** Another protocol. */
  garbage: onRequest((socket) => socket.end('SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n')),
  /** HTTP, but not any that is known. */
  badHttp: onRequest((socket) => socket.end('HTTP/9.9 2x0 what\r\n\r\n')),
  /** Switches to a protocol that nobody asked for. */
  upgrade: onRequest((socket) =>
    socket.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
  ),
  /** A status line, and then never the end of the header. */
  slowHeader: onRequest((socket) => void socket.write('HTTP/1.1 200 OK\r\nx-slow: ')),
  /** The beginning of a body, and then never its end. */
  slowBody: onRequest((socket) => void socket.write(`${HEAD}content-length: 100\r\n\r\nshort`)),
  /** A header byte at a time, for ever. */
  endlessHeader: onRequest((socket) => {
    socket.write('HTTP/1.1 200 OK\r\n')
    flood(socket, 'x-more: more\r\n')
  }),
  /** Interim answers, for ever. */
  endlessInterim: onRequest((socket) => flood(socket, 'HTTP/1.1 103 Early Hints\r\n\r\n')),
  /** Empty lines in place of an answer, for ever. */
  endlessLines: onRequest((socket) => flood(socket, '\r\n')),
  /** A body without end. */
  endlessBody: onRequest((socket) => {
    socket.write(`${HEAD}\r\n`)
    flood(socket, 'x')
  }),
  /** One header field of a megabyte. */
  hugeHeader: onRequest((socket) => void socket.end(`${HEAD}x-huge: ${'x'.repeat(1_048_576)}\r\n\r\nok`)),
  /** Says something first, and then what it hears. */
  echo: (socket: Socket) => {
    socket.write('220 toad ready\r\n')
    socket.on('data', (chunk) => socket.write(chunk))
  },
} as const satisfies Record<string, (socket: Socket) => void>

export type Behaviour = keyof typeof BEHAVIOURS
