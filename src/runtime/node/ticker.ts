import { replan, type TickDeps, tick } from '../../schedule/tick.ts'

export type Ticker = {
  start(): void
  /** The schedules have changed in this process: looks again at once. */
  wake(): void
  /** Begins no more runs. Resolves when what is under way is durable. */
  stop(): Promise<void>
}

/** A tick that failed (the database is busy or full) is tried again after this. */
const RETRY_MS = 1000
/** A wall clock that falls behind its time by more than this was set back. */
const SET_BACK_MS = 1000

/**
 * Sleeps until the next run is due. Schedules of other processes on the same database are run by whichever looks
 * first; should that one end, another finds them within `lookAgainMs`.
 */
export function createTicker(deps: TickDeps, options: { lookAgainMs: number }): Ticker {
  const { clock, log } = deps
  const stop = new AbortController()
  let woken = new AbortController()
  let ended: Promise<void> = Promise.resolve()

  /** Runs what is due. Answers for how many milliseconds it may sleep now. */
  const look = async (): Promise<number> => {
    const atMs = await tick(deps, stop.signal)
    return atMs === null ? options.lookAgainMs : Math.min(Math.max(0, atMs - clock.now()), options.lookAgainMs)
  }

  const loop = async (): Promise<void> => {
    let aheadMs: number | null = null
    while (!stop.signal.aborted) {
      woken = new AbortController()
      let sleepMs = RETRY_MS
      try {
        const wallMs = clock.now() - clock.monotonic()
        if (aheadMs === null || wallMs < aheadMs - SET_BACK_MS) {
          await replan(deps, stop.signal)
        }
        aheadMs = wallMs
        sleepMs = await look()
      } catch (cause) {
        log.error('tick_failed', { cause })
      }
      await clock.sleep(sleepMs, AbortSignal.any([stop.signal, woken.signal]))
    }
  }

  return {
    start() {
      ended = loop().catch((cause) => log.error('ticker_ended', { cause }))
    },
    wake: () => woken.abort(),
    stop() {
      stop.abort()
      return ended
    },
  }
}
