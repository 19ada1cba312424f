/**
 * Works out when a schedule runs next, and for which occurrence. Pure.
 *
 * @module
 */
import { ProblemError } from '../lib/problem.ts'
import type { NextRun, Schedule } from '../record/schedule.ts'
import { jitterOf, type Occurrences, readTiming } from './cron.ts'

/** Finds the first run whose occurrence lies after an instant. */
export function nextRun(
  schedule: Pick<Schedule, 'id' | 'jitterMs'>,
  occurrences: Occurrences,
  afterMs: number,
): NextRun | null {
  const atMs = occurrences.after(afterMs)
  return atMs === null ? null : { atMs, dueAtMs: atMs + jitterOf(schedule.id, atMs, schedule.jitterMs) }
}

/**
 * Lists the runs that come next, the one that is planned included; it is alone where the timing can be read no more, as
 * a time zone may be gone.
 */
export function comingRuns(schedule: Schedule, count: number): NextRun[] {
  if (schedule.next === null) {
    return []
  }
  const runs = [schedule.next]
  try {
    const occurrences = readTiming(schedule)
    for (let last = schedule.next; runs.length < count; ) {
      const next = nextRun(schedule, occurrences, last.atMs)
      if (next === null) {
        break
      }
      runs.push(next)
      last = next
    }
  } catch (error) {
    if (!(error instanceof ProblemError)) {
      throw error
    }
  }
  return runs
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
