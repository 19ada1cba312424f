/**
 * Text cut into pieces that are compared one by one, so that what differs from answer to answer (a counter, a token, a
 * time) can be told from what differs from side to side. Pure.
 *
 * @module
 */

import { inBoth } from './in-both.ts'

/** Texts that stand for a moment or for chance: by their form alone, wherever they are. */
const VOLATILE: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '⟨uuid⟩'],
  // RFC 9110 5.6.7, with the older forms
  [
    /\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? +\d{1,2}[ -][A-Z][a-z]{2}[ -]\d{2,4} +\d{2}:\d{2}:\d{2}(?: *(?:GMT|UTC|[+-]\d{4}))?/g,
    '⟨time⟩',
  ],
  // RFC 3339
  [/\b\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?/g, '⟨time⟩'],
  // Seconds or milliseconds since 1970, between 2017 and 2033
  [/\b(?:1[5-9]\d{8}(?:\.\d{1,9})?|1[5-9]\d{11})\b/g, '⟨time⟩'],
  // RFC 7519
  [/\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g, '⟨token⟩'],
  [/(?<![\w-])(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{16,128}(?![\w-])/gi, '⟨token⟩'],
  // Upper case, lower case and digits: nobody writes such a word
  [/(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{20,128}(?![\w-])/g, '⟨token⟩'],
]

/** Puts marks in the place of what has the form of a moment or of chance. */
export const withoutVolatile = (text: string): string =>
  VOLATILE.reduce((left, [form, mark]) => left.replace(form, mark), text)

const WORDS = /[\p{L}\p{N}_⟨⟩]+[^\p{L}\p{N}_⟨⟩]*|[^\p{L}\p{N}_⟨⟩]+/gu

/** A word each, with what follows it up to the next. */
export const wordsOf = (text: string): string[] => text.match(WORDS) ?? []

/** Pieces that are the same in every try of a side, and whether anything else stands before each and at the end. */
export type Pattern = {
  pieces: readonly string[]
  /** One more than there are pieces: what varies stands before the piece of that number. */
  varies: readonly boolean[]
}

/** Keeps the pieces that all tries of one side have in common, in their order. */
export function patternOf(tries: readonly (readonly string[])[]): Pattern {
  const [first = [], ...others] = tries
  return others.reduce<Pattern>(narrowed, {
    pieces: first,
    varies: Array.from({ length: first.length + 1 }, () => false),
  })
}

function narrowed({ pieces, varies }: Pattern, other: readonly string[]): Pattern {
  const pairs = inBoth(pieces, other)
  const ends: readonly (readonly [number, number])[] = [...pairs, [pieces.length, other.length]]
  let [left, right] = [0, 0]
  const gaps = ends.map(([row, column]) => {
    const before = row > left || column > right || varies.slice(left, row + 1).some(Boolean)
    left = row + 1
    right = column + 1
    return before
  })
  return { pieces: pairs.map(([row]) => pieces[row] ?? ''), varies: gaps }
}

/** Pieces behind one another, in a form that a set takes. */
export const pairOf = (before: string, piece: string): string => `${before}\n${piece}`

/** Lists the pieces of the tries of a side that are not in all of them, each with the one before it. */
export function varyingPieces(
  tries: readonly (readonly string[])[],
  { pieces }: Pattern,
): { before: string; piece: string }[] {
  return tries.flatMap((each) => {
    const stable = new Set(inBoth(pieces, each).map(([, at]) => at))
    return each.flatMap((piece, at) => (stable.has(at) ? [] : [{ before: each[at - 1] ?? '', piece }]))
  })
}

/** Pieces that only one side has, behind one that both have (empty: at the beginning). */
export type Stretch = { after: string; left: readonly string[]; right: readonly string[] }

/**
 * Compares what each side has in common in all of its tries. Where one side varies, whatever the other has there may be
 * one more of the same.
 *
 * @returns the stretches that differ; `varies`: some parts were not compared.
 */
export function comparePatterns(left: Pattern, right: Pattern): { differ: readonly Stretch[]; varies: boolean } {
  const differ: Stretch[] = []
  let [leftAt, rightAt] = [0, 0]
  for (const [row, column] of [
    ...inBoth(left.pieces, right.pieces),
    [left.pieces.length, right.pieces.length] as const,
  ]) {
    const onLeft = left.pieces.slice(leftAt, row)
    const onRight = right.pieces.slice(rightAt, column)
    const leftVaries = left.varies.slice(leftAt, row + 1).some(Boolean)
    const rightVaries = right.varies.slice(rightAt, column + 1).some(Boolean)
    if ((onLeft.length > 0 && !rightVaries) || (onRight.length > 0 && !leftVaries)) {
      differ.push({ after: left.pieces[leftAt - 1] ?? '', left: onLeft, right: onRight })
    }
    leftAt = row + 1
    rightAt = column + 1
  }
  return { differ, varies: [...left.varies, ...right.varies].some(Boolean) }
}
