import { refOf } from '../../kube/objects.ts'
import { hasSelector } from '../../plan/service-endpoints.ts'
import { endpointsOf } from '../commands.ts'
import { type Rule, WAYS_TO_PODS } from '../rule.ts'
import { NO_BACKEND } from '../shows.ts'

/** Nobody makes the endpoints of a Service without selector but its author. */
export const selectorlessWithoutEndpoints: Rule = {
  code: 'selectorless_without_endpoints',
  layer: 'endpoints',
  belied: { by: WAYS_TO_PODS, leaves: 'objects' },
  showsAs: NO_BACKEND,
  when({ service, ref, namespace, endpoints, index, pathsOf }) {
    if (hasSelector(service) || service.type === 'ExternalName' || endpoints.all.length > 0) {
      return []
    }
    if (endpoints.unread !== null) {
      return []
    }
    const { name } = service.meta
    // Asking makes a live source read the slices that lack the label.
    index.unread('endpointSlices', namespace)
    const unlabelled = index.objects.endpointSlices.find(
      ({ meta, serviceName }) =>
        serviceName === null && (meta.namespace ?? namespace) === namespace && meta.name.startsWith(name),
    )
    // Slices of other Services say nothing about whether all were sent.
    const seen = endpoints.source !== null
    return [
      {
        confidence: seen ? 'certain' : 'likely',
        title: seen
          ? 'The Service has no selector, and nobody has given it endpoints'
          : 'The Service has no selector, and none of its endpoints is among the objects',
        detail:
          unlabelled === undefined
            ? `Kubernetes makes endpoints from the selector; without one, they have to be written. ${seen ? 'There are none, so every connection is refused.' : 'If there are none, every connection is refused.'}`
            : `${refOf(unlabelled)} looks meant for it, but lacks the label kubernetes.io/service-name=${name}, by which a slice belongs to a Service.`,
        fix:
          unlabelled === undefined
            ? `Create an EndpointSlice with the label kubernetes.io/service-name=${name} and the names of the Service's ports; or give the Service a selector.`
            : `kubectl label -n ${namespace} endpointslice/${unlabelled.meta.name} kubernetes.io/service-name=${name}`,
        confirm: endpointsOf({ namespace, service: name }),
        evidence: [
          { object: ref, field: 'spec.selector', value: null },
          ...(unlabelled === undefined
            ? []
            : [{ object: refOf(unlabelled), field: 'metadata.labels', value: unlabelled.meta.labels }]),
        ],
        explains: pathsOf(),
      },
    ]
  },
}
