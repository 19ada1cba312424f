import type { Comparison } from '../../plan/compare/comparison.ts'
import { type Summary, type Verdict, worstOutcome } from '../verdict.ts'
import type { RequestJudgement } from './judge.ts'

/**
 * Judges a comparison as a whole: `fail` if the two sides differ, else `error` if one of our own was in the way, else
 * `inconclusive` if one side could not be asked something, else `pass`.
 */
export function verdictOfComparison(
  judged: readonly Pick<RequestJudgement, 'outcome'>[],
  { notSent }: Pick<Comparison, 'notSent'>,
): { verdict: Verdict; summary: Summary } {
  const count = (outcome: RequestJudgement['outcome']): number =>
    judged.filter((each) => each.outcome === outcome).length
  const summary = {
    pass: count('pass'),
    fail: count('fail'),
    error: count('error'),
    skipped: count('skipped'),
    leftOut: notSent.length,
  }
  const worst = worstOutcome(judged.map(({ outcome }) => outcome))
  return { verdict: worst === 'skipped' || (worst === 'pass' && summary.skipped > 0) ? 'inconclusive' : worst, summary }
}
