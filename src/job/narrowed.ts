/**
 * Narrows what a caller that does not reach everything may ask for. Manifests, addresses and hosts in a request are its
 * own words: whoever may choose them sends the prober to any pod that the prober reaches, whatever namespace is named.
 * So such a caller plans from live objects, and says nothing about where to dial, unless its token has `manifests` and
 * an `egressOnly`, which bounds what words can lead to (ADR 0066).
 *
 * @module
 */
import type { ObjectsAsked } from '../kube/object-source.ts'
import { jsonPointer } from '../lib/json-pointer.ts'
import { type ProblemDetail, ProblemError } from '../lib/problem.ts'
import type { Check } from '../plan/check.ts'
import { SIDES, type SideAsked } from '../plan/compare/comparison.ts'
import { PLAIN_PATH } from '../plan/plain-path.ts'
import type { Addresses, JobRequest } from '../plan/request.ts'
import type { BatchSelection } from '../record/batch.ts'
import { isNarrowed, mayUseOwnWords, type Principal, refuseOthers } from '../record/principal.ts'

/** A job, a batch (with a selection) or a comparison (with its sides), as it was read. */
export type AskedBy = {
  request: JobRequest
  objects: ObjectsAsked | { source: 'manifests' } | null
  selection?: BatchSelection | null
  left?: SideAsked
  right?: SideAsked
}

/**
 * Refuses what the principal may not ask for, and marks the rest with what narrows it, which stays with what is made of
 * it: a schedule keeps to it at each run.
 *
 * @throws ProblemError `forbidden`
 */
export function narrowed<A extends AskedBy>(principal: Principal, asked: A): A {
  if (!isNarrowed(principal)) {
    return asked
  }
  refuseOtherNamespaces(principal, asked)
  if (!mayUseOwnWords(principal)) {
    refuseOwnWords(asked)
  }
  const { namespaces, egressOnly } = principal
  const request: JobRequest = {
    ...asked.request,
    ...(namespaces !== null && { reaches: namespaces }),
    ...(egressOnly === null && { madeBy: 'narrowed' as const }),
  }
  return { ...asked, request }
}

function refuseOtherNamespaces(principal: Principal, { request, objects, selection, left, right }: AskedBy): void {
  const { cluster, namespace } = request.target
  refuseOthers(principal, { cluster })
  const sides = [left, right].flatMap((side) => (side !== undefined && 'kind' in side ? [side.namespace] : []))
  const named = [namespace, ...sides, ...(selection?.namespaces ?? [])].filter((each) => each !== null)
  for (const each of named) {
    refuseOthers(principal, { namespace: each })
  }
  // The namespace of manifests is known when they are planned
  if (named.length === 0 && objects?.source === 'cluster') {
    refuseOthers(principal, { namespace: null })
  }
}

function refuseOwnWords({ request, objects, ...sides }: AskedBy): void {
  const errors = [
    ...(objects?.source === 'manifests' ? [{ pointer: '/target/manifests', detail: NO_MANIFESTS }] : []),
    ...addressFaults(request.addresses, '/addresses'),
    ...SIDES.flatMap((name) => {
      const side = sides[name]
      return side === undefined || 'job' in side || side.addresses === null
        ? []
        : [{ pointer: `/${name}/addresses`, detail: NO_ADDRESS }]
    }),
    ...(request.vantage === 'in-cluster' ? [{ pointer: '/vantage', detail: NO_VANTAGE }] : []),
    ...request.checks.flatMap((check, at) =>
      checkFaults(check).map(({ at: field, detail }) => ({ pointer: jsonPointer(['checks', at, ...field]), detail })),
    ),
  ]
  if (errors[0] !== undefined) {
    throw new ProblemError('forbidden', `${errors[0].detail} ${LIFT}`, { errors })
  }
}

const LIFT =
  'A token that is narrowed to namespaces or clusters says so only if it was made with manifests: true and an egressOnly.'
const NO_MANIFESTS =
  'The token plans from live objects only: leave the manifests out, and name the namespace and the Service.'
const NO_ADDRESS = 'The token does not choose what is dialled: leave the address out; the live objects have it.'
const NO_VANTAGE = 'The token does not say that the prober stands in the cluster: leave it out; the server knows.'
const NO_HOST = 'The token does not choose the host: a router could lead it to another namespace. Leave it out.'
const NO_REDIRECT = 'The token does not follow redirects, which may lead anywhere. Leave it out.'
const NO_INGRESS_PATH =
  'The token does not ask a router for what the rule may not get: use path, which is asked for where the rule gets it.'
const ODD_PATH = 'The path must be plain, as routers undo ".." and "//": like /healthz, in visible ASCII.'

/** Refuses every address of the caller's own: a prober could not tell it from one that the objects say. */
const addressFaults = (addresses: Addresses, at: string): ProblemDetail[] =>
  Object.entries(addresses).flatMap(([field, value]) =>
    value === null || (Array.isArray(value) && value.length === 0)
      ? []
      : [{ pointer: `${at}/${field}`, detail: NO_ADDRESS }],
  )

/** Some routers choose by these in place of Host. */
const HOST_HEADERS: ReadonlySet<string> = new Set([
  ...['host', 'forwarded', 'x-forwarded-host', 'x-forwarded-server', 'x-host', 'x-original-host', 'x-original-url'],
  ...['x-rewrite-url', 'x-http-host-override'],
])
/** Some programs take "_" for "-" in names. */
const isHostHeader = (name: string): boolean => HOST_HEADERS.has(name.toLowerCase().replaceAll('_', '-'))

type Fault = { at: readonly string[]; detail: string }

function checkFaults(check: Check): Fault[] {
  const faults: Fault[] = []
  const refuse = (isWrong: boolean, at: readonly string[], detail: string): void => {
    if (isWrong) {
      faults.push({ at, detail })
    }
  }
  if (check.type === 'dns' || check.type === 'dnsQuery') {
    return faults
  }
  refuse((check.tls?.serverName ?? null) !== null, ['tls', 'serverName'], NO_HOST)
  if (check.type === 'tcp') {
    return faults
  }
  refuse(check.host !== null, ['host'], NO_HOST)
  const [field, sent] =
    check.type === 'http' ? (['headers', check.headers] as const) : (['metadata', check.metadata] as const)
  for (const name of Object.keys(sent)) {
    refuse(isHostHeader(name), [field, name], NO_HOST)
  }
  if (check.type === 'http') {
    refuse(check.followRedirects, ['followRedirects'], NO_REDIRECT)
    refuse(check.ingressPath !== null, ['ingressPath'], NO_INGRESS_PATH)
    refuse(check.path !== null && !PLAIN_PATH.test(check.path), ['path'], ODD_PATH)
  }
  return faults
}
