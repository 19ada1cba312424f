/**
 * The request of a gRPC check, and what is expected of its answer. Pure.
 *
 * @module
 */
import { hostPort } from '../lib/address.ts'
import { type GrpcCheck, HEALTH_CHECK, isHealthCheck } from '../plan/check.ts'
import { KINDS } from '../plan/kinds.ts'
import type { PlannedPath } from '../plan/path.ts'
import { dialTls, judgeExpiry } from './certificate.ts'
import type { Failure } from './codes.ts'
import { failure } from './failure.ts'
import { type GrpcEvidence, isGrpc } from './grpc/answer.ts'
import { isServerFault } from './grpc/status.ts'
import { judgeDuration, STREAM_MS } from './http.ts'
import { defaultPortOf, schemeOf } from './http-request.ts'
import type { DialOptions, GrpcExchange, GrpcRequest } from './network.ts'

/** An answer has few bytes; one that is none of gRPC is read as far as it tells who sent it. */
const BODY_LIMIT_BYTES = 64 * 1024

/** The call of one check on one path: complete, and dialled as planned. */
export function grpcRequest(
  path: PlannedPath,
  check: GrpcCheck,
  dial: Pick<DialOptions, 'address' | 'timeoutMs' | 'signal'>,
): GrpcRequest {
  const { address, timeoutMs, signal } = dial
  const scheme = schemeOf(path, check)
  const call = check.call ?? HEALTH_CHECK
  const metadata = Object.entries(check.metadata).map(([name, value]) => [name.toLowerCase(), value])
  return {
    address,
    port: path.addressPort ?? defaultPortOf(scheme),
    timeoutMs,
    signal,
    tls: scheme === 'https' ? dialTls(check.tls, path.serverName) : null,
    call,
    service: check.service,
    headers: {
      'user-agent': 'portolan',
      host: check.host ?? hostPort(path.host ?? address, path.addressPort, scheme),
      ...Object.fromEntries(metadata),
      ...check.ruleHeaders,
    },
    bodyLimitBytes: BODY_LIMIT_BYTES,
    // A method may answer without end, and has shown by its first words who it is
    streamMs: isHealthCheck(call) ? null : STREAM_MS,
  }
}

/**
 * The first expectation that is not met; `null`: all are. Behind a router a `null` of the default rule may still have to
 * be looked at (`routed-grpc.ts`).
 *
 * @param nowMs for days to expiry.
 */
export function judgeGrpc(path: PlannedPath, check: GrpcCheck, exchange: GrpcExchange, nowMs: number): Failure | null {
  if (exchange.failure !== null) {
    return exchange.failure
  }
  const { grpc, headers, http } = exchange
  if (grpc === undefined || http === null) {
    return failure('internal', 'response')
  }
  return (
    (isGrpc(headers ?? {}) ? judgeAnswer(check, grpc) : judgeOther(path, check, grpc, http.status)) ??
    judgeDuration(exchange.timings.totalMs, check.expect?.maxDurationMs ?? null) ??
    judgeExpiry(exchange.tls, check.tls.minDaysToExpiry, nowMs)
  )
}

/** Proxies say so of their own accord, whatever the protocol of who asks. */
const BY_PROXIES: ReadonlySet<number> = new Set([429, 502, 503, 504])
const REFUSALS: ReadonlySet<number> = new Set([401, 403])
/** A router answers with this where no rule takes the call. */
const NO_ROUTE = 404

/** An answer of HTTP alone. Clients make a status of it, and nothing that speaks gRPC has sent it. */
function judgeOther(path: PlannedPath, { expect }: GrpcCheck, { status }: GrpcEvidence, http: number): Failure | null {
  if (BY_PROXIES.has(http)) {
    return failed(`HTTP ${http}, which clients of gRPC take for ${status}`)
  }
  const isRouted = KINDS[path.kind].routedBy === 'request'
  if (expect === null && (REFUSALS.has(http) || (isRouted && http === NO_ROUTE))) {
    return null
  }
  return failure('not_grpc', 'response', `the answer is HTTP ${http}, and not one of gRPC (content-type)`)
}

const failed = (message: string): Failure => failure('unexpected_grpc_status', 'expectation', message)

/** These say that the call has come to who decides about it, as 401 and 403 do, or that the method is another's affair. */
const PASSES_BY_DEFAULT = new Set(['UNAUTHENTICATED', 'PERMISSION_DENIED', 'UNIMPLEMENTED'])

function judgeAnswer(check: GrpcCheck, { status, code, health }: GrpcEvidence): Failure | null {
  const isHealth = check.call === null
  // A stream, which is answer enough
  if (status === null) {
    return isHealth ? failure('internal', 'response') : null
  }
  if (code === null) {
    return failure('invalid_response', 'response', 'the answer has no grpc-status')
  }
  if (status === 'DEADLINE_EXCEEDED') {
    return failure('response_timeout', 'response', 'the server gave up: DEADLINE_EXCEEDED')
  }
  const named = `${status} (${code})`
  if (!isHealth) {
    const passes = status === 'OK' || PASSES_BY_DEFAULT.has(status) || !isServerFault(status)
    return passes ? null : failed(`${named} to an empty message`)
  }
  const { expect } = check
  if (status === 'OK') {
    return judgeHealth(check, health)
  }
  if (expect === null && PASSES_BY_DEFAULT.has(status)) {
    return null
  }
  if (status !== 'NOT_FOUND') {
    return failed(`${named}, expected OK`)
  }
  // The server has a health service, which knows others alone
  return check.isDefault && check.service === '' ? null : judgeHealth(check, 'SERVICE_UNKNOWN')
}

function judgeHealth({ service, expect }: GrpcCheck, health: string | null): Failure | null {
  if (health === null) {
    return failure('invalid_response', 'response', 'the answer holds no health status')
  }
  const expected = expect?.status ?? 'SERVING'
  const of = service === '' ? 'the server' : 'the service asked about'
  return health === expected
    ? null
    : failure('not_serving', 'expectation', `the health of ${of} is ${health}, expected ${expected}`)
}
