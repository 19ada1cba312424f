/**
 * Symptoms: the failure codes that each cause can make, straight to the pods and through something that answers for
 * them. A cause explains these failures and no others, so that a second fault is told beside the first.
 *
 * The answers of controllers are taken from their documentation and code (ingress-nginx, Traefik, Contour, HAProxy, GCE)
 * and from the conformance tests of the Gateway API.
 *
 * @module
 */
import type { FailureCode } from '../check/codes.ts'
import {
  CUT,
  failedStatusOf,
  HANGING,
  isBalancer,
  isTakenOver,
  SILENT,
  type TestedPath,
  NO_CONNECTION as UNCONNECTED,
} from './seen.ts'

export type Shows = {
  /** On ways that lead straight to the pods or through kube-proxy, and on names. */
  direct: ReadonlySet<FailureCode>
  /** Through an Ingress controller, or a load balancer that takes connections itself. */
  through: { codes: ReadonlySet<FailureCode>; statuses: ReadonlySet<number> }
  /** These as well, but only where every direct way that fails does so in one of them: beside others they are a second fault. */
  directIfAll?: ReadonlySet<FailureCode>
}

const set = <T>(...values: T[]): ReadonlySet<T> => new Set(values)

const NO_CODE: ReadonlySet<FailureCode> = set()
const NO_STATUS: ReadonlySet<number> = set()

/** Nothing behind it: refused by kube-proxy's rules, or dropped by every one of them (Cilium, some clouds). */
export const NO_BACKEND: Shows = {
  // A headless Service has no record then.
  direct: set<FailureCode>('connection_refused', 'dns_not_found', 'dns_no_data'),
  directIfAll: set<FailureCode>('connect_timeout', 'udp_timeout'),
  through: { codes: NO_CODE, statuses: set(500, 502, 503) },
}

/** Packets to the pods vanish, or somebody says that they cannot be delivered. */
export const SILENT_PODS: Shows = {
  direct: SILENT,
  through: { codes: set<FailureCode>('response_timeout'), statuses: set(502, 503, 504) },
}

/** The pods are there, and nothing listens on the port. */
export const CLOSED_PORT: Shows = {
  direct: set<FailureCode>('connection_refused'),
  through: { codes: NO_CODE, statuses: set(502, 503) },
}

/** No connection, of whichever kind, and what a proxy in between makes of it. */
export const NO_CONNECTION: Shows = {
  direct: UNCONNECTED,
  through: {
    codes: set<FailureCode>('response_timeout', ...UNCONNECTED),
    statuses: set(502, 503, 504),
  },
}

/** Pods that are not what the client takes them for: anything but a name, a certificate, or the controller's own door. */
export const SICK_PODS: Shows = {
  direct: set<FailureCode>(
    'connection_refused',
    ...SILENT,
    ...HANGING,
    ...CUT,
    'tls_handshake_failed',
    'tls_not_spoken',
    'invalid_response',
    'malformed_response',
    'not_grpc',
    'not_serving',
    'unexpected_grpc_status',
    'unexpected_status',
    'unexpected_body',
    'unexpected_header',
    'unexpected_data',
    'unexpected_rcode',
    'websocket_not_upgraded',
    'websocket_handshake_invalid',
    'dns_answer_malformed',
    'dns_answer_wrong_id',
    'dns_answer_wrong_question',
    'too_slow',
  ),
  through: { codes: set<FailureCode>('response_timeout', 'body_timeout'), statuses: set(500, 502, 503, 504) },
}

/** A controller that was told of no route, or of no backend, answers by itself: with a status, or a certificate of its own. */
export const NO_ROUTE: Shows = {
  direct: NO_CODE,
  through: {
    codes: set<FailureCode>('tls_handshake_failed', 'certificate_name_mismatch', 'certificate_untrusted'),
    statuses: set(404, 421, 500, 503),
  },
}

export const NO_ROUTED_PORT: Shows = { direct: NO_CODE, through: { codes: NO_CODE, statuses: set(404, 500, 502, 503) } }

