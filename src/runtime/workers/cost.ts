/**
 * Counts what tries cost in calls to the platform. Jobs are cut by the calls that a try is expected to make; whether
 * another may begin is decided by the most that it may make.
 */

import { schemeOf } from '../../check/http-request.ts'
import { mayAskControls } from '../../check/routed-control.ts'
import { mayAskGrpcControls } from '../../check/routed-grpc.ts'
import { nameToDial } from '../../check/try-name.ts'
import type { Check } from '../../plan/check.ts'
import type { PlannedPath } from '../../plan/path.ts'
import type { JobRequest } from '../../plan/request.ts'

/** Both families of a name. */
const LOOKUP = 2
/** Names that a lookup of the caller's servers may ask for: the search list and the name itself. */
const FORMS = 4
/** Requests by which the default check settles what the answer of a router means. */
const CONTROLS = 4
const REDIRECTS = 10

/** The calls of one sample of a path where nothing goes wrong. */
export const expectedCalls = (path: PlannedPath): number =>
  path.checks.reduce(
    (sum, check) => sum + (check.type === 'dns' ? 1 : nameToDial(path, check) === null ? 1 : LOOKUP + 1),
    0,
  )

/** The most calls of any single try of these paths. */
export function mostCalls(paths: readonly PlannedPath[], request: Addressed): number {
  const lookup = lookupCalls(request)
  return Math.max(1, ...paths.flatMap((path) => path.checks.map((check) => mostOf(path, check, lookup))))
}

type Addressed = Pick<JobRequest, 'addresses'>

const lookupCalls = ({ addresses: { dnsServers } }: Addressed): number =>
  dnsServers.length === 0 ? LOOKUP : LOOKUP * FORMS * dnsServers.length

function mostOf(path: PlannedPath, check: Check, lookup: number): number {
  const named = path.family === null || check.type === 'dns' ? lookup : 0
  if (check.type === 'dns') {
    return named
  }
  if (check.type === 'dnsQuery') {
    return Math.max(named, 1)
  }
  if (check.type === 'grpc') {
    // Over TLS no call is made
    return Math.max(named, 1 + (mayAskGrpcControls(path, check) ? CONTROLS : 0))
  }
  const isSecure = check.type === 'tcp' ? check.tls !== null : schemeOf(path, check) === 'https'
  // A handshake that fails is looked at by a second connection
  const dial = isSecure ? 2 : 1
  if (check.type === 'tcp') {
    return Math.max(named, dial)
  }
  const controls = mayAskControls(path, check) ? CONTROLS * dial : 0
  const redirects = check.followRedirects ? REDIRECTS * (2 + lookup) : 0
  return Math.max(named, dial + controls + redirects)
}
