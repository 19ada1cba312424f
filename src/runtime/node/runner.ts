import type { JobQueue } from '../../job/queue.ts'
import { targetsOf } from '../../job/queue.ts'
import { type RunDeps, runJob } from '../../job/run.ts'
import { getJob } from '../../store/jobs.ts'
import { claimableJobs, forgetWaits, heldLeases, releaseLease } from '../../store/leases.ts'

export type Runner = JobQueue & {
  /** Takes up what an earlier process, or another one that died, has left; then looks again every `sweepMs`. */
  start(): void
  /** No new jobs; tries under way end, unfinished jobs go back to the queue. Resolves when none is running. */
  drain(): Promise<void>
  readonly running: number
}

/** Jobs that are listed at once; whoever comes behind them is found when these have begun. */
const LISTED_MAX = 2000
/** No job ends for so long: whoever has the places is waiting for something. */
const STUCK_MS = 100
/** Jobs that are open at once, those included that only wait for their targets: what is in memory. */
const OPEN_MAX = 256

/**
 * Runs jobs in this process, oldest first. The database is the queue: what is listed here is only who is next, and
 * a job that no process has listed is found by the sweep.
 *
 * So many jobs as there are places are opened at once. Where those are taken, a job may still begin that has a target
 * which few of the open ones ask, since it need not wait for what they wait for; a job that would only wait behind them
 * stays in the queue, where its deadline has not begun.
 *
 * @param options.isDead whether the process that calls itself so in leases is known to be gone.
 * @param options.jobsAtOnce how many jobs are open at once, whatever they ask.
 * @param options.jobsPerTarget how many open ones are few.
 */
export function createRunner(
  deps: RunDeps,
  options: { jobsAtOnce: number; jobsPerTarget?: number; sweepMs: number; isDead(owner: string): boolean },
): Runner {
  const { jobsAtOnce, jobsPerTarget = 8 } = options
  let waiting = new Set<string>()
  /** Tells whether `waiting` holds all jobs that can be claimed. Only then is a job that comes now the last of them. */
  let isComplete = true
  const running = new Map<string, { cancel: AbortController; ended: Promise<void> }>()
  /** The targets of open and waiting jobs, as far as they were wanted. */
  const targets = new Map<string, ReadonlySet<string>>()
  const drain = new AbortController()
  const stopSweep = new AbortController()
  let hurry = new AbortController()
  let choosing = false
  let endings = 0

  const fill = (): void => {
    for (const jobId of waiting) {
      if (drain.signal.aborted || running.size >= jobsAtOnce) {
        break
      }
      open(jobId)
    }
    if (waiting.size > 0 && !drain.signal.aborted) {
      choose().catch((cause) => deps.log.error('choice_failed', { cause }))
    }
    if (waiting.size === 0 && !isComplete) {
      hurry.abort()
    }
  }

  const open = (jobId: string): void => {
    waiting.delete(jobId)
    const cancel = new AbortController()
    running.set(jobId, { cancel, ended: run(jobId, cancel) })
  }

  /** Opens waiting jobs past those that wait for the same targets, while no job ends. */
  const choose = async (): Promise<void> => {
    if (choosing || running.size < jobsAtOnce) {
      return
    }
    choosing = true
    try {
      for (let before = -1; before !== endings; ) {
        before = endings
        await deps.clock.sleep(STUCK_MS, stopSweep.signal)
        if (drain.signal.aborted || waiting.size === 0 || running.size < jobsAtOnce) {
          return
        }
      }
      await openOthers()
    } finally {
      choosing = false
    }
  }

  const openOthers = async (): Promise<void> => {
    const asking = new Map<string, number>()
    const count = (jobId: string): void => {
      for (const target of targets.get(jobId) ?? []) {
        asking.set(target, (asking.get(target) ?? 0) + 1)
      }
    }
    for (const jobId of [...running.keys()]) {
      await look(jobId)
    }
    for (const jobId of running.keys()) {
      count(jobId)
    }
    for (const jobId of [...waiting]) {
      const asked = await look(jobId)
      if (drain.signal.aborted || running.size >= OPEN_MAX) {
        return
      }
      if (!waiting.has(jobId) || ![...asked].some((target) => (asking.get(target) ?? 0) < jobsPerTarget)) {
        continue
      }
      open(jobId)
      count(jobId)
    }
  }

  const look = async (jobId: string): Promise<ReadonlySet<string>> => {
    const known = targets.get(jobId)
    if (known !== undefined) {
      return known
    }
    const job = await getJob(deps.store, jobId)
    const asked = targetsOf(job?.plan ?? null)
    if (running.has(jobId) || waiting.has(jobId)) {
      targets.set(jobId, asked)
    }
    return asked
  }

  const run = async (jobId: string, cancel: AbortController): Promise<void> => {
    try {
      await runJob(deps, jobId, drain.signal, cancel.signal)
    } catch (cause) {
      // The job keeps its lease until it runs out; the sweep then takes it up again.
      deps.log.error('job_run_failed', { jobId, cause })
    }
    running.delete(jobId)
    targets.delete(jobId)
    endings++
    fill()
  }

  // A process that was killed has left its leases; waiting for them to run out would only cost time. Were the guess
  // wrong, its token would be: what it still writes is refused.
  const takeOver = async (): Promise<void> => {
    const leases = await heldLeases(deps.store)
    const dead = leases.filter(({ owner }) => options.isDead(owner))
    for (const lease of dead) {
      await releaseLease(deps.store, lease, lease.untilMs - deps.leaseMs)
    }
    // Nobody else is there whose clients wait
    if (dead.length === leases.length) {
      await forgetWaits(deps.store, deps.clock.now())
    }
  }

  const list = async (): Promise<void> => {
    const known = new Set(waiting)
    const found = await claimableJobs(deps.store, deps.clock.now(), LISTED_MAX)
    isComplete = found.length < LISTED_MAX
    const added = [...waiting].filter((jobId) => isComplete && !known.has(jobId))
    waiting = new Set([...found, ...added].filter((jobId) => !running.has(jobId)))
    for (const jobId of targets.keys()) {
      if (!running.has(jobId) && !waiting.has(jobId)) {
        targets.delete(jobId)
      }
    }
  }

  const sweep = async (): Promise<void> => {
    let first = true
    while (!stopSweep.signal.aborted) {
      hurry = new AbortController()
      try {
        if (first) {
          await takeOver()
        }
        first = false
        await list()
        fill()
      } catch (cause) {
        deps.log.error('sweep_failed', { cause })
      }
      await deps.clock.sleep(options.sweepMs, AbortSignal.any([stopSweep.signal, hurry.signal]))
    }
  }

  return {
    async enqueue(jobIds) {
      if (!isComplete) {
        hurry.abort()
        return
      }
      for (const jobId of jobIds) {
        waiting.add(jobId)
      }
      fill()
    },
    cancel(jobId) {
      waiting.delete(jobId)
      targets.delete(jobId)
      running.get(jobId)?.cancel.abort()
    },
    start() {
      // A job that comes before the list is made is last in it
      isComplete = false
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
