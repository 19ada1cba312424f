/**
 * A Service with all that a cluster has of it, as large as it really is: made of the recorded `shop/frog-svc`.
 *
 * The Deployment and the ReplicaSet were not recorded: they are made by the schema of apps/v1.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import type { KubeMeta, KubeObject } from './objects.ts'
import { recordedObjects } from './recordings.ts'

export type Workload = {
  namespace: string
  name: string
  /** Default ClusterIP. */
  type?: 'ClusterIP' | 'NodePort' | 'LoadBalancer'
  clusterIP: string
  /** The node port, for NodePort and LoadBalancer. */
  nodePort?: number
  port?: number
  targetPort?: number
  pods: readonly WorkloadPod[]
}

export type WorkloadPod = { name: string; address: string; node: string; zone: string; isReady?: boolean }

/** A UID of a name: the same cluster twice is the same. */
export function uidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  )
}

let templates: Map<string, KubeObject> | undefined

function template(kind: string, name: string): KubeObject {
  templates ??= new Map(recordedObjects().map((object) => [`${object.kind} ${object.metadata.name}`, object]))
  const found = templates.get(`${kind} ${name}`)
  if (!found) {
    throw new Error(`there is no recorded ${kind} ${name}`)
  }
  return structuredClone(found)
}

/** The recorded object under another name; its managedFields stay, which are much of its size. */
function renamed(kind: string, recorded: string, metadata: KubeMeta): KubeObject {
  const object = template(kind, recorded)
  const { resourceVersion: _, ownerReferences: __, annotations: ___, ...rest } = object.metadata
  const uid = uidOf(`${kind} ${metadata.namespace}/${metadata.name}`)
  return { ...object, metadata: { ...rest, uid, ...metadata } }
}

const owner = (apiVersion: string, kind: string, namespace: string, name: string) => [
  { apiVersion, kind, name, uid: uidOf(`${kind} ${namespace}/${name}`), controller: true, blockOwnerDeletion: true },
]

const hashOf = (name: string) => createHash('sha256').update(name).digest('hex').slice(0, 10)

export function workload(given: Workload): KubeObject[] {
  return [
    serviceOf(given),
    sliceOf(given),
    endpointsOf(given),
    ...controllersOf(given),
    ...given.pods.map((pod) => podOf(given, pod)),
  ]
}

export function serviceOf({
  namespace,
  name,
  type = 'ClusterIP',
  clusterIP,
  nodePort,
  port = 80,
  targetPort,
}: Workload) {
  const recorded = type === 'ClusterIP' ? 'toad-svc' : 'toad-nodeport'
  const service = renamed('Service', recorded, { name, namespace, labels: { app: name } })
  const ports = [
    {
      name: 'web',
      protocol: 'TCP',
      port,
      targetPort: targetPort ?? 'web',
      ...(nodePort !== undefined && { nodePort }),
    },
  ]
  return {
    ...service,
    spec: { ...(service.spec as object), type, ports, selector: { app: name }, clusterIP, clusterIPs: [clusterIP] },
    ...(type === 'LoadBalancer' && {
      status: { loadBalancer: { ingress: [{ ip: `203.0.113.${(nodePort ?? 0) % 254}` }] } },
    }),
  }
}

const targetOf = (namespace: string, name: string) => ({
  kind: 'Pod',
  namespace,
  name,
  uid: uidOf(`Pod ${namespace}/${name}`),
})

export function sliceOf({ namespace, name, targetPort = 8080, pods }: Workload): KubeObject {
  const slice = renamed('EndpointSlice', sliceName(), {
    name: `${name}-${hashOf(name).slice(0, 5)}`,
    generateName: `${name}-`,
    namespace,
    labels: {
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      'kubernetes.io/service-name': name,
    },
    ownerReferences: owner('v1', 'Service', namespace, name),
  })
  return {
    ...slice,
    endpoints: pods.map((pod) => ({
      addresses: [pod.address],
      conditions: { ready: pod.isReady ?? true, serving: pod.isReady ?? true, terminating: false },
      targetRef: targetOf(namespace, pod.name),
      nodeName: pod.node,
      zone: pod.zone,
    })),
    ports: [{ name: 'web', protocol: 'TCP', port: targetPort }],
  }
}

const sliceName = () => 'frog-svc-xz659'

