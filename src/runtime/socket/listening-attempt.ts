import type { Socket } from 'node:net'
import type { Exchange } from '../../check/network.ts'
import { Attempt, rounded } from './attempt.ts'

/** A socket says bytes, an error, or `null`: the peer has ended its side. */
type Said = Buffer | Error | null

/**
 * One request, all of it sent at once, and what comes back. What the socket says is timed as it comes and worked on in
 * turn, so that an error stands behind the bytes that came before it: it must not take back an answer that had come.
 */
export abstract class ListeningAttempt<T extends Exchange> extends Attempt<T> {
  /** The last bytes came then, by `performance.now()`; 0: none have. */
  protected arrivedAt = 0
  /** This was said and not worked on yet. */
  #waiting: Said[] = []
  #isSent = false
  #sentAt = 0
  #firstByteAt = 0

  protected abstract read(chunk: Buffer): void
  /** The peer has ended its side. */
  protected abstract over(): void

  /** Sends the request, and hears what comes from now on. */
  protected listen(socket: Socket, request: string | Uint8Array, encoding?: BufferEncoding): void {
    this.#isSent = true
    socket.on('data', (chunk: Buffer) => this.#hear(chunk))
    socket.once('end', () => this.#hear(null))
    socket.once('close', () => this.#hear(null))
    socket.write(request, encoding)
    this.phase = 'response'
    this.#sentAt = performance.now()
    // The peer has hung up meanwhile, and no event tells
    if (socket.destroyed) {
      this.#hear(socket.errored ?? null)
    }
  }

  /** The answer has come to its end. */
  protected finishWhole(): void {
    this.downloadMs = rounded(this.arrivedAt - this.#firstByteAt)
    this.finish(null, this.arrivedAt)
  }

  protected override lost(error: Error): void {
    if (this.#isSent) {
      this.#hear(error)
    } else {
      super.lost(error)
    }
  }

  #hear(said: Said): void {
    if (this.ended) {
      return
    }
    if (!(said instanceof Error)) {
      this.arrivedAt = this.heardAt(Math.max(this.#sentAt, this.arrivedAt))
    }
    if (said !== null && this.firstByteMs === null && !(said instanceof Error)) {
      this.#firstByteAt = this.arrivedAt
      this.firstByteMs = rounded(this.arrivedAt - this.#sentAt)
    }
    this.#waiting.push(said)
    if (this.#waiting.length === 1) {
      this.inTurn(() => this.#work())
    } else {
      // A peer that floods this side waits until it has read
      this.socket?.pause()
    }
  }

  #work(): void {
    const all = this.#waiting
    this.#waiting = []
    for (const said of all) {
      if (this.ended) {
        return
      }
      if (said instanceof Error) {
        this.fail(said)
      } else if (said !== null) {
        this.read(said)
      } else {
        this.over()
      }
    }
    if (all.length > 1) {
      this.socket?.resume()
    }
  }
}
