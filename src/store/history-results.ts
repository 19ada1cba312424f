/**
 * Recorded tries of a Service, through all its jobs.
 *
 * @module
 */
import { type SQL, sql } from 'drizzle-orm'
import { OUTCOMES, type Outcome } from '../check/result.ts'
import type { PathKind, Vantage } from '../plan/path.ts'
import type { HistoryResult } from '../report/history.ts'
import type { Store } from './db.ts'
import { readResults } from './results.ts'
import type { KnownService } from './services.ts'

export type ResultFilter = {
  pathId?: string
  kind?: PathKind
  outcome?: Outcome
  check?: string
  vantage?: Vantage
  /** Of the try's start: from inclusive, to exclusive. */
  fromMs?: number
  toMs?: number
}

export type ResultPage = { limit: number; before: { startedAtMs: number; seq: number } | null }

/** Newest first, with every try of the jobs that want history, whether it decided or not; controls are left out. */
export async function listHistory(
  store: Store,
  known: KnownService,
  filter: ResultFilter,
  page: ResultPage,
): Promise<HistoryResult[]> {
  const found = await store.db.all<{ seq: number }>(newest(known, filter, page))
  const rows = await readResults(
    store,
    found.map(({ seq }) => seq),
  )
  return rows.sort((a, b) => b.result.startedAtMs - a.result.startedAtMs || b.seq - a.seq)
}

/**
 * Takes the newest of each series and outcome, each a range of one index, and of those the newest: so that the
 * cost is that of the page, times the number of paths, however long history is.
 */
function newest(known: KnownService, filter: ResultFilter, { limit, before }: ResultPage): SQL {
  const outcomes = filter.outcome === undefined ? OUTCOMES.map((_, i) => i) : [OUTCOMES.indexOf(filter.outcome)]
  const series = sql.join(
    [
      sql`s.service_no = ${known.no} and s.whole_no is not null`,
      ...(filter.pathId === undefined
        ? []
        : [
            sql`(s.path_id = ${filter.pathId} or s.group_no in (select no from series where path_id = ${filter.pathId}))`,
          ]),
      ...(filter.kind === undefined
        ? []
        : [sql`s.path_id in (select id from paths where service_no = ${known.no} and kind = ${filter.kind})`]),
      ...(filter.check === undefined ? [] : [sql`s.check_name = ${filter.check}`]),
      ...(filter.vantage === undefined ? [] : [sql`s.vantage = ${filter.vantage}`]),
    ],
    sql` and `,
  )
  const within = sql.join(
    [
      sql`c.counted is not null`,
      ...(filter.fromMs === undefined ? [] : [sql`c.started_at_ms >= ${filter.fromMs}`]),
      ...(filter.toMs === undefined ? [] : [sql`c.started_at_ms < ${filter.toMs}`]),
      ...(before === null ? [] : [sql`(c.started_at_ms, c.seq) < (${before.startedAtMs}, ${before.seq})`]),
    ],
    sql` and `,
  )
  return sql`
    select r.seq from series s cross join json_each(${JSON.stringify(outcomes)}) o cross join results r
    where ${series} and r.seq in (
      select c.seq from results c where c.series_no = s.no and c.outcome = o.value and ${within}
      order by c.started_at_ms desc, c.seq desc limit ${limit})
    order by r.started_at_ms desc, r.seq desc limit ${limit}`
}
