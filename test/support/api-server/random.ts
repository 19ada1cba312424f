/**
 * Numbers by chance that a seed repeats (mulberry32).
 *
 * @module
 */

export type Random = {
  /** From 0 (inclusive) to `end` (exclusive). */
  below(end: number): number
  /** @throws if there is nothing to choose from */
  of<T>(values: readonly T[]): T
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (end: number) => Math.floor(next() * end)
  return {
    below,
    of<T>(values: readonly T[]): T {
      const value = values[below(values.length)]
      if (value === undefined) {
        throw new Error('there is nothing to choose from')
      }
      return value
    },
  }
}
