import { randomInt } from 'node:crypto'
import type { Socket } from 'node:net'
import { failureOf } from '../../check/failure.ts'
import type { DnsQueryExchange, DnsQueryRequest, Exchange } from '../../check/network.ts'
import { Attempt, type Transport } from './attempt.ts'
import { type DnsAsked, dnsExchange, dnsQuery, readDnsAnswer } from './dns-message.ts'

/** One query over one new TCP connection (RFC 7766). Resolves for every network failure. */
export const queryOverTcp = (
  transport: Transport,
  request: DnsQueryRequest,
  explain: (exchange: DnsQueryExchange) => DnsQueryExchange | Promise<DnsQueryExchange> = (exchange) => exchange,
): Promise<DnsQueryExchange> =>
  new Promise((resolve) => new DnsTcpAttempt(transport, request, (exchange) => resolve(explain(exchange))).start())

/** A message has its length before it (RFC 1035 4.2.2). */
const LENGTH_BYTES = 2

class DnsTcpAttempt extends Attempt<DnsQueryExchange> {
  readonly #request: DnsQueryRequest
  readonly #asked: DnsAsked
  #received: Buffer = Buffer.alloc(0)
  #sentAt = 0
  #message: Buffer | null = null

  constructor(transport: Transport, request: DnsQueryRequest, end: (exchange: DnsQueryExchange) => void) {
    super(transport, request, end)
    this.#request = request
    this.#asked = { ...request, id: randomInt(0x1_0000) }
  }

  start(): void {
    this.dial(null, [], (socket) => this.#ask(socket))
  }

  #ask(socket: Socket): void {
    this.phase = 'request'
    const query = dnsQuery(this.#asked)
    const length = Buffer.alloc(LENGTH_BYTES)
    length.writeUInt16BE(query.length)
    socket.on('data', (chunk: Buffer) => this.#hear(chunk))
    socket.once('end', () => this.#onEnd())
    socket.once('close', () => this.#onEnd())
    socket.write(Buffer.concat([length, query]))
    this.phase = 'response'
    this.#sentAt = performance.now()
  }

  #hear(chunk: Buffer): void {
    if (this.ended) {
      return
    }
    this.firstByteMs ??= this.heardSince(this.#sentAt)
    this.#received = Buffer.concat([this.#received, chunk])
    if (this.#received.length < LENGTH_BYTES) {
      return
    }
    const end = LENGTH_BYTES + this.#received.readUInt16BE()
    if (this.#received.length < end) {
      return
    }
    this.#message = this.#received.subarray(LENGTH_BYTES, end)
    this.finish(null)
  }

  #onEnd(): void {
    this.finish(failureOf('CLOSED', this.phase))
  }

  protected override evidence(exchange: Exchange): DnsQueryExchange {
    const told = this.#message === null ? null : readDnsAnswer(this.#message, this.#asked)
    return dnsExchange(exchange, this.#request, told)
  }
}
