import { matchesLabels } from '../../kube/object-index.ts'
import { type Labels, refOf } from '../../kube/objects.ts'
import { nearMiss } from '../../lib/near.ts'
import { hasSelector } from '../../plan/service-endpoints.ts'
import type { Facts } from '../facts.ts'
import { type Rule, WAYS_TO_PODS } from '../rule.ts'
import { NO_BACKEND } from '../shows.ts'
import { selectorText } from '../words.ts'

type Candidate = { ref: string; field: string; labels: Labels }

/** What carries labels that the selector might have meant: pods; without pods, what makes them. */
function candidates({ index, namespace }: Facts): Candidate[] {
  const pods = index
    .podsIn(namespace)
    .map((pod) => ({ ref: refOf(pod), field: 'metadata.labels', labels: pod.meta.labels }))
  if (pods.length > 0) return pods
  return index.workloadsIn(namespace).map((workload) => ({
    ref: refOf(workload),
    field: 'spec.template.metadata.labels',
    labels: workload.template.labels,
  }))
}

/** The candidate that misses the fewest pairs and is nearest in the rest; `null`: none has anything in common. */
function nearest(selector: Labels, all: readonly Candidate[]): { candidate: Candidate; difference: string } | null {
  const pairs = Object.entries(selector)
  const scored = all.flatMap((candidate) => {
    const missing = pairs.filter(([key, value]) => candidate.labels[key] !== value)
    const alike = missing.filter(([key, value]) => {
      const found = candidate.labels[key]
      return (
        found !== undefined ||
        nearMiss(key, Object.keys(candidate.labels)) !== null ||
        Object.values(candidate.labels).includes(value)
      )
    })
    const score = pairs.length - missing.length + alike.length / 2
    return score === 0 ? [] : [{ candidate, missing, score }]
  })
  const best = scored.toSorted((a, b) => b.score - a.score)[0]
  if (best === undefined) return null
  const difference = best.missing
    .map(([key, value]) => {
      const found = best.candidate.labels[key]
      if (found !== undefined) return `${key} is "${found}" there, not "${value}"`
      const near = nearMiss(key, Object.keys(best.candidate.labels))
      return near === null
        ? `it has no label ${key}`
        : `it has ${near}=${best.candidate.labels[near]}, not ${key}=${value}`
    })
    .join('; ')
  return { candidate: best.candidate, difference }
}

/** F01. */
export const selectorMatchesNoPods: Rule = {
  code: 'selector_matches_no_pods',
  layer: 'endpoints',
  unless: ['service_in_other_namespace', 'workload_scaled_to_zero'],
  belied: { by: WAYS_TO_PODS, leaves: 'objects' },
  showsAs: NO_BACKEND,
  when(facts) {
    const { service, ref, namespace, pods, endedPods, endpoints, index } = facts
    if (!hasSelector(service) || pods.length + endedPods.length > 0 || endpoints.all.length > 0) return []
    const all = candidates(facts)
    const made = index.workloadsIn(namespace).some(({ template }) => matchesLabels(template.labels, service.selector))
    if (made || all.length === 0) return []
    const near = nearest(service.selector, all)
    const text = selectorText(service.selector)
    return [
      {
        // Endpoints that were written and are empty agree; without them the pods given may not be all.
        confidence: endpoints.source !== null && index.podsIn(namespace).length > 0 ? 'certain' : 'likely',
        title: `The selector ${text} matches no pod`,
        detail:
          near === null
            ? `No pod of namespace ${namespace} has labels like it, so the Service has no endpoint and refuses every connection.`
            : `Nearest is ${near.candidate.ref}: ${near.difference}. Without a match the Service has no endpoint and refuses every connection.`,
        fix: `Make spec.selector of ${ref} and the labels of the pods the same.`,
        confirm: `kubectl get pods -n ${namespace} -l '${text}'`,
        evidence: [
          { object: ref, field: 'spec.selector', value: service.selector },
          ...(near === null
            ? []
            : [{ object: near.candidate.ref, field: near.candidate.field, value: near.candidate.labels }]),
        ],
        explains: facts.pathsOf(),
      },
    ]
  },
}
