import { count } from '../phrases.ts'
import type { Rule } from '../rule.ts'
import { NO_CONNECTION } from '../shows.ts'

const EXCLUDE = 'node.kubernetes.io/exclude-from-external-load-balancers'

/** A load balancer has no node behind it. Single-node clusters have that by default: kubeadm labels control planes. */
export const loadBalancerNodesExcluded: Rule = {
  code: 'load_balancer_nodes_excluded',
  layer: 'loadbalancer',
  warnings: ['service'],
  showsAs: NO_CONNECTION,
  when({ service, index, pathsOf }) {
    const { nodes } = index
    if (service.type !== 'LoadBalancer' || nodes.length === 0) {
      return []
    }
    if (nodes.some(({ meta }) => meta.labels[EXCLUDE] === undefined)) {
      return []
    }
    // One node that was not read would do.
    if (index.unread('nodes', null) !== null) {
      return []
    }
    return [
      {
        confidence: 'likely',
        title: `${nodes.length === 1 ? 'The only node is' : `All ${count(nodes.length, 'node')} are`} kept from load balancers`,
        detail: `Every node has the label ${EXCLUDE}: a load balancer that respects it has no node to send traffic to, or is not announced.`,
        fix: `Take the label from the nodes that are to carry traffic of load balancers, not from all: kubectl label node ${nodes[0]?.meta.name} ${EXCLUDE}-`,
        confirm: `kubectl get nodes -l ${EXCLUDE}`,
        evidence: nodes.slice(0, 5).map(({ meta }) => ({
          object: `Node/${meta.name}`,
          field: `metadata.labels["${EXCLUDE}"]`,
          value: meta.labels[EXCLUDE],
        })),
        explains: pathsOf(['LoadBalancer']),
      },
    ]
  },
}
