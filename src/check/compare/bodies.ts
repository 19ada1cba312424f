import type { HttpEvidence } from '../network.ts'
import type { AnsweredSide } from './asked.ts'
import { type Difference, type NotCounted, OF_CHANCE, OTHER_ANSWER, SEEN_ELSEWHERE } from './difference.ts'
import { comparePatterns, pairOf, patternOf } from './pieces.ts'
import type { Seen } from './seen.ts'
import { piecesOf } from './sketch.ts'

export function bodyDifferences(
  left: AnsweredSide,
  right: AnsweredSide,
  seen: Seen,
  notCounted: NotCounted[],
): Difference[] {
  const answers = [...left.tries, ...right.tries].map(({ http }) => http)
  if (answers.some(({ bodyCut }) => bodyCut === 'time')) {
    notCounted.push({ field: 'body', why: 'it has no end that is announced, and was read for a while only' })
    return []
  }
  if (new Set(answers.map(({ bodySha256 }) => bodySha256)).size === 1) {
    return []
  }
  const pattern = ({ tries }: AnsweredSide) => patternOf(tries.map(({ http }) => piecesOf(http.sketch?.body ?? '')))
  const { differ, varies } = comparePatterns(pattern(left), pattern(right))
  const counted = differ.filter(({ after, left: own, right: other }) => {
    const isKnown = (pieces: readonly string[]) =>
      pieces.every((piece, at) => seen.pieces.has(pairOf(pieces[at - 1] ?? after, piece)))
    return !(isKnown(own) && isKnown(other))
  })
  if (counted.length === 0) {
    notCounted.push({ field: 'body', why: differ.length > 0 ? SEEN_ELSEWHERE : varies ? OTHER_ANSWER : OF_CHANCE })
    return []
  }
  return [{ kind: 'body', field: 'body', ...excerpts(left, right) }]
}

/** Characters that are shown of a body, from a little before where the two differ. */
const EXCERPT = 80
const BEFORE = 20

function excerpts(left: AnsweredSide, right: AnsweredSide): { left: string; right: string } {
  const [one, other] = [left.tries[0]?.http, right.tries[0]?.http]
  const [a, b] = [one?.bodySnippet ?? '', other?.bodySnippet ?? '']
  let at = 0
  while (at < a.length && at < b.length && a[at] === b[at]) {
    at++
  }
  const shown = (text: string, evidence: HttpEvidence | undefined): string => {
    const from = Math.max(0, at - BEFORE)
    const excerpt =
      at >= text.length && at > 0 ? '' : `: ${from > 0 ? '…' : ''}${text.slice(from, from + EXCERPT).trim()}`
    return `${evidence?.bodyBytes ?? 0} bytes, sha256 ${evidence?.bodySha256.slice(0, 12) ?? ''}${excerpt}`
  }
  return { left: shown(a, one), right: shown(b, other) }
}
