/** Instants and durations. Injected wherever time matters, so that tests own it. */
export type Clock = {
  /** Wall time, epoch milliseconds. */
  now(): number
  /** A reading that only grows, milliseconds with fractions; for durations, never for instants. */
  monotonic(): number
  /** Resolves after `ms`, or at once when `signal` aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) {
        return resolve()
      }
      const done = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      signal?.addEventListener('abort', done)
    }),
}

/** The reason to end a sleep that is needed no longer; `abort()` without one makes an exception with its stack each time. */
export const DONE = 'done'

/**
 * A clock whose wall time goes on from now as the monotonic one does: what belongs together is told by one clock, though
 * somebody sets the machine's in between.
 */
export function steadyClock(clock: Clock): Clock {
  const offsetMs = clock.now() - clock.monotonic()
  return {
    now: () => Math.round(offsetMs + clock.monotonic()),
    monotonic: () => clock.monotonic(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
  }
}

/** Epoch milliseconds → RFC 3339 UTC, as every `…At` of the API. */
export const toInstant = (ms: number): string => new Date(ms).toISOString()

/** The last instant that RFC 3339 can write: years have four digits there. */
export const LAST_INSTANT_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999)
