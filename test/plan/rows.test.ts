/**
 * Every rule by which a Service has a path, as a golden plan: the whole value of each path of the kinds that the rule
 * is about. The sections are those of the reference that `docs/paths.md` was written from.
 */
import { describe, expect, it } from 'vitest'
import type { PathKind } from '../../src/plan/kinds.ts'
import { gateway, http, httpRoute, https, routeOf } from '../support/gateway-manifests.ts'
import { ingress, ingressClass, loadBalancerStatus, node, pod, service, slice } from '../support/manifests.ts'
import { pathText, planOf } from '../support/plan-text.ts'

type Row = {
  kinds: readonly PathKind[]
  manifests: readonly unknown[]
  asked?: Parameters<typeof planOf>[1]
}

const NONE: Parameters<typeof planOf>[1] = {}
const dual = { clusterIP: '10.96.0.7', clusterIPs: ['10.96.0.7', 'fd00:96::7'], ipFamilies: ['IPv4', 'IPv6'] }
const headless = (spec: Record<string, unknown> = {}) =>
  service({ clusterIP: 'None', ports: [{ name: 'db', port: 80, targetPort: 5432 }], ...spec })
const db = { ports: [{ name: 'db', port: 5432 }] }
const nodePort = (spec: Record<string, unknown> = {}) =>
  service({ type: 'NodePort', ports: [{ name: 'http', port: 80, targetPort: 8080, nodePort: 30123 }], ...spec })
const balanced = (entries: Record<string, unknown>[], spec: Record<string, unknown> = {}, meta = {}) =>
  service(
    { type: 'LoadBalancer', ports: [{ name: 'http', port: 80, targetPort: 8080, nodePort: 30123 }], ...spec },
    meta,
    loadBalancerStatus(...entries),
  )
const nodes = [
  node('node-1', {
    Hostname: 'node-1',
    InternalIP: '10.0.0.11',
    ExternalIP: '203.0.113.11',
    InternalDNS: 'node-1.internal',
  }),
  node('node-2', { InternalIP: '10.0.0.12' }),
]
const outside = { vantage: 'outside' } as const
const named = (name: string, spec: Record<string, unknown> = {}) =>
  service({ type: 'ExternalName', externalName: name, ...spec })
const controllerLabels = { 'app.kubernetes.io/name': 'ingress-nginx', 'app.kubernetes.io/component': 'controller' }
const front = (spec: Record<string, unknown> = {}, status: Record<string, unknown> = {}) =>
  service(
    {
      clusterIP: '10.96.0.200',
      selector: controllerLabels,
      ports: [
        { name: 'http', port: 80, nodePort: 30080 },
        { name: 'https', port: 443, nodePort: 30443 },
      ],
      ...spec,
    },
    { name: 'ingress-nginx-controller', namespace: 'ingress-nginx', labels: controllerLabels },
    status,
  )
const nginx = ingressClass('nginx', 'k8s.io/ingress-nginx')
const toad = { target: { service: 'toad' } } as const
const unpublished = (spec: Record<string, unknown> = {}) => ingress([{}], spec, {}, loadBalancerStatus())
const defaultBackend = { service: { name: 'toad', port: { number: 80 } } }

