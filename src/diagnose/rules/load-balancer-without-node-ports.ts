import type { Rule } from '../rule.ts'
import { NO_CONNECTION } from '../shows.ts'

/** A load balancer without node ports works only if it reaches pods or cluster IPs itself. */
export const loadBalancerWithoutNodePorts: Rule = {
  code: 'load_balancer_without_node_ports',
  layer: 'loadbalancer',
  showsAs: NO_CONNECTION,
  when({ service, ref, namespace, pathsOf }) {
    if (service.type !== 'LoadBalancer' || service.allocateLoadBalancerNodePorts) {
      return []
    }
    const missing = service.ports.filter(({ nodePort }) => nodePort === null || nodePort === 0)
    if (missing.length === 0) {
      return []
    }
    return [
      {
        confidence: 'possible',
        title: 'The load balancer has no node port to send traffic to',
        detail: `allocateLoadBalancerNodePorts is false and ${missing.length === 1 ? `port ${missing[0]?.port} has` : 'the ports have'} no nodePort. Implementations that go through node ports (most clouds) then reach nothing.`,
        fix: 'Set spec.allocateLoadBalancerNodePorts to true, unless the implementation is known to do without.',
        confirm: `kubectl get service -n ${namespace} ${service.meta.name} -o yaml`,
        evidence: [{ object: ref, field: 'spec.allocateLoadBalancerNodePorts', value: false }],
        explains: pathsOf(['LoadBalancer']),
      },
    ]
  },
}
