/**
 * Divides a span of time into what it is read from: the longest steps that lie in it whole, shorter ones at their
 * edges, raw results at the edges of those; so that what is read does not grow with history.
 *
 * @module
 */
import { sql } from 'drizzle-orm'
import type { Db } from './db.ts'
import { retained } from './history-schema.ts'
import { DAY_MS, HOUR_MS, STEPS } from './rollup-steps.ts'

/** From inclusive, to exclusive. `null`: until now, whatever arrives meanwhile. */
export type Window = { fromMs: number; toMs: number | null }

/** The levels of history that are kept, epoch milliseconds. */
export type Kept = {
  /** Since when each level is kept. */
  rawMs: number
  hourMs: number
  /** The first and the last hour that anything was rolled up in; `null`: nothing ever was. */
  rolled: { fromMs: number; toMs: number } | null
}

/** A rollup's step (position in STEPS) and its number of that step. */
export type Cell = readonly [step: number, at: number]

export type Parts = {
  rollups: readonly Cell[]
  /** Epoch milliseconds. */
  raw: readonly { fromMs: number; toMs: number }[]
  /** The span that is covered, which is more than was asked for where nothing finer is kept. */
  fromMs: number
  toMs: number | null
}

export async function readKept(db: Db): Promise<Kept> {
  const rows = await db.select().from(retained)
  const since = (level: string) => rows.find((row) => row.level === level)?.sinceMs ?? 0
  const [ends] = await db.all<{ first: number | null; last: number | null }>(
    sql`select (select min(at) from rollups where step = 1) first, (select max(at) from rollups where step = 0) last`,
  )
  const { first = null, last = null } = ends ?? {}
  return {
    // Jobs tell which pairs were not probed, and may go without a result.
    rawMs: Math.max(since('raw'), since('jobs')),
    hourMs: since('hour'),
    rolled: first === null || last === null ? null : { fromMs: first * DAY_MS, toMs: (last + 1) * HOUR_MS },
  }
}

const FOREVER = Number.MAX_SAFE_INTEGER

export function partsOf(window: Window, kept: Kept): Parts {
  const fromMs = keptEdge(window.fromMs, kept, Math.floor)
  const toMs = window.toMs === null ? null : Math.max(fromMs, keptEdge(window.toMs, kept, Math.ceil))
  const end = toMs ?? FOREVER
  const hours = { from: Math.ceil(fromMs / HOUR_MS), to: Math.floor(end / HOUR_MS) }
  if (hours.to < hours.from) {
    return { rollups: [], raw: fromMs < end ? [{ fromMs, toMs: end }] : [], fromMs, toMs }
  }
  const raw = [
    { fromMs, toMs: hours.from * HOUR_MS },
    ...(toMs === null ? [] : [{ fromMs: hours.to * HOUR_MS, toMs }]),
  ].filter((part) => part.fromMs < part.toMs)
  return { rollups: cellsOf(hours, kept.rolled), raw, fromMs, toMs }
}

/** Moves an edge outward to the finest level that still has what lies around it. */
function keptEdge(ms: number, kept: Kept, outward: (value: number) => number): number {
  if (Math.floor(ms / HOUR_MS) * HOUR_MS >= kept.rawMs) {
    return ms
  }
  if (Math.floor(ms / DAY_MS) * DAY_MS >= kept.hourMs) {
    return outward(ms / HOUR_MS) * HOUR_MS
  }
  return outward(ms / DAY_MS) * DAY_MS
}

const LONGEST_MS = STEPS[STEPS.length - 1]?.ms ?? DAY_MS

/** None before the first that there is, which may be all that is left of a longer step; nothing is after the last. */
function cellsOf(hours: { from: number; to: number }, rolled: Kept['rolled']): Cell[] {
  if (rolled === null) {
    return []
  }
  const fromMs = Math.max(hours.from * HOUR_MS, rolled.fromMs)
  const toMs = Math.min(hours.to * HOUR_MS, Math.ceil(rolled.toMs / LONGEST_MS) * LONGEST_MS)
  return cover(0, fromMs, toMs)
}

/** @param fromMs a whole number of the step, as `toMs` is. */
function cover(step: number, fromMs: number, toMs: number): Cell[] {
  const longer = STEPS[step + 1]?.ms
  if (longer === undefined) {
    return cells(step, fromMs, toMs)
  }
  const [from, to] = [Math.ceil(fromMs / longer) * longer, Math.floor(toMs / longer) * longer]
  if (to < from) {
    return cells(step, fromMs, toMs)
  }
  return [...cells(step, fromMs, from), ...cover(step + 1, from, to), ...cells(step, to, toMs)]
}

function cells(step: number, fromMs: number, toMs: number): Cell[] {
  const ms = STEPS[step]?.ms ?? HOUR_MS
  return Array.from({ length: Math.max(0, (toMs - fromMs) / ms) }, (_, i): Cell => [step, fromMs / ms + i])
}
