import type { Layer } from '../../../src/diagnose/finding.ts'
import { slice } from '../../support/manifests.ts'
import type { Cluster } from '../cluster.ts'
import type { Faults } from '../faults.ts'
import {
  backendTls,
  fromFen,
  gateway,
  gatewayClass,
  gatewaySceneOf,
  HOST,
  httpRoute,
  LISTENERS,
  ROUTES,
  redirecting,
  to,
  WAITING,
  withHttp,
  withoutStatus,
} from '../gateway-scene.ts'
import { GATEWAY_ADDRESS, type Manifest, NEWTS } from '../world.ts'

/** What Portolan is told, what is the matter, and what becomes of the paths. Kinds that are not named pass. */
export type GatewayRow = {
  guarantee: string
  manifests?: readonly Manifest[]
  /** That of the listener; default: a sound one. */
  certificate?: Parameters<Cluster['issue']>[1]
  fault?: (fault: Faults) => Promise<unknown>
  /** The Service that is asked about. */
  of?: 'toad' | 'newt'
  /** Default: from a pod. */
  from?: 'inside' | 'outside'
  told?: Readonly<Record<string, unknown>>
  /** What a request for the host gets from the proxy: a status and the pod that gave it; `000` is no answer. */
  answer?: string
  /** The cause that is shown first, and its layer. */
  finding?: readonly [code: string, layer: Layer]
}

const DAY_MS = 86_400_000

/** The listeners of the Gateway, of which some are others. */
const listeners = (others: Readonly<Record<string, Manifest>>): Manifest[] => Object.values({ ...LISTENERS, ...others })

/** Of the two ports of `newt`, what becomes of each. */
const byPort = (https: string, grpc: string) => ({
  ClusterIP: { 'https://10.96.0.8/': https, 'tcp://10.96.0.8:9090': grpc },
  Endpoint: {
    'https://10.244.2.31:8443/': https,
    'https://10.244.3.31:8443/': https,
    'tcp://10.244.2.31:9090': grpc,
    'tcp://10.244.3.31:9090': grpc,
  },
})

const UNSAID = Object.fromEntries(Object.keys(LISTENERS).map((name) => [name, []]))

const byProtocol = (http: string, https: string) => ({
  HTTPRoute: { [`http://${HOST}/`]: http, [`https://${HOST}/`]: https },
})

