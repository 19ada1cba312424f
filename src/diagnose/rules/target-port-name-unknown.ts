import { matchesLabels } from '../../kube/object-index.ts'
import type { Unread } from '../../kube/object-source.ts'
import { type PodSpec, refOf, type ServicePort } from '../../kube/objects.ts'
import { nearMiss } from '../../lib/near.ts'
import { findPort } from '../../plan/pod-ports.ts'
import { hasSelector, unreadPods } from '../../plan/service-endpoints.ts'
import type { Facts } from '../facts.ts'
import { count, list } from '../phrases.ts'
import { type Cause, type Rule, WAYS_TO_PODS } from '../rule.ts'
import { NO_BACKEND } from '../shows.ts'
import { unsure } from '../unseen.ts'

export type PodLike = { ref: string; field: string; spec: PodSpec }

/** Tells why there may be other pods, or other templates of them, than {@link podLikes}. */
export function unreadPodLikes({ service, pods, index, namespace }: Facts): Unread | null {
  const unread = unreadPods(index, namespace, service)
  return unread ?? (pods.length > 0 || !hasSelector(service) ? null : index.unread('workloads', namespace))
}

/** The pods of the Service; where there are none, the templates of what would make them. */
export function podLikes({ service, pods, index, namespace }: Facts): PodLike[] {
  if (pods.length > 0) {
    return pods.map((pod) => ({ ref: refOf(pod), field: 'spec.containers[].ports', spec: pod.spec }))
  }
  if (!hasSelector(service)) {
    return []
  }
  // They are read for this: what is there is told, whatever else is not.
  index.unread('workloads', namespace)
  return index
    .workloadsIn(namespace)
    .filter(({ template, meta }) => meta.owner === null && matchesLabels(template.labels, service.selector))
    .map((workload) => ({
      ref: refOf(workload),
      field: 'spec.template.spec.containers[].ports',
      spec: workload.template.spec,
    }))
}

export const portsOf = (spec: PodSpec) => spec.containers.flatMap(({ ports }) => ports)

/** A targetPort by name that no container has, or only with another protocol. */
export const targetPortNameUnknown: Rule = {
  code: 'target_port_name_unknown',
  layer: 'endpoints',
  belied: { by: WAYS_TO_PODS, leaves: 'objects' },
  showsAs: NO_BACKEND,
  when(facts) {
    const pods = podLikes(facts)
    return facts.service.ports.flatMap((port, at) => {
      if (typeof port.targetPort === 'number') {
        return []
      }
      const without = pods.filter(({ spec }) => findPort(spec, port) === null)
      return without.length === 0 ? [] : [causeOf(facts, port, at, pods, without)]
    })
  },
}

const isNumber = (name: string): boolean => /^\d+$/.test(name)

/** Says what the containers have instead of the port that is named. */
function whyNot(name: string, port: ServicePort, without: readonly PodLike[]): string {
  const ports = without.flatMap(({ spec }) => portsOf(spec))
  const other = ports.find((each) => each.name === name)
  if (other !== undefined) {
    return `A container has "${name}" for ${other.protocol}, and the Service port is ${port.protocol}: name and protocol must both match.`
  }
  if (isNumber(name)) {
    return `In quotes, "${name}" is the name of a port, not its number.`
  }
  const known = [...new Set(ports.flatMap((each) => each.name ?? []))].toSorted()
  if (known.length === 0) {
    return 'Their containers name no port.'
  }
  const near = nearMiss(name, known)
  return `Their containers name ${list(known)}.${near === null ? '' : ` Is ${near} meant?`}`
}

function causeOf(
  facts: Facts,
  port: ServicePort,
  at: number,
  pods: readonly PodLike[],
  without: readonly PodLike[],
): Cause {
  const { ref, namespace } = facts
  const name = String(port.targetPort)
  const digits = isNumber(name)
  const why = whyNot(name, port, without)
  const unread = unreadPodLikes(facts)
  const all = without.length === pods.length && unread === null
  const cause: Cause = {
    confidence: 'certain',
    title: `${all ? 'No pod has' : `${without.length} of ${count(pods.length, 'pod')} ${without.length === 1 ? 'lacks' : 'lack'}`} a port named "${name}"`,
    detail: `${ref} sends port ${port.port} to targetPort "${name}". ${why} ${all ? 'The port has no endpoint, even though the pods may be ready.' : 'Those pods are no endpoint of this port.'}`,
    fix: digits
      ? `Write targetPort: ${name} without quotes.`
      : `Name the container port "${name}" (protocol ${port.protocol}), or set spec.ports[${at}].targetPort to the number it listens on.`,
    confirm: `kubectl get pods -n ${namespace} -o jsonpath='{range .items[*]}{.metadata.name}{"  "}{.spec.containers[*].ports}{"\\n"}{end}'`,
    evidence: [
      { object: ref, field: `spec.ports[${at}].targetPort`, value: port.targetPort },
      ...without.slice(0, 3).map((pod) => ({
        object: pod.ref,
        field: pod.field,
        value: portsOf(pod.spec).map((each) => each.name ?? each.containerPort),
      })),
    ],
    explains: all
      ? facts.pathsOf(undefined, (path) => path.port?.number === port.port && path.port.name === port.name)
      : [],
  }
  // A template is not what its pods were made of, if these were not read.
  return facts.pods.length > 0 ? cause : unsure(cause, unread)
}
