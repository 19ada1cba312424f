/**
 * The words in which a job is judged, the counts of its paths by outcome, and the order of outcomes and verdicts.
 *
 * @module
 */
import type { Outcome } from './result.ts'

export const VERDICTS = ['pass', 'fail', 'error', 'inconclusive'] as const
export type Verdict = (typeof VERDICTS)[number]

export type Summary = {
  pass: number
  fail: number
  error: number
  /** They were meant to be tested, and could not be. */
  skipped: number
  /** They were not meant to be tested: excluded by the caller's selectors, or beyond the limits. */
  leftOut: number
}

export const NO_SUMMARY: Summary = { pass: 0, fail: 0, error: 0, skipped: 0, leftOut: 0 }

/** One that fails decides, then an error of our own, then one that passes; without any of these nothing was tested. */
const WORST_FIRST = ['fail', 'error', 'pass'] as const

export const worstOutcome = (outcomes: readonly (Outcome | null)[]): Outcome =>
  WORST_FIRST.find((each) => outcomes.includes(each)) ?? 'skipped'

export const worstVerdict = (verdicts: readonly (Verdict | null)[]): Verdict =>
  WORST_FIRST.find((each) => verdicts.includes(each)) ?? 'inconclusive'

/** Turns the outcome of all paths together into the verdict. */
export const verdictOf = (outcome: Outcome): Verdict => (outcome === 'skipped' ? 'inconclusive' : outcome)
