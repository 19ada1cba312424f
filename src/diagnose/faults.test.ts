/**
 * Faults across the shapes of Services and places of probers, each with the cause that is to be told first, written
 * before it was run. What the paths do is made by a model of a cluster, not by hand.
 */
import { describe, expect, it } from 'vitest'
import { unsafeIn } from '../../test/support/commands.ts'
import {
  ingress,
  ingressClass,
  loadBalancerStatus,
  node,
  pod,
  service,
  slice,
  workload,
} from '../../test/support/manifests.ts'
import { type Model, modelled } from '../../test/support/model.ts'
import { type Did, diagnosed } from '../../test/support/scenario.ts'
import type { PlannedPath, Position } from '../plan/path.ts'

const A = '10.244.1.5'
const B = '10.244.2.6'
const C = '10.244.3.7'
const NODES = [1, 2, 3].map((n) => node(`node-${n}`, { InternalIP: `10.0.0.1${n}` }))
const PORTS = [{ name: 'http', port: 80, targetPort: 8080, nodePort: 30080 }]
const BALANCED = { type: 'LoadBalancer', ports: PORTS }
const ends = [
  { at: A, node: 'node-1', pod: 'toad-1' },
  { at: B, node: 'node-2', pod: 'toad-2' },
  { at: C, node: 'node-3', pod: 'toad-3' },
]
const INGRESS = [
  ingress([{}], { tls: [{ hosts: ['toad.example.com'], secretName: 'cert' }] }),
  ingressClass('nginx', 'k8s.io/ingress-nginx'),
]
const lb = loadBalancerStatus({ ip: '203.0.113.73', ipMode: 'Proxy' })
const vip = loadBalancerStatus({ ip: '203.0.113.73' })
/** Every kind of path, three endpoints on three nodes. */
const WHOLE = [service(BALANCED, {}, lb), slice(ends), ...NODES, ...INGRESS]
const onVip = [service(BALANCED, {}, vip), ...WHOLE.slice(1)]
const NODE_PORT = [service({ type: 'NodePort', ports: PORTS }), slice(ends), ...NODES]
const EMPTY = [service(BALANCED, {}, lb), slice([]), ...NODES, ...INGRESS]
const PLAIN = [service(), slice(ends)]

const DUAL_NODES = [1, 2].map((n) =>
  node(`node-${n}`, [
    ['InternalIP', `10.0.0.1${n}`],
    ['InternalIP', `fd00:10::1${n}`],
  ]),
)
const DUAL = [
  service({
    type: 'NodePort',
    ports: PORTS,
    clusterIPs: ['10.96.0.7', 'fd00::7'],
    ipFamilies: ['IPv4', 'IPv6'],
    ipFamilyPolicy: 'RequireDualStack',
  }),
  slice(ends.slice(0, 2)),
  slice(
    [
      { at: 'fd00:244::5', node: 'node-1' },
      { at: 'fd00:244::6', node: 'node-2' },
    ],
    { name: 'toad-v6', addressType: 'IPv6' },
  ),
  ...DUAL_NODES,
]
const HEADLESS = [
  service({ clusterIP: 'None', ports: [{ name: 'http', port: 8080 }] }),
  slice([
    { at: A, node: 'node-1', hostname: 'toad-0', pod: 'toad-0' },
    { at: B, node: 'node-2', hostname: 'toad-1', pod: 'toad-1' },
  ]),
]
const ownedPod = (name: string, kind: string, owner: string, more: Parameters<typeof pod>[2] = {}) => {
  const made = pod(name, {}, more)
  return {
    ...made,
    metadata: { ...(made.metadata as object), ownerReferences: [{ kind, name: owner, controller: true }] },
  }
}
const alias = (spec: object = {}) => [
  service({ type: 'ExternalName', externalName: 'api.example.com', ports: [{ port: 80 }], ...spec }),
]
const SELECTORLESS = [service({ selector: null }), slice([{ at: '192.0.2.4' }, { at: '192.0.2.5' }])]
const TWO_PORTS = [
  service({
    ports: [PORTS[0], { name: 'admin', port: 9000, targetPort: 9001 }].map((each) => ({
      ...each,
      nodePort: undefined,
    })),
  }),
  slice(ends, {
    ports: [
      { name: 'http', port: 8080 },
      { name: 'admin', port: 9001 },
    ],
  }),
]
const policy = (ports: unknown[]) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'strict', namespace: 'pond' },
  spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: ports.length === 0 ? [] : [{ ports }] },
})

