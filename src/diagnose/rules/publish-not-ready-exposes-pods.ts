import { refOf } from '../../kube/objects.ts'
import { isHeadless } from '../../plan/service.ts'
import { isPodReady } from '../../plan/service-endpoints.ts'
import { count } from '../phrases.ts'
import type { Rule } from '../rule.ts'
import { SICK_PODS } from '../shows.ts'

/** publishNotReadyAddresses is for peers of a StatefulSet that find each other by name, not for clients. */
export const publishNotReadyExposesPods: Rule = {
  code: 'publish_not_ready_exposes_pods',
  layer: 'endpoints',
  showsAs: SICK_PODS,
  when({ service, ref, namespace, pods, pathsOf }) {
    if (!service.publishNotReadyAddresses || isHeadless({ service })) {
      return []
    }
    const unready = pods.filter((pod) => !isPodReady(pod) && pod.podIPs.length > 0)
    if (unready.length === 0) {
      return []
    }
    return [
      {
        confidence: 'certain',
        title: `Traffic goes to ${count(unready.length, 'pod')} that ${unready.length === 1 ? 'is' : 'are'} not Ready`,
        detail:
          'publishNotReadyAddresses makes every pod an endpoint, Ready or not: connections that are led to one of these may fail.',
        fix: 'Leave spec.publishNotReadyAddresses out; it is for headless Services whose pods look for each other.',
        confirm: `kubectl get service -n ${namespace} ${service.meta.name} -o jsonpath='{.spec.publishNotReadyAddresses}'`,
        evidence: [
          { object: ref, field: 'spec.publishNotReadyAddresses', value: true },
          ...unready.slice(0, 3).map((pod) => ({
            object: refOf(pod),
            field: 'status.conditions[Ready]',
            value: pod.conditions.find(({ type }) => type === 'Ready')?.status ?? null,
          })),
        ],
        explains: pathsOf(),
      },
    ]
  },
}
