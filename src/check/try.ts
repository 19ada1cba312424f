/**
 * One try of one check on one path to one address: resolve → policy → dial → expectations. Never throws for anything
 * that the network does; what comes back is the evidence that is recorded.
 *
 * @module
 */
import type { JobRequest } from '../job/job.ts'
import { addressOfServer } from '../lib/address.ts'
import { resultId } from '../lib/id.ts'
import { isWithin } from '../plan/ip.ts'
import type { Plan, PlannedPath } from '../plan/path.ts'
import { dialTls } from './certificate.ts'
import type { Check, DnsCheck, HttpCheck, TcpCheck } from './check.ts'
import type { Failure, Phase } from './codes.ts'
import { judgeDns } from './dns.ts'
import { beyondVantage, causeOf, failure, internal, isBeyondVantage } from './failure.ts'
import { judgeHttp, responderOf } from './http.ts'
import { isSettledByControl, judgeByControl } from './ingress.ts'
import { type Misspoken, misspokenIn, NO_TIMINGS, type Timings } from './network.ts'
import { followRedirects } from './redirect.ts'
import {
  type Found,
  fullNames,
  lookUp,
  type ResolveContext,
  type Resolved,
  resolveName,
  resolveRecord,
} from './resolve.ts'
import type { Outcome, Purpose, Result } from './result.ts'
import type { CheckDeps } from './schedule.ts'
import { judgeTcp, READ_LIMIT_BYTES, tcpSteps } from './tcp.ts'
import { judgeUnreachable } from './unreachable.ts'
import { createWork, type Steps, TooCostlyError } from './work.ts'

/** What the tries of one job have in common. */
export type TryContext = {
  deps: CheckDeps
  jobId: string
  plan: Plan
  addresses: JobRequest['addresses']
  timeoutMs: number
  /** Aborted with a `Failure`. */
  signal: AbortSignal
}

/** Which try it is. */
export type TryKey = { path: PlannedPath; check: Check; sample: number; try: number; round: number }

/** What was found out before the result is written down. */
export type Observation = Misspoken &
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

/** The name that must be resolved before the path can be dialled; `null`: its address is an IP, or nothing is dialled. */
export function nameToDial(path: PlannedPath, check: Check): string | null {
  return check.type === 'dns' || path.address === null || path.family !== null ? null : path.address
}

/** Resolves the name that a path is dialled by. */
export function resolveToDial(context: TryContext, path: PlannedPath, name: string): Promise<Resolved> {
  const asked = resolveContext(context)
  // The cluster's own names are asked for in full; what others publish is seen as applications see it
  return path.kind === 'DNS' ? resolveName(asked, name, null) : lookUp(asked, name, null)
}

export function resolveContext({ deps, addresses, plan, timeoutMs, signal }: TryContext): ResolveContext {
  const domain = addresses.clusterDomain ?? 'cluster.local'
  const searchList = [`${plan.target.namespace}.svc.${domain}`, `svc.${domain}`, domain]
  return {
    network: deps.network,
    servers: addresses.dnsServers.length > 0 ? addresses.dnsServers : null,
    namesOf: (name) => fullNames(name, searchList),
    timeoutMs,
    signal,
    forbids: (server) => refusedServer(deps, server),
    unanswered: new Set(),
  }
}

/** As for a dial: DNS servers are asked about before each question. */
function refusedServer({ policy, ownDnsServers }: CheckDeps, server: string): Failure | null {
  if (ownDnsServers?.includes(server)) return null
  const permission = policy.check(addressOfServer(server) ?? server)
  return permission.allowed ? null : failure('blocked_by_policy', 'dns', `the DNS server ${permission.reason}`)
}

/** A try that ended with the name: the check was about no more, or it did not resolve. */
export async function tryName(context: TryContext, key: TryKey): Promise<Result> {
  const startedAtMs = context.deps.clock.now()
  return describe(context, key, '', startedAtMs, await unlessBroken('dns', observeName(context, key)))
}

/** A bug of ours in one try is an error of that try: the other paths of the job are still to be tried. */
async function unlessBroken(phase: Phase, observing: Promise<Observation>): Promise<Observation> {
  try {
    return await observing
  } catch (cause) {
    return { ...NOTHING, failure: internal(phase, cause) }
  }
}

