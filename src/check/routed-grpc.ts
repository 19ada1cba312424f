/**
 * A gRPC call behind a router: UNIMPLEMENTED is what an application answers that has no such method, and what a router
 * answers (or 404, which clients take for it) that has no such route. The try asks direct addresses itself.
 *
 * @module
 */
import type { GrpcCheck } from '../plan/check.ts'
import { KINDS } from '../plan/kinds.ts'
import type { PlannedPath } from '../plan/path.ts'
import type { Failure } from './codes.ts'
import { failure } from './failure.ts'
import { isGrpc } from './grpc/answer.ts'
import { grpcRequest } from './grpc.ts'
import type { GrpcExchange, GrpcRequest } from './network.ts'
import { directPaths, hostnameOf, UNKNOWN_HOST } from './routed-control.ts'
import { type Observation, observed, type TryContext } from './try.ts'

/** Tells whether some answers to the check are decided only by asking another. */
export const mayAskGrpcControls = (
  { kind }: Pick<PlannedPath, 'kind'>,
  { expect }: Pick<GrpcCheck, 'expect'>,
): boolean => KINDS[kind].routedBy === 'request' && expect === null

/** Tells whether this answer is one of them. */
export const isGrpcSettledByControl = (
  path: PlannedPath,
  check: GrpcCheck,
  { grpc }: GrpcExchange,
  judged: Failure | null,
): boolean => mayAskGrpcControls(path, check) && judged === null && grpc?.status === 'UNIMPLEMENTED'

/**
 * Makes the same call to direct addresses until one answers alike, which is then the application's answer; where none
 * can be reached, to the router with a host that no rule names.
 *
 * @param control takes each call made, to be recorded.
 */
export async function judgeGrpcByControl(
  context: TryContext,
  path: PlannedPath,
  check: GrpcCheck,
  address: string,
  exchange: GrpcExchange,
  control: (seen: Observation) => void,
): Promise<Failure | null> {
  const { timeoutMs, signal } = context
  const request = grpcRequest(path, check, { address, timeoutMs, signal })
  const ask = async (asked: GrpcRequest, mayBeTls: boolean): Promise<GrpcExchange | null> => {
    const answer = await callEither(context, asked, mayBeTls)
    control(observed(answer))
    return answer.grpc === undefined ? null : answer
  }
  const own = saidBy(exchange)
  let other: Failure | null = null
  for (const direct of directPaths(context, path, speaksTcp)) {
    const answer = await ask(...directRequest(request, direct))
    if (answer === null) {
      continue
    }
    if (saidBy(answer) === own) {
      return isGrpc(answer.headers ?? {}) ? null : failure('not_grpc', 'response', `the answer is ${own}`)
    }
    other ??= unrouted(`${own} from the gateway, ${saidBy(answer)} from ${direct.kind} ${direct.address}`)
  }
  if (other !== null) {
    return other
  }
  if (path.host === null) {
    // The rule takes every host: no other tells its answers from the router's
    return null
  }
  const unknown = await ask(
    {
      ...request,
      tls: request.tls && { ...request.tls, serverName: UNKNOWN_HOST, verify: false },
      headers: { ...request.headers, host: UNKNOWN_HOST },
    },
    false,
  )
  const isAlike = unknown !== null && saidBy(unknown) === own && unknown.http?.bodySha256 === exchange.http?.bodySha256
  return isAlike ? unrouted(`${own}, as the gateway answers for a host that no rule names`) : null
}

const unrouted = (message: string): Failure => failure('unexpected_grpc_status', 'expectation', message)

const speaksTcp = ({ port }: PlannedPath): boolean => port?.protocol === 'TCP'

/** In words: `UNIMPLEMENTED`, `HTTP 404`, `OK`. */
const saidBy = ({ grpc, http, headers }: GrpcExchange): string =>
  isGrpc(headers ?? {}) ? (grpc?.health ?? grpc?.status ?? 'a stream') : `HTTP ${http?.status}`

/** The same call, dialled past the router, and whether it may have to go over TLS. Host and SNI agree. */
function directRequest(request: GrpcRequest, direct: PlannedPath): [GrpcRequest, boolean] {
  const told = direct.checks.find((check) => check.type === 'grpc')
  const tls = { serverName: hostnameOf(request.headers.host ?? ''), verify: false, caPem: null, wantsExpiry: false }
  const isSecure = direct.scheme === 'https' || told?.scheme === 'https'
  return [
    {
      ...request,
      address: direct.address ?? '',
      port: direct.addressPort ?? 0,
      tls: isSecure ? tls : null,
    },
    told === undefined || told.mayBeTls === true,
  ]
}

/** Less time than this is not worth a second connection. */
const SECOND_LEAST_MS = 20

/**
 * Makes a call, and makes it again over TLS where the peer does not take it without: servers of TLS send an alert, or
 * hang up without a word.
 *
 * @param mayBeTls no object says whether the peer speaks TLS.
 */
export async function callEither(
  { deps }: Pick<TryContext, 'deps'>,
  request: GrpcRequest,
  mayBeTls: boolean,
): Promise<GrpcExchange> {
  const plain = await deps.network.grpc(request)
  const { failure: failed, speaks, timings } = plain
  const leftMs = request.timeoutMs - (timings.totalMs ?? 0)
  const isHungUp =
    timings.firstByteMs === null && (failed?.code === 'connection_closed' || failed?.code === 'connection_reset')
  if (!mayBeTls || request.tls !== null || !(speaks === 'tls' || isHungUp) || leftMs < SECOND_LEAST_MS) {
    return plain
  }
  const tls = { serverName: hostnameOf(request.headers.host ?? ''), verify: false, caPem: null, wantsExpiry: false }
  const secured = await deps.network.grpc({ ...request, timeoutMs: leftMs, tls })
  // If no TLS is spoken either, the first answer tells more. A handshake that speaks of HTTP/2 tells more than that,
  // and a fault of ours tells that TLS was not tried.
  const { failure: unsecured } = secured
  const says = secured.timings.tlsMs !== null || unsecured?.code === 'not_grpc' || unsecured?.source === 'internal'
  return says ? secured : plain
}
