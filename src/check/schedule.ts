/**
 * When tries are made: samples, retries, settle rounds, the deadline, concurrency. Over a clock; what one try is stands
 * in `try.ts`.
 *
 * @module
 */
import type { JobRequest } from '../job/job.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Plan } from '../plan/path.ts'
import type { Gate } from './gate.ts'
import type { Network } from './network.ts'
import type { Policy } from './policy.ts'
import type { Result } from './result.ts'

export { createGate, type Gate } from './gate.ts'

export type CheckDeps = { network: Network; clock: Clock; policy: Policy; gate: Gate; log: Log }

export type CheckRun = {
  jobId: string
  plan: Plan
  request: Pick<JobRequest, 'samples' | 'retries' | 'settleMs' | 'timeoutMs' | 'addresses' | 'expect'>
  deadlineAtMs: number
  /**
   * Aborted when the job is cancelled or this process drains: tries under way are cut. With a `Failure` as its reason
   * they are recorded with it; with any other they are dropped, to be made again.
   */
  signal: AbortSignal
  /** From before a restart: those tries are not repeated. */
  recorded: readonly Result[]
  /** Called once per try as soon as it is decided; never throws. */
  record(result: Result): void
  /** Live targets: the objects are read again between settle rounds. */
  replan?: () => Promise<Plan>
}

/** Makes every try of a job. Resolves when none is left, the deadline has come or the signal was aborted. */
export async function runChecks(deps: CheckDeps, run: CheckRun): Promise<void> {
  void deps
  void run
  throw new Error('not wired yet')
}
