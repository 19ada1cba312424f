/**
 * Endpoint paths: each endpoint at the port that it serves a Service port on. The Service's addresses lead to them, and
 * they tell a fault of the Service from one of the pods.
 *
 * @module
 */
import { type Because, doubted, fieldOf } from './because.ts'
import { type PlanContext, portsFor } from './context.ts'
import { draft, type PathDraft } from './draft.ts'
import { endpointPort } from './endpoint-ports.ts'
import { isExternalName } from './service.ts'
import { hasSelector, isPodReady, NO_ENDPOINT_OBJECTS, type ServiceEndpoint, unreadPods } from './service-endpoints.ts'
import { type Counted, counted, portsCounted, type Sized } from './size.ts'
import type { Source } from './source.ts'
import { restingOn } from './unread.ts'

export const endpointSource: Source = {
  paths: endpointPaths,
  absent(context) {
    const { service, endpoints } = context
    if (isExternalName(context)) {
      return `Service type is ${service.type}: it has no endpoints`
    }
    if (endpoints.source === null) {
      return NO_ENDPOINT_OBJECTS
    }
    return endpoints.all.length === 0 ? 'the Service has no endpoint' : 'no endpoint serves a port of the Service'
  },
  unread: ({ endpoints }) => endpoints.unread,
  sizes: (sized) => [{ kind: 'Endpoint', counted: [portsCounted(sized), endpointsCounted(sized)], each: 1 }],
}

/** Counts the endpoints where the planner reads them: in slices, else in Endpoints, else as pods that are selected. */
export function endpointsCounted({ index, target: { namespace }, service }: Sized): Counted {
  const { name } = service.meta
  const slices = index.slicesOf(namespace, name)
  if (slices.length > 0) {
    const count = slices.reduce((sum, { endpoints }) => sum + endpoints.length, 0)
    return counted('endpoints', count, 'EndpointSlice endpoints')
  }
  const legacy = index.endpointsOf(namespace, name).flatMap(({ subsets }) => subsets)
  if (legacy.length > 0) {
    const count = legacy.reduce((sum, each) => sum + each.addresses.length + each.notReadyAddresses.length, 0)
    return counted('endpoints', count, `Endpoints/${name} subsets`)
  }
  const pods = hasSelector(service) ? index.podsMatching(namespace, service.selector) : []
  return counted('endpoints', pods.length, 'Pod')
}

function endpointPaths(context: PlanContext): PathDraft[] {
  const { service, endpoints, serviceName } = context
  const names = new Map<string, number>()
  for (const { hostname } of endpoints.all) {
    if (hostname !== null) {
      names.set(hostname, (names.get(hostname) ?? 0) + 1)
    }
  }

  const kept = context.take(
    'Endpoint',
    'endpoints',
    endpoints.all,
    ({ address, hostname }) => hostname ?? address,
    ({ usable }) => usable,
  )
  return portsFor(context, 'Endpoint').flatMap(({ port, at: position, scheme, schemeBecause }) => {
    // kube-proxy decides port by port: a port of draining pods alone is served by them, whatever other ports have.
    const anyReady = endpoints.all.some((each) => each.ready && !each.isName && endpointPort(each, port) !== null)
    return kept.flatMap((endpoint) => {
      const at = endpointPort(endpoint, port)
      if (at === null) {
        return []
      }
      // Pods of a Deployment may share a hostname, and a pod of two families has one: then the address tells them apart.
      const own =
        endpoint.hostname !== null && names.get(endpoint.hostname) === 1 ? endpoint.hostname : endpoint.address
      const from = at.because ?? fieldOf(`Service/${service.meta.name}`, `spec.ports[${position}].targetPort`)
      return [
        draft({
          kind: 'Endpoint',
          port,
          scheme,
          address: endpoint.address,
          addressPort: at.number,
          node: endpoint.nodeName,
          pod: endpoint.podName,
          because: [
            endpoint.because,
            from,
            ...schemeBecause,
            ...restingOn(endpoints.unread),
            ...endpointDoubts(context, endpoint, anyReady),
          ],
          discriminator: [own],
          reach: 'cluster',
          sni: serviceName,
          group: own,
        }),
      ]
    })
  })
}

/** @param anyReady says that an endpoint of the same port is ready (pkg/proxy/topology.go CategorizeEndpoints). */
function endpointDoubts(context: PlanContext, endpoint: ServiceEndpoint, anyReady: boolean): Because[] {
  const { service, endpoints } = context
  const { because, pod } = endpoint
  if (endpoint.isName) {
    return [doubted(because, 'kube-proxy ignores slices with addressType FQDN')]
  }
  if (endpoint.ready) {
    if (pod === null && service.publishNotReadyAddresses && endpoint.podName !== null) {
      const unread = unreadPods(context.index, context.target.namespace, service)
      return restingOn(unread).map((each) => doubted(each, 'whether the pod is Ready is not known'))
    }
    if (pod === null || isPodReady(pod) || (endpoints.source === 'Pod' && !service.publishNotReadyAddresses)) {
      return []
    }
    const condition = fieldOf(`Pod/${pod.meta.name}`, 'status.conditions[Ready]', ' is not True')
    return [doubted(condition, 'published nevertheless (publishNotReadyAddresses)')]
  }
  if (!anyReady && endpoint.serving && endpoint.terminating) {
    return []
  }
  if (endpoint.terminating) {
    const why = endpoint.serving ? 'traffic goes to the ready endpoints' : 'it does not serve any more'
    return [doubted(because, `terminating; ${why}`)]
  }
  return [doubted(because, 'not ready')]
}
