import { comparePatterns, patternOf, wordsOf } from './pieces.ts'

/** The values of one thing in the tries of a side; `null`: it was not there. */
export type Values = readonly (string | null)[]

/**
 * `same`: in every try of both sides. `varies`: within a side, and no more than that between the two. `differs`: what
 * each side says in all of its tries is not the same.
 */
export type Compared = 'same' | 'varies' | 'differs'

/** Compares values that mean something only as a whole: whatever varies within a side is not compared. */
export function compareWhole(left: Values, right: Values): Compared {
  if (new Set(left).size > 1 || new Set(right).size > 1) {
    return 'varies'
  }
  return left[0] === right[0] ? 'same' : 'differs'
}

/** Compares texts by their words: where only some of these vary, the others are compared. */
export function compareTexts(left: Values, right: Values): Compared {
  const whole = compareWhole(left, right)
  const isText = (value: string | null): value is string => value !== null
  const [texts, others] = [left.filter(isText), right.filter(isText)]
  if (whole !== 'varies') {
    return whole
  }
  // A value that is there at times and missing at others varies as well.
  if (texts.length < left.length || others.length < right.length) {
    const never = (some: readonly string[], all: Values) => some.length === 0 && all.length > 0
    const always = (some: readonly string[], all: Values) => some.length === all.length
    const isOneSided = (never(texts, left) && always(others, right)) || (never(others, right) && always(texts, left))
    return isOneSided ? 'differs' : 'varies'
  }
  const { differ } = comparePatterns(patternOf(texts.map(wordsOf)), patternOf(others.map(wordsOf)))
  return differ.length > 0 ? 'differs' : 'varies'
}
