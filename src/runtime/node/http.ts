import { subscribe } from 'node:diagnostics_channel'
import type { ClientHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import type { TLSSocket } from 'node:tls'
import { errors } from 'undici'
import { codeOf, failureOf } from '../../check/failure.ts'
import type { HttpExchange, HttpRequest } from '../../check/network.ts'
import { rounded } from '../socket/attempt.ts'
import { type Headers, HttpAttempt } from '../socket/http-attempt.ts'
import { type Caller, Line } from './client-pool.ts'
import { heardAt, letGo, readInTurn } from './socket-timing.ts'
import { nodeTransport } from './transport.ts'

const ALPN: Readonly<Record<HttpRequest['httpVersion'], readonly string[]>> = {
  '1.1': ['http/1.1'],
  '2': ['h2', 'http/1.1'],
}

/** One HTTP request over one new connection. Resolves for every network failure; see {@link HttpAttempt}. */
export const exchangeHttp = (
  request: HttpRequest,
  explain: (exchange: HttpExchange) => HttpExchange | Promise<HttpExchange> = (exchange) => exchange,
): Promise<HttpExchange> =>
  new Promise((resolve) => new UndiciAttempt(request, (exchange) => resolve(explain(exchange))).start())

const VERSIONS: ReadonlySet<string> = new Set(['1.0', '1.1', '2'])

class UndiciAttempt extends HttpAttempt implements Caller {
  readonly #line: Line
  #sentAt = 0
  #firstArrivalAt = 0
  #firstByteAt = 0
  /** The next bytes begin an answer. */
  #isStart = true
  #stream: ClientHttp2Stream | null = null

  constructor(request: HttpRequest, end: (exchange: HttpExchange) => void) {
    super(nodeTransport, request, end)
    this.#line = Line.take(request)
  }

  start(): void {
    this.#line.send(this.request, this)
  }

  connect(handOver: (socket: Socket) => void): void {
    const { tls, httpVersion } = this.request
    this.dial(tls, ALPN[httpVersion], (socket) => {
      this.phase = 'request'
      // The peer has hung up meanwhile; undici would ask for another connection
      if (socket.destroyed) {
        return socket.errored ? this.fail(socket.errored) : this.finish(failureOf('CLOSED', this.phase))
      }
      this.handedOver = true
      readInTurn(socket, (chunk) => this.#arrived(chunk))
      this.version = httpVersion === '2' ? speakHttp2(socket) : '1.1'
      if (this.version === '2') {
        Object.assign(socket, { [ATTEMPT]: this })
      }
      // undici takes what comes before it has sent the request for an answer to nobody
      const early: unknown = this.version === '2' ? null : socket.read()
      handOver(socket)
      if (early === null || socket.destroyed) {
        return
      }
      this.#firstArrivalAt = this.arrivedAt = this.#sentAt
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
    this.arrivedAt = heardAt(Math.max(this.#sentAt, this.arrivedAt))
    if (this.#sentAt === 0) {
      return
    }
    this.#firstArrivalAt ||= this.arrivedAt
    this.#lookAt(chunk)
  }

  /** Finds out from the bytes, before undici reads them, what it does not tell. */
  #lookAt(chunk: unknown): void {
    if (this.version === '2' || !Buffer.isBuffer(chunk)) {
      return
    }
    this.heard.keep(chunk)
    if (!this.#isStart) {
      return
    }
    const { at, isOver } = passOverInterim(chunk)
    this.#isStart = isOver
    // `HTTP/1.0 200`: it takes `HTTP/0.9` and `HTTP/2.0` as well, and tells none of them
    if (chunk[at + 4] === SLASH && chunk.length > at + 7) {
      this.version = chunk.toString('latin1', at + 5, at + 8)
    }
  }

  /**
   * The first byte of the answer; of the first, where interim answers (1xx) come before the final one. HTTP/2 reads
   * past the socket's stream, so that there it is known only now.
   */
  onResponseStarted(): void {
    if (this.#firstByteAt !== 0) {
      return
    }
    this.#firstByteAt = this.#firstArrivalAt || performance.now()
    this.firstByteMs = rounded(this.#firstByteAt - this.#sentAt)
  }

  onResponseStart(_controller: unknown, status: number, headers: Headers): void {
    // 101: nobody asked for another protocol
    if (status === 101) {
      this.finish(failureOf('PROTOCOL', this.phase))
    } else if (status < 100 || !VERSIONS.has(this.version)) {
      this.#unreadable()
    }
    if (this.ended || status < 200) {
      return
    }
    if (this.version === '2') {
      this.arrivedAt = performance.now()
    }
    this.begin(status, Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, unpadded(value)])))
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    if (this.ended) {
      return
    }
    if (this.version === '2') {
      this.arrivedAt = performance.now()
    }
    this.take(chunk)
  }

  onResponseEnd(): void {
    // Over HTTP/1.1 undici takes a reset for the end of a body that has no length
    if (this.version !== '2' && this.socket?.errored) {
      this.fail(this.socket.errored)
      return
    }
    if (this.#stream?.rstCode) {
      this.finish(failureOf('CLOSED', this.phase))
      return
    }
    const endedAt = this.arrivedAt || performance.now()
    if (this.#firstByteAt !== 0) {
      this.downloadMs = rounded(endedAt - this.#firstByteAt)
    }
    this.finish(null, endedAt)
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.onLost(error)
  }

  onLost(error: Error): void {
    if (this.ended) {
      return
    }
    if (isUnreadable(error) || (isContradicted(error) && this.phase !== 'body')) {
      this.#unreadable()
    } else {
      this.fail(error)
    }
  }

  protected override fail(error: unknown): void {
    // A server of HTTP/2 alone says so in the handshake (RFC 7301 3.2); what only speaks something else may also cut
    if (codeOf(error) === NO_COMMON_PROTOCOL) {
      this.misspoken = { speaks: 'http2' }
    }
    const isAnswer = this.phase === 'request' || this.phase === 'response'
    if (isAnswer && this.heard.speaks() !== null) {
      this.#unreadable()
    } else {
      super.fail(error)
    }
  }

  #unreadable(): void {
    this.refuse(this.socket?.readableEnded ?? true)
  }

  protected override release(): void {
    // After a complete answer over HTTP/1.1 undici closes the connection itself, since it was asked to `reset`
    if (this.downloadMs === null || this.version === '2') {
      super.release()
    } else {
      this.#line.done()
      if (this.socket !== null) {
        letGo(this.socket)
      }
      withoutStackTraces()
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
  if (isTls(socket)) {
    return socket.alpnProtocol === 'h2' ? '2' : '1.1'
  }
  return Object.assign(socket, { alpnProtocol: 'h2' }) && '2'
}

/** Under which a socket that speaks HTTP/2 knows its attempt. */
const ATTEMPT = Symbol('attempt')

// Node and undici take a stream that the peer has cancelled for one that has ended; its `rstCode` tells, and undici
// does not hand the stream over
subscribe('http2.client.stream.created', (message) => {
  const { stream } = message as { stream: ClientHttp2Stream }
  const socket: (Socket & { [ATTEMPT]?: UndiciAttempt }) | undefined = stream.session?.socket
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
    if (chunk[at + 10] === ZERO && chunk[at + 11] === ZERO) {
      chunk[at + 11] = TWO
    }
    const end = chunk.indexOf('\r\n\r\n', at)
    if (end === -1) {
      break
    }
    if (end + 4 === chunk.length) {
      return { at, isOver: true }
    }
    at = end + 4
  }
  return { at, isOver: false }
}

/** A value without the blanks behind it, which are no part of it (RFC 9110 5.5); undici leaves them. */
function unpadded(value: string | string[] | undefined): string | string[] | undefined {
  if (typeof value !== 'string') {
    return value?.map((one) => String(unpadded(one)))
  }
  let end = value.length
  while (value[end - 1] === ' ' || value[end - 1] === '\t') {
    end--
  }
  return value.slice(0, end)
}

const isTls = (socket: Socket): socket is TLSSocket => 'encrypted' in socket

/**
 * undici makes an Error, with a stack trace, to close a connection after every answer: a third of a try's cost. It does
 * so right after `onResponseEnd` returns, so traces are off for the rest of this very run of the stack and no longer.
 */
function withoutStackTraces(): void {
  if (tracesOff) {
    return
  }
  tracesOff = true
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  queueMicrotask(() => {
    Error.stackTraceLimit = limit
    tracesOff = false
  })
}

let tracesOff = false
