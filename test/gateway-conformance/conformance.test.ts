/** Our own rules, asked what the conformance suite of Gateway API states: nothing is dialled. */
import { describe, expect, it } from 'vitest'
import { judgeConditions } from './conditions.ts'
import { judgeFindings } from './findings.ts'
import { judgePlans } from './plans.ts'
import { FOLDER, isThere, type Line, readAll, type Test } from './suite.ts'
import { judgeWinners } from './winners.ts'

/** Counts by kind, then why something is not judged; each of those with GATEWAY_CONFORMANCE_UNJUDGED=1. */
function print(title: string, lines: readonly Line[]): void {
  const counts = Map.groupBy(lines, ({ kind, verdict }) => `${kind}: ${verdict}`)
  const reasons = Map.groupBy(
    lines.filter(({ verdict }) => verdict === 'unjudged'),
    ({ why }) => why,
  )
  console.log(
    [
      title,
      ...[...counts].map(([key, all]) => `  ${key}: ${all.length}`).toSorted(),
      ...[...reasons].flatMap(([why, all]) => [
        `  ${all.length} unjudged: ${why}`,
        ...(process.env.GATEWAY_CONFORMANCE_UNJUDGED ? all.map(({ text }) => `    ${text}`) : []),
      ]),
    ].join('\n'),
  )
}

if (!isThere()) {
  console.log(`The conformance suite of Gateway API is skipped: ${FOLDER} is not there (GATEWAY_CONFORMANCE names it).`)
}

describe.skipIf(!isThere())('the conformance suite of Gateway API', () => {
  const tests = isThere() ? readAll() : []

  it.each<[string, (tests: readonly Test[]) => Line[], number]>([
    ['sends each request to the backend that wins it here', judgeWinners, 350],
    ['sends each request of a planned path to its Service, and has no way that is not planned', judgePlans, 350],
    ['gives objects the conditions that they tell by themselves', judgeConditions, 600],
    ['finds of each route what its conditions say, and nothing of one that is accepted', judgeFindings, 100],
  ])('%s', (title, judge, least) => {
    const lines = judge(tests)
    print(title, lines)
    expect(lines.filter(({ verdict }) => verdict === 'differs').map(({ text }) => text)).toEqual([])
    expect(lines.filter(({ verdict }) => verdict === 'as stated').length).toBeGreaterThan(least)
  })
})
