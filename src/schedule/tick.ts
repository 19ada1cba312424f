/**
 * Makes jobs of the schedules that are due. Each occurrence is run once, whatever wakes it (a timer, a cron trigger),
 * however often, and in however many processes, because its key in the database decides.
 *
 * @module
 */
import { type AcceptDeps, makeLiveJob, makePlannedJob, queuedOf, roomInQueue } from '../job/accept.ts'
import { jobsToRun, makeBatch } from '../job/accept-batch.ts'
import type { ReadHow } from '../kube/object-source.ts'
import { toInstant } from '../lib/clock.ts'
import { newId } from '../lib/id.ts'
import type { Log } from '../lib/log.ts'
import { ProblemError } from '../lib/problem.ts'
import { internalProblem, type JobProblem, problemOf, type QueuedJob } from '../record/job.ts'
import type { NextRun, Schedule } from '../record/schedule.ts'
import {
  claimRun,
  type DueSchedule,
  dueSchedules,
  firstDue,
  listPlanned,
  type MadeByRun,
  type Move,
  setNextRuns,
} from '../store/schedule-runs.ts'
import { readTiming } from './cron.ts'
import { lastDue, nextRun } from './next-run.ts'
import { readWork } from './read-work.ts'

export type TickDeps = AcceptDeps & { log: Log }

/** Schedules that are planned side by side, so that their writes share a flush of the disk. */
const PAGE = 32
/** A run that waits for the one before, or for room in the queue, is looked at again after this time. */
const WAIT_MS = 1000

/**
 * Runs what is due, in the order in which it came due.
 *
 * @param stop aborted when this process is to end: what has not been begun is left to the next.
 * @param page of schedules that are run between two looks at `stop`.
 * @returns when to look again at the latest; `null`: nothing is planned.
 */
export async function tick(deps: TickDeps, stop?: AbortSignal, page = PAGE): Promise<number | null> {
  const nowMs = deps.clock.now()
  while (!stop?.aborted) {
    const room = await roomInQueue(deps)
    const due = room === 0 ? [] : await dueSchedules(deps.store, nowMs, Math.min(page, room))
    if (due.length === 0) {
      break
    }
    const made = await Promise.all(due.map((one) => runDue(deps, one, nowMs)))
    await deps.queue.enqueue(made.flat())
  }
  const { atMs, waiting } = await firstDue(deps.store, nowMs)
  return waiting ? Math.min(atMs ?? Number.POSITIVE_INFINITY, nowMs + WAIT_MS) : atMs
}

/** @returns the jobs to enqueue: none where nothing was made, or not by this process. */
async function runDue(deps: TickDeps, due: DueSchedule, nowMs: number): Promise<readonly QueuedJob[]> {
  const { schedule, next: seen, busy } = due
  const timing = await attempt(deps, schedule, () => occurrencesOf(schedule, seen, nowMs))
  const { atMs, next } = 'problem' in timing ? { atMs: seen.atMs, next: null } : timing
  const made = 'problem' in timing ? timing : busy && schedule.overlap === 'skip' ? null : await make(deps, schedule)
  const claim = newId('request', nowMs)
  if (!(await claimRun(deps.store, schedule, seen, { atMs, next, claim, made }))) {
    return []
  }

  const scheduleId = schedule.id
  if (atMs !== seen.atMs) {
    deps.log.info('schedule_runs_missed', { scheduleId, from: toInstant(seen.atMs), madeUpBy: toInstant(atMs) })
  }
  if (made === null) {
    deps.log.info('schedule_run_skipped', { scheduleId })
  } else if ('problem' in made) {
    deps.log.warn('schedule_run_failed', { scheduleId, code: made.problem.code })
  } else if ('batch' in made) {
    return jobsToRun(made.batch).map(queuedOf)
  } else if (made.refusal === null) {
    return [queuedOf(made.job)]
  } else {
    deps.log.warn('schedule_run_failed', { scheduleId, jobId: made.job.id, code: made.refusal.problem.code })
  }
  return []
}

function occurrencesOf(schedule: Schedule, seen: NextRun, nowMs: number): { atMs: number; next: NextRun | null } {
  const occurrences = readTiming(schedule)
  const { atMs } = lastDue(schedule, occurrences, seen, nowMs)
  return { atMs, next: nextRun(schedule, occurrences, atMs) }
}

/** Plans what a schedule asks for, as if it were asked for now. */
async function make(deps: TickDeps, schedule: Schedule): Promise<MadeByRun | null> {
  const work = await readWork(deps, schedule)
  // It was deleted since it was found due: its occurrence can be nobody's.
  if (work === null) {
    return null
  }
  if ('problem' in work) {
    return work
  }
  const { selection } = work
  const made = { owner: schedule.owner, deadlineAtMs: null, scheduleId: schedule.id }
  return attempt<MadeByRun>(deps, schedule, async () => {
    if (selection !== null) {
      return { batch: await makeBatch(deps, { ...work, selection }, made, HELD) }
    }
    const single = { ...made, batchId: null }
    return work.objects.source === 'cluster'
      ? makeLiveJob(deps, work, single, HELD)
      : { job: await makePlannedJob(deps, work, single), refusal: null }
  })
}

/** Runs that come again and again may use what a watch holds: it is as new as the last event, or says that it is stale. */
const HELD: ReadHow = { held: true }

const OUR_FAULT = internalProblem('The run could not be started. The log has the cause under the id of the schedule.')

/** A schedule that cannot be started says so, and keeps no other from its run, not even if the fault is ours. */
async function attempt<T extends object>(
  deps: TickDeps,
  schedule: Schedule,
  act: () => T | Promise<T>,
): Promise<T | { problem: JobProblem }> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof ProblemError) {
      return { problem: problemOf(error) }
    }
    deps.log.error('schedule_run_broken', { scheduleId: schedule.id, cause: error })
    return { problem: OUR_FAULT }
  }
}

const REPLAN_PAGE = 200

/**
 * Brings forward every run that lies further ahead than the next occurrence from now: after a clock that ran ahead was
 * set back, a schedule is not to stand still until the time that the clock had shown. What has run is not run again.
 */
export async function replan(deps: TickDeps, stop?: AbortSignal): Promise<void> {
  const nowMs = deps.clock.now()
  let cursor: number | null = 0
  while (cursor !== null && !stop?.aborted) {
    const page: Awaited<ReturnType<typeof listPlanned>> = await listPlanned(deps.store, cursor, REPLAN_PAGE)
    const moves: Move[] = []
    for (const { schedule, next: seen } of page.schedules) {
      if (seen.atMs <= nowMs) {
        continue
      }
      const timing = await attempt(deps, schedule, () => ({ next: nextRun(schedule, readTiming(schedule), nowMs) }))
      if ('problem' in timing || timing.next === null || timing.next.atMs >= seen.atMs) {
        continue
      }
      moves.push({ schedule, seen, next: timing.next })
      deps.log.info('schedule_brought_forward', { scheduleId: schedule.id, to: toInstant(timing.next.atMs) })
    }
    if (moves.length > 0) {
      await setNextRuns(deps.store, moves)
    }
    cursor = page.cursor
  }
}
