/**
 * THE PIPELINE, read this first: claim (a lease with a fencing token) → plan (made when it was accepted; anew between the
 * settle rounds of a live job) → check → record → ask what the diagnosis wants to know besides → diagnose → finish.
 *
 * @module
 */
import type { Control } from '../check/control.ts'
import type { Result, Tried } from '../check/result.ts'
import { withSecrets } from '../check/secrets.ts'
import { ProberGoneError, type RunChecks, type Work } from '../check/work.ts'
import type { Diagnosis } from '../diagnose/finding.ts'
import { type Clock, steadyClock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Plan } from '../plan/path.ts'
import type { JobRequest } from '../plan/request.ts'
import { internalProblem, type JobProblem } from '../record/job.ts'
import { type Store, storageTrouble } from '../store/db.ts'
import { claimJob, type Lease, releaseLease, renewLease } from '../store/leases.ts'
import { recordResults } from '../store/results.ts'
import type { StoredJob } from '../store/stored-job.ts'
import { listTried } from '../store/tried.ts'
import { BugError, bugIfThrown, concludeByTries, endJob, endWithProblem } from './finish-job.ts'
import type { AgainHow, Planned } from './plan-request.ts'
import { type Prepared, prepareJob, workOf } from './prepare.ts'
import type { JobSignals } from './queue.ts'
import { createRecorder, PROMPT, type Recorder } from './recorder.ts'
import type { SecretBox } from './secret-box.ts'
import { redactResult } from './secrets.ts'
import { settleLive, tryAgainIfChanged } from './settle-live.ts'

export type RunDeps = {
  store: Store
  clock: Clock
  log: Log
  signals: JobSignals
  secrets: SecretBox
  runChecks: RunChecks
  /** Reads the live objects of a request and plans them; left out: this server reads none. */
  replan?(request: JobRequest, how: AgainHow): Promise<Planned>
  /** Names this process in leases. */
  owner: string
  /** A claim holds so long without being renewed; then the jobs of a killed process are taken over. */
  leaseMs: number
}

/** A job is claimed so often if its prober ends under it: one that ends every prober must not go round for ever. */
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
  const run: Run = {
    deps: { ...deps, clock: steadyClock(deps.clock) },
    job,
    lease,
    drain,
    gone: AbortSignal.any([cancel, lost.signal]),
  }
  try {
    return await work(run)
  } catch (error) {
    if (error instanceof BugError) {
      return await endWith(run, internalProblem(BUG_DETAIL), error.cause)
    }
    throw error
  } finally {
    stopRenewing()
    deps.signals.changed(job.id)
  }
}

/** `gone` is aborted when the job is not this runner's any more: it was cancelled, or the lease is lost. */
type Run = { deps: RunDeps; job: StoredJob; lease: Lease; drain: AbortSignal; gone: AbortSignal }

const BUG_DETAIL = 'The log has it under the id of the job. What was recorded before stands.'

/** @throws BugError */
async function work(run: Run): Promise<RunEnd> {
  const { deps, job, lease, gone } = run
  const { store, clock, signals } = deps
  const prepared = await bugIfThrown(() => prepareJob(deps.secrets, job))
  if ('problem' in prepared) {
    return endWith(run, prepared.problem)
  }
  const recorder = createRecorder(clock, PROMPT, async (results) => {
    const isRecorded = await recordResults(store, lease, results)
    if (isRecorded) {
      signals.changed(job.id)
    }
    return isRecorded
  })
  const recorded = await listTried(store, job.id)
  const tried = await makeTries(run, prepared, recorded, recorder)
  await flushed(run, recorder)
  if (tried === 'lost') {
    return 'lost'
  }
  const { broken, plan, diagnosis } = tried
  if (recorder.lost || gone.aborted) {
    return 'lost'
  }
  if (broken === null ? run.drain.aborted : isWorthAnother(broken, lease)) {
    return giveBack(run)
  }
  if (broken !== null) {
    throw broken
  }
  const end = await concludeByTries(store, { ...job, diagnosis }, plan, {
    few: recorded.length === 0 ? recorder.few() : null,
    before: async () => recorded,
    ask: (controls) => askControls(run, { ...prepared, plan }, controls, recorder),
  })
  if (end === 'lost') {
    return 'lost'
  }
  if (end === 'drained') {
    return giveBack(run)
  }
  return (await endJob(deps, job, lease, end)) ? 'finished' : 'lost'
}

