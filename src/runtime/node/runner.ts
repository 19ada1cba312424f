import { createFairQueue } from '../../job/fair-queue.ts'
import type { JobQueue } from '../../job/queue.ts'
import { targetsOf } from '../../job/queue.ts'
import { type RunDeps, runJob } from '../../job/run.ts'
import type { QueuedJob } from '../../record/job.ts'
import { getJob } from '../../store/jobs.ts'
import { claimableJobs, forgetWaits, heldLeases, releaseLease } from '../../store/leases.ts'

export type Runner = JobQueue & {
  /** Takes up what an earlier process, or another one that died, has left; then looks again every `sweepMs`. */
  start(): void
  /** No new jobs; tries under way end, unfinished jobs go back to the queue. Resolves when none is running. */
  drain(): Promise<void>
  readonly running: number
}

/** Jobs that are listed at once; those behind them are found when these have begun. */
const LISTED_MAX = 2000
/** If no job has ended for this long, those that have the places are waiting for something. */
const STUCK_MS = 100
/** Jobs that are open at once, and so in memory, with those that only wait for their targets. */
const OPEN_MAX = 256
/** This many open jobs may have begun before others that waited longer; the rest is for owners with nothing open. */
const PAST_OTHERS_MAX = 192

/**
 * Runs jobs in this process, oldest first within an owner, owners by turns (`job/fair-queue.ts`). The database is the
 * queue: what is listed here is only who is next, and a job that no process has listed is found by the sweep.
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
  const waiting = createFairQueue(jobsAtOnce, OPEN_MAX)
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
    for (let next = nextJob(); next !== null; next = nextJob()) {
      begin(next)
    }
    if (waiting.size > 0 && !drain.signal.aborted) {
      choose().catch((cause) => deps.log.error('choice_failed', { cause }))
    }
    if (waiting.size === 0 && !isComplete) {
      hurry.abort()
    }
  }

  const nextJob = (): QueuedJob | null => (drain.signal.aborted ? null : waiting.take())

  /** Begins a job that was taken from those that wait. */
  const begin = (job: QueuedJob): void => {
    const cancel = new AbortController()
    running.set(job.id, { cancel, ended: run(job, cancel) })
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
    for (const job of waiting.waiting()) {
      const asked = await look(job.id)
      if (drain.signal.aborted || running.size >= PAST_OTHERS_MAX) {
        return
      }
      if (!waiting.has(job.id) || ![...asked].some((target) => (asking.get(target) ?? 0) < jobsPerTarget)) {
        continue
      }
      waiting.open(job.id)
      begin(job)
      count(job.id)
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

  const run = async (job: QueuedJob, cancel: AbortController): Promise<void> => {
    try {
      await runJob(deps, job.id, drain.signal, cancel.signal)
    } catch (cause) {
      // The job keeps its lease until it runs out; the sweep then takes it up again.
      deps.log.error('job_run_failed', { jobId: job.id, cause })
    }
    running.delete(job.id)
    targets.delete(job.id)
    waiting.close(job)
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
    const known = new Set(waiting.waiting().map(({ id }) => id))
    const found = await claimableJobs(deps.store, deps.clock.now(), LISTED_MAX)
    isComplete = found.length < LISTED_MAX
    const added = waiting.waiting().filter(({ id }) => isComplete && !known.has(id))
    waiting.replace([...found, ...added].filter(({ id }) => !running.has(id)))
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
    async enqueue(jobs) {
      if (!isComplete) {
        hurry.abort()
        return
      }
      for (const job of jobs) {
        if (!running.has(job.id)) {
          waiting.add(job)
        }
      }
      fill()
    },
    cancel(jobId) {
      waiting.remove(jobId)
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