async function observeName(context: TryContext, { path, check }: TryKey): Promise<Observation> {
  if (path.variable !== null) {
    const { name, value, found } = path.variable
    if (found === value) return NOTHING
    const what = found === null ? 'is not set' : 'has another value'
    return { ...NOTHING, failure: failure('environment_mismatch', 'expectation', `${name} ${what}`) }
  }
  const expected = path.dns
  const name = expected?.name ?? path.address
  if (name === null)
    return { ...NOTHING, failure: failure('internal', 'dns', `check ${check.name}: nothing to resolve`) }
  const asked = resolveContext(context)
  const { type, how } = expected ?? { type: 'A', how: 'lookup' }
  const resolved =
    how === 'lookup'
      ? await lookUp(asked, name, null)
      : type === 'CNAME' || type === 'SRV'
        ? await recordOf(asked, name, type)
        : await resolveName(asked, name, type === 'A' ? 'IPv4' : 'IPv6')
  const failed = resolved.failure ?? (expected && judgeDns(expected, resolved.dns))
  return unresolved(resolved, failed)
}

async function recordOf(context: ResolveContext, name: string, type: 'CNAME' | 'SRV'): Promise<Resolved> {
  const { evidence, durationMs, failure } = await resolveRecord(context, name, type)
  return { addresses: [], dns: evidence, dnsMs: durationMs, failure }
}

const unresolved = (resolved: Resolved, failed: Failure | null): Observation => ({
  ...NOTHING,
  timings: { ...NO_TIMINGS, dnsMs: resolved.dnsMs, totalMs: resolved.dnsMs },
  dns: resolved.dns,
  failure: failed,
})

/** The result of a try whose name did not resolve. */
export const unresolvedResult = (context: TryContext, key: TryKey, startedAtMs: number, resolved: Resolved): Result =>
  describe(context, key, '', startedAtMs, unresolved(resolved, resolved.failure))

/**
 * Dials one address.
 *
 * @param found where the path's name was resolved in this very try; its time counts towards `timeoutMs`.
 * @returns the try's result last; before it the controls that it asked.
 */
export async function tryAddress(
  context: TryContext,
  key: TryKey,
  address: Found,
  found: Resolved | null,
  dns: Resolved['dns'] | null,
): Promise<Result[]> {
  const { deps } = context
  const startedAtMs = deps.clock.now()
  const dnsMs = found?.dnsMs ?? null
  const refused = refusal(context, { ...address, port: key.path.addressPort ?? 0 })
  if (refused !== null) {
    return [describe(context, key, address.address, startedAtMs, { ...NOTHING, dns, failure: refused }, 'skipped')]
  }
  const controls: Result[] = []
  const control = (seen: Observation) => {
    controls.push(describe(context, key, address.address, startedAtMs, seen, null, controls.length + 1))
  }
  const budgetMs = Math.max(1, context.timeoutMs - (dnsMs ?? 0))
  const dialled = dial({ ...context, timeoutMs: budgetMs }, key, address.address, control)
  const seen = await unlessBroken('expectation', dialled)
  const observed = { ...seen, dns, timings: withDns(seen.timings, dnsMs) }
  return [...controls, describe(context, key, address.address, startedAtMs, observed)]
}

const withDns = (timings: Timings, dnsMs: number | null): Timings =>
  dnsMs === null ? timings : { ...timings, dnsMs, totalMs: timings.totalMs === null ? null : timings.totalMs + dnsMs }

/** Why an address is not dialled at all: the try is skipped, which says nothing about the target. */
export function refusal({ deps }: TryContext, to: Found & { port: number }): Failure | null {
  const beyond = deps.network.cannotReach(to)
  if (beyond !== null) return beyondVantage('network_unreachable', 'connect', beyond)
  const permission = deps.policy.check(to.address)
  return permission.allowed ? null : failure('blocked_by_policy', 'connect', permission.reason)
}

function dial(
  context: TryContext,
  { path, check }: TryKey,
  address: string,
  control: (seen: Observation) => void,
): Promise<Observation> {
  switch (check.type) {
    case 'http':
      return observeHttp(context, path, check, address, control)
    case 'tcp':
      return observeTcp(context, path, check, address)
    case 'dns':
      return Promise.resolve(dialledByMistake(check))
  }
}

