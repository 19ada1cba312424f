/**
 * Schedules: what makes jobs, and the claim on each of their occurrences.
 *
 * @module
 */
import { and, desc, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { Labels } from '../kube/objects.ts'
import type { BatchSelection } from '../record/batch.ts'
import type { JobProblem } from '../record/job.ts'
import { refuseOthers } from '../record/principal.ts'
import type {
  ManagedBy,
  NextRun,
  RunOutcome,
  Schedule,
  ScheduledRequest,
  ScheduledWork,
  ScheduleSettings,
} from '../record/schedule.ts'
import { batchRows, type NewBatch } from './batches.ts'
import { type Store, write } from './db.ts'
import { type Full, type IdempotencyClaim, type Inserted, insertOnce } from './idempotency.ts'
import { madeRows, need } from './job-rows.ts'
import type { JobPage } from './jobs.ts'
import { schedules, scheduleTexts } from './schedule-schema.ts'
import { insertWhere, pastPosition } from './sql.ts'
import type { MadeJob } from './stored-job.ts'
import { cut } from './texts.ts'
import { andWithin, onlyServer, within } from './visible.ts'

export type NewSchedule = Omit<
  Schedule,
  'version' | 'updatedAtMs' | 'last' | 'failures' | 'failingSinceMs' | 'managedBy'
>

/** @param limit of schedules, this one included. */
export async function insertSchedule(
  store: Store,
  schedule: NewSchedule,
  work: ScheduledWork,
  claim: IdempotencyClaim | null,
  limit: number,
): Promise<Inserted | Full> {
  const { next, target, isBatch, ...rest } = schedule
  refuseOthers(store.principal, target.namespace)
  const room = sql`(select count(*) from schedules) < ${limit}`
  const rows = (guard: SQL): SQL[] => [
    insertWhere(
      schedules,
      {
        ...rest,
        ...target,
        batch: isBatch,
        version: 1,
        updatedAtMs: schedule.createdAtMs,
        failures: 0,
        nextAtMs: next?.atMs ?? null,
        dueAtMs: next?.dueAtMs ?? null,
      },
      guard,
    ),
    // The row above has taken the room, and is there only if it was.
    ...workRows(work, sql`id = ${schedule.id}`),
  ]
  return insertOnce(store, schedule.id, claim, schedule.createdAtMs, rows, room)
}

/** Gives what a schedule asks for as it is kept where it has no manifests. */
export const requestText = ({
  objects: _cluster,
  ...rest
}: ScheduledWork & { objects: { source: 'cluster' } }): string =>
  JSON.stringify({ ...rest, ignored: [], objects: null } satisfies ScheduledRequest)

function workRows({ objects: asked, ...rest }: ScheduledWork, where: SQL): SQL[] {
  const { objects, ignored } = asked.source === 'manifests' ? asked.manifests : { objects: null, ignored: [] }
  const counts = objects && Object.entries(objects).map(([kind, list]) => [kind, list.length] as const)
  const shown: ScheduledRequest = { ...rest, ignored, objects: counts && Object.fromEntries(counts) }
  const texts = { request: JSON.stringify(shown), ...(objects && { objects: JSON.stringify(objects) }) }
  return Object.entries(texts).flatMap(([what, text]) =>
    cut(text).map(
      (part, i) => sql`insert into schedule_texts (schedule_no, what, part, text)
        select no, ${what}, ${i}, ${part} from schedules where ${where} on conflict do nothing`,
    ),
  )
}

function toSchedule(row: typeof schedules.$inferSelect): Schedule {
  const { id, version, createdAtMs, updatedAtMs, owner, name, cron, timeZone, jitterMs, overlap, enabled } = row
  const { anchorAtMs, cluster, namespace, service, sealed, failures, failingSinceMs, managedBy } = row
  return {
    id,
    version,
    createdAtMs,
    updatedAtMs,
    owner,
    name,
    cron,
    timeZone,
    jitterMs,
    overlap,
    enabled,
    anchorAtMs,
    sealed,
    failures,
    failingSinceMs,
    managedBy,
    target: { cluster, namespace, service },
    isBatch: row.batch,
    next: row.nextAtMs === null || row.dueAtMs === null ? null : { atMs: row.nextAtMs, dueAtMs: row.dueAtMs },
    last:
      row.lastAtMs === null || row.lastOutcome === null
        ? null
        : { atMs: row.lastAtMs, outcome: row.lastOutcome, problem: row.lastProblem },
  }
}

export async function getSchedule(store: Store, id: string): Promise<Schedule | null> {
  const [row] = await store.db
    .select()
    .from(schedules)
    .where(and(eq(schedules.id, id), within(store, schedules.namespace)))
  return row === undefined ? null : toSchedule(row)
}

/** Reads what a schedule asks for, without its objects. */
export async function getScheduledRequest(store: Store, id: string): Promise<ScheduledRequest> {
  const kept: KeptRequest = JSON.parse(need(await readText(store, id, 'request'), id))
  return { ...kept, batch: kept.batch && selectionFrom(kept.batch) }
}

/** A batch had one namespace or all before it could have several. */
type KeptRequest = Omit<ScheduledRequest, 'batch'> & {
  batch: BatchSelection | { namespace: string | null; selector: Labels } | null
}

const selectionFrom = (kept: NonNullable<KeptRequest['batch']>): BatchSelection =>
  'namespaces' in kept
    ? kept
    : { namespaces: kept.namespace === null ? null : [kept.namespace], selector: kept.selector }

/** Reads what a schedule asks for, with its manifests: to be run. */
export async function getScheduledWork(store: Store, id: string): Promise<ScheduledWork> {
  const { objects: _counts, ignored, ...rest } = await getScheduledRequest(store, id)
  const objects = await readText(store, id, 'objects')
  return {
    ...rest,
    objects:
      objects === null
        ? { source: 'cluster' }
        : { source: 'manifests', manifests: { objects: JSON.parse(objects), ignored } },
  }
}

async function readText(store: Store, id: string, what: 'request' | 'objects'): Promise<string | null> {
  const rows = await store.db
    .select({ text: scheduleTexts.text })
    .from(scheduleTexts)
    .where(
      and(
        sql`schedule_no = (select no from schedules where id = ${id}${andWithin(store)})`,
        eq(scheduleTexts.what, what),
      ),
    )
    .orderBy(scheduleTexts.part)
  return rows.length === 0 ? null : rows.map(({ text }) => text).join('')
}

/**
 * Newest first. The next page begins before the last one of this page.
 *
 * @param managedBy only those; `none`: only those that nothing manages; left out: all.
 */
export async function listSchedules(
  store: Store,
  { limit, before }: JobPage,
  managedBy?: ManagedBy | 'none',
): Promise<Schedule[]> {
  const rows = await store.db
    .select()
    .from(schedules)
    .where(
      and(
        within(store, schedules.namespace),
        managedBy === 'none' ? isNull(schedules.managedBy) : managedBy && eq(schedules.managedBy, managedBy),
        pastPosition([schedules.createdAtMs, schedules.id], '<', before ? [before.createdAtMs, before.id] : undefined),
      ),
    )
    .orderBy(desc(schedules.createdAtMs), desc(schedules.id))
    .limit(limit)
  return rows.map(toSchedule)
}

export type ScheduleChange = {
  settings: ScheduleSettings
  /** `null`: as it is, whatever it has become since it was read. */
  timing: { anchorAtMs: number; next: NextRun | null } | null
  updatedAtMs: number
  /** `null`: as it is. */
  work: { work: ScheduledWork; sealed: string | null; isBatch: boolean } | null
}

/** Changes the version that was read. `false`: it has changed since, or is gone. */
export async function updateSchedule(
  store: Store,
  id: string,
  version: number,
  { settings, timing, updatedAtMs, work }: ScheduleChange,
): Promise<boolean> {
  const same = sql`id = ${id} and version = ${version}${andWithin(store)}`
  const { name, cron, timeZone, jitterMs, overlap, enabled } = settings
  const target = work?.work.request.target
  if (target) {
    refuseOthers(store.principal, target.namespace)
  }
  const newWork = target
    ? sql`, sealed = ${work.sealed}, batch = ${Number(work.isBatch)}, cluster = ${target.cluster},
        namespace = ${target.namespace}, service = ${target.service}, failures = 0, failing_since_ms = null`
    : sql``
  const newTiming = timing
    ? sql`, anchor_at_ms = ${timing.anchorAtMs}, next_at_ms = ${timing.next?.atMs ?? null},
        due_at_ms = ${timing.next?.dueAtMs ?? null}`
    : sql``
  const returned = await store.atomic([
    ...(work
      ? [
          sql`delete from schedule_texts where schedule_no = (select no from schedules where ${same})`,
          ...workRows(work.work, same),
        ]
      : []),
    sql`update schedules set name = ${name}, cron = ${cron}, time_zone = ${timeZone}, jitter_ms = ${jitterMs},
        overlap = ${overlap}, enabled = ${Number(enabled)}, updated_at_ms = ${updatedAtMs},
        version = version + 1 ${newTiming} ${newWork} where ${same} returning no`,
  ])
  return (returned.at(-1)?.length ?? 0) > 0
}

/** Its jobs stay. @param version `null`: whichever. @returns `false`: there is none of that version. */
export async function deleteSchedule(store: Store, id: string, version: number | null): Promise<boolean> {
  const that = version === null ? sql`id = ${id}` : sql`id = ${id} and version = ${version}`
  const same = sql`${that}${andWithin(store)}`
  const no = sql`(select no from schedules where ${same})`
  const returned = await store.atomic([
    sql`delete from schedule_texts where schedule_no = ${no}`,
    sql`delete from schedule_runs where schedule_no = ${no}`,
    sql`delete from schedules where ${same} returning no`,
  ])
  return (returned.at(-1)?.length ?? 0) > 0
}

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
  const returned = await store.atomic([
    sql`insert into schedule_runs (schedule_no, at_ms, claim)
      select no, ${atMs}, ${claim} from schedules where ${same} on conflict do nothing`,
    ...rows,
    sql`update schedules set last_at_ms = ${atMs}, last_outcome = ${outcome},
        last_problem = ${problem && JSON.stringify(problem)} ${state} where ${same} and ${mine} returning no`,
    // Also where the occurrence had been run before: it is not to come up again.
    sql`update schedules set next_at_ms = ${next?.atMs ?? null}, due_at_ms = ${next?.dueAtMs ?? null} where ${same}`,
    sql`delete from schedule_runs where schedule_no = ${no} and at_ms < (select at_ms from schedule_runs
      where schedule_no = ${no} order by at_ms desc limit 1 offset ${KEPT_RUNS - 1})`,
  ])
  return (returned.at(-3)?.length ?? 0) > 0
}

type Effects = { outcome: RunOutcome; problem: JobProblem | null; rows: SQL[]; state: SQL }

function effectsOf(made: MadeByRun | null, atMs: number, guard: SQL): Effects {
  if (made === null) {
    return { outcome: 'skipped', problem: null, rows: [], state: sql`` }
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

/** Moves the run to come, unless it is another one by now. */
export async function setNextRun(
  store: Store,
  schedule: Pick<Schedule, 'id' | 'version'>,
  seen: NextRun,
  next: NextRun,
): Promise<void> {
  onlyServer(store)
  await write(
    store,
    sql`update schedules set next_at_ms = ${next.atMs}, due_at_ms = ${next.dueAtMs}
      where id = ${schedule.id} and version = ${schedule.version} and next_at_ms = ${seen.atMs}`,
  )
}
