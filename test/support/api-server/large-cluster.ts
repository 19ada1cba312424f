/**
 * A cluster of thousands of objects, each of a recorded shape and size, the same for the same seed.
 *
 * @module
 */
import type { KubeObject } from './objects.ts'
import { createRandom, type Random } from './random.ts'
import { nodeOf, uidOf, type Workload, type WorkloadPod, workload } from './workload.ts'

export type LargeCluster = {
  services?: number
  pods?: number
  nodes?: number
  /** The Services lie in so many namespaces, `team-0` and on. */
  namespaces?: number
  seed?: number
  /** A kubelet tells of up to 50; they are much of a node's size. */
  images?: number
}

const ZONES = ['zone-a', 'zone-b', 'zone-c'] as const

/** `10.244.3.7` of the 775th: pods, nodes and Services have ranges of their own. */
export const addressIn = (range: 'pods' | 'nodes' | 'services', index: number) => {
  const [base, offset] = { pods: ['10.244', 10], nodes: ['172.30', 10], services: ['10.96', 10] }[range] as [
    string,
    number,
  ]
  const at = index + offset
  return `${base}.${Math.floor(at / 250)}.${(at % 250) + 1}`
}

/** Makes its objects, with resourceVersions that grow: for {@link ObjectStore.load}. */
export function largeCluster(size: LargeCluster = {}): KubeObject[] {
  const { services = 2_000, pods = 5_000, nodes = 100, namespaces = 10, seed = 1, images = 40 } = size
  const random = createRandom(seed)
  const nodeNames = Array.from({ length: nodes }, (_, index) => `node-${index}`)
  const zoneOf = (index: number) => ZONES[index % ZONES.length] ?? 'zone-a'
  const objects: KubeObject[] = [
    ...Array.from({ length: namespaces }, (_, index) => namespaceOf(`team-${index}`)),
    ...nodeNames.map((name, index) =>
      nodeOf(name, { address: addressIn('nodes', index), zone: zoneOf(index), images }),
    ),
  ]
  for (let index = 0; index < services; index += 1) {
    objects.push(
      ...workload({
        namespace: `team-${index % namespaces}`,
        name: `app-${index}`,
        clusterIP: addressIn('services', index),
        ...typeOf(random, index),
        pods: podsOf({ index, services, pods, random, nodeNames, zoneOf }),
      }),
    )
  }
  return objects.map((object, index) => ({
    ...object,
    metadata: { ...object.metadata, resourceVersion: String(1_000 + index) },
  }))
}

/** Most are ClusterIP, some NodePort, few LoadBalancer. */
function typeOf(random: Random, index: number): Pick<Workload, 'type' | 'nodePort'> {
  const chance = random.below(100)
  return chance < 88
    ? { type: 'ClusterIP' }
    : { type: chance < 97 ? 'NodePort' : 'LoadBalancer', nodePort: 30_000 + (index % 2_768) }
}

type Spread = {
  index: number
  services: number
  pods: number
  random: Random
  nodeNames: readonly string[]
  zoneOf(index: number): string
}

function podsOf({ index, services, pods, random, nodeNames, zoneOf }: Spread): WorkloadPod[] {
  const from = Math.floor((index * pods) / services)
  const until = Math.floor(((index + 1) * pods) / services)
  return Array.from({ length: until - from }, (_, at) => {
    const node = random.below(nodeNames.length)
    return {
      name: podName(`app-${index}`, random),
      address: addressIn('pods', from + at),
      node: nodeNames[node] ?? 'node-0',
      zone: zoneOf(node),
      isReady: random.below(50) > 0,
    }
  })
}

const LETTERS = [...'bcdfghjklmnpqrstvwxz2456789']

/** `app-7-5c9f8d7b4-x2x9k`, as a ReplicaSet names them. */
export const podName = (name: string, random: Random) =>
  `${name}-${uidOf(name).slice(0, 8)}-${Array.from({ length: 5 }, () => random.of(LETTERS)).join('')}`

const namespaceOf = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, uid: uidOf(`Namespace ${name}`), labels: { 'kubernetes.io/metadata.name': name } },
  spec: { finalizers: ['kubernetes'] },
  status: { phase: 'Active' },
})
