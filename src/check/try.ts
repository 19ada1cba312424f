/**
 * One try of one check on one path to one address: what it needs, what it observes, and the result that is recorded.
 * `try-name.ts` makes tries that end with a name, `try-address.ts` those that dial.
 *
 * @module
 */

import { resultId } from '../lib/id.ts'
import type { Check } from '../plan/check.ts'
import { EGRESS_SETTING } from '../plan/discover-egress.ts'
import { isWithin } from '../plan/ip.ts'
import type { PlannedPath } from '../plan/path.ts'
import type { JobRequest } from '../plan/request.ts'
import type { Failure, Phase } from './codes.ts'
import type { CheckDeps } from './deps.ts'
import { isAmong } from './dials.ts'
import { beyondVantage, causeOf, failure, internal, isBeyondVantage } from './failure.ts'
import { type Exchange, type HttpExchange, NO_TIMINGS, type Rare, rareIn } from './network.ts'
import type { Found } from './resolve.ts'
import type { Outcome, Purpose, Result } from './result.ts'
import { judgeUnreachable } from './unreachable.ts'
import type { Work } from './work.ts'

/** All tries of one job share it. */
export type TryContext = {
  deps: CheckDeps
  jobId: string
  /** It has the secrets of its checks. */
  plan: Work['plan']
  addresses: JobRequest['addresses']
  timeoutMs: number
  /** Aborted with a `Failure`. */
  signal: AbortSignal
}

/** Tells one try of a job from every other, together with the address. */
export type TryKey = { path: PlannedPath; check: Check; sample: number; try: number; round: number }

/** The evidence of a try, before its result is written down. */
export type Observation = Rare &
  Pick<Result, 'resolvedAddress' | 'localAddress' | 'timings' | 'dns' | 'http' | 'tls' | 'responder' | 'failure'>

export const NOTHING: Observation = {
  resolvedAddress: null,
  localAddress: null,
  timings: NO_TIMINGS,
  dns: null,
  http: null,
  tls: null,
  responder: null,
  failure: null,
}

/** Keeps of an exchange what is recorded. */
export const observed = (exchange: Exchange & Partial<Pick<HttpExchange, 'http'>> & Rare): Observation => {
  const { timings, resolvedAddress, localAddress, tls, http = null, failure } = exchange
  return { ...NOTHING, timings, resolvedAddress, localAddress, tls, http, failure, ...rareIn(exchange) }
}

/** A bug of ours in one try is an error of that try: the other paths of the job are still to be tried. */
export async function unlessBroken(phase: Phase, observing: Promise<Observation>): Promise<Observation> {
  try {
    return await observing
  } catch (cause) {
    return { ...NOTHING, failure: internal(phase, cause) }
  }
}

/**
 * Says why an address is not dialled at all: the try is skipped, which says nothing about the target.
 *
 * @param path whose own name the address was resolved from; left out: it was come by in another way.
 */
export function refusal(
  { deps, plan }: TryContext,
  to: Found & { port: number },
  path?: Pick<PlannedPath, 'id'>,
): Failure | null {
  const beyond = deps.network.cannotReach(to)
  if (beyond !== null) {
    return beyondVantage('network_unreachable', 'connect', beyond)
  }
  const permission = deps.policy.check(to.address, to.port)
  if (!permission.allowed) {
    return failure('blocked_by_policy', 'connect', permission.reason)
  }
  return plan.dials === undefined || isAmong(plan.dials, to, path?.id ?? null)
    ? null
    : failure(
        'blocked_by_policy',
        'connect',
        `${to.address} is none of the cluster's own addresses (${plan.dials.lift ?? EGRESS_SETTING})`,
      )
}

/** A try that was made. */
export type MadeTry = {
  /** The address that was dialled; empty if none was. */
  address: string
  startedAtMs: number
  seen: Observation
  /** The outcome where it does not follow from what was seen. */
  decided?: Outcome
  /** Numbers the try's controls from 1; absent for the try itself. */
  control?: number
}

/** Writes the result down. Its outcome is decided here and never changes. */
export function describe(
  { deps, jobId }: TryContext,
  { path, check, sample, try: number, round }: TryKey,
  { address, startedAtMs, seen, decided, control = 0 }: MadeTry,
): Result {
  const purpose: Purpose = control === 0 ? 'check' : 'control'
  const judged = path.expected === 'unreachable' && purpose === 'check' ? judgeUnreachable(path, seen) : seen.failure
  if (judged?.code === 'internal') {
    deps.log.error('probe_failed', {
      jobId,
      pathId: path.id,
      check: check.name,
      failure: judged,
      cause: causeOf(judged),
    })
  }
  const met = path.expected === 'unreachable' && judged === null
  return {
    id: resultId(jobId, [path.id, check.name, address], { sample, try: number, round, control }),
    jobId,
    pathId: path.id,
    check: check.name,
    address,
    sample,
    try: number,
    round,
    purpose,
    outcome: decided ?? outcomeOf(path, judged, seen.localAddress),
    startedAtMs,
    ...seen,
    // An unreachable path is as it should be, and the way in which it could not be reached is still evidence
    failure: met ? seen.failure : judged,
  }
}

/** @param from where the try left from; `null`: not known. */
function outcomeOf(path: PlannedPath, failed: Failure | null, from: string | null): Outcome {
  if (failed === null) {
    return 'pass'
  }
  if (failed.source === 'internal') {
    return isBeyondVantage(failed) ? 'skipped' : 'error'
  }
  // Kubernetes promises nothing here: a failure says nothing, and counts nowhere. But whom it lets in it must let in
  const isPromised = from !== null && isWithin(from, path.onlyFrom ?? [])
  return path.expected === 'unknown' && !isPromised ? 'skipped' : 'fail'
}

/** The result of a try that the deadline or the end of the job kept from being made. */
export const cutResult = (context: TryContext, key: TryKey, address: string, reason: Failure): Result =>
  describe(context, key, {
    address,
    startedAtMs: context.deps.clock.now(),
    seen: { ...NOTHING, failure: reason },
  })
