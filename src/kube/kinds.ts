/**
 * The kinds that are read, with their API versions, newest first, and their readers. Everything else is ignored.
 *
 * @module
 */
import { type Field, isMapping } from './fields.ts'
import type { RouteKind } from './gateway-objects.ts'
import {
  GATEWAY_API_TRIAL,
  GATEWAY_VERSIONS,
  type GatewayKind,
  gatewayApiVersions,
  isGatewayKind,
} from './gateway-versions.ts'
import type { KubeObject, KubeObjects, WorkloadKind } from './objects.ts'
import { readEndpointSlice, readEndpoints } from './read-endpoints.ts'
import { readEvent } from './read-event.ts'
import { readGateway, readGatewayClass, readListenerSet } from './read-gateway.ts'
import { readBackendTlsPolicy, readReferenceGrant } from './read-gateway-policies.ts'
import { INGRESS_VERSIONS, readIngress, readIngressClass } from './read-ingress.ts'
import { readNamespace } from './read-namespace.ts'
import { readNode } from './read-node.ts'
import { OPENSHIFT_ROUTES, readOpenShiftRoute } from './read-openshift.ts'
import { readPod, readWorkload } from './read-pod.ts'
import { readNetworkPolicy } from './read-policy.ts'
import { readGatewayRoute } from './read-route.ts'
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
  /** It is released apart from Kubernetes: clusters have versions of it that are older, or newer, than those here. */
  comesApart?: true
}

/** The keys of an object, and of its spec. */
type Shape = { top: ReadonlySet<string>; spec: ReadonlySet<string> }

const WORKLOADS = ['apps/v1', 'apps/v1beta2', 'apps/v1beta1', 'extensions/v1beta1'] as const

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
const ofGateway = (
  kind: GatewayKind,
  read: Kind['read'],
  fields: readonly string[],
  looksLike: Kind['looksLike'] = never,
): Kind => ({ versions: gatewayApiVersions(kind), read, looksLike, home: 'spec', fields, comesApart: true })
const route = (kind: RouteKind, looksLike: Kind['looksLike'] = never): Kind =>
  ofGateway(kind, readGatewayRoute(kind), ['rules', 'parentRefs', 'hostnames'], looksLike)

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
  GRPCRoute: route('GRPCRoute'),
  TLSRoute: route('TLSRoute'),
  TCPRoute: route('TCPRoute'),
  UDPRoute: route('UDPRoute'),
  Gateway: ofGateway('Gateway', readGateway, ['listeners', 'gatewayClassName'], inSpec('gatewayClassName')),
  ListenerSet: ofGateway('ListenerSet', readListenerSet, ['listeners', 'parentRef'], inSpec('listeners')),
  GatewayClass: ofGateway('GatewayClass', readGatewayClass, ['controllerName'], inSpec('controllerName')),
  ReferenceGrant: ofGateway('ReferenceGrant', readReferenceGrant, ['from', 'to']),
  BackendTLSPolicy: ofGateway('BackendTLSPolicy', readBackendTlsPolicy, ['targetRefs', 'validation']),
  Route: {
    versions: [`${OPENSHIFT_ROUTES}/v1`],
    read: readOpenShiftRoute,
    looksLike: inSpec('alternateBackends', 'wildcardPolicy'),
    home: 'spec',
    fields: ['to', 'host', 'alternateBackends'],
    comesApart: true,
  },
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

/** Kinds that another group calls otherwise: group/kind → the kind that it is read as. */
const CALLED: ReadonlyMap<string, ReadKind> = new Map(
  READ_KINDS.flatMap((kind) => {
    const trial = isGatewayKind(kind) ? GATEWAY_VERSIONS[kind].trial : undefined
    return trial === undefined ? [] : [[`${GATEWAY_API_TRIAL}/${trial.kind}`, kind] as const]
  }),
)

/** An apiVersion without a group is of the core, whose name is empty. */
const groupOf = (apiVersion: string): string => (apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '')

/** Kubernetes' own API groups have no dot or end in k8s.io. */
const isKubernetesOwn = (group: string): boolean => !group.includes('.') || group.endsWith('.k8s.io')

/**
 * Tells which kind an object is read as; `null`: none. A `Service` of another group is another thing, while a wrong group
 * of Kubernetes itself is a mistake.
 */
export function kindOf(kind: string, apiVersion: unknown): ReadKind | null {
  const group = typeof apiVersion === 'string' ? groupOf(apiVersion) : ''
  const called = CALLED.get(`${group}/${kind}`)
  if (called !== undefined) {
    return called
  }
  if (!isReadKind(kind)) {
    return null
  }
  const groups = KINDS[kind].versions.map(groupOf)
  return groups.includes(group) || (isKubernetesOwn(group) && groups.some(isKubernetesOwn)) ? kind : null
}

/** Tells whether it is a version that nothing here reads, of a kind that is released apart from Kubernetes. */
export function isOtherVersion(kind: ReadKind, apiVersion: unknown): apiVersion is string {
  const { versions, comesApart = false } = KINDS[kind]
  return (
    comesApart &&
    typeof apiVersion === 'string' &&
    !versions.includes(apiVersion) &&
    versions.some((version) => groupOf(version) === groupOf(apiVersion))
  )
}

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
    gatewayClasses: of('GatewayClass'),
    gateways: of('Gateway'),
    listenerSets: of('ListenerSet'),
    gatewayRoutes: of('HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'),
    referenceGrants: of('ReferenceGrant'),
    backendTlsPolicies: of('BackendTLSPolicy'),
    openShiftRoutes: of('Route'),
  }
}
