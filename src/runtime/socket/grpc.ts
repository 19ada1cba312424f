import type { Socket } from 'node:net'
import { codeOf, failure } from '../../check/failure.ts'
import { evidenceOf, isGrpc, pathOf } from '../../check/grpc/answer.ts'
import { type CallListener, CallReader } from '../../check/grpc/conversation.ts'
import type { Trouble } from '../../check/grpc/greeting.ts'
import { firstMessage, framed, healthRequest } from '../../check/grpc/health.ts'
import type { Field } from '../../check/grpc/hpack.ts'
import { joined, openingOf } from '../../check/grpc/opening.ts'
import type { GrpcExchange, GrpcRequest } from '../../check/network.ts'
import { isHealthCheck } from '../../plan/check.ts'
import type { Transport } from './attempt.ts'
import { type Headers, HttpAttempt } from './http-attempt.ts'

/** One gRPC call over one new connection. Resolves for every network failure; see {@link HttpAttempt}. */
export const exchangeGrpc = (
  transport: Transport,
  request: GrpcRequest,
  explain: (exchange: GrpcExchange) => GrpcExchange | Promise<GrpcExchange> = (exchange) => exchange,
): Promise<GrpcExchange> =>
  new Promise((resolve) => {
    const attempt = new GrpcAttempt(transport, request, (exchange) =>
      resolve(explain({ ...exchange, ...attempt.grpc })),
    )
    attempt.start()
  })

class GrpcAttempt extends HttpAttempt<GrpcRequest> implements CallListener {
  readonly #reader = new CallReader(this)
  #answer: { status: number; headers: Headers } | null = null
  #trailers: Headers | null = null
  #isOver = false
  #parts: Uint8Array[] = []
  #message: Uint8Array | null = null
  protected override version = '2'

  start(): void {
    this.dial(this.request.tls, ['h2'], (socket) => this.#speak(socket))
  }

  get grpc(): Pick<GrpcExchange, 'grpc'> {
    const answer = this.#answer
    if (answer === null) {
      return {}
    }
    // An answer that is none of gRPC is taken for one that ended: its status is all that clients see
    const isOver = this.#isOver || this.isText
    const { call } = this.request
    return { grpc: evidenceOf(call, { ...answer, trailers: this.#trailers, isOver, message: this.#message }) }
  }

  #speak(socket: Socket): void {
    this.phase = 'request'
    // `undefined`: this runtime does not say what was agreed
    if (this.request.tls !== null && 'alpnProtocol' in socket && socket.alpnProtocol !== 'h2') {
      this.#refuse({ code: 'not_grpc', says: 'over TLS the peer did not agree to speak HTTP/2 (ALPN h2)' })
      return
    }
    const { call, service } = this.request
    this.listen(
      socket,
      openingOf(fieldsOf(this.request), framed(isHealthCheck(call) ? healthRequest(service) : new Uint8Array())),
    )
  }

  protected override read(chunk: Buffer): void {
    const trouble = this.#reader.read(chunk)
    if (trouble !== null) {
      this.#refuse(trouble)
    }
  }

  protected override over(): void {
    this.#refuse(this.#reader.end())
  }

  #refuse({ code, says, speaks }: Trouble): void {
    if (speaks !== undefined && !this.ended) {
      this.misspoken = { speaks }
    }
    this.finish(failure(code, this.phase, says))
  }

  onReply(bytes: Uint8Array): void {
    if (!this.ended) {
      this.socket?.write(bytes)
    }
  }

  onHead(status: number, headers: Headers): void {
    if (this.ended) {
      return
    }
    this.#answer = { status, headers }
    this.isText = !isGrpc(headers)
    this.begin(status, headers)
  }

  onData(bytes: Uint8Array): void {
    if (this.ended) {
      return
    }
    this.take(bytes)
    if (this.isText) {
      // Its status says what there is to say, and this much of it who has answered
      this.finish(null, this.arrivedAt)
    } else {
      this.#read(bytes)
    }
  }

  /** Reads the message of a health check; answers to other calls have no known form. */
  #read(bytes: Uint8Array): void {
    if (this.#message !== null || !isHealthCheck(this.request.call)) {
      return
    }
    this.#parts = [joined([...this.#parts, bytes])]
    const message = firstMessage(this.#parts[0] ?? bytes)
    if (message === 'too_large') {
      this.#refuse({ code: 'response_too_large', says: 'the message of the answer is larger than a health status is' })
    } else if (message === 'compressed') {
      this.#refuse({ code: 'invalid_response', says: 'the message of the answer is compressed, which was not agreed' })
    } else {
      this.#message = message
    }
  }

  onEnd(trailers: Headers | null): void {
    if (this.ended) {
      return
    }
    this.#trailers = trailers
    this.#isOver = true
    this.finishWhole()
  }

  protected override fail(error: unknown): void {
    // The peer has no protocol in common with who asks for HTTP/2 alone (RFC 7301 3.2)
    if (codeOf(error) === 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL') {
      this.#refuse({ code: 'not_grpc', says: 'over TLS the peer speaks no HTTP/2 (ALPN h2)' })
    } else {
      super.fail(error)
    }
  }

  /** The header of an answer that is none of gRPC says all. */
  protected override onTimeUpInTurn(): void {
    if (this.#answer !== null && this.isText) {
      this.finish(null, this.arrivedAt)
    } else {
      super.onTimeUpInTurn()
    }
  }
}

/** Written by this side alone; a caller's are left out. */
const OWN = new Set(['host', 'content-type', 'te', 'grpc-timeout', 'connection', 'transfer-encoding', 'upgrade'])
/** At most eight digits are allowed. */
const TIMEOUT_MAX_MS = 99_999_999

/** Pseudo-headers come first, `grpc-timeout` before the metadata (grpc/doc/PROTOCOL-HTTP2.md, "Requests"). */
const fieldsOf = ({ call, headers, tls, timeoutMs }: GrpcRequest): Field[] => [
  [':method', 'POST'],
  [':scheme', tls === null ? 'http' : 'https'],
  [':path', pathOf(call)],
  [':authority', headers.host ?? ''],
  ['te', 'trailers'],
  ['grpc-timeout', `${Math.min(TIMEOUT_MAX_MS, Math.max(1, Math.ceil(timeoutMs)))}m`],
  ['content-type', 'application/grpc'],
  ...Object.entries(headers).filter(([name]) => !OWN.has(name)),
]
