import { kindsThat } from '../../plan/kinds.ts'
import { endpointsOf } from '../commands.ts'
import { count, list } from '../phrases.ts'
import type { Cause, Rule } from '../rule.ts'
import { NO_BACKEND } from '../shows.ts'
import { unsure } from '../unseen.ts'

/** Whoever leads there takes ready endpoints alone. */
const READY_ONLY = kindsThat(({ routedBy, role }) => routedBy !== null || role === 'name')

export const podsTerminatingOnly: Rule = {
  code: 'pods_terminating_only',
  layer: 'workload',
  warnings: ['pods', 'makers'],
  showsAs: NO_BACKEND,
  when({ namespace, service, endpoints, pathsOf }) {
    const usable = endpoints.all.filter((endpoint) => endpoint.usable)
    if (usable.length === 0 || !usable.every(({ terminating }) => terminating)) {
      return []
    }
    const cause: Cause = {
      confidence: 'certain',
      title: `Only terminating pods are left: ${count(usable.length, 'endpoint')}`,
      detail:
        `${list(usable.map(({ address }) => address))} still serve while they shut down, and nothing replaces them. ` +
        'kube-proxy sends traffic there as long as they last; Ingress controllers and headless DNS take ready endpoints only.',
      fix: 'Let the rollout bring up new pods before it ends old ones (maxUnavailable 0, or a higher maxSurge).',
      confirm: endpointsOf({ namespace, service: service.meta.name }, 'yaml'),
      evidence: usable.slice(0, 5).map(({ because, ready, serving, terminating }) => ({
        object: because.ref,
        field: because.field,
        value: { ready, serving, terminating },
      })),
      explains: pathsOf(READY_ONLY),
    }
    return [unsure(cause, endpoints.unread)]
  },
}
