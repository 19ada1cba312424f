/**
 * The default check where a router chooses by host and path: it answers for those that it does not know, so some
 * answers say nothing until something else was asked. The try asks it itself.
 *
 * @module
 */
import ipaddr from 'ipaddr.js'
import type { HttpCheck } from '../plan/check.ts'
import { KINDS, PATH_KINDS, ROUTERS } from '../plan/kinds.ts'
import type { PlannedPath } from '../plan/path.ts'
import type { Failure } from './codes.ts'
import { failure } from './failure.ts'
import { ownAnswerOf } from './fingerprints.ts'
import { httpRequest } from './http-request.ts'
import type { HttpExchange, HttpRequest } from './network.ts'
import { type Observation, observed, refusal, type TryContext } from './try.ts'

/** A host that no rule names (RFC 2606). */
export const UNKNOWN_HOST = 'portolan.invalid'

/** A router answers with this status where no rule takes the request. */
const NO_ROUTE = 404
/** A router answers with these to a request that it refuses before it looks for a route. */
const NOT_ROUTED: ReadonlySet<number> = new Set([NO_ROUTE, 400, 421])

/** Direct addresses that are asked: pods may differ, so that one which answers otherwise proves nothing. */
const DIRECT_MAX = 9

/** Tells whether some answers to the check are decided only by asking another. */
export const mayAskControls = ({ kind }: Pick<PlannedPath, 'kind'>, { expect }: Pick<HttpCheck, 'expect'>): boolean =>
  KINDS[kind].routedBy === 'request' && expect === null

/** Tells whether this answer is one of them. */
export const isSettledByControl = (
  path: PlannedPath,
  check: HttpCheck,
  { http }: HttpExchange,
  judged: Failure | null,
): boolean => mayAskControls(path, check) && judged === null && http !== null && NOT_ROUTED.has(http.status)

/**
 * Asks direct addresses with the same URL and Host until one gives the same status, which is then the application's;
 * where none can be reached, and the answer was a 404, the router with a host that no rule names.
 *
 * @param control takes each request made, to be recorded.
 */
export async function judgeByControl(
  context: TryContext,
  path: PlannedPath,
  check: HttpCheck,
  address: string,
  exchange: HttpExchange,
  control: (seen: Observation) => void,
): Promise<Failure | null> {
  const { http } = exchange
  if (http === null) {
    return null
  }
  const own = ownAnswerOf(http)
  let other: Failure | null = null
  for (const direct of directPaths(context, path, ({ scheme }) => scheme === 'http' || scheme === 'https')) {
    const answer = await ask(context, directRequest(context, path, check, address, direct), control)
    if (answer === null) {
      continue
    }
    if (answer.status === http.status) {
      return null
    }
    const from = `${answer.status} from ${direct.kind} ${direct.address}`
    other ??= unrouted(`status ${http.status} from ${own?.by ?? routerOf(path)}, ${from}`)
    // An answer that no application gives needs no second opinion.
    if (own !== null && !own.isCommon) {
      break
    }
  }
  if (other !== null) {
    return other
  }
  if (http.status !== NO_ROUTE) {
    return null
  }
  if (path.host === null) {
    // The rule takes every host: no other tells its answers from the router's.
    return own === null || own.isCommon === true ? null : unrouted(`status ${http.status} from ${own.by}`)
  }
  const answer = await ask(context, unknownHost(context, path, check, address), control)
  const routed = answer !== null && (answer.status !== http.status || answer.bodySha256 !== http.bodySha256)
  return routed ? null : unrouted(`status ${http.status}, as ${routerOf(path)} answers for a host that no rule names`)
}

const routerOf = ({ kind }: PlannedPath): string => ROUTERS[KINDS[kind].router ?? 'ingress-controller'].short

const unrouted = (message: string): Failure => failure('unexpected_status', 'expectation', message)

/** Lists the ways past the router that are asked, in their order. */
export function directPaths(
  context: TryContext,
  path: PlannedPath,
  speaksIt: (direct: PlannedPath) => boolean,
): PlannedPath[] {
  return context.plan.paths
    .filter(({ kind, port }) => KINDS[kind].secondOpinion !== null && port?.number === path.port?.number)
    .filter(speaksIt)
    .filter(({ address, addressPort, family, skipped }) => {
      return (
        skipped === null &&
        address !== null &&
        addressPort !== null &&
        family !== null &&
        refusal(context, { address, family, port: addressPort }) === null
      )
    })
    .toSorted((left, right) => rank(left) - rank(right))
    .slice(0, DIRECT_MAX)
}

/** Promised ways before others. */
const rank = ({ kind, expected }: PlannedPath): number =>
  (KINDS[kind].secondOpinion ?? 0) + (expected === 'reachable' ? 0 : PATH_KINDS.length)

/**
 * The same request, dialled past the router, in the scheme that the direct path speaks. Host and SNI agree: a server
 * may answer 421 where they do not (RFC 9110 15.5.20), which would say nothing about the route.
 */
const directRequest = (
  context: TryContext,
  path: PlannedPath,
  check: HttpCheck,
  address: string,
  direct: PlannedPath,
): HttpRequest => {
  const { timeoutMs, signal } = context
  const request = behindRouter(httpRequest(path, check, { address, timeoutMs, signal }), check)
  const serverName = hostnameOf(request.headers.host ?? '')
  const tls = { serverName, verify: false, caPem: null, wantsExpiry: false }
  return {
    ...request,
    address: direct.address ?? '',
    port: direct.addressPort ?? 0,
    tls: direct.scheme === 'https' ? tls : null,
  }
}

/** The request as the router hands it on, where it rewrites it. */
function behindRouter(request: HttpRequest, { behind }: HttpCheck): HttpRequest {
  if (behind === undefined) {
    return request
  }
  const { host, path, headers } = behind
  const changed = { ...request.headers, ...headers, ...(host !== null && { host }) }
  const sent = Object.entries(changed).filter((each): each is [string, string] => each[1] !== null)
  return { ...request, target: path, headers: Object.fromEntries(sent) }
}

/** `null`: an address, which SNI cannot name. */
export const hostnameOf = (host: string): string | null => {
  const name = host.replace(/:\d+$/, '').replace(/\.$/, '')
  return name === '' || name.startsWith('[') || ipaddr.isValid(name) ? null : name
}

const unknownHost = (context: TryContext, path: PlannedPath, check: HttpCheck, address: string): HttpRequest => {
  const { timeoutMs, signal } = context
  const request = httpRequest(path, check, { address, timeoutMs, signal })
  return {
    ...request,
    // A router that sees a Host other than the SNI may answer 421: both are unknown.
    tls: request.tls && { ...request.tls, serverName: UNKNOWN_HOST, verify: false },
    headers: { ...request.headers, host: UNKNOWN_HOST },
  }
}

/** Asked under the try's own place in the gate, with the time of a try. `null`: no whole answer came. */
async function ask(context: TryContext, request: HttpRequest, control: (seen: Observation) => void) {
  const exchange = await context.deps.network.http(request)
  control(observed(exchange))
  return exchange.failure === null ? exchange.http : null
}
