/**
 * Rollups: what was counted, added up by hour and by day, for each series and for the Service as a whole. Both ways
 * of making them, adding a job that ends and rebuilding an hour, are the same statements over different rows.
 *
 * @module
 */
import { type SQL, sql } from 'drizzle-orm'
import { OUTCOMES } from '../check/result.ts'
import type { Store } from './db.ts'
import { bucketOf } from './sketch.ts'
import { HOUR_MS, STEPS } from './steps.ts'

export const PHASE_COLUMNS = ['dns', 'connect', 'tls', 'first_byte', 'download'] as const

/** Which rows of `results r` and which `jobs j` are meant. */
export type Span = { results: SQL; jobs: SQL }

/** Every counted try and every pair that was not probed, once for its own series and once for the whole Service. */
export const observedIn = (span: Span): SQL => sql`
  observed as materialized (
    select coalesce(s.group_no, s.no) group_no, s.whole_no, r.started_at_ms at_ms, r.outcome, r.failure_code,
      case r.outcome when 0 then r.total_us end total_us, r.dns_us, r.connect_us, r.tls_us, r.first_byte_us, r.download_us
    from results r join series s on s.no = r.series_no
    where ${span.results} and r.counted = 1
    union all
    select coalesce(s.group_no, s.no), s.whole_no, j.created_at_ms, ${OUTCOMES.indexOf('skipped')}, null, null, null, null, null, null, null
    from jobs j join texts t on t.hash = j.unprobed, json_each(t.text) pair
      join series s on s.path_id = pair.value ->> 0 and s.check_name = pair.value ->> 1 and s.vantage = j.vantage
    where ${span.jobs}
  ), seen as (
    select case side.column1 when 0 then group_no else whole_no end series_no, observed.*
    from observed, (values (0), (1)) side
  )`

const stepped = (steps: readonly number[]): SQL =>
  sql.raw(`(values ${steps.map((step) => `(${step}, ${STEPS[step]?.ms})`).join()}) steps`)

const key = sql`series_no, steps.column1, at_ms / steps.column2`

/** Over `seen`, named as the columns of rollups. Of passing tries alone: how long a failure took says how it failed. */
export const SUMS = sql.raw(
  [
    ...OUTCOMES.map((outcome, position) => `sum(outcome = ${position}) ${outcome}`),
    ...PHASE_COLUMNS.flatMap((phase) => [
      `count(case outcome when 0 then ${phase}_us end) ${phase}_n`,
      `coalesce(sum(case outcome when 0 then ${phase}_us end), 0) ${phase}_us`,
    ]),
  ].join(),
)

const SUMMED = ['pass', 'fail', 'error', 'skipped', ...PHASE_COLUMNS.flatMap((phase) => [`${phase}_n`, `${phase}_us`])]
const ADD_ALL = sql.raw(SUMMED.map((column) => `${column} = ${column} + excluded.${column}`).join())

/** @param steps positions in STEPS. */
export function addToRollups(span: Span, steps: readonly number[]): SQL[] {
  const observed = observedIn(span)
  const over = sql`from seen, ${stepped(steps)}`
  return [
    sql`with ${observed}
      insert into rollups (series_no, step, at, pass, fail, error, skipped, dns_n, dns_us, connect_n, connect_us,
        tls_n, tls_us, first_byte_n, first_byte_us, download_n, download_us)
      select ${key}, ${SUMS}
      ${over} group by 1, 2, 3
      on conflict (series_no, step, at) do update set ${ADD_ALL}`,
    sql`with ${observed}
      insert into rollup_latency (series_no, step, at, bucket, n)
      select ${key}, ${bucketOf(sql`total_us`)}, count(*) ${over} where total_us is not null group by 1, 2, 3, 4
      on conflict (series_no, step, at, bucket) do update set n = n + excluded.n`,
    sql`with ${observed}
      insert into rollup_failures (series_no, step, at, code, n)
      select ${key}, failure_code, count(*) ${over} where outcome = 1 and failure_code is not null group by 1, 2, 3, 4
      on conflict (series_no, step, at, code) do update set n = n + excluded.n`,
  ]
}

const TABLES = ['rollups', 'rollup_latency', 'rollup_failures'] as const

/**
 * Makes the rollups of an hour, and of its day, again: the hour from the raw results, the day from its hours. Gives
 * the same numbers as adding job by job did.
 *
 * @param atMs any instant of that hour.
 * @returns `false`: raw results of that hour are gone already, and nothing was changed.
 */
export async function rebuildHour(store: Store, atMs: number): Promise<boolean> {
  const hour = Math.floor(atMs / HOUR_MS)
  const day = Math.floor(hour / 24)
  const [from, to] = [hour * HOUR_MS, (hour + 1) * HOUR_MS]
  const kept = sql`not exists (select 1 from retained where level = 'raw' and since_ms > ${from})`
  const all = sql`series_no in (select no from series)`
  const span: Span = {
    // Every series and outcome by its index: there is none by time alone.
    results: sql`r.counted is not null and r.series_no in (select no from series) and r.outcome in (0, 1, 2, 3)
      and r.started_at_ms >= ${from} and r.started_at_ms < ${to} and ${kept}`,
    jobs: sql`j.created_at_ms >= ${from} and j.created_at_ms < ${to} and ${kept}`,
  }
  const drop = TABLES.flatMap((table) =>
    [sql`step = 0 and at = ${hour}`, sql`step = 1 and at = ${day}`].map(
      (which) => sql`delete from ${sql.raw(table)} where ${all} and ${which} and ${kept}`,
    ),
  )
  const returned = await store.atomic([
    ...drop,
    ...addToRollups(span, [0]),
    ...daysFromHours(day, kept),
    sql`select 1 where ${kept}`,
  ])
  return (returned.at(-1)?.length ?? 0) > 0
}

function daysFromHours(day: number, guard: SQL): SQL[] {
  const hours = sql`series_no in (select no from series) and step = 0 and at >= ${day * 24} and at < ${day * 24 + 24} and ${guard}`
  const columns = sql.raw(SUMMED.join())
  const sums = sql.raw(SUMMED.map((column) => `sum(${column})`).join())
  return [
    sql`insert into rollups (series_no, step, at, ${columns}) select series_no, 1, ${day}, ${sums} from rollups
      where ${hours} group by series_no`,
    sql`insert into rollup_latency (series_no, step, at, bucket, n) select series_no, 1, ${day}, bucket, sum(n)
      from rollup_latency where ${hours} group by series_no, bucket`,
    sql`insert into rollup_failures (series_no, step, at, code, n) select series_no, 1, ${day}, code, sum(n)
      from rollup_failures where ${hours} group by series_no, code`,
  ]
}
