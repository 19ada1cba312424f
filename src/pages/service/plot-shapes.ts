/**
 * Shapes of plots, in units that the SVG stretches to whatever size it has. Pure.
 *
 * @module
 */
import type { Series } from './documents.ts'

export type Point = Series['points'][number]

/** Width and height of what is drawn in. */
export const WIDE = 1000
export const HIGH = 200

/** The least number of the form 1, 2 or 5 × 10ⁿ that is not below `value`. */
export function roundUp(value: number): number {
  if (value <= 0) {
    return 1
  }
  const power = 10 ** Math.floor(Math.log10(value))
  const digit = [1, 2, 5, 10].find((each) => each * power >= value) ?? 10
  return digit * power
}

export type Bar = { x: number; width: number; y: number; height: number; kind: 'passed' | 'failed' | 'errors' }

/**
 * A bar a step: what passed goes up from the line of nought, what failed goes down from it, and errors of the prober
 * further down, so that each is told without its colour.
 *
 * @returns `zero`: where the line of nought is; `up` and `down`: the counts at the upper and the lower edge.
 */
export function outcomeBars(points: readonly Point[]): { bars: Bar[]; zero: number; up: number; down: number } {
  const up = roundUp(Math.max(0, ...points.map(({ pass }) => pass)))
  const most = Math.max(0, ...points.map(({ fail, error }) => fail + error))
  const down = most === 0 ? 0 : roundUp(most)
  const perTry = HIGH / (up + down)
  const zero = up * perTry
  const step = WIDE / Math.max(1, points.length)
  const bars = points.flatMap(({ pass, fail, error }, at): Bar[] => {
    const place = { x: at * step + step * 0.1, width: step * 0.8 }
    const all: Bar[] = [
      { ...place, kind: 'passed', y: zero - pass * perTry, height: pass * perTry },
      { ...place, kind: 'failed', y: zero, height: fail * perTry },
      { ...place, kind: 'errors', y: zero + fail * perTry, height: error * perTry },
    ]
    return all.filter(({ height }) => height > 0)
  })
  return { bars, zero, up, down }
}

export const QUANTILES = ['p50Ms', 'p95Ms', 'p99Ms'] as const
export type Quantile = (typeof QUANTILES)[number]

/**
 * A line, as the `d` of a path, with a gap where nothing was timed. `dots`: points that have no neighbour to be joined
 * with.
 */
export function latencyLine(points: readonly Point[], of: Quantile, top: number): { d: string; dots: string } {
  const step = WIDE / Math.max(1, points.length)
  const place = (ms: number, at: number) => `${round((at + 0.5) * step)} ${round(HIGH - (ms / top) * HIGH)}`
  let [d, dots] = ['', '']
  for (const [at, point] of points.entries()) {
    const ms = point[of]
    if (ms === null) {
      continue
    }
    const [before, after] = [points[at - 1]?.[of] ?? null, points[at + 1]?.[of] ?? null]
    if (before === null && after === null) {
      dots += `M${place(ms, at)}h0`
    } else {
      d += `${before === null ? 'M' : 'L'}${place(ms, at)}`
    }
  }
  return { d, dots }
}

/** The value at the upper edge of a plot of latencies. */
export const latencyTop = (points: readonly Point[]): number =>
  roundUp(Math.max(0, ...points.flatMap((point) => QUANTILES.map((of) => point[of] ?? 0))))

/** A span of time as a part of the width. What began before the window begins at its edge. */
export function stretch(from: string, to: string | null, window: { from: string; to: string }) {
  const [start, end] = [Date.parse(window.from), Date.parse(window.to)]
  const scale = WIDE / Math.max(1, end - start)
  const x = Math.max(0, (Date.parse(from) - start) * scale)
  const right = to === null ? WIDE : Math.min(WIDE, (Date.parse(to) - start) * scale)
  // Seen, however short
  const width = Math.max(right - x, WIDE / 250)
  return { x: round(Math.min(x, WIDE - width)), width: round(width) }
}

const round = (value: number): number => Math.round(value * 100) / 100
