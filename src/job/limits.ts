/**
 * Limits how much of the server a principal may have: jobs under way, and tries a minute. The tries of a job count in
 * full when it is asked for. Runs of schedules neither count nor are refused, because a schedule that was accepted
 * keeps running.
 *
 * @module
 */
import type { Clock } from '../lib/clock.ts'
import { ProblemError } from '../lib/problem.ts'
import { createRateWindow } from '../lib/rate-window.ts'
import type { Principal } from '../record/principal.ts'

/** The limits of everybody whose token does not set its own. Rates are for a minute; `null`: any number. */
export type RateLimits = {
  /** Requests of one token. */
  requests: number | null
  /** Jobs of one token that wait or run. */
  jobs: number | null
  /** Tries of the jobs that one token asks for. */
  tries: number | null
  /** Requests of one client address that bring no token that is known. */
  address: number | null
  /** Tokens from one client address that are not known. */
  failures: number | null
}

export const MINUTE_MS = 60_000
/** Principals whose tries are remembered. */
const PRINCIPALS_MAX = 10_000

export type JobLimits = {
  /** Jobs that a principal may have under way. `null`: any number. */
  jobsUnderWay(principal: Principal): number | null
  /**
   * Counts the tries of what is about to be accepted.
   *
   * @returns gives them back, if it is not accepted after all.
   * @throws ProblemError `too_many_requests`
   */
  takeTries(principal: Principal, tries: number): () => void
}

export function createJobLimits(clock: Clock, limits: Pick<RateLimits, 'jobs' | 'tries'>): JobLimits {
  const window = createRateWindow(MINUTE_MS, PRINCIPALS_MAX, clock.monotonic)
  return {
    jobsUnderWay: ({ rateLimit }) => rateLimit?.jobsUnderWay ?? limits.jobs,
    takeTries({ id, rateLimit }, tries) {
      const limit = rateLimit?.triesPerMinute ?? limits.tries
      if (limit === null || tries === 0) {
        return () => undefined
      }
      const asked = window.take(id, limit, tries)
      if (!asked.taken) {
        throw new ProblemError(
          'too_many_requests',
          `This is ${tries} tries, and ${asked.remaining} are left of the ${limit} a minute that the caller may ask for. ` +
            'Wait, or ask for fewer: paths.include, samples.',
          { headers: { 'retry-after': inSeconds(asked.waitMs) } },
        )
      }
      return () => window.giveBack(id, tries)
    },
  }
}

/** @throws ProblemError where so many jobs at once are more than the principal may ever have. */
export function refuseMoreThanEver(jobs: number, most: number | null): void {
  if (most !== null && jobs > most) {
    throw new ProblemError(
      'impossible_request',
      `This is ${jobs} jobs, and the caller may have ${most} under way at once. Select fewer Services.`,
    )
  }
}

export const tooManyJobs = (most: number | null): ProblemError =>
  new ProblemError(
    'too_many_requests',
    `The caller may have ${most} jobs under way at once, and with this there would be more. Wait for one to end ` +
      '(?wait=), or cancel one.',
    { headers: { 'retry-after': '5' } },
  )

/** Writes whole seconds, at least 1, as `Retry-After` and the fields of rate limits have them. */
export const inSeconds = (ms: number): string => String(Math.max(1, Math.ceil(ms / 1000)))
