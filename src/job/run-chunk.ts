/**
 * The pipeline where no single runner can carry a whole job: a message starts it and cuts it into chunks, a message
 * each is worked off by whoever gets it, and whoever does the last one ends the job. Messages may be lost, late or
 * repeated: what they stand for is in the database.
 *
 * @module
 */

import type { Control } from '../check/control.ts'
import { failure } from '../check/failure.ts'
import type { Result } from '../check/result.ts'
import { type CheckDeps, type Chunk, runChecks } from '../check/run-checks.ts'
import { wantedControls } from '../diagnose/diagnose.ts'
import type { Plan } from '../plan/path.ts'
import type { JobRequest } from '../plan/request.ts'
import { hasEnded, type JobProblem } from '../record/job.ts'
import {
  addChunk,
  type ChunkLease,
  type Claimant,
  claimChunk,
  cutJob,
  endChunk,
  pauseChunk,
  recordInChunk,
  takeToEnd,
} from '../store/chunks.ts'
import { getJob, getJobState, type StoredJob } from '../store/jobs.ts'
import { claimJob, type Lease } from '../store/leases.ts'
import { recordResults } from '../store/results.ts'
import { listTried } from '../store/tried.ts'
import { controlsOf, withMade } from './controls.ts'
import { conclude, type EndDeps, endJob, endWithProblem, judgePaths, readTries, withEvidence } from './finish-job.ts'
import { keepFew } from './kept.ts'
import { createPacedRecorder } from './paced-recorder.ts'
import { redactResult, type SecretBox } from './secrets.ts'
import { type Prepared, preparePlan } from './unseal-plan.ts'

export type ChunkDeps = EndDeps & {
  secrets: SecretBox
  /** Names the message, so that another delivery of it takes over from an earlier one at once. */
  owner: string
  cut(plan: Plan, request: JobRequest): readonly Chunk[]
  enqueue(jobId: string, chunks: readonly number[]): Promise<void>
  /** How long this runner may need for its turn at a chunk of such a job. */
  leaseMs(request: JobRequest): number
  /** @param stop aborted when this runner may begin no more tries: another goes on. */
  turn(plan: Plan, chunk: Chunk, request: JobRequest): Turn
}

export type Turn = {
  check: CheckDeps
  stop: AbortSignal
  /** What the rest of the turn is enough for: makes so many control probes, or `null`: another runner is to. */
  controls(count: number): CheckDeps | null
}

/** `heldUntilMs`: another runner has it; should it not come back, somebody must ask again then. */
export type TurnEnd = 'over' | { heldUntilMs: number }

/** How long a started job may be without news before its chunks are looked for. */
const START_LEASE_MS = 60_000
const END_LEASE_MS = 30_000
/** Before each write of a turn: a turn makes few. */
const RECORD_GAPS_MS = [1000, 3000, 8000]

/** Starts a job, or looks after one whose chunks were lost; then takes a turn at a chunk that nobody has. */
export async function startJob(deps: ChunkDeps, jobId: string): Promise<TurnEnd> {
  const { store, clock } = deps
  const claimed = await claimJob(store, { id: jobId, again: true }, deps.owner, clock.now(), START_LEASE_MS)
  if (claimed === null) {
    return 'over'
  }
  const { job, lease } = claimed
  const prepared = await preparePlan(deps.secrets, job)
  if ('problem' in prepared) {
    await endWithProblem(deps, job, lease, prepared.problem)
    return 'over'
  }
  const chunks = deps.cut(prepared.plan, job.request)
  const [first, ...others] = await cutJob(store, lease, chunks.length, clock.now())
  if (first === undefined) {
    return endIfDone(deps, jobId)
  }
  if (others.length > 0) {
    await deps.enqueue(jobId, others)
  }
  const claim = await claimChunk(store, jobId, first, claimant(deps, deps.leaseMs(job.request)))
  return typeof claim === 'object' && 'lease' in claim ? takeTurn(deps, job, prepared, chunks, claim.lease) : 'over'
}

