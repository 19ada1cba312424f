import type { Clock } from '../../src/lib/clock.ts'

/** Time that passes `times` as fast as it does. What waits for sockets waits in real time, so that it seems slower. */
export function quickClock(times: number, startMs = Date.parse('2026-11-30T00:00:00Z')): Clock {
  const begunMs = performance.now()
  const elapsedMs = () => (performance.now() - begunMs) * times
  return {
    now: () => Math.round(startMs + elapsedMs()),
    monotonic: elapsedMs,
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
        const timer = setTimeout(done, ms / times)
        signal?.addEventListener('abort', done)
      }),
  }
}
