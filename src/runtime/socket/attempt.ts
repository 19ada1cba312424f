import { connect, type Socket } from 'node:net'
import type { Failure, Phase } from '../../check/codes.ts'
import { failureOf } from '../../check/failure.ts'
import type { DialOptions, DialTls, Exchange, TlsEvidence } from '../../check/network.ts'
import { unwatchAbort, watchAbort } from './abort-watch.ts'

/** The runtimes do these each in its own way; `node:net` itself is on both. */
export type Transport = {
  /** Runs TLS over a connected socket; `secureConnect` or `error` tells how it ended. May throw. */
  startTls(socket: Socket, tls: DialTls, alpn: readonly string[]): Socket
  /** Reads what the handshake showed from a socket that is secured. */
  tlsEvidence(socket: Socket): TlsEvidence
  /** The code for the failure table of what was thrown or emitted in that phase. */
  codeOf(error: unknown, phase: Phase): string
  localAddress(socket: Socket): string | null
  /** Runs work soon, where what other sockets say must be timed first; else at once. */
  inTurn(work: () => void): void
  /** Tells when what a socket emits now has come, by `performance.now()`; not before `afterMs`. */
  heardAt(afterMs: number): number
}

/**
 * One exchange with one peer over one new connection: dials, times each phase by the socket's own events, and ends
 * exactly once – by the protocol on top, by a failure, by the timeout or by the caller's signal. The timeout is one
 * timer over all phases, so that no peer can hold an exchange by sending a little now and then.
 *
 * A phase's time is kept when the phase was completed; of the one that failed, only `totalMs` tells.
 */
export abstract class Attempt<T extends Exchange> {
  protected readonly options: DialOptions
  readonly #transport: Transport
  protected phase: Phase = 'connect'
  protected connectMs: number | null = null
  protected tlsMs: number | null = null
  protected firstByteMs: number | null = null
  protected downloadMs: number | null = null
  protected tls: TlsEvidence | null = null
  protected socket: Socket | null = null
  /** Under TLS as well: what goes over it is what goes over the wire. */
  #connection: Socket | null = null
  protected ended = false
  /** Among those who watch the signal. */
  place = 0
  readonly #startedAt: number
  readonly #end: (exchange: T) => void
  #timer: NodeJS.Timeout
  #localAddress: string | null = null
  #waiting = false
  #waitedMs = 0
  /** The part of it by which the timeout was put off. */
  #putOffMs = 0
  #held: Error | null = null

  constructor(transport: Transport, options: DialOptions, end: (exchange: T) => void) {
    this.#transport = transport
    this.options = options
    this.#end = end
    this.#startedAt = performance.now()
    this.#timer = setTimeout(onTimer, Math.ceil(options.timeoutMs), this)
    watchAbort(options.signal, this)
  }

  /** Adds what the protocol on top knows of the exchange. */
  protected abstract evidence(exchange: Exchange): T

  /** Dials, then hands over a socket that is connected, and secured where `tls` is asked for. */
  protected dial(tls: DialTls | null, alpn: readonly string[], ready: (socket: Socket) => void): void {
    if (this.options.signal.aborted) {
      this.onAbort()
      return
    }
    this.#inTurn(() => this.#connect(tls, alpn, ready))
  }

