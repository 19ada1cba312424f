import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EDITS_MAX, inBoth } from './in-both.ts'

const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 25 })

/** The length of the longest common subsequence, by its definition. */
function longest([first, ...left]: readonly string[], right: readonly string[]): number {
  const at = first === undefined ? -1 : right.indexOf(first)
  return first === undefined ? 0 : Math.max(longest(left, right), at < 0 ? 0 : 1 + longest(left, right.slice(at + 1)))
}

describe('inBoth', () => {
  it('finds pieces that are the same, in the order of both, and as many as there are', () => {
    fc.assert(
      fc.property(text, fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 10 }), (left, right) => {
        const pairs = inBoth(left, right)
        expect(pairs.filter(([row, column]) => left[row] !== right[column])).toEqual([])
        for (const [nth, [row, column]] of pairs.entries()) {
          expect([row > (pairs[nth - 1]?.[0] ?? -1), column > (pairs[nth - 1]?.[1] ?? -1)]).toEqual([true, true])
        }
        expect(pairs).toHaveLength(longest(right, left))
      }),
    )
  })

  it.each([
    ['finds what is the same between', EDITS_MAX / 2, 3],
    ['finds the beginning and the end alone between', EDITS_MAX / 2 + 1, 2],
  ])('%s two stretches of which %d pieces are other ones', (_what, other, expected) => {
    const of = (side: string) => [
      'beginning',
      ...Array.from({ length: other - 1 }, (_, at) => `${side}${at}`),
      'between',
      `${side} again`,
      'end',
    ]
    expect(inBoth(of('left'), of('right'))).toHaveLength(expected)
  })
})
