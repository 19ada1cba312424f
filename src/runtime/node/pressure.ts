import { monitorEventLoopDelay } from 'node:perf_hooks'

/** How often is looked, milliseconds. */
const LOOK_MS = 250
/** What half of all turns of the event loop took at least, in one look, milliseconds. */
const SLOW_MS = 200
/** So many looks in a row: one long piece of work is no load. */
const LOOKS = 3
const RESOLUTION_MS = 20

export type Pressure = {
  /** Whether this thread has been late for most of what it does, for some time, and new work should be refused. */
  isHigh(): boolean
  close(): void
}

/**
 * Watches how late the event loop is. Where work comes faster than it can be done, each turn of the loop takes up all
 * that came meanwhile and takes ever longer; what is refused early costs little, so that what is taken ends in time.
 */
export function watchPressure(): Pressure {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  let slow = 0
  const look = setInterval(() => {
    slow = isSlow(delay.percentile(50) / 1e6) ? slow + 1 : 0
    delay.reset()
  }, LOOK_MS)
  look.unref()
  return {
    isHigh: () => slow >= LOOKS,
    close() {
      clearInterval(look)
      delay.disable()
    },
  }
}

const isSlow = (medianMs: number): boolean => medianMs >= SLOW_MS
