import { refOf } from '../../kube/objects.ts'
import { unreadPods } from '../../plan/service-endpoints.ts'
import { count, list, selectorText } from '../phrases.ts'
import { type Cause, type Rule, WAYS_TO_PODS } from '../rule.ts'
import { NO_BACKEND } from '../shows.ts'
import { unsure } from '../unseen.ts'

export const podsEnded: Rule = {
  code: 'pods_ended',
  layer: 'workload',
  warnings: ['pods', 'makers'],
  belied: { by: WAYS_TO_PODS, leaves: 'objects' },
  showsAs: NO_BACKEND,
  when({ service, namespace, index, pods, endedPods, endpoints, pathsOf }) {
    const [first] = endedPods
    if (first === undefined || pods.length > 0 || endpoints.all.some(({ usable }) => usable)) {
      return []
    }
    const cause: Cause = {
      // Pods that are not among the objects may serve it, unless its endpoints are known to be none.
      confidence: endpoints.source === 'EndpointSlice' || endpoints.source === 'Endpoints' ? 'certain' : 'likely',
      title: `${endedPods.length === 1 ? 'The only pod' : `All ${count(endedPods.length, 'pod')}`} that the selector matches ${endedPods.length === 1 ? 'has' : 'have'} ended`,
      detail: `${list(endedPods.map((pod) => `${refOf(pod)} ${pod.phase}`))}. A pod that has ended (finished, failed, evicted) is no endpoint, whatever its labels.`,
      fix: 'See why they ended (an eviction names the resource that ran out), and let their controller make new ones.',
      confirm: `kubectl get pods -n ${namespace} -l '${selectorText(service.selector ?? {})}'`,
      evidence: endedPods.slice(0, 5).map((pod) => ({ object: refOf(pod), field: 'status.phase', value: pod.phase })),
      explains: pathsOf(),
    }
    return [unsure(cause, endpoints.unread, unreadPods(index, namespace, service))]
  },
}
