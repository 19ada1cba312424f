/**
 * What several outcomes, or several verdicts, come to together. One that fails decides, then an error of our own, then
 * one that passes; where there is none of these, nothing was tested.
 *
 * @module
 */
import type { Outcome } from './result.ts'
import type { Verdict } from './verdict.ts'

const WORST_FIRST = ['fail', 'error', 'pass'] as const

export const worstOutcome = (outcomes: readonly (Outcome | null)[]): Outcome =>
  WORST_FIRST.find((each) => outcomes.includes(each)) ?? 'skipped'

export const worstVerdict = (verdicts: readonly (Verdict | null)[]): Verdict =>
  WORST_FIRST.find((each) => verdicts.includes(each)) ?? 'inconclusive'

/** The verdict of what came out so. */
export const verdictOf = (outcome: Outcome): Verdict => (outcome === 'skipped' ? 'inconclusive' : outcome)
