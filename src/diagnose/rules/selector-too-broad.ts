import { type Pod, refOf } from '../../kube/objects.ts'
import { hasSelector } from '../../plan/service-endpoints.ts'
import { list, selectorText } from '../phrases.ts'
import type { Rule } from '../rule.ts'
import { SICK_PODS } from '../shows.ts'

/** `Deployment toad` of a pod of ReplicaSet toad-6c9f7d8b5: replicas of one rollout are one workload. */
function workloadOf({ meta, spec }: Pod): string {
  const { owner } = meta
  if (owner === null) {
    return `pods with image ${spec.containers[0]?.image ?? 'none'}`
  }
  return owner.kind === 'ReplicaSet'
    ? `ReplicaSet ${owner.name.replace(/-[a-z0-9]{5,10}$/, '')}`
    : `${owner.kind} ${owner.name}`
}

/** A selector matches pods of several workloads on purpose in a canary release, by accident when two charts share a label. */
export const selectorTooBroad: Rule = {
  code: 'selector_too_broad',
  layer: 'endpoints',
  showsAs: SICK_PODS,
  when({ service, ref, namespace, pods, pathsOf }) {
    if (!hasSelector(service)) {
      return []
    }
    const byWorkload = Map.groupBy(pods, workloadOf)
    if (byWorkload.size < 2) {
      return []
    }
    const names = [...byWorkload.keys()].toSorted()
    return [
      {
        confidence: 'possible',
        title: `The selector matches pods of ${byWorkload.size} workloads`,
        detail: `${selectorText(service.selector)} matches ${list(names)}. Unless that is meant so (a canary), a share of the requests gets to the wrong application.`,
        fix: `Add a label to spec.selector that only the right pods have, such as app.kubernetes.io/instance.`,
        confirm: `kubectl get pods -n ${namespace} -l '${selectorText(service.selector)}' -o wide --show-labels`,
        evidence: [
          { object: ref, field: 'spec.selector', value: service.selector },
          ...[...byWorkload.values()]
            .slice(0, 4)
            .flatMap(([pod]) =>
              pod === undefined
                ? []
                : [{ object: refOf(pod), field: 'metadata.ownerReferences', value: pod.meta.owner }],
            ),
        ],
        explains: pathsOf(),
      },
    ]
  },
}
