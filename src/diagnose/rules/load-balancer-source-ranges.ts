import { list } from '../phrases.ts'
import type { Rule } from '../rule.ts'
import { NOT_LET_IN } from '../shows.ts'

/** Source ranges do not cover node ports. */
export const loadBalancerSourceRanges: Rule = {
  code: 'load_balancer_source_ranges',
  layer: 'loadbalancer',
  showsAs: NOT_LET_IN,
  when({ service, ref, namespace, pathsOf }) {
    const ranges = service.loadBalancerSourceRanges
    if (service.type !== 'LoadBalancer' || ranges.length === 0 || ranges.includes('0.0.0.0/0')) {
      return []
    }
    return [
      {
        confidence: 'possible',
        title: `Only clients from ${list(ranges, 3)} are let in`,
        detail:
          'From any other address the load balancer, or kube-proxy in its stead, drops connections without an answer. Node ports are not covered by it.',
        fix: 'If the prober, or a client that matters, is elsewhere, add its range to spec.loadBalancerSourceRanges.',
        confirm: `kubectl get service -n ${namespace} ${service.meta.name} -o jsonpath='{.spec.loadBalancerSourceRanges}'`,
        evidence: [{ object: ref, field: 'spec.loadBalancerSourceRanges', value: ranges }],
        explains: pathsOf(['LoadBalancer']),
      },
    ]
  },
}
