import { PROXY_LABELS } from '../../plan/service.ts'
import type { Rule } from '../rule.ts'
import { NO_CONNECTION } from '../shows.ts'

export const proxyLabelExcludesService: Rule = {
  code: 'proxy_label_excludes_service',
  layer: 'proxy',
  belied: { by: ['ClusterIP', 'DNS'], leaves: 'nothing' },
  showsAs: NO_CONNECTION,
  when({ service, ref, namespace, pathsOf }) {
    return PROXY_LABELS.flatMap((label) => {
      const value = service.meta.labels[label]
      if (value === undefined) {
        return []
      }
      return [
        {
          confidence: 'certain' as const,
          title: `kube-proxy ignores the Service because of its label ${label}`,
          detail:
            'Its cluster IP, node ports and load balancer addresses get no rules on the nodes; unless another proxy serves them, connections time out, while the pods answer directly.',
          fix: `kubectl label -n ${namespace} service/${service.meta.name} ${label}-`,
          confirm: `kubectl get service -n ${namespace} ${service.meta.name} --show-labels`,
          evidence: [{ object: ref, field: `metadata.labels["${label}"]`, value }],
          explains: pathsOf(['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalIP', 'DNS']),
        },
      ]
    })
  },
}
