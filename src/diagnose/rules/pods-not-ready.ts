import { type Pod, refOf } from '../../kube/objects.ts'
import { isHeadless } from '../../plan/service.ts'
import { isPodReady, unreadPods } from '../../plan/service-endpoints.ts'
import type { Facts } from '../facts.ts'
import { count, list } from '../phrases.ts'
import { type Cause, type Rule, WAYS_TO_PODS } from '../rule.ts'
import { NO_BACKEND } from '../shows.ts'
import { unsure } from '../unseen.ts'

/** `CrashLoopBackOff in web, 12 restarts`: the first thing that a person would look at. */
function whyNotReady(pod: Pod): string {
  for (const { name, status } of pod.spec.containers) {
    if (status === null || status.ready) {
      continue
    }
    const restarts = status.restartCount > 0 ? `, ${count(status.restartCount, 'restart')}` : ''
    const reason = status.waitingReason ?? status.terminatedReason
    if (reason !== null) {
      return `${reason} in ${name}${restarts}`
    }
    return `${name} is running and not ready${restarts}`
  }
  const scheduled = pod.conditions.find(({ type, status }) => type === 'PodScheduled' && status !== 'True')
  if (scheduled !== undefined) {
    return scheduled.message ?? scheduled.reason ?? 'not scheduled'
  }
  const ready = pod.conditions.find(({ type }) => type === 'Ready')
  return (
    ready?.message ?? ready?.reason ?? (pod.phase === 'Running' ? 'running, and not ready' : (pod.phase ?? 'no status'))
  )
}

type Said = Pick<Cause, 'detail' | 'fix'>

const REPAIR =
  'If an endpoint answers nevertheless, the readiness probe is wrong; else see why the application does not start.'

/** The consequence for clients. */
function consequence({ service }: Facts, unready: readonly Pod[], none: boolean): Said {
  if (!none) {
    return { detail: 'A pod that is not Ready gets no traffic; the others carry all of it.', fix: REPAIR }
  }
  if (!isHeadless({ service })) {
    return { detail: 'A pod that is not Ready gets no traffic, so the Service refuses every connection.', fix: REPAIR }
  }
  const peers = unready.some(({ meta }) => meta.owner?.kind === 'StatefulSet')
  return {
    detail: `A pod that is not Ready has no record in DNS, so the name of the Service does not exist${peers ? ', nor do those of its pods. Pods that wait for the names of the others before they are Ready wait for ever' : ''}.`,
    fix: peers
      ? 'If the pods look for each other by name before they are Ready, set spec.publishNotReadyAddresses: true on this Service: their names exist then from the start. Else see why the application does not start.'
      : REPAIR,
  }
}

export const podsNotReady: Rule = {
  code: 'pods_not_ready',
  layer: 'workload',
  warnings: ['pods', 'makers'],
  belied: { by: WAYS_TO_PODS, leaves: 'objects' },
  showsAs: NO_BACKEND,
  when(facts) {
    const { pods, endpoints, namespace, service, index, pathsOf } = facts
    // They get traffic all the same: on purpose on a headless Service, and told by another rule where it is not.
    if (service.publishNotReadyAddresses) {
      return []
    }
    const live = pods.filter(
      ({ meta, conditions, phase }) => meta.deletedAt === null && (conditions.length > 0 || phase !== null),
    )
    const unready = live.filter((pod) => !isPodReady(pod))
    const [first] = unready
    if (first === undefined) {
      return []
    }
    const none = unready.length === live.length && !endpoints.all.some(({ usable }) => usable)
    const reasons = [...new Set(unready.map(whyNotReady))]
    const at = new Set(unready.flatMap(({ podIPs }) => podIPs))
    const { detail, fix } = consequence(facts, unready, none)
    const cause: Cause = {
      // Some are meant never to be (a standby of the one that leads). Others may be Ready that are not among the
      // objects, unless the endpoints say that none is.
      confidence: none ? (endpoints.source === 'Pod' ? 'likely' : 'certain') : 'possible',
      title: none
        ? `None of the ${count(live.length, 'pod')} is Ready`
        : `${unready.length} of ${count(live.length, 'pod')} ${unready.length === 1 ? 'is' : 'are'} not Ready`,
      detail: `${list(unready.map(refOf))}: ${list(reasons, 3)}. ${detail}`,
      fix,
      confirm: `kubectl describe pod -n ${namespace} ${first.meta.name}`,
      evidence: unready.slice(0, 5).map((pod) => ({
        object: refOf(pod),
        field: 'status.conditions[Ready]',
        value: pod.conditions.find(({ type }) => type === 'Ready')?.status ?? null,
      })),
      explains: none ? pathsOf() : pathsOf(['Endpoint'], ({ address }) => address !== null && at.has(address)),
    }
    return [unsure(cause, none ? endpoints.unread : null, unreadPods(index, namespace, service))]
  },
}
