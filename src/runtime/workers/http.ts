import type { Socket } from 'node:net'
import { HTTPParser, type OnHeadersCompleteParser } from 'http-parser-js'
import { codeOf, failureOf } from '../../check/failure.ts'
import type { HttpExchange, HttpRequest } from '../../check/network.ts'
import { since } from '../socket/attempt.ts'
import { type Headers, HttpAttempt } from '../socket/http-attempt.ts'
import { strictParser } from './strict-parser.ts'
import { edgeTransport } from './transport.ts'

/** One HTTP/1.1 request over one new connection. Resolves for every network failure; see {@link HttpAttempt}. */
export const exchangeHttp = (request: HttpRequest): Promise<HttpExchange> =>
  new Promise((resolve) => new EdgeAttempt(request, resolve).start())

type ParsedHead = Parameters<OnHeadersCompleteParser>[0]

class EdgeAttempt extends HttpAttempt {
  readonly #parser = strictParser()
  #sentAt = 0
  #firstByteAt = 0

  constructor(request: HttpRequest, end: (exchange: HttpExchange) => void) {
    super(edgeTransport, request, end)
    this.#parser[HTTPParser.kOnHeadersComplete] = (info) => this.#onHeaders(info)
    this.#parser[HTTPParser.kOnBody] = (chunk) => this.#onBody(chunk)
    this.#parser[HTTPParser.kOnMessageComplete] = () => this.#onComplete()
  }

  start(): void {
    if (this.request.httpVersion !== '1.1') {
      throw new Error('HTTP/2 is refused where a job is accepted')
    }
    this.dial(this.request.tls, [], (socket) => this.#send(socket))
  }

  #send(socket: Socket): void {
    socket.on('data', (chunk: Buffer) => this.#onData(chunk))
    socket.once('end', () => this.#onEnd())
    this.phase = 'request'
    const head = requestHead(this.request)
    if (head === null) {
      this.finish(failureOf('ERR_INVALID_CHAR', this.phase))
      return
    }
    this.#sentAt = performance.now()
    socket.write(head + (this.request.body ?? ''), () => {
      if (this.phase !== 'request') {
        return
      }
      this.phase = 'response'
      this.#sentAt = performance.now()
    })
  }

  #onData(chunk: Buffer): void {
    if (this.ended) {
      return
    }
    this.arrivedAt = performance.now()
    this.heard.keep(chunk)
    if (this.#firstByteAt === 0) {
      this.#firstByteAt = this.arrivedAt
      this.firstByteMs = since(this.#sentAt)
    }
    if (!this.hasBegun) {
      this.phase = 'response'
    }
    const read = this.#parser.execute(chunk)
    if (!(read instanceof Error)) {
      return
    }
    if (codeOf(read) === 'HPE_HEADER_OVERFLOW') {
      this.fail(read)
    } else {
      this.refuse(false)
    }
  }

  #onEnd(): void {
    if (this.ended) {
      return
    }
    // Without a length, the end of the connection is that of the body (RFC 9112 6.3)
    this.#parser.finish()
    this.refuse(true)
  }

  /** @returns 1 where no body follows, whatever the headers say. */
  #onHeaders({ statusCode, versionMajor, versionMinor, headers }: ParsedHead): number {
    if (this.ended) {
      return 1
    }
    const answered = headersOf(headers)
    // 101: nobody asked for another protocol
    if (statusCode === 101) {
      this.finish(failureOf('PROTOCOL', this.phase))
    } else if (!isFramed(answered)) {
      this.refuse(false)
    }
    if (this.ended) {
      return 1
    }
    if (statusCode < 200) {
      return 1
    }
    this.version = `${versionMajor}.${versionMinor}`
    // The parser knows of one coding only; the last one tells where the body ends (RFC 9112 6.3)
    const coding = String(answered['transfer-encoding'] ?? '')
    Reflect.set(this.#parser, 'isChunked', /(?:^|,[ \t]*)chunked$/i.test(coding))
    this.begin(statusCode, answered)
    return this.request.method === 'HEAD' || statusCode === 204 || statusCode === 304 ? 1 : 0
  }

  #onBody(chunk: Uint8Array): void {
    if (!this.ended) {
      this.take(chunk)
    }
  }

  #onComplete(): void {
    if (this.ended || !this.hasBegun) {
      return
    }
    this.downloadMs = since(this.#firstByteAt)
    this.finish(null)
  }
}

/** Methods whose empty body is said (RFC 9110 8.6). */
const WITH_BODY = new Set(['POST', 'PUT', 'PATCH'])

/** `null`: something in it would end the line early. */
function requestHead({ method, target, headers, body }: HttpRequest): string | null {
  const bytes = body === null ? 0 : new TextEncoder().encode(body).length
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    'connection: close',
    ...(body !== null || WITH_BODY.has(method) ? [`content-length: ${bytes}`] : []),
  ]
  return lines.some((line) => /[\0\r\n]/.test(line)) ? null : `${lines.join('\r\n')}\r\n\r\n`
}

/** Tells whether a header says at most once, and in numbers, how long the body is (RFC 9112 6.3). */
const isFramed = ({ 'content-length': length, 'transfer-encoding': coding }: Headers): boolean =>
  length === undefined ||
  (typeof length === 'string' && /^\d+$/.test(length) && BigInt(length) < 2n ** 64n && coding === undefined)

function headersOf(list: readonly string[]): Headers {
  // Without a prototype: a peer may call a header `constructor`
  const headers: Headers = Object.create(null)
  for (let at = 0; at + 1 < list.length; at += 2) {
    const name = (list[at] ?? '').toLowerCase()
    const value = list[at + 1] ?? ''
    const known = headers[name]
    headers[name] = known === undefined ? value : [...(typeof known === 'string' ? [known] : known), value]
  }
  return headers
}
