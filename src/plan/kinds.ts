/**
 * The kinds of path, as data. Every rule outside of a kind's own planning file asks for a property here, never for a
 * kind by name, so that a new kind is a row of this table and a source in `sources.ts`. The rows stand in the order in
 * which plans and reports show the kinds; the key of a row is its word in every output (JSON, CSV, labels of metrics).
 *
 * @module
 */

import type { DiallingCheck } from './check.ts'

/** The path's place among the ways to a Service. */
export type Role =
  /** A way of its own that clients take. */
  | 'way-in'
  /** A name, which leads to one of the ways in or to where others point it. */
  | 'name'
  /** One pod itself: it shows how the application does, and clients come by another way. */
  | 'pod'
  /** Nothing is dialled. */
  | 'variable'

/** Something may stand between a client and the pods. */
export type Between =
  | 'nothing'
  /** kube-proxy, or its replacement, which translates addresses and says nothing itself. */
  | 'translation'
  /** Machines that Kubernetes does not know, which may answer in the application's place. */
  | 'machines'
  /** A process that reads the connection and chooses a Service by it: see {@link KindOfPath.routedBy}. */
  | 'router'

/** The last station of a path on the map of the ways to a Service. */
export type EndsAt = 'name' | 'variable' | 'address' | 'alias' | 'balancer' | 'outside' | 'node' | 'pod' | 'route'

/**
 * A router chooses the Service by host and path of a request (Ingress; HTTPRoute, GRPCRoute and their like), by the name
 * that a TLS handshake asks for (TLSRoute), or by the port that was dialled (TCPRoute, UDPRoute).
 */
export type RoutedBy = 'request' | 'server-name' | 'port'

/** The address that is dialled was written by somebody. It decides where discovery may go (ADR 0042). */
export type AddressBy =
  /** The API server gave it out, or the kubelet reported it: cluster IPs, names of Services, addresses of nodes. */
  | 'cluster'
  /** A controller, in a status that users cannot write. */
  | 'status'
  /** Whoever wrote the EndpointSlices: a controller, or anybody. */
  | 'endpoints'
  /** The author of the object, who may write anything. */
  | 'author'

/** A router's own answers are told apart, and explained, by what it is. */
export type RouterKind = 'ingress-controller' | 'gateway'

/** Their names in prose, within a sentence. */
export const ROUTERS: Readonly<Record<RouterKind, { name: string; short: string }>> = {
  'ingress-controller': { name: 'the Ingress controller', short: 'the controller' },
  gateway: { name: 'the Gateway', short: 'the Gateway' },
}

export type KindOfPath = {
  /** Its name in prose. */
  noun: { one: string; many: string }
  role: Role
  endsAt: EndsAt
  /** `null` if it leads to no pod of the Service. */
  between: Between | null
  /** `null` if nothing is dialled. */
  addressBy: AddressBy | null
  /** `null` if no router is on the way. */
  routedBy: RoutedBy | null
  /** `null` if no router is on the way. */
  router: RouterKind | null
  /** Types of checks that say something about a path that is dialled. */
  checks: readonly DiallingCheck['type'][]
  /**
   * A path that must not be reachable is closed if no connection is made, or if a router answers by itself that it has no
   * route or no backend.
   */
  closedWhen: 'unconnected' | 'unrouted'
  /**
   * A hostname that is dialled is resolved so: `resolve` asks for this very name, as for the cluster's own; `lookup` sees
   * what applications see, as for names that others publish.
   */
  resolvedBy: 'resolve' | 'lookup'
  /** The place among the ways past a router that are asked for a second opinion, 1 first; `null`: it is not asked. */
  secondOpinion: number | null
  /** Its paths come and go with the pods, and history keeps one series for all of them. */
  grouped: boolean
  /** Paths grow in number with the cluster and are cut to this limit of the request. */
  limit: 'nodes' | 'endpoints' | null
  /** Completes "… only inside the cluster"; `null` if it is reached from elsewhere as well. */
  within: string | null
  /** Says what is most often wrong on the way there, for the finding that only this kind fails. */
  ifAlone: string | null
}

/** Most kinds have these properties in common. */
const DIALLED = {
  routedBy: null,
  router: null,
  checks: ['http', 'tcp', 'grpc', 'dnsQuery'],
  closedWhen: 'unconnected',
  resolvedBy: 'lookup',
  secondOpinion: null,
  grouped: false,
  limit: null,
  within: null,
  ifAlone: null,
} as const satisfies Partial<KindOfPath>

/** Routes of the Gateway API. */
const ROUTED = {
  ...DIALLED,
  role: 'way-in',
  endsAt: 'route',
  between: 'router',
  router: 'gateway',
  addressBy: 'status',
  ifAlone:
    'The Gateway may answer by itself: its controller has not programmed the route yet, a policy or a filter of it stands before the Service, or it reaches no endpoint.',
} as const satisfies Partial<KindOfPath>

/** A Gateway takes connections for every Service: that it accepts one says nothing about this. */
const BY_REQUEST = {
  routedBy: 'request',
  checks: ['http', 'grpc'],
  closedWhen: 'unrouted',
} as const satisfies Partial<KindOfPath>

