/**
 * The occurrences of schedules: which are due, the claim on each of them, and what follows it.
 *
 * @module
 */
import { type SQL, sql } from 'drizzle-orm'
import type { JobProblem } from '../record/job.ts'
import type { NextRun, RunOutcome, Schedule } from '../record/schedule.ts'
import { batchRows, type NewBatch } from './batches.ts'
import { type Store, write } from './db.ts'
import { madeRows } from './job-rows.ts'
import { schedules } from './schedule-schema.ts'
import { toSchedule } from './schedules.ts'
import type { MadeJob } from './stored-job.ts'
import { onlyServer } from './visible.ts'

/**
 * Holds while a job of the last run, or a later one, has not ended. The index by schedule and creation leads to those
 * few rows; the sign keeps the planner from the index of all active jobs.
 */
const BUSY = sql`exists (select 1 from jobs where jobs.schedule_id = schedules.id
  and jobs.created_at_ms >= coalesce(schedules.last_created_at_ms, 0) and +jobs.status in ('queued', 'running'))`

export type DueSchedule = { schedule: Schedule; next: NextRun; busy: boolean }

/** Schedules whose run is due, in order; those that wait for their run before (`overlap: queue`) are left out. */
export async function dueSchedules(store: Store, nowMs: number, limit: number): Promise<DueSchedule[]> {
  onlyServer(store)
  const rows = await store.db
    .select({ row: schedules, busy: sql<number>`${BUSY}` })
    .from(schedules)
    .where(sql`due_at_ms is not null and due_at_ms <= ${nowMs} and not (overlap = 'queue' and ${BUSY})`)
    .orderBy(schedules.dueAtMs, schedules.no)
    .limit(limit)
  return rows.flatMap(({ row, busy }) => {
    const schedule = toSchedule(row)
    return schedule.next === null ? [] : [{ schedule, next: schedule.next, busy: busy === 1 }]
  })
}

/** Tells when the next run is due after an instant (`null`: none is), and whether one waits that was due before. */
export async function firstDue(store: Store, nowMs: number): Promise<{ atMs: number | null; waiting: boolean }> {
  onlyServer(store)
  const [row] = await store.db.all<{ at: number | null; waiting: number }>(
    sql`select (select min(due_at_ms) from schedules where due_at_ms > ${nowMs}) as at,
      exists (select 1 from schedules where due_at_ms <= ${nowMs}) as waiting`,
  )
  return { atMs: row?.at ?? null, waiting: row?.waiting === 1 }
}

/** Occurrences of a schedule whose keys are kept: more than a clock that is set back could bring again. */
const KEPT_RUNS = 100

/** The result of a run. One that was left out, as the run before had not ended, has none. */
export type MadeByRun = MadeJob | { batch: NewBatch } | { problem: JobProblem }

export type Run = {
  /** The occurrence, and the run that follows. */
  atMs: number
  next: NextRun | null
  /** Names this attempt alone. */
  claim: string
  made: MadeByRun | null
}

/**
 * Claims an occurrence, writes down what became of it, and what it made: all or nothing. The key of the occurrence
 * decides between processes, and between now and a clock that was set back.
 *
 * @param schedule as it was read: where it has changed since, nothing happens.
 * @returns whether the occurrence was ours.
 */