export const GATEWAY_FAULTS: readonly GatewayRow[] = [
  {
    guarantee: 'hosts of the route and of the listeners have nothing in common',
    manifests: gatewaySceneOf({
      gateway: gateway({
        listeners: listeners({
          http: { ...LISTENERS.http, hostname: '*.example.org' },
          https: { ...LISTENERS.https, hostname: 'toad.example.org' },
        }),
      }),
      routes: withHttp({ said: [['Accepted', 'False', 'NoMatchingListenerHostname']] }),
    }),
    answer: '404',
    told: { HTTPRoute: undefined },
    finding: ['route_hostname_mismatch', 'gateway'],
  },
  {
    guarantee: 'listeners that take no routes of this namespace',
    manifests: gatewaySceneOf({
      gateway: gateway({
        listeners: listeners({
          http: { ...LISTENERS.http, allowedRoutes: { namespaces: { from: 'Same' } } },
          https: { ...LISTENERS.https, allowedRoutes: { namespaces: { from: 'Same' } } },
        }),
      }),
      routes: withHttp({ said: [['Accepted', 'False', 'NotAllowedByListeners']] }),
    }),
    answer: '404',
    told: { HTTPRoute: undefined },
    finding: ['route_namespace_not_allowed', 'gateway'],
  },
  {
    guarantee: 'a route that the controller has not accepted, for a reason of its own',
    manifests: gatewaySceneOf({ routes: withHttp({ said: [['Accepted', 'False', 'UnsupportedValue']] }) }),
    fault: (fault) => fault.gateway(gatewaySceneOf({ routes: [ROUTES.tcp] })),
    answer: '404',
    told: { HTTPRoute: undefined },
    finding: ['route_not_accepted', 'gateway'],
  },
  {
    guarantee: 'a section that the Gateway does not have',
    manifests: gatewaySceneOf({
      routes: withHttp({ section: 'web', said: [['Accepted', 'False', 'NoMatchingParent']] }),
    }),
    answer: '404',
    told: { HTTPRoute: undefined },
    finding: ['route_listener_missing', 'gateway'],
  },
  {
    guarantee: 'a Service of another namespace without a ReferenceGrant: 500',
    manifests: gatewaySceneOf({ routes: fromFen() }),
    answer: '500',
    told: { HTTPRoute: undefined },
    finding: ['route_reference_not_granted', 'gateway'],
  },
  {
    guarantee: 'a port that the Service does not have: 500',
    manifests: gatewaySceneOf({ routes: withHttp({ rules: [to('toad', 8080)] }) }),
    answer: '500',
    told: { HTTPRoute: undefined },
    finding: ['route_backend_port_missing', 'gateway'],
  },
  {
    guarantee: 'a weight of 0',
    manifests: gatewaySceneOf({ routes: withHttp({ rules: [to('toad', 80, { weight: 0 })] }) }),
    answer: '500',
    told: { HTTPRoute: undefined },
    finding: ['route_backend_weight_zero', 'gateway'],
  },
  {
    guarantee: 'a listener whose certificate is missing, so that it is not programmed',
    manifests: gatewaySceneOf({
      gateway: gateway({
        listeners: listeners({
          https: { ...LISTENERS.https, tls: { mode: 'Terminate', certificateRefs: [{ name: 'missing' }] } },
        }),
        said: {
          https: [
            ['Accepted', 'True', 'Accepted'],
            ['ResolvedRefs', 'False', 'InvalidCertificateRef'],
            ['Programmed', 'False', 'Invalid'],
          ],
        },
      }),
    }),
    told: {},
    finding: ['listener_certificate_missing', 'gateway'],
  },
  {
    guarantee: 'an expired certificate of the listener',
    certificate: { altNames: [HOST], notBeforeMs: Date.now() - 9 * DAY_MS, notAfterMs: Date.now() - DAY_MS },
    told: byProtocol('pass', 'certificate_expired'),
    finding: ['certificate_expired', 'tls'],
  },
  {
    guarantee: 'a certificate of the listener for another host',
    certificate: { altNames: ['frog.example.net'] },
    told: byProtocol('pass', 'certificate_name_mismatch'),
    finding: ['certificate_for_other_name', 'tls'],
  },
  {
    guarantee: 'a proxy that is down',
    fault: (fault) => fault.gateway('dead'),
    answer: '000',
    told: { HTTPRoute: 'connection_refused', TCPRoute: 'connection_refused' },
    finding: ['gateway_unreachable', 'gateway'],
  },
  {
    guarantee: 'a Gateway that has no address yet',
    manifests: gatewaySceneOf({
      gateway: gateway({ addresses: [], programmed: ['Programmed', 'False', 'AddressNotAssigned'] }),
      gatewayService: [],
    }),
    told: { HTTPRoute: 'skipped pending', TCPRoute: 'skipped pending' },
    finding: ['gateway_without_address', 'gateway'],
  },
  {
    guarantee: 'an address in the status that nobody has any more',
    manifests: gatewaySceneOf({ gateway: gateway({ addresses: ['203.0.113.91'] }) }),
    told: { HTTPRoute: 'connect_timeout', TCPRoute: 'connect_timeout' },
    finding: ['gateway_unreachable', 'gateway'],
  },
  {
    guarantee: 'pods that are gone: 503 from the proxy',
    manifests: gatewaySceneOf({ slice: slice([]) }),
    answer: '503',
    told: {
      HTTPRoute: 'unexpected_status',
      TCPRoute: 'connection_closed',
      ClusterIP: 'connection_refused',
      Endpoint: undefined,
    },
    finding: ['no_endpoints', 'endpoints'],
  },
  {
    guarantee: 'a proxy that was not told of the route: its own 404',
    fault: (fault) => fault.gateway(gatewaySceneOf({ routes: [ROUTES.tcp] })),
    told: { HTTPRoute: 'unexpected_status' },
    finding: ['gateway_does_not_route', 'gateway'],
  },
  {
    guarantee: 'a proxy that does not listen on the port of a listener',
    fault: (fault) =>
      fault.gateway(gatewaySceneOf({ gateway: gateway({ listeners: [LISTENERS.http, LISTENERS.https] }) })),
    told: { TCPRoute: 'connection_refused' },
    finding: ['gateway_port_closed', 'gateway'],
  },
  {
    guarantee: 'TLS passed through to a port that speaks none',
    of: 'newt',
    manifests: gatewaySceneOf({ routes: [ROUTES.tls], newt: [{ name: 'https', port: 443, targetPort: 8080 }] }),
    told: { GRPCRoute: undefined, TLSRoute: 'tls_not_spoken', ClusterIP: 'tls_not_spoken', Endpoint: 'tls_not_spoken' },
    finding: ['port_speaks_no_tls', 'application'],
  },
  {
    guarantee: 'a BackendTLSPolicy with a name that the pods have no certificate for',
    of: 'newt',
    manifests: gatewaySceneOf({
      routes: [httpRoute({ rules: [to('newt', 443)] }), ROUTES.grpc],
      more: [backendTls('frog.pond.svc')],
    }),
    told: { ...byPort('certificate_name_mismatch', 'pass'), HTTPRoute: 'unexpected_status', TLSRoute: undefined },
    finding: ['backend_tls_policy_mismatch', 'gateway'],
  },
  {
    guarantee: 'something between the proxy and the pods that drops their packets',
    fault: (fault) => fault.filter('edge', 'output', ['tcp dport 8080 drop']),
    told: { HTTPRoute: 'response_timeout', TCPRoute: 'response_timeout' },
    finding: ['gateway_backend_silent', 'gateway'],
  },
  {
    guarantee: 'a redirect with another status than the route says',
    manifests: gatewaySceneOf({ routes: redirecting(301) }),
    fault: (fault) => fault.gateway(gatewaySceneOf({ routes: redirecting(302) })),
    told: { HTTPRoute: 'unexpected_status' },
    finding: ['gateway_redirect_differs', 'gateway'],
  },
  {
    guarantee: 'an older route that takes the same requests elsewhere',
    manifests: gatewaySceneOf({
      routes: withHttp(
        { created: '2026-11-02T00:00:00Z' },
        { name: 'older', created: '2026-11-01T00:00:00Z', rules: [to('newt', 80)] },
      ),
      newt: [{ name: 'http', port: 80, targetPort: 8080 }],
    }),
    answer: '200 newt-0',
    told: { HTTPRoute: undefined },
    finding: ['route_shadowed', 'gateway'],
  },
  {
    guarantee: 'a load balancer before the proxy that leads nowhere',
    fault: (fault) => fault.blackhole(GATEWAY_ADDRESS),
    from: 'outside',
    told: { HTTPRoute: 'connect_timeout', TCPRoute: 'connect_timeout' },
    finding: ['gateway_unreachable', 'gateway'],
  },
  {
    guarantee: 'a class that no controller has taken',
    manifests: gatewaySceneOf({
      class: [gatewayClass(WAITING)],
      gateway: gateway({
        addresses: [],
        accepted: WAITING,
        programmed: ['Programmed', 'Unknown', 'Pending'],
        said: UNSAID,
      }),
      routes: withoutStatus([ROUTES.http, ROUTES.tcp]),
      gatewayService: [],
    }),
    fault: (fault) => fault.gateway('dead'),
    told: { HTTPRoute: undefined, TCPRoute: undefined },
    finding: ['gateway_class_without_controller', 'gateway'],
  },
  {
    guarantee: 'two listeners that want the same port and host',
    manifests: gatewaySceneOf({
      gateway: gateway({
        listeners: [...listeners({}), { ...LISTENERS.http, name: 'http-2' }],
        said: Object.fromEntries(
          ['http', 'http-2'].map((name) => [
            name,
            [
              ['Accepted', 'False', 'HostnameConflict'],
              ['Conflicted', 'True', 'HostnameConflict'],
              ['Programmed', 'False', 'Invalid'],
            ],
          ]),
        ),
      }),
    }),
    answer: '000',
    told: {},
    finding: ['listener_conflict', 'gateway'],
  },
  {
    guarantee: 'gRPC servers that say they do not serve',
    of: 'newt',
    fault: (fault) => fault.pods(NEWTS, 'large'),
    told: { ...byPort('pass', 'not_serving'), GRPCRoute: 'not_serving' },
    finding: ['grpc_not_serving', 'application'],
  },
]