  #connect(tls: DialTls | null, alpn: readonly string[], ready: (socket: Socket) => void): void {
    const { address, port } = this.options
    const startedAt = performance.now()
    // The address is an IP: no lookup. One attempt, one family (no happy eyeballs): we want to know what we test.
    const socket = connect({ host: address, port, autoSelectFamily: false, noDelay: true })
    this.socket = socket
    this.#connection = socket
    socket.on('error', (error) => this.#onSocketError(error))
    socket.once('close', forget)
    socket.once('connect', () => {
      this.connectMs = this.heardSince(startedAt)
      this.#inTurn(() => {
        this.#localAddress = this.#transport.localAddress(socket)
        if (tls === null) {
          ready(socket)
        } else {
          this.secure(tls, alpn, ready)
        }
      })
    })
  }

  /**
   * Goes on when it is its turn. That this side is not ready is not the peer's doing: the wait is no part of a time.
   */
  #inTurn(work: () => void): void {
    const askedAt = performance.now()
    this.#waiting = true
    this.#transport.inTurn(() => {
      this.#waiting = false
      if (this.ended) {
        return
      }
      this.#waitedMs += performance.now() - askedAt
      try {
        work()
      } catch (error) {
        this.fail(error)
      }
      // A phase that was reached stays so: an error that came meanwhile belongs to the next one
      if (this.#held !== null) {
        this.fail(this.#held)
      }
    })
  }

  /** Runs TLS over the connection. A certificate that is refused is kept as evidence before the exchange ends. */
  protected secure(tls: DialTls, alpn: readonly string[], ready: (socket: Socket) => void): void {
    if (this.socket === null) {
      return
    }
    const startedAt = performance.now()
    this.phase = 'tls'
    let secured: Socket
    try {
      secured = this.#transport.startTls(this.socket, tls, alpn)
    } catch (error) {
      this.fail(error)
      return
    }
    this.socket = secured
    secured.on('error', (error) => this.#onSocketError(error))
    secured.once('close', forget)
    secured.once('secureConnect', () => {
      if (this.ended) {
        return
      }
      this.tlsMs = this.heardSince(startedAt)
      this.#inTurn(() => {
        this.tls = this.#transport.tlsEvidence(secured)
        const { authorized, authorizationError } = this.tls
        if (tls.verify && !authorized) {
          this.finish(failureOf(authorizationError ?? 'UNSPECIFIED', 'tls'))
        } else {
          ready(secured)
        }
      })
    })
  }

  /** Milliseconds from a reading of `performance.now()` to when what a socket emits now had come. */
  protected heardSince(startedAt: number): number {
    return rounded(Math.max(0, this.heardAt(startedAt) - startedAt))
  }

  /** Runs work behind all that sockets have said before. */
  protected inTurn(work: () => void): void {
    this.#transport.inTurn(work)
  }

  /** Tells by `performance.now()` when that came which a socket emits now: after `afterMs`. */
  protected heardAt(afterMs: number): number {
    return this.#transport.heardAt(afterMs)
  }

  /** The connection has broken. */
  protected lost(error: Error): void {
    this.fail(error)
  }

  /** Ends the exchange with what a thrown or emitted error means in the current phase. */
  protected fail(error: unknown): void {
    if (this.ended) {
      return
    }
    this.finish(failureOf(this.#transport.codeOf(error, this.phase), this.phase, error))
  }

  /**
   * Ends the exchange; what comes later is ignored.
   *
   * @param at when it ended, where that was before now.
   */
  protected finish(failure: Failure | null, at = performance.now()): void {
    if (this.ended) {
      return
    }
    this.ended = true
    const totalMs = rounded(at - this.#startedAt - this.#waitedMs)
    clearTimeout(this.#timer)
    unwatchAbort(this.options.signal, this)
    // The route has chosen an address even if nobody has answered; a socket that was refused does not know it any more.
    if (this.socket?.connecting) {
      this.#localAddress = this.#transport.localAddress(this.socket)
    }
    if (this.#connection !== null) {
      this.options.counts?.(bytesOver(this.#connection))
    }
    this.release()
    this.#end(
      this.evidence({
        timings: {
          dnsMs: null,
          connectMs: this.connectMs,
          tlsMs: this.tlsMs,
          firstByteMs: this.firstByteMs,
          downloadMs: this.downloadMs,
          totalMs,
        },
        resolvedAddress: this.options.address,
        localAddress: this.#localAddress,
        tls: this.tls,
        failure,
      }),
    )
  }

  /** Lets go of the connection. */
  protected release(): void {
    this.socket?.destroy()
  }

  /** The caller's signal was aborted. Its reason is the failure; only the phase is known here alone. */
  onAbort(): void {
    const reason: Failure = this.options.signal.reason
    this.finish({ ...reason, phase: this.phase })
  }

  /**
   * A timer that fires late may overtake data that has been waiting in the kernel: what has arrived in time is read
   * first (poll comes before check in the event loop). Then it takes its turn, behind all that was heard and is not
   * worked on yet.
   */
  onTimer(): void {
    setImmediate(onTimeUp, this)
  }

  onTimeUp(): void {
    this.#transport.inTurn(() => {
      if (this.ended) {
        return
      }
      const lostMs = this.#waitedMs - this.#putOffMs
      if (lostMs < 1) {
        return this.onTimeUpInTurn()
      }
      this.#putOffMs = this.#waitedMs
      this.#timer = setTimeout(onTimer, Math.ceil(lostMs), this)
    })
  }

  /** The time is over, and all that had come in time was worked on. */
  protected onTimeUpInTurn(): void {
    this.finish(failureOf('TIMEOUT', this.phase))
  }

  #onSocketError(error: Error): void {
    if (this.#waiting) {
      this.#held = error
    } else {
      this.lost(error)
    }
  }
}

/** A runtime may not say. */
const bytesOver = ({ bytesRead, bytesWritten }: Socket): number => (bytesRead || 0) + (bytesWritten || 0)

/** Milliseconds since a reading of the monotonic clock, to the microsecond: more digits are noise, and are stored. */
export const since = (startedAt: number): number => rounded(performance.now() - startedAt)
export const rounded = (ms: number): number => Math.round(ms * 1000) / 1000

/**
 * Nothing comes after `close`. Node's Writable has a function literal assigned to a property of it, which V8 makes old
 * at birth: until the next full collection each young one would copy the socket and all that it knows.
 */
function forget(this: Socket): void {
  this.removeAllListeners()
}

const onTimer = (attempt: { onTimer(): void }) => attempt.onTimer()
const onTimeUp = (attempt: { onTimeUp(): void }) => attempt.onTimeUp()
