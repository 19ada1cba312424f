import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, STEPS } from './rollup-steps.ts'
import { type Kept, partsOf } from './window.ts'

const NOW = 1_795_392_000_000
const kept = (rawMs: number, hourMs: number): Kept => ({
  ...{ rawMs, hourMs },
  rolled: { fromMs: NOW - 2000 * DAY_MS, toMs: NOW + DAY_MS },
})

const instant = fc.integer({ min: NOW - 900 * DAY_MS, max: NOW })

it('covers every instant of a window once, by rollups of every step and raw results', () => {
  fc.assert(
    fc.property(instant, instant, (a, b) => {
      const [fromMs, toMs] = [Math.min(a, b), Math.max(a, b)]
      const parts = partsOf({ fromMs, toMs }, kept(0, 0))
      const spans = [
        ...parts.raw.map((part) => [part.fromMs, part.toMs]),
        ...parts.rollups.map(([step, at]) => {
          const ms = STEPS[step]?.ms ?? 0
          return [at * ms, (at + 1) * ms]
        }),
      ].sort(([x = 0], [y = 0]) => x - y)
      const edges = spans.flat()
      expect([edges[0] ?? fromMs, edges.at(-1) ?? fromMs]).toEqual(fromMs === toMs ? [fromMs, fromMs] : [fromMs, toMs])
      for (let i = 1; i + 1 < edges.length; i += 2) {
        expect(edges[i]).toBe(edges[i + 1])
      }
      expect([parts.fromMs, parts.toMs]).toEqual([fromMs, toMs])
    }),
  )
})

it('reads a year from few rollups', () => {
  const { rollups, raw } = partsOf({ fromMs: NOW - 365 * DAY_MS - 5, toMs: NOW - 5 }, kept(0, 0))
  expect(rollups.length).toBeLessThan(23 + 2 * 15 + 2 * 23)
  expect(raw.length).toBe(2)
})

it('moves the edges outward to what is still kept, and no further', () => {
  const [from, to] = [NOW + HOUR_MS / 2, NOW + 2.5 * HOUR_MS]
  const covered = (have: Kept) => {
    const { fromMs, toMs, raw } = partsOf({ fromMs: from, toMs: to }, have)
    return [fromMs - NOW, (toMs ?? 0) - NOW, raw.length]
  }
  expect(covered(kept(NOW, 0))).toEqual([HOUR_MS / 2, 2.5 * HOUR_MS, 2])
  expect(covered(kept(NOW + 1, 0))).toEqual([0, 2.5 * HOUR_MS, 1])
  expect(covered(kept(NOW + DAY_MS, NOW))).toEqual([0, 3 * HOUR_MS, 0])
  expect(covered(kept(NOW + DAY_MS, NOW + 1))).toEqual([0, DAY_MS, 0])
})

it('asks for nothing where nothing was ever rolled up', () => {
  const { rollups } = partsOf({ fromMs: 0, toMs: null }, { rawMs: 0, hourMs: 0, rolled: null })
  expect(rollups).toEqual([])
})
