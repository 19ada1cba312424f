/**
 * The order and the time of tries: samples, retries, settle rounds, the deadline, concurrency. Over a clock; `try.ts`
 * tells what one try is.
 *
 * @module
 */

import type { Check } from '../plan/check.ts'
import type { PlannedPath } from '../plan/path.ts'
import type { Failure } from './codes.ts'
import type { CheckDeps } from './deps.ts'
import { failure } from './failure.ts'
import { guardedDeps } from './guard.ts'
import { type Result, type Tried, triedOf } from './result.ts'
import { runUnit, type Unit } from './retries.ts'
import { runControls } from './run-controls.ts'
import { planWithSecrets } from './secrets.ts'
import { settleDelayMs, unsettledPaths } from './settle.ts'
import type { TryContext } from './try.ts'
import { type HandedWork, isFailure, type Work, type WorkHooks } from './work.ts'

/** A variable has no check of its own: it is compared, and the comparison is recorded under this one. */
const VARIABLE: Check = { type: 'dns', name: 'default', isDefault: true, port: null }

/**
 * Does a work: makes its tries, or its controls. Resolves when none is left, the deadline has come or the signal was
 * aborted.
 */
export async function runChecks(deps: CheckDeps, { work, secrets }: HandedWork, hooks: WorkHooks): Promise<void> {
  const { jobId, share, deadlineAtMs, controls } = work
  const { signal, record } = hooks
  const cut = new AbortController()
  const ended = new AbortController()
  const allowance = deps.usage?.begin(jobId, share.owner)
  const time = allowance?.timeLeft()
  const leftMs = deadlineAtMs - deps.clock.now()
  const isLimit = time !== undefined && time.ms < leftMs
  const cutAll = (reason: Failure) => {
    cut.abort(reason)
    deps.gate.leave(jobId)
  }
  const onUse = (bytes: number) => {
    const exceeded = allowance?.used(bytes) ?? null
    if (exceeded !== null && !ended.signal.aborted && !cut.signal.aborted) {
      cutAll(exceeded)
    }
  }
  const onAbort = () => {
    const { reason } = signal
    cutAll(isFailure(reason) ? reason : failure('cancelled', 'connect'))
  }
  const onDeadline = () => {
    if (ended.signal.aborted || cut.signal.aborted) {
      return
    }
    cutAll(allowance?.exceeded() ?? (isLimit ? time?.over : null) ?? failure('deadline_exceeded', 'connect'))
  }
  const forget = deps.gate.join(jobId, share)
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) {
    onAbort()
  } else if (deadlineAtMs <= deps.clock.now() || (allowance?.exceeded() ?? null) !== null) {
    onDeadline()
  }
  const deadline = deps.clock.sleep(Math.max(0, isLimit ? time.ms : leftMs), ended.signal).then(onDeadline)
  const context: TryContext = {
    deps: guardedDeps(deps, work.request.egressOnly, onUse),
    jobId,
    plan: planWithSecrets(work.plan, secrets),
    addresses: work.request.addresses,
    timeoutMs: work.request.timeoutMs,
    signal: cut.signal,
  }
  try {
    if (controls === null) {
      await new Rounds(context, work, hooks).run()
    } else {
      await runControls(context, controls, record)
    }
  } finally {
    forget()
    ended.abort()
    allowance?.end()
    signal.removeEventListener('abort', onAbort)
    await deadline
  }
}

const unitKey = ({ path, check, sample, round }: Unit): string => keyOf(path.id, check.name, sample, round)

const keyOf = (...parts: readonly (string | number)[]): string => parts.join('\n')

class Rounds {
  readonly #context: TryContext
  readonly #work: Work
  readonly #hooks: WorkHooks
  readonly #results: Tried[]
  /** Tries that a runner before this one has recorded, by unit. */
  readonly #known: ReadonlyMap<string, readonly Tried[]>

  constructor(context: TryContext, work: Work, hooks: WorkHooks) {
    this.#context = context
    this.#work = work
    this.#hooks = hooks
    this.#results = [...work.recorded]
    const counted = work.recorded.filter(({ purpose }) => purpose === 'check')
    this.#known = Map.groupBy(counted, ({ pathId, check, sample, round }) => keyOf(pathId, check, sample, round))
  }

