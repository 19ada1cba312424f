import { describe, expect, it } from 'vitest'
import { createReadCount, pays } from './when-it-pays.ts'

/** Reads one by one, from zero on; answers when a watch began and ended, looked at once a second. */
function watched(readsAtMs: readonly number[], untilMs: number): (readonly [string, number])[] {
  const count = createReadCount()
  const left = [...readsAtMs]
  const changes: (readonly [string, number])[] = []
  let sinceMs: number | null = null
  for (let nowMs = 0; nowMs <= untilMs; nowMs += 1000) {
    while (left[0] !== undefined && left[0] <= nowMs) {
      count.add(left.shift() ?? 0)
    }
    const now: boolean = pays(count, sinceMs, nowMs)
    if (now !== (sinceMs !== null)) {
      changes.push([now ? 'began' : 'ended', nowMs / 1000])
      sinceMs = now ? nowMs : null
    }
  }
  return changes
}

const HOUR = 3_600_000
const every = (ms: number, fromMs: number, untilMs: number): number[] =>
  Array.from({ length: Math.floor((untilMs - fromMs) / ms) }, (_, at) => fromMs + at * ms)

describe('whether a watch pays', () => {
  it('does not for a read in two seconds, however long', () => {
    expect(watched(every(2000, 0, HOUR), HOUR)).toEqual([])
  })

  it('does from about one read a second on, and for as long as that lasts', () => {
    expect(watched(every(900, 0, HOUR), HOUR)).toEqual([['began', 54]])
  })

  it('does after twenty reads of a burst, so that the rest of it need not be read', () => {
    expect(watched(every(30, 1000, 2000), 10_000)).toEqual([['began', 2]])
  })

  it('ends ten minutes after the reads have', () => {
    const changes = watched(every(500, 0, HOUR), 3 * HOUR)
    expect(changes.map(([what]) => what)).toEqual(['began', 'ended'])
    expect(changes[1]?.[1]).toBeGreaterThan(3600)
    expect(changes[1]?.[1]).toBeLessThanOrEqual(3600 + 610)
  })

  it('does not come and go where the rate swings about the limit', () => {
    const swinging = [0, 1, 2, 3, 4, 5].flatMap((part) => {
      const fromMs = part * 300_000
      return every(part % 2 === 0 ? 700 : 1500, fromMs, fromMs + 300_000)
    })
    expect(watched(swinging, 1_800_000)).toEqual([['began', 42]])
  })
})