/** Takes a turn at a chunk. */
export async function runChunk(deps: ChunkDeps, jobId: string, chunk: number): Promise<TurnEnd> {
  return withChunk(deps, jobId, chunk, (job, prepared, lease) =>
    takeTurn(deps, job, prepared, deps.cut(prepared.plan, job.request), lease),
  )
}

/** Ends a chunk that could not be done, however often it was tried: what is not recorded is an error of ours. */
export async function giveUpChunk(deps: ChunkDeps, jobId: string, chunk: number): Promise<TurnEnd> {
  const reason = failure('internal', 'connect', 'the runner failed each time it came to this try; the log says why')
  deps.log.error('chunk_given_up', { jobId, chunk })
  return withChunk(deps, jobId, chunk, (job, prepared, lease) =>
    takeTurn(deps, job, prepared, deps.cut(prepared.plan, job.request), lease, AbortSignal.abort(reason)),
  )
}

/** Ends a job that could not be done at all. */
export async function giveUpJob(deps: ChunkDeps, jobId: string): Promise<TurnEnd> {
  const nowMs = deps.clock.now()
  const claimed = await claimJob(deps.store, { id: jobId, again: true }, deps.owner, nowMs, END_LEASE_MS)
  if (claimed !== null) {
    await endWithProblem(deps, claimed.job, claimed.lease, GIVEN_UP)
    return 'over'
  }
  const state = await getJobState(deps.store, jobId)
  return state === null || hasEnded(state) ? 'over' : { heldUntilMs: state.leaseUntilMs ?? nowMs }
}

const GIVEN_UP: JobProblem = {
  code: 'internal',
  title: 'Something failed on our side',
  detail: 'The runner failed each time it came to this job. The log has it under the id of the job.',
  status: 500,
}

async function withChunk(
  deps: ChunkDeps,
  jobId: string,
  chunk: number,
  work: (job: StoredJob, prepared: Prepared, lease: ChunkLease) => Promise<TurnEnd>,
): Promise<TurnEnd> {
  const job = await getJob(deps.store, jobId)
  if (job === null || job.status !== 'running') {
    return 'over'
  }
  const claim = await claimChunk(deps.store, jobId, chunk, claimant(deps, deps.leaseMs(job.request)))
  if (claim === 'gone') {
    return 'over'
  }
  if (claim === 'done') {
    return endIfDone(deps, jobId)
  }
  if ('heldUntilMs' in claim) {
    return claim
  }
  const prepared = await preparePlan(deps.secrets, job)
  // The job cannot be done: that is said by whoever has the job itself
  if ('problem' in prepared) {
    throw new Error(`job ${jobId} cannot be prepared: ${prepared.problem.code}`)
  }
  return work(job, prepared, claim.lease)
}

/** @param given aborted with a failure: no try is made, that is what is recorded. */
async function takeTurn(
  deps: ChunkDeps,
  job: StoredJob,
  { plan, secrets }: Prepared,
  chunks: readonly Chunk[],
  lease: ChunkLease,
  given: AbortSignal | null = null,
): Promise<TurnEnd> {
  const { store, clock } = deps
  // After those of the plan there may be one for what the diagnosis wants to know
  const only = lease.chunk === chunks.length ? NO_TRIES : chunks[lease.chunk]
  if (only === undefined) {
    throw new Error(`job ${job.id} has no chunk ${lease.chunk}`)
  }
  const recorded = lease.token === 1 ? [] : await listTried(store, job.id, { paths: [...only.keys()] })
  const recorder = createPacedRecorder(clock, RECORD_GAPS_MS, (batch) => recordInChunk(store, lease, batch))
  const made = keepFew()
  const turn = deps.turn(plan, only, job.request)
  const { check, stop } = turn
  await runChecks(check, {
    jobId: job.id,
    plan,
    request: job.request,
    deadlineAtMs: job.deadlineAtMs ?? clock.now(),
    signal: given ?? stop,
    recorded,
    only,
    record(result) {
      const clean = redactResult(result, secrets)
      made.add(clean)
      recorder.add(clean)
    },
  })
  const rest = await recorder.rest()
  if (recorder.lost) {
    return 'over'
  }
  if (given === null && stop.aborted) {
    if (await pauseChunk(store, lease, rest)) {
      await deps.enqueue(job.id, [lease.chunk])
    }
    return 'over'
  }
  const end = await endChunk(store, lease, rest, claimant(deps, END_LEASE_MS))
  if (end === 'lost' || end.last === null) {
    return 'over'
  }
  // Alone and at once: all that there is has just been made
  const few = chunks.length === 1 && lease.token === 1 && only !== NO_TRIES ? made.all() : null
  const isExtra = only === NO_TRIES
  const ask: AskControls =
    given === null ? askBy(deps, job, { plan, secrets }, turn, isExtra ? [] : 'elsewhere') : async () => []
  const next = await endByTries(deps, job, plan, end.last, few, ask)
  if (next === 'elsewhere' && (await addChunk(store, end.last, chunks.length))) {
    await deps.enqueue(job.id, [chunks.length])
  }
  return 'over'
}

