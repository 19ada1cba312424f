import { randomInt } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { isIP } from 'node:net'
import { performance } from 'node:perf_hooks'
import type { Failure } from '../../check/codes.ts'
import { codeOf, failure, failureOf } from '../../check/failure.ts'
import type { DnsQueryExchange, DnsQueryRequest, Exchange } from '../../check/network.ts'
import { NO_TIMINGS } from '../../check/network.ts'
import { since } from '../socket/attempt.ts'
import { type DnsTold, dnsExchange, dnsQuery, readDnsAnswer } from '../socket/dns-message.ts'

/**
 * A resolver waits so long before it sends again, and then twice as long; where there is less time, a quarter of it.
 */
const RESEND_MS = 1000
const RESENDS_MAX = 2

/**
 * One query over UDP. It is sent again where nothing comes, as resolvers do: one packet may be lost anywhere. The
 * socket is connected, so that the kernel lets nobody else answer and tells of a port that is closed (udp(7)). What
 * comes and is no answer to this question is passed over, as it may be anybody's (RFC 5452 9.1), and told if nothing
 * better comes.
 */
export const queryOverUdp = (
  request: DnsQueryRequest,
  explain: (exchange: DnsQueryExchange) => DnsQueryExchange | Promise<DnsQueryExchange>,
): Promise<DnsQueryExchange> =>
  new Promise((resolve) => new UdpQuery(request, (exchange) => resolve(explain(exchange))).start())

class UdpQuery {
  readonly #request: DnsQueryRequest
  readonly #end: (exchange: DnsQueryExchange) => void
  readonly #asked: DnsQueryRequest & { id: number }
  readonly #startedAt = performance.now()
  readonly #timer: NodeJS.Timeout
  #again: NodeJS.Timeout | undefined
  #socket: Socket | null = null
  #localAddress: string | null = null
  #sent = 0
  #bytes = 0
  #firstByteMs: number | null = null
  /** The last datagram that came and was no answer, as a failure. */
  #wrong: Failure | null = null
  #ended = false

  constructor(request: DnsQueryRequest, end: (exchange: DnsQueryExchange) => void) {
    this.#request = request
    this.#asked = { ...request, id: randomInt(0x1_0000) }
    this.#end = end
    // setImmediate lets a datagram that arrived in time be read first: poll comes before check in the event loop
    this.#timer = setTimeout(() => setImmediate(() => this.#timeUp()), Math.ceil(request.timeoutMs))
    request.signal.addEventListener('abort', this.#onAbort)
  }

  start(): void {
    const { address, port, signal } = this.#request
    if (signal.aborted) {
      this.#onAbort()
      return
    }
    const socket = createSocket(isIP(address) === 6 ? 'udp6' : 'udp4')
    this.#socket = socket
    socket.on('error', (error) => this.#fail(error))
    socket.on('message', (message) => this.#hear(message))
    // An error is told to whoever asked, not emitted
    socket.connect(port, address, (error?: unknown) => {
      if (error !== undefined && error !== null) {
        this.#fail(error)
      } else if (!this.#ended) {
        this.#localAddress = socket.address().address
        this.#send(socket)
      }
    })
  }

  #send(socket: Socket): void {
    this.#sent++
    const query = dnsQuery(this.#asked)
    this.#bytes += query.length
    socket.send(query, (error) => {
      if (error) {
        this.#fail(error)
      }
    })
    if (this.#sent <= RESENDS_MAX) {
      const first = Math.min(RESEND_MS, this.#request.timeoutMs / 4)
      this.#again = setTimeout(() => this.#send(socket), first * 2 ** (this.#sent - 1))
    }
  }

  #hear(message: Buffer): void {
    this.#bytes += message.length
    if (this.#ended) {
      return
    }
    this.#firstByteMs ??= since(this.#startedAt)
    const told = readDnsAnswer(message, this.#asked)
    if ('code' in told) {
      this.#wrong = told
    } else {
      this.#finish(told)
    }
  }

  #timeUp(): void {
    const times = this.#sent === 1 ? 'one query' : `${this.#sent} queries`
    const silence = failure('udp_timeout', 'connect', `nothing came back over UDP to ${times} to DNS`)
    this.#finish(this.#wrong ?? silence)
  }

  #fail(error: unknown): void {
    this.#finish(failureOf(codeOf(error), 'connect', error))
  }

  readonly #onAbort = (): void => {
    const reason: Failure = this.#request.signal.reason
    this.#finish({ ...reason, phase: 'response' })
  }

  #finish(told: DnsTold | Failure): void {
    if (this.#ended) {
      return
    }
    this.#ended = true
    clearTimeout(this.#timer)
    clearTimeout(this.#again)
    this.#request.signal.removeEventListener('abort', this.#onAbort)
    this.#socket?.close()
    this.#request.counts?.(this.#bytes)
    const exchange: Exchange = {
      timings: { ...NO_TIMINGS, firstByteMs: this.#firstByteMs, totalMs: since(this.#startedAt) },
      resolvedAddress: this.#request.address,
      localAddress: this.#localAddress,
      tls: null,
      failure: null,
    }
    this.#end(dnsExchange(exchange, this.#request, told, Math.max(0, this.#sent - 1)))
  }
}