type But = NonNullable<Model['but']>
const kinds =
  (did: Did, ...of: PlannedPath['kind'][]): But =>
  ({ kind, dns }) =>
    of.includes(kind) && dns === null ? did : undefined
const names =
  (did: Did): But =>
  ({ kind }) =>
    kind === 'DNS' ? did : undefined
const lookups =
  (did: Did): But =>
  ({ dns }) =>
    dns?.how === 'lookup' ? did : undefined
const at =
  (did: Did, on: string, ...of: PlannedPath['kind'][]): But =>
  ({ kind, node: where }) =>
    where === on && (of.length === 0 || of.includes(kind)) ? did : undefined
const over =
  (did: Did, family: string): But =>
  ({ family: of, dns, kind }) =>
    of === family && dns === null && kind !== 'Ingress' ? did : undefined
const first =
  (...all: But[]): But =>
  (path) =>
    all.map((each) => each(path)).find((did) => did !== undefined)
const every =
  (did: Did): But =>
  ({ dns, variable }) =>
    dns === null && variable === null ? did : undefined

/** `told` is the code that is told first, and `also` names those that must be told besides. */
type Fault = [
  what: string,
  manifests: readonly unknown[],
  happens: Model,
  told: string,
  also?: readonly string[],
  from?: Position,
]

const NO_DNS = { as: 'dns_timeout' } as const

