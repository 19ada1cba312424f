/**
 * Random changes as a cluster sees them all day: pods come and go, ports change, Services are deleted and made again.
 *
 * @module
 */
import { podName } from './large-cluster.ts'
import type { KubeObject, ObjectStore } from './objects.ts'
import type { Random } from './random.ts'

type Endpoint = {
  addresses: string[]
  conditions: { ready: boolean; serving: boolean; terminating: boolean }
  targetRef: { kind: string; namespace: string; name: string; uid?: string }
  nodeName: string
  zone: string
}

type Condition = { type: string; status: string }

/** A change of a {@link workload}; it returns what it did. */
type Change = (store: ObjectStore, random: Random) => string

const SLICE_LABEL = 'kubernetes.io/service-name'

const slicesOf = (store: ObjectStore) =>
  store.all('EndpointSlice').filter((slice) => (slice.endpoints as Endpoint[] | undefined)?.some(hasPod))

const hasPod = ({ targetRef }: Endpoint) => targetRef?.kind === 'Pod'

const withEndpoint = (slice: KubeObject, at: Endpoint, to: Endpoint): KubeObject => ({
  ...slice,
  endpoints: (slice.endpoints as Endpoint[]).map((endpoint) => (endpoint === at ? to : endpoint)),
})

const labelled = (object: KubeObject, labels: Record<string, string>): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...labels } },
})

const podBecomesReadyOrNot: Change = (store, random) => {
  const slice = random.of(slicesOf(store))
  const endpoint = random.of((slice.endpoints as Endpoint[]).filter(hasPod))
  const { namespace, name } = endpoint.targetRef
  const ready = !endpoint.conditions.ready
  const pod = store.get('Pod', namespace, name)
  if (pod) {
    const status = pod.status as { conditions: Condition[] }
    const conditions = status.conditions.map((condition) =>
      condition.type === 'Ready' ? { ...condition, status: ready ? 'True' : 'False' } : condition,
    )
    store.apply({ ...pod, status: { ...status, conditions } })
  }
  store.apply(
    withEndpoint(slice, endpoint, { ...endpoint, conditions: { ...endpoint.conditions, ready, serving: ready } }),
  )
  return `${namespace}/${name} is ${ready ? '' : 'not '}ready`
}

const podIsReplaced: Change = (store, random) => {
  const slice = random.of(slicesOf(store))
  const endpoint = random.of((slice.endpoints as Endpoint[]).filter(hasPod))
  const { namespace, name } = endpoint.targetRef
  const next = podName(slice.metadata.labels?.[SLICE_LABEL] ?? 'pod', random)
  const address = `10.245.${random.below(250)}.${random.below(250) + 1}`
  const pod = store.get('Pod', namespace, name)
  let uid: string | undefined
  if (pod) {
    store.remove('Pod', namespace, name)
    const { uid: _, resourceVersion: __, creationTimestamp: ___, ...metadata } = pod.metadata
    const status = { ...(pod.status as object), podIP: address, podIPs: [{ ip: address }] }
    uid = store.apply({ ...pod, metadata: { ...metadata, name: next }, status }).metadata.uid
  }
  const targetRef = { ...endpoint.targetRef, name: next, ...(uid !== undefined && { uid }) }
  store.apply(withEndpoint(slice, endpoint, { ...endpoint, addresses: [address], targetRef }))
  return `${namespace}/${name} is replaced by ${next}`
}

const portChanges: Change = (store, random) => {
  const service = random.of(store.all('Service'))
  const spec = service.spec as { ports?: { port: number }[] }
  const port = 1 + random.below(65_535)
  const ports = (spec.ports ?? []).map((each, index) => (index === 0 ? { ...each, port } : each))
  store.apply({ ...service, spec: { ...spec, ports } })
  return `${service.metadata.name} has port ${port}`
}

const serviceIsLabelled: Change = (store, random) => {
  const service = random.of(store.all('Service'))
  store.apply(labelled(service, { touched: String(random.below(1_000_000)) }))
  return `${service.metadata.name} is labelled`
}

const serviceIsDeletedOrMade: Change = (store, random) => {
  const services = store.all('Service')
  const { namespace = 'default', name } = random.of(services).metadata
  if (random.below(2) === 0 && services.length > 1) {
    store.remove('Service', namespace, name)
    for (const slice of store.all('EndpointSlice')) {
      if (slice.metadata.namespace === namespace && slice.metadata.labels?.[SLICE_LABEL] === name) {
        store.remove('EndpointSlice', namespace, slice.metadata.name)
      }
    }
    return `${namespace}/${name} is deleted`
  }
  const made = `made-${random.below(1_000_000)}`
  const spec = {
    type: 'ClusterIP',
    clusterIP: `10.97.${random.below(250)}.${random.below(250) + 1}`,
    ports: [{ port: 80 }],
  }
  store.apply({ apiVersion: 'v1', kind: 'Service', metadata: { name: made, namespace }, spec })
  return `${namespace}/${made} is made`
}

const nodeIsReadyOrNot: Change = (store, random) => {
  const nodes = store.all('Node')
  if (nodes.length === 0) {
    return serviceIsLabelled(store, random)
  }
  const node = random.of(nodes)
  const status = node.status as { conditions: Condition[] }
  const conditions = status.conditions.map((condition) =>
    condition.type === 'Ready' ? { ...condition, status: condition.status === 'True' ? 'False' : 'True' } : condition,
  )
  store.apply({ ...node, status: { ...status, conditions } })
  return `${node.metadata.name} changes its readiness`
}

/** Each is as likely as it is listed often: most changes are about pods. */
const CHANGES: readonly Change[] = [
  podBecomesReadyOrNot,
  podBecomesReadyOrNot,
  podBecomesReadyOrNot,
  podIsReplaced,
  podIsReplaced,
  portChanges,
  serviceIsLabelled,
  serviceIsDeletedOrMade,
  nodeIsReadyOrNot,
]

/** Does one change, which is one write or a few, and says which. */
export function change(store: ObjectStore, random: Random): string {
  const chosen = random.of(CHANGES)
  const needsPods = chosen === podBecomesReadyOrNot || chosen === podIsReplaced
  return needsPods && slicesOf(store).length === 0 ? serviceIsLabelled(store, random) : chosen(store, random)
}
