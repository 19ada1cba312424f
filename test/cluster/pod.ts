/**
 * A pod: servers on the ports of its containers that say the pod's name, and misbehave when they are told to. A program
 * of its own, in the pod's network namespace: `node pod.ts NAME PORTS`, told by messages what to do.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import {
  createServer as createH2Server,
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import { createServer, type Server, type Socket } from 'node:net'

/**
 * `hang`: takes connections and never answers; `stall`: sends half of a body, and no more; `cut`: ends in the midst of
 * one; `reset`: resets connections once asked; `closed`: does not listen; `IPv4`: listens in that family alone; `large`:
 * answers with more than a packet holds; `proxy`: wants a PROXY line first (haproxy.org, proxy-protocol.txt 2.1);
 * `h2`: over TLS, HTTP/2 alone; `tells`: a TLS port says what it is to who speaks plain HTTP, as nginx does; `loops`:
 * leads every request that a proxy does not say came over TLS to https.
 */
export type Mode =
  | 'well'
  | 'large'
  | 'hang'
  | 'stall'
  | 'cut'
  | 'reset'
  | 'closed'
  | 'IPv4'
  | 'proxy'
  | 'h2'
  | 'tells'
  | 'loops'
  | Answers

/** A pod with this mode answers so instead. */
export type Answers = {
  status?: number
  /** Only every so manieth request; the others get what it answers when it is well. */
  every?: number
  body?: string
  headers?: Readonly<Record<string, string>>
  /** Requests for any other host are answered 421. */
  host?: string
  /** The pod sends this as it stands and ends the connection. */
  raw?: string
  /** The pod waits this long before it answers a request. */
  afterMs?: number
}

export type PodPort = { number: number; speaks: 'http' | 'https' | 'grpc' | 'tcp' }
/** Files of the certificate that `https` ports show. */
export type PodSpec = { ports: readonly PodPort[]; cert: string; key: string }

const [name = '', text = '{}'] = process.argv.slice(2)
const spec: PodSpec = JSON.parse(text)
let mode: Mode = 'well'
let asked = 0

function answer(request: IncomingMessage, response: ServerResponse): void {
  if (mode === 'hang') {
    return
  }
  if (mode === 'reset') {
    request.socket.resetAndDestroy()
  } else if (mode === 'stall' || mode === 'cut') {
    half(response, mode)
  } else if (mode === 'loops' && request.headers['x-forwarded-proto'] !== 'https') {
    response.writeHead(308, { location: `https://${request.headers.host}${request.url}` }).end()
  } else if (typeof mode === 'object' && mode.afterMs !== undefined) {
    setTimeout(say, mode.afterMs, mode, request, response)
  } else {
    say(typeof mode === 'object' ? mode : {}, request, response)
  }
}

function half(response: ServerResponse, how: 'stall' | 'cut'): void {
  response.writeHead(200, { 'content-type': 'text/plain', 'content-length': '5000' })
  response.write('croak '.repeat(10), () => {
    if (how === 'cut') {
      response.socket?.end()
    }
  })
}

