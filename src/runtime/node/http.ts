import { hash } from 'node:crypto'
import { subscribe } from 'node:diagnostics_channel'
import type { ClientHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import type { TLSSocket } from 'node:tls'
import { errors } from 'undici'
import type { Failure } from '../../check/codes.ts'
import { codeOf, failureOf } from '../../check/failure.ts'
import { headerBytesOf, keptHeaders, snippetOf } from '../../check/http-evidence.ts'
import type { BodyCut, Exchange, HttpEvidence, HttpExchange, HttpRequest, Misspoken } from '../../check/network.ts'
import { AnswerBody } from '../socket/answer-body.ts'
import { Attempt, rounded } from '../socket/attempt.ts'
import { Heard } from '../socket/heard.ts'
import { type Caller, Line } from './lines.ts'
import { nodeTransport } from './transport.ts'
import { heardAt, letGo, readInTurn } from './turns.ts'

const ALPN: Readonly<Record<HttpRequest['httpVersion'], readonly string[]>> = {
  '1.1': ['http/1.1'],
  '2': ['h2', 'http/1.1'],
}

/** One HTTP request over one new connection. Resolves for every network failure; see {@link Attempt}. */
export const exchangeHttp = (
  request: HttpRequest,
  explain: (exchange: HttpExchange) => HttpExchange | Promise<HttpExchange> = (exchange) => exchange,
): Promise<HttpExchange> =>
  new Promise((resolve) => new HttpAttempt(request, (exchange) => resolve(explain(exchange))).start())

const VERSIONS: ReadonlySet<string> = new Set(['1.0', '1.1', '2'])

type Headers = Record<string, string | string[] | undefined>

class HttpAttempt extends Attempt<HttpExchange> implements Caller {
  readonly #request: HttpRequest
  readonly #line: Line
  #sentAt = 0
  #arrivedAt = 0
  #firstArrivalAt = 0
  #firstByteAt = 0
  #status: number | null = null
  #headers: Headers = {}
  readonly #heard = new Heard()
  readonly #body: AnswerBody
  #misspoken: Misspoken = {}
  #version = '1.1'
  /** Whether what comes next begins an answer. */
  #isStart = true
  #stream: ClientHttp2Stream | null = null

  constructor(request: HttpRequest, end: (exchange: HttpExchange) => void) {
    super(nodeTransport, request, end)
    this.#request = request
    this.#body = new AnswerBody(request)
    this.#line = Line.take(request)
  }

  start(): void {
    this.#line.send(this.#request, this)
  }

  connect(handOver: (socket: Socket) => void): void {
    const { tls, httpVersion } = this.#request
    this.dial(tls, ALPN[httpVersion], (socket) => {
      this.phase = 'request'
      // The peer has hung up meanwhile; undici would ask for another connection
      if (socket.destroyed) {
        return socket.errored ? this.fail(socket.errored) : this.finish(failureOf('CLOSED', this.phase))
      }
      this.handedOver = true
      readInTurn(socket, (chunk) => this.#arrived(chunk))
      this.#version = httpVersion === '2' ? speakHttp2(socket) : '1.1'
      if (this.#version === '2') Object.assign(socket, { [ATTEMPT]: this })
      // undici takes what comes before it has sent the request for an answer to nobody
      const early: unknown = this.#version === '2' ? null : socket.read()
      handOver(socket)
      if (early === null || socket.destroyed) return
      this.#firstArrivalAt = this.#arrivedAt = this.#sentAt
      this.#lookAt(early)
      socket.unshift(early)
    })
  }

  onStream(stream: ClientHttp2Stream): void {
    this.#stream = stream
  }

  onRequestStart(): void {
    this.phase = 'request'
    this.#sentAt = performance.now()
  }

  onRequestSent(): void {
    this.phase = 'response'
    this.#sentAt = performance.now()
  }

  /** Bytes have come; they are read when it is their turn. */
  #arrived(chunk: unknown): void {
    this.#arrivedAt = heardAt(Math.max(this.#sentAt, this.#arrivedAt))
    if (this.#sentAt === 0) return
    this.#firstArrivalAt ||= this.#arrivedAt
    this.#lookAt(chunk)
  }

  /** What undici does not tell, from bytes that it has not read yet. */
  #lookAt(chunk: unknown): void {
    if (this.#version === '2' || !Buffer.isBuffer(chunk)) return
    this.#heard.keep(chunk)
    if (!this.#isStart) return
    const { at, isOver } = passOverInterim(chunk)
    this.#isStart = isOver
    // `HTTP/1.0 200`: it takes `HTTP/0.9` and `HTTP/2.0` as well, and tells none of them
    if (chunk[at + 4] === SLASH && chunk.length > at + 7) this.#version = chunk.toString('latin1', at + 5, at + 8)
  }

  /**
   * The first byte of the answer; of the first, where interim answers (1xx) come before the final one. HTTP/2 reads
   * past the socket's stream, so that there it is known only now.
   */
  onResponseStarted(): void {
    if (this.#firstByteAt !== 0) return
    this.#firstByteAt = this.#firstArrivalAt || performance.now()
    this.firstByteMs = rounded(this.#firstByteAt - this.#sentAt)
  }

  onResponseStart(_controller: unknown, status: number, headers: Headers): void {
    // 101: nobody asked for another protocol
    if (status === 101) this.finish(failureOf('PROTOCOL', this.phase))
    else if (status < 100 || !VERSIONS.has(this.#version)) this.#refuse()
    if (this.ended || status < 200) return
    this.phase = 'body'
    this.#status = status
    this.#headers = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, unpadded(value)]))
    if (this.#version === '2') this.#arrivedAt = performance.now()
    this.#body.begin(this.#headers, () => {
      if (!this.ended && !this.#heard.isInsideChunk()) this.#cut('time')
    })
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    if (this.ended) return
    if (this.#version === '2') this.#arrivedAt = performance.now()
    if (this.#body.take(chunk)) return
    if (this.#body.isOptional) this.#cut('limit')
    else this.finish(failureOf('TOO_LARGE', this.phase))
  }

  /** Enough of the body was read: the answer counts up to the last byte that came. */
  #cut(how: BodyCut): void {
    this.#body.cut = how
    this.finish(null, this.#arrivedAt || performance.now())
  }

  protected override finish(failure: Failure | null, at?: number): void {
    super.finish(this.#body.worded(failure), at)
  }

  protected override onTimeUpInTurn(): void {
    const silentMs = performance.now() - this.#arrivedAt
    if (this.phase === 'body' && this.#body.isEnough(silentMs, this.#heard.isInsideChunk())) this.#cut('time')
    else super.onTimeUpInTurn()
  }

  onResponseEnd(): void {
    // Over HTTP/1.1 undici takes a reset for the end of a body that has no length
    if (this.#version !== '2' && this.socket?.errored) {
      this.fail(this.socket.errored)
      return
    }
    if (this.#stream?.rstCode) {
      this.finish(failureOf('CLOSED', this.phase))
      return
    }
    const endedAt = this.#arrivedAt || performance.now()
    if (this.#firstByteAt !== 0) this.downloadMs = rounded(endedAt - this.#firstByteAt)
    this.finish(null, endedAt)
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.onLost(error)
  }

  onLost(error: Error): void {
    if (this.ended) return
    if (isUnreadable(error) || (isContradicted(error) && this.phase !== 'body')) this.#refuse()
    else this.fail(error)
  }

  protected override fail(error: unknown): void {
    // A server of HTTP/2 alone says so in the handshake (RFC 7301 3.2); what only speaks something else may also cut
    if (codeOf(error) === NO_COMMON_PROTOCOL) this.#misspoken = { speaks: 'http2' }
    const isAnswer = this.phase === 'request' || this.phase === 'response'
    if (isAnswer && this.#heard.speaks() !== null) this.#refuse()
    else super.fail(error)
  }

  /** The answer cannot be read: why, as its first bytes tell. */
  #refuse(): void {
    if (this.ended) return
    const { failure, ...misspoken } = this.#heard.explain(this.phase, this.socket?.readableEnded ?? true)
    this.#misspoken = misspoken
    this.finish(failure)
  }

  protected override release(): void {
    // After a complete answer over HTTP/1.1 undici closes the connection itself, since it was asked to `reset`
    if (this.downloadMs === null || this.#version === '2') {
      super.release()
    } else {
      this.#line.done()
      if (this.socket !== null) letGo(this.socket)
      withoutStackTraces()
    }
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

/**
 * undici's parser gives no code of its own (8.12: always undefined), and calls an answer that it cannot read a socket
 * error as well as a peer that went away: what tells them apart is whether the peer has ended its side.
 */
const isUnreadable = (error: Error): boolean =>
  error instanceof errors.HTTPParserError || ('code' in error && error.code === 'UND_ERR_SOCKET')

/** Two lengths, or one that is no number. */
const isContradicted = (error: Error): boolean =>
  'code' in error && error.code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'

const NO_COMMON_PROTOCOL = 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL'

/** `2` where the peer agreed to it; without TLS there is nothing to agree: it is spoken at once (RFC 9113 3.3). */
function speakHttp2(socket: Socket): string {
  if (isTls(socket)) return socket.alpnProtocol === 'h2' ? '2' : '1.1'
  return Object.assign(socket, { alpnProtocol: 'h2' }) && '2'
}

/** Under which a socket that speaks HTTP/2 knows its attempt. */
const ATTEMPT = Symbol('attempt')

// Node and undici take a stream that the peer has cancelled for one that has ended; its `rstCode` tells, and undici
// does not hand the stream over
subscribe('http2.client.stream.created', (message) => {
  const { stream } = message as { stream: ClientHttp2Stream }
  const socket: (Socket & { [ATTEMPT]?: HttpAttempt }) | undefined = stream.session?.socket
  socket?.[ATTEMPT]?.onStream(stream)
})

const [SLASH, ONE, ZERO, TWO] = [0x2f, 0x31, 0x30, 0x32]

/**
 * undici refuses `100 Continue` where nobody has asked for it. It is to be passed over like any other interim answer
 * (RFC 9110 15.2), as it is when it says 102.
 *
 * @returns where the last answer in the chunk begins, and whether an interim one ends with the chunk.
 */
function passOverInterim(chunk: Buffer): { at: number; isOver: boolean } {
  let at = 0
  // `HTTP/1.1 100`
  while (chunk[at + 9] === ONE) {
    if (chunk[at + 10] === ZERO && chunk[at + 11] === ZERO) chunk[at + 11] = TWO
    const end = chunk.indexOf('\r\n\r\n', at)
    if (end === -1) break
    if (end + 4 === chunk.length) return { at, isOver: true }
    at = end + 4
  }
  return { at, isOver: false }
}

/** A value without the blanks behind it, which are no part of it (RFC 9110 5.5); undici leaves them. */
function unpadded(value: string | string[] | undefined): string | string[] | undefined {
  if (typeof value !== 'string') return value?.map((one) => String(unpadded(one)))
  let end = value.length
  while (value[end - 1] === ' ' || value[end - 1] === '\t') end--
  return value.slice(0, end)
}

const isTls = (socket: Socket): socket is TLSSocket => 'encrypted' in socket

/**
 * undici makes an Error, with a stack trace, to close a connection after every answer: a third of a try's cost. It does
 * so right after `onResponseEnd` returns, so traces are off for the rest of this very run of the stack and no longer.
 */
function withoutStackTraces(): void {
  if (tracesOff) return
  tracesOff = true
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  queueMicrotask(() => {
    Error.stackTraceLimit = limit
    tracesOff = false
  })
}

let tracesOff = false
