/**
 * Sends a request of the conformance suite to the address of a Gateway.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { type ClientHttp2Session, connect as connectH2, type OutgoingHttpHeaders } from 'node:http2'
import { request as httpsRequest } from 'node:https'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Request } from './cases.ts'
import { type Echo, framed } from './echo.ts'

export type Answer = {
  /** `null`: there was none. */
  status: number | null
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>
  /** `null`: no backend has answered. */
  echo: Echo | null
  grpcCode: string | null
  /** Why there is no answer. */
  error: string | null
}

const NOTHING: Answer = { status: null, headers: {}, echo: null, grpcCode: null, error: null }
const PATIENCE_MS = 6000

export type Credentials = { cert: string; key: string }

/** @param client shown where the Gateway asks for a certificate. */
export async function ask(address: string, request: Request, client: Credentials | null): Promise<Answer> {
  try {
    return await SENDERS[request.protocol](address, { ...request, path: withId(request.path) }, client)
  } catch (error) {
    return { ...NOTHING, error: error instanceof Error ? error.message : String(error) }
  }
}

const withId = (path: string | null): string | null => path?.replace('{UUID}', randomUUID()) ?? null

type Send = (address: string, request: Request, client: Credentials | null) => Promise<Answer>

/** The proxy's certificates are made for the test, and are none of its questions. */
const UNJUDGED = { rejectUnauthorized: false }

const http: Send = (address, request, client) =>
  new Promise((resolve, reject) => {
    const isTls = request.protocol === 'HTTPS'
    const sending = (isTls ? httpsRequest : httpRequest)({
      host: address,
      port: request.port,
      path: request.path ?? '/',
      method: request.method ?? 'GET',
      headers: { host: request.host ?? `${address}:${request.port}`, ...headersOf(request) },
      agent: false,
      timeout: PATIENCE_MS,
      ...(isTls ? { ...UNJUDGED, ...client, ...(request.sni === undefined ? {} : { servername: request.sni }) } : {}),
    })
    sending.on('timeout', () => sending.destroy(new Error('no answer')))
    sending.on('error', reject)
    sending.on('response', (response) => void readAnswer(response).then(resolve, reject))
    sending.end(request.body)
  })

const headersOf = ({ headers, backendSetResponseHeaders }: Request): Record<string, string> => ({
  ...headers,
  ...(backendSetResponseHeaders === undefined
    ? {}
    : { 'x-echo-set-headers': JSON.stringify(backendSetResponseHeaders) }),
})

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const body = await response.toArray()
  return {
    ...NOTHING,
    status: response.statusCode ?? null,
    headers: Object.fromEntries(
      Object.entries(response.headersDistinct).map(([name, values]) => [name, (values ?? []).join(',')]),
    ),
    echo: echoIn(Buffer.concat(body).toString()),
  }
}

function echoIn(text: string): Echo | null {
  try {
    return JSON.parse(text) as Echo
  } catch {
    return null
  }
}

const h2: Send = async (address, request, client) => {
  const session =
    request.protocol === 'H2' && request.scheme === 'https'
      ? connectH2(`https://${address}:${request.port}`, {
          ...UNJUDGED,
          ...client,
          ...(request.sni === undefined ? {} : { servername: request.sni }),
        })
      : connectH2(`http://${address}:${request.port}`)
  return over(session, request, address, '')
}

const grpc: Send = async (address, request) => {
  const answer = await over(connectH2(`http://${address}:${request.port}`), request, address, framed(''))
  const code = answer.headers['grpc-status']
  return { ...answer, grpcCode: code === undefined ? codeOfStatus(answer.status) : (CODES[Number(code)] ?? code) }
}

const CODES: Readonly<Record<number, string>> = {
  0: 'OK',
  2: 'Unknown',
  7: 'PermissionDenied',
  12: 'Unimplemented',
  13: 'Internal',
  14: 'Unavailable',
  16: 'Unauthenticated',
}

/** As clients read a status without `grpc-status` (grpc, doc/http-grpc-status-mapping.md). */
const codeOfStatus = (status: number | null): string =>
  ({ 400: 'Internal', 401: 'Unauthenticated', 403: 'PermissionDenied', 404: 'Unimplemented' })[status ?? 0] ??
  ([429, 502, 503, 504].includes(status ?? 0) ? 'Unavailable' : 'Unknown')

function over(session: ClientHttp2Session, request: Request, address: string, body: string | Buffer): Promise<Answer> {
  return new Promise<Answer>((resolve, reject) => {
    session.on('error', reject)
    session.setTimeout(PATIENCE_MS, () => session.destroy(new Error('no answer')))
    const head: OutgoingHttpHeaders = {
      ':method': request.method ?? 'GET',
      ':path': request.path ?? '/',
      ':authority': request.host ?? `${address}:${request.port}`,
      ...(request.protocol === 'GRPC' ? { 'content-type': 'application/grpc', te: 'trailers' } : {}),
      ...Object.fromEntries(Object.entries(headersOf(request)).map(([name, value]) => [name.toLowerCase(), value])),
    }
    const stream = session.request(head, { endStream: false })
    const chunks: Buffer[] = []
    const headers: Record<string, string> = {}
    const take = (more: object) =>
      Object.assign(headers, Object.fromEntries(Object.entries(more).map(([name, value]) => [name, String(value)])))
    stream.on('response', take)
    stream.on('trailers', take)
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('error', reject)
    stream.on('end', () => {
      const text = Buffer.concat(chunks)
      resolve({
        ...NOTHING,
        status: Number(headers[':status']),
        headers,
        echo: echoIn((request.protocol === 'GRPC' ? text.subarray(5) : text).toString()),
      })
    })
    stream.end(body)
  }).finally(() => session.destroy())
}

const tcp: Send = (address, { port, protocol, sni }) =>
  new Promise((resolve, reject) => {
    const socket: Socket =
      protocol === 'TLS'
        ? connectTls({ host: address, port, ...UNJUDGED, ...(sni === undefined ? {} : { servername: sni }) })
        : connectTcp(port, address)
    const end = (error: Error) => {
      socket.destroy()
      reject(error)
    }
    socket.setTimeout(PATIENCE_MS, () => end(new Error('no answer')))
    socket.on('error', end)
    socket.on('close', () => end(new Error('closed')))
    socket.once('data', (data) => {
      resolve({ ...NOTHING, echo: echoIn(data.toString()) })
      socket.destroy()
    })
    socket.write('hello\n')
  })

const SENDERS: Readonly<Record<Request['protocol'], Send>> = {
  HTTP: http,
  HTTPS: http,
  H2: h2,
  H2C_PRIOR_KNOWLEDGE: h2,
  GRPC: grpc,
  TCP: tcp,
  TLS: tcp,
  UDP: () => Promise.reject(new Error('nothing is sent over UDP')),
}
