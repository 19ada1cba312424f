/**
 * Limits what jobs use of the network: the bytes that they send and read, and the time for which they are under way. A
 * job has its share, and so have all jobs of one owner that are under way at once. A try that goes beyond it ends as an
 * error of ours.
 *
 * @module
 */
import { boundedCache } from '../lib/bounded-cache.ts'
import { formatBytes } from '../lib/bytes.ts'
import type { Clock } from '../lib/clock.ts'
import { formatDuration } from '../lib/duration.ts'
import type { Failure } from './codes.ts'
import { failure } from './failure.ts'

/** `null`: there is no limit. Times are in milliseconds. */
export type UsageLimits = {
  jobBytes: number | null
  jobMs: number | null
  tokenBytes: number | null
  tokenMs: number | null
}

export type Usage = {
  /**
   * A run of a job begins. What its earlier runs have used counts for it.
   *
   * @param owner of the job; `null`: nobody, so that only the limits of the job itself hold.
   */
  begin(jobId: string, owner: string | null): Allowance
}

export type Allowance = {
  /** Tells how many milliseconds are left if its owner's other jobs stay as they are, and the failure at the end. */
  timeLeft(): { ms: number; over: Failure }
  /** Counts what went over a connection. @returns what it has come to; `null`: it may go on. */
  used(bytes: number): Failure | null
  /** @returns what is used up; `null`: nothing. */
  exceeded(): Failure | null
  end(): void
}

/** Jobs whose use is kept between their runs. */
const KEPT_MAX = 4096

type Job = { bytes: number; ms: number }
type Run = { job: Job; startedAtMs: number }

/** Counts in memory: a process, or an invocation, counts what is done in it. */
export function createUsage(clock: Pick<Clock, 'monotonic'>, limits: UsageLimits): Usage {
  const { jobBytes, jobMs, tokenBytes, tokenMs } = limits
  const jobs = boundedCache<Job>(KEPT_MAX)
  const underWay = new Map<string, Set<Run>>()

  const msOf = ({ job, startedAtMs }: Run): number => job.ms + clock.monotonic() - startedAtMs
  const sum = (runs: ReadonlySet<Run>, of: (run: Run) => number): number =>
    [...runs].reduce((all, run) => all + of(run), 0)

  return {
    begin(jobId, owner) {
      const run: Run = { job: jobs.getOrMake(jobId, () => ({ bytes: 0, ms: 0 })), startedAtMs: clock.monotonic() }
      const own = (owner === null ? null : underWay.get(owner)) ?? new Set()
      own.add(run)
      if (owner !== null) {
        underWay.set(owner, own)
      }
      const exceeded = (): Failure | null => {
        if (isOver(run.job.bytes, jobBytes)) {
          return limitExceeded(`the job has sent and read ${formatBytes(jobBytes)} (PORTOLAN_JOB_BYTES_LIMIT)`)
        }
        if (isOver(msOf(run), jobMs)) {
          return jobOver(jobMs)
        }
        if (owner === null) {
          return null
        }
        if (
          tokenBytes !== null &&
          isOver(
            sum(own, ({ job }) => job.bytes),
            tokenBytes,
          )
        ) {
          const used = formatBytes(tokenBytes)
          return limitExceeded(
            `the jobs of its token that are under way have sent and read ${used} (PORTOLAN_TOKEN_BYTES_LIMIT)`,
          )
        }
        if (tokenMs !== null && isOver(sum(own, msOf), tokenMs)) {
          return tokenOver(tokenMs)
        }
        return null
      }
      return {
        exceeded,
        used(bytes) {
          run.job.bytes += bytes
          return exceeded()
        },
        timeLeft() {
          const ofJob = { ms: jobMs === null ? Number.POSITIVE_INFINITY : jobMs - msOf(run), over: jobOver(jobMs) }
          const share = tokenMs === null ? Number.POSITIVE_INFINITY : (tokenMs - sum(own, msOf)) / own.size
          return owner === null || ofJob.ms <= share ? ofJob : { ms: share, over: tokenOver(tokenMs) }
        },
        end() {
          run.job.ms = msOf(run)
          own.delete(run)
          if (owner !== null && own.size === 0) {
            underWay.delete(owner)
          }
        },
      }
    },
  }
}

const isOver = (used: number, limit: number | null): limit is number => limit !== null && used >= limit

const jobOver = (ms: number | null): Failure =>
  limitExceeded(`the job was under way for ${formatDuration(ms ?? 0)} (PORTOLAN_JOB_TIME_LIMIT)`)

const tokenOver = (ms: number | null): Failure =>
  limitExceeded(
    `the jobs of its token that are under way have taken ${formatDuration(ms ?? 0)} together (PORTOLAN_TOKEN_TIME_LIMIT)`,
  )

const limitExceeded = (message: string): Failure => failure('limit_exceeded', 'connect', message)
