/**
 * Cancelling: what has not ended ends at the caller's wish. What was recorded stays, tries under way in this process are
 * cut at once, and those who wait are told.
 *
 * @module
 */
import type { Clock } from '../lib/clock.ts'
import { ProblemError } from '../lib/problem.ts'
import { cancelBatch as cancelStoredBatch } from '../store/batches.ts'
import type { Store } from '../store/db.ts'
import { cancelJob as cancelStoredJob } from '../store/jobs.ts'
import type { JobQueue, JobSignals } from './queue.ts'

export type CancelDeps = { store: Store; clock: Clock; queue: JobQueue; signals: JobSignals }

/** @throws ProblemError `not_found`, or `conflict` if the job has ended. */
export async function cancelJob(deps: CancelDeps, id: string): Promise<void> {
  const outcome = await cancelStoredJob(deps.store, id, deps.clock.now())
  if (outcome === null) {
    throw new ProblemError('not_found', `There is no job ${id}.`)
  }
  if (outcome === 'ended') {
    throw new ProblemError('conflict', `Job ${id} has already ended.`)
  }
  stop(deps, id)
}

/**
 * Cancels those jobs of a batch that have not ended.
 *
 * @param id of a batch that there is.
 * @throws ProblemError `conflict` if all of them have ended.
 */
export async function cancelBatch(deps: CancelDeps, id: string): Promise<void> {
  const cancelled = await cancelStoredBatch(deps.store, id, deps.clock.now())
  if (cancelled.length === 0) {
    throw new ProblemError('conflict', `Batch ${id} has already ended.`)
  }
  for (const job of cancelled) {
    stop(deps, job)
  }
}

function stop({ queue, signals }: CancelDeps, jobId: string): void {
  queue.cancel(jobId)
  signals.changed(jobId)
}
