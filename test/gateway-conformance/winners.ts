/** Rows of requests, judged by our own decision about who gets them. */
import { decidedElsewhere, differs } from './rows.ts'
import { type Line, type Test, worldOf } from './suite.ts'

export const judgeWinners = (tests: readonly Test[]): Line[] =>
  tests.flatMap((test) =>
    test.cases.map((row): Line => {
      const read = worldOf(test, row.after)
      const name = `${test.test}: ${row.name}`
      const outside = decidedElsewhere(row, test)
      if (read === null || outside !== null) {
        return {
          kind: test.kind,
          verdict: 'unjudged',
          why: outside ?? 'a change before it is not in the data',
          text: name,
        }
      }
      const flaw = differs(read, row)
      return flaw === null
        ? { kind: test.kind, verdict: 'as stated', why: '', text: name }
        : { kind: test.kind, verdict: 'differs', why: '', text: `${name}: ${flaw}` }
    }),
  )
