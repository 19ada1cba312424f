/**
 * The order and the time of tries: samples, retries, settle rounds, the deadline, concurrency. Over a clock; `try.ts`
 * tells what one try is.
 *
 * @module
 */

import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Check } from '../plan/check.ts'
import type { Plan, PlannedPath } from '../plan/path.ts'
import type { JobRequest } from '../plan/request.ts'
import type { Failure } from './codes.ts'
import type { Control } from './control.ts'
import { failure } from './failure.ts'
import type { Network } from './network.ts'
import { judgePath } from './outcome.ts'
import type { Policy } from './policy.ts'
import { type Result, type Tried, triedOf } from './result.ts'
import { runUnit, type Unit } from './retries.ts'
import { runControls } from './run-controls.ts'
import type { TryContext } from './try.ts'
import type { Gate } from './try-limiter.ts'
import type { Turns } from './turns.ts'

export type CheckDeps = {
  network: Network
  clock: Clock
  policy: Policy
  /** DNS servers of the configuration, which are the operator's own choice; absent: none. */
  ownDnsServers?: readonly string[]
  gate: Gate
  log: Log
  /** Asked between pieces of work that takes a while. Left out: nothing else is to be done meanwhile. */
  turn?: Turns
}

export type CheckRun = {
  jobId: string
  plan: Plan
  request: Pick<JobRequest, 'samples' | 'retries' | 'settleMs' | 'timeoutMs' | 'addresses' | 'expect'>
  deadlineAtMs: number
  /**
   * Aborted when the job is cancelled or this process drains: tries under way are cut. With a `Failure` as its reason
   * they are recorded with it; with any other they are dropped, to be made again.
   */
  signal: AbortSignal
  /** From before a restart: those tries are not repeated. */
  recorded: readonly Tried[]
  /** Called once per try as soon as it is decided; never throws. */
  record(result: Result): void
  /**
   * Asked after each: where there is no room for more results, when there may be. No other try of the job begins until
   * it resolves; it never rejects. Left out: there always is.
   */
  room?(): Promise<void> | null
  /** Live targets: the objects are read again between settle rounds. */
  replan?: () => Promise<Plan>
  /** A part of the job, where several runners share it; all of it when left out. */
  only?: Chunk
  /** Given: these are made, and no tries. */
  controls?: readonly Control[]
}

/** Makes every try of a job; where that is done is the runtime's affair. What it rejects with is a fault of ours. */
export type RunChecks = (run: CheckRun) => Promise<void>

/** Whoever made the tries has ended without being asked to. What was recorded stands, the rest can be made again. */
export class ProberGoneError extends Error {}

/** Path ids, and of each path the samples. */
export type Chunk = ReadonlyMap<string, SampleRange>
export type SampleRange = { first: number; last: number }

/** Between settle rounds: longer than kube-proxy and EndpointSlices lag behind a change, shorter than a person waits. */
const SETTLE_DELAY_MS = 2000

/** Results of the rounds after the first, all runners of a job together; and as many again as its last round has. */
const SETTLE_RESULTS_MAX = 10_000

/** A variable has no check of its own: it is compared, and the comparison is recorded under this one. */
const VARIABLE: Check = { type: 'dns', name: 'default', isDefault: true, port: null }

/** Makes every try of a job. Resolves when none is left, the deadline has come or the signal was aborted. */
export async function runChecks(deps: CheckDeps, run: CheckRun): Promise<void> {
  const cut = new AbortController()
  const ended = new AbortController()
  const onAbort = () => {
    const { reason } = run.signal
    cut.abort(isFailure(reason) ? reason : failure('cancelled', 'connect'))
    deps.gate.leave(run.jobId)
  }
  const onDeadline = () => {
    if (ended.signal.aborted || cut.signal.aborted) {
      return
    }
    cut.abort(failure('deadline_exceeded', 'connect'))
    deps.gate.leave(run.jobId)
  }
  run.signal.addEventListener('abort', onAbort)
  if (run.signal.aborted) {
    onAbort()
  } else if (run.deadlineAtMs <= deps.clock.now()) {
    onDeadline()
  }
  const deadline = deps.clock.sleep(Math.max(0, run.deadlineAtMs - deps.clock.now()), ended.signal).then(onDeadline)
  try {
    if (run.controls === undefined) {
      await new Rounds(deps, run, cut.signal).run()
    } else {
      await runControls(contextOf(deps, run, cut.signal), run.controls, run.record)
    }
  } finally {
    ended.abort()
    run.signal.removeEventListener('abort', onAbort)
    await deadline
  }
}

