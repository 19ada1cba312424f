/**
 * Tells which Route of OpenShift a router serves: it admits them one by one, the oldest first, and of those of one host the
 * longest path that fits gets a request.
 *
 * @see https://github.com/openshift/router/blob/master/pkg/router/controller/unique_host.go
 * @module
 */
import type { ObjectIndex } from '../../kube/object-index.ts'
import { refOf } from '../../kube/objects.ts'
import type { OpenShiftRoute } from '../../kube/openshift-objects.ts'
import { type Because, doubted, fieldOf } from '../because.ts'

/** A router that has the Route, or `router: null`: nobody wrote a status, as in files from Git. */
export type Admission = {
  router: string | null
  canonicalHostname: string | null
  host: string | null
  /** The place in `status.ingress`. */
  at: number | null
}

export type Admitted = { by: readonly Admission[]; refused: string | null }

/** Routers that admitted the Route, or have not decided; if all of them refused it, the reason. */
export function admissionsOf(route: OpenShiftRoute): Admitted {
  const told = (route.ingress ?? []).map((router, at) => ({
    router: router.routerName,
    canonicalHostname: router.routerCanonicalHostname,
    host: route.host ?? router.host,
    at,
    refusal: router.conditions.find(({ type, status }) => type === 'Admitted' && status === 'False') ?? null,
  }))
  const by = told.filter(({ refusal }) => refusal === null).map(({ refusal: _, ...admission }) => admission)
  if (told.length === 0) {
    return { by: [{ router: null, canonicalHostname: null, host: route.host, at: null }], refused: null }
  }
  const [first] = told
  const refusal = by.length === 0 ? (first?.refusal ?? null) : null
  const words = refusal === null ? null : [refusal.reason, refusal.message].filter((word) => word !== null).join(': ')
  return {
    by,
    refused: refusal && `router ${first?.router ?? 'default'} has not admitted it${words === '' ? '' : ` (${words})`}`,
  }
}

const isAdmitted = ({ ingress }: OpenShiftRoute): boolean =>
  (ingress ?? []).some(({ conditions }) =>
    conditions.some(({ type, status }) => type === 'Admitted' && status === 'True'),
  )

/** A Route without path takes every path, as `/` does. */
export const pathOf = ({ path, tls }: OpenShiftRoute): string =>
  path === null || tls?.termination === 'passthrough' ? '/' : path

const stemOf = (route: OpenShiftRoute): string => pathOf(route).replace(/\/$/, '')

/** A router takes the path itself and what is below it. */
const takes = (route: OpenShiftRoute, urlPath: string): boolean => {
  const [path = ''] = urlPath.split('?')
  const stem = stemOf(route)
  return path === stem || path.startsWith(`${stem}/`)
}

export type Claim = {
  /** Another Route has its host and path, so that no router serves it. */
  refused: string | null
  because: readonly Because[]
  /** Tells whether it gets a request for that path. */
  gets(urlPath: string): boolean
}

export function claimOf(index: ObjectIndex, home: string, route: OpenShiftRoute): Claim {
  const namespace = route.meta.namespace ?? home
  const others = (route.host === null ? [] : index.openShiftRoutesForHost(route.host)).filter(
    (other) => other !== route && admissionsOf(other).refused === null && other.wildcardPolicy === route.wildcardPolicy,
  )
  const rivals = isAdmitted(route) ? [] : others.filter((other) => isBefore(other, route, home) !== false)
  const same = rivals.filter((other) => stemOf(other) === stemOf(route))
  const older = same.find((other) => isBefore(other, route, home) === true)
  const elsewhere = rivals.find((other) => (other.meta.namespace ?? home) !== namespace)
  const field = fieldOf(refOf(route), 'spec.host')
  const nameOf = (other: OpenShiftRoute) => `${refOf(other)} of namespace ${other.meta.namespace ?? home}`
  const doubts = [
    ...same
      .slice(0, 1)
      .map((other) => `${nameOf(other)} has the same host and path, and the older one gets the requests`),
    ...(same.length === 0 && elsewhere !== undefined
      ? [`${nameOf(elsewhere)} has the same host, which routers admit only if they allow it between namespaces`]
      : []),
  ]
  return {
    refused: older === undefined ? null : `${nameOf(older)} is older and has the same host and path`,
    because: doubts.map((doubt) => doubted(field, doubt)),
    gets: (urlPath) =>
      takes(route, urlPath) &&
      !others.some((other) => takes(other, urlPath) && stemOf(other).length > stemOf(route).length),
  }
}

/** Older Routes are before newer ones, then by namespace and name; `null`: nobody knows. */
function isBefore(a: OpenShiftRoute, b: OpenShiftRoute, home: string): boolean | null {
  if (a.meta.createdAt === null || b.meta.createdAt === null) {
    return null
  }
  const [first, second] = [Date.parse(a.meta.createdAt), Date.parse(b.meta.createdAt)]
  const name = ({ meta }: OpenShiftRoute) => `${meta.namespace ?? home}/${meta.name}`
  return first === second ? name(a) < name(b) : first < second
}
