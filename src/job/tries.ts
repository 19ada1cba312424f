import { type ProblemDetail, ProblemError } from '../lib/problem.ts'
import type { Plan } from '../plan/path.ts'
import type { JobRequest } from './job.ts'

/** The most tries of one job. What `settleMs` adds has a bound of its own (check/schedule.ts). */
export const TRIES_LIMIT = 20_000

/**
 * A job may not take the prober for itself, nor fill the database by one request.
 *
 * @throws ProblemError `impossible_request`, which says how many tries there would be and what to lower.
 */
export function refuseTooManyTries(plan: Plan, request: Pick<JobRequest, 'samples' | 'retries'>): void {
  const { samples } = request
  const repeats = request.retries.limit + 1
  const tested = plan.paths.filter(({ skipped }) => skipped === null)
  const checks = tested.reduce((sum, path) => sum + Math.max(1, path.checks.length), 0)
  const tries = checks * samples * repeats
  if (tries <= TRIES_LIMIT) return
  const most = (others: number): number => Math.floor(TRIES_LIMIT / others)
  const errors: ProblemDetail[] = [
    ...atMost('/samples', samples, most(checks * repeats), 1),
    ...atMost('/retries/limit', repeats - 1, most(checks * samples) - 1, 0),
    {
      pointer: '/limits/paths',
      detail: `${tested.length} paths with ${checks} checks; ${most(samples * repeats)} checks can be made so often: lower it, or choose with paths.include`,
    },
  ]
  throw new ProblemError(
    'impossible_request',
    `Up to ${tries} tries (${checks} checks on ${tested.length} paths × ${samples} samples × ${repeats} tries each) are more than the ${TRIES_LIMIT} of one job. Lower one of the factors; see errors.`,
    { errors },
  )
}

/** Only where it would do, and is not already at its least. */
const atMost = (pointer: string, given: number, most: number, least: number): ProblemDetail[] =>
  given > least && most >= least ? [{ pointer, detail: `${given}; at most ${most} with the rest as it is` }] : []