const TABLE = {
  DNS: {
    ...DIALLED,
    noun: { one: 'name', many: 'names' },
    role: 'name',
    endsAt: 'name',
    between: 'translation',
    addressBy: 'cluster',
    resolvedBy: 'resolve',
    within: 'the names of Services resolve',
    ifAlone:
      'The name may lead the prober elsewhere than to the cluster IP: a hosts file, another DNS server, an old record.',
  },
  ClusterIP: {
    ...DIALLED,
    noun: { one: 'cluster IP', many: 'cluster IPs' },
    role: 'way-in',
    endsAt: 'address',
    between: 'translation',
    addressBy: 'cluster',
    secondOpinion: 1,
    within: 'a cluster IP answers',
    ifAlone:
      'The rules of kube-proxy on the node of the prober may be older than the objects, or the address may by now be that of another Service.',
  },
  NodePort: {
    ...DIALLED,
    noun: { one: 'node port', many: 'node ports' },
    role: 'way-in',
    endsAt: 'node',
    between: 'translation',
    addressBy: 'cluster',
    secondOpinion: 3,
    limit: 'nodes',
    ifAlone:
      'kube-proxy may not serve node ports at these addresses (--nodeport-addresses), something else may listen there on the nodes, or the Service may have another node port by now.',
  },
  LoadBalancer: {
    ...DIALLED,
    noun: { one: 'load balancer', many: 'load balancers' },
    role: 'way-in',
    endsAt: 'balancer',
    between: 'machines',
    addressBy: 'status',
    secondOpinion: 4,
    ifAlone:
      'The load balancer may have no healthy node behind it and answer or cut by itself, end TLS itself, or speak the PROXY protocol to an application that does not.',
  },
  Ingress: {
    ...DIALLED,
    noun: { one: 'Ingress route', many: 'Ingress routes' },
    role: 'way-in',
    endsAt: 'route',
    between: 'router',
    addressBy: 'status',
    routedBy: 'request',
    router: 'ingress-controller',
    // A controller takes connections for every Service: that it accepts one says nothing about this.
    checks: ['http', 'grpc'],
    closedWhen: 'unrouted',
    ifAlone:
      'The controller, or what is before it, may answer by itself: authentication, a rewrite, a firewall for applications, a limit of rate or size.',
  },
  HTTPRoute: { ...ROUTED, noun: { one: 'HTTP route', many: 'HTTP routes' }, ...BY_REQUEST },
  GRPCRoute: { ...ROUTED, noun: { one: 'gRPC route', many: 'gRPC routes' }, ...BY_REQUEST, checks: ['grpc'] },
  TLSRoute: {
    ...ROUTED,
    noun: { one: 'TLS route', many: 'TLS routes' },
    routedBy: 'server-name',
    checks: ['http', 'tcp', 'grpc'],
  },
  TCPRoute: { ...ROUTED, noun: { one: 'TCP route', many: 'TCP routes' }, routedBy: 'port' },
  UDPRoute: { ...ROUTED, noun: { one: 'UDP route', many: 'UDP routes' }, routedBy: 'port' },
  Route: {
    ...ROUTED,
    noun: { one: 'Route of OpenShift', many: 'Routes of OpenShift' },
    routedBy: 'request',
    checks: ['http', 'tcp'],
    closedWhen: 'unrouted',
    ifAlone:
      'The router may answer by itself: with 503 where it has no endpoint for the Route, or where its configuration is older than the objects.',
  },
  Endpoint: {
    ...DIALLED,
    noun: { one: 'endpoint', many: 'endpoints' },
    role: 'pod',
    endsAt: 'pod',
    between: 'nothing',
    addressBy: 'endpoints',
    secondOpinion: 2,
    grouped: true,
    limit: 'endpoints',
    within: 'the addresses of pods are routed',
  },
  ExternalIP: {
    ...DIALLED,
    noun: { one: 'external IP', many: 'external IPs' },
    role: 'way-in',
    endsAt: 'outside',
    between: 'machines',
    addressBy: 'author',
    secondOpinion: 5,
    ifAlone:
      'Kubernetes routes no external IP: whoever wrote spec.externalIPs has to lead its traffic to a node. The address may be that of another machine.',
  },
  ExternalName: {
    ...DIALLED,
    noun: { one: 'external name', many: 'external names' },
    role: 'way-in',
    endsAt: 'alias',
    between: null,
    addressBy: 'author',
  },
  Environment: {
    ...DIALLED,
    noun: { one: 'variable', many: 'variables' },
    role: 'variable',
    endsAt: 'variable',
    between: null,
    addressBy: null,
    checks: [],
    within: 'these variables are set',
  },
} satisfies Record<string, KindOfPath>

export type PathKind = keyof typeof TABLE

export const KINDS: Readonly<Record<PathKind, KindOfPath>> = TABLE

/** All kinds, in the order in which they are shown. */
export const PATH_KINDS = Object.keys(KINDS) as readonly PathKind[]

/** Lists the kinds of which something holds, in the order in which they are shown. */
export const kindsThat = (holds: (kind: KindOfPath) => boolean): readonly PathKind[] =>
  PATH_KINDS.filter((kind) => holds(KINDS[kind]))
