import { refOf } from '../../kube/objects.ts'
import { hasSelector } from '../../plan/service-endpoints.ts'
import { type Cause, type Rule, WAYS_TO_PODS } from '../rule.ts'
import { NO_BACKEND } from '../shows.ts'
import { unsure } from '../unseen.ts'

/** The Service has no endpoints, and no other rule says why. */
export const noEndpoints: Rule = {
  code: 'no_endpoints',
  layer: 'endpoints',
  warnings: ['service', 'pods', 'makers'],
  unless: [
    'selector_matches_no_pods',
    'service_in_other_namespace',
    'workload_scaled_to_zero',
    'pods_ended',
    'pods_not_ready',
    'selectorless_without_endpoints',
  ],
  belied: { by: WAYS_TO_PODS, leaves: 'objects' },
  showsAs: NO_BACKEND,
  when({ service, ref, namespace, endpoints, index, pathsOf }) {
    if (endpoints.source === null || endpoints.source === 'Pod') {
      return []
    }
    if (endpoints.all.some(({ usable }) => usable)) {
      return []
    }
    const owners = [...index.slicesOf(namespace, service.meta.name), ...index.endpointsOf(namespace, service.meta.name)]
    const unready = endpoints.all.length
    const cause: Cause = {
      confidence: 'certain',
      title: unready === 0 ? 'The Service has no endpoint' : 'No endpoint of the Service is ready',
      detail:
        `${owners.map(refOf).join(', ')} ${owners.length === 1 ? 'has' : 'have'} ${unready === 0 ? 'no address' : `${unready} not ready and none that is`}, ` +
        'so every address of the Service refuses connections (or drops them, where the proxy does).',
      fix: hasSelector(service)
        ? 'See whether the selector matches pods and whether they are Ready.'
        : `Put the addresses that serve ${ref} into its EndpointSlice, with ready: true.`,
      confirm: `kubectl get endpointslices,pods -n ${namespace} -o wide`,
      evidence: owners.map((owner) => ({
        object: refOf(owner),
        field: owner.kind === 'Endpoints' ? 'subsets' : 'endpoints',
        value: owner.kind === 'Endpoints' ? owner.subsets.length : owner.endpoints.length,
      })),
      explains: pathsOf(),
    }
    return [unsure(cause, endpoints.unread)]
  },
}
