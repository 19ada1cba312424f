import type { Compared } from './values.ts'

export const DIFFERENCE_KINDS = [
  'routing',
  'listener',
  'connection',
  'status',
  'redirect',
  'certificate',
  'header',
  'cookie',
  'body',
] as const
export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number]

/** `field`: what of the answer differs. The values are as they were seen; `null`: it is not there. */
export type Difference = { kind: DifferenceKind; field: string; left: string | null; right: string | null }

/** Something that differs and does not count. */
export type NotCounted = { field: string; why: string }

export const OTHER_ANSWER = 'differs from one answer of the same side to the next'
export const OF_CHANCE = 'has the form of a moment, a token or an id'
export const SEEN_ELSEWHERE = 'both values occur in other answers of both sides'

/** A list of the difference if it is one; what varies is noted. */
export function differenceIf(compared: Compared, difference: Difference, notCounted: NotCounted[]): Difference[] {
  if (compared === 'varies') {
    notCounted.push({ field: difference.field, why: OTHER_ANSWER })
  }
  return compared === 'differs' ? [difference] : []
}
