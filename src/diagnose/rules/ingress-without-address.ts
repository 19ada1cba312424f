import { refOf } from '../../kube/objects.ts'
import type { Rule } from '../rule.ts'
import { NO_CONTROLLER } from '../shows.ts'

/** The Ingress was read from a cluster (it has a creation time), and no controller has written its address. */
export const ingressWithoutAddress: Rule = {
  code: 'ingress_without_address',
  layer: 'ingress',
  warnings: ['ingresses'],
  unless: ['ingress_class_missing'],
  showsAs: NO_CONTROLLER,
  when({ ingresses, namespace, pathsOf }) {
    return ingresses
      .filter(({ meta, loadBalancerIngress }) => meta.createdAt !== null && loadBalancerIngress.length === 0)
      .map((ingress) => ({
        confidence: 'possible' as const,
        title: `No controller has taken ${refOf(ingress)} up`,
        detail:
          'Its status has no address. Either no controller serves its class, or the controller does not publish addresses (usual on bare metal).',
        fix: 'See whether the controller of its class runs; if it does, name its address in addresses.ingressController.',
        confirm: `kubectl describe ingress -n ${namespace} ${ingress.meta.name}`,
        evidence: [{ object: refOf(ingress), field: 'status.loadBalancer.ingress', value: [] }],
        explains: pathsOf(['Ingress'], ({ because }) => because.some(({ ref }) => ref === refOf(ingress))),
      }))
  },
}
