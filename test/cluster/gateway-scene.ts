/**
 * A Gateway with a listener of each protocol, and the routes that lead over it to the Services of the tests.
 *
 * @module
 */
import { loadBalancerStatus, service, slice } from '../support/manifests.ts'
import { AUTHORITY, GATEWAY_CONTROLLER } from './daemons.ts'
import { CLIENT, endpoints, GATEWAY, GATEWAY_ADDRESS, type Manifest, NEWTS, TOADS, WORLD } from './world.ts'

const API = 'gateway.networking.k8s.io'
export const SYSTEM = 'gateway-system'
export const HOST = 'toad.example.net'
const NEWT_HOST = 'newt.example.net'

type Condition = readonly [type: string, status: 'True' | 'False' | 'Unknown', reason: string]

const conditions = (...all: readonly Condition[]) =>
  all.map(([type, status, reason]) => ({
    type,
    status,
    reason,
    message: '',
    observedGeneration: 1,
    lastTransitionTime: '2026-11-01T00:00:00Z',
  }))

const GOOD_LISTENER: readonly Condition[] = [
  ['Accepted', 'True', 'Accepted'],
  ['Programmed', 'True', 'Programmed'],
  ['ResolvedRefs', 'True', 'ResolvedRefs'],
]
const GOOD_ROUTE: readonly Condition[] = [
  ['Accepted', 'True', 'Accepted'],
  ['ResolvedRefs', 'True', 'ResolvedRefs'],
]

const named = (kind: string, name: string, namespace: string | null, version = 'v1') => ({
  apiVersion: `${API}/${version}`,
  kind,
  metadata: {
    name,
    ...(namespace === null ? {} : { namespace }),
    generation: 1,
    creationTimestamp: '2026-11-01T00:00:00Z',
  },
})

export const gatewayClass = (accepted: Condition = ['Accepted', 'True', 'Accepted']): Manifest => ({
  ...named('GatewayClass', 'edge', null),
  spec: { controllerName: GATEWAY_CONTROLLER },
  status: { conditions: conditions(accepted) },
})

/** The API server says this of a class and of a Gateway until their controller says something. */
export const WAITING: Condition = ['Accepted', 'Unknown', 'Pending']

const all = { namespaces: { from: 'All' } }
export const LISTENERS = {
  http: { name: 'http', port: 80, protocol: 'HTTP', allowedRoutes: all },
  https: {
    name: 'https',
    port: 443,
    protocol: 'HTTPS',
    hostname: HOST,
    tls: { mode: 'Terminate', certificateRefs: [{ name: 'edge-tls' }] },
    allowedRoutes: all,
  },
  tls: {
    name: 'tls',
    port: 443,
    protocol: 'TLS',
    hostname: NEWT_HOST,
    tls: { mode: 'Passthrough' },
    allowedRoutes: all,
  },
  tcp: { name: 'tcp', port: 9000, protocol: 'TCP', allowedRoutes: all },
} as const satisfies Record<string, Manifest>

type GatewayParts = {
  allowedListeners?: Manifest
  listeners?: readonly Manifest[]
  /** What the controller says of listeners by these names, where not all is well. */
  said?: Readonly<Record<string, readonly Condition[]>>
  addresses?: readonly string[]
  accepted?: Condition
  programmed?: Condition
}

export const gateway = ({
  listeners = Object.values(LISTENERS),
  said = {},
  addresses = [GATEWAY_ADDRESS],
  accepted = ['Accepted', 'True', 'Accepted'],
  programmed = ['Programmed', 'True', 'Programmed'],
  allowedListeners,
}: GatewayParts = {}): Manifest => ({
  ...named('Gateway', 'edge', SYSTEM),
  spec: { gatewayClassName: 'edge', listeners, ...(allowedListeners === undefined ? {} : { allowedListeners }) },
  status: {
    addresses: addresses.map((value) => ({ type: 'IPAddress', value })),
    conditions: conditions(accepted, programmed),
    listeners: listeners.map(({ name }) => ({
      name,
      attachedRoutes: 1,
      supportedKinds: [],
      conditions: conditions(...(said[String(name)] ?? GOOD_LISTENER)),
    })),
  },
})

/** A ListenerSet of the Gateway with one listener, `set`, on its port 80. */
export const listenerSet = (hostname: string): Manifest => ({
  ...named('ListenerSet', 'more', SYSTEM),
  spec: {
    parentRef: { name: 'edge' },
    listeners: [{ name: 'set', port: 80, protocol: 'HTTP', hostname, allowedRoutes: all }],
  },
  status: {
    conditions: conditions(['Accepted', 'True', 'Accepted'], ['Programmed', 'True', 'Programmed']),
    listeners: [{ name: 'set', attachedRoutes: 1, supportedKinds: [], conditions: conditions(...GOOD_LISTENER) }],
  },
})

/** The HTTPRoute of `newt` is to be asked over TLS, with this name. */
export const backendTls = (hostname: string): Manifest => ({
  ...named('BackendTLSPolicy', 'newt', CLIENT.namespace),
  spec: {
    targetRefs: [{ group: '', kind: 'Service', name: 'newt', sectionName: 'https' }],
    validation: { hostname, caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: AUTHORITY }] },
  },
})

/** HTTPRoutes of namespace `fen` may lead to Services. */
export const referenceGrant = (): Manifest => ({
  ...named('ReferenceGrant', 'from-fen', CLIENT.namespace),
  spec: { from: [{ group: API, kind: 'HTTPRoute', namespace: 'fen' }], to: [{ group: '', kind: 'Service' }] },
})

