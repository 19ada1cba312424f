import { type Clock, toInstant } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { believeClock, type ClockBelief } from '../record/clock-belief.ts'
import { readClockBelief, writeClockBelief } from '../store/clock-belief.ts'
import type { Store } from '../store/db.ts'

export type Believable = {
  /** The time by which ages are judged; null while the clock is not believed, so that nothing is deleted. */
  nowMs: number | null
  /** The clock was set back since the last look. */
  setBack: boolean
}

const DAY_MS = 86_400_000
const SET_BACK_MS = 1000

/**
 * Looks whether the clock is to be believed, and says so in the log: when it is no longer, once a day, and when it is
 * again.
 */
export async function lookAtClock(
  { store, clock, log }: { store: Store; clock: Clock; log: Log },
  holdMs: number,
): Promise<Believable> {
  const nowMs = clock.now()
  const before = await readClockBelief(store)
  const belief = believeClock(before, nowMs, holdMs)
  await writeClockBelief(store, belief)
  tell(log, before, belief, holdMs)
  return {
    nowMs: belief.heldSinceMs === null ? nowMs : null,
    setBack: before !== null && nowMs < before.seenMs - SET_BACK_MS,
  }
}

function tell(log: Log, before: ClockBelief | null, { believedMs, seenMs, heldSinceMs }: ClockBelief, holdMs: number) {
  const heldBefore = before?.heldSinceMs ?? null
  if (heldSinceMs === null) {
    if (heldBefore !== null) {
      log.info('retention_goes_on', { clock: toInstant(seenMs) })
    }
    return
  }
  const dayOf = (atMs: number): number => Math.floor((atMs - heldSinceMs) / DAY_MS)
  if (heldBefore === heldSinceMs && before !== null && dayOf(before.seenMs) === dayOf(seenMs)) {
    return
  }
  log.warn('retention_held', {
    why: 'the clock has jumped, or the server was off: nothing is deleted until the clock has gone on for a while',
    clock: toInstant(seenMs),
    lastBelieved: toInstant(believedMs),
    until: toInstant(heldSinceMs + holdMs),
    setting: 'PORTOLAN_RETENTION_HOLD',
  })
}
