/** Set-ups that work and look odd: nothing is told of them above a suspicion, and nothing that claims a failure. */
import { describe, expect, it } from 'vitest'
import {
  condition,
  gateway,
  gatewayClass,
  grant,
  http,
  httpRoute,
  parentStatus,
} from '../../test/support/gateway-manifests.ts'
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
import { diagnosed } from '../../test/support/scenario.ts'
import type { Position } from '../plan/path.ts'

const A = '10.244.1.5'
const B = '10.244.2.6'
const PORTS = [{ name: 'http', port: 80, targetPort: 8080, nodePort: 30080 }]
const NODES = [1, 2].map((n) => node(`node-${n}`, { InternalIP: `10.0.0.1${n}` }))
const ends = slice([
  { at: A, node: 'node-1', pod: 'toad-1' },
  { at: B, node: 'node-2', pod: 'toad-2' },
])
const pods = [pod('toad-1', {}, { ip: A }), pod('toad-2', {}, { ip: B })]
const balanced = (spec: object = {}, status: object = loadBalancerStatus({ ip: '203.0.113.73' })) =>
  service({ type: 'LoadBalancer', ports: PORTS, ...spec }, {}, status as never)
const nginx = ingressClass('nginx', 'k8s.io/ingress-nginx')
const of = (kind: string, name: string, spec: object = {}, apiVersion = 'v1', metadata: object = {}) => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'pond', ...metadata },
  spec,
})
const policy = (name: string, spec: object) => of('NetworkPolicy', name, spec, 'networking.k8s.io/v1')
const headless = (spec: object = {}, meta: object = {}) =>
  service({ clusterIP: 'None', ports: [{ name: 'http', port: 8080 }], ...spec }, meta)
const set = workload('StatefulSet', 'toad', { app: 'toad' }, { serviceName: 'toad' })
const local = { externalTrafficPolicy: 'Local' }
const EXCLUDED = { 'node.kubernetes.io/exclude-from-external-load-balancers': '' }

type SetUp = [what: string, manifests: readonly unknown[], happens?: Model, from?: Position]

/** A Service with cluster IP, pods, and what leads to it by a Gateway. */
const routed = (...more: unknown[]) => [service(), ends, ...pods, ...more]
const frog = service({ clusterIP: '10.96.0.8', selector: { app: 'frog' } }, { name: 'frog' })
const canary = (weight: number) =>
  httpRoute({
    rules: [
      {
        backendRefs: [
          { name: 'toad', port: 80, weight },
          { name: 'frog', port: 80, weight: 1 },
        ],
      },
    ],
  })
const TAKEN = parentStatus([condition('Accepted', 'True'), condition('ResolvedRefs', 'True')])

