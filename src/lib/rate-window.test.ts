import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRateWindow } from './rate-window.ts'

const MINUTE = 60_000

/** A window with a clock that the test holds. */
function held(keysMax = 100) {
  let nowMs = 1_000
  const window = createRateWindow(MINUTE, keysMax, () => nowMs)
  return { window, now: () => nowMs, pass: (ms: number) => (nowMs += ms) }
}

describe('a rate window', () => {
  it('gives what a key may have, and tells what is left and when there is more', () => {
    const { window, pass } = held()
    expect(window.take('a', 3)).toEqual({ taken: true, limit: 3, remaining: 2, resetMs: MINUTE })
    pass(10_000)
    expect(window.take('a', 3)).toEqual({ taken: true, limit: 3, remaining: 1, resetMs: 50_000 })
    expect(window.take('a', 3)).toEqual({ taken: true, limit: 3, remaining: 0, resetMs: 50_000 })
    expect(window.take('a', 3)).toEqual({ taken: false, limit: 3, remaining: 0, resetMs: 50_000, waitMs: 50_000 })
    pass(49_999)
    expect(window.take('a', 3).taken).toBe(false)
    pass(1)
    expect(window.take('a', 3)).toEqual({ taken: true, limit: 3, remaining: 0, resetMs: 10_000 })
  })

  it('counts each key by itself', () => {
    const { window } = held()
    expect(window.take('a', 1).taken).toBe(true)
    expect(window.take('a', 1).taken).toBe(false)
    expect(window.take('b', 1).taken).toBe(true)
  })

  it('takes all that is wanted at once or nothing of it, and says when it could be all', () => {
    const { window, pass } = held()
    window.take('a', 10, 6)
    pass(20_000)
    window.take('a', 10, 2)
    expect(window.take('a', 10, 3)).toEqual({ taken: false, limit: 10, remaining: 2, resetMs: 40_000, waitMs: 40_000 })
    expect(window.take('a', 10, 9)).toMatchObject({ taken: false, waitMs: MINUTE })
    expect(window.take('a', 10, 2).taken).toBe(true)
  })

  it('takes more than the limit where nothing is counted, and then nothing until that is paid', () => {
    const { window, pass } = held()
    expect(window.take('a', 10, 25)).toEqual({ taken: true, limit: 10, remaining: 0, resetMs: 2 * MINUTE })
    expect(window.take('a', 10)).toMatchObject({ taken: false, waitMs: 2 * MINUTE })
    pass(2 * MINUTE - 1)
    expect(window.take('a', 10).taken).toBe(false)
    pass(1)
    expect(window.look('a', 10)).toEqual({ limit: 10, remaining: 5, resetMs: MINUTE })
  })

  it('gives back what was not used', () => {
    const { window } = held()
    window.take('a', 10, 4)
    window.take('a', 10, 5)
    window.giveBack('a', 5)
    expect(window.look('a', 10).remaining).toBe(6)
    window.giveBack('a', 4)
    expect(window.look('a', 10)).toEqual({ limit: 10, remaining: 10, resetMs: MINUTE })
  })

  it('never gives more than the limit in any minute, and no more than it has told', () => {
    const steps = fc.array(
      fc.record({ waitMs: fc.integer({ min: 0, max: 9_000 }), asks: fc.integer({ min: 1, max: 6 }) }),
      {
        maxLength: 80,
      },
    )
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 20 }), (each, limit) => {
        const { window, now, pass } = held()
        const given: number[] = []
        let told = { untilMs: 0, remaining: Number.POSITIVE_INFINITY }
        for (const { waitMs, asks } of each) {
          pass(waitMs)
          for (let ask = 0; ask < asks; ask++) {
            const { taken, remaining, resetMs } = window.take('a', limit)
            if (taken) {
              given.push(now())
              expect(now() >= told.untilMs || told.remaining > 0).toBe(true)
            }
            told = { untilMs: now() + resetMs, remaining }
          }
        }
        for (const startMs of given) {
          const within = given.filter((atMs) => atMs >= startMs && atMs < startMs + MINUTE)
          expect(within.length).toBeLessThanOrEqual(limit)
        }
      }),
    )
  })

  it('lets in whoever comes after the time that it has told', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30_000 }), { maxLength: 60 }), (waits) => {
        const { window, pass } = held()
        for (const waitMs of waits) {
          pass(waitMs)
          const asked = window.take('a', 4)
          if (!asked.taken) {
            pass(asked.waitMs)
            expect(window.take('a', 4).taken).toBe(true)
          }
        }
      }),
    )
  })

  it('remembers so many keys, and of more those that were seen last', () => {
    const { window } = held(3)
    for (const key of ['a', 'b', 'c']) {
      window.take(key, 1)
    }
    window.look('a', 1)
    window.take('d', 1)
    expect(['a', 'c', 'd', 'b'].map((key) => window.look(key, 1).remaining)).toEqual([0, 0, 0, 1])
  })

  it('costs a key no more memory than some slots, however often it asks', () => {
    const { window, pass } = held()
    for (let ask = 0; ask < 10_000; ask++) {
      pass(10)
      window.count('a')
    }
    // 100 s at 100 a second, of which the last minute counts, and at most one slot more
    const used = 1_000_000 - window.look('a', 1_000_000).remaining
    expect(used).toBeGreaterThanOrEqual(6_000)
    expect(used).toBeLessThanOrEqual(6_500)
  })
})
