/**
 * Retention: what is too old goes, in small steps, each a short write, so that no probe waits for it. How far it has
 * come is stored, so that a step does not look again at what an earlier one has passed.
 *
 * @module
 */
import { type SQL, sql } from 'drizzle-orm'
import { OUTCOMES } from '../check/result.ts'
import type { Store } from './db.ts'
import { isOfGroupedKind } from './failing.ts'
import { endUnwatched } from './incidents.ts'
import { DAY_MS, STEPS } from './rollup-steps.ts'
import { ROLLUP_TABLES } from './rollups.ts'
import { keepStates } from './service-state.ts'
import { DONE, passed, type RetentionStep, sweep } from './sweep.ts'
import { dayOf } from './texts.ts'
import { onlyServer } from './visible.ts'

/** The time that each level is kept, milliseconds. Failures stay as long as raw at least, days as long as hours. */
export type Retention = { rawMs: number; failuresMs: number; hourlyMs: number; dailyMs: number; auditMs: number }

type Context = { store: Store; keep: Retention; nowMs: number; limit: number }
type Stage = (context: Context) => Promise<RetentionStep>

/** Fewer rows at a time, where each lies in so many indexes that it takes as long as four others. */
const few = (limit: number): number => Math.ceil(limit / 4)

/**
 * One step. Called again until it says `done`, with pauses of the caller's choice.
 *
 * @param limit of rows that it looks at.
 */
export async function retain(store: Store, keep: Retention, nowMs: number, limit = 200): Promise<RetentionStep> {
  onlyServer(store)
  for (const stage of STAGES) {
    const step = await stage({ store, keep, nowMs, limit })
    if (!step.done || step.deleted > 0) {
      return { ...step, done: false }
    }
  }
  return DONE
}

const PASSED = sql.raw((['pass', 'skipped'] as const).map((outcome) => OUTCOMES.indexOf(outcome)).join())

/** Rows in the order of their numbers, which is nearly that of time. The newest stays, so that no number comes back. */
const rawResults: Stage = (context) =>
  sweep(context, {
    level: 'raw',
    table: 'results',
    number: 'seq',
    time: 'started_at_ms',
    beforeMs: context.nowMs - context.keep.rawMs,
    remove: (rows) => [sql`delete from results where seq in (${rows}) and outcome in (${PASSED}) returning seq`],
  })

const failedResults: Stage = (context) =>
  sweep(context, {
    level: 'failures',
    table: 'results',
    number: 'seq',
    time: 'started_at_ms',
    beforeMs: context.nowMs - context.keep.failuresMs,
    remove: (rows) => [sql`delete from results where seq in (${rows}) returning seq`],
  })

const ENDED = sql`status in ('finished', 'cancelled') and not exists (select 1 from results where job_no = jobs.no)`

/** A job goes with the last of its results. */
const jobsSweep =
  (level: string, keepMs: (keep: Retention) => number): Stage =>
  ({ limit, ...context }) =>
    sweep(
      { ...context, limit: few(limit) },
      {
        level,
        table: 'jobs',
        number: 'no',
        time: 'created_at_ms',
        beforeMs: context.nowMs - keepMs(context.keep),
        remove(rows) {
          const gone = sql`select no from jobs where no in (${rows}) and ${ENDED}`
          return [
            sql`delete from job_labels where job_no in (${gone})`,
            sql`delete from jobs where no in (${rows}) and ${ENDED} returning no`,
          ]
        },
      },
    )

/** A batch is its jobs: without any there is nothing left of it. */
const emptyBatches: Stage = ({ store, keep, nowMs, limit }) =>
  remove(
    store,
    sql`delete from batches where no in (select no from batches where created_at_ms < ${nowMs - keep.failuresMs}
      and not exists (select 1 from jobs where batch_id = batches.id) order by created_at_ms limit ${limit})
      returning no`,
  )

/** The shared texts of what has gone: nothing that is kept is older than the longest kept results. */
const sharedTexts: Stage = ({ store, keep, nowMs, limit }) =>
  remove(
    store,
    sql`delete from texts where no in (select no from texts where used_day < ${lastDay(keep, nowMs)}
      and hash not in (select diagnosis from services where diagnosis is not null) order by used_day limit ${limit})
      returning no`,
  )

const lastDay = (keep: Retention, nowMs: number): number => dayOf(nowMs - Math.max(keep.rawMs, keep.failuresMs)) - 1

/** Numbers of members of groups, and of what wants no history, are needed by raw results alone. */
const rawSeries: Stage = ({ store, keep, nowMs, limit }) =>
  removeSeries(store, sql`used_day < ${lastDay(keep, nowMs)} and (service_no is null or group_no is not null)`, limit)

/** Removes series, and works out again the state of their Services, which may have been failing at one of these. */
async function removeSeries(store: Store, old: SQL, limit: number): Promise<RetentionStep> {
  const found = await store.db.all<{ no: number; serviceNo: number | null }>(
    sql`select no, service_no "serviceNo" from series where ${old} order by used_day limit ${limit}`,
  )
  if (found.length === 0) {
    return DONE
  }
  const numbers = JSON.stringify(found.map(({ no }) => no))
  const ofServices = JSON.stringify([...new Set(found.flatMap(({ serviceNo }) => serviceNo ?? []))])
  const [rows = []] = await store.atomic([
    sql`delete from series where no in (select value from json_each(${numbers})) and ${old} returning no`,
    keepStates(sql`select value from json_each(${ofServices})`),
  ])
  return stepOf(rows.length)
}