  /** The first round tries every path; the others those that did not pass, until they do or the time is up. */
  async run(): Promise<void> {
    const { plan, signal, deps } = this.#context
    const { clock } = deps
    const { request, recorded } = this.#work
    if (this.#work.round !== null) {
      return this.#round(this.#work.round, plan.paths)
    }
    const startedAtMs = recorded.reduce((first, { startedAtMs }) => Math.min(first, startedAtMs), clock.now())
    const settledAtMs = startedAtMs + request.settleMs
    const resumed = recorded.reduce((last, { round }) => Math.max(last, round), 1)
    await this.#round(1, plan.paths)
    for (let round = 2; request.settleMs > 0; round++) {
      const unsettled = unsettledPaths(plan.paths, this.#results, round - 1)
      const leftMs = settledAtMs - clock.now()
      if (unsettled.size === 0 || leftMs <= 0 || signal.aborted) {
        return
      }
      // A wait that was over before a restart is not repeated
      if (round > resumed) {
        const tried = { results: this.#results, round, unsettled }
        await clock.sleep(settleDelayMs(tried, leftMs, this.#share), signal)
      }
      if (signal.aborted) {
        return
      }
      await this.#round(
        round,
        plan.paths.filter(({ id }) => unsettled.has(id)),
      )
    }
  }

  /** The part of the job that this runner does. */
  get #share(): number {
    const { only, plan } = this.#work
    const probed = plan.paths.filter(({ skipped }) => skipped === null).length
    return only === null ? 1 : Object.keys(only).length / Math.max(1, probed)
  }

  async #round(round: number, paths: readonly PlannedPath[]): Promise<void> {
    const { only } = this.#work
    const probed = paths.filter(({ id, skipped }) => skipped === null && (only === null || Object.hasOwn(only, id)))
    if (this.#work.request.samplesInTurn) {
      return this.#inTurn(probed, round)
    }
    await Promise.all(
      probed.map((path) => (round === 1 ? this.#path(path, round, this.#record) : this.#again(path, round))),
    )
  }

  /** A change with time is then seen to change on one path as well, and not only between two. */
  async #inTurn(paths: readonly PlannedPath[], round: number): Promise<void> {
    for (let sample = 1; sample <= this.#work.request.samples && !this.#context.signal.aborted; sample++) {
      await Promise.all(
        paths.flatMap((path) => path.checks.map((check) => this.#unit({ path, check, sample, round }, this.#record))),
      )
    }
  }

  /** The last round counts, so a later one is recorded whole or, where it is cut, not at all. */
  async #again(path: PlannedPath, round: number): Promise<void> {
    const results: Result[] = []
    await this.#path(path, round, (result) => results.push(result))
    if (!this.#context.signal.aborted) {
      for (const result of results) {
        this.#record(result)
      }
    }
  }

  async #path(path: PlannedPath, round: number, record: (result: Result) => void): Promise<void> {
    const checks = path.variable === null ? path.checks : [VARIABLE]
    await Promise.all(checks.map((check) => this.#samples(path, check, round, record)))
  }

  /** Makes as many samples at once as the gate would let in to one address. */
  async #samples(path: PlannedPath, check: Check, round: number, record: (result: Result) => void): Promise<void> {
    const { first, last } = this.#work.only?.[path.id] ?? { first: 1, last: this.#work.request.samples }
    let next = first
    const lane = async () => {
      while (next <= last) {
        await this.#unit({ path, check, sample: next++, round }, record)
      }
    }
    await Promise.all(Array.from({ length: Math.min(last - first + 1, this.#context.deps.gate.perAddress) }, lane))
  }

  #unit(unit: Unit, record: (result: Result) => void): Promise<void> {
    const known = this.#known.get(unitKey(unit)) ?? []
    return runUnit({ context: this.#context, retries: this.#work.request.retries, known, record }, unit)
  }

  /** Leaves no trace of a try that an abort has cut without a `Failure` as its reason: it is made again later. */
  readonly #record = (result: Result): void => {
    if (result.failure?.code === 'cancelled' && !isFailure(this.#hooks.signal.reason)) {
      return
    }
    // Looked at again only where paths are given time to settle
    if (this.#work.request.settleMs > 0) {
      this.#results.push(triedOf(result))
    }
    this.#hooks.record(result)
    const room = this.#hooks.room?.() ?? null
    if (room !== null) {
      this.#context.deps.gate.pause(this.#work.jobId, room)
    }
  }
}
