import { type CsvColumn, toCsv } from '../csv.ts'
import {
  answerName,
  type CompareDocument,
  type ComparedRequestDocument,
  type DifferenceDocument,
  sideName,
} from './document.ts'

type Line = { request: ComparedRequestDocument; difference: DifferenceDocument | null }

/** A line for each difference, and one for each request without any. */
export function renderCompareCsv(document: CompareDocument): string {
  const columns: readonly CsvColumn<Line>[] = [
    ['comparison', () => document.id],
    ['leftSide', () => sideName(document.left)],
    ['rightSide', () => sideName(document.right)],
    ['request', ({ request }) => request.id],
    ['method', ({ request }) => request.method],
    ['scheme', ({ request }) => request.scheme],
    ['host', ({ request }) => request.host],
    ['path', ({ request }) => request.path],
    ['outcome', ({ request }) => request.outcome],
    ['reason', ({ request }) => request.reason],
    ['leftAnswer', ({ request }) => answerName(request.left)],
    ['rightAnswer', ({ request }) => answerName(request.right)],
    ['difference', ({ difference }) => difference?.kind ?? null],
    ['field', ({ difference }) => difference?.field ?? null],
    ['left', ({ difference }) => difference?.left ?? null],
    ['right', ({ difference }) => difference?.right ?? null],
    ['leftMs', ({ request }) => request.left.totalMs],
    ['rightMs', ({ request }) => request.right.totalMs],
  ]
  const lines = document.requests.flatMap((request): Line[] =>
    request.differences.length === 0
      ? [{ request, difference: null }]
      : request.differences.map((difference) => ({ request, difference })),
  )
  return toCsv(columns, lines)
}