const ROWS: Readonly<Record<string, Readonly<Record<string, Row>>>> = {
  'A1 a cluster IP': {
    'clusterIP of each family': { kinds: ['ClusterIP'], manifests: [service(dual)] },
    'clusterIP alone, before 1.20': { kinds: ['ClusterIP'], manifests: [service({ clusterIPs: null })] },
    'dns of each family': { kinds: ['DNS'], manifests: [service(dual)] },
    'dns short name within the namespace': {
      kinds: ['DNS'],
      manifests: [service()],
      asked: { prober: { namespace: 'pond' } },
    },
    'dns srv of named ports only': { kinds: ['DNS'], manifests: [service({ ports: [{ port: 80 }] })] },
    'dns from outside, servers given': {
      kinds: ['DNS'],
      manifests: [service()],
      asked: { ...outside, addresses: { dnsServers: ['10.96.0.10'], clusterDomain: 'k8s.example' } },
    },
    externalIP: {
      kinds: ['ExternalIP'],
      manifests: [service({ externalIPs: ['203.0.113.9', '2001:db8::9'] })],
    },
    'endpoint of slices, the first address of each': {
      kinds: ['Endpoint'],
      manifests: [
        service({
          ports: [
            { name: 'http', port: 80, targetPort: 8080 },
            { name: 'admin', port: 81, targetPort: 9090 },
          ],
        }),
        {
          ...slice([], { ports: [{ name: 'http', port: 8080 }] }),
          endpoints: [{ addresses: ['10.244.1.5', '10.244.1.6'], conditions: {}, nodeName: 'node-1' }],
        },
        slice([{ at: '10.244.2.7', node: 'node-2' }], { name: 'toad-xyz', ports: [{ name: 'admin', port: 9090 }] }),
      ],
    },
  },
  'A2 headless': {
    'ready endpoints, no translation': {
      kinds: ['DNS', 'Endpoint', 'ClusterIP', 'Environment'],
      manifests: [headless(), slice([{ at: '10.244.1.5' }, { at: '10.244.1.6', ready: false }], db)],
    },
    'none ready': { kinds: ['DNS'], manifests: [headless(), slice([{ at: '10.244.1.5', ready: false }], db)] },
    'a family that no endpoint has': {
      kinds: ['DNS'],
      manifests: [headless({ ipFamilies: ['IPv4', 'IPv6'] }), slice([{ at: '10.244.1.5' }], db)],
    },
    'names of pods': {
      kinds: ['DNS'],
      manifests: [
        headless(),
        slice(
          [
            { at: '10.244.1.5', hostname: 'toad-0' },
            { at: '10.244.1.6', hostname: 'toad-1' },
          ],
          db,
        ),
      ],
    },
    'no ports': {
      kinds: ['DNS', 'Endpoint'],
      manifests: [headless({ ports: [] }), slice([{ at: '10.244.1.5' }], { ports: [] })],
    },
    publishNotReadyAddresses: {
      kinds: ['DNS', 'Endpoint'],
      manifests: [
        headless({ publishNotReadyAddresses: true }),
        slice([{ at: '10.244.1.5', pod: 'toad-0' }], db),
        pod('toad-0', {}, { ready: false, ip: '10.244.1.5' }),
      ],
    },
    'without selector': {
      kinds: ['DNS', 'Endpoint'],
      manifests: [headless({ selector: null }), slice([{ at: '192.0.2.4' }], db)],
    },
    'another number on each pod': {
      kinds: ['DNS'],
      manifests: [
        headless({ ports: [{ name: 'http', port: 80, targetPort: 'web' }] }),
        slice([{ at: '10.244.1.5' }], { name: 'a', ports: [{ name: 'http', port: 8080 }] }),
        slice([{ at: '10.244.1.6' }], { name: 'b', ports: [{ name: 'http', port: 9090 }] }),
      ],
    },
  },
  'A3 NodePort': {
    'addresses of nodes, from inside': { kinds: ['NodePort'], manifests: [nodePort(), ...nodes] },
    'addresses of nodes, from outside': { kinds: ['NodePort'], manifests: [nodePort(), ...nodes], asked: outside },
    'addresses of nodes, by families': {
      kinds: ['NodePort'],
      manifests: [
        nodePort(dual),
        node('node-1', [
          ['InternalIP', '10.0.0.11'],
          ['InternalIP', 'fd00::11'],
          ['InternalIP', '10.1.0.11'],
        ]),
      ],
    },
    'addresses of nodes, given': {
      kinds: ['NodePort'],
      manifests: [nodePort(), ...nodes],
      asked: { ...outside, addresses: { nodes: ['10.0.0.12', '192.168.7.7', 'node-9.example'] } },
    },
    'nodes that promise nothing': {
      kinds: ['NodePort'],
      manifests: [
        nodePort(),
        node('node-1', { InternalIP: '10.0.0.11' }, { ready: 'Unknown' }),
        node('node-2', { InternalIP: '10.0.0.12' }, { labels: { type: 'virtual-kubelet' } }),
        node(
          'node-3',
          { InternalIP: '10.0.0.13' },
          { taints: [{ key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }] },
        ),
      ],
    },
    'externalTrafficPolicy Local': {
      kinds: ['NodePort'],
      manifests: [
        nodePort({ externalTrafficPolicy: 'Local' }),
        ...nodes,
        slice([{ at: '10.244.1.5', node: 'node-2' }]),
      ],
    },
    'nodePort not given out': {
      kinds: ['NodePort'],
      manifests: [nodePort({ ports: [{ name: 'http', port: 80, nodePort: 0 }] }), ...nodes],
    },
    'no node known': { kinds: ['NodePort'], manifests: [nodePort()] },
  },
  'A4 LoadBalancer': {
    'ip, as a VIP and behind a proxy, and a hostname': {
      kinds: ['LoadBalancer', 'NodePort'],
      manifests: [
        balanced([{ ip: '203.0.113.7' }, { ip: '203.0.113.8', ipMode: 'Proxy' }, { hostname: 'lb.example.com' }]),
        nodes[1],
      ],
    },
    'the same, from outside': {
      kinds: ['LoadBalancer'],
      manifests: [
        balanced([{ ip: '203.0.113.7' }, { ip: '203.0.113.8', ipMode: 'Proxy' }, { hostname: 'lb.example.com' }]),
      ],
      asked: outside,
    },
    'an error of a port': {
      kinds: ['LoadBalancer'],
      manifests: [
        balanced([{ ip: '203.0.113.7', ports: [{ port: 80, protocol: 'TCP', error: 'MixedProtocolNotSupported' }] }]),
      ],
    },
    pending: {
      kinds: ['LoadBalancer'],
      manifests: [balanced([], { loadBalancerClass: 'example.com/lb', loadBalancerIP: '203.0.113.99' })],
    },
    'allocateLoadBalancerNodePorts false': {
      kinds: ['NodePort'],
      manifests: [
        balanced([], {
          allocateLoadBalancerNodePorts: false,
          ports: [
            { name: 'http', port: 80, nodePort: 30123 },
            { name: 'https', port: 443 },
          ],
        }),
        ...nodes,
      ],
    },
    'Local, with a port for health checks': {
      kinds: ['NodePort', 'LoadBalancer'],
      manifests: [
        balanced([{ ip: '203.0.113.7' }], { externalTrafficPolicy: 'Local', healthCheckNodePort: 31999 }),
        ...nodes,
        slice([{ at: '10.244.1.5', node: 'node-1' }]),
      ],
    },
    'source ranges': {
      kinds: ['LoadBalancer', 'NodePort'],
      manifests: [
        balanced(
          [{ ip: '203.0.113.7' }],
          {},
          { annotations: { 'service.beta.kubernetes.io/load-balancer-source-ranges': '192.0.2.0/24' } },
        ),
        nodes[1],
      ],
    },
    'internal, from outside': {
      kinds: ['LoadBalancer'],
      manifests: [
        balanced([{ ip: '10.1.2.3' }], {}, { annotations: { 'networking.gke.io/load-balancer-type': 'Internal' } }),
      ],
      asked: outside,
    },
    'addresses given': {
      kinds: ['LoadBalancer'],
      manifests: [balanced([{ ip: '203.0.113.7' }])],
      asked: { addresses: { loadBalancer: ['203.0.113.7', 'lb.example.org'] } },
    },
  },
  'A5 ExternalName': {
    'a name with ports': {
      kinds: ['DNS', 'ExternalName', 'ClusterIP', 'NodePort', 'Endpoint', 'Environment'],
      manifests: [named('api.example.com.', { ports: [{ name: 'https', port: 443, targetPort: 8443 }] })],
    },
    'a name without ports': { kinds: ['DNS', 'ExternalName'], manifests: [named('api.example.com', { ports: [] })] },
    'an IP address': { kinds: ['DNS', 'ExternalName'], manifests: [named('192.0.2.9', { ports: [{ port: 443 }] })] },
    'from the edge': {
      kinds: ['DNS', 'ExternalName'],
      manifests: [named('api.example.com', { ports: [{ port: 443 }] })],
      asked: { vantage: 'edge' },
    },
  },
  'A6 fields': {
    'several ports, one without endpoints': {
      kinds: ['ClusterIP', 'Endpoint'],
      manifests: [
        service({
          ports: [
            { name: 'http', port: 80, targetPort: 8080 },
            { name: 'db', port: 5432, targetPort: 5432 },
          ],
        }),
        slice([{ at: '10.244.1.5' }]),
      ],
    },
    'targetPort by name, another on each pod': {
      kinds: ['Endpoint'],
      manifests: [
        service({ ports: [{ name: 'http', port: 80, targetPort: 'web' }] }),
        pod('toad-1', {}, { ip: '10.244.1.5' }),
        pod(
          'toad-2',
          { containers: [{ name: 'web', ports: [{ name: 'web', containerPort: 9090 }] }] },
          { ip: '10.244.1.6' },
        ),
        pod(
          'toad-3',
          { containers: [{ name: 'web', ports: [{ name: 'web', containerPort: 53, protocol: 'UDP' }] }] },
          { ip: '10.244.1.7' },
        ),
        pod(
          'toad-4',
          {
            containers: [{ name: 'app' }],
            initContainers: [
              { name: 'proxy', restartPolicy: 'Always', ports: [{ name: 'web', containerPort: 15001 }] },
            ],
          },
          { ip: '10.244.1.8' },
        ),
      ],
    },
    'no targetPort: the port': {
      kinds: ['Endpoint'],
      manifests: [
        service({
          ports: [{ name: 'same', port: 82 }],
        }),
        pod('toad-1'),
      ],
    },
    appProtocol: {
      kinds: ['ClusterIP'],
      manifests: [
        service({
          ports: ['http', 'https', 'kubernetes.io/h2c', 'kubernetes.io/ws', 'kubernetes.io/wss', 'example.com/own'].map(
            (appProtocol, at) => ({ name: `p${at}`, port: 9100 + at, appProtocol }),
          ),
        }),
      ],
    },
    'names and numbers of ports': {
      kinds: ['ClusterIP'],
      manifests: [
        service({
          ports: [
            { name: 'http-admin', port: 9100 },
            { name: 'tls', port: 9101 },
            { name: 'redis', port: 80 },
            { name: 'a', port: 8443 },
            { name: 'b', port: 8080 },
            { name: 'c', port: 9999 },
          ],
        }),
      ],
    },
    'UDP and SCTP': {
      kinds: ['ClusterIP', 'DNS'],
      manifests: [
        service({
          ports: [
            { name: 'dns', port: 53, protocol: 'UDP' },
            { name: 'syslog', port: 514, protocol: 'UDP' },
            { name: 'diameter', port: 3868, protocol: 'SCTP' },
          ],
        }),
      ],
    },
    'dual stack, not given out yet': {
      kinds: ['ClusterIP', 'DNS'],
      manifests: [service({ clusterIP: null, ipFamilies: ['IPv6', 'IPv4'], ipFamilyPolicy: 'RequireDualStack' })],
    },
    'publishNotReadyAddresses, of pods alone': {
      kinds: ['Endpoint'],
      manifests: [service({ publishNotReadyAddresses: true }), pod('toad-1', {}, { ready: false })],
    },
    'terminating endpoints, nothing ready': {
      kinds: ['Endpoint'],
      manifests: [
        service(),
        slice([
          { at: '10.244.1.5', ready: false, serving: true, terminating: true },
          { at: '10.244.1.6', ready: false, serving: false, terminating: true },
        ]),
      ],
    },
    'terminating endpoints beside a ready one': {
      kinds: ['Endpoint'],
      manifests: [
        service(),
        slice([{ at: '10.244.1.5', ready: false, serving: true, terminating: true }, { at: '10.244.1.6' }]),
      ],
    },
    'internalTrafficPolicy Local, no endpoint here': {
      kinds: ['ClusterIP', 'DNS'],
      manifests: [service({ internalTrafficPolicy: 'Local' }), slice([{ at: '10.244.1.5', node: 'node-1' }])],
      asked: { prober: { nodeName: 'node-2' } },
    },
    'internalTrafficPolicy Local, an endpoint here': {
      kinds: ['ClusterIP'],
      manifests: [service({ internalTrafficPolicy: 'Local' }), slice([{ at: '10.244.1.5', node: 'node-1' }])],
      asked: { prober: { nodeName: 'node-1' } },
    },
    'sessionAffinity and trafficDistribution change nothing': {
      kinds: ['ClusterIP'],
      manifests: [service({ sessionAffinity: 'ClientIP', trafficDistribution: 'PreferClose' })],
    },
    'service-proxy-name': {
      kinds: ['ClusterIP', 'NodePort', 'ExternalIP'],
      manifests: [
        {
          ...nodePort({ externalIPs: ['203.0.113.9'] }),
          metadata: {
            name: 'toad',
            namespace: 'pond',
            labels: { 'service.kubernetes.io/service-proxy-name': 'other' },
          },
        },
        nodes[1],
      ],
    },
  },
  'A7 Ingress': {
    'paths of each type': {
      kinds: ['Ingress'],
      manifests: [
        service(),
        ingress([
          { path: '/exact', pathType: 'Exact' },
          { path: '/prefix', pathType: 'Prefix' },
          { path: '/api(/|$)(.*)', pathType: 'ImplementationSpecific' },
          { path: '/other', to: 'frog' },
        ]),
      ],
      asked: toad,
    },
    'Exact before Prefix, longer before shorter': {
      kinds: ['Ingress'],
      manifests: [
        service(),
        ingress([
          { path: '/a', pathType: 'Prefix' },
          { path: '/a', pathType: 'Exact', to: 'frog' },
          { path: '/a/b', pathType: 'Prefix', to: 'frog' },
        ]),
      ],
    },
    'a wildcard, and no host': {
      kinds: ['Ingress'],
      manifests: [
        service(),
        ingress([{}], { host: '*.example.com' }, { name: 'wild' }),
        ingress([{}], { host: null }, { name: 'any' }),
      ],
    },
    'a default backend alone': {
      kinds: ['Ingress'],
      manifests: [service(), ingress([], { defaultBackend, rules: [] })],
    },
    'a default backend beside rules': {
      kinds: ['Ingress'],
      manifests: [service(), ingress([{ to: 'frog' }], { defaultBackend })],
    },
    'a backend that is a resource': {
      kinds: ['Ingress'],
      manifests: [
        service(),
        {
          ...ingress([]),
          spec: {
            defaultBackend,
            rules: [
              {
                host: 'toad.example.com',
                http: {
                  paths: [
                    {
                      path: '/',
                      pathType: 'Prefix',
                      backend: { resource: { apiGroup: 'example.com', kind: 'Bucket', name: 'toad' } },
                    },
                  ],
                },
              },
            ],
          },
        },
      ],
    },
    'extensions/v1beta1': {
      kinds: ['Ingress'],
      manifests: [
        service(),
        {
          ...ingress([]),
          apiVersion: 'extensions/v1beta1',
          metadata: { name: 'toad', namespace: 'pond', annotations: { 'kubernetes.io/ingress.class': 'nginx' } },
          spec: {
            backend: { serviceName: 'toad', servicePort: 80 },
            rules: [
              {
                host: 'toad.example.com',
                http: { paths: [{ path: '/pond', backend: { serviceName: 'toad', servicePort: 'http' } }] },
              },
            ],
          },
        },
      ],
    },
    'backend ports: by name, by targetPort, by none': {
      kinds: ['Ingress'],
      manifests: [
        service(),
        ingress([
          { path: '/name', port: 'http' },
          { path: '/target', port: 8080 },
          { path: '/none', port: 'htpp' },
        ]),
      ],
    },
    'TLS by name, by wildcard and without hosts': {
      kinds: ['Ingress'],
      manifests: [
        service(),
        ingress([{}], { host: 'a.example.com', tls: [{ hosts: ['a.example.com'] }] }, { name: 'a' }),
        ingress([{}], { host: 'b.example.com', tls: [{ hosts: ['*.example.com'] }] }, { name: 'b' }),
        ingress([{}], { host: 'c.example.com', tls: [{ secretName: 'cert' }] }, { name: 'c' }),
        ingress([{}], { host: 'd.example.com', tls: [{ hosts: ['*.com'] }] }, { name: 'd' }),
      ],
    },
    'two that claim the same': {
      kinds: ['Ingress'],
      manifests: [service(), ingress([{}], {}, { name: 'a' }), ingress([{ to: 'frog' }], {}, { name: 'b' })],
    },
    'controller 1: given': {
      kinds: ['Ingress'],
      manifests: [service(), ingress([{}], { tls: [{ hosts: ['toad.example.com'] }] })],
      asked: { addresses: { ingressController: ['10.0.0.80'], controllerPorts: { http: 8000, https: 8443 } } },
    },
    'controller 2: status, an IP and a hostname': {
      kinds: ['Ingress'],
      manifests: [
        service(),
        ingress([{}], {}, {}, loadBalancerStatus({ ip: '203.0.113.80' }, { hostname: 'in.example.net' })),
      ],
    },
    'controller 2: status, a cluster IP, from outside': {
      kinds: ['Ingress'],
      manifests: [
        service(),
        ingress([{}], {}, {}, loadBalancerStatus({ ip: '10.96.0.200' })),
        front({ type: 'NodePort' }),
        nodes[0],
      ],
      asked: { ...toad, ...outside },
    },
    'controller 2: status, node ports': {
      kinds: ['Ingress'],
      manifests: [
        service(),
        nginx,
        front({ type: 'NodePort' }),
        ingress([{}], {}, {}, loadBalancerStatus({ ip: '10.0.0.11', ports: [{ port: 30080, protocol: 'TCP' }] })),
      ],
      asked: toad,
    },
    'controller 3: its load balancer': {
      kinds: ['Ingress'],
      manifests: [
        service(),
        nginx,
        unpublished(),
        front({ type: 'LoadBalancer', externalIPs: ['198.51.100.9'] }, loadBalancerStatus({ ip: '203.0.113.99' })),
      ],
      asked: toad,
    },
    'controller 3: its external IPs': {
      kinds: ['Ingress'],
      manifests: [
        service(),
        nginx,
        unpublished(),
        front({ type: 'NodePort', externalIPs: ['198.51.100.9'] }),
        ...nodes,
      ],
      asked: toad,
    },
    'controller 3: its node ports': {
      kinds: ['Ingress'],
      manifests: [service(), nginx, unpublished(), front({ type: 'NodePort' }), ...nodes],
      asked: toad,
    },
    'controller 3: pods on the host network': {
      kinds: ['Ingress'],
      manifests: [
        service(),
        nginx,
        unpublished(),
        front({ ports: [{ name: 'http', port: 80 }] }),
        {
          ...pod('nginx-1', { hostNetwork: true }, { namespace: 'ingress-nginx', labels: controllerLabels }),
          status: { phase: 'Running', hostIP: '10.0.0.13', podIPs: [{ ip: '10.0.0.13' }] },
        },
      ],
      asked: toad,
    },
    'controller 3: by the default class': {
      kinds: ['Ingress'],
      manifests: [
        service(),
        ingressClass('nginx', 'k8s.io/ingress-nginx', true),
        unpublished({ ingressClassName: null }),
        front({ ports: [{ name: 'http', port: 80 }] }),
      ],
      asked: toad,
    },
    'controller 4: public DNS, from outside': {
      kinds: ['Ingress', 'DNS'],
      manifests: [service(), unpublished()],
      asked: { ...outside, paths: { include: ['Ingress'].map((kind) => ({ kind: kind as PathKind })), exclude: [] } },
    },
    'controller unknown, from inside': { kinds: ['Ingress'], manifests: [service(), unpublished()] },
    'a class that is another controller’s': {
      kinds: ['Ingress'],
      manifests: [
        service(),
        ingressClass('nginx', 'traefik.io/ingress-controller'),
        unpublished(),
        front({ type: 'LoadBalancer' }, loadBalancerStatus({ ip: '203.0.113.99' })),
      ],
      asked: toad,
    },
    'another namespace': { kinds: ['Ingress'], manifests: [service(), ingress([{}], {}, { namespace: 'lake' })] },
    'the DNS of the host, from outside': { kinds: ['DNS'], manifests: [service(), ingress([{}])], asked: outside },
  },
  'A8 Gateway API': {
    'each match of a rule, at each address and listener': {
      kinds: ['HTTPRoute'],
      manifests: [
        service(),
        gateway(
          { listeners: [http(), https({ hostname: '*.example.com' })] },
          {},
          {
            addresses: [
              { type: 'IPAddress', value: '203.0.113.80' },
              { type: 'Hostname', value: 'edge.example.net' },
            ],
          },
        ),
        httpRoute({
          hostnames: ['toad.example.com'],
          rules: [
            {
              matches: [
                { path: { type: 'PathPrefix', value: '/pond' } },
                { path: { type: 'Exact', value: '/' }, method: 'POST' },
              ],
              backendRefs: [{ name: 'toad', port: 80 }],
            },
          ],
        }),
      ],
    },
    'a route without its Gateway': { kinds: ['HTTPRoute'], manifests: [service(), httpRoute()] },
    'a Gateway without an address': {
      kinds: ['HTTPRoute'],
      manifests: [service(), gateway({}, {}, { addresses: [] }), httpRoute()],
    },
    'TLS that is passed through': {
      kinds: ['TLSRoute'],
      manifests: [
        service({ ports: [{ name: 'https', port: 443 }] }),
        gateway({ listeners: [{ name: 'tls', port: 443, protocol: 'TLS', tls: { mode: 'Passthrough' } }] }),
        routeOf('TLSRoute', {
          hostnames: ['toad.example.com'],
          rules: [{ backendRefs: [{ name: 'toad', port: 443 }] }],
        }),
      ],
    },
  },
  'A9 resolution from a pod': {
    'the cluster domain of resolv.conf': {
      kinds: ['DNS'],
      manifests: [service()],
      asked: { prober: { clusterDomain: 'corp.local', namespace: 'pond' } },
    },
  },
  'A10 environment variables': {
    'the eight forms': {
      kinds: ['Environment'],
      manifests: [
        service(
          {
            ports: [
              { name: 'http-web', port: 80 },
              { name: 'dns', port: 53, protocol: 'UDP' },
            ],
          },
          { name: 'toad-svc' },
        ),
      ],
      asked: { addresses: { environment: 'TOAD_SVC_SERVICE_HOST=10.96.0.7\nTOAD_SVC_SERVICE_PORT=81' } },
    },
    'the primary family, in brackets': {
      kinds: ['Environment'],
      manifests: [
        service({ clusterIP: 'fd00:96::7', clusterIPs: ['fd00:96::7', '10.96.0.7'], ipFamilies: ['IPv6', 'IPv4'] }),
      ],
      asked: { addresses: { environment: '' } },
    },
    'the prober’s own': {
      kinds: ['Environment'],
      manifests: [service()],
      asked: { prober: { namespace: 'pond', environment: { TOAD_SERVICE_HOST: '10.96.0.7' } } },
    },
    'two Services of one variable': {
      kinds: ['Environment'],
      manifests: [service(), service({ clusterIP: '10.96.0.8' }, { name: 'toad-service' })],
      asked: { ...toad, addresses: { environment: '' } },
    },
  },
}

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/-$/, '')

function rowText({ kinds, manifests, asked = NONE }: Row): string {
  const { paths, notApplicable } = planOf(manifests, asked)
  const isAsked = (kind: string): boolean => kinds.some((each) => each === kind)
  return [
    ...paths.filter(({ kind }) => isAsked(kind)).map((path) => `${pathText(path)}\n`),
    ...notApplicable.filter(({ kind }) => isAsked(kind)).map(({ kind, reason }) => `no ${kind}: ${reason}\n`),
  ].join('\n')
}

describe.each(Object.entries(ROWS))('%s', (section, rows) => {
  it.each(Object.entries(rows))('%s', async (name, row) => {
    await expect(rowText(row)).toMatchFileSnapshot(
      `../fixtures/plans/rows/${slug(`${section.split(' ')[0]} ${name}`)}.txt`,
    )
  })
})