/** The Service that the controller has made for the Gateway, with its proxy. */
export const gatewayService = (address: string | null = GATEWAY_ADDRESS): Manifest[] => {
  const ports = Object.entries(GATEWAY.ports).map(([name, port]) => ({ name, port }))
  return [
    service(
      {
        type: 'LoadBalancer',
        clusterIP: '10.96.0.90',
        selector: { app: GATEWAY.app },
        ports: ports.map((each, turn) => ({ ...each, targetPort: each.port, nodePort: 30900 + turn })),
      },
      { name: 'edge', namespace: SYSTEM, labels: { [`${API}/gateway-name`]: 'edge' } },
      address === null ? {} : loadBalancerStatus({ ip: address }),
    ),
    slice(endpoints(GATEWAY.name), { name: 'edge-1', namespace: SYSTEM, service: 'edge', ports }),
  ]
}

type RouteParts = {
  /** Default: the Gateway. */
  parent?: Manifest
  name?: string
  namespace?: string
  section?: string
  hostnames?: readonly string[]
  rules?: readonly Manifest[]
  said?: readonly Condition[]
  created?: string
  version?: string
}

const route =
  (kind: string, usual: RouteParts) =>
  (parts: RouteParts = {}): Manifest => {
    const {
      parent = { name: 'edge', namespace: SYSTEM },
      name = 'toad',
      namespace = CLIENT.namespace,
      section,
      hostnames,
      rules,
      said,
      created,
      version,
    } = {
      said: GOOD_ROUTE,
      ...usual,
      ...parts,
    }
    const parentRef = { ...parent, ...(section === undefined ? {} : { sectionName: section }) }
    const { metadata, ...rest } = named(kind, name, namespace, version)
    return {
      ...rest,
      metadata: { ...metadata, ...(created === undefined ? {} : { creationTimestamp: created }) },
      spec: { parentRefs: [parentRef], ...(hostnames === undefined ? {} : { hostnames }), rules },
      status: { parents: [{ parentRef, controllerName: GATEWAY_CONTROLLER, conditions: conditions(...said) }] },
    }
  }

export const to = (name: string, port: number, more: Manifest = {}) => ({ backendRefs: [{ name, port, ...more }] })

export const httpRoute = route('HTTPRoute', { hostnames: [HOST], rules: [to('toad', 80)] })
export const grpcRoute = route('GRPCRoute', {
  name: 'newt',
  section: 'http',
  hostnames: [NEWT_HOST],
  rules: [to('newt', 9090)],
})
export const tlsRoute = route('TLSRoute', {
  name: 'newt',
  hostnames: [NEWT_HOST],
  rules: [to('newt', 443)],
})
export const tcpRoute = route('TCPRoute', { section: 'tcp', rules: [to('toad', 80)], version: 'v1alpha2' })

type NewtPort = { name: string; port: number; targetPort: number }
const NEWT_PORTS: readonly NewtPort[] = [
  { name: 'https', port: 443, targetPort: 8443 },
  { name: 'grpc', port: 9090, targetPort: 9090 },
]

/** Speaks TLS and gRPC, with the certificate of its pods. */
const newt = (ports: readonly NewtPort[]): Manifest[] => [
  service({ clusterIP: '10.96.0.8', selector: { app: 'newt' }, ports }, { name: 'newt' }),
  slice(endpoints(...NEWTS), {
    name: 'newt-abc',
    service: 'newt',
    ports: ports.map(({ name, targetPort }) => ({ name, port: targetPort, protocol: 'TCP' })),
  }),
]

type Parts = {
  /** Ports of `newt`. */
  newt?: readonly NewtPort[]
  class?: readonly Manifest[]
  gateway?: Manifest
  gatewayService?: readonly Manifest[]
  routes?: readonly Manifest[]
  service?: Manifest
  slice?: Manifest
  more?: readonly Manifest[]
}

export const ROUTES = { http: httpRoute(), grpc: grpcRoute(), tls: tlsRoute(), tcp: tcpRoute() }

/** The world, a Gateway, routes of every kind, and Services behind them; each may be another. */
export const gatewaySceneOf = (parts: Parts = {}): Manifest[] => [
  ...WORLD,
  ...(parts.class ?? [gatewayClass()]),
  parts.gateway ?? gateway(),
  ...(parts.gatewayService ?? gatewayService()),
  ...(parts.routes ?? Object.values(ROUTES)),
  parts.service ?? service(),
  parts.slice ?? slice(endpoints(...TOADS)),
  ...newt(parts.newt ?? NEWT_PORTS),
  ...(parts.more ?? []),
]

/** HTTPRoutes, and the TCPRoute beside them. */
export const withHttp = (...parts: readonly RouteParts[]): Manifest[] => [
  ...parts.map((each) => httpRoute(each)),
  ROUTES.tcp,
]

/** The HTTPRoute is of another namespace than its Service. */
export const fromFen = (): Manifest[] =>
  withHttp({ namespace: 'fen', rules: [to('toad', 80, { namespace: CLIENT.namespace })] })

/** Requests for `/old` are led to `/new`. */
export const redirecting = (statusCode: number): Manifest[] =>
  withHttp({
    rules: [
      {
        ...to('toad', 80),
        matches: [{ path: { type: 'PathPrefix', value: '/old' } }],
        filters: [
          {
            type: 'RequestRedirect',
            requestRedirect: { statusCode, path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/new' } },
          },
        ],
      },
    ],
  })

function ofFile(metadata: unknown): Manifest {
  const { name, namespace } = metadata as { name: string; namespace?: string }
  return { name, ...(namespace === undefined ? {} : { namespace }) }
}

/** As they lie in Git: nobody has said anything of them. */
export const withoutStatus = (manifests: readonly Manifest[]): Manifest[] =>
  manifests.map((each) =>
    String(each.apiVersion).startsWith(API) ? { ...each, metadata: ofFile(each.metadata), status: undefined } : each,
  )
