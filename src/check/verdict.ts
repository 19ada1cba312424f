/** The words in which a job is judged, and the counts of its paths by outcome. */
export const VERDICTS = ['pass', 'fail', 'error', 'inconclusive'] as const
export type Verdict = (typeof VERDICTS)[number]

export type Summary = {
  pass: number
  fail: number
  error: number
  /** Meant to be tested, and could not be. */
  skipped: number
  /** Not meant to be tested: excluded by the caller's selectors, or beyond the limits. */
  leftOut: number
}

export const NO_SUMMARY: Summary = { pass: 0, fail: 0, error: 0, skipped: 0, leftOut: 0 }
