import type { Socket } from 'node:net'
import { beginConversation, type Turn } from '../../check/conversation.ts'
import { failureOf } from '../../check/failure.ts'
import type { DialTls, Exchange, TcpExchange, TcpRequest } from '../../check/network.ts'
import { Attempt, type Transport } from './attempt.ts'

/**
 * One TCP connection: connect, TLS where asked for, then the steps in order; in each step what is expected is awaited
 * first, then `send` is sent, then TLS is started (blackbox_exporter's order). Resolves for every network failure.
 */
export const exchangeTcp = (
  transport: Transport,
  request: TcpRequest,
  explain: (exchange: TcpExchange) => TcpExchange | Promise<TcpExchange> = (exchange) => exchange,
): Promise<TcpExchange> =>
  new Promise((resolve) => new TcpAttempt(transport, request, (exchange) => resolve(explain(exchange))).start())

class TcpAttempt extends Attempt<TcpExchange> {
  readonly #request: TcpRequest
  readonly #turns: readonly Turn[]
  #step = 0
  #awaiting = false
  #waitingSince = 0
  #received = ''
  #bytes = 0
  #decoder = new TextDecoder()

  constructor(transport: Transport, request: TcpRequest, end: (exchange: TcpExchange) => void) {
    super(transport, request, end)
    this.#request = request
    this.#turns = beginConversation(request.steps)
  }

  start(): void {
    this.dial(this.#request.tls, [], (socket) => {
      if (this.#turns.length === 0) {
        return this.finish(null)
      }
      this.#converse(socket)
    })
  }

  #converse(socket: Socket): void {
    this.#waitingSince = performance.now()
    socket.on('data', this.#onData)
    socket.once('end', this.#onEnd)
    this.#advance()
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.ended) {
      return
    }
    this.firstByteMs ??= this.heardSince(this.#waitingSince)
    this.#bytes += chunk.length
    this.#received += this.#decoder.decode(chunk, { stream: true })
    if (this.#bytes > this.#request.readLimitBytes) {
      this.finish(failureOf('TOO_LARGE', 'body'))
    } else if (this.#awaiting) {
      this.#advance()
    }
  }

  readonly #onEnd = (): void => this.finish(failureOf('CLOSED', this.phase))

  /** Goes on as far as what was received allows. */
  #advance(): void {
    while (this.#step < this.#turns.length && !this.ended) {
      const turn = this.#turns[this.#step]
      if (turn?.expect) {
        this.#awaiting = true
        this.phase = 'response'
        const used = turn.expect(this.#received)
        if (used === null) {
          return
        }
        if (typeof used !== 'number') {
          this.finish(used)
          return
        }
        this.#awaiting = false
        this.#received = this.#received.slice(used)
      }
      if (turn?.send) {
        this.phase = 'request'
        this.#waitingSince = performance.now()
        this.socket?.write(turn.send())
      }
      this.#step++
      if (turn?.startTls) {
        this.#startTls(turn.startTls)
        return
      }
    }
    this.finish(null)
  }

  #startTls(tls: DialTls): void {
    const plain = this.socket
    plain?.off('data', this.#onData)
    plain?.off('end', this.#onEnd)
    this.secure(tls, [], (socket) => this.#converse(socket))
  }

  protected override evidence(exchange: Exchange): TcpExchange {
    const { failure } = exchange
    const talking =
      failure !== null && (failure.phase === 'request' || failure.phase === 'response' || failure.phase === 'body')
    return { ...exchange, failedStep: talking ? this.#step : null, received: this.#received }
  }
}
