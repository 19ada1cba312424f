import type { HttpEvidence } from '../network.ts'
import type { AnsweredSide } from './asked.ts'
import { type Difference, type NotCounted, OF_CHANCE, OTHER_ANSWER, SEEN_ELSEWHERE } from './difference.ts'
import { comparePatterns, pairOf } from './pieces.ts'
import type { Seen } from './seen.ts'

export function bodyDifferences(
  left: AnsweredSide,
  right: AnsweredSide,
  seen: Seen,
  notCounted: NotCounted[],
): Difference[] {
  const answers = [...left.tries, ...right.tries].map(({ http }) => http)
  if (answers.some(({ bodyCut }) => bodyCut === 'time')) {
    notCounted.push({ field: 'body', why: 'its end is not announced, so it was read for a while only' })
    return []
  }
  if (new Set(answers.map(({ bodySha256 }) => bodySha256)).size === 1) {
    return []
  }
  const [own, other] = [seen.bodies.get(left), seen.bodies.get(right)]
  if (own === undefined || other === undefined) {
    return []
  }
  const { differ, varies } = comparePatterns(own.pattern, other.pattern)
  // Three tries of lists in a random order have some pieces in common by chance. A side that gives always the same does not.
  const bothVary = own.varying.size > 0 && other.varying.size > 0
  const isVarying = (piece: string): boolean => bothVary && (own.varying.has(piece) || other.varying.has(piece))
  const counted = differ.filter((stretch) => {
    const isKnown = (pieces: readonly string[]) =>
      pieces.every((piece, at) => isVarying(piece) || seen.pieces.has(pairOf(pieces[at - 1] ?? stretch.after, piece)))
    return !(isKnown(stretch.left) && isKnown(stretch.right))
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