type Tries = { broken: BugError | null; plan: Plan; diagnosis: Diagnosis | null }

/** Makes the tries of a job: in one piece, or round by round, as the objects of a live job that settles change meanwhile. */
async function makeTries(
  run: Run,
  prepared: Prepared,
  recorded: readonly Tried[],
  recorder: Recorder,
): Promise<Tries | 'lost'> {
  const { deps, job, lease } = run
  const { store, clock, log, replan } = deps
  const { plan, secrets } = prepared
  const room = () => recorder.room()
  const settles = job.request.settleMs > 0
  // A batch has read for all of its jobs at once, and each of them would read by itself.
  if (
    replan === undefined ||
    job.comparison !== null ||
    job.objects.source === 'manifests' ||
    (!settles && job.batchId !== null)
  ) {
    const tries = workOf(job, plan, clock.now(), { recorded })
    return { broken: await doWork(run, prepared, tries, recorder.add, room), plan, diagnosis: job.diagnosis }
  }
  const request = { ...job.request, target: job.target, checks: withSecrets(job.request.checks, secrets) }
  return (settles ? settleLive : tryAgainIfChanged)<BugError>({
    ...{ store, clock, log, job, lease, plan, recorded },
    stopped: AbortSignal.any([run.drain, run.gone]),
    // Many runs of a schedule may fail at once, and again and again.
    replan: (hasFailed) => replan(request, { hasFailed, held: !settles && job.scheduleId !== null }),
    make(tries, record) {
      const add = (result: Result) => {
        recorder.add(result)
        record(result)
      }
      return doWork(run, prepared, tries, add, room)
    },
    changed: () => deps.signals.changed(job.id),
  })
}

/** @returns what the runner threw, which is a fault of ours; tries that it has left under way are cut. */
async function doWork(
  { deps, lease, drain, gone }: Run,
  { secrets, redactor }: Prepared,
  work: Work,
  add: (result: Result) => void,
  room?: () => Promise<void> | null,
): Promise<BugError | null> {
  const broken = new AbortController()
  try {
    await deps.runChecks(
      { work, secrets, generation: lease.token },
      {
        signal: AbortSignal.any([drain, gone, broken.signal]),
        record: (result) => add(redactResult(result, redactor)),
        ...(room && { room }),
      },
    )
    return null
  } catch (cause) {
    broken.abort()
    return new BugError('the runner threw', { cause })
  }
}

/** Results wait here while the database cannot take them, so that no try is made twice for it. */
const FLUSH_AGAIN_MS = 1000

async function flushed({ deps, drain, gone }: Run, recorder: Recorder): Promise<void> {
  const stopped = AbortSignal.any([drain, gone])
  for (;;) {
    try {
      return await recorder.flush()
    } catch (cause) {
      if (storageTrouble(cause) === null || stopped.aborted) {
        throw cause
      }
      deps.log.warn('results_not_recorded', { cause })
      await deps.clock.sleep(FLUSH_AGAIN_MS, stopped)
    }
  }
}

/** Control probes may fail: the job has its results, and ends without them. */
async function askControls(
  run: Run,
  prepared: Prepared,
  controls: readonly Control[],
  recorder: Recorder,
): Promise<readonly Result[] | 'lost' | 'drained'> {
  const { deps, job, drain, gone } = run
  const answers: Result[] = []
  const asked = workOf(job, prepared.plan, deps.clock.now(), { recorded: [], controls })
  const broken = await doWork(run, prepared, asked, (result) => {
    answers.push(result)
    recorder.add(result)
  })
  if (broken !== null) {
    deps.log.warn('controls_failed', { jobId: job.id, cause: broken.cause })
  }
  await flushed(run, recorder)
  if (recorder.lost || gone.aborted) {
    return 'lost'
  }
  return drain.aborted ? 'drained' : answers
}

async function endWith({ deps, job, lease }: Run, problem: JobProblem, cause?: unknown): Promise<RunEnd> {
  return (await endWithProblem(deps, job, lease, problem, cause)) ? 'finished' : 'lost'
}

async function giveBack({ deps, lease }: Run): Promise<RunEnd> {
  await releaseLease(deps.store, lease, deps.clock.now())
  return 'drained'
}

/** Each claim has the next token. */
const isWorthAnother = ({ cause }: BugError, { token }: Lease): boolean =>
  cause instanceof ProberGoneError && token < CLAIMS_MAX

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
