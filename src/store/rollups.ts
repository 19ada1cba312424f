/**
 * Rollups: what was counted, added up by hour, by day and by 16 days, for each series and for the Service as a whole.
 * Both ways of making them, adding a job that ends and rebuilding an hour, are the same statements over different rows.
 *
 * @module
 */
import { type SQL, sql } from 'drizzle-orm'
import { OUTCOMES } from '../check/result.ts'
import type { Store } from './db.ts'
import { bucketOf } from './latency-sketch.ts'
import { ALL_STEPS, DAY_MS, HOUR_MS, STEPS } from './rollup-steps.ts'
import { rebuildDay } from './service-days.ts'
import { onlyServer } from './visible.ts'

/** Chooses rows of `results r`, and of `jobs j`, whose pairs that were not probed count too. `null`: none. */
export type Span = { results: SQL; jobs: SQL | null }

/** Every counted try and every pair that was not probed, with the series whose rollups it goes to. */
const observedIn = (span: Span): SQL => sql`
  observed as (
    select coalesce(s.group_no, s.no) group_no, s.whole_no, r.started_at_ms at_ms, r.outcome, r.failure_code,
      case r.outcome when 0 then r.total_us end total_us, r.dns_us, r.connect_us, r.tls_us, r.first_byte_us, r.download_us
    from results r join series s on s.no = r.series_no
    where ${span.results} and r.counted = 1 ${span.jobs === null ? sql`` : unprobedIn(span.jobs)}
  )`

const unprobedIn = (jobs: SQL): SQL => sql`
    union all
    select coalesce(s.group_no, s.no), s.whole_no, j.created_at_ms, ${sql.raw(String(OUTCOMES.indexOf('skipped')))},
      null, null, null, null, null, null, null
    from jobs j join texts t on t.hash = j.unprobed, json_each(t.text) pair
      join series s on s.path_id = pair.value ->> 0 and s.check_name = pair.value ->> 1 and s.vantage = j.vantage
    where ${jobs}`

const PHASE_COLUMNS = ['dns', 'connect', 'tls', 'first_byte', 'download'] as const

/** Times are of passing tries alone: how long a failure took says how it failed, not how fast the Service is. */
const PHASE_SUMS = PHASE_COLUMNS.flatMap((phase) => [
  `count(case outcome when 0 then ${phase}_us end) ${phase}_n`,
  `coalesce(sum(case outcome when 0 then ${phase}_us end), 0) ${phase}_us`,
])

/** Each table with its key beside series, step and time, what it adds up, and of which tries. */
const TALLIES = {
  rollups: {
    key: null,
    sums: [...OUTCOMES.map((outcome, position) => `sum(outcome = ${position}) ${outcome}`), ...PHASE_SUMS],
    columns: [...OUTCOMES, ...PHASE_COLUMNS.flatMap((phase) => [`${phase}_n`, `${phase}_us`])],
    where: sql`true`,
  },
  rollup_latency: {
    key: { name: 'bucket', value: bucketOf(sql`total_us`) },
    sums: ['count(*) n'],
    columns: ['n'],
    where: sql`total_us is not null`,
  },
  rollup_failures: {
    key: { name: 'code', value: sql`failure_code` },
    sums: ['count(*) n'],
    columns: ['n'],
    where: sql`outcome = 1 and failure_code is not null`,
  },
} as const

export type RollupTable = keyof typeof TALLIES
export const ROLLUP_TABLES = Object.keys(TALLIES) as RollupTable[]

/** The columns that are added up in a table. */
export const summedIn = (table: RollupTable): readonly string[] => TALLIES[table].columns

/**
 * A `with` clause whose `seen` are sums for a table: by the series that a try belongs to (`series_no`, once for its
 * own and once for the whole Service), by hour, and by the table's own key.
 */