const FAULTS: readonly Fault[] = [
  // Pods
  ['one pod of three answers 503', WHOLE, { pods: { [A]: 503 }, samples: 5 }, 'some_endpoints_fail'],
  ['one pod of three refuses', WHOLE, { pods: { [B]: 'connection_refused' }, samples: 6 }, 'some_endpoints_fail'],
  ['one pod of three is silent, one try each', WHOLE, { pods: { [B]: 'connect_timeout' } }, 'some_endpoints_fail'],
  ['one pod of three hangs', NODE_PORT, { pods: { [C]: 'response_timeout' }, samples: 4 }, 'some_endpoints_fail'],
  [
    'one pod refuses, two answer 503 half of the time',
    WHOLE,
    { pods: { [A]: 'connection_refused', [B]: { half: 503 }, [C]: { half: 503 } }, samples: 6 },
    'some_endpoints_fail',
    ['fails_now_and_then'],
  ],
  [
    'all pods answer 503 half of the time',
    WHOLE,
    { pods: { [A]: { half: 503 }, [B]: { half: 503 }, [C]: { half: 503 } }, samples: 6 },
    'fails_now_and_then',
  ],
  [
    'one pod resets half of the time',
    PLAIN,
    { pods: { [A]: { half: 'connection_reset' } }, samples: 6 },
    'fails_now_and_then',
  ],
  [
    'pods fail each in a way of their own',
    WHOLE,
    { pods: { [A]: 'connection_refused', [B]: 500, [C]: 'response_timeout' } },
    'every_endpoint_fails',
  ],
  [
    'all pods refuse',
    WHOLE,
    { pods: { [A]: 'connection_refused', [B]: 'connection_refused', [C]: 'connection_refused' } },
    'nothing_listens',
  ],
  [
    'all pods hang',
    WHOLE,
    { pods: { [A]: 'response_timeout', [B]: 'response_timeout', [C]: 'response_timeout' } },
    'application_hangs',
  ],
  [
    'all pods cut',
    NODE_PORT,
    { pods: { [A]: 'connection_closed', [B]: 'connection_closed', [C]: 'connection_closed' } },
    'application_cuts_connections',
  ],
  ['all pods answer 500', WHOLE, { pods: { [A]: 500, [B]: 500, [C]: 500 } }, 'application_answers_errors'],
  [
    'all pods are silent',
    WHOLE,
    { pods: { [A]: 'connect_timeout', [B]: 'connect_timeout', [C]: 'connect_timeout' } },
    'endpoints_silent',
  ],
  ['headers come, bodies stall', PLAIN, { but: every('body_timeout') }, 'body_stalls'],
  [
    'the application wants the host of the Ingress',
    WHOLE,
    { but: (path) => (path.dns !== null || path.kind === 'Ingress' ? undefined : 421) },
    'application_wants_host',
  ],
  [
    'the application allows the host of the Ingress alone, and answers 400 to others',
    WHOLE,
    { but: (path) => (path.dns !== null || path.kind === 'Ingress' ? undefined : 400) },
    'application_wants_host',
  ],
  [
    'a redirect leads to a name that does not exist',
    PLAIN,
    { but: every({ as: 'dns_not_found', status: 302, location: 'https://frog.invalid/' }) },
    'redirect_target_unresolved',
  ],
  [
    'a redirect leads to a name whose server is down',
    NODE_PORT,
    { but: every({ as: 'dns_server_failure', status: 301, location: 'https://frog.example.com/' }) },
    'redirect_target_unresolved',
  ],
  [
    'a mesh lets only its members in',
    WHOLE,
    { but: (path) => (path.dns !== null || path.kind === 'Ingress' ? undefined : 'connection_reset') },
    'direct_connections_cut',
  ],

  // Nodes
  [
    'one node refuses its node port',
    NODE_PORT,
    { but: at('connection_refused', 'node-2', 'NodePort') },
    'node_port_fails_on_some_nodes',
  ],
  [
    "one node's node port is dropped",
    WHOLE,
    { but: at('connect_timeout', 'node-3', 'NodePort') },
    'node_port_fails_on_some_nodes',
  ],
  [
    "one node's node port resets",
    NODE_PORT,
    { but: at('connection_reset', 'node-1', 'NodePort') },
    'node_port_fails_on_some_nodes',
  ],
  ["one node's node port answers 500", WHOLE, { but: at(500, 'node-1', 'NodePort') }, 'node_port_fails_on_some_nodes'],
  [
    "one node's node port speaks no HTTP",
    NODE_PORT,
    { but: at('invalid_response', 'node-1', 'NodePort') },
    'node_port_fails_on_some_nodes',
  ],
  [
    'one node refuses 5 of 5, and one pod of three refuses now and then',
    NODE_PORT,
    {
      pods: { [A]: 'connection_refused' },
      samples: 5,
      but: at({ as: 'connection_refused', of: 5 }, 'node-2', 'NodePort'),
    },
    'node_port_fails_on_some_nodes',
    ['some_endpoints_fail'],
  ],
  ['every node drops the node port', WHOLE, { but: kinds('connect_timeout', 'NodePort') }, 'node_port_blocked'],
  ['a node is down, with its endpoint', NODE_PORT, { but: at('connect_timeout', 'node-3') }, 'some_endpoints_fail'],
  [
    'a node is down, and said to be',
    [...NODE_PORT.slice(0, 4), node('node-3', { InternalIP: '10.0.0.13' }, { ready: 'Unknown' })],
    { but: at('connect_timeout', 'node-3') },
    'node_not_ready',
  ],
  // Families
  ['nothing answers over IPv6', DUAL, { but: over('connect_timeout', 'IPv6') }, 'one_family_fails'],
  ['nothing answers over IPv4', DUAL, { but: over('connection_refused', 'IPv4') }, 'one_family_fails'],
  [
    'pods listen on IPv4 alone, one node port of IPv6 is taken by something else',
    DUAL,
    {
      but: first(
        ({ kind, node: on, family }) =>
          kind === 'NodePort' && on === 'node-2' && family === 'IPv6' ? 'pass' : undefined,
        over('connection_refused', 'IPv6'),
      ),
    },
    'one_family_fails',
  ],
  [
    'pods listen on IPv4 alone, and the controller has met them',
    [...DUAL, ...INGRESS],
    { but: first(kinds(502, 'Ingress'), over('connection_refused', 'IPv6')) },
    'one_family_fails',
  ],
  [
    'one node refuses its node port over IPv6',
    DUAL,
    {
      but: ({ kind, node: on, family }) =>
        kind === 'NodePort' && on === 'node-1' && family === 'IPv6' ? 'connection_refused' : undefined,
    },
    'node_port_fails_on_some_nodes',
  ],
  [
    'the cluster IP of IPv6 is dead',
    DUAL,
    { but: ({ kind, family }) => (kind === 'ClusterIP' && family === 'IPv6' ? 'connect_timeout' : undefined) },
    'service_proxy_fails',
  ],
  ['endpoints of IPv4 alone', [DUAL[0], DUAL[1], ...DUAL_NODES], {}, 'single_family_endpoints'],

  // kube-proxy, overlay, prober
  [
    'kube-proxy is dead where the prober is',
    WHOLE,
    { but: first(kinds('connect_timeout', 'ClusterIP', 'DNS'), at('connection_refused', 'node-1', 'NodePort')) },
    'service_proxy_fails',
  ],
  [
    'kube-proxy is dead, and DNS falls with it',
    PLAIN,
    { but: first(names(NO_DNS), kinds('connect_timeout', 'ClusterIP')) },
    'service_proxy_fails',
  ],
  [
    'no address is translated on any node',
    onVip,
    { but: first(names(NO_DNS), kinds('connect_timeout', 'ClusterIP', 'NodePort', 'LoadBalancer')) },
    'service_proxy_fails',
  ],
  [
    'cluster IPs are dead, and no endpoint is known',
    [service({ type: 'NodePort', ports: PORTS }), ...NODES],
    { but: (path) => (path.kind === 'DNS' ? NO_DNS : path.kind === 'ClusterIP' ? 'connect_timeout' : 'pass') },
    'service_proxy_fails',
  ],
  [
    'the overlay is broken, one endpoint is near',
    [...WHOLE.slice(0, 1), slice([...ends, { at: '10.244.2.8', node: 'node-2' }]), ...WHOLE.slice(2)],
    {
      pods: {},
      but: first(
        names(NO_DNS),
        ({ kind, node: on }) => (kind === 'Endpoint' && on !== 'node-1' ? 'connect_timeout' : undefined),
        kinds({ as: 'connect_timeout', of: 4, fails: 3 }, 'ClusterIP'),
      ),
    },
    'traffic_between_nodes_lost',
  ],
  [
    'the overlay is broken, no endpoint is near',
    WHOLE,
    { but: first(names(NO_DNS), kinds('connect_timeout', 'Endpoint', 'ClusterIP')) },
    'traffic_between_nodes_lost',
  ],
  [
    'node ports answer where the endpoint is',
    [service({ type: 'NodePort', ports: PORTS }), slice(ends.slice(0, 1)), ...NODES],
    { but: ({ kind, node: on }) => (kind === 'NodePort' && on !== 'node-1' ? 'connect_timeout' : undefined) },
    'traffic_between_nodes_lost',
  ],
  ['the prober is cut off', WHOLE, { but: first(names(NO_DNS), every('connect_timeout')) }, 'prober_reaches_nothing'],
  [
    'the prober has no route',
    NODE_PORT,
    { but: first(names('dns_server_failure'), every('network_unreachable')) },
    'prober_reaches_nothing',
  ],

  [
    'what is translated is lost where the prober is, also the address of the controller',
    [
      ...onVip,
      service(
        {
          type: 'LoadBalancer',
          clusterIP: '10.96.0.90',
          ports: [
            { name: 'http', port: 80 },
            { name: 'https', port: 443 },
          ],
        },
        {
          name: 'ingress-nginx-controller',
          namespace: 'ingress-nginx',
          labels: { 'app.kubernetes.io/name': 'ingress-nginx', 'app.kubernetes.io/component': 'controller' },
        },
        loadBalancerStatus({ ip: '203.0.113.80' }),
      ),
    ],
    {
      but: first(
        names(NO_DNS),
        kinds('connect_timeout', 'ClusterIP', 'LoadBalancer', 'Ingress'),
        at('connect_timeout', 'node-3', 'NodePort'),
      ),
    },
    'service_proxy_fails',
  ],
  [
    'a firewall answers the prober with resets, and lets the controller in',
    WHOLE,
    { but: (path) => (path.dns !== null || path.kind === 'Ingress' ? undefined : 'connection_refused') },
    'direct_connections_cut',
  ],
  [
    'pods hang, and every node drops the node port',
    NODE_PORT,
    {
      pods: { [A]: 'response_timeout', [B]: 'response_timeout', [C]: 'response_timeout' },
      but: kinds('connect_timeout', 'NodePort'),
    },
    'application_hangs',
    ['node_port_blocked'],
  ],
  [
    'the application answers 500, and DNS has an old address',
    PLAIN,
    {
      pods: { [A]: 500, [B]: 500, [C]: 500 },
      but: ({ kind, dns }) =>
        kind !== 'DNS'
          ? undefined
          : dns === null
            ? { as: 'connect_timeout', evidence: { address: '10.96.0.99' } }
            : dns.how === 'resolve' && dns.type === 'A'
              ? 'wrong_address'
              : undefined,
    },
    'application_answers_errors',
    ['stale_dns'],
  ],
  [
    'the load balancer is dead, and the application answers 500 through the controller',
    WHOLE,
    { but: first(kinds('connect_timeout', 'LoadBalancer'), kinds(500, 'Ingress')) },
    'load_balancer_fails',
    [],
    'outside',
  ],
  [
    'the application answers 421 to addresses, which passes',
    WHOLE,
    { but: (path) => (path.dns !== null ? undefined : path.kind === 'Ingress' ? { ok: 200 } : { ok: 421 }) },
    'application_wants_host',
  ],

  // DNS
  ['cluster DNS is silent', WHOLE, { but: names(NO_DNS) }, 'cluster_dns_fails'],
  ['cluster DNS refuses', PLAIN, { but: names('dns_refused') }, 'cluster_dns_fails'],
  ['DNS refuses short names', PLAIN, { but: lookups('dns_refused') }, 'dns_answers_sometimes'],
  ['short names do not exist', WHOLE, { but: lookups('dns_not_found') }, 'search_list_wrong'],
  [
    'the cluster domain is another',
    PLAIN,
    { but: ({ kind, dns }) => (kind === 'DNS' && dns?.how !== 'lookup' ? 'dns_not_found' : undefined) },
    'cluster_domain_wrong',
  ],
  ['DNS leaves the Service out', WHOLE, { but: names('dns_not_found') }, 'service_name_unknown'],
  [
    'DNS is dead, and nothing listens',
    PLAIN,
    { pods: { [A]: 'connection_refused', [B]: 'connection_refused', [C]: 'connection_refused' }, but: names(NO_DNS) },
    'cluster_dns_fails',
    ['nothing_listens'],
  ],
  [
    'DNS gives an old address',
    WHOLE,
    { but: ({ dns }) => (dns?.type === 'A' && dns.how === 'resolve' ? 'wrong_address' : undefined) },
    'stale_dns',
  ],

  // Objects
  ['no endpoint', EMPTY, {}, 'no_endpoints'],
  ['no endpoint, and the proxy drops', [service(), slice([])], { but: every('connect_timeout') }, 'no_endpoints'],
  [
    'no endpoint, and the certificate has expired',
    EMPTY,
    { but: ({ kind, scheme }) => (kind === 'Ingress' && scheme === 'https' ? 'certificate_expired' : undefined) },
    'no_endpoints',
  ],
  [
    'no endpoint, and the controller is gone',
    EMPTY,
    { but: kinds('connection_refused', 'Ingress') },
    'no_endpoints',
    ['ingress_controller_unreachable'],
  ],
  [
    'no endpoint, and one node is silent',
    EMPTY,
    { but: at('connect_timeout', 'node-2', 'NodePort') },
    'node_port_fails_on_some_nodes',
    ['no_endpoints'],
  ],
  ['objects without endpoints are old', EMPTY, { but: () => 'pass' }, 'objects_out_of_date'],
  [
    'objects in which no pod is Ready are old',
    [service(), slice([{ at: A, ready: false }]), pod('toad-1', {}, { ready: false, ip: A })],
    { but: () => 'pass' },
    'objects_out_of_date',
  ],
  [
    'endpoints that the objects name are gone',
    WHOLE,
    { but: kinds('host_unreachable', 'Endpoint') },
    'objects_out_of_date',
  ],
  [
    'a slip in the selector',
    [service({ selector: { app: 'taod' } }), slice([]), pod('toad-1'), pod('frog-1', {}, { labels: { app: 'frog' } })],
    {},
    'selector_matches_no_pods',
  ],
  [
    'a slip in the key of the selector',
    [service({ selector: { ap: 'toad' } }), slice([]), pod('toad-1')],
    {},
    'selector_matches_no_pods',
  ],
  [
    'what makes the pods is in another namespace',
    [service(), slice([]), workload('Deployment', 'toad', { app: 'toad' }, {}, [{ name: 'web' }], 'lake')],
    {},
    'service_in_other_namespace',
  ],
  [
    'what makes pods gives them another label',
    [service({ selector: { name: 'toad' } }), slice([]), workload('DaemonSet', 'toad', { app: 'toad' })],
    {},
    'selector_matches_no_pods',
  ],
  [
    'an Ingress that names the Service with a suffix',
    [...WHOLE.slice(0, 5), ingress([{ to: 'toad-svc' }]), INGRESS[1]],
    {},
    'ingress_backend_service_missing',
  ],
  [
    'nobody makes pods',
    [service(), slice([]), workload('Deployment', 'toad', { app: 'toad' }, { replicas: 0 })],
    {},
    'workload_scaled_to_zero',
  ],
  [
    'pods in another namespace',
    [service(), slice([]), pod('toad-1', {}, { namespace: 'lake' })],
    {},
    'service_in_other_namespace',
  ],
  [
    'no pod is Ready',
    [service(), slice([{ at: A, ready: false }]), pod('toad-1', {}, { ready: false, ip: A })],
    {},
    'pods_not_ready',
  ],
  [
    'a targetPort that nobody names',
    [
      service({ ports: [{ name: 'http', port: 80, targetPort: 'wbe' }] }),
      slice([{ at: A }], { ports: [] }),
      pod('toad-1', {}, { ip: A }),
    ],
    {},
    'target_port_name_unknown',
  ],
  [
    'a targetPort that nobody listens on',
    [
      service({ ports: [{ name: 'http', port: 80, targetPort: 9090 }] }),
      slice([{ at: A }], { ports: [{ name: 'http', port: 9090 }] }),
      pod('toad-1', {}, { ip: A }),
    ],
    { pods: { [A]: 'connection_refused' } },
    'target_port_not_declared',
  ],
  [
    'a policy for the port of the Service',
    [...PLAIN, pod('toad-1', {}, { ip: A }), policy([{ port: 80 }])],
    { pods: { [A]: 'connect_timeout', [B]: 'connect_timeout', [C]: 'connect_timeout' } },
    'network_policy_port',
  ],
  [
    'a policy that nobody enforces, and node ports that are blocked',
    [...NODE_PORT, pod('toad-1', {}, { ip: A }), policy([])],
    { but: kinds('connect_timeout', 'NodePort') },
    'node_port_blocked',
  ],
  [
    'a label keeps kube-proxy away',
    [service({}, { labels: { 'service.kubernetes.io/service-proxy-name': 'x' } }), slice(ends)],
    { but: kinds('connect_timeout', 'ClusterIP', 'DNS') },
    'proxy_label_excludes_service',
  ],
  [
    'externalTrafficPolicy Local, a node without endpoint',
    [service({ type: 'NodePort', ports: PORTS, externalTrafficPolicy: 'Local' }), slice(ends.slice(0, 2)), ...NODES],
    { but: at('connect_timeout', 'node-3', 'NodePort') },
    'traffic_policy_local_no_endpoint',
  ],

  // Headless, selectorless, external, several ports
  [
    'a StatefulSet none of whose pods is Ready',
    [
      service({ clusterIP: 'None', ports: [{ name: 'http', port: 8080 }] }),
      slice([{ at: A, ready: false, hostname: 'toad-0' }]),
      ownedPod('toad-0', 'StatefulSet', 'toad', { ready: false, ip: A }),
    ],
    { but: names('dns_not_found') },
    'pods_not_ready',
  ],
  ['pods of a headless Service are silent', HEADLESS, { but: every('connect_timeout') }, 'endpoints_silent'],
  ['one pod of a headless Service refuses', HEADLESS, { pods: { [A]: 'connection_refused' } }, 'some_endpoints_fail'],
  [
    'no selector and no endpoints',
    [service({ selector: null, type: 'NodePort', ports: PORTS }), ...NODES],
    { but: every('connection_refused') },
    'selectorless_without_endpoints',
  ],
  [
    'no selector, a port of another name',
    [service({ selector: null }), slice([{ at: '192.0.2.4' }], { ports: [{ name: 'web', port: 8080 }] })],
    {},
    'slice_port_name_mismatch',
  ],
  ['no selector, the outside machines are silent', SELECTORLESS, { but: every('connect_timeout') }, 'endpoints_silent'],
  ['no selector, nothing listens there', SELECTORLESS, { but: every('connection_refused') }, 'nothing_listens'],
  [
    'no selector and nothing sent, one node fails in one family',
    [
      service({
        selector: null,
        type: 'NodePort',
        ports: PORTS,
        clusterIPs: ['10.96.0.7', 'fd00::7'],
        ipFamilies: ['IPv4', 'IPv6'],
        ipFamilyPolicy: 'RequireDualStack',
      }),
      ...DUAL_NODES,
    ],
    {
      but: ({ kind, node: on, family, dns }) =>
        dns !== null
          ? undefined
          : kind === 'NodePort' && on === 'node-2' && family === 'IPv6'
            ? 'connection_refused'
            : 'pass',
    },
    'node_port_fails_on_some_nodes',
  ],
  [
    'an endpoint on loopback',
    [service({ selector: null }), slice([{ at: '127.0.0.1' }])],
    { but: every('connect_timeout') },
    'endpoint_address_invalid',
  ],
  [
    'an external name that does not exist',
    alias(),
    { but: kinds('dns_not_found', 'ExternalName', 'DNS') },
    'outside_name_unresolved',
  ],
  ['an external server that is dead', alias(), { but: every('connect_timeout') }, 'external_name_unreachable'],
  [
    'an external server that refuses',
    alias({ ports: [{ port: 5432 }] }),
    { but: every('connection_refused') },
    'external_name_unreachable',
  ],
  [
    'an external server that knows its own name alone',
    alias(),
    { but: (path) => (path.dns !== null ? undefined : path.kind === 'ExternalName' ? { ok: 200 } : { ok: 404 }) },
    'external_name_host_mismatch',
  ],
  [
    'an externalName that is an address',
    alias({ externalName: '192.0.2.9' }),
    { but: names('dns_not_found') },
    'external_name_is_ip',
  ],
  [
    'an externalName with another targetPort',
    alias({ ports: [{ port: 5432, targetPort: 15432 }] }),
    { but: every('connection_refused') },
    'external_name_port_remap',
  ],
  [
    'one port of two: nothing listens',
    TWO_PORTS,
    { but: ({ port, dns }) => (dns === null && port?.number === 9000 ? 'connection_refused' : undefined) },
    'nothing_listens',
  ],
  [
    'one port of two: the cluster IP is not served',
    TWO_PORTS,
    {
      but: ({ port, dns, kind }) =>
        dns === null && port?.number === 9000 && kind !== 'Endpoint' ? 'connection_refused' : undefined,
    },
    'service_proxy_fails',
  ],

  // Load balancers and Ingresses
  [
    'a load balancer that is not announced',
    WHOLE,
    { but: kinds('connect_timeout', 'LoadBalancer') },
    'load_balancer_fails',
  ],
  [
    'a short cut that meets the same bad pod',
    onVip,
    { pods: { [A]: 'connect_timeout' }, but: kinds('connect_timeout', 'LoadBalancer') },
    'some_endpoints_fail',
  ],
  [
    'one address of two of the load balancer is dead',
    [
      service(
        BALANCED,
        {},
        loadBalancerStatus({ ip: '203.0.113.73', ipMode: 'Proxy' }, { ip: '203.0.113.74', ipMode: 'Proxy' }),
      ),
      ...WHOLE.slice(1),
    ],
    { but: ({ address }) => (address === '203.0.113.74' ? 'connect_timeout' : undefined) },
    'load_balancer_fails',
  ],
  [
    'a load balancer that is dead, and would let the prober in',
    [service({ ...BALANCED, loadBalancerSourceRanges: ['10.0.0.0/8'] }, {}, lb), ...WHOLE.slice(1)],
    { but: kinds({ as: 'connect_timeout', evidence: { localAddress: '10.1.2.3', outcome: 'fail' } }, 'LoadBalancer') },
    'load_balancer_fails',
  ],
  [
    'a load balancer that does not let the prober in',
    [service({ ...BALANCED, loadBalancerSourceRanges: ['192.0.2.0/24'] }, {}, lb), ...WHOLE.slice(1)],
    { but: kinds('connect_timeout', 'LoadBalancer') },
    'load_balancer_source_ranges',
  ],
  ['a load balancer that is pending', [service(BALANCED), ...WHOLE.slice(1)], {}, 'load_balancer_pending'],
  [
    'an external IP that nobody routes',
    [service({ externalIPs: ['203.0.113.20'] }), slice(ends)],
    { but: kinds('connect_timeout', 'ExternalIP') },
    'only_one_way_fails',
  ],
  [
    'a class that does not exist',
    [...WHOLE.slice(0, 5), ingress([{}], { ingressClassName: 'ngnix' }), INGRESS[1]],
    { but: kinds(404, 'Ingress') },
    'ingress_class_missing',
  ],
  ['a controller that knows no route', WHOLE, { but: kinds(404, 'Ingress') }, 'ingress_does_not_route'],
  [
    'a backend port that is not there',
    [...WHOLE.slice(0, 5), ingress([{ port: 81 }]), INGRESS[1]],
    { but: kinds(503, 'Ingress') },
    'ingress_backend_port_missing',
  ],
  [
    'an Ingress that names a Service by a slip',
    [...WHOLE.slice(0, 5), ingress([{ to: 'taod' }]), INGRESS[1]],
    {},
    'ingress_backend_service_missing',
  ],
  [
    'a controller that is gone',
    WHOLE,
    { but: kinds('connection_refused', 'Ingress') },
    'ingress_controller_unreachable',
  ],
  [
    'a controller that does not end a handshake',
    [...WHOLE.slice(0, 5), ...INGRESS],
    {
      but: ({ kind, scheme }) =>
        kind === 'Ingress' ? (scheme === 'https' ? 'tls_timeout' : 'response_timeout') : undefined,
    },
    'ingress_controller_unreachable',
  ],
  ['a controller that is kept from the pods', WHOLE, { but: kinds(504, 'Ingress') }, 'ingress_backend_silent'],
  [
    'a controller that is gone, seen from outside',
    WHOLE,
    { but: kinds('connect_timeout', 'Ingress') },
    'ingress_controller_unreachable',
    [],
    'outside',
  ],
  [
    'a load balancer that is gone, seen from outside, and nothing else to compare',
    WHOLE.slice(0, 2),
    { but: kinds('connect_timeout', 'LoadBalancer') },
    'load_balancer_fails',
    [],
    'outside',
  ],
]

describe('of unseen faults', () => {
  it.each(FAULTS)('%s', (_what, manifests, happens, expected, also = [], vantage = 'in-cluster') => {
    const { diagnosis, plan } = diagnosed({ manifests, vantage, saw: { of: (paths) => modelled(happens, paths) } })
    const codes = diagnosis.findings.map(({ code }) => code)
    expect(codes[0]).toBe(expected)
    for (const code of also) {
      expect(codes).toContain(code)
    }
    expect(diagnosis.findings.flatMap((finding) => unsafeIn(finding, plan.paths))).toEqual([])
  })
})