const SET_UPS: readonly SetUp[] = [
  ['a route of a Gateway', routed(gateway(), httpRoute(), gatewayClass())],
  ['a route whose controller is content', routed(gateway(), httpRoute({}, { generation: 1 }, TAKEN))],
  [
    'a route whose Gateway somebody else keeps',
    routed(httpRoute({ parentRefs: [{ name: 'shared', namespace: 'infra' }] })),
  ],
  ['a route whose Gateway has no status, as in files', routed(gateway({}, {}, { addresses: [] }), httpRoute())],
  ['a canary', routed(gateway(), canary(1), frog)],
  ['a canary that is switched off', routed(gateway(), canary(0), frog)],
  [
    'a route from another namespace that is granted',
    routed(
      gateway({ listeners: [http({ allowedRoutes: { namespaces: { from: 'All' } } })] }),
      httpRoute(
        {
          parentRefs: [{ name: 'edge', namespace: 'pond' }],
          rules: [{ backendRefs: [{ name: 'toad', namespace: 'pond', port: 80 }] }],
        },
        { namespace: 'lake' },
      ),
      grant({ namespace: 'lake' }, {}),
    ),
  ],
  [
    'a route for a host beside one for the rest',
    routed(
      gateway(),
      httpRoute({ hostnames: ['toad.example.com'] }),
      httpRoute(
        { hostnames: ['*.example.com'], rules: [{ backendRefs: [{ name: 'frog', port: 80 }] }] },
        { name: 'rest' },
      ),
      frog,
    ),
  ],
  ['every kind of path', [balanced(), ends, ...pods, ...NODES, ingress([{}]), nginx]],
  ['every kind of path, from outside', [balanced(), ends, ...pods, ...NODES, ingress([{}]), nginx], {}, 'outside'],
  ['node ports', [service({ type: 'NodePort', ports: PORTS }), ends, ...NODES]],
  ['a manifest alone', [service()]],
  ['a Deployment and no pods', [service(), workload('Deployment', 'toad', { app: 'toad', tier: 'web' })]],
  [
    'pods of a ReplicationController',
    [service(), of('ReplicationController', 'toad'), workload('Deployment', 'frog', { app: 'frog' })],
  ],
  [
    'pods of a Job',
    [
      service({ selector: { 'job-name': 'toad' } }),
      of('Job', 'toad', {}, 'batch/v1'),
      workload('Deployment', 'frog', { app: 'frog' }),
    ],
  ],
  [
    'pods of a Rollout',
    [service(), of('Rollout', 'toad', {}, 'argoproj.io/v1alpha1'), workload('Deployment', 'taod', { app: 'taod' })],
  ],
  [
    'pods of an operator',
    [
      service({ selector: { 'cnpg.io/cluster': 'toad' } }),
      of('Cluster', 'toad', {}, 'postgresql.cnpg.io/v1'),
      workload('Deployment', 'frog', { app: 'frog' }),
    ],
  ],
  [
    'one pod of a StatefulSet by its name',
    [service({ selector: { 'statefulset.kubernetes.io/pod-name': 'toad-0' } }), set],
  ],
  [
    'one revision of a Deployment',
    [
      service({ selector: { app: 'toad', 'pod-template-hash': '6c9f7d8b5' } }),
      workload('Deployment', 'toad', { app: 'toad' }),
    ],
  ],
  ['an unrelated workload', [service({ selector: { app: 'web' } }), workload('Deployment', 'db', { app: 'postgres' })]],
  ['a headless Service', [headless(), ends]],
  ['a headless Service of a StatefulSet', [headless(), ends, set]],
  [
    'a second headless Service beside the governing one',
    [
      headless(),
      headless({}, { name: 'toad-peers' }),
      ends,
      workload('StatefulSet', 'toad', { app: 'toad' }, { serviceName: 'toad-peers' }),
    ],
  ],
  [
    'a Service with a cluster IP beside the governing one',
    [
      service(),
      headless({}, { name: 'toad-peers' }),
      ends,
      workload('StatefulSet', 'toad', { app: 'toad' }, { serviceName: 'toad-peers' }),
    ],
  ],
  [
    'peers published before they are Ready',
    [
      headless({ publishNotReadyAddresses: true }),
      ends,
      pod('toad-1', {}, { ready: false, ip: A }),
      pod('toad-2', {}, { ip: B }),
    ],
  ],
  ['a headless Service without ports', [service({ clusterIP: 'None', ports: [] }), ends]],
  [
    'a standby that is never Ready',
    [
      service(),
      slice([
        { at: A, node: 'node-1' },
        { at: B, node: 'node-2', ready: false },
      ]),
      pod('toad-1', {}, { ip: A }),
      pod('toad-2', {}, { ip: B, ready: false }),
    ],
    { pods: { [B]: 503 } },
  ],
  [
    'a pod that has ended beside those that serve',
    [service(), ends, ...pods, pod('toad-0', {}, { phase: 'Succeeded', ready: false, ip: '10.244.1.9' })],
  ],
  [
    'a rollout: one pod starts, one ends',
    [
      service(),
      slice([{ at: A }, { at: B, ready: false, serving: true, terminating: true }]),
      pod('toad-1', {}, { ip: A }),
      pod('toad-2', {}, { ip: B, ready: false, deletedAt: '2026-01-01T00:00:00Z' }),
    ],
  ],
  ['pods that serve while they end', [service(), slice([{ at: A, ready: false, serving: true, terminating: true }])]],
  [
    'a canary of two workloads',
    [
      service(),
      ends,
      pod('toad-1', {}, { ip: A }),
      pod(
        'toad-2',
        { containers: [{ name: 'web', image: 'toad:2', ports: [{ name: 'web', containerPort: 8080 }] }] },
        { ip: B },
      ),
    ],
  ],
  [
    'a port that no container declares',
    [
      service({ ports: [{ name: 'http', port: 80, targetPort: 9090 }] }),
      slice([{ at: A }], { ports: [{ name: 'http', port: 9090 }] }),
      pod('toad-1', {}, { ip: A }),
    ],
  ],
  [
    'a port of UDP that is declared without protocol',
    [service({ ports: [{ port: 514, protocol: 'UDP', targetPort: 8080 }] }), pod('toad-1', {}, { ip: A })],
  ],
  [
    'TCP and UDP on one port',
    [
      service({
        ports: [
          { name: 'a', port: 53, targetPort: 53 },
          { name: 'b', port: 53, protocol: 'UDP', targetPort: 53 },
        ],
      }),
      slice([{ at: A }], {
        ports: [
          { name: 'a', port: 53 },
          { name: 'b', port: 53, protocol: 'UDP' },
        ],
      }),
    ],
  ],
  [
    'policy Local, a node without endpoint, left out by the load balancer',
    [balanced(local), slice([{ at: A, node: 'node-1' }]), ...NODES],
    { but: ({ kind, node: on }) => (kind === 'NodePort' && on === 'node-2' ? 'connect_timeout' : undefined) },
  ],
  ['policy Local, an endpoint on every node', [balanced(local), ends, ...NODES]],
  ['source ranges that hold the prober', [balanced({ loadBalancerSourceRanges: ['10.0.0.0/8'] }), ends]],
  [
    'a load balancer without node ports',
    [balanced({ allocateLoadBalancerNodePorts: false, ports: [{ name: 'http', port: 80, targetPort: 8080 }] }), ends],
  ],
  [
    'a cluster of one node, kept from load balancers by its label',
    [balanced(), slice([{ at: A, node: 'node-1' }]), node('node-1', { InternalIP: '10.0.0.11' }, { labels: EXCLUDED })],
  ],
  [
    'a node whose kubelet is away and whose pods serve',
    [
      service({ type: 'NodePort', ports: PORTS }),
      ends,
      NODES[0],
      node('node-2', { InternalIP: '10.0.0.12' }, { ready: 'Unknown' }),
    ],
  ],
  [
    'a proxy label, and another proxy that serves it',
    [service({}, { labels: { 'service.kubernetes.io/service-proxy-name': 'cilium' } }), ends],
  ],
  [
    'a policy that nobody enforces',
    [service(), ends, ...pods, policy('deny', { podSelector: {}, policyTypes: ['Ingress'] })],
  ],
  [
    'a policy with a range of ports',
    [
      service(),
      ends,
      ...pods,
      policy('range', {
        podSelector: {},
        policyTypes: ['Ingress'],
        ingress: [{ ports: [{ port: 8000, endPort: 9000 }] }],
      }),
    ],
  ],
  [
    'a policy with a port by name',
    [
      service(),
      ends,
      ...pods,
      policy('name', { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ ports: [{ port: 'web' }] }] }),
    ],
  ],
  ['no selector, a slice by hand', [service({ selector: null }), slice([{ at: '192.0.2.4' }])]],
  [
    'no selector, Endpoints by hand',
    [
      service({ selector: null }),
      {
        apiVersion: 'v1',
        kind: 'Endpoints',
        metadata: { name: 'toad', namespace: 'pond' },
        subsets: [{ addresses: [{ ip: '192.0.2.4' }], ports: [{ name: 'http', port: 8080 }] }],
      },
    ],
  ],
  ['no selector, and endpoints that were not sent', [service({ selector: null })], { but: () => 'pass' }],
  ['an external name', [service({ type: 'ExternalName', externalName: 'api.example.com', ports: [{ port: 443 }] })]],
  [
    'an external name that answers both names alike',
    [service({ type: 'ExternalName', externalName: 'api.example.com', ports: [{ port: 80 }] })],
    { but: ({ dns }) => (dns === null ? { ok: 404 } : undefined) },
  ],
  ['an external name without ports', [service({ type: 'ExternalName', externalName: 'api.example.com', ports: [] })]],
  [
    'two families',
    [
      service({
        clusterIPs: ['10.96.0.7', 'fd00::7'],
        ipFamilies: ['IPv4', 'IPv6'],
        ipFamilyPolicy: 'RequireDualStack',
      }),
      ends,
      slice([{ at: 'fd00:244::5' }], { name: 'toad-v6', addressType: 'IPv6' }),
    ],
  ],
  [
    'IPv6 alone',
    [service({ clusterIP: 'fd00::7', ipFamilies: ['IPv6'] }), slice([{ at: 'fd00:244::5' }], { addressType: 'IPv6' })],
  ],
  [
    'an application that answers 404 everywhere',
    [service(), ends],
    { but: ({ dns }) => (dns === null ? { ok: 404 } : undefined) },
  ],
  [
    'a controller that sends plain HTTP on to TLS',
    [service(), ends, ingress([{}], { tls: [{ hosts: ['toad.example.com'], secretName: 'cert' }] }), nginx],
    { but: ({ kind, scheme }) => (kind === 'Ingress' && scheme === 'http' ? { ok: 308 } : undefined) },
  ],
  [
    'a canary of ingress-nginx',
    [
      service(),
      ends,
      ingress([{}]),
      ingress([{ to: 'frog' }], {}, { name: 'canary', annotations: { 'nginx.ingress.kubernetes.io/canary': 'true' } }),
      nginx,
    ],
  ],
  [
    'Ingresses of several Services with names alike',
    [
      service(),
      service({ clusterIP: '10.96.0.8' }, { name: 'toad-v2' }),
      ends,
      ingress([{}]),
      ingress([{ to: 'toad-v2', path: '/v2' }], {}, { name: 'two' }),
      nginx,
    ],
  ],
  [
    'an Ingress for the next version, which was not sent',
    [service({}, {}), ends, ingress([{ to: 'toad2' }], {}, { name: 'two' }), nginx],
  ],
  [
    'a class by the old annotation',
    [
      service(),
      ends,
      ingress([{}], { ingressClassName: null }, { annotations: { 'kubernetes.io/ingress.class': 'nginx' } }),
      nginx,
    ],
  ],
  [
    'a class that GKE serves without an object',
    [
      service(),
      ends,
      ingress([{}], { ingressClassName: null }, { annotations: { 'kubernetes.io/ingress.class': 'gce' } }),
      nginx,
    ],
  ],
  [
    'a copy of the application in another namespace',
    [service(), ends, service({}, { namespace: 'lake' }), pod('toad-9', {}, { namespace: 'lake' })],
  ],
  [
    'the copy alone has pods among the objects',
    [service(), service({}, { namespace: 'lake' }), pod('toad-9', {}, { namespace: 'lake' })],
  ],
  [
    'a port over UDP that the slice by hand leaves out',
    [
      service({
        ports: [
          { name: 'http', port: 80, targetPort: 8080 },
          { name: 'syslog', port: 514, protocol: 'UDP', targetPort: 5514 },
        ],
      }),
      ends,
      ...pods,
    ],
  ],
  ['external IPs', [service({ externalIPs: ['203.0.113.20'] }), ends]],
  [
    'pods that are slow to be listed: endpoints without pods',
    [service({ type: 'NodePort', ports: PORTS }), slice([{ at: A }, { at: B }]), ...NODES],
  ],
]

describe('of odd set-ups that work', () => {
  it.each(SET_UPS)('%s', (_what, manifests, happens = {}, vantage = 'in-cluster') => {
    const noEndpoints = happens.but !== undefined ? happens : { ...happens, but: undefined }
    const { but, ...rest } = noEndpoints
    const { diagnosis, plan } = diagnosed({
      manifests,
      vantage,
      saw: {
        of: (paths) =>
          modelled({ ...rest, but: (path) => but?.(path) ?? (hasEnds(paths) ? undefined : 'pass') }, paths),
      },
    })
    expect(plan.paths.length).toBeGreaterThan(0)
    expect(
      diagnosis.findings.filter(({ confidence, explains }) => confidence !== 'possible' || explains.length > 0),
    ).toEqual([])
    expect(['healthy', 'unknown']).toContain(diagnosis.status)
  })
})

/** The cluster has endpoints of which the objects do not tell. */
const hasEnds = (paths: readonly { kind: string }[]): boolean => paths.some(({ kind }) => kind === 'Endpoint')
