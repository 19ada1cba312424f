import type { Socket } from 'node:net'
import { Client, type Dispatcher } from 'undici'
import type { HttpRequest } from '../../check/network.ts'

/** Response headers together, in bytes. */
const HEADERS_MAX_BYTES = 64 * 1024

/**
 * The client never sees a real origin: it gets a socket that is connected already, and every request has its Host.
 * Shared, so that no URL is parsed for a try.
 */
const PLAIN = new URL('http://portolan.invalid')
const SECURE = new URL('https://portolan.invalid')

/** Who a line works for: connects, and hears of the answer. */
export type Caller = Dispatcher.DispatchHandler & {
  /** Connects, then hands the socket over; where it can't, it hands over nothing. */
  connect(handOver: (socket: Socket) => void): void
  /** The connection has ended, and undici knows of no request that was on its way. */
  onLost(error: Error): void
}

const free: Line[] = []

/** undici's client, for one request on one new connection after another: making a client costs as much as the request. */
export class Line {
  readonly #client: Client
  #caller: Caller | null = null
  #isDone = false
  /** Why the connection has ended. */
  #lost: Error | null = null

  /** A line that nobody is on. */
  static take({ httpVersion, tls }: Pick<HttpRequest, 'httpVersion' | 'tls'>): Line {
    if (httpVersion === '2') {
      return new Line(tls ? SECURE : PLAIN, true)
    }
    return free.pop() ?? new Line(PLAIN, false)
  }

  private constructor(origin: URL, allowH2: boolean) {
    this.#client = new Client(origin, {
      // One timer of ours is over everything: undici's own would only cost
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: HEADERS_MAX_BYTES,
      allowH2,
      connect: (_options, callback) => this.#connect((socket) => callback(null, socket)),
    })
    this.#client.on('disconnect', (_origin, _targets, error) => {
      this.#lost = error
      if (!this.#isDone) {
        return
      }
      this.#caller = null
      if (!allowH2) {
        free.push(this)
      }
    })
  }

  /** A connection that ended before the request was on its way has undici ask for another: an exchange has but one. */
  #connect(handOver: (socket: Socket) => void): void {
    if (this.#lost === null) {
      this.#caller?.connect(handOver)
    } else {
      this.#caller?.onLost(this.#lost)
    }
  }

  send(request: Pick<HttpRequest, 'target' | 'method' | 'headers' | 'body'>, caller: Caller): void {
    const { target, method, headers, body } = request
    this.#caller = caller
    this.#isDone = false
    this.#lost = null
    this.#client.dispatch({ path: target, method, headers, body, reset: true }, caller)
  }

  /** The answer has come whole: once its connection has closed, the line is free for another exchange. */
  done(): void {
    this.#isDone = true
  }
}