const retiredMembers: Stage = ({ store, keep, nowMs, limit }) =>
  remove(
    store,
    sql`delete from paths where no in (select no from paths where retired_at_ms < ${nowMs - keep.failuresMs}
      and ${isOfGroupedKind(sql`kind`)} and not exists (select 1 from series where path_id = paths.id) limit ${limit}) returning no`,
  )

/** Rollups of whole days, oldest first; of longer steps, those that end before the first day that is kept. */
const oldRollups =
  (level: 'hour' | 'day' | '16 days', step: number, keepMs: (keep: Retention) => number): Stage =>
  async ({ store, keep, nowMs, limit }) => {
    const beforeMs = Math.floor((nowMs - keepMs(keep)) / DAY_MS) * DAY_MS
    const before = Math.floor(beforeMs / (STEPS[step]?.ms ?? DAY_MS))
    const [old] = await store.db.all(sql`select 1 from rollups where step = ${step} and at < ${before} limit 1`)
    if (old === undefined) {
      return DONE
    }
    const returned = await store.atomic([
      passed(level, beforeMs, 0),
      // Last the one that is asked for above: while it has any, the others are not done.
      ...[...ROLLUP_TABLES].reverse().map((name) => {
        const table = sql.raw(name)
        const first = sql`select step, at, series_no from ${table} where step = ${step} and at < ${before} limit ${limit}`
        return sql`delete from ${table} where (step, at, series_no) in (${first}) returning step`
      }),
    ])
    return stepOf(returned.reduce((sum, rows) => sum + rows.length, 0))
  }

const unwatchedIncidents: Stage = async ({ store, limit }) => stepOf(await endUnwatched(store, limit))

const oldIncidents: Stage = async ({ store, keep, nowMs, limit }) => {
  const old = sql`select no from incidents where ended_at_ms < ${nowMs - keep.dailyMs} limit ${few(limit)}`
  const returned = await store.atomic([
    sql`delete from incident_failures where incident_no in (${old})`,
    sql`delete from incidents where no in (${old}) returning no`,
  ])
  return stepOf(returned.at(-1)?.length ?? 0)
}

const oldDays: Stage = ({ store, keep, nowMs, limit }) =>
  remove(
    store,
    sql`delete from service_days where (service_no, day) in (select service_no, day from service_days
      where day < ${dayOf(nowMs - keep.dailyMs)} limit ${limit}) returning day`,
  )

const forgottenSeries: Stage = ({ store, keep, nowMs, limit }) =>
  removeSeries(store, sql`used_day < ${dayOf(nowMs - keep.dailyMs)}`, limit)

/** A Service that was last probed before the oldest day that is kept has nothing left to show. */
const forgottenServices: Stage = async ({ store, keep, nowMs, limit }) => {
  const beforeMs = nowMs - keep.dailyMs
  const returned = await store.atomic([
    sql`delete from paths where no in (select no from paths where retired_at_ms < ${beforeMs} limit ${limit}) returning no`,
    sql`delete from paths where service_no in (select no from services where last_at_ms < ${beforeMs})`,
    sql`delete from service_days where service_no in (select no from services where last_at_ms < ${beforeMs})`,
    sql`delete from services where last_at_ms < ${beforeMs} returning no`,
  ])
  return stepOf(returned.reduce((sum, rows) => sum + rows.length, 0))
}

const expiredKeys: Stage = ({ store, nowMs, limit }) =>
  remove(
    store,
    sql`delete from idempotency_keys where (principal, method, path, key) in (
      select principal, method, path, key from idempotency_keys where expires_at_ms <= ${nowMs} limit ${limit})
      returning key`,
  )

/** Tokens are shown for so long after they have ended, and found by nobody. */
const ENDED_TOKENS_MS = 90 * DAY_MS

const endedTokens: Stage = ({ store, nowMs, limit }) =>
  remove(
    store,
    sql`delete from tokens where no in (select no from tokens
      where min(coalesce(revoked_at_ms, expires_at_ms), coalesce(expires_at_ms, revoked_at_ms)) < ${nowMs - ENDED_TOKENS_MS}
      limit ${limit}) returning no`,
  )

const oldAudit: Stage = ({ store, keep, nowMs, limit }) =>
  remove(
    store,
    sql`delete from audit where no in (select no from audit where at_ms < ${nowMs - keep.auditMs}
      order by at_ms limit ${limit}) returning no`,
  )

/** Those that only idleness has ended go with the others, in a week at the latest. */
const endedSessions: Stage = ({ store, nowMs, limit }) =>
  remove(
    store,
    sql`delete from sessions where no in (select no from sessions where expires_at_ms <= ${nowMs}
      order by expires_at_ms limit ${limit}) returning no`,
  )

async function remove(store: Store, statement: SQL): Promise<RetentionStep> {
  const [rows = []] = await store.atomic([statement])
  return stepOf(rows.length)
}

const stepOf = (deleted: number): RetentionStep => ({ deleted, done: deleted === 0 })

/** In this order: each goes on only when those before it have nothing left, so that nothing kept loses its texts. */
const STAGES: readonly Stage[] = [
  rawResults,
  failedResults,
  jobsSweep('jobs', (keep) => keep.rawMs),
  jobsSweep('failed-jobs', (keep) => keep.failuresMs),
  emptyBatches,
  sharedTexts,
  rawSeries,
  retiredMembers,
  oldRollups('hour', 0, (keep) => keep.hourlyMs),
  oldRollups('day', 1, (keep) => keep.dailyMs),
  oldRollups('16 days', 2, (keep) => keep.dailyMs),
  unwatchedIncidents,
  oldIncidents,
  oldDays,
  forgottenSeries,
  forgottenServices,
  expiredKeys,
  oldAudit,
  endedTokens,
  endedSessions,
]
