/**
 * The kinds that are read, with their API versions, newest first, and their readers. Everything else is ignored.
 *
 * @module
 */
import { type Field, isMapping } from './fields.ts'
import type { KubeObject, KubeObjects, WorkloadKind } from './objects.ts'
import { readEndpointSlice, readEndpoints } from './read-endpoints.ts'
import { readEvent } from './read-event.ts'
import { readGatewayRoute } from './read-gateway.ts'
import { INGRESS_VERSIONS, readIngress, readIngressClass } from './read-ingress.ts'
import { readNamespace } from './read-namespace.ts'
import { readNode } from './read-node.ts'
import { readPod, readWorkload } from './read-pod.ts'
import { readNetworkPolicy } from './read-policy.ts'
import { readService } from './read-service.ts'

export type ReadKind = KubeObject['kind']

type Kind = {
  versions: readonly string[]
  read: (object: Field) => KubeObject
  /** Tells whether something without a kind has the shape of this one. */
  looksLike: (object: Shape) => boolean
  /** The place of its own `fields`, which a wrong indentation often puts elsewhere. */
  home: 'spec' | null
  fields: readonly string[]
}

/** The keys of an object, and of its spec. */
type Shape = { top: ReadonlySet<string>; spec: ReadonlySet<string> }

const WORKLOADS = ['apps/v1', 'apps/v1beta2', 'apps/v1beta1', 'extensions/v1beta1'] as const
const GATEWAYS = ['v1', 'v1beta1', 'v1alpha3', 'v1alpha2'].map((version) => `gateway.networking.k8s.io/${version}`)

const inSpec =
  (...keys: readonly string[]) =>
  ({ spec }: Shape): boolean =>
    keys.some((key) => spec.has(key))
const atTop =
  (...keys: readonly string[]) =>
  ({ top }: Shape): boolean =>
    keys.some((key) => top.has(key))
const never = (): boolean => false

const workload = (kind: WorkloadKind, looksLike: Kind['looksLike'], versions: Kind['versions'] = WORKLOADS): Kind => ({
  versions,
  read: readWorkload(kind),
  looksLike,
  home: 'spec',
  fields: ['template', 'replicas'],
})
const route = (
  kind: 'HTTPRoute' | 'GRPCRoute' | 'TLSRoute' | 'TCPRoute' | 'Gateway',
  looksLike: Kind['looksLike'],
): Kind => ({
  versions: GATEWAYS,
  read: readGatewayRoute(kind),
  looksLike,
  home: 'spec',
  fields: ['rules', 'parentRefs'],
})

/** A shape is guessed in this order. */
export const KINDS: Readonly<Record<ReadKind, Kind>> = {
  Endpoints: { versions: ['v1'], read: readEndpoints, looksLike: atTop('subsets'), home: null, fields: ['subsets'] },
  EndpointSlice: {
    versions: ['discovery.k8s.io/v1', 'discovery.k8s.io/v1beta1'],
    read: readEndpointSlice,
    looksLike: atTop('addressType', 'endpoints'),
    home: null,
    fields: ['addressType', 'endpoints', 'ports'],
  },
  Event: {
    versions: ['v1', 'events.k8s.io/v1', 'events.k8s.io/v1beta1'],
    read: readEvent,
    looksLike: atTop('involvedObject', 'regarding'),
    home: null,
    fields: [],
  },
  Deployment: workload('Deployment', inSpec('template')),
  StatefulSet: workload('StatefulSet', never),
  DaemonSet: workload('DaemonSet', never),
  ReplicaSet: workload('ReplicaSet', never),
  Job: workload('Job', never, ['batch/v1']),
  Pod: { versions: ['v1'], read: readPod, looksLike: inSpec('containers'), home: 'spec', fields: ['containers'] },
  NetworkPolicy: {
    versions: ['networking.k8s.io/v1', 'extensions/v1beta1'],
    read: readNetworkPolicy,
    looksLike: inSpec('podSelector', 'policyTypes'),
    home: 'spec',
    fields: ['podSelector', 'policyTypes', 'ingress', 'egress'],
  },
  HTTPRoute: route('HTTPRoute', inSpec('parentRefs')),
  GRPCRoute: route('GRPCRoute', never),
  TLSRoute: route('TLSRoute', never),
  TCPRoute: route('TCPRoute', never),
  Gateway: route('Gateway', inSpec('listeners', 'gatewayClassName')),
  IngressClass: {
    versions: ['networking.k8s.io/v1', 'networking.k8s.io/v1beta1'],
    read: readIngressClass,
    looksLike: inSpec('controller'),
    home: 'spec',
    fields: ['controller'],
  },
  Node: {
    versions: ['v1'],
    read: readNode,
    looksLike: inSpec('podCIDR', 'podCIDRs', 'providerID'),
    home: 'spec',
    fields: ['podCIDR', 'podCIDRs'],
  },
  Namespace: { versions: ['v1'], read: readNamespace, looksLike: never, home: null, fields: [] },
  Ingress: {
    versions: INGRESS_VERSIONS,
    read: readIngress,
    looksLike: inSpec('rules', 'defaultBackend', 'ingressClassName'),
    home: 'spec',
    fields: ['rules', 'tls', 'defaultBackend', 'backend', 'ingressClassName'],
  },
  Service: {
    versions: ['v1'],
    read: readService,
    looksLike: inSpec('ports', 'clusterIP', 'externalName', 'selector'),
    home: 'spec',
    fields: ['ports', 'selector', 'type', 'clusterIP', 'externalName', 'sessionAffinity'],
  },
}

export const READ_KINDS = Object.keys(KINDS).filter((kind): kind is ReadKind => Object.hasOwn(KINDS, kind))

export const isReadKind = (kind: string): kind is ReadKind => Object.hasOwn(KINDS, kind)

const keysOf = (value: unknown): ReadonlySet<string> => new Set(isMapping(value) ? Object.keys(value) : [])

/** Guesses the kind of an object without one by its shape; `null` if it looks like nothing that is read. */
export function guessKind(object: Record<string, unknown>): ReadKind | null {
  const shape: Shape = { top: keysOf(object), spec: keysOf(object.spec) }
  return READ_KINDS.find((kind) => KINDS[kind].looksLike(shape)) ?? null
}

/** Sorts objects by kind, in the order given. */
export function byKind(objects: readonly KubeObject[]): KubeObjects {
  const of = <K extends ReadKind>(...kinds: readonly K[]) => {
    const wanted: ReadonlySet<string> = new Set(kinds)
    return objects.filter((object): object is Extract<KubeObject, { kind: K }> => wanted.has(object.kind))
  }
  return {
    services: of('Service'),
    endpoints: of('Endpoints'),
    endpointSlices: of('EndpointSlice'),
    ingresses: of('Ingress'),
    ingressClasses: of('IngressClass'),
    nodes: of('Node'),
    pods: of('Pod'),
    workloads: objects.filter((object) => 'template' in object),
    networkPolicies: of('NetworkPolicy'),
    events: of('Event'),
    namespaces: of('Namespace'),
    gatewayRoutes: objects.filter((object) => 'backends' in object),
  }
}
