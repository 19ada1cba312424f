import { matchesLabels } from '../../kube/object-index.ts'
import { refOf } from '../../kube/objects.ts'
import { hasSelector, unreadPods } from '../../plan/service-endpoints.ts'
import { type Cause, type Rule, WAYS_TO_PODS } from '../rule.ts'
import { NO_BACKEND } from '../shows.ts'
import { unsure } from '../unseen.ts'

/** ReplicaSets of a Deployment that have been replaced are at zero as well: those say nothing. */
export const workloadScaledToZero: Rule = {
  code: 'workload_scaled_to_zero',
  layer: 'workload',
  warnings: ['makers'],
  belied: { by: WAYS_TO_PODS, leaves: 'objects' },
  showsAs: NO_BACKEND,
  when({ service, namespace, index, pods, endpoints, pathsOf }) {
    if (!hasSelector(service) || pods.length > 0 || endpoints.all.length > 0) {
      return []
    }
    if (endpoints.unread !== null) {
      return []
    }
    const { selector } = service
    const unread = index.unread('workloads', namespace)
    const making = index
      .workloadsIn(namespace)
      .filter(({ template, meta }) => meta.owner === null && matchesLabels(template.labels, selector))
    const [first] = making
    if (first === undefined || making.some(({ replicas }) => replicas !== 0)) {
      return []
    }
    const cause: Cause = {
      // Other workloads may feed it, unless its endpoints are known to be none.
      confidence: endpoints.source === null ? 'likely' : 'certain',
      title: `${refOf(first)} has 0 replicas`,
      detail:
        'Nothing makes the pods that the selector matches, so the Service has no endpoint. Its network is not the cause.',
      fix: `kubectl scale -n ${namespace} ${first.kind.toLowerCase()}/${first.meta.name} --replicas=1`,
      confirm: `kubectl get -n ${namespace} ${first.kind.toLowerCase()} ${first.meta.name}`,
      evidence: making.map((workload) => ({
        object: refOf(workload),
        field: 'spec.replicas',
        value: workload.replicas,
      })),
      explains: pathsOf(),
    }
    return [unsure(cause, unread, unreadPods(index, namespace, service))]
  },
}
