import type { Clock } from '../../src/lib/clock.ts'

export type ManualClock = Clock & {
  /** Time goes on; whoever slept until then wakes, the earliest first. */
  advance(ms: number): void
  /** The wall clock is set, forwards or back; no time goes by. */
  set(nowMs: number): void
  /** Resolves when somebody begins to sleep for at least `ms`: there is nothing more to do before. */
  asleep(ms?: number): Promise<void>
}

/** A clock that stands still until it is told otherwise. */
export function createManualClock(nowMs: number): ManualClock {
  let wallMs = nowMs
  let monotonicMs = 0
  const sleepers = new Set<{ untilMs: number; wake: () => void }>()
  let watchers: { ms: number; resolve: () => void }[] = []
  return {
    now: () => wallMs,
    monotonic: () => monotonicMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) {
          return resolve()
        }
        const wake = () => {
          sleepers.delete(sleeper)
          signal?.removeEventListener('abort', wake)
          resolve()
        }
        const sleeper = { untilMs: monotonicMs + ms, wake }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', wake)
        const awaited = watchers.filter((watcher) => ms >= watcher.ms)
        watchers = watchers.filter((watcher) => !awaited.includes(watcher))
        for (const watcher of awaited) {
          watcher.resolve()
        }
      }),
    advance(ms) {
      wallMs += ms
      monotonicMs += ms
      const due = [...sleepers].filter(({ untilMs }) => untilMs <= monotonicMs)
      for (const { wake } of due.toSorted((a, b) => a.untilMs - b.untilMs)) {
        wake()
      }
    },
    set(ms) {
      wallMs = ms
    },
    asleep: (ms = 0) => new Promise((resolve) => watchers.push({ ms, resolve })),
  }
}
