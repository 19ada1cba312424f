/**
 * Works out when a schedule runs next, and for which occurrence. Pure.
 *
 * @module
 */
import type { NextRun, Schedule } from '../record/schedule.ts'
import { jitterOf, type Occurrences } from './cron.ts'

/** Finds the first run whose occurrence lies after an instant. */
export function nextRun(
  schedule: Pick<Schedule, 'id' | 'jitterMs'>,
  occurrences: Occurrences,
  afterMs: number,
): NextRun | null {
  const atMs = occurrences.after(afterMs)
  return atMs === null ? null : { atMs, dueAtMs: atMs + jitterOf(schedule.id, atMs, schedule.jitterMs) }
}

/** A jitter is shorter than the time between two runs: more are looked at only where summer time says otherwise. */
const LOOK_BACK = 3

/**
 * Finds the last occurrence that has come due since `next`: after a stop, or a clock that jumped ahead, one run makes up
 * for all that were missed.
 */
export function lastDue(
  schedule: Pick<Schedule, 'id' | 'jitterMs'>,
  occurrences: Occurrences,
  next: NextRun,
  nowMs: number,
): NextRun {
  let atMs = occurrences.upTo(nowMs)
  for (let i = 0; i < LOOK_BACK && atMs !== null && atMs > next.atMs; i++) {
    const dueAtMs = atMs + jitterOf(schedule.id, atMs, schedule.jitterMs)
    if (dueAtMs <= nowMs) {
      return { atMs, dueAtMs }
    }
    atMs = occurrences.upTo(atMs - 1)
  }
  return next
}