export function endpointsOf({ namespace, name, targetPort = 8080, pods }: Workload): KubeObject {
  const ofReadiness = (isReady: boolean) =>
    pods
      .filter((pod) => (pod.isReady ?? true) === isReady)
      .map((pod) => ({ ip: pod.address, nodeName: pod.node, targetRef: targetOf(namespace, pod.name) }))
  const [addresses, notReadyAddresses] = [ofReadiness(true), ofReadiness(false)]
  return {
    ...renamed('Endpoints', 'frog-svc', {
      name,
      namespace,
      labels: { 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' },
    }),
    subsets: [
      {
        ...(addresses.length > 0 && { addresses }),
        ...(notReadyAddresses.length > 0 && { notReadyAddresses }),
        ports: [{ name: 'web', port: targetPort, protocol: 'TCP' }],
      },
    ],
  }
}

type PodSpec = { containers: { ports?: unknown }[] } & Record<string, unknown>
type PodStatus = { conditions: { type: string }[] } & Record<string, unknown>

export function podOf({ namespace, name, targetPort = 8080 }: Workload, pod: WorkloadPod): KubeObject {
  const { address, node, zone, isReady = true } = pod
  const object = renamed('Pod', 'frog-967d7c967-nrl2k', {
    name: pod.name,
    generateName: `${name}-${hashOf(name)}-`,
    namespace,
    labels: { app: name, 'pod-template-hash': hashOf(name), 'topology.kubernetes.io/zone': zone },
    ownerReferences: owner('apps/v1', 'ReplicaSet', namespace, `${name}-${hashOf(name)}`),
  })
  const spec = object.spec as PodSpec
  const status = object.status as PodStatus
  return {
    ...object,
    spec: {
      ...spec,
      nodeName: node,
      containers: spec.containers.map((container) => ({
        ...container,
        name,
        image: `registry.example.com/${name}:1`,
        ports: [{ name: 'web', containerPort: targetPort, protocol: 'TCP' }],
      })),
    },
    status: {
      ...status,
      conditions: status.conditions.map((condition) =>
        condition.type === 'Ready' || condition.type === 'ContainersReady'
          ? { ...condition, status: isReady ? 'True' : 'False' }
          : condition,
      ),
      podIP: address,
      podIPs: [{ ip: address }],
    },
  }
}

function controllersOf({ namespace, name, targetPort = 8080, pods }: Workload): KubeObject[] {
  const replicas = pods.length
  const selectorOf = (labels: Record<string, string>) => ({
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        containers: [
          {
            name,
            image: `registry.example.com/${name}:1`,
            ports: [{ name: 'web', containerPort: targetPort, protocol: 'TCP' }],
          },
        ],
      },
    },
  })
  const counts = { replicas, readyReplicas: replicas, availableReplicas: replicas, observedGeneration: 1 }
  const replicaSet = `${name}-${hashOf(name)}`
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        name,
        namespace,
        uid: uidOf(`Deployment ${namespace}/${name}`),
        generation: 1,
        labels: { app: name },
      },
      spec: { replicas, ...selectorOf({ app: name }) },
      status: { ...counts, updatedReplicas: replicas },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: replicaSet,
        namespace,
        uid: uidOf(`ReplicaSet ${namespace}/${replicaSet}`),
        generation: 1,
        labels: { app: name, 'pod-template-hash': hashOf(name) },
        ownerReferences: owner('apps/v1', 'Deployment', namespace, name),
      },
      spec: { replicas, ...selectorOf({ app: name, 'pod-template-hash': hashOf(name) }) },
      status: { ...counts, fullyLabeledReplicas: replicas },
    },
  ]
}

/** A node, with as many images as a kubelet lists at most times. */
export function nodeOf(
  name: string,
  { address, zone, images = 40 }: { address: string; zone: string; images?: number },
) {
  const node = renamed('Node', 'node-1', {
    name,
    labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'topology.kubernetes.io/zone': zone },
  })
  return {
    ...node,
    // Ranges of pods are a node's own, and a server refuses to change them
    spec: { providerID: `fake://${name}` },
    status: {
      ...(node.status as object),
      addresses: [
        { type: 'InternalIP', address },
        { type: 'Hostname', address: name },
      ],
      images: Array.from({ length: images }, (_, index) => ({
        names: [
          `registry.example.com/team/image-${index}@sha256:${createHash('sha256').update(`image ${index}`).digest('hex')}`,
          `registry.example.com/team/image-${index}:v1.${index}`,
        ],
        sizeBytes: 31_000_000 + index,
      })),
    },
  }
}
