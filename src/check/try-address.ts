/**
 * A try that dials one address: policy → dial → expectations. Never throws for anything that the network does; what
 * comes back is the evidence that is recorded.
 *
 * @module
 */

import type { DnsCheck, DnsQueryCheck, GrpcCheck, HttpCheck, TcpCheck } from '../plan/check.ts'
import type { PlannedPath } from '../plan/path.ts'
import { dialTls } from './certificate.ts'
import { sketchOf } from './compare/sketch.ts'
import { judgeDnsQuery, queryOf } from './dns-query.ts'
import { failure } from './failure.ts'
import { grpcRequest, judgeGrpc } from './grpc.ts'
import { judgeHttp, responderOf } from './http.ts'
import { httpRequest } from './http-request.ts'
import { judgeInTurns, unlessTooCostly } from './judge-in-turns.ts'
import { createMeter } from './meter.ts'
import type { Timings } from './network.ts'
import { followRedirects } from './redirect.ts'
import type { Found, Resolved } from './resolve.ts'
import type { Result } from './result.ts'
import { isSettledByControl, judgeByControl } from './routed-control.ts'
import { callEither, isGrpcSettledByControl, judgeGrpcByControl } from './routed-grpc.ts'
import { judgeTcp, READ_LIMIT_BYTES, tcpSteps } from './tcp.ts'
import {
  describe,
  NOTHING,
  type Observation,
  observed,
  refusal,
  type TryContext,
  type TryKey,
  unlessBroken,
} from './try.ts'

/**
 * Dials one address.
 *
 * @param found where the path's name was resolved in this very try; its time counts towards `timeoutMs`.
 * @returns the try's result last; before it the controls that it asked.
 */
export async function tryAddress(
  context: TryContext,
  key: TryKey,
  { address, family }: Found,
  found: Resolved | null,
  dns: Resolved['dns'] | null,
): Promise<Result[]> {
  const startedAtMs = context.deps.clock.now()
  const dnsMs = found?.dnsMs ?? null
  const refused = refusal(context, { address, family, port: key.path.addressPort ?? 0 }, key.path)
  if (refused !== null) {
    const seen = { ...NOTHING, dns, failure: refused }
    return [describe(context, key, { address, startedAtMs, seen, decided: 'skipped' })]
  }
  const controls: Result[] = []
  const control = (seen: Observation) => {
    controls.push(describe(context, key, { address, startedAtMs, seen, control: controls.length + 1 }))
  }
  const budgetMs = Math.max(1, context.timeoutMs - (dnsMs ?? 0))
  const dialled = dial({ ...context, timeoutMs: budgetMs }, key, address, control)
  const seen = await unlessBroken('expectation', dialled)
  // The evidence is what the path's own server answers, and not how its name was resolved
  const whole = { ...seen, dns: seen.dns ?? dns, timings: withDns(seen.timings, dnsMs) }
  const made = { address, startedAtMs, seen: whole, ...(isUndialled(whole) && { decided: 'skipped' as const }) }
  return [...controls, describe(context, key, made)]
}

/** The guard has refused the very first dial, for what is asked for there. */
const isUndialled = ({ failure, resolvedAddress }: Observation): boolean =>
  failure?.code === 'blocked_by_policy' && resolvedAddress === null

const withDns = (timings: Timings, dnsMs: number | null): Timings =>
  dnsMs === null ? timings : { ...timings, dnsMs, totalMs: timings.totalMs === null ? null : timings.totalMs + dnsMs }

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
    case 'dnsQuery':
      return observeDnsQuery(context, path, check, address)
    case 'grpc':
      return observeGrpc(context, path, check, address, control)
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
  if (check.isCompared) {
    return observeToCompare(context, path, check, address)
  }
  const { exchange, blocked, unseen } = await followRedirects(context, path, check, address)
  const meter = createMeter()
  const nowMs = context.deps.clock.now()
  const judged = blocked ?? (await judgeInTurns(context, judgeHttp(check, exchange, nowMs, meter)))
  const failed = isSettledByControl(path, check, exchange, judged)
    ? await judgeByControl(context, path, check, address, exchange, control)
    : judged
  const responder = await unlessTooCostly(context, responderOf(check, exchange, meter))
  return { ...observed(exchange), responder, failure: failed ?? unseen }
}

/** One request and its answer, whatever that is: others judge it, beside those of another side. */
async function observeToCompare(
  context: TryContext,
  path: PlannedPath,
  check: HttpCheck,
  address: string,
): Promise<Observation> {
  const { timeoutMs, signal } = context
  const exchange = await context.deps.network.http(httpRequest(path, check, { address, timeoutMs, signal }))
  const seen = observed(exchange)
  return { ...seen, http: seen.http && { ...seen.http, sketch: sketchOf(exchange, path, address) } }
}

async function observeGrpc(
  context: TryContext,
  path: PlannedPath,
  check: GrpcCheck,
  address: string,
  control: (seen: Observation) => void,
): Promise<Observation> {
  const { deps, timeoutMs, signal } = context
  const request = grpcRequest(path, check, { address, timeoutMs, signal })
  const exchange = await callEither(context, request, check.mayBeTls === true)
  const judged = judgeGrpc(path, check, exchange, deps.clock.now())
  const failed = isGrpcSettledByControl(path, check, exchange, judged)
    ? await judgeGrpcByControl(context, path, check, address, exchange, control)
    : judged
  return { ...observed(exchange), failure: failed }
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
  return { ...observed(exchange), failure: judgeTcp(check, exchange, deps.clock.now()) }
}

async function observeDnsQuery(
  context: TryContext,
  path: PlannedPath,
  check: DnsQueryCheck,
  address: string,
): Promise<Observation> {
  const { deps, timeoutMs, signal } = context
  const exchange = await deps.network.query({ address, timeoutMs, signal, ...queryOf(path, check) })
  const judged = await judgeInTurns(context, judgeDnsQuery(check, exchange, createMeter()))
  return { ...observed(exchange), dns: exchange.dns, failure: judged }
}
