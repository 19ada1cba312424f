import { actionOf } from '../kube/ingress-actions.ts'
import { backendsOf } from '../kube/object-index.ts'
import { annotationField } from './annotations.ts'
import type { PlanContext } from './context.ts'
import type { NotApplicable, PathKind } from './path.ts'
import { PATH_KINDS } from './path.ts'
import { clusterIPsOf, isExternalName, isHeadless } from './service.ts'
import { NO_ENDPOINT_OBJECTS } from './service-endpoints.ts'

/** Why a kind of path does not exist for this Service: one reason for every kind that has no path. */
export function notApplicable(context: PlanContext, planned: ReadonlySet<PathKind>): NotApplicable[] {
  const missing = PATH_KINDS.filter((kind) => !planned.has(kind)).map((kind) => ({
    kind,
    reason: reasonFor(context, kind),
  }))
  const routes = context.index
    .routesOf(context.target.namespace, context.target.service)
    .map((route): NotApplicable => {
      const of = route.gateways.length === 0 ? '' : ` (of Gateway/${route.gateways.join(', Gateway/')})`
      return {
        kind: 'Gateway',
        reason: `${route.kind}/${route.meta.name}${of} names the Service: routes of the Gateway API are not planned`,
      }
    })
  return [...missing, ...routes]
}

/** A backend of the Service's name that stands for an action which does not lead to it. */
function actionElsewhere({ index, target }: PlanContext): string | null {
  for (const ingress of index.ingressesOf(target.namespace, target.service)) {
    for (const backend of backendsOf(ingress)) {
      const action = actionOf(ingress, backend)
      if (action === null) {
        continue
      }
      const does = DOES.get(action.type) ?? 'is not understood'
      return `${annotationField(ingress, action.annotation)}: the action ${does}`
    }
  }
  return null
}

const DOES: ReadonlyMap<string, string> = new Map([
  ['forward', 'forwards, and not to this Service'],
  ['redirect', 'is a redirect, which leads to no Service'],
  ['fixed-response', 'is a fixed response, which leads to no Service'],
])

function reasonFor(context: PlanContext, kind: PathKind): string {
  const { service, endpoints } = context
  const type = `Service type is ${service.type}`
  const headless = 'spec.clusterIP is None: a headless Service has no address of its own'
  const ofService = isExternalName(context)
    ? `${type}: the cluster's DNS alone knows it`
    : isHeadless(context)
      ? headless
      : null
  const reasons: Record<PathKind, () => string> = {
    DNS: () => 'the Service has no name',
    ClusterIP: () => ofService ?? 'spec.ports is empty',
    NodePort: () =>
      ofService ?? (service.type === 'LoadBalancer' ? 'spec.allocateLoadBalancerNodePorts is false' : type),
    LoadBalancer: () => type,
    Ingress: () => actionElsewhere(context) ?? 'no Ingress among the objects names the Service in its namespace',
    Endpoint: () => {
      if (isExternalName(context)) {
        return `${type}: it has no endpoints`
      }
      if (endpoints.source === null) {
        return NO_ENDPOINT_OBJECTS
      }
      return endpoints.all.length === 0 ? 'the Service has no endpoint' : 'no endpoint serves a port of the Service'
    },
    ExternalIP: () => ofService ?? 'spec.externalIPs is empty',
    ExternalName: () => type,
    Environment: () =>
      ofService ??
      (clusterIPsOf(context).length === 0
        ? 'the Service has no clusterIP yet, which the variables would hold'
        : 'spec.ports is empty'),
  }
  return reasons[kind]()
}
