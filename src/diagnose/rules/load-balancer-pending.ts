import { refOf } from '../../kube/objects.ts'
import { unreadText } from '../../plan/unread.ts'
import { unreadEvents } from '../../plan/warnings.ts'
import type { Rule } from '../rule.ts'
import { NO_CONNECTION } from '../shows.ts'

/** Written by cloud controllers (cloud-provider service controller) and by MetalLB when they give no address. */
const REASONS = new Set([
  'SyncLoadBalancerFailed',
  'UnAvailableLoadBalancer',
  'AllocationFailed',
  'LoadBalancerFailed',
  'ClearAssignment',
])

/** The load balancer has no address. A manifest that was never applied waits for none. */
export const loadBalancerPending: Rule = {
  code: 'load_balancer_pending',
  layer: 'loadbalancer',
  belied: { by: ['LoadBalancer'], leaves: 'nothing' },
  showsAs: NO_CONNECTION,
  when({ service, ref, namespace, index, plan }) {
    if (service.type !== 'LoadBalancer' || service.loadBalancerIngress.length > 0 || service.clusterIPs.length === 0) {
      return []
    }
    const { name } = service.meta
    const event = index
      .eventsAbout(namespace, `Service/${name}`)
      .filter(({ reason }) => REASONS.has(reason ?? ''))
      .toSorted((a, b) => (b.lastAt ?? '').localeCompare(a.lastAt ?? '') || refOf(a).localeCompare(refOf(b)))[0]
    const { loadBalancerClass } = service
    const unread = event === undefined ? unreadEvents(index, namespace) : null
    return [
      {
        confidence: 'certain',
        title: 'The load balancer has no address yet',
        detail:
          event !== undefined
            ? `${event.reason}: ${event.message ?? ''}`
            : loadBalancerClass !== null
              ? `Only an implementation that serves loadBalancerClass ${loadBalancerClass} gives it one; all others must leave it alone.`
              : `${unread === null ? 'No event says why' : unreadText(unread)}. On a cluster without a cloud controller or MetalLB nobody gives addresses, and it stays so.`,
        fix:
          loadBalancerClass !== null && event === undefined
            ? `Install an implementation of ${loadBalancerClass}, or leave spec.loadBalancerClass out.`
            : event !== undefined
              ? 'Give the implementation what its message asks for: a pool, quota, permissions, Ready nodes.'
              : 'Install an implementation (a cloud controller, MetalLB), or use NodePort or Ingress.',
        confirm: `kubectl describe service -n ${namespace} ${name}`,
        evidence: [
          { object: ref, field: 'status.loadBalancer.ingress', value: [] },
          ...(event === undefined ? [] : [{ object: refOf(event), field: 'reason', value: event.reason }]),
          ...(loadBalancerClass === null
            ? []
            : [{ object: ref, field: 'spec.loadBalancerClass', value: loadBalancerClass }]),
        ],
        explains: plan.paths.filter(({ kind }) => kind === 'LoadBalancer').map(({ id }) => id),
      },
    ]
  },
}
