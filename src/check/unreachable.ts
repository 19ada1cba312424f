import { KINDS } from '../plan/kinds.ts'
import type { PlannedPath } from '../plan/path.ts'
import type { Failure, FailureCode } from './codes.ts'
import { failure } from './failure.ts'
import type { GrpcEvidence } from './grpc/answer.ts'
import type { HttpEvidence } from './network.ts'

/** A name that resolves to nothing keeps everybody out. A DNS server that is down may keep nobody out but us. */
const MET_BY_DNS: ReadonlySet<FailureCode> = new Set(['dns_not_found', 'dns_no_data'])

/** A router answers with these when it has no backend. */
const WITHOUT_BACKEND: ReadonlySet<number> = new Set([502, 503, 504])

/**
 * Judges a try on a path that must not be reached (`expect.unreachable` of a job).
 *
 * @returns `null`: it was not reached, as asked for; else why the try fails, or is an error of ours.
 */
export function judgeUnreachable(
  path: PlannedPath,
  seen: { failure: Failure | null; http: HttpEvidence | null; grpc?: GrpcEvidence },
): Failure | null {
  const { failure: failed, http, grpc } = seen
  if (failed?.source === 'internal') {
    return failed
  }
  if (failed?.phase === 'connect' && failed.source === 'target') {
    return null
  }
  if (failed?.phase === 'dns') {
    return MET_BY_DNS.has(failed.code) ? null : failed
  }
  if (
    KINDS[path.kind].closedWhen === 'unrouted' &&
    http !== null &&
    (isUnrouted(http, failed) || isUncalled(grpc, failed))
  ) {
    return null
  }
  const how = http ? `status ${http.status}` : failed ? `it failed later, in the ${failed.phase} phase` : 'it connected'
  return failure('unexpectedly_reachable', 'expectation', `it can be reached, but must not be: ${how}`)
}

/** A 404 is the router's own where a control has shown it, and the try has failed by it. */
const isUnrouted = ({ status }: HttpEvidence, failed: Failure | null): boolean =>
  WITHOUT_BACKEND.has(status) || (status === 404 && failed?.code === 'unexpected_status')

/** The same in the words of gRPC: no backend, or no route, which a control has shown. */
const isUncalled = (grpc: GrpcEvidence | undefined, failed: Failure | null): boolean =>
  failed?.code === 'unexpected_grpc_status' && (grpc?.status === 'UNAVAILABLE' || grpc?.status === 'UNIMPLEMENTED')