export async function claimRun(
  store: Store,
  schedule: Pick<Schedule, 'id' | 'version'>,
  seen: NextRun,
  { atMs, next, claim, made }: Run,
): Promise<boolean> {
  onlyServer(store)
  const same = sql`id = ${schedule.id} and version = ${schedule.version} and next_at_ms = ${seen.atMs}`
  const no = sql`(select no from schedules where id = ${schedule.id})`
  const mine = sql`exists (select 1 from schedule_runs where schedule_no = ${no} and at_ms = ${atMs} and claim = ${claim})`
  const { outcome, problem, rows, state } = effectsOf(made, atMs, mine)
  const missed =
    atMs === seen.atMs ? sql`` : sql`, missed = missed + 1, missed_from_ms = ${seen.atMs}, missed_to_ms = ${atMs}`
  const returned = await store.atomic([
    sql`insert into schedule_runs (schedule_no, at_ms, claim)
      select no, ${atMs}, ${claim} from schedules where ${same} on conflict do nothing`,
    ...rows,
    sql`update schedules set last_at_ms = ${atMs}, last_outcome = ${outcome},
        last_problem = ${problem && JSON.stringify(problem)} ${state} ${missed} where ${same} and ${mine} returning no`,
    // An occurrence that was run before moves on as well, so that it does not come up again
    sql`update schedules set next_at_ms = ${next?.atMs ?? null}, due_at_ms = ${next?.dueAtMs ?? null} where ${same}`,
    sql`delete from schedule_runs where schedule_no = ${no} and at_ms < (select at_ms from schedule_runs
      where schedule_no = ${no} order by at_ms desc limit 1 offset ${KEPT_RUNS - 1})`,
  ])
  return (returned.at(-3)?.length ?? 0) > 0
}

type Effects = { outcome: RunOutcome; problem: JobProblem | null; rows: SQL[]; state: SQL }

function effectsOf(made: MadeByRun | null, atMs: number, guard: SQL): Effects {
  if (made === null) {
    const state = sql`, left_out = left_out + 1, left_out_at_ms = ${atMs}`
    return { outcome: 'skipped', problem: null, rows: [], state }
  }
  const refused = 'problem' in made ? made.problem : 'job' in made ? (made.refusal?.problem ?? null) : null
  const rows =
    'problem' in made
      ? []
      : 'job' in made
        ? madeRows([made], guard, made.job.createdAtMs)
        : batchRows(made.batch, guard)
  if (refused !== null || 'problem' in made) {
    const state = sql`, failures = failures + 1, failing_since_ms = coalesce(failing_since_ms, ${atMs})`
    return { outcome: 'failed', problem: refused, rows, state }
  }
  const { createdAtMs } = 'job' in made ? made.job : made.batch.batch
  const state = sql`, failures = 0, failing_since_ms = null, last_created_at_ms = ${createdAtMs}`
  return { outcome: 'started', problem: null, rows, state }
}

/** Schedules with a run to come, by their number; from after `cursor`. */
export async function listPlanned(
  store: Store,
  cursor: number,
  limit: number,
): Promise<{ schedules: { schedule: Schedule; next: NextRun }[]; cursor: number | null }> {
  onlyServer(store)
  const rows = await store.db
    .select()
    .from(schedules)
    .where(sql`no > ${cursor} and due_at_ms is not null`)
    .orderBy(schedules.no)
    .limit(limit)
  const found = rows.flatMap((row) => {
    const schedule = toSchedule(row)
    return schedule.next === null ? [] : [{ schedule, next: schedule.next }]
  })
  return { schedules: found, cursor: rows.length < limit ? null : (rows.at(-1)?.no ?? null) }
}

/** The run to come of a schedule, as it was read and as it is to be. */
export type Move = { schedule: Pick<Schedule, 'id' | 'version'>; seen: NextRun; next: NextRun }

/** Moves the runs to come of some schedules, in one statement; not where it is another one by now. */
export async function setNextRuns(store: Store, moves: readonly Move[]): Promise<void> {
  onlyServer(store)
  const rows = moves.map(({ schedule, seen, next }) => [
    ...[schedule.id, schedule.version, seen.atMs],
    ...[next.atMs, next.dueAtMs],
  ])
  await write(
    store,
    sql`update schedules set next_at_ms = x.value ->> 3, due_at_ms = x.value ->> 4 from json_each(${JSON.stringify(rows)}) x
      where schedules.id = x.value ->> 0 and version = x.value ->> 1 and next_at_ms = x.value ->> 2`,
  )
}