export function seenIn(span: Span, table: RollupTable): SQL {
  const { key, sums, columns, where } = TALLIES[table]
  const named = key === null ? sql`` : sql`, ${key.value} ${sql.raw(key.name)}`
  const name = key === null ? '' : `, ${key.name}`
  return sql`with ${observedIn(span)}, hours as materialized (
      select group_no, whole_no, at_ms / ${sql.raw(String(HOUR_MS))} hour${named}, ${sql.raw(sums.join())}
      from observed where ${where} group by 1, 2, 3${sql.raw(key === null ? '' : ', 4')}
    ), seen as materialized (
      select group_no series_no, hour${sql.raw(name)}, ${sql.raw(columns.join())} from hours
      union all
      select whole_no, hour${sql.raw(name)}, ${sql.raw(columns.map((column) => `sum(${column})`).join())}
      from hours group by 1, 2${sql.raw(key === null ? '' : ', 3')}
    )`
}

const msOf = (step: number): number => STEPS[step]?.ms ?? 0

/** @param steps positions in STEPS. */
export function addToRollups(span: Span, steps: readonly number[], tables = ROLLUP_TABLES): SQL[] {
  const perStep = sql.raw(`(values ${steps.map((step) => `(${step}, ${msOf(step) / HOUR_MS})`).join()}) steps`)
  return tables.map((table) => {
    const { key, columns } = TALLIES[table]
    const names = ['step', 'at', 'series_no', ...(key === null ? [] : [key.name])].join()
    const chosen = `steps.column1, hour / steps.column2, series_no${key === null ? '' : `, ${key.name}`}`
    const add = columns.map((column) => `${column} = ${column} + excluded.${column}`).join()
    return sql`${seenIn(span, table)}
      insert into ${sql.raw(table)} (${sql.raw(names)}, ${sql.raw(columns.join())})
      select ${sql.raw(chosen)}, ${sql.raw(columns.join())} from ${perStep} cross join seen where true
      on conflict (${sql.raw(names)}) do update set ${sql.raw(add)}`
  })
}

/**
 * Makes the rollups of an hour, and of the longer steps that it lies in, again: the hour from the raw results, each
 * longer step from the shorter. Gives the same numbers as adding job by job did.
 *
 * @param atMs any instant of that hour.
 * @returns `false`: raw results of that hour are gone already, and nothing was changed.
 */
export async function rebuildHour(store: Store, atMs: number): Promise<boolean> {
  onlyServer(store)
  const hour = Math.floor(atMs / HOUR_MS)
  const [from, to] = [hour * HOUR_MS, (hour + 1) * HOUR_MS]
  const at = (step: number): number => Math.floor(from / msOf(step))
  const kept = keptSince(from)
  const span: Span = {
    // Every Service and outcome by its index: there is none by time alone.
    results: sql`r.service_no in (select no from services) and r.outcome in (0, 1, 2, 3)
      and r.started_at_ms >= ${from} and r.started_at_ms < ${to} and ${kept}`,
    jobs: sql`j.created_at_ms >= ${from} and j.created_at_ms < ${to} and ${kept}`,
  }
  const drop = ROLLUP_TABLES.flatMap((table) =>
    ALL_STEPS.map((step) => sql`delete from ${sql.raw(table)} where step = ${step} and at = ${at(step)} and ${kept}`),
  )
  const returned = await store.atomic([
    ...drop,
    ...addToRollups(span, [0]),
    ...ALL_STEPS.slice(1).flatMap((step) => fromShorter(step, at(step), kept)),
    ...rebuildDay(at(1), keptSince(at(1) * DAY_MS), kept),
    sql`select 1 where ${kept}`,
  ])
  return (returned.at(-1)?.length ?? 0) > 0
}

/** Holds where nothing raw from an instant on is gone. */
const keptSince = (ms: number): SQL =>
  sql`not exists (select 1 from retained where level in ('raw', 'jobs') and since_ms > ${ms})`

function fromShorter(step: number, at: number, guard: SQL): SQL[] {
  const n = msOf(step) / msOf(step - 1)
  const shorter = sql`step = ${step - 1} and at >= ${at * n} and at < ${(at + 1) * n} and ${guard}`
  return ROLLUP_TABLES.map((table) => {
    const { key, columns } = TALLIES[table]
    const name = sql.raw(key === null ? '' : `, ${key.name}`)
    const sums = sql.raw(columns.map((column) => `sum(${column})`).join())
    return sql`insert into ${sql.raw(table)} (step, at, series_no${name}, ${sql.raw(columns.join())})
      select ${step}, ${at}, series_no${name}, ${sums} from ${sql.raw(table)} where ${shorter} group by series_no${name}`
  })
}
