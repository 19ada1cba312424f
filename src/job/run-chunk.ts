/**
 * The pipeline where no single runner can carry a whole job: a message starts it and cuts it into chunks, a message
 * each is worked off by whoever gets it, and whoever does the last one ends the job. Messages may be lost, late or
 * repeated: what they stand for is in the database.
 *
 * @module
 */

import type { Failure } from '../check/codes.ts'
import type { Control } from '../check/control.ts'
import type { CheckDeps } from '../check/deps.ts'
import { failure } from '../check/failure.ts'
import type { Result } from '../check/result.ts'
import { runChecks } from '../check/run-checks.ts'
import type { Chunk } from '../check/work.ts'
import type { Plan } from '../plan/path.ts'
import type { JobRequest } from '../plan/request.ts'
import { hasEnded, internalProblem } from '../record/job.ts'
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
import { getJob, getJobState } from '../store/jobs.ts'
import { claimJob, type Lease } from '../store/leases.ts'
import { recordResults } from '../store/results.ts'
import type { StoredJob } from '../store/stored-job.ts'
import { listTried } from '../store/tried.ts'
import { concludeByTries, type EndDeps, endJob, endWithProblem } from './finish-job.ts'
import { type Prepared, prepareJob, workOf } from './prepare.ts'
import { createRecorder, SPARING } from './recorder.ts'
import type { SecretBox } from './secret-box.ts'
import { redactResult } from './secrets.ts'

export type ChunkDeps = EndDeps & {
  secrets: SecretBox
  /** Names the message, so that another delivery of it takes over from an earlier one at once. */
  owner: string
  cut(plan: Plan, request: JobRequest): readonly Chunk[]
  enqueue(jobId: string, chunks: readonly number[]): Promise<void>
  /** Tells how long this runner may need for its turn at a chunk of such a job. */
  leaseMs(request: JobRequest): number
  /** @param stop aborted when this runner may begin no more tries: another goes on. */
  turn(plan: Plan, chunk: Chunk, request: JobRequest): Turn
}

export type Turn = {
  check: CheckDeps
  stop: AbortSignal
  /** Makes so many control probes with the rest of the turn; `null`: it is not enough, and another runner is to. */
  controls(count: number): CheckDeps | null
}

/** `heldUntilMs`: another runner has it; should it not come back, somebody must ask again then. */
export type TurnEnd = 'over' | { heldUntilMs: number }

/** The chunks of a started job are looked for when there has been no news of it for so long. */
const START_LEASE_MS = 60_000
const END_LEASE_MS = 30_000

/** Starts a job, or looks after one whose chunks were lost; then takes a turn at a chunk that nobody has. */
export async function startJob(deps: ChunkDeps, jobId: string): Promise<TurnEnd> {
  const { store, clock } = deps
  const claimed = await claimJob(store, { id: jobId, again: true }, deps.owner, clock.now(), START_LEASE_MS)
  if (claimed === null) {
    return 'over'
  }
  const { job, lease } = claimed
  const prepared = await prepareJob(deps.secrets, job)
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
  return typeof claim === 'object' && 'lease' in claim
    ? takeTurn(deps, { job, prepared, chunks, lease: claim.lease })
    : 'over'
}

/** Takes a turn at a chunk. */
export async function runChunk(deps: ChunkDeps, jobId: string, chunk: number): Promise<TurnEnd> {
  return withChunk(deps, jobId, chunk, (claimed) => takeTurn(deps, claimed))
}