/** No controller is at the address, or the one that is there does not serve the rule. */
export const NO_CONTROLLER: Shows = {
  direct: NO_CODE,
  through: { codes: set<FailureCode>(...NO_CONNECTION.through.codes, ...NO_ROUTE.through.codes), statuses: set(404) },
}

/** A client that is not let in gets no answer. A try from one of the ranges that fails has another cause. */
export const NOT_LET_IN: Shows = {
  direct: SILENT,
  through: { codes: NO_CODE, statuses: NO_STATUS },
}

/** Two claim one way: whatever the other one answers. */
export const OTHER_BACKEND: Shows = {
  direct: SICK_PODS.direct,
  through: {
    codes: set<FailureCode>(
      ...(['unexpected_status', 'unexpected_body', 'unexpected_header', 'invalid_response'] as const),
      ...(['websocket_not_upgraded', 'websocket_handshake_invalid'] as const),
      ...(['not_grpc', 'not_serving', 'unexpected_grpc_status'] as const),
    ),
    statuses: NO_STATUS,
  },
}

export const WRONG_CERTIFICATE: Shows = {
  direct: NO_CODE,
  through: {
    codes: set<FailureCode>('certificate_name_mismatch', 'certificate_untrusted', 'tls_handshake_failed'),
    statuses: NO_STATUS,
  },
}

export const NO_NAME: Shows = {
  direct: set<FailureCode>('dns_not_found', 'dns_no_data', 'dns_server_failure'),
  through: { codes: NO_CODE, statuses: NO_STATUS },
}

/** A server that knows another name than the one it is asked by. */
export const OTHER_NAME: Shows = {
  direct: set<FailureCode>(
    'unexpected_status',
    'certificate_name_mismatch',
    'tls_handshake_failed',
    'connection_reset',
  ),
  through: { codes: NO_CODE, statuses: NO_STATUS },
}

export const OTHER_VALUE: Shows = {
  direct: set<FailureCode>('environment_mismatch'),
  through: { codes: NO_CODE, statuses: NO_STATUS },
}

/** All ways in which load balancers behave that have nothing healthy behind them. */
const LOAD_BALANCER_CODES: ReadonlySet<FailureCode> = set(...SILENT, ...CUT, 'connection_refused', 'response_timeout')

function showsThrough({ codes, statuses }: Shows['through'], tested: TestedPath): boolean {
  const { deciding, telling } = tested
  const own = isBalancer(tested) && statuses.size > 0 ? LOAD_BALANCER_CODES : NO_CODE
  return deciding.some(
    ({ failure }) =>
      failure !== null &&
      (codes.has(failure.code) || own.has(failure.code) || statuses.has(failedStatusOf(failure.code, telling))),
  )
}

const showsDirectly = (codes: ReadonlySet<FailureCode>, { deciding }: TestedPath): boolean =>
  deciding.some(({ failure }) => failure !== null && codes.has(failure.code))

/** Tells whether a name has no record. A cause explains that if it claims the record itself (a headless Service). */
const isWithoutName = ({ path, deciding }: TestedPath): boolean =>
  path.dns === null && deciding.some(({ failure }) => failure?.phase === 'dns')

/** Keeps the failed paths that the cause can have made fail. */
export function explicable(shows: Shows, failed: readonly TestedPath[]): readonly TestedPath[] {
  const { direct, directIfAll = NO_CODE, through } = shows
  const names = failed.some(({ path }) => path.dns !== null)
  const candidates = failed.filter((each) => names || !isWithoutName(each))
  const straight = candidates.filter((each) => !isTakenOver(each))
  const areAll = straight.length > 0 && straight.every((each) => showsDirectly(directIfAll, each))
  const codes = areAll ? new Set([...direct, ...directIfAll]) : direct
  return candidates.filter((each) => (isTakenOver(each) ? showsThrough(through, each) : showsDirectly(codes, each)))
}