/** Whether an abort gave a failure for its reason: see `CheckRun.signal`. */
export const isFailure = (reason: unknown): reason is Failure =>
  typeof reason === 'object' && reason !== null && 'code' in reason && 'phase' in reason && 'source' in reason

const contextOf = (deps: CheckDeps, { jobId, plan, request }: CheckRun, signal: AbortSignal): TryContext => ({
  ...{ deps, jobId, plan, addresses: request.addresses, timeoutMs: request.timeoutMs, signal },
})

const unitKey = ({ path, check, sample, round }: Unit): string => keyOf(path.id, check.name, sample, round)

const keyOf = (...parts: readonly (string | number)[]): string => parts.join('\n')

class Rounds {
  readonly #deps: CheckDeps
  readonly #run: CheckRun
  readonly #cut: AbortSignal
  readonly #results: Tried[]
  /** What a run before this one has recorded, by unit. */
  readonly #known: ReadonlyMap<string, readonly Tried[]>
  #context: TryContext

  constructor(deps: CheckDeps, run: CheckRun, cut: AbortSignal) {
    this.#deps = deps
    this.#run = run
    this.#cut = cut
    this.#results = [...run.recorded]
    const counted = run.recorded.filter(({ purpose }) => purpose === 'check')
    this.#known = Map.groupBy(counted, ({ pathId, check, sample, round }) => keyOf(pathId, check, sample, round))
    this.#context = contextOf(deps, run, cut)
  }

  /** The first round tries every path; the others those that did not pass, until they do or the time is up. */
  async run(): Promise<void> {
    const { clock } = this.#deps
    const { plan, request, recorded } = this.#run
    const startedAtMs = recorded.reduce((first, { startedAtMs }) => Math.min(first, startedAtMs), clock.now())
    const settledAtMs = startedAtMs + request.settleMs
    const resumed = recorded.reduce((last, { round }) => Math.max(last, round), 1)
    await this.#round(1, plan.paths)
    for (let round = 2; request.settleMs > 0; round++) {
      const unsettled = this.#unsettled(round - 1)
      const leftMs = settledAtMs - clock.now()
      if (unsettled.size === 0 || leftMs <= 0 || this.#cut.aborted) {
        return
      }
      // What was waited for before a restart is not waited for again
      if (round > resumed) {
        await clock.sleep(this.#delayMs(round, unsettled, leftMs), this.#cut)
      }
      if (this.#cut.aborted) {
        return
      }
      const before = this.#context.plan
      await this.#replan()
      await this.#round(
        round,
        this.#context.plan.paths.filter((path) => unsettled.has(path.id) || hasChanged(path, before)),
      )
    }
  }

