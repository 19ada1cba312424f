import type {
  Gateway,
  GatewayListener,
  GatewayRoute,
  RouteKind,
  RouteMatch,
  RouteRule,
} from '../../src/kube/gateway-objects.ts'
import { canonicalHost, hostnamesFor } from '../../src/plan/gateway/hosts.ts'
import type { Attachment, Listener, RoutedRequest } from '../../src/plan/gateway/types.ts'

const meta = (name: string, createdAt: string | null = null) => ({
  name,
  namespace: 'shop',
  labels: {},
  annotations: {},
  createdAt,
  generation: null,
  deletedAt: null,
  owner: null,
})

const GATEWAY: Gateway = {
  kind: 'Gateway',
  meta: meta('edge'),
  gatewayClassName: 'some',
  addresses: [],
  listeners: [],
  allowedListeners: { from: 'None', selector: null },
  frontend: { default: null, perPort: [] },
  status: null,
}

/** A listener of one Gateway, without conflicts. */
export const aListener = (of: Partial<GatewayListener> = {}): Listener => ({
  gateway: GATEWAY,
  of: GATEWAY,
  listener: {
    name: of.name ?? 'http',
    hostname: null,
    port: 80,
    protocol: 'HTTP',
    tls: null,
    allowedRoutes: { namespaces: { from: 'Same', selector: null }, kinds: [] },
    ...of,
  },
  field: { ref: 'Gateway/edge', field: `spec.listeners[${of.name ?? 'http'}]` },
  refused: null,
  doubts: [],
})

export const aMatch = (of: Partial<RouteMatch> = {}): RouteMatch => ({
  path: { type: 'PathPrefix', value: '/' },
  method: null,
  headers: [],
  query: [],
  grpc: null,
  ...of,
})

export const aRule = (of: Partial<RouteRule> = {}): RouteRule => ({
  name: null,
  matches: [aMatch()],
  filters: [],
  backends: [],
  timeouts: { requestMs: null, backendRequestMs: null },
  ...of,
})

export const aBackend = (name: string, weight = 1): RouteRule['backends'][number] => ({
  ...{ group: '', kind: 'Service', namespace: null, name, port: 80 },
  weight,
  filters: [],
})

export const aRoute = (
  name: string,
  of: Partial<Omit<GatewayRoute, 'meta'>> & { createdAt?: string | null; kind?: RouteKind } = {},
): GatewayRoute => {
  const { createdAt = null, ...rest } = of
  return {
    kind: 'HTTPRoute',
    meta: meta(name, createdAt),
    parentRefs: [],
    hostnames: [],
    rules: [aRule()],
    parents: null,
    ...rest,
  }
}

/** What a route and a listener have in common, each pair looked at (GatewaySpec.listeners[].hostname). */
export function commonHosts(route: GatewayRoute, { listener }: Listener): (string | null)[] {
  const takes = (pattern: string, host: string) => hostnamesFor(canonicalHost(host)).some((each) => each === pattern)
  const own = listener.hostname
  if (own === null) {
    return route.hostnames.length === 0 ? [null] : [...route.hostnames]
  }
  if (route.hostnames.length === 0) {
    return [own]
  }
  return [...new Set(route.hostnames.flatMap((host) => (takes(own, host) ? [host] : takes(host, own) ? [own] : [])))]
}

/** Attaches a route to a listener without asking whether it may. */
export const attached = (route: GatewayRoute, listener: Listener): Attachment => ({
  route,
  parentAt: 0,
  listener,
  hosts: commonHosts(route, listener),
  because: [],
})

export const aRequest = (of: Partial<RoutedRequest> = {}): RoutedRequest => ({
  host: 'shop.example.com',
  path: '/',
  method: 'GET',
  headers: [],
  query: [],
  ...of,
})
