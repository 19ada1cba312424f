import { type Pod, refOf } from '../../kube/objects.ts'
import { isPodReady } from '../../plan/service-endpoints.ts'
import { type Rule, WAYS_TO_PODS } from '../rule.ts'
import { NO_BACKEND } from '../shows.ts'
import { count, list } from '../words.ts'

/** `CrashLoopBackOff in web, 12 restarts`: the first thing that a person would look at. */
function whyNotReady(pod: Pod): string {
  for (const { name, status } of pod.spec.containers) {
    if (status === null || status.ready) continue
    const restarts = status.restartCount > 0 ? `, ${count(status.restartCount, 'restart')}` : ''
    const reason = status.waitingReason ?? status.terminatedReason
    if (reason !== null) return `${reason} in ${name}${restarts}`
    return `${name} is running and not ready${restarts}`
  }
  const scheduled = pod.conditions.find(({ type, status }) => type === 'PodScheduled' && status !== 'True')
  if (scheduled !== undefined) return scheduled.message ?? scheduled.reason ?? 'not scheduled'
  const ready = pod.conditions.find(({ type }) => type === 'Ready')
  return (
    ready?.message ?? ready?.reason ?? (pod.phase === 'Running' ? 'running, and not ready' : (pod.phase ?? 'no status'))
  )
}

/** F02, F19. */
export const podsNotReady: Rule = {
  code: 'pods_not_ready',
  layer: 'workload',
  belied: { by: WAYS_TO_PODS, leaves: 'objects' },
  showsAs: NO_BACKEND,
  when({ pods, endpoints, namespace, service, pathsOf }) {
    const live = pods.filter(
      ({ meta, conditions, phase }) => meta.deletedAt === null && (conditions.length > 0 || phase !== null),
    )
    const unready = live.filter((pod) => !isPodReady(pod))
    const [first] = unready
    if (first === undefined) return []
    const none = unready.length === live.length && !endpoints.all.some(({ usable }) => usable)
    const reasons = [...new Set(unready.map(whyNotReady))]
    const at = new Set(unready.flatMap(({ podIPs }) => podIPs))
    return [
      {
        confidence: 'certain',
        title: none
          ? `None of the ${count(live.length, 'pod')} is Ready`
          : `${unready.length} of ${count(live.length, 'pod')} ${unready.length === 1 ? 'is' : 'are'} not Ready`,
        detail:
          `${list(unready.map(refOf))}: ${list(reasons, 3)}. ` +
          (service.publishNotReadyAddresses
            ? 'publishNotReadyAddresses sends traffic there nevertheless.'
            : none
              ? 'A pod that is not Ready gets no traffic, so the Service refuses every connection.'
              : 'A pod that is not Ready gets no traffic; the others carry all of it.'),
        fix: 'If an endpoint answers nevertheless, the readiness probe is wrong; else see why the application does not start.',
        confirm: `kubectl describe pod -n ${namespace} ${first.meta.name}`,
        evidence: unready.slice(0, 5).map((pod) => ({
          object: refOf(pod),
          field: 'status.conditions[Ready]',
          value: pod.conditions.find(({ type }) => type === 'Ready')?.status ?? null,
        })),
        explains: none ? pathsOf() : pathsOf(['Endpoint'], ({ address }) => address !== null && at.has(address)),
      },
    ]
  },
}
