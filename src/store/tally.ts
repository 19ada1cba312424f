/**
 * Adds up what was counted in a window, by path: from rollups, and from raw results at its edges.
 *
 * @module
 */
import { type SQL, sql } from 'drizzle-orm'
import type { FailureCode } from '../check/codes.ts'
import type { Counts, Latency, PhaseMeans } from '../history/types.ts'
import type { Db, Row } from './db.ts'
import { BUCKETS, percentiles } from './latency-sketch.ts'
import { type RollupTable, type Span, seenIn, summedIn } from './rollups.ts'
import type { Cell, Parts } from './window.ts'

export type Tally = {
  counts: Counts
  latency: Latency
  failures: Readonly<Partial<Record<FailureCode, number>>>
}

type LatencyRow = { pathId: string; bucket: number; n: number }
type FailureRow = { pathId: string; code: FailureCode; n: number }

/** The tally of every path of a Service, and of the whole under its own id. */
export async function tallyService(db: Db, serviceNo: number, parts: Parts): Promise<Map<string, Tally>> {
  const chosen = await readChosen(db, sql`service_no = ${serviceNo} and group_no is null`)
  const rolled = rolledUp(chosen, parts.rollups)
  const pathOf = <T extends { seriesNo: number }>(row: T): (T & { pathId: string })[] => {
    const pathId = chosen.get(row.seriesNo)?.pathId
    return pathId === undefined ? [] : [{ ...row, pathId }]
  }
  const sumRows = await db.all<Row & { seriesNo: number }>(
    sql`${rolled(sql`r.series_no "seriesNo", ${sumsOf('rollups', 'r')}`, 'rollups')} group by 1`,
  )
  // Grouping by one number takes two thirds of the time of grouping by two.
  const packedRows = await db.all<{ packed: number; n: number }>(
    sql`${rolled(sql`r.series_no * ${sql.raw(String(BUCKETS))} + r.bucket packed, sum(r.n) n`, 'rollup_latency')} group by 1`,
  )
  const latencyRows = packedRows.map(({ packed, n }) => {
    return { seriesNo: Math.floor(packed / BUCKETS), bucket: packed % BUCKETS, n }
  })
  const failureRows = await db.all<{ seriesNo: number; code: FailureCode; n: number }>(
    sql`${rolled(sql`r.series_no "seriesNo", r.code, sum(r.n) n`, 'rollup_failures')} group by 1, 2`,
  )
  const sums: Row[] = sumRows.flatMap(pathOf)
  const latency: LatencyRow[] = latencyRows.flatMap(pathOf)
  const failures: FailureRow[] = failureRows.flatMap(pathOf)
  for (const part of parts.raw) {
    const span = spanOf(serviceNo, part)
    const seen = (table: RollupTable, key: string) => sql`${seenIn(span, table)}
      select s.path_id "pathId"${sql.raw(key)}, ${sumsOf(table, 'seen')} from seen join series s on s.no = seen.series_no
      group by 1${sql.raw(key && ', 2')}`
    sums.push(...(await db.all<Row>(seen('rollups', ''))))
    latency.push(...(await db.all<LatencyRow>(seen('rollup_latency', ', bucket'))))
    failures.push(...(await db.all<FailureRow>(seen('rollup_failures', ', code'))))
  }
  return merge(sums, latency, failures)
}

/** Counts of Services as a whole, by number; whole hours only, so that many Services cost little. */
export async function countServices(
  db: Db,
  services: readonly number[],
  rollups: readonly Cell[],
): Promise<Map<number, Counts>> {
  const numbers = sql`service_no in (select value from json_each(${JSON.stringify(services)}))`
  const chosen = await readChosen(db, sql`${numbers} and whole_no is null`)
  const sums = sql`r.series_no "seriesNo", sum(pass) pass, sum(fail) fail, sum(error) error, sum(skipped) skipped`
  const rows = await db.all<Counts & { seriesNo: number }>(
    sql`${rolledUp(chosen, rollups)(sums, 'rollups')} group by 1`,
  )
  const counts = new Map<number, Counts>()
  for (const { seriesNo, ...more } of rows) {
    const serviceNo = chosen.get(seriesNo)?.serviceNo
    if (serviceNo === undefined) {
      continue
    }
    // A Service has a whole for each vantage.
    const { pass = 0, fail = 0, error = 0, skipped = 0 } = counts.get(serviceNo) ?? {}
    counts.set(serviceNo, {
      pass: pass + more.pass,
      fail: fail + more.fail,
      error: error + more.error,
      skipped: skipped + more.skipped,
    })
  }
  return counts
}

