/**
 * The unit of work that a runner is given, as plain JSON, and what it sends back. A thread, a queue message's turn and
 * an agent elsewhere are handed the same (ADR 0031). What cannot travel – signals, callbacks – stands apart.
 *
 * @module
 */
import type { Plan } from '../plan/path.ts'
import type { JobRequest } from '../plan/request.ts'
import type { Failure } from './codes.ts'
import type { Control } from './control.ts'
import type { Result, Tried } from './result.ts'
import type { CheckSecrets } from './secrets.ts'
import type { Share } from './try-limiter.ts'

/** The tries to make. Everything in it arrives over JSON as it was sent. */
export type Work = {
  jobId: string
  /** Whose share of the places its tries take, and of what its owner may have under way. */
  share: Share
  /** Its checks lack their secrets, which are handed over beside it. */
  plan: Pick<Plan, 'target' | 'paths' | 'dials'>
  request: Pick<
    JobRequest,
    'samples' | 'samplesInTurn' | 'retries' | 'settleMs' | 'timeoutMs' | 'addresses' | 'egressOnly'
  >
  /** Epoch milliseconds. */
  deadlineAtMs: number
  /** Tries that were recorded before, by a runner that did not come to the end: they are not repeated. */
  recorded: readonly Tried[]
  /** The part of the job to do, where several runners share it; `null`: all of it. */
  only: Chunk | null
  /** The one settle round to make, of the paths of `only`; `null`: all rounds that `settleMs` allows. */
  round: number | null
  /** The control probes to make in place of tries; `null`: tries are made. */
  controls: readonly Control[] | null
}

/** Path ids, and of each path the samples. */
export type Chunk = Readonly<Record<string, SampleRange>>
export type SampleRange = { first: number; last: number }

/** A work as it is handed over. */
export type HandedWork = {
  work: Work
  /** The runner puts them into the checks when it makes the tries; it stores and shows them nowhere. */
  secrets: CheckSecrets | null
  /** Counts the claims of the work, from 1. Results of an earlier one are not taken any more. */
  generation: number
}

/** Results as they are sent back, some at a time and in any order. */
export type WorkResults = {
  generation: number
  results: readonly Result[]
  /** No more will come. */
  done: boolean
}

/** The signal and the callbacks that a runner in this process is given besides. */
export type WorkHooks = {
  /**
   * Aborted when the job is cancelled or this process drains: tries under way are cut. With a `Failure` as its reason
   * they are recorded with it; with any other they are dropped, to be made again.
   */
  signal: AbortSignal
  /** Called once per try as soon as it is decided; never throws. The result may hold secrets that a peer sent back. */
  record(result: Result): void
  /**
   * Asked after each: where there is no room for more results, when there may be. No other try of the job begins until
   * it resolves; it never rejects. Left out: there always is.
   */
  room?(): Promise<void> | null
}

/** Does a work; where that is done is the runtime's affair. What it rejects with is a fault of ours. */
export type RunChecks = (handed: HandedWork, hooks: WorkHooks) => Promise<void>

/** The runner has ended without being asked to. What was recorded stands, the rest can be made again. */
export class ProberGoneError extends Error {}

/** Tells whether an abort has a failure for its reason: see {@link WorkHooks.signal}. */
export const isFailure = (reason: unknown): reason is Failure =>
  typeof reason === 'object' && reason !== null && 'code' in reason && 'phase' in reason && 'source' in reason
