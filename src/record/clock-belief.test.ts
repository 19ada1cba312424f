import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { believeClock, type ClockBelief } from './clock-belief.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const HOLD = 3 * DAY
const NOW = Date.parse('2026-11-23T00:00:00Z')

/** Looks at a clock that shows these instants one after the other, and returns those that are believed. */
function believedAt(shown: readonly number[], holdMs = HOLD): number[] {
  let belief: ClockBelief | null = null
  const believed: number[] = []
  for (const atMs of shown) {
    belief = believeClock(belief, atMs, holdMs)
    if (belief.heldSinceMs === null) {
      believed.push(atMs)
    }
  }
  return believed
}
const every = (stepMs: number, fromMs: number, toMs: number): number[] =>
  Array.from({ length: Math.floor((toMs - fromMs) / stepMs) + 1 }, (_, i) => fromMs + i * stepMs)

describe('a clock', () => {
  it('that goes on is believed, at the first look too, and after a weekend without a server', () => {
    const shown = [...every(HOUR, NOW, NOW + DAY), ...every(HOUR, NOW + 3.5 * DAY, NOW + 5 * DAY)]
    expect(believedAt(shown)).toEqual(shown)
  })

  it.each([365, -365])('that jumps by %i days and comes back is not believed meanwhile', (days) => {
    const before = every(HOUR, NOW, NOW + DAY)
    const away = every(HOUR, NOW + days * DAY, NOW + (days + 2) * DAY)
    const after = every(HOUR, NOW + 2 * DAY, NOW + 3 * DAY)
    expect(believedAt([...before, ...away, ...after])).toEqual([...before, ...after])
  })

  it('that was right after all, as the server was off for months, is believed when it has gone on for three days', () => {
    const later = every(HOUR, NOW + 100 * DAY, NOW + 110 * DAY)
    expect(believedAt([NOW, ...later])).toEqual([NOW, ...later.slice(72)])
  })

  it('is tried on while the server is off now and then', () => {
    expect(believedAt([NOW, NOW + 100 * DAY, NOW + 130 * DAY, NOW + 131 * DAY])).toEqual([
      ...[NOW, NOW + 130 * DAY, NOW + 131 * DAY],
    ])
  })

  it('that jumps again is tried from there', () => {
    const shown = [NOW, NOW + 400 * DAY, NOW + 402 * DAY, NOW + 100 * DAY, NOW + 102 * DAY, NOW + 103 * DAY]
    expect(believedAt(shown)).toEqual([NOW, NOW + 103 * DAY])
  })

  it('is believed at the second look where the operator says so', () => {
    expect(believedAt([NOW, NOW + 100 * DAY, NOW + 100 * DAY + 600_000, NOW + 100 * DAY + 1_200_000], 1000)).toEqual([
      ...[NOW, NOW + 100 * DAY + 600_000, NOW + 100 * DAY + 1_200_000],
    ])
  })

  it('never moves by more than the hold between two believed looks, unless it has gone on for as long', () => {
    const steps = fc.array(fc.integer({ min: -400 * DAY, max: 400 * DAY }), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(steps, (moves) => {
        let atMs = NOW
        let belief = believeClock(null, atMs, HOLD)
        for (const move of moves) {
          atMs += move
          const after = believeClock(belief, atMs, HOLD)
          if (after.heldSinceMs === null && belief.heldSinceMs !== null) {
            const since = atMs - belief.heldSinceMs
            expect(Math.abs(atMs - belief.believedMs) <= HOLD || since >= HOLD).toBe(true)
          } else if (after.heldSinceMs === null) {
            expect(Math.abs(atMs - belief.believedMs)).toBeLessThanOrEqual(HOLD)
          }
          belief = after
        }
      }),
    )
  })
})