/** The 95th percentile of passing tries over days, by number of the Service; those without any are absent. */
export async function p95OfDays(
  db: Db,
  services: readonly number[],
  days: readonly number[],
): Promise<Map<number, number>> {
  const numbers = sql`service_no in (select value from json_each(${JSON.stringify(services)}))`
  const chosen = await readChosen(db, sql`${numbers} and whole_no is null`)
  const rolled = rolledUp(
    chosen,
    days.map((day): Cell => [1, day]),
  )
  const rows = await db.all<{ seriesNo: number; bucket: number; n: number }>(
    sql`${rolled(sql`r.series_no "seriesNo", r.bucket, r.n`, 'rollup_latency')}`,
  )
  const sketches = new Map<number, Map<number, number>>()
  for (const { seriesNo, bucket, n } of rows) {
    const serviceNo = chosen.get(seriesNo)?.serviceNo
    if (serviceNo !== undefined) {
      const sketch = sketches.get(serviceNo) ?? new Map<number, number>()
      sketches.set(serviceNo, sketch.set(bucket, (sketch.get(bucket) ?? 0) + n))
    }
  }
  return new Map(
    [...sketches].flatMap(([no, sketch]) => {
      const { p95Ms } = percentiles(sketch)
      return p95Ms === null ? [] : [[no, p95Ms] as const]
    }),
  )
}

type Chosen = ReadonlyMap<number, { pathId: string; serviceNo: number }>

async function readChosen(db: Db, which: SQL): Promise<Chosen> {
  const rows = await db.all<{ no: number; pathId: string; serviceNo: number }>(
    sql`select no, path_id "pathId", service_no "serviceNo" from series where ${which} order by no`,
  )
  return new Map(rows.map(({ no, ...rest }) => [no, rest]))
}

/** Up to so many series of others are read with two of ours: cheaper than looking for the second one anew. */
const GAP = 4

/** Ranges of ascending numbers; what lies in the gaps is left out later. */
function rangesOf(numbers: Iterable<number>): [from: number, to: number][] {
  const ranges: [number, number][] = []
  for (const no of numbers) {
    const last = ranges.at(-1)
    if (last && no - last[1] <= GAP) {
      last[1] = no
    } else {
      ranges.push([no, no])
    }
  }
  return ranges
}

/** Rows of a rollup table: for each cell the ranges of the chosen series, whose numbers lie near each other. */
const rolledUp = (chosen: Chosen, cells: readonly Cell[]) => (columns: SQL, table: RollupTable) =>
  sql`
  with cells as materialized (select value ->> 0 step, value ->> 1 at from json_each(${JSON.stringify(cells)})),
    ranges as materialized (select value ->> 0 low, value ->> 1 high from json_each(${JSON.stringify(rangesOf(chosen.keys()))}))
  select ${columns} from cells cross join ranges cross join ${sql.raw(table)} r
  where r.step = cells.step and r.at = cells.at and r.series_no >= ranges.low and r.series_no <= ranges.high`

const sumsOf = (table: RollupTable, alias: string): SQL =>
  sql.raw(
    summedIn(table)
      .map((column) => `sum(${alias}.${column}) ${column}`)
      .join(),
  )

const spanOf = (serviceNo: number, { fromMs, toMs }: { fromMs: number; toMs: number }): Span => ({
  results: sql`r.service_no = ${serviceNo} and r.outcome in (0, 1, 2, 3)
    and r.started_at_ms >= ${fromMs} and r.started_at_ms < ${toMs}`,
  jobs: sql`(j.cluster, j.namespace, j.service) = (select cluster, namespace, name from services where no = ${serviceNo})
    and j.created_at_ms >= ${fromMs} and j.created_at_ms < ${toMs}`,
})

function merge(sums: readonly Row[], latency: readonly LatencyRow[], failures: readonly FailureRow[]) {
  const sketches = new Map<string, Map<number, number>>()
  for (const { pathId, bucket, n } of latency) {
    const sketch = sketches.get(pathId) ?? new Map<number, number>()
    sketches.set(pathId, sketch.set(bucket, (sketch.get(bucket) ?? 0) + n))
  }
  const codes = new Map<string, Partial<Record<FailureCode, number>>>()
  for (const { pathId, code, n } of failures) {
    const known = codes.get(pathId) ?? {}
    codes.set(pathId, { ...known, [code]: (known[code] ?? 0) + n })
  }
  const byPath = Map.groupBy(sums, (row) => String(row.pathId))
  return new Map(
    [...byPath].map(([pathId, rows]): [string, Tally] => {
      const sum = (column: string) => rows.reduce((total, row) => total + Number(row[column] ?? 0), 0)
      const mean = (phase: string) => (sum(`${phase}_n`) === 0 ? null : toMs(sum(`${phase}_us`) / sum(`${phase}_n`)))
      const phases: PhaseMeans = {
        dnsMs: mean('dns'),
        connectMs: mean('connect'),
        tlsMs: mean('tls'),
        firstByteMs: mean('first_byte'),
        downloadMs: mean('download'),
      }
      return [
        pathId,
        {
          counts: { pass: sum('pass'), fail: sum('fail'), error: sum('error'), skipped: sum('skipped') },
          latency: { ...percentiles(sketches.get(pathId) ?? new Map()), phases },
          failures: codes.get(pathId) ?? {},
        },
      ]
    }),
  )
}

/** Whole microseconds, as everywhere. */
const toMs = (us: number): number => Math.round(us) / 1000
