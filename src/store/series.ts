/**
 * Points for a plot.
 *
 * @module
 */
import { type SQL, sql } from 'drizzle-orm'
import { OUTCOMES } from '../check/result.ts'
import { wholeId } from '../history/observe.ts'
import type { Counts, SeriesPoint } from '../history/types.ts'
import type { Store } from './db.ts'
import { bucketOf, percentiles } from './latency-sketch.ts'
import { DAY_MS, HOUR_MS, STEPS } from './rollup-steps.ts'
import type { KnownService } from './services.ts'
import { sees } from './visible.ts'
import { readKept } from './window.ts'

export type PointsQuery = {
  /** `null`: the Service as a whole. An Endpoint path stands for all of its port and family. */
  pathId: string | null
  /** From inclusive, to exclusive; both moved outward to the step. */
  fromMs: number
  toMs: number
  /** Made longer where nothing so fine is kept. */
  stepMs: number
}

export type Points = { stepMs: number; points: SeriesPoint[] }

type CountRow = { at: number } & Counts
type LatencyRow = { at: number; bucket: number; n: number }

/** One point for each step, empty ones too, from rollups where the step is made of whole hours or days. */
export async function readPoints(store: Store, known: KnownService, query: PointsQuery): Promise<Points> {
  if (!sees(store, known)) {
    return { stepMs: query.stepMs, points: [] }
  }
  const kept = await readKept(store.db)
  const least = query.fromMs < kept.hourMs ? DAY_MS : query.fromMs < kept.rawMs ? HOUR_MS : 1
  const stepMs = Math.ceil(query.stepMs / least) * least
  const first = Math.floor(query.fromMs / stepMs)
  const end = Math.ceil(query.toMs / stepMs)
  const span = { stepMs, fromMs: first * stepMs, toMs: end * stepMs }
  const id = query.pathId ?? wholeId(known.head.target)
  const { counts, latency } = await (stepMs % HOUR_MS === 0
    ? fromRollups(store, id, span)
    : fromRaw(store, known, query.pathId, span))
  const countAt = new Map(counts.map((row) => [row.at, row]))
  const latencyAt = Map.groupBy(latency, ({ at }) => at)
  const points = Array.from({ length: Math.max(0, end - first) }, (_, i): SeriesPoint => {
    const at = first + i
    const { pass = 0, fail = 0, error = 0, skipped = 0 } = countAt.get(at) ?? {}
    const sketch = new Map((latencyAt.get(at) ?? []).map(({ bucket, n }) => [bucket, n]))
    return { atMs: at * stepMs, pass, fail, error, skipped, ...percentiles(sketch) }
  })
  return { stepMs, points }
}

type Span = { stepMs: number; fromMs: number; toMs: number }
type Rows = { counts: CountRow[]; latency: LatencyRow[] }

/** As part of the text: a bound number is a float to better-sqlite3, and would be divided by as such. */
const whole = (value: number): SQL => sql.raw(String(Math.trunc(value)))

/** The series whose rollups are meant: those of the path's id, or of the group that it belongs to. */
const chosen = (id: string): SQL => sql`(select coalesce(group_no, no) from series where path_id = ${id})`

async function fromRollups({ db }: Store, id: string, { stepMs, fromMs, toMs }: Span): Promise<Rows> {
  const step = stepMs % DAY_MS === 0 ? 1 : 0
  const unitMs = STEPS[step].ms
  const at = sql`r.at / ${whole(stepMs / unitMs)}`
  const numbers = JSON.stringify(Array.from({ length: (toMs - fromMs) / unitMs }, (_, i) => fromMs / unitMs + i))
  const rows = (table: string) => sql`from json_each(${numbers}) cell cross join ${sql.raw(table)} r
    where r.step = ${step} and r.at = cell.value and r.series_no in ${chosen(id)}`
  return {
    counts: await db.all<CountRow>(
      sql`select ${at} at, sum(pass) pass, sum(fail) fail, sum(error) error, sum(skipped) skipped
          ${rows('rollups')} group by 1`,
    ),
    latency: await db.all<LatencyRow>(
      sql`select ${at} at, r.bucket, sum(r.n) n ${rows('rollup_latency')} group by 1, 2`,
    ),
  }
}

/** Reads the index alone. What was not probed has no try, and so no place in so fine a plot. */
async function fromRaw({ db }: Store, known: KnownService, pathId: string | null, span: Span): Promise<Rows> {
  const { stepMs, fromMs, toMs } = span
  const which =
    pathId === null
      ? sql``
      : sql`and r.series_no in
          (select no from series where coalesce(group_no, no) in ${chosen(pathId)} and service_no = ${known.no})`
  const rows = sql`from results r where r.service_no = ${known.no} ${which} and r.outcome in (0, 1, 2, 3)
    and r.started_at_ms >= ${fromMs} and r.started_at_ms < ${toMs} and r.counted = 1`
  const at = sql`r.started_at_ms / ${whole(stepMs)}`
  const sums = sql.raw(OUTCOMES.map((outcome, position) => `sum(r.outcome = ${position}) ${outcome}`).join())
  return {
    counts: await db.all<CountRow>(sql`select ${at} at, ${sums} ${rows} group by 1`),
    latency: await db.all<LatencyRow>(
      sql`select ${at} at, ${bucketOf(sql`r.total_us`)} bucket, count(*) n ${rows}
          and r.outcome = 0 and r.total_us is not null group by 1, 2`,
    ),
  }
}
