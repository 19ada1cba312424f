import { refOf } from '../../kube/objects.ts'
import type { Rule } from '../rule.ts'
import { NO_CONNECTION } from '../shows.ts'

export const ingressAddressClusterInternal: Rule = {
  code: 'ingress_address_cluster_internal',
  layer: 'ingress',
  showsAs: NO_CONNECTION,
  when({ ingresses, index, namespace, pathsOf }) {
    return ingresses.flatMap((ingress) =>
      ingress.loadBalancerIngress.flatMap(({ ip }, entry) => {
        // The Service that has it is read for this, of whatever namespace.
        if (ip !== null) {
          index.unread('services', null)
        }
        const owner = ip === null ? null : index.serviceByClusterIP(ip)
        if (ip === null || owner === null) {
          return []
        }
        return [
          {
            confidence: 'certain' as const,
            title: `The address of ${refOf(ingress)}, ${ip}, works only inside the cluster`,
            detail: `It is the cluster IP of ${refOf(owner)}, which the controller publishes because that Service has nothing better. DNS that follows this status (external-dns) leads clients nowhere.`,
            fix: `Give ${refOf(owner)} a load balancer or external IPs, or tell the controller what to publish (ingress-nginx: --publish-status-address).`,
            confirm: `kubectl get ingress -n ${namespace} ${ingress.meta.name} -o wide; kubectl get service -n ${owner.meta.namespace ?? namespace} ${owner.meta.name}`,
            evidence: [
              { object: refOf(ingress), field: `status.loadBalancer.ingress[${entry}].ip`, value: ip },
              { object: refOf(owner), field: 'spec.clusterIP', value: ip },
            ],
            explains: pathsOf(['Ingress'], ({ address }) => address === ip),
          },
        ]
      }),
    )
  },
}
