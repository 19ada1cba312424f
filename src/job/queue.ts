/**
 * The port through which an accepted job reaches a runner. The database is the queue's truth: a lost message
 * costs time, never a job.
 *
 * @module
 */
import type { Plan } from '../plan/path.ts'
import type { QueuedJob } from '../record/job.ts'

export type JobQueue = {
  /** Called after the jobs are durable; those of one owner are run in this order. */
  enqueue(jobs: readonly QueuedJob[]): Promise<void>
  /** Stops a run in this process at once; other processes learn it when they renew their lease. */
  cancel(jobId: string): void
}

/** Tells those who wait for a job, in this process, that it has changed. */
export type JobSignals = {
  changed(jobId: string): void
  /** Resolves at the next change of the job, or when `signal` aborts. Never rejects. */
  next(jobId: string, signal: AbortSignal): Promise<void>
}

export function createSignals(): JobSignals {
  const waiting = new Map<string, Set<() => void>>()
  return {
    changed(jobId) {
      const wake = waiting.get(jobId)
      waiting.delete(jobId)
      for (const resolve of wake ?? []) {
        resolve()
      }
    },
    next: (jobId, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) {
          return resolve()
        }
        const set = waiting.get(jobId) ?? new Set()
        waiting.set(jobId, set)
        const done = () => {
          signal.removeEventListener('abort', done)
          set.delete(done)
          if (set.size === 0 && waiting.get(jobId) === set) {
            waiting.delete(jobId)
          }
          resolve()
        }
        set.add(done)
        signal.addEventListener('abort', done)
      }),
  }
}

/**
 * Lists what a job dials: address (or name) and port of each path that is tried. Two jobs with the same target wait for
 * the same peer.
 */
export const targetsOf = (plan: Plan | null): ReadonlySet<string> =>
  new Set(
    (plan?.paths ?? [])
      .filter(({ skipped }) => skipped === null)
      .map(({ address, addressPort, dns }) => `${address ?? dns?.name ?? ''} ${addressPort ?? ''}`),
  )
