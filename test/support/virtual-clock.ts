import type { Clock } from '../../src/lib/clock.ts'

type Sleeper = { atMs: number; wake(): void }

/** Time that passes only when a test says so, or when everybody sleeps. */
export class VirtualClock implements Clock {
  readonly #startMs: number
  #ms = 0
  #sleepers: Sleeper[] = []

  constructor(startMs = Date.parse('2026-11-23T00:00:00Z')) {
    this.#startMs = startMs
  }

  now(): number {
    return this.#startMs + this.#ms
  }

  monotonic(): number {
    return this.#ms
  }

  /** Milliseconds since the start. */
  get elapsedMs(): number {
    return this.#ms
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) {
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      const sleeper = { atMs: this.#ms + ms, wake }
      this.#sleepers.push(sleeper)
      signal?.addEventListener('abort', wake)
    })
  }

  /** Lets time pass, from one sleeper to the next, until `work` is done. */
  async during<T>(work: Promise<T>): Promise<T> {
    let done = false
    const finished = work.finally(() => {
      done = true
    })
    finished.catch(() => undefined)
    for (let steps = 0; !done && steps < 100_000; steps++) {
      await settled()
      if (done) {
        break
      }
      const next = this.#sleepers.toSorted((left, right) => left.atMs - right.atMs)[0]
      if (!next) {
        throw new Error('nobody sleeps, and the work is not done')
      }
      this.#ms = Math.max(this.#ms, next.atMs)
      next.wake()
    }
    return finished
  }
}

/** All that can happen without time passing has happened. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
