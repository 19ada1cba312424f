import { hash } from 'node:crypto'
import type { Failure } from '../../check/codes.ts'
import { codeOf, failureOf } from '../../check/failure.ts'
import { headerBytesOf, keptHeaders, snippetOf } from '../../check/http-evidence.ts'
import type {
  BodyCut,
  DialOptions,
  Exchange,
  HttpEvidence,
  HttpExchange,
  HttpRequest,
  Misspoken,
} from '../../check/network.ts'
import { AnswerBody } from './answer-body.ts'
import type { Transport } from './attempt.ts'
import { Heard } from './heard.ts'
import { ListeningAttempt } from './listening-attempt.ts'

/** Lower-case names. */
export type Headers = Record<string, string | string[] | undefined>

/** An answer is read so far. */
type Answered = DialOptions & Pick<HttpRequest, 'bodyLimitBytes' | 'streamMs'>

/**
 * One HTTP request over one new connection, as far as it is the same on every runtime: what is kept of the answer, how
 * much of its body is read, and what becomes of an answer that cannot be read.
 */
export abstract class HttpAttempt<Request extends Answered = HttpRequest> extends ListeningAttempt<HttpExchange> {
  protected readonly request: Request
  protected readonly heard = new Heard()
  protected misspoken: Misspoken = {}
  protected version = '1.1'
  /** The body is for people to read. */
  protected isText = true
  readonly #body: AnswerBody
  #status: number | null = null
  #headers: Headers = {}

  constructor(transport: Transport, request: Request, end: (exchange: HttpExchange) => void) {
    super(transport, request, end)
    this.request = request
    this.#body = new AnswerBody(request)
  }

  /** The header of the final answer has come. */
  protected begin(status: number, headers: Headers): void {
    this.phase = 'body'
    this.#status = status
    this.#headers = headers
    this.#body.begin(headers, () => {
      if (!this.ended && !this.owesMore) {
        this.#cut('time')
      }
    })
  }

  /** A piece of the body was announced and has not come whole. */
  protected get owesMore(): boolean {
    return false
  }

  protected take(chunk: Uint8Array): void {
    if (this.#body.take(chunk)) {
      return
    }
    if (this.#body.isOptional) {
      this.#cut('limit')
    } else {
      this.finish(failureOf('TOO_LARGE', this.phase))
    }
  }

  /** Enough of the body was read: the answer counts up to the last byte that came. */
  #cut(how: BodyCut): void {
    this.#body.cut = how
    this.finish(null, this.arrivedAt || performance.now())
  }

  /**
   * The answer cannot be read; its first bytes tell why.
   *
   * @param isOver the peer has ended its side.
   */
  protected refuse(isOver: boolean): void {
    if (this.ended) {
      return
    }
    const { failure, ...misspoken } = this.heard.explain(this.phase, isOver)
    this.misspoken = misspoken
    this.finish(failure)
  }

  protected override fail(error: unknown): void {
    // A server of HTTP/2 alone says so in the handshake (RFC 7301 3.2)
    if (codeOf(error) === 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL') {
      this.misspoken = { speaks: 'http2' }
    }
    super.fail(error)
  }

  protected override finish(failure: Failure | null, at?: number): void {
    super.finish(this.#body.worded(failure), at)
  }

  protected override onTimeUpInTurn(): void {
    const silentMs = performance.now() - this.arrivedAt
    if (this.phase === 'body' && this.#body.isEnough(silentMs, this.owesMore)) {
      this.#cut('time')
    } else {
      super.onTimeUpInTurn()
    }
  }

  protected override evidence(exchange: Exchange): HttpExchange {
    const body = this.#body.end()
    const http = this.#status === null ? null : this.#describe(this.#status, body)
    return { ...exchange, ...this.misspoken, http, headers: http && this.#headers, body: http && body }
  }

  #describe(status: number, body: Uint8Array): HttpEvidence {
    const location = this.#headers.location
    return {
      status,
      version: this.version,
      headers: keptHeaders(this.#headers),
      headerBytes: headerBytesOf(this.#headers),
      location: Array.isArray(location) ? (location[0] ?? null) : (location ?? null),
      bodyBytes: body.length,
      bodySnippet: this.isText ? snippetOf(body) : '',
      bodySha256: hash('sha256', body),
      ...(this.#body.cut !== null && { bodyCut: this.#body.cut }),
    }
  }
}
