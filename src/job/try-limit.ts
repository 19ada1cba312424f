import { type ProblemDetail, ProblemError } from '../lib/problem.ts'
import type { Plan, PlannedPath } from '../plan/path.ts'
import type { JobRequest } from '../plan/request.ts'

/** The most tries of one job. Those that `settleMs` adds have a bound of their own (check/run-checks.ts). */
const TRIES_LIMIT = 20_000

/** Counts the tries that a plan promises, without those that are made again. */
export const plannedTries = (plan: Plan | null, { samples }: Pick<JobRequest, 'samples'>): number =>
  plan === null ? 0 : checksOn(testedOf(plan)) * samples

const testedOf = ({ paths }: Plan): PlannedPath[] => paths.filter(({ skipped }) => skipped === null)

const checksOn = (paths: readonly PlannedPath[]): number =>
  paths.reduce((sum, { checks }) => sum + Math.max(1, checks.length), 0)

/**
 * A job may not take the prober for itself, nor fill the database by one request.
 *
 * @throws ProblemError `impossible_request`, which says how many tries there would be and what to lower.
 */
export function refuseTooManyTries(plan: Plan, request: Pick<JobRequest, 'samples' | 'retries'>): void {
  const { samples } = request
  const repeats = request.retries.limit + 1
  const tested = testedOf(plan)
  const checks = checksOn(tested)
  const tries = checks * samples * repeats
  if (tries <= TRIES_LIMIT) {
    return
  }
  const most = (others: number): number => Math.floor(TRIES_LIMIT / others)
  const checksMost = most(samples * repeats)
  const ofOnePath = tested.reduce((largest, path) => Math.max(largest, path.checks.length), 1)
  const errors: ProblemDetail[] = [
    ...atMost('/samples', samples, most(checks * repeats), 1),
    ...atMost('/retries/limit', repeats - 1, most(checks * samples) - 1, 0),
    ...atMost('/limits/paths', tested.length, Math.floor(checksMost / ofOnePath), 1),
    ...atMost('/checks', ofOnePath, Math.floor(checksMost / tested.length), 1),
  ]
  const each = `${plural(checks, 'check')} on ${plural(tested.length, 'path')}`
  throw new ProblemError(
    'impossible_request',
    `Up to ${tries} tries (${each} × ${plural(samples, 'sample')} × ${repeats === 1 ? '1 try' : `${repeats} tries`} each) ` +
      `are more than the ${TRIES_LIMIT} of one job. Lower one of the factors; see errors. paths.include chooses paths.`,
    { errors },
  )
}

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`

/** Suggests lowering a factor only if that alone is enough. */
const atMost = (pointer: string, given: number, most: number, least: number): ProblemDetail[] =>
  given > least && most >= least ? [{ pointer, detail: `${given}; at most ${most} with the rest as it is` }] : []
