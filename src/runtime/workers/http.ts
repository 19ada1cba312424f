import { hash } from 'node:crypto'
import type { Socket } from 'node:net'
import { HTTPParser, type OnHeadersCompleteParser } from 'http-parser-js'
import type { Failure } from '../../check/codes.ts'
import { codeOf, failureOf } from '../../check/failure.ts'
import { headerBytesOf, keptHeaders, snippetOf } from '../../check/http-evidence.ts'
import type { BodyCut, Exchange, HttpEvidence, HttpExchange, HttpRequest, Misspoken } from '../../check/network.ts'
import { AnswerBody } from '../socket/answer-body.ts'
import { Attempt, since } from '../socket/attempt.ts'
import { Heard } from '../socket/heard.ts'
import { strictParser } from './strict-parser.ts'
import { edgeTransport } from './transport.ts'

/** One HTTP/1.1 request over one new connection. Resolves for every network failure; see {@link Attempt}. */
export const exchangeHttp = (request: HttpRequest): Promise<HttpExchange> =>
  new Promise((resolve) => new HttpAttempt(request, resolve).start())

type Headers = Record<string, string | string[]>
type ParsedHead = Parameters<OnHeadersCompleteParser>[0]

class HttpAttempt extends Attempt<HttpExchange> {
  readonly #request: HttpRequest
  readonly #parser = strictParser()
  #sentAt = 0
  #firstByteAt = 0
  #status: number | null = null
  #headers: Headers = {}
  readonly #heard = new Heard()
  readonly #body: AnswerBody
  #misspoken: Misspoken = {}
  #arrivedAt = 0
  #version = '1.1'

  constructor(request: HttpRequest, end: (exchange: HttpExchange) => void) {
    super(edgeTransport, request, end)
    this.#request = request
    this.#body = new AnswerBody(request)
    this.#parser[HTTPParser.kOnHeadersComplete] = (info) => this.#onHeaders(info)
    this.#parser[HTTPParser.kOnBody] = (chunk) => this.#onBody(chunk)
    this.#parser[HTTPParser.kOnMessageComplete] = () => this.#onComplete()
  }

  start(): void {
    if (this.#request.httpVersion !== '1.1') throw new Error('HTTP/2 is refused where a job is accepted')
    this.dial(this.#request.tls, [], (socket) => this.#send(socket))
  }

  #send(socket: Socket): void {
    socket.on('data', (chunk: Buffer) => this.#onData(chunk))
    socket.once('end', () => this.#onEnd())
    this.phase = 'request'
    const head = requestHead(this.#request)
    if (head === null) {
      this.finish(failureOf('ERR_INVALID_CHAR', this.phase))
      return
    }
    this.#sentAt = performance.now()
    socket.write(head + (this.#request.body ?? ''), () => {
      if (this.phase !== 'request') return
      this.phase = 'response'
      this.#sentAt = performance.now()
    })
  }

  #onData(chunk: Buffer): void {
    if (this.ended) return
    this.#arrivedAt = performance.now()
    this.#heard.keep(chunk)
    if (this.#firstByteAt === 0) {
      this.#firstByteAt = this.#arrivedAt
      this.firstByteMs = since(this.#sentAt)
    }
    if (this.#status === null) this.phase = 'response'
    const read = this.#parser.execute(chunk)
    if (read instanceof Error) this.#refuse(read)
  }

  /** The answer cannot be read: why, as its first bytes tell. */
  #refuse(error?: Error, isOver = false): void {
    if (this.ended) return
    if (error !== undefined && codeOf(error) === 'HPE_HEADER_OVERFLOW') {
      this.fail(error)
      return
    }
    const { failure, ...misspoken } = this.#heard.explain(this.phase, isOver)
    this.#misspoken = misspoken
    this.finish(failure)
  }

  #onEnd(): void {
    if (this.ended) return
    // Without a length, the end of the connection is that of the body (RFC 9112 6.3)
    this.#parser.finish()
    this.#refuse(undefined, true)
  }

  /** @returns 1 where no body follows, whatever the headers say. */
  #onHeaders({ statusCode, versionMajor, versionMinor, headers }: ParsedHead): number {
    if (this.ended) return 1
    this.#headers = headersOf(headers)
    // 101: nobody asked for another protocol
    if (statusCode === 101) this.finish(failureOf('PROTOCOL', this.phase))
    else if (!isFramed(this.#headers)) this.#refuse()
    if (this.ended) return 1
    if (statusCode < 200) return 1
    this.#version = `${versionMajor}.${versionMinor}`
    this.#status = statusCode
    this.phase = 'body'
    // The parser knows of one coding only; the last one tells where the body ends (RFC 9112 6.3)
    const coding = String(this.#headers['transfer-encoding'] ?? '')
    Reflect.set(this.#parser, 'isChunked', /(?:^|,[ \t]*)chunked$/i.test(coding))
    this.#body.begin(this.#headers, () => {
      if (!this.ended && !this.#heard.isInsideChunk()) this.#cut('time')
    })
    return this.#request.method === 'HEAD' || statusCode === 204 || statusCode === 304 ? 1 : 0
  }

  #onBody(chunk: Uint8Array): void {
    if (this.ended || this.#body.take(chunk)) return
    if (this.#body.isOptional) this.#cut('limit')
    else this.finish(failureOf('TOO_LARGE', this.phase))
  }

  /** Enough of the body was read: the answer counts up to the last byte that came. */
  #cut(how: BodyCut): void {
    this.#body.cut = how
    this.finish(null, this.#arrivedAt)
  }

  protected override finish(failure: Failure | null, at?: number): void {
    super.finish(this.#body.worded(failure), at)
  }

  protected override onTimeUpInTurn(): void {
    const silentMs = performance.now() - this.#arrivedAt
    if (this.phase === 'body' && this.#body.isEnough(silentMs, this.#heard.isInsideChunk())) this.#cut('time')
    else super.onTimeUpInTurn()
  }

  #onComplete(): void {
    if (this.ended || this.#status === null) return
    this.downloadMs = since(this.#firstByteAt)
    this.finish(null)
  }

  protected override evidence(exchange: Exchange): HttpExchange {
    const body = this.#body.end()
    const http = this.#status === null ? null : this.#describe(this.#status, body)
    return { ...exchange, ...this.#misspoken, http, headers: http && this.#headers, body: http && body }
  }

  #describe(status: number, body: Uint8Array): HttpEvidence {
    const location = this.#headers.location
    return {
      status,
      version: this.#version,
      headers: keptHeaders(this.#headers),
      headerBytes: headerBytesOf(this.#headers),
      location: Array.isArray(location) ? (location[0] ?? null) : (location ?? null),
      bodyBytes: body.length,
      bodySnippet: snippetOf(body),
      bodySha256: hash('sha256', body),
      ...(this.#body.cut !== null && { bodyCut: this.#body.cut }),
    }
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

/** Whether a header says at most once, and in numbers, how long the body is (RFC 9112 6.3). */
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
