import { apart } from '../cases.ts'
import { type Point, tapText } from '../tap-lines.ts'
import { answerName, type CompareDocument, type ComparedRequestDocument, sideName } from './document.ts'
import { caseNameOf } from './junit.ts'
import { DIFFERENCES } from './meanings.ts'
import { countsOfCompare, headlineOf } from './text.ts'

/** TAP, version 14: a point for each request. What differs is `not ok`; what could not be asked is skipped. */
export function renderCompareTap(document: CompareDocument): string {
  const { requests, problem, verdict, status, left, right } = document
  const names = apart(requests.map((request) => ({ name: caseNameOf(request), id: null })))
  const isJudged = verdict === 'pass' || verdict === 'fail'
  const reason = problem === null ? (verdict ?? `not finished: ${status}`) : `${problem.code}: ${problem.detail}`
  return tapText({
    remarks: [
      `${headlineOf(document)} ${countsOfCompare(document)}`,
      `left ${sideName(left)}`,
      `right ${sideName(right)}`,
      `comparison ${document.id}, cluster ${document.target.cluster}, seen from ${document.vantage}`,
    ],
    points: requests.map((request, at) => pointOf(request, names[at] ?? '')),
    bail: isJudged && problem === null ? null : reason,
  })
}

function pointOf(
  { outcome, differences, reason, left, right, notCounted }: ComparedRequestDocument,
  name: string,
): Point {
  return {
    ok: outcome !== 'different',
    name,
    skip: outcome === 'alike' || outcome === 'different' ? null : (reason ?? 'not finished'),
    facts: {
      outcome: outcome ?? 'not finished',
      ...{ left: answerName(left), right: answerName(right) },
      differences: differences.map(
        ({ kind, field, left: own, right: other }) =>
          `${DIFFERENCES[kind].title}: ${field}: ${own ?? '(absent)'} and ${other ?? '(absent)'}`,
      ),
      'not counted': notCounted.map(({ field, why }) => `${field}: ${why}`),
    },
  }
}
