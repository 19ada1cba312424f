/**
 * Backends that tell what reached them, as those of the conformance suite do: over HTTP, HTTP/2 without TLS, TLS, plain
 * TCP and gRPC. All of them are servers of this process, each pod on an address of loopback of its own.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import {
  createServer as createH2Server,
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import { createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, TLSSocket } from 'node:tls'

export type Echo = {
  pod: string
  namespace: string
  isTls: boolean
  sni: string | null
  /** Subject of the certificate that the client has shown. */
  client: string | null
  path?: string
  method?: string
  host?: string
  headers?: Readonly<Record<string, string>>
}

export type EchoPod = {
  name: string
  namespace: string
  address: string
  speaks: 'http' | 'tcp' | 'grpc'
  /** PEM; `null`: it has no port with TLS. */
  tls: { cert: string; key: string /** Clients must show a certificate of this authority. */; ca?: string } | null
}

/** Behind these ports, whatever a Service calls them. */
const PORTS = { plain: 3000, h2c: 3001, tls: 8443 }

const GRPC_SERVICE = '/gateway_api_conformance.echo_basic.grpcecho.GrpcEcho/'
const GRPC_METHODS: readonly string[] = ['Echo', 'EchoTwo', 'EchoThree'].map((method) => GRPC_SERVICE + method)

type Ask = IncomingMessage | Http2ServerRequest
type Answer = ServerResponse | Http2ServerResponse

/** @returns how to stop them all. */
export async function startEcho(pods: readonly EchoPod[]): Promise<() => Promise<void>> {
  const sockets = new Set<Socket>()
  const servers = pods.flatMap((pod) => serversOf(pod).map(([port, server]) => ({ server, port, pod })))
  await Promise.all(
    servers.map(async ({ server, port, pod }) => {
      server.on('connection', (socket: Socket) => {
        sockets.add(socket)
        socket.on('error', () => socket.destroy())
        socket.on('close', () => sockets.delete(socket))
      })
      server.listen(port, pod.address)
      await once(server, 'listening')
    }),
  )
  return async () => {
    const closed = servers.map(async ({ server }) => {
      server.close()
      await once(server, 'close')
    })
    for (const socket of sockets) {
      socket.destroy()
    }
    await Promise.all(closed)
  }
}

function serversOf(pod: EchoPod): [number, Server][] {
  const secure = pod.tls === null ? null : { ...pod.tls, requestCert: pod.tls.ca !== undefined }
  if (pod.speaks === 'tcp') {
    const talk = (socket: Socket) =>
      void socket.on('data', () => socket.write(`${JSON.stringify(about(pod, socket))}\n`))
    return [
      [PORTS.plain, createTcpServer(talk)],
      ...(secure === null ? [] : [[PORTS.tls, quiet(createTlsServer(secure, talk))] as [number, Server]]),
    ]
  }
  if (pod.speaks === 'grpc') {
    const call = (request: Http2ServerRequest, response: Http2ServerResponse) => answerCall(pod, request, response)
    return [
      [PORTS.plain, createH2Server(call)],
      ...(secure === null ? [] : [[PORTS.tls, quiet(createSecureServer(secure, call))] as [number, Server]]),
    ]
  }
  const answer = answering(pod)
  return [
    [PORTS.plain, createHttpServer(answer)],
    [PORTS.h2c, createH2Server(answer)],
    ...(secure === null ? [] : [[PORTS.tls, quiet(createHttpsServer(secure, answer))] as [number, Server]]),
  ]
}

/** Handshakes that fail are told to who began them. */
const quiet = <S extends Server>(server: S): S =>
  server.on('tlsClientError', (_error: Error, socket: Socket) => socket.destroy())

const about = ({ name, namespace }: EchoPod, socket: Socket | undefined): Echo => {
  const tls = socket instanceof TLSSocket ? socket : null
  return {
    pod: name,
    namespace,
    isTls: tls !== null,
    sni: tls === null ? null : tls.servername || null,
    client: tls === null ? null : String(tls.getPeerCertificate().subject?.CN ?? '') || null,
  }
}

const echoOf = (pod: EchoPod, request: Ask): Echo => ({
  ...about(pod, request.socket),
  path: request.url ?? '',
  method: request.method ?? '',
  host: String(request.headers[':authority'] ?? request.headers.host ?? ''),
  headers: headersOf(request.rawHeaders),
})

function headersOf(raw: readonly string[]): Record<string, string> {
  const pairs = raw.flatMap((name, place) =>
    place % 2 === 0 ? [[name.toLowerCase(), raw[place + 1] ?? ''] as const] : [],
  )
  const byName = Map.groupBy(pairs, ([name]) => name)
  return Object.fromEntries([...byName].map(([name, of]) => [name, of.map(([, value]) => value).join(',')]))
}

/** Asked with `delay`, it waits; asked to fail at first, it does so, counted by `uuid`. */
function answering(pod: EchoPod): (request: Ask, response: Answer) => void {
  const failures = new Map<string, number>()
  return (request, response) => {
    const query = new URL(request.url ?? '/', 'http://echo').searchParams
    const wait = query.get('delay')
    const failing = Number(query.get('succeedAfter') ?? 0)
    const uuid = query.get('uuid') ?? ''
    const soFar = failures.get(uuid) ?? 0
    if (soFar < failing) {
      failures.set(uuid, soFar + 1)
      after(query.get('delayRetry'), () => fail(request, response, query.get('responseCode')))
      return
    }
    after(wait, () => {
      const set = JSON.parse(String(request.headers['x-echo-set-headers'] ?? '{}')) as Record<string, string>
      for (const [name, value] of Object.entries({ 'content-type': 'application/json', ...set })) {
        response.setHeader(name, value)
      }
      response.end(JSON.stringify(echoOf(pod, request)))
    })
  }
}

function fail(request: Ask, response: Answer, code: string | null): void {
  if (code === null) {
    request.socket.destroy()
  } else {
    response.statusCode = Number(code)
    response.end()
  }
}

function after(duration: string | null, act: () => void): void {
  if (duration === null) {
    act()
  } else {
    setTimeout(act, Number.parseFloat(duration) * (duration.endsWith('ms') ? 1 : 1000)).unref()
  }
}

const UNIMPLEMENTED = '12'

function answerCall(pod: EchoPod, request: Http2ServerRequest, response: Http2ServerResponse): void {
  request.resume()
  request.on('end', () => {
    if (!GRPC_METHODS.includes(request.url)) {
      response.writeHead(200, { 'content-type': 'application/grpc', 'grpc-status': UNIMPLEMENTED })
      response.end()
      return
    }
    response.writeHead(200, { 'content-type': 'application/grpc' })
    response.addTrailers({ 'grpc-status': '0' })
    response.end(framed(JSON.stringify(echoOf(pod, request))))
  })
}

/** One message of gRPC over HTTP/2: not compressed, its length, itself. */
export function framed(message: string): Buffer {
  const body = Buffer.from(message)
  const head = Buffer.alloc(5)
  head.writeUInt32BE(body.length, 1)
  return Buffer.concat([head, body])
}