const NO_TRIES: Chunk = new Map()
const NEVER = new AbortController().signal

/** Makes control probes. `elsewhere`: this turn is not enough for them. */
type AskControls = (controls: readonly Control[]) => Promise<readonly Result[] | 'elsewhere'>

/** @param beyond what is answered where the turn is not enough for them. */
const askBy =
  (
    { clock }: ChunkDeps,
    job: StoredJob,
    { plan, secrets }: Prepared,
    turn: Turn,
    beyond: 'elsewhere' | readonly Result[],
  ): AskControls =>
  async (controls) => {
    const means = turn.controls(controls.length)
    if (means === null) {
      return beyond
    }
    const answers: Result[] = []
    await runChecks(means, {
      ...{ jobId: job.id, plan, request: job.request, deadlineAtMs: job.deadlineAtMs ?? clock.now() },
      ...{ signal: NEVER, recorded: [], controls },
      record: (result) => answers.push(redactResult(result, secrets)),
    })
    return answers
  }

/** Ends a job whose chunks are all done, where whoever did the last one has not come to it. */
async function endIfDone(deps: ChunkDeps, jobId: string): Promise<TurnEnd> {
  const lease: Lease | null = await takeToEnd(deps.store, jobId, claimant(deps, END_LEASE_MS))
  const job = lease && (await getJob(deps.store, jobId))
  if (lease === null || job === null) {
    return 'over'
  }
  const prepared = await preparePlan(deps.secrets, job)
  if ('problem' in prepared) {
    await endWithProblem(deps, job, lease, prepared.problem)
    return 'over'
  }
  const turn = deps.turn(prepared.plan, NO_TRIES, job.request)
  await endByTries(deps, job, prepared.plan, lease, null, askBy(deps, job, prepared, turn, []))
  return 'over'
}

async function endByTries(
  deps: ChunkDeps,
  job: StoredJob,
  plan: Plan,
  lease: Lease,
  made: readonly Result[] | null,
  ask: AskControls,
): Promise<'ended' | 'elsewhere'> {
  const { store } = deps
  const judged = judgePaths(plan, await readTries(store, job.id, made))
  const tested = await withEvidence(store, job.id, made, judged)
  const controls = wantedControls(tested, plan)
  const before = controls.length === 0 || made !== null ? [] : await listTried(store, job.id, { purpose: 'control' })
  const wanted = await controlsOf(store, job.id, controls, before)
  const answers = wanted.missing.length === 0 ? [] : await ask(wanted.missing)
  if (answers === 'elsewhere') {
    return 'elsewhere'
  }
  if (!(await recordResults(store, lease, answers))) {
    return 'ended'
  }
  await endJob(deps, job, lease, conclude(job, plan, tested, withMade(wanted, answers)))
  return 'ended'
}

function claimant({ owner, clock }: ChunkDeps, leaseMs: number): Claimant {
  const nowMs = clock.now()
  return { owner, nowMs, untilMs: nowMs + leaseMs }
}
