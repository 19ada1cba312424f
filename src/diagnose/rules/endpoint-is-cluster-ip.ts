import { refOf } from '../../kube/objects.ts'
import { becauseText } from '../../plan/because.ts'
import { endpointsOf } from '../commands.ts'
import { type Rule, WAYS_TO_PODS } from '../rule.ts'
import { NO_CONNECTION } from '../shows.ts'

/** Kube-proxy translates once; a packet to another Service's cluster IP is lost after that. */
export const endpointIsClusterIp: Rule = {
  code: 'endpoint_is_cluster_ip',
  layer: 'endpoints',
  belied: { by: WAYS_TO_PODS, leaves: 'nothing' },
  showsAs: NO_CONNECTION,
  when({ endpoints, index, namespace, service, pathsOf }) {
    // The endpoints controller writes addresses of pods; whoever else writes them may write any.
    if (endpoints.all.some(({ podName }) => podName === null)) {
      index.unread('services', null)
    }
    return endpoints.all.flatMap(({ address, because }) => {
      const owner = index.serviceByClusterIP(address)
      if (owner === null) {
        return []
      }
      return [
        {
          confidence: 'certain' as const,
          title: `${address} is the cluster IP of ${refOf(owner)}, and cannot be an endpoint`,
          detail: `${becauseText(because)}: kube-proxy does not translate twice. The address itself may well answer: it is that of another Service.`,
          fix: `Use the endpoints of ${refOf(owner)}, or an ExternalName Service.`,
          confirm: endpointsOf({ namespace, service: service.meta.name }),
          evidence: [{ object: because.ref, field: because.field, value: address }],
          explains: pathsOf(WAYS_TO_PODS),
        },
      ]
    })
  },
}
