/**
 * How a span of time is read: days where whole days lie in it, hours at their edges, raw results at the edges of
 * those; so that what is read does not grow with history.
 *
 * @module
 */
import type { Store } from './db.ts'
import { retained } from './history-schema.ts'
import { DAY_MS, HOUR_MS } from './steps.ts'

/** From inclusive, to exclusive. `null`: until now, whatever arrives meanwhile. */
export type Window = { fromMs: number; toMs: number | null }

/** Since when each level is kept, epoch milliseconds. */
export type Kept = { rawMs: number; hourMs: number }

/** Rollups of a step (position in STEPS), as numbers of that step: from inclusive, to exclusive. */
export type RollupPart = readonly [step: number, from: number, to: number]

export type Parts = {
  rollups: readonly RollupPart[]
  /** Epoch milliseconds. */
  raw: readonly { fromMs: number; toMs: number }[]
  /** What is covered, which is more than was asked for where nothing finer is kept. */
  fromMs: number
  toMs: number | null
}

export async function readKept(store: Store): Promise<Kept> {
  const rows = await store.db.select().from(retained)
  const since = (level: string) => rows.find((row) => row.level === level)?.sinceMs ?? 0
  return { rawMs: since('raw'), hourMs: since('hour') }
}

const FOREVER = Number.MAX_SAFE_INTEGER

export function partsOf(window: Window, kept: Kept): Parts {
  const fromMs = keptEdge(window.fromMs, kept, Math.floor)
  const toMs = window.toMs === null ? null : Math.max(fromMs, keptEdge(window.toMs, kept, Math.ceil))
  const end = toMs ?? FOREVER
  const hours = { from: Math.ceil(fromMs / HOUR_MS), to: toMs === null ? FOREVER : Math.floor(toMs / HOUR_MS) }
  if (hours.to < hours.from) return { rollups: [], raw: fromMs < end ? [{ fromMs, toMs: end }] : [], fromMs, toMs }
  const raw = [
    { fromMs, toMs: hours.from * HOUR_MS },
    ...(toMs === null ? [] : [{ fromMs: hours.to * HOUR_MS, toMs }]),
  ].filter((part) => part.fromMs < part.toMs)
  return { rollups: rollupsOf(hours), raw, fromMs, toMs }
}

/** Moves an edge outward to the finest level that still has what lies around it. */
function keptEdge(ms: number, kept: Kept, outward: (value: number) => number): number {
  if (Math.floor(ms / HOUR_MS) * HOUR_MS >= kept.rawMs) return ms
  if (Math.floor(ms / DAY_MS) * DAY_MS >= kept.hourMs) return outward(ms / HOUR_MS) * HOUR_MS
  return outward(ms / DAY_MS) * DAY_MS
}

function rollupsOf(hours: { from: number; to: number }): RollupPart[] {
  const days = { from: Math.ceil(hours.from / 24), to: hours.to === FOREVER ? FOREVER : Math.floor(hours.to / 24) }
  if (days.to < days.from) return hours.from < hours.to ? [[0, hours.from, hours.to]] : []
  const parts: RollupPart[] = [
    [0, hours.from, days.from * 24],
    [1, days.from, days.to],
    [0, days.to === FOREVER ? FOREVER : days.to * 24, hours.to],
  ]
  return parts.filter(([, from, to]) => from < to)
}
