import type { JobQueue } from '../../job/queue.ts'
import { type RunDeps, runJob } from '../../job/run.ts'
import { claimableJobs, heldLeases, releaseLease } from '../../store/leases.ts'

export type Runner = JobQueue & {
  /** Takes up what an earlier process, or another one that died, has left; then looks again every `sweepMs`. */
  start(): void
  /** No new jobs; tries under way end, unfinished jobs go back to the queue. Resolves when none is running. */
  drain(): Promise<void>
  readonly running: number
}

/**
 * Runs jobs in this process, oldest first. The database is the queue: what is listed here is only who is next, and
 * a job that no process has listed is found by the sweep.
 *
 * @param options.isDead whether the process that calls itself so in leases is known to be gone.
 * @param options.jobsAtOnce how many jobs are open at once.
 */
export function createRunner(
  deps: RunDeps,
  options: { jobsAtOnce: number; sweepMs: number; isDead(owner: string): boolean },
): Runner {
  const waiting = new Set<string>()
  const running = new Map<string, { cancel: AbortController; ended: Promise<void> }>()
  const drain = new AbortController()
  const stopSweep = new AbortController()

  const fill = (): void => {
    for (const jobId of waiting) {
      if (drain.signal.aborted || running.size >= options.jobsAtOnce) return
      waiting.delete(jobId)
      const cancel = new AbortController()
      running.set(jobId, { cancel, ended: run(jobId, cancel) })
    }
  }

  const run = async (jobId: string, cancel: AbortController): Promise<void> => {
    try {
      await runJob(deps, jobId, drain.signal, cancel.signal)
    } catch (cause) {
      // The job keeps its lease until it runs out; the sweep then takes it up again.
      deps.log.error('job_run_failed', { jobId, cause })
    }
    running.delete(jobId)
    fill()
  }

  // A process that was killed has left its leases; waiting for them to run out would only cost time. Were the guess
  // wrong, its token would be: what it still writes is refused.
  const releaseDead = async (): Promise<void> => {
    for (const lease of await heldLeases(deps.store)) {
      if (options.isDead(lease.owner)) await releaseLease(deps.store, lease)
    }
  }

  const sweep = async (): Promise<void> => {
    let first = true
    while (!stopSweep.signal.aborted) {
      try {
        if (first) await releaseDead()
        first = false
        for (const jobId of await claimableJobs(deps.store, deps.clock.now(), options.jobsAtOnce * 2)) {
          if (!running.has(jobId)) waiting.add(jobId)
        }
        fill()
      } catch (cause) {
        deps.log.error('sweep_failed', { cause })
      }
      await deps.clock.sleep(options.sweepMs, stopSweep.signal)
    }
  }

  return {
    async enqueue(jobIds) {
      for (const jobId of jobIds) waiting.add(jobId)
      fill()
    },
    cancel(jobId) {
      waiting.delete(jobId)
      running.get(jobId)?.cancel.abort()
    },
    start() {
      sweep().catch((cause) => deps.log.error('sweep_ended', { cause }))
    },
    async drain() {
      stopSweep.abort()
      drain.abort()
      await Promise.all([...running.values()].map(({ ended }) => ended))
    },
    get running() {
      return running.size
    },
  }
}
