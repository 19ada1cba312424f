/**
 * The facts that rules look at: the Service of a plan, and the objects around it.
 *
 * @module
 */
import { indexObjects, type ObjectIndex } from '../kube/object-index.ts'
import { type Ingress, type KubeObjects, type Pod, refOf, type Service } from '../kube/objects.ts'
import { type Route, routesOf } from '../plan/ingress-rules.ts'
import { KINDS, kindsThat, type PathKind } from '../plan/kinds.ts'
import type { Plan, PlannedPath } from '../plan/path.ts'
import { endpointsOf, hasSelector, isPodOver, type ServiceEndpoints } from '../plan/service-endpoints.ts'
import { type Routes, routesTo } from './refused-routes.ts'

export type Facts = {
  plan: Plan
  service: Service
  /** `Service/toad-svc`. */
  ref: string
  namespace: string
  index: ObjectIndex
  endpoints: ServiceEndpoints
  /** Pods that the selector matches and that have not ended. */
  pods: readonly Pod[]
  /** Pods that the selector matches and that have ended, so that they serve nothing. */
  endedPods: readonly Pod[]
  /** Ingresses of its namespace that name the Service, and their routes to it. */
  ingresses: readonly Ingress[]
  routes: readonly Route[]
  /** Routes of the Gateway API that name it. */
  gatewayRoutes(): Routes
  /** Ids of the paths that lead to the endpoints of the Service, by kind; without kinds, all that do. */
  pathsOf(kinds?: readonly PathKind[], which?: (path: PlannedPath) => boolean): readonly string[]
}

/** Everything that needs a working endpoint behind it. A name resolves without one, and the variables are set. */
const SERVED = kindsThat(({ between }) => between !== null)

/** @returns `null` where the Service is no longer among the objects. */
export function gatherFacts(
  plan: Plan,
  objects: KubeObjects,
  index: ObjectIndex = indexObjects(objects),
): Facts | null {
  const { namespace, service: name } = plan.target
  const [service] = index.servicesAt(namespace, name)
  if (service === undefined) {
    return null
  }
  const matching = hasSelector(service) ? index.podsMatching(namespace, service.selector) : []
  const ingresses = index.ingressesOf(namespace, name)
  let gatewayRoutes: Routes | null = null
  return {
    plan,
    service,
    ref: refOf(service),
    namespace,
    index,
    endpoints: endpointsOf(index, namespace, service),
    pods: matching.filter((pod) => !isPodOver(pod)),
    endedPods: matching.filter(isPodOver),
    ingresses,
    routes: ingresses.flatMap(routesOf).filter(({ backend }) => backend.service?.name === name),
    gatewayRoutes() {
      gatewayRoutes ??= routesTo(index, plan, service)
      return gatewayRoutes
    },
    pathsOf: (kinds = SERVED, which = () => true) =>
      plan.paths
        .filter((path) => path.expected !== 'unreachable' && kinds.includes(path.kind) && which(path))
        // A name that is only resolved needs an endpoint on a headless Service alone.
        .filter((path) => KINDS[path.kind].role !== 'name' || path.dns === null || service.clusterIP === 'None')
        .map(({ id }) => id),
  }
}
