/**
 * Finds the addresses at which a router of OpenShift is dialled: the caller's; else those of its Service; else the name
 * that it tells in the status of the Route; else none yet.
 *
 * @module
 */
import { refOf, type Service } from '../../kube/objects.ts'
import type { OpenShiftRoute } from '../../kube/openshift-objects.ts'
import { type Because, fieldOf } from '../because.ts'
import type { PlanContext } from '../context.ts'
import { STANDARD, type WayIn } from '../ingress-address.ts'
import { addressesOfFront, unreadBehind } from '../ingress-fronts.ts'
import { privateExcuses } from '../ingress-listeners.ts'
import type { Sized } from '../size.ts'
import { restingOn } from '../unread.ts'
import type { Admission } from './claims.ts'

/** The ingress operator makes routers, and their Services, there. */
const NAMESPACE = 'openshift-ingress'
const OWNER = 'ingresscontroller.operator.openshift.io/owning-ingresscontroller'
/** The router that every cluster has. */
const DEFAULT_ROUTER = 'default'

const PREFERRED = ['LoadBalancer', 'NodePort', 'ClusterIP', 'ExternalName']

/** Every router has an internal Service, and another one where it is published by a load balancer or node ports. */
function serviceOf({ index }: Pick<PlanContext, 'index'>, router: string): Service | null {
  const found = index.servicesMarked({ [OWNER]: router }).filter(({ meta }) => meta.namespace === NAMESPACE)
  const [best] = found.toSorted((a, b) => PREFERRED.indexOf(a.type) - PREFERRED.indexOf(b.type))
  return best ?? null
}

/** Counts the addresses before they are worked out: at least as many as there will be. */
export function addressCount({ index, request }: Pick<Sized, 'index' | 'request'>, admissions: readonly Admission[]) {
  const named = request.addresses.ingressController.length
  const front = serviceOf({ index }, admissions[0]?.router ?? DEFAULT_ROUTER)
  const ofFront = front === null ? 1 : front.loadBalancerIngress.length + front.externalIPs.length + 2
  return named > 0 ? named : admissions.length * ofFront
}

export function routerWays(context: PlanContext, route: OpenShiftRoute, admission: Admission): readonly WayIn[] {
  const { addresses, index, position, place } = context
  const common = { doubts: [], pending: null, isVip: false, front: null }
  if (addresses.ingressController.length > 0) {
    return [...new Set(addresses.ingressController)].map((address) => ({
      ...common,
      address,
      ports: addresses.controllerPorts ?? STANDARD,
      because: [fieldOf(null, `addresses.ingressController[${addresses.ingressController.indexOf(address)}]`)],
      reach: 'given',
    }))
  }
  const excuses = (address: string): readonly Because[] =>
    position === 'outside' ? privateExcuses(address, place.reaches ?? []) : []
  const resting = restingOn(index.unread('services', NAMESPACE))
  const front = serviceOf(context, admission.router ?? DEFAULT_ROUTER)
  const offered = front === null ? [] : addressesOfFront(context, front)
  if (front !== null && offered.length > 0) {
    return offered.map(({ address, because, http, https, reach, isVip }) => ({
      ...common,
      ...{ address, reach, isVip, front },
      ports: addresses.controllerPorts ?? { http, https },
      because: [because, ...restingOn(...unreadBehind(context, front))],
      doubts: reach === 'cluster' ? [] : excuses(address),
    }))
  }
  if (admission.canonicalHostname !== null) {
    const field = fieldOf(refOf(route), `status.ingress[${admission.at ?? 0}].routerCanonicalHostname`)
    return [
      {
        ...common,
        address: admission.canonicalHostname,
        ports: addresses.controllerPorts ?? STANDARD,
        because: [field, ...resting],
        reach: 'anywhere',
      },
    ]
  }
  const pending = `no router has told its address for ${refOf(route)} yet; name it in addresses.ingressController`
  const because = [fieldOf(refOf(route), 'status.ingress', '=[]'), ...resting]
  return [{ ...common, address: null, ports: STANDARD, because, reach: 'anywhere', pending }]
}
