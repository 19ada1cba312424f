import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aPlan, httpCheck, plannedPath } from '../../test/support/checks.ts'
import { cutPlan } from './chunks.ts'

const paths = (count: number) => Array.from({ length: count }, (_, index) => plannedPath({ id: `pth_${index}` }))
const limits = { costOf: () => 1, size: 10, count: 100 }
const shown = (chunks: ReturnType<typeof cutPlan>) =>
  chunks.map((chunk) => Object.entries(chunk).map(([id, { first, last }]) => `${id} ${first}-${last}`))

describe('cutPlan', () => {
  it('fills each chunk, and goes on with a path in the next', () => {
    expect(shown(cutPlan(aPlan(paths(3)), { samples: 4, settleMs: 0 }, { ...limits, size: 5 }))).toEqual([
      ['pth_0 1-4', 'pth_1 1-1'],
      ['pth_1 2-4', 'pth_2 1-2'],
      ['pth_2 3-4'],
    ])
  })

  it('keeps the samples of a path together where later rounds may come', () => {
    expect(shown(cutPlan(aPlan(paths(3)), { samples: 4, settleMs: 1 }, { ...limits, size: 5 }))).toEqual([
      ['pth_0 1-4'],
      ['pth_1 1-4'],
      ['pth_2 1-4'],
    ])
  })

  it('keeps both sides of a comparison in one chunk, with all of their samples', () => {
    const sides = ['a', 'b', 'c'].flatMap((name) =>
      ['left', 'right'].map((side) => plannedPath({ id: `${name}-${side}`, checks: [httpCheck({ name })] })),
    )
    const cut = cutPlan(aPlan(sides), { samples: 3, settleMs: 0, samplesInTurn: true }, { ...limits, size: 7 })
    expect(shown(cut)).toEqual([
      ['a-left 1-3', 'a-right 1-3'],
      ['b-left 1-3', 'b-right 1-3'],
      ['c-left 1-3', 'c-right 1-3'],
    ])
  })

  it('has one empty chunk where nothing is probed', () => {
    const skipped = plannedPath({ skipped: { reason: 'vantage', detail: '' } })
    expect(shown(cutPlan(aPlan([skipped]), { samples: 1, settleMs: 0 }, limits))).toEqual([[]])
  })

  it('puts every sample of every path into one chunk, in as few as may be, whatever the costs', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 12 }), { maxLength: 40 }),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 30 }),
        fc.boolean(),
        (costs, samples, size, settles) => {
          const plan = aPlan(paths(costs.length))
          const costOf = ({ id }: { id: string }) => costs[Number(id.slice(4))] ?? 0
          const chunks = cutPlan(plan, { samples, settleMs: settles ? 1 : 0 }, { costOf, size, count: 7 })
          const made = chunks.flatMap((chunk) =>
            Object.entries(chunk).flatMap(([id, { first, last }]) =>
              Array.from({ length: last - first + 1 }, (_, index) => `${id} ${first + index}`),
            ),
          )
          const wanted = plan.paths.flatMap(({ id }) => Array.from({ length: samples }, (_, i) => `${id} ${i + 1}`))
          expect(made).toEqual(wanted)
          const most = Math.max(...costs, 0) * (settles ? samples : 1)
          const room = Math.max(size, (costs.reduce((sum, cost) => sum + cost, 0) * samples) / 7)
          for (const chunk of chunks) {
            const cost = Object.entries(chunk).reduce(
              (sum, [id, { first, last }]) => sum + costOf({ id }) * (last - first + 1),
              0,
            )
            expect(cost).toBeLessThanOrEqual(Math.max(room, most))
          }
        },
      ),
    )
  })
})