  /** So long that the rounds until the time is up, each about as large as the last, stay within their results. */
  #delayMs(round: number, unsettled: ReadonlySet<string>, leftMs: number): number {
    const { only, plan } = this.#run
    const probed = plan.paths.filter(({ skipped }) => skipped === null).length
    const share = only === undefined ? 1 : only.size / Math.max(1, probed)
    let spent = 0
    let last = 0
    for (const result of this.#results) {
      if (result.round > 1) {
        spent++
      }
      if (result.round === round - 1 && unsettled.has(result.pathId)) {
        last++
      }
    }
    const rounds = Math.floor((SETTLE_RESULTS_MAX * share - spent) / Math.max(1, last))
    return Math.min(leftMs, Math.max(SETTLE_DELAY_MS, leftMs / Math.max(1, rounds)))
  }

  /** Reads the objects again, where they are live. A cluster that does not answer now leaves the plan as it was. */
  async #replan(): Promise<void> {
    const { replan, jobId } = this.#run
    if (!replan) {
      return
    }
    try {
      this.#context = { ...this.#context, plan: await replan() }
    } catch (cause) {
      this.#deps.log.warn('replan_failed', { jobId, cause })
    }
  }

  /** Ids of the paths that another round may help: failing, or not there yet. */
  #unsettled(round: number): Set<string> {
    const byPath = Map.groupBy(this.#results, ({ pathId }) => pathId)
    const waits = (path: PlannedPath) => {
      if (path.skipped !== null) {
        return path.skipped.reason === 'pending' && this.#run.replan !== undefined
      }
      const results = (byPath.get(path.id) ?? []).filter((result) => result.round <= round)
      const { outcome } = judgePath(path, results)
      return outcome === 'fail' || outcome === 'error'
    }
    return new Set(this.#context.plan.paths.filter(waits).map(({ id }) => id))
  }

  async #round(round: number, paths: readonly PlannedPath[]): Promise<void> {
    const { only } = this.#run
    const probed = paths.filter(({ id, skipped }) => skipped === null && (only === undefined || only.has(id)))
    await Promise.all(
      probed.map((path) => (round === 1 ? this.#path(path, round, this.#record) : this.#again(path, round))),
    )
  }

  /** The last round counts, so a later one is recorded whole or, where it is cut, not at all. */
  async #again(path: PlannedPath, round: number): Promise<void> {
    const results: Result[] = []
    await this.#path(path, round, (result) => results.push(result))
    if (!this.#cut.aborted) {
      for (const result of results) {
        this.#record(result)
      }
    }
  }

  async #path(path: PlannedPath, round: number, record: (result: Result) => void): Promise<void> {
    const checks = path.variable === null ? path.checks : [VARIABLE]
    await Promise.all(checks.map((check) => this.#samples(path, check, round, record)))
  }

  /** As many samples at once as the gate would let in to one address. */
  async #samples(path: PlannedPath, check: Check, round: number, record: (result: Result) => void): Promise<void> {
    const { first, last } = this.#run.only?.get(path.id) ?? { first: 1, last: this.#run.request.samples }
    let next = first
    const lane = async () => {
      while (next <= last) {
        await this.#unit({ path, check, sample: next++, round }, record)
      }
    }
    await Promise.all(Array.from({ length: Math.min(last - first + 1, this.#deps.gate.perAddress) }, lane))
  }

  #unit(unit: Unit, record: (result: Result) => void): Promise<void> {
    const known = this.#known.get(unitKey(unit)) ?? []
    return runUnit({ context: this.#context, retries: this.#run.request.retries, known, record }, unit)
  }

  /** Without a `Failure` as its reason, what an abort has cut is made again later: it leaves no trace. */
  readonly #record = (result: Result): void => {
    if (result.failure?.code === 'cancelled' && !isFailure(this.#run.signal.reason)) {
      return
    }
    // Looked at again only where paths are given time to settle
    if (this.#run.request.settleMs > 0) {
      this.#results.push(triedOf(result))
    }
    this.#run.record(result)
    const room = this.#run.room?.() ?? null
    if (room !== null) {
      this.#deps.gate.pause(this.#run.jobId, room)
    }
  }
}

/** Planned anew as something to be tried: it was not there before, or nothing was promised. */
function hasChanged(path: PlannedPath, before: Plan): boolean {
  const old = before.paths.find(({ id }) => id === path.id)
  return (
    old === undefined ||
    (old.skipped !== null && path.skipped === null) ||
    (old.expected === 'unknown' && path.expected !== 'unknown')
  )
}
