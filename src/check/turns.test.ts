import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTurns } from './turns.ts'

/** Jobs that each have so many pieces of work; who has worked, in order. */
async function worked(pieces: Readonly<Record<string, number>>): Promise<string[]> {
  const order: string[] = []
  const turn = createTurns(setImmediate)
  const lanes = Object.entries(pieces).map(async ([job, count]) => {
    for (let piece = 0; piece < count; piece++) {
      await turn(job)
      order.push(job)
    }
  })
  await Promise.all(lanes)
  return order
}

describe('createTurns', () => {
  it('lets jobs take turns, however much work one of them has', async () => {
    expect(await worked({ big: 5, small: 2 })).toEqual(['big', 'small', 'big', 'small', 'big', 'big', 'big'])
  })

  it('gives each its next turn after one of every other at most, and all of them at last', async () => {
    const jobs = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 1, max: 8 }))
    await fc.assert(
      fc.asyncProperty(jobs, async (pieces) => {
        const order = await worked(pieces)
        const names = Object.keys(pieces)
        for (const name of names) {
          const places = order.flatMap((job, at) => (job === name ? [at] : []))
          expect(places).toHaveLength(pieces[name] ?? 0)
          for (const [nth, place] of places.entries()) {
            expect(place - (places[nth - 1] ?? -1)).toBeLessThanOrEqual(names.length)
          }
        }
      }),
    )
  })

  it('lets what comes meanwhile be heard between two pieces', async () => {
    const turn = createTurns(setImmediate)
    const order: string[] = []
    setImmediate(() => order.push('heard'))
    await turn('job')
    order.push('first')
    setImmediate(() => order.push('heard'))
    await turn('job')
    order.push('second')
    expect(order).toEqual(['heard', 'first', 'heard', 'second'])
  })
})
