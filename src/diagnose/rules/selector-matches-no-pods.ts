import { distance } from 'fastest-levenshtein'
import { matchesLabels } from '../../kube/object-index.ts'
import { type Labels, type Pod, refOf } from '../../kube/objects.ts'
import { nearMiss } from '../../lib/near.ts'
import { hasSelector, unreadPods } from '../../plan/service-endpoints.ts'
import type { Facts } from '../facts.ts'
import { selectorText } from '../phrases.ts'
import { type Cause, type Rule, WAYS_TO_PODS } from '../rule.ts'
import { NO_BACKEND } from '../shows.ts'
import { unsure } from '../unseen.ts'

type Candidate = { ref: string; field: string; labels: Labels }

/** Kinds that are not read and make no pods. Any other that is not read (Job, Rollout, a custom resource) may. */
const MAKES_NO_PODS =
  /^(Secret|ConfigMap|ServiceAccount|(Cluster)?Role(Binding)?|Namespace|PersistentVolume(Claim)?|StorageClass|HorizontalPodAutoscaler|VerticalPodAutoscaler|PodDisruptionBudget|LimitRange|ResourceQuota|PriorityClass|CustomResourceDefinition|(Validating|Mutating)WebhookConfiguration|APIService|ServiceMonitor|PodMonitor|PrometheusRule|Certificate|(Cluster)?Issuer|ExternalSecret|SealedSecret|Lease|ControllerRevision|IngressRoute\w*|Middleware|VirtualService|DestinationRule|PeerAuthentication)\//

/** Labels that controllers write on the pods they make: no template has them (well-known labels of Kubernetes). */
const BY_CONTROLLER =
  /^(statefulset\.kubernetes\.io\/pod-name|apps\.kubernetes\.io\/pod-index|(batch\.kubernetes\.io\/)?(job-name|controller-uid|job-completion-index)|pod-template-hash|controller-revision-hash|pod-template-generation)$/

/** A label of a candidate that may have been meant, and how far it is from what the selector says. */
type Match = { key: string; value: string; found: readonly [string, string] | null; cost: number }

/** The label of the candidate that is nearest to a pair of the selector, by the characters that would have to change. */
function nearestLabel(labels: Labels, key: string, value: string): Match {
  const absent: Match = { key, value, found: null, cost: key.length + value.length }
  return Object.entries(labels)
    .map(([other, of]): Match => ({ key, value, found: [other, of], cost: distance(key, other) + distance(value, of) }))
    .reduce((best, each) => (each.cost < best.cost ? each : best), absent)
}

type Near = { candidate: Candidate; matches: readonly Match[]; cost: number }

/** The candidate whose labels take the fewest changes, over keys and values; `null`: none is at all like the selector. */
function nearest(selector: Labels, all: readonly Candidate[]): Near | null {
  const pairs = Object.entries(selector)
  const whole = pairs.reduce((sum, [key, value]) => sum + key.length + value.length, 0)
  const distinct = [...new Map(all.map((each) => [JSON.stringify(each.labels), each])).values()]
  const scored = distinct.map((candidate): Near => {
    const matches = pairs.map(([key, value]) => nearestLabel(candidate.labels, key, value))
    return { candidate, matches, cost: matches.reduce((sum, { cost }) => sum + cost, 0) }
  })
  const [best] = scored.toSorted((a, b) => a.cost - b.cost)
  return best === undefined || best.cost * 2 > whole ? null : best
}

const differenceOf = ({ matches }: Near): string =>
  matches
    .filter(({ cost }) => cost > 0)
    .map(({ key, value, found }) => {
      if (found === null || (found[0] !== key && found[1] !== value && nearMiss(key, [found[0]]) === null)) {
        return `it has no label ${key}`
      }
      const [other, of] = found
      return other === key ? `${key} is "${of}" there, not "${value}"` : `it has ${other}=${of}, not ${key}=${value}`
    })
    .join('; ')

