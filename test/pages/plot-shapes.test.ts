import { expect, it } from 'vitest'
import {
  HIGH,
  latencyLine,
  outcomeBars,
  type Point,
  roundUp,
  stretch,
  WIDE,
} from '../../src/pages/service/plot-shapes.ts'

const point = (over: Partial<Point>): Point => ({
  ...{ at: '2026-11-23T09:00:00.000Z', pass: 0, fail: 0, error: 0, skipped: 0, p50Ms: null, p95Ms: null, p99Ms: null },
  ...over,
})

it('ends axes at 1, 2 or 5 times a power of ten', () => {
  expect([0, 0.03, 1, 3, 7, 11, 99, 100, 101].map(roundUp)).toEqual([1, 0.05, 1, 5, 10, 20, 100, 100, 200])
})

it('draws what passed above the line and what failed below it, in one scale', () => {
  const { bars, zero, up, down } = outcomeBars([point({ pass: 10 }), point({ pass: 5, fail: 4, error: 1 })])
  expect([up, down, zero]).toEqual([10, 5, (HIGH * 10) / 15])
  expect(bars.map(({ kind, height }) => [kind, Math.round((height * 15) / HIGH)])).toEqual([
    ['passed', 10],
    ['passed', 5],
    ['failed', 4],
    ['errors', 1],
  ])
  expect(
    bars.every(({ x, width, y, height }) => x >= 0 && x + width <= WIDE && y >= 0 && y + height <= HIGH + 1e-9),
  ).toBe(true)
})

it('leaves a gap where nothing was timed, and shows what stands alone as a dot', () => {
  const timed = [10, 20, null, 30, null].map((p50Ms) => point({ p50Ms }))
  expect(latencyLine(timed, 'p50Ms', 100)).toEqual({ d: 'M100 180L300 160', dots: 'M700 140h0' })
})

it('shows an incident where it lies in the window, however short', () => {
  const window = { from: '2026-11-23T00:00:00Z', to: '2026-11-24T00:00:00Z' }
  expect(stretch('2026-11-22T00:00:00Z', '2026-11-23T12:00:00Z', window)).toEqual({ x: 0, width: 500 })
  expect(stretch('2026-11-23T18:00:00Z', null, window)).toEqual({ x: 750, width: 250 })
  expect(stretch('2026-11-23T23:59:59Z', null, window)).toEqual({ x: 996, width: 4 })
})
