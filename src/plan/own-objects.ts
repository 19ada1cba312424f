/**
 * Names the objects that a Service stands on, which the cluster's events are about: the Service itself, its pods, what
 * makes these, and its Ingresses.
 *
 * @module
 */
import { matchesLabels, type ObjectIndex } from '../kube/object-index.ts'
import type { Labels, Pod, Workload } from '../kube/objects.ts'
import { hasSelector } from './service-endpoints.ts'

/** Roles of such objects. Makers are workloads and their ReplicaSets. */
export type OwnRole = 'service' | 'pods' | 'makers' | 'ingresses'

export type OwnObject = { role: OwnRole; kind: string; name: string }

/** The label of a pod that its ReplicaSet has in its name, after that of the Deployment (apps/v1). */
const TEMPLATE_HASH = 'pod-template-hash'

/** Lists them, each once. Of a Service that has pods these alone tell what has made them. */
export function ownObjects(index: ObjectIndex, namespace: string, name: string): readonly OwnObject[] {
  const [service] = index.servicesAt(namespace, name)
  const selector = service !== undefined && hasSelector(service) ? service.selector : {}
  const isSelecting = Object.keys(selector).length > 0
  const pods = isSelecting ? index.podsMatching(namespace, selector) : []
  const makers =
    isSelecting && pods.length === 0
      ? workloadsFor(index, namespace, selector).flatMap(withOwner)
      : pods.flatMap(makersOf)
  const all: readonly OwnObject[] = [
    { role: 'service', kind: 'Service', name },
    ...pods.map(({ kind, meta }) => ({ role: 'pods' as const, kind, name: meta.name })),
    ...makers.map(({ kind, name }) => ({ role: 'makers' as const, kind, name })),
    ...index
      .ingressesOf(namespace, name)
      .map(({ kind, meta }) => ({ role: 'ingresses' as const, kind, name: meta.name })),
  ]
  return [...new Map(all.map((each) => [`${each.kind}/${each.name}`, each])).values()]
}

/** No pod may tell who has made it: then those are meant that would make one. */
function workloadsFor(index: ObjectIndex, namespace: string, selector: Labels): readonly Workload[] {
  index.unread('workloads', namespace)
  return index.workloadsIn(namespace).filter((each) => isInUse(each) && matchesLabels(each.template.labels, selector))
}

/** A ReplicaSet that its Deployment has replaced is kept at zero. */
const isInUse = ({ meta, replicas }: Workload): boolean => meta.owner === null || replicas !== 0

type Maker = Pick<OwnObject, 'kind' | 'name'>

const withOwner = ({ kind, meta }: Workload): Maker[] => [
  { kind, name: meta.name },
  ...(meta.owner === null ? [] : [meta.owner]),
]

/** The owner of a pod and, where that is a ReplicaSet of a Deployment, the Deployment. */
function makersOf({ meta }: Pod): Maker[] {
  const { owner, labels } = meta
  if (owner === null) {
    return []
  }
  const end = `-${labels[TEMPLATE_HASH]}`
  return owner.kind === 'ReplicaSet' && owner.name.endsWith(end)
    ? [owner, { kind: 'Deployment', name: owner.name.slice(0, -end.length) }]
    : [owner]
}
