/**
 * Decides whether the wall clock is to be believed before anything is deleted for its age. A clock that jumps a year
 * ahead makes everything a year old. Pure.
 *
 * @module
 */

/** The memory between two looks at the clock. */
export type ClockBelief = {
  /** The clock when it was last believed. */
  believedMs: number
  /** The clock when it was last looked at. */
  seenMs: number
  /** The instant that the clock showed when it stopped being believed; `null`: it is believed. */
  heldSinceMs: number | null
}

const HOUR_MS = 3_600_000
/** A clock that is not believed may stand still so long, because the server is off, and go on being tried. */
const OFF_MS = 45 * 24 * HOUR_MS

/**
 * Looks at the clock. It is believed as long as it goes no further between two times that it is believed than `holdMs`
 * (an hour at least), ahead or back; and when it has gone on for `holdMs` from where it jumped to.
 *
 * @param before `null`: nobody has looked before.
 */
export function believeClock(before: ClockBelief | null, nowMs: number, holdMs: number): ClockBelief {
  const believed = { believedMs: nowMs, seenMs: nowMs, heldSinceMs: null }
  if (before === null || Math.abs(nowMs - before.believedMs) <= Math.max(holdMs, HOUR_MS)) {
    return believed
  }
  const { believedMs, seenMs, heldSinceMs } = before
  const goesOn = heldSinceMs !== null && nowMs >= seenMs && nowMs - seenMs <= OFF_MS
  const sinceMs = goesOn ? heldSinceMs : nowMs
  return nowMs - sinceMs >= holdMs && goesOn ? believed : { believedMs, seenMs: nowMs, heldSinceMs: sinceMs }
}
