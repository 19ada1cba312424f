/**
 * Results: each try once, readable by job at once.
 *
 * @module
 */

import { and, eq, gt, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import type { FailureCode } from '../check/codes.ts'
import type { Timings } from '../check/network.ts'
import { OUTCOMES, type Purpose, type Result } from '../check/result.ts'
import type { HistoryResult } from '../history/types.ts'
import { KEY_FROM } from '../lib/id.ts'
import type { Store, Write } from './db.ts'
import { packEvidence, unpackEvidence } from './evidence.ts'
import { series } from './history-schema.ts'
import { jsonChunks } from './json.ts'
import type { Lease } from './leases.ts'
import { jobs, results, texts } from './schema.ts'
import { named } from './sql.ts'
import { compile, compileRows, type Values, value } from './statement.ts'
import { dayOf, hashOf, KEEP_TEXTS } from './texts.ts'
import { jobNo, onlyServer, within } from './visible.ts'

export const PURPOSES: readonly Purpose[] = ['check', 'control']

/**
 * Records results of one job, all or none, durable when it resolves. A try that is recorded already is left as it
 * is: an id is decided by its job and by which try it is.
 *
 * @returns `false`: the lease is lost or the job has ended, and nothing was recorded.
 */
export async function recordResults(store: Store, lease: Lease, recorded: readonly Result[]): Promise<boolean> {
  onlyServer(store)
  if (recorded.length === 0) {
    return true
  }
  if (recorded.some(({ jobId }) => jobId !== lease.jobId)) {
    throw new Error('results of several jobs in one write')
  }
  const { jobId, token } = lease
  const returned = await store.atomic(recording(recorded, OPEN, { jobId, token }))
  return (returned.at(-1)?.length ?? 0) > 0
}

const OPEN = sql`jobs.id = ${value('jobId')} and jobs.lease_token = ${value('token')} and jobs.status = 'running'`

/**
 * The statements that record results of one job while `open` holds for its row; the last one returns a row if it does.
 *
 * @param open a constant, whose placeholders get their values from `values`.
 */
export function recording(recorded: readonly Result[], open: SQL, values: Values): Write[] {
  const nowMs = recorded.reduce((latest, result) => Math.max(latest, result.startedAtMs), 0)
  const packed = recorded.map(packRow)
  const kept = new Map(packed.flatMap(({ texts }) => texts))
  const keys = new Map(packed.map(({ row: [pathId, check] }) => [`${pathId} ${check}`, [pathId, check]]))
  const { keepAll, insertSeries, insertResults, grow } = compiledFor(open)
  const all = { ...values, day: dayOf(nowMs) }
  return [
    ...jsonChunks([...kept]).map((chunk) => keepAll({ ...all, chunk })),
    ...jsonChunks([...keys.values()]).map((chunk) => insertSeries({ ...all, chunk })),
    insertResults(
      all,
      packed.map(({ row }) => row),
    ),
    grow(all),
  ]
}

type PackedRow = {
  row: readonly (string | number | null)[]
  /** Hash and text. */
  texts: readonly (readonly [string, string])[]
}

/** In the order in which `insertResults` reads it. */
function packRow(result: Result): PackedRow {
  const { timings } = result
  const packed = packEvidence(result, result.startedAtMs)
  const evidence = packed.shared === null ? null : ([hashOf(packed.shared), packed.shared] as const)
  const body = packed.body === null ? null : ([hashOf(packed.body), packed.body] as const)
  const row = [
    result.pathId,
    result.check,
    result.id.slice(KEY_FROM),
    result.address,
    result.sample,
    result.try,
    result.round,
    PURPOSES.indexOf(result.purpose),
    OUTCOMES.indexOf(result.outcome),
    result.startedAtMs,
    result.resolvedAddress === result.address ? SAME : result.resolvedAddress,
    result.localAddress,
    toUs(timings.dnsMs),
    toUs(timings.connectMs),
    toUs(timings.tlsMs),
    toUs(timings.firstByteMs),
    toUs(timings.downloadMs),
    toUs(timings.totalMs),
    result.failure?.code ?? null,
    evidence?.[0] ?? null,
    body?.[0] ?? null,
    packed.own,
  ]
  return { row, texts: [evidence, body].filter((pair) => pair !== null) }
}

/** In place of an address that the row has already. */
export const SAME = '='
const toUs = (ms: number | null): number | null => (ms === null ? null : Math.round(ms * 1000))
const toMs = (us: number | null): number | null => (us === null ? null : us / 1000)

const compiled = new WeakMap<SQL, ReturnType<typeof compileFor>>()

function compiledFor(open: SQL) {
  const before = compiled.get(open)
  if (before) {
    return before
  }
  const made = compileFor(open)
  compiled.set(open, made)
  return made
}

const compileFor = (open: SQL) => ({
  keepAll: compile(KEEP_TEXTS),
  insertSeries: compile(sql`insert into series (path_id, check_name, vantage, used_day)
    select key.value ->> 0, key.value ->> 1, jobs.vantage, ${value('day')} from jobs, json_each(${value('chunk')}) key
    where ${open}
    on conflict (path_id, check_name, vantage) do update set used_day = excluded.used_day
      where used_day < excluded.used_day`),
  insertResults: compileRows(
    (at, from) => sql`insert into results (job_no, key, series_no, address, sample, try, round, purpose, outcome,
        started_at_ms, resolved_address, local_address, dns_us, connect_us, tls_us, first_byte_us, download_us,
        total_us, failure_code, evidence, body, own)
      select jobs.no, ${at(2)},
        (select no from series where path_id = ${at(0)} and check_name = ${at(1)} and vantage = jobs.vantage),
        ${at(3)}, ${at(4)}, ${at(5)}, ${at(6)}, ${at(7)}, ${at(8)}, ${at(9)}, ${at(10)}, ${at(11)}, ${at(12)},
        ${at(13)}, ${at(14)}, ${at(15)}, ${at(16)}, ${at(17)}, ${at(18)},
        (select no from texts where hash = ${at(19)} and part = 0),
        (select no from texts where hash = ${at(20)} and part = 0), ${at(21)}
      from jobs${from} where ${open} on conflict do nothing`,
  ),
  grow: compile(sql`update jobs set version = version + 1 where ${open} returning no`),
})

const evidence = alias(texts, 'evidence')
const bodies = alias(texts, 'bodies')

const withEvidence = (store: Store, where: SQL | undefined) =>
  store.db
    .select({
      row: results,
      pathId: series.pathId,
      check: series.check,
      vantage: series.vantage,
      jobId: jobs.id,
      shared: evidence.text,
      body: bodies.text,
    })
    .from(results)
    .innerJoin(series, eq(series.no, results.seriesNo))
    .innerJoin(jobs, eq(jobs.no, results.jobNo))
    .leftJoin(evidence, eq(evidence.no, results.evidence))
    .leftJoin(bodies, eq(bodies.no, results.body))
    .where(where)
    .orderBy(results.seq)

/**
 * Lists what a job has recorded, in the order of recording.
 *
 * @param afterSeq only what came later than this one.
 * @param limit at most so many; all when left out.
 */
export async function listResults(
  store: Store,
  jobId: string,
  afterSeq = 0,
  limit?: number,
): Promise<{ seq: number; result: Result }[]> {
  const query = withEvidence(store, and(eq(results.jobNo, jobNo(store, jobId)), gt(results.seq, afterSeq)))
  const rows = await (limit === undefined ? query : query.limit(limit))
  return rows.map((found) => ({ seq: found.row.seq, result: toResult(found) }))
}

/** The number of what a job has recorded last; 0: nothing. */
export async function lastSeqOf(store: Store, jobId: string): Promise<number> {
  const [row] = await store.db
    .select({ last: sql<number | null>`max(${results.seq})` })
    .from(results)
    .where(eq(results.jobNo, jobNo(store, jobId)))
  return row?.last ?? 0
}

/** Results by number, with what history says of them. */
export async function readResults(store: Store, numbers: readonly number[]): Promise<HistoryResult[]> {
  const rows = await withEvidence(
    store,
    and(sql`${results.seq} in (select value from json_each(${JSON.stringify(numbers)}))`, within(store, jobs)),
  )
  return rows.map((found) => ({
    seq: found.row.seq,
    result: toResult(found),
    vantage: found.vantage,
    counted: found.row.counted === 1,
  }))
}

type FoundRow = {
  row: typeof results.$inferSelect
  jobId: string
  pathId: string
  check: string
  shared: string | null
  body: string | null
}

function toResult({ row, jobId, pathId, check, shared, body }: FoundRow): Result {
  const { address, sample, round, startedAtMs, localAddress } = row
  const code = row.failureCode as FailureCode | null
  return {
    id: `res_${jobId.slice(4, KEY_FROM)}${row.key}`,
    jobId,
    pathId,
    check,
    address,
    sample,
    try: row.try,
    round,
    startedAtMs,
    localAddress,
    purpose: named(PURPOSES, row.purpose),
    outcome: named(OUTCOMES, row.outcome),
    resolvedAddress: row.resolvedAddress === SAME ? address : row.resolvedAddress,
    timings: toTimings(row),
    ...unpackEvidence({ shared, body, own: row.own }, code, startedAtMs),
  }
}

/** Columns, in microseconds. */
export type TimedRow = Record<`${'dns' | 'connect' | 'tls' | 'firstByte' | 'download' | 'total'}Us`, number | null>

export const toTimings = (row: TimedRow): Timings => ({
  dnsMs: toMs(row.dnsUs),
  connectMs: toMs(row.connectUs),
  tlsMs: toMs(row.tlsUs),
  firstByteMs: toMs(row.firstByteUs),
  downloadMs: toMs(row.downloadUs),
  totalMs: toMs(row.totalUs),
})