const dialledByMistake = (check: DnsCheck): Observation => ({
  ...NOTHING,
  failure: failure('internal', 'dns', `check ${check.name} dials nothing`),
})

async function observeHttp(
  context: TryContext,
  path: PlannedPath,
  check: HttpCheck,
  address: string,
  control: (seen: Observation) => void,
): Promise<Observation> {
  const { exchange, blocked, unseen } = await followRedirects(context, path, check, address)
  const { timings, resolvedAddress, localAddress, tls, http } = exchange
  const work = createWork()
  const nowMs = context.deps.clock.now()
  const judged = blocked ?? (await judge(context, judgeHttp(check, exchange, nowMs, work)))
  const failed = isSettledByControl(path, check, exchange, judged)
    ? await judgeByControl(context, path, check, address, exchange, control)
    : judged
  return {
    resolvedAddress,
    localAddress,
    timings,
    dns: null,
    http,
    tls,
    responder: await unlessTooCostly(context, responderOf(check, exchange, work)),
    ...misspokenIn(exchange),
    failure: failed ?? unseen,
  }
}

/** What it says, or why it could not be judged: neither is the target's doing. */
async function judge(context: TryContext, steps: Steps<Failure | null>): Promise<Failure | null> {
  try {
    return await inTurns(context, steps)
  } catch (error) {
    if (error instanceof CutShort) return { ...error.reason, phase: 'expectation' }
    if (error instanceof TooCostlyError) return failure('expectation_too_costly', 'expectation')
    throw error
  }
}

/** For evidence that is nice to have. */
export async function unlessTooCostly<T>(context: TryContext, steps: Steps<T>): Promise<T | null> {
  try {
    return await inTurns(context, steps)
  } catch (error) {
    if (error instanceof CutShort || error instanceof TooCostlyError) return null
    throw error
  }
}

class CutShort extends Error {
  readonly reason: Failure

  constructor(reason: Failure) {
    super()
    this.reason = reason
  }
}

/** Judges piece by piece, so that what else this thread has to do goes on, and a cancel or the deadline ends it. */
async function inTurns<T>({ deps, jobId, signal }: TryContext, steps: Steps<T>): Promise<T> {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
    await deps.turn?.(jobId)
    if (signal.aborted) throw new CutShort(signal.reason)
  }
}

async function observeTcp(
  context: TryContext,
  path: PlannedPath,
  check: TcpCheck,
  address: string,
): Promise<Observation> {
  const { deps, timeoutMs, signal } = context
  const exchange = await deps.network.tcp({
    address,
    port: path.addressPort ?? 0,
    timeoutMs,
    signal,
    tls: check.tls && dialTls(check.tls, path.serverName),
    steps: tcpSteps(check, path.serverName),
    readLimitBytes: READ_LIMIT_BYTES,
  })
  const { timings, resolvedAddress, localAddress, tls } = exchange
  const failed = judgeTcp(check, exchange, deps.clock.now())
  return { resolvedAddress, localAddress, timings, dns: null, http: null, tls, responder: null, failure: failed }
}

/**
 * Writes the result down. Its outcome is decided here and never changes.
 *
 * @param control which of the try's controls it is; 0: the try itself.
 */
function describe(
  { deps, jobId }: TryContext,
  { path, check, sample, try: number, round }: TryKey,
  address: string,
  startedAtMs: number,
  seen: Observation,
  decided: Outcome | null = null,
  control = 0,
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
    // How an unreachable path could not be reached is evidence, although it is what was asked for
    failure: met ? seen.failure : judged,
  }
}

/** @param from where the try left from; `null`: not known. */
function outcomeOf(path: PlannedPath, failed: Failure | null, from: string | null): Outcome {
  if (failed === null) return 'pass'
  if (failed.source === 'internal') return isBeyondVantage(failed) ? 'skipped' : 'error'
  // Kubernetes promises nothing here: a failure says nothing, and counts nowhere. But whom it lets in it must let in
  const isPromised = from !== null && isWithin(from, path.onlyFrom ?? [])
  return path.expected === 'unknown' && !isPromised ? 'skipped' : 'fail'
}

/** The result of a try that the deadline or the end of the job kept from being made. */
export const cutResult = (context: TryContext, key: TryKey, address: string, reason: Failure): Result =>
  describe(context, key, address, context.deps.clock.now(), { ...NOTHING, failure: reason })