/** Tells whether every pair of the selector is there but for a typing error, so that this template was meant. */
const isSlip = ({ matches }: Near): boolean =>
  matches.every(
    ({ key, value, found, cost }) =>
      cost === 0 ||
      (found !== null &&
        (found[0] === key
          ? nearMiss(value, [found[1]]) !== null
          : found[1] === value && nearMiss(key, [found[0]]) !== null)),
  )

/**
 * Pods that a cluster has. One as it is written in a file has no status: it is one among others that may not be there,
 * like a test of a Helm chart beside what the chart makes.
 */
const isThere = ({ phase, conditions, podIPs }: Pod): boolean =>
  phase !== null || conditions.length > 0 || podIPs.length > 0

/** Pods whose labels the selector may have meant. */
const podsOf = ({ index, namespace }: Facts, which: (pod: Pod) => boolean): Candidate[] =>
  index
    .podsIn(namespace)
    .filter(which)
    .map((pod) => ({ ref: refOf(pod), field: 'metadata.labels', labels: pod.meta.labels }))

const templatesOf = ({ index, namespace }: Facts): Candidate[] =>
  index.workloadsIn(namespace).map((workload) => ({
    ref: refOf(workload),
    field: 'spec.template.metadata.labels',
    labels: workload.template.labels,
  }))

export const selectorMatchesNoPods: Rule = {
  code: 'selector_matches_no_pods',
  layer: 'endpoints',
  unless: ['service_in_other_namespace', 'workload_scaled_to_zero'],
  belied: { by: WAYS_TO_PODS, leaves: 'objects' },
  showsAs: NO_BACKEND,
  when(facts) {
    const { service, ref, namespace, pods, endedPods, endpoints, index, plan } = facts
    if (!hasSelector(service) || pods.length + endedPods.length > 0 || endpoints.all.length > 0) {
      return []
    }
    if (endpoints.unread !== null || unreadPods(index, namespace, service) !== null) {
      return []
    }
    const { selector } = service
    const unread = [index.unread('workloads', namespace), index.unread('pods', namespace)]
    const written = Object.fromEntries(Object.entries(selector).filter(([key]) => !BY_CONTROLLER.test(key)))
    if (index.workloadsIn(namespace).some(({ template }) => matchesLabels(template.labels, written))) {
      return []
    }
    const handedPods = podsOf(facts, isThere)
    const byTemplate = handedPods.length === 0
    const templates = () => [...templatesOf(facts), ...podsOf(facts, (pod) => !isThere(pod))]
    const near = nearest(byTemplate ? written : selector, byTemplate ? templates() : handedPods)
    // Without pods only a slip tells: what makes them may be of a kind that is not read, or not among the objects.
    const othersMakePods = plan.ignored.some(({ object }) => !MAKES_NO_PODS.test(object))
    const isKnownEmpty = endpoints.source !== null
    if (byTemplate && (near === null || othersMakePods || !(isKnownEmpty || isSlip(near)))) {
      return []
    }
    const text = selectorText(selector)
    const cause: Cause = {
      // Endpoints that were written and are empty agree; without them the pods given may not be all.
      confidence: byTemplate || endpoints.source === null ? 'likely' : 'certain',
      title: `The selector ${text} matches no pod`,
      detail:
        near === null
          ? `No pod of namespace ${namespace} has labels like it, so the Service has no endpoint and refuses every connection.`
          : `Nearest is ${near.candidate.ref}: ${differenceOf(near)}. Without a match the Service has no endpoint and refuses every connection.`,
      fix: `Make spec.selector of ${ref} and the labels of the pods the same.`,
      confirm: `kubectl get pods -n ${namespace} --show-labels; kubectl get pods -n ${namespace} -l '${text}'`,
      evidence: [
        { object: ref, field: 'spec.selector', value: selector },
        ...(near === null
          ? []
          : [{ object: near.candidate.ref, field: near.candidate.field, value: near.candidate.labels }]),
      ],
      explains: facts.pathsOf(),
    }
    return [unsure(cause, ...unread)]
  },
}
