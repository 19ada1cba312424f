/**
 * THE PIPELINE, read this first: claim (a lease with a fencing token) → plan (already made for manifests) →
 * check → record → ask what the diagnosis wants to know besides → diagnose → finish.
 *
 * @module
 */
import type { Result } from '../check/result.ts'
import { type CheckRun, ProberGoneError, type RunChecks } from '../check/run-checks.ts'
import { wantedControls } from '../diagnose/diagnose.ts'
import { type Clock, steadyClock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { PROBLEMS } from '../lib/problem.ts'
import type { JobProblem } from '../record/job.ts'
import type { Store } from '../store/db.ts'
import type { StoredJob } from '../store/jobs.ts'
import { claimJob, type Lease, releaseLease, renewLease } from '../store/leases.ts'
import { listTried } from '../store/tried.ts'
import { controlsOf, withMade } from './controls.ts'
import { conclude, endJob, endWithProblem, judgePaths, readTries, withEvidence } from './finish-job.ts'
import { keepFew } from './kept.ts'
import type { JobSignals } from './queue.ts'
import { createRecorder } from './recorder.ts'
import { redactResult, type SecretBox } from './secrets.ts'
import { preparePlan } from './unseal-plan.ts'

export type RunDeps = {
  store: Store
  clock: Clock
  log: Log
  signals: JobSignals
  secrets: SecretBox
  runChecks: RunChecks
  /** Names this process in leases. */
  owner: string
  /** How long a claim holds without being renewed; a killed process's jobs are taken over after it. */
  leaseMs: number
}

/** Claims of a job whose prober ends under it: one that ends every prober must not go round for ever. */
const CLAIMS_MAX = 5

/** `drained`: given back to the queue; `lost`: another runner has it, or it was cancelled; `nothing`: none to claim. */
export type RunEnd = 'finished' | 'drained' | 'lost' | 'nothing'

/**
 * Runs one job to its end.
 *
 * @param drain aborted when this process is to stop: tries under way end, the job goes back to the queue.
 * @param cancel aborted when the job was cancelled in this process (others learn it from the lease).
 */
export async function runJob(deps: RunDeps, jobId: string, drain: AbortSignal, cancel: AbortSignal): Promise<RunEnd> {
  const claimed = await claimJob(
    deps.store,
    { id: jobId, unattended: true },
    deps.owner,
    deps.clock.now(),
    deps.leaseMs,
  )
  if (claimed === null) {
    return 'nothing'
  }
  const { job, lease } = claimed
  deps.signals.changed(job.id)
  const lost = new AbortController()
  const stopRenewing = keepLease(deps, lease, lost)
  try {
    const ownClock = { ...deps, clock: steadyClock(deps.clock) }
    return await work(ownClock, job, lease, drain, AbortSignal.any([cancel, lost.signal]))
  } finally {
    stopRenewing()
    deps.signals.changed(job.id)
  }
}

async function work(
  deps: RunDeps,
  job: StoredJob,
  lease: Lease,
  drain: AbortSignal,
  gone: AbortSignal,
): Promise<RunEnd> {
  const ended = (whether: boolean): RunEnd => (whether ? 'finished' : 'lost')
  const prepared = await tell(() => preparePlan(deps.secrets, job))
  if ('problem' in prepared) {
    const cause = 'cause' in prepared ? prepared.cause : undefined
    return ended(await endWithProblem(deps, job, lease, prepared.problem, cause))
  }
  const { plan, secrets } = prepared

  const recorder = createRecorder(deps.store, lease, () => deps.signals.changed(job.id), deps.clock)
  const recorded = await listTried(deps.store, job.id)
  const made = keepFew()
  const broken = new AbortController()
  const run: CheckRun = {
    jobId: job.id,
    plan,
    request: job.request,
    deadlineAtMs: job.deadlineAtMs ?? deps.clock.now(),
    signal: AbortSignal.any([drain, gone, broken.signal]),
    recorded,
    record(result) {
      const clean = redactResult(result, secrets)
      made.add(clean)
      recorder.add(clean)
    },
    room: () => recorder.room(),
  }
  const checked = await tell(() => deps.runChecks(run))
  if (checked !== undefined) {
    broken.abort()
  }
  await recorder.flush()
  if (recorder.lost || gone.aborted) {
    return 'lost'
  }
  if (checked === undefined ? drain.aborted : isWorthAnother(checked, lease)) {
    await releaseLease(deps.store, lease, deps.clock.now())
    return 'drained'
  }
  const failed = ({ problem, cause }: Bug) => endWithProblem(deps, job, lease, problem, cause)
  if (checked !== undefined) {
    return ended(await failed(checked))
  }
  const few = recorded.length === 0 ? made.all() : null
  const tries = await readTries(deps.store, job.id, few)
  const judged = await tell(() => judgePaths(plan, tries))
  if ('cause' in judged) {
    return ended(await failed(judged))
  }
  const tested = await withEvidence(deps.store, job.id, few, judged)
  const controls = await tell(() => wantedControls(tested, plan))
  if ('cause' in controls) {
    return ended(await failed(controls))
  }
  const wanted = await controlsOf(deps.store, job.id, controls, recorded)
  const answers: Result[] = []
  if (wanted.missing.length > 0) {
    await askControls(deps, { ...run, controls: wanted.missing }, (result) => {
      const clean = redactResult(result, secrets)
      answers.push(clean)
      recorder.add(clean)
    })
    await recorder.flush()
    if (recorder.lost || gone.aborted) {
      return 'lost'
    }
    if (drain.aborted) {
      await releaseLease(deps.store, lease, deps.clock.now())
      return 'drained'
    }
  }
  const end = await tell(() => conclude(job, plan, tested, withMade(wanted, answers)))
  if ('cause' in end) {
    return ended(await failed(end))
  }
  return ended(await endJob(deps, job, lease, end))
}

/** Whoever makes them may fail: the job has its results, and ends without. */
async function askControls(deps: RunDeps, run: CheckRun, record: CheckRun['record']): Promise<void> {
  try {
    await deps.runChecks({ ...run, record })
  } catch (cause) {
    deps.log.warn('controls_failed', { jobId: run.jobId, cause })
  }
}

type Bug = { problem: JobProblem; cause: unknown }

/** Each claim has the next token. */
const isWorthAnother = ({ cause }: Bug, { token }: Lease): boolean =>
  cause instanceof ProberGoneError && token < CLAIMS_MAX

/**
 * What `work` gives back, or what it has thrown. A bug ends the job: it would be met again by whoever takes the job up.
 * So nothing of the store is done in here: where that fails, the lease runs out and the job is taken up again.
 */
async function tell<T>(work: () => T | Promise<T>): Promise<T | Bug> {
  try {
    return await work()
  } catch (cause) {
    return { problem: BUG, cause }
  }
}

const BUG: JobProblem = {
  code: 'internal',
  title: PROBLEMS.internal[1],
  detail: 'The log has it under the id of the job. What was recorded before stands.',
  status: PROBLEMS.internal[0],
}

/** Renews the lease at a third of its time; aborts `lost` when it is gone. A store that fails is asked again. */
function keepLease(deps: RunDeps, lease: Lease, lost: AbortController): () => void {
  const stopped = new AbortController()
  const loop = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await deps.clock.sleep(deps.leaseMs / 3, stopped.signal)
      if (stopped.signal.aborted) {
        return
      }
      try {
        if (!(await renewLease(deps.store, lease, deps.clock.now(), deps.leaseMs))) {
          return lost.abort()
        }
      } catch (cause) {
        deps.log.warn('lease_not_renewed', { jobId: lease.jobId, cause })
      }
    }
  }
  loop().catch((cause) => deps.log.error('lease_loop_failed', { jobId: lease.jobId, cause }))
  return () => stopped.abort()
}
