import type { Socket } from 'node:net'
import { failureOf } from '../../check/failure.ts'
import { handshakeFlaw } from '../../check/handshake.ts'
import type { Exchange, HttpExchange, HttpRequest } from '../../check/network.ts'
import { AnswerReader } from './answer-reader.ts'
import type { Transport } from './attempt.ts'
import { type Headers, HttpAttempt } from './http-attempt.ts'
import { acceptOf, closeWebSocket, handshakeOf, newKey } from './websocket.ts'

const ALPN: Readonly<Record<HttpRequest['httpVersion'], readonly string[]>> = {
  '1.1': ['http/1.1'],
  '2': ['h2', 'http/1.1'],
}

/** One HTTP/1.1 request over one new connection. Resolves for every network failure; see {@link HttpAttempt}. */
export const exchangeHttp1 = (
  transport: Transport,
  request: HttpRequest,
  explain: (exchange: HttpExchange) => HttpExchange | Promise<HttpExchange> = (exchange) => exchange,
): Promise<HttpExchange> =>
  new Promise((resolve) => new Http1Attempt(transport, request, (exchange) => resolve(explain(exchange))).start())

/** One request of HTTP/1.1 and its answer. */
export class Http1Attempt extends HttpAttempt {
  readonly #reader = new AnswerReader(this.request.method, this, this.request.upgrade !== undefined)
  readonly #key = this.request.upgrade === undefined ? null : newKey()
  #handshake: HttpExchange['handshake']

  start(): void {
    const { tls, httpVersion } = this.request
    this.dial(tls, ALPN[httpVersion], (socket) => this.speak(socket))
  }

  /** Sends the request over a socket that is connected, and reads what comes. */
  protected speak(socket: Socket): void {
    this.phase = 'request'
    const message = messageOf(this.request, this.#key)
    if (message === null) {
      this.finish(failureOf('ERR_INVALID_CHAR', this.phase))
      return
    }
    this.listen(socket, message, 'latin1')
  }

  protected override over(): void {
    if (!this.#reader.end()) {
      this.refuse(true)
    }
  }

  protected override read(chunk: Buffer): void {
    this.heard.keep(chunk)
    const refusal = this.#reader.read(chunk)
    if (refusal === 'MALFORMED') {
      this.refuse(false)
    } else if (refusal !== null) {
      this.finish(failureOf(refusal, this.phase))
    }
  }

  onHead(status: number, version: string, headers: Headers): void {
    this.version = version
    if (status === 101 && this.#key !== null) {
      this.#handshake = handshakeFlaw(headers, acceptOf(this.#key), this.request.headers['sec-websocket-protocol'])
    }
    this.begin(status, headers)
  }

  onBody(bytes: Uint8Array): void {
    if (!this.ended) {
      this.take(bytes)
    }
  }

  onEnd(): void {
    if (this.ended) {
      return
    }
    this.finishWhole()
  }

  protected override evidence(exchange: Exchange): HttpExchange {
    const told = super.evidence(exchange)
    return this.#handshake === undefined ? told : { ...told, handshake: this.#handshake }
  }

  protected override release(): void {
    if (this.#handshake === null && this.socket !== null) {
      closeWebSocket(this.socket)
    } else {
      super.release()
    }
  }

  protected override get owesMore(): boolean {
    return this.#reader.owesMore
  }
}

/** Methods whose empty body is said (RFC 9110 8.6). */
const WITH_BODY = new Set(['POST', 'PUT', 'PATCH'])
/** Headers that say where the message ends, and are this side's to say. */
const OWN = new Set(['connection', 'content-length'])
const SENDABLE = /^[\t\x20-\x7e\x80-\xff]*$/

/** The request, each character one byte; `null`: something in it would end its line early, or contradict its length. */
function messageOf({ method, target, headers, body }: HttpRequest, key: string | null): string | null {
  let head = `${method} ${target} HTTP/1.1`
  let isSendable = SENDABLE.test(head) && headers['transfer-encoding'] === undefined
  for (const name in headers) {
    if (OWN.has(name)) {
      continue
    }
    const line = `${name}: ${headers[name]}`
    isSendable &&= SENDABLE.test(line)
    head += `\r\n${line}`
  }
  if (!isSendable) {
    return null
  }
  const content = body ? Buffer.from(body).toString('latin1') : ''
  const length = content !== '' || WITH_BODY.has(method) ? `content-length: ${content.length}\r\n` : ''
  const connection = key === null ? 'connection: close\r\n' : handshakeOf(key)
  return `${head}\r\n${connection}${length}\r\n${content}`
}
