/**
 * Recorded tries of a Service, through all its jobs.
 *
 * @module
 */
import { type SQL, sql } from 'drizzle-orm'
import { OUTCOMES, type Outcome } from '../check/result.ts'
import type { HistoryResult } from '../history/types.ts'
import type { PathKind } from '../plan/kinds.ts'
import type { Store } from './db.ts'
import { readResults } from './results.ts'
import { DAY_MS } from './rollup-steps.ts'
import type { KnownService } from './services.ts'
import { sees } from './visible.ts'

export type ResultFilter = {
  pathId?: string
  kind?: PathKind
  outcome?: Outcome
  check?: string
  /** The name of the vantage. */
  vantage?: string
  /** The span of the try's start, from inclusive, to exclusive. */
  fromMs?: number
  toMs?: number
}

const FOREVER = sql.raw(String(Number.MAX_SAFE_INTEGER))

export type ResultPage = { limit: number; before: { startedAtMs: number; seq: number } | null }

/** Newest first, with every try of the jobs that want history, whether it decided or not; controls are left out. */
export async function listHistory(
  store: Store,
  known: KnownService,
  filter: ResultFilter,
  page: ResultPage,
): Promise<HistoryResult[]> {
  if (!sees(store, known)) {
    return []
  }
  const found = await store.db.all<{ seq: number }>(newest(known, filter, page))
  const rows = await readResults(
    store,
    found.map(({ seq }) => seq),
  )
  return rows.sort((a, b) => b.result.startedAtMs - a.result.startedAtMs || b.seq - a.seq)
}

/**
 * Takes the newest of each outcome, each a range of one index, and of those the newest. No row is read: what that
 * costs is the page, however long history is. With a filter that leaves series out, it is what the Service has
 * recorded meanwhile; nothing is looked for later than the last use of these series.
 */
function newest(known: KnownService, filter: ResultFilter, { limit, before }: ResultPage): SQL {
  const outcomes = filter.outcome === undefined ? OUTCOMES.map((_, i) => i) : [OUTCOMES.indexOf(filter.outcome)]
  const series = seriesOf(known, filter)
  // One end alone: given several, SQLite enters the index at any of them and reads past the rest.
  const ends = [
    ...(filter.toMs === undefined ? [] : [sql`${filter.toMs}`]),
    ...(before === null ? [] : [sql`${before.startedAtMs + 1}`]),
    ...(series === null ? [] : [sql`(select (max(used_day) + 1) * ${sql.raw(String(DAY_MS))} ${series})`]),
  ]
  const within = sql.join(
    [
      sql`c.service_no = ${known.no} and c.outcome = o.value`,
      ...(series === null ? [] : [sql`c.series_no in (select no ${series})`]),
      ...(filter.fromMs === undefined ? [] : [sql`c.started_at_ms >= ${filter.fromMs}`]),
      ...(ends.length === 0 ? [] : [sql`c.started_at_ms < min(${sql.join([FOREVER, ...ends], sql`, `)})`]),
      ...(before === null ? [] : [sql`(+c.started_at_ms, c.seq) < (${before.startedAtMs}, ${before.seq})`]),
    ],
    sql` and `,
  )
  return sql`
    select page.value ->> 1 seq from json_each(${JSON.stringify(outcomes)}) o cross join json_each((
      select json_group_array(json_array(started_at_ms, seq)) from (
        select c.started_at_ms, c.seq from results c where ${within}
        order by c.started_at_ms desc, c.seq desc limit ${limit}))) page
    order by page.value ->> 0 desc, page.value ->> 1 desc limit ${limit}`
}

/** From where the numbers of the series come that a filter leaves; `null`: it leaves all. */
function seriesOf(known: KnownService, { pathId, kind, check, vantage }: ResultFilter): SQL | null {
  const wanted = [
    ...(pathId === undefined
      ? []
      : [sql`(path_id = ${pathId} or group_no in (select no from series where path_id = ${pathId}))`]),
    ...(kind === undefined
      ? []
      : [sql`path_id in (select id from paths where service_no = ${known.no} and kind = ${kind})`]),
    ...(check === undefined ? [] : [sql`check_name = ${check}`]),
    ...(vantage === undefined ? [] : [sql`vantage = ${vantage}`]),
  ]
  if (wanted.length === 0) {
    return null
  }
  return sql`from series where service_no = ${known.no} and whole_no is not null and ${sql.join(wanted, sql` and `)}`
}