function say(answers: Answers, request: IncomingMessage, response: ServerResponse): void {
  if (answers.raw !== undefined) {
    request.socket.end(answers.raw)
    return
  }
  const isTheTurn = answers.every === undefined || ++asked % answers.every === 0
  const isMisdirected = answers.host !== undefined && request.headers.host !== answers.host
  const status = isMisdirected ? 421 : isTheTurn ? (answers.status ?? 200) : 200
  response.writeHead(status, { 'content-type': 'text/plain', 'x-pod-name': name, ...answers.headers })
  const filling = mode === 'large' ? 'croak '.repeat(1000) : ''
  response.end(status === 200 ? `${answers.body ?? `You've hit ${name}`}\n${filling}` : `${status} from ${name}\n`)
}

const talk = (socket: Socket): void => {
  socket.on('error', () => socket.destroy())
  if (mode === 'reset') {
    socket.resetAndDestroy()
  } else if (mode !== 'hang') {
    socket.end(`${name}\n`)
  }
}

/** `grpc.health.v1.HealthCheckResponse` with SERVING, or with NOT_SERVING, behind the head of a message. */
const serving = (status: 1 | 2) => Buffer.from([0, 0, 0, 0, 2, 8, status])
const HEALTH_CHECK = '/grpc.health.v1.Health/Check'
const UNIMPLEMENTED = 12

function call(request: Http2ServerRequest, response: Http2ServerResponse): void {
  if (mode === 'hang') {
    return
  }
  request.resume()
  response.setHeader('content-type', 'application/grpc')
  if (request.url !== HEALTH_CHECK) {
    response.setHeader('grpc-status', UNIMPLEMENTED)
    response.end()
    return
  }
  response.addTrailers({ 'grpc-status': '0' })
  response.end(serving(mode === 'well' ? 1 : 2))
}

const secrets = () => ({ cert: readFileSync(spec.cert), key: readFileSync(spec.key) })

const make: Record<PodPort['speaks'], () => Server> = {
  http: () => (mode === 'proxy' ? behindProxyLine(createHttpServer(answer)) : createHttpServer(answer)),
  https: () =>
    mode === 'h2'
      ? createSecureServer({ ...secrets(), allowHTTP1: false }, (_request, response) => void response.end('ribbit\n'))
      : mode === 'tells'
        ? beforeTls(createHttpsServer(secrets(), answer))
        : createHttpsServer(secrets(), answer),
  grpc: () => createH2Server(call),
  tcp: () => createServer(talk),
}

/** Connections reach the server once their first line was a PROXY line, and are ended if it was not. */
const behindProxyLine = (server: Server): Server =>
  createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.once('data', (first) => {
      const end = first.indexOf('\r\n')
      if (!first.subarray(0, 6).equals(Buffer.from('PROXY '))) {
        return void socket.destroy()
      }
      socket.pause()
      server.emit('connection', socket)
      socket.unshift(first.subarray(end + 2))
      socket.resume()
    })
  })

const TO_HTTPS = '400 The plain HTTP request was sent to HTTPS port'
/** What begins as a record of TLS (RFC 8446 5.1, type 22) reaches the server. */
const beforeTls = (server: Server): Server =>
  createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.once('data', (first) => {
      if (first[0] !== 22) {
        const body = `<html><head><title>${TO_HTTPS}</title></head></html>\r\n`
        socket.end(
          `HTTP/1.1 400 Bad Request\r\nserver: nginx\r\ncontent-type: text/html\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
        )
        return
      }
      socket.pause()
      server.emit('connection', socket)
      socket.unshift(first)
      socket.resume()
    })
  })

let servers: Server[] = []

async function open(): Promise<void> {
  servers = await Promise.all(
    spec.ports.map(({ number, speaks }) => {
      const server = make[speaks]()
      return new Promise<Server>((resolve, reject) => {
        server.once('error', reject)
        server.listen(number, mode === 'IPv4' ? '0.0.0.0' : '::', () => resolve(server))
      })
    }),
  )
}

/** Connections that are open stay, and are not waited for: only who comes next is refused. */
const close = (): void => {
  for (const server of servers.splice(0)) {
    server.close()
  }
}

/** Modes with servers of their own. */
const OF_THEIR_OWN: readonly Mode[] = ['closed', 'IPv4', 'proxy', 'h2', 'tells']

process.on('message', async (wanted: Mode) => {
  const before = mode
  mode = wanted
  asked = 0
  if (wanted !== before && (OF_THEIR_OWN.includes(wanted) || OF_THEIR_OWN.includes(before))) {
    close()
    if (wanted !== 'closed') {
      await open()
    }
  }
  process.send?.('done')
})
process.on('disconnect', () => process.exit())
await open()
process.send?.('done')
