/**
 * Tells whether the cluster itself vouches for what a Service leads to. Pure.
 *
 * @module
 */
import type { ObjectIndex } from '../kube/object-index.ts'
import { refOf, type Service } from '../kube/objects.ts'
import { familyOf } from '../lib/address.ts'
import { type DiscoverEgress, isEverywhere, isNamed } from './discover-egress.ts'
import { KINDS } from './kinds.ts'
import type { PlannedPath } from './path.ts'
import { endpointsOf, hasSelector, isPodOver } from './service-endpoints.ts'

/** The endpoint slice controller marks its slices so (KEP-752; k8s.io/endpointslice). Anybody can write the same. */
const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by'
const CONTROLLER = 'endpointslice-controller.k8s.io'

export type Told = {
  index: ObjectIndex
  namespace: string
  service: Service
  egress: DiscoverEgress
  amongTenants: boolean
  /** Addresses of the pods that the Service selects, as their kubelets report them. */
  own: ReadonlySet<string>
}

/** A pod on the host network shares the address of its node, at any port of which anybody's pod may listen. */
export function ownAddresses(
  index: ObjectIndex,
  namespace: string,
  service: Service,
  amongTenants: boolean,
): ReadonlySet<string> {
  const pods = hasSelector(service) ? index.podsMatching(namespace, service.selector) : []
  const own = pods.filter((pod) => !isPodOver(pod) && !(amongTenants && pod.spec.hostNetwork))
  return new Set(own.flatMap(({ podIPs }) => podIPs))
}

export type Beyond = {
  /** Endpoints that nobody but their author vouches for, each with why. */
  endpoints: ReadonlyMap<string, string>
  /** Tells why what a path leads to is nobody's but a user's; `null`: it is the cluster's own. */
  behind(path: PlannedPath): string | null
}

/**
 * kube-proxy and controllers lead on to whatever stands in a slice or an ExternalName, so a cluster IP is no safer than
 * what is behind it (CVE-2021-25740).
 */
export function beyondOf(told: Told): Beyond {
  const { index, namespace, service, egress } = told
  if (service.type === 'ExternalName') {
    const name = service.externalName ?? ''
    const why = `${refOf(service)} stands for ${name}, which a user wrote`
    const behind = (path: PlannedPath): string | null =>
      path.dns !== null || isNamed(egress, name) || (KINDS[path.kind].between !== 'router' && egress.ranges.length > 0)
        ? null
        : why
    return { endpoints: new Map(), behind }
  }
  const endpoints = foreignEndpoints(told)
  const [first] = [...endpoints].filter(([address]) => familyOf(address) !== null && !isNamed(egress, address))
  const unread = index.unread('endpointSlices', namespace, 'own')
  const unknown =
    unread === null || unread.reason === 'not_served' || isEverywhere(egress)
      ? null
      : `what is behind ${refOf(service)} is not known, as its EndpointSlices were not read: ${unread.detail}`
  const why = first === undefined ? unknown : `${refOf(service)} leads to ${first[0]}: ${first[1]}`
  return { endpoints, behind: ({ dns }) => (dns === null ? why : null) }
}

function foreignEndpoints({ index, namespace, service, own }: Told): ReadonlyMap<string, string> {
  const { name } = service.meta
  const found = new Map<string, string>()
  const unread = index.unread('pods', namespace, 'own')
  const because =
    unread === null ? 'no pod that the Service selects has it' : `its pods were not read: ${unread.detail}`
  for (const slice of index.slicesOf(namespace, name)) {
    const by = slice.meta.labels[MANAGED_BY]
    for (const address of slice.endpoints.flatMap(({ addresses }) => addresses)) {
      if (by !== CONTROLLER) {
        found.set(address, `${address} was written into ${refOf(slice)} by ${by ?? 'hand'}`)
      } else if (!own.has(address)) {
        found.set(address, `${address} stands in ${refOf(slice)}, and ${because}`)
      }
    }
  }
  for (const { address } of endpointsOf(index, namespace, service).all) {
    if (!own.has(address) && !found.has(address)) {
      found.set(address, `${address} stands in Endpoints/${name}, and ${because}`)
    }
  }
  return found
}