/** Ends a chunk that could not be done, however often it was tried: what is not recorded is an error of ours. */
export async function giveUpChunk(deps: ChunkDeps, jobId: string, chunk: number): Promise<TurnEnd> {
  const reason = failure('internal', 'connect', 'the runner failed each time it came to this try; the log says why')
  deps.log.error('chunk_given_up', { jobId, chunk })
  return withChunk(deps, jobId, chunk, (claimed) => takeTurn(deps, claimed, reason))
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

const GIVEN_UP = internalProblem(
  'The runner failed each time it came to this job. The log has it under the id of the job.',
)

/** A chunk that this runner has the right to work on. */
type ClaimedChunk = { job: StoredJob; prepared: Prepared; chunks: readonly Chunk[]; lease: ChunkLease }

async function withChunk(
  deps: ChunkDeps,
  jobId: string,
  chunk: number,
  work: (claimed: ClaimedChunk) => Promise<TurnEnd>,
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
  const prepared = await prepareJob(deps.secrets, job)
  // The job cannot be done, which the runner of the job itself says.
  if ('problem' in prepared) {
    throw new Error(`job ${jobId} cannot be prepared: ${prepared.problem.code}`)
  }
  return work({ job, prepared, chunks: deps.cut(prepared.plan, job.request), lease: claim.lease })
}

/** @param givenUp no try is made: that is what is recorded for each. */
async function takeTurn(deps: ChunkDeps, claimed: ClaimedChunk, givenUp: Failure | null = null): Promise<TurnEnd> {
  const { store, clock } = deps
  const { job, prepared, chunks, lease } = claimed
  const { plan, secrets, redactor } = prepared
  // After the chunks of the plan there may be one for what the diagnosis wants to know.
  const isExtra = lease.chunk === chunks.length
  const only = isExtra ? NO_TRIES : chunks[lease.chunk]
  if (only === undefined) {
    throw new Error(`job ${job.id} has no chunk ${lease.chunk}`)
  }
  const recorded = lease.token === 1 ? [] : await listTried(store, job.id, { paths: Object.keys(only) })
  const recorder = createRecorder(clock, SPARING, (results) => recordInChunk(store, lease, results))
  const turn = deps.turn(plan, only, job.request)
  await runChecks(
    turn.check,
    { work: workOf(job, plan, clock.now(), { recorded, only }), secrets, generation: lease.token },
    {
      signal: givenUp === null ? turn.stop : AbortSignal.abort(givenUp),
      record: (result) => recorder.add(redactResult(result, redactor)),
    },
  )
  const rest = await recorder.rest()
  if (recorder.lost) {
    return 'over'
  }
  if (givenUp === null && turn.stop.aborted) {
    if (await pauseChunk(store, lease, rest)) {
      await deps.enqueue(job.id, [lease.chunk])
    }
    return 'over'
  }
  const end = await endChunk(store, lease, rest, claimant(deps, END_LEASE_MS))
  if (end === 'lost' || end.last === null) {
    return 'over'
  }
  // Nobody else worked on the job: all that there is has just been made.
  const few = chunks.length === 1 && lease.token === 1 && !isExtra ? recorder.few() : null
  const next = await endByTries(deps, { job, prepared, lease: end.last }, few, {
    controls: givenUp === null ? turn.controls : () => null,
    otherwise: givenUp === null && !isExtra ? 'elsewhere' : 'unasked',
  })
  if (next === 'elsewhere' && (await addChunk(store, end.last, chunks.length))) {
    await deps.enqueue(job.id, [chunks.length])
  }
  return 'over'
}

const NO_TRIES: Chunk = {}
const NEVER = new AbortController().signal

/** Ends a job whose chunks are all done, if the runner of the last one has not come to it. */
async function endIfDone(deps: ChunkDeps, jobId: string): Promise<TurnEnd> {
  const lease: Lease | null = await takeToEnd(deps.store, jobId, claimant(deps, END_LEASE_MS))
  const job = lease && (await getJob(deps.store, jobId))
  if (lease === null || job === null) {
    return 'over'
  }
  const prepared = await prepareJob(deps.secrets, job)
  if ('problem' in prepared) {
    await endWithProblem(deps, job, lease, prepared.problem)
    return 'over'
  }
  const { controls } = deps.turn(prepared.plan, NO_TRIES, job.request)
  await endByTries(deps, { job, prepared, lease }, null, { controls, otherwise: 'unasked' })
  return 'over'
}

type ClaimedEnd = { job: StoredJob; prepared: Prepared; lease: Lease }

/** Says what a turn has left for control probes, and what is done if that is not enough. */
type Means = Pick<Turn, 'controls'> & { otherwise: 'elsewhere' | 'unasked' }

/** @returns `elsewhere`: another runner is to make control probes and to end the job. */
async function endByTries(
  deps: ChunkDeps,
  claimed: ClaimedEnd,
  few: readonly Result[] | null,
  means: Means,
): Promise<'over' | 'elsewhere'> {
  const { store } = deps
  const { job, prepared, lease } = claimed
  const end = await concludeByTries(store, job, prepared.plan, {
    few,
    before: () => listTried(store, job.id, { purpose: 'control' }),
    ask: (controls) => askControls(deps, claimed, means, controls),
  })
  if (end === 'elsewhere') {
    return 'elsewhere'
  }
  if (end !== 'lost') {
    await endJob(deps, job, lease, end)
  }
  return 'over'
}

async function askControls(
  { store, clock }: ChunkDeps,
  { job, prepared, lease }: ClaimedEnd,
  means: Means,
  controls: readonly Control[],
): Promise<readonly Result[] | 'elsewhere' | 'lost'> {
  const check = means.controls(controls.length)
  if (check === null) {
    return means.otherwise === 'elsewhere' ? 'elsewhere' : []
  }
  const { plan, secrets, redactor } = prepared
  const answers: Result[] = []
  await runChecks(
    check,
    { work: workOf(job, plan, clock.now(), { recorded: [], controls }), secrets, generation: lease.token },
    { signal: NEVER, record: (result) => answers.push(redactResult(result, redactor)) },
  )
  return (await recordResults(store, lease, answers)) ? answers : 'lost'
}

function claimant({ owner, clock }: ChunkDeps, leaseMs: number): Claimant {
  const nowMs = clock.now()
  return { owner, nowMs, untilMs: nowMs + leaseMs }
}
