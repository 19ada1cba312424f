import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBudget } from './budget.ts'

describe('a budget', () => {
  it('has room for several up to its limit, and again when one has left', () => {
    const budget = createBudget(10)
    const [a, b] = [budget.enter(), budget.enter()]
    expect([a.hold(6), b.hold(4), b.hold(5), a.hold(7)]).toEqual([true, true, false, false])
    a.leave()
    expect(b.hold(9)).toBe(true)
  })

  it('lets one who is alone have more than all', () => {
    const budget = createBudget(10)
    expect(budget.enter().hold(11)).toBe(true)
    expect(budget.enter().hold(1)).toBe(false)
  })

  it('gives back what a holder has, once, and what it had grown to', () => {
    const budget = createBudget(10)
    const a = budget.enter()
    for (const amount of [1, 5, 10]) {
      expect(a.hold(amount)).toBe(true)
    }
    a.leave()
    a.leave()
    const [b, c] = [budget.enter(), budget.enter()]
    expect([b.hold(5), c.hold(5), c.hold(6)]).toEqual([true, true, false])
  })

  it('holds no more than its limit while there is more than one, whatever they do', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(4), fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constant('leave' as const)))),
        (steps) => {
          const budget = createBudget(10)
          const rooms = Array.from({ length: 5 }, () => budget.enter())
          const held = [0, 0, 0, 0, 0]
          for (const [i, step] of steps) {
            if (step === 'leave') {
              rooms[i]?.leave()
              held[i] = 0
            } else if (rooms[i]?.hold(step)) {
              held[i] = Math.max(held[i] ?? 0, step)
            }
            const holders = held.filter((amount) => amount > 0)
            const sum = holders.reduce((a, b) => a + b, 0)
            if (holders.length > 1 && sum > 10) {
              return false
            }
          }
          return true
        },
      ),
    )
  })
})
