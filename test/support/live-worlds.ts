/** Services of every kind with the objects around them, each to be seen in whole and in part. */
import { readdirSync, readFileSync } from 'node:fs'
import type { KubeObjects } from '../../src/kube/objects.ts'
import type { Addresses } from '../../src/plan/request.ts'
import { EXAMPLES } from './gateway-examples.ts'
import {
  ingress,
  ingressClass,
  loadBalancerStatus,
  node,
  pod,
  service,
  slice,
  event as warning,
  workload,
} from './manifests.ts'
import { OBJECT_FAULTS, policy } from './object-faults.ts'
import { planInput } from './plan-text.ts'
import type { Target } from './reading.ts'

export type World = {
  name: string
  target: Target
  objects: KubeObjects
  manifests: string | readonly unknown[]
  addresses: Partial<Addresses>
}

const nginx = ingressClass('nginx', 'k8s.io/ingress-nginx')
const nodes = [1, 2].map((n) => node(`node-${n}`, { InternalIP: `10.0.0.1${n}`, ExternalIP: `198.51.100.1${n}` }))
const pods = ['toad-0', 'toad-1'].map((name, at) =>
  pod(name, { hostname: name, subdomain: 'toad' }, { ip: `10.244.0.${at + 1}` }),
)
const ends = ['toad-0', 'toad-1'].map((name, at) => ({
  at: `10.244.0.${at + 1}`,
  node: `node-${at + 1}`,
  pod: name,
  hostname: name,
}))
/** The Service before a controller, without a load balancer: nodes and pods lead there. */
const front = service(
  { type: 'NodePort', ports: [{ name: 'http', port: 80, nodePort: 30081 }], selector: { app: 'nginx' } },
  { name: 'front', namespace: 'nginx', labels: { 'app.kubernetes.io/name': 'ingress-nginx' } },
)
const frontPod = pod(
  'front-1',
  { hostNetwork: true },
  { namespace: 'nginx', labels: { app: 'nginx' }, ip: '10.0.0.11' },
)
const balanced = { type: 'LoadBalancer', ports: [{ name: 'http', port: 80, targetPort: 8080, nodePort: 30080 }] }
const noStatus = loadBalancerStatus()
const route = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'toad', namespace: 'pond' },
  spec: { rules: [{ backendRefs: [{ name: 'toad', port: 80 }] }] },
}
const event = {
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'toad.1', namespace: 'pond' },
  involvedObject: { kind: 'Service', name: 'toad', namespace: 'pond' },
  reason: 'SyncLoadBalancerFailed',
  message: 'no quota',
}
const endpoints = {
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { name: 'toad', namespace: 'pond' },
  subsets: [{ addresses: [{ ip: '10.244.0.1' }], ports: [{ name: 'http', port: 8080 }] }],
}

/** What makes paths, one world for each way in which it does. */
const PATHS: readonly [string, unknown[]][] = [
  [
    'every kind of path',
    [
      service({ ...balanced, externalIPs: ['192.0.2.7'] }, {}, loadBalancerStatus({ ip: '203.0.113.73' })),
      slice(ends),
      ...pods,
      ...nodes,
      ingress([{}], { tls: [{ hosts: ['toad.example.com'], secretName: 'cert' }] }),
      nginx,
      route,
    ],
  ],
  ['a load balancer that waits, with the reason', [service(balanced), slice(ends), event, ...nodes]],
  [
    'pods that are not Ready, and what the cluster says about them and what makes them',
    [
      service(),
      slice([{ at: '10.244.0.9', ready: false, pod: 'toad-1' }]),
      pod('toad-1', {}, { ready: false }),
      workload('ReplicaSet', 'toad-7d9f', { app: 'toad' }),
      warning('Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503'),
      warning('FailedCreate', 'exceeded quota', { about: 'ReplicaSet/toad-7d9f' }),
      warning('Failed', 'of another', { about: 'Pod/newt-1' }),
    ],
  ],
  [
    'no pod, and the reason why none is made',
    [
      service(),
      slice([]),
      workload('ReplicaSet', 'toad-7d9f', { app: 'toad' }),
      warning('FailedCreate', 'exceeded quota', { about: 'ReplicaSet/toad-7d9f' }),
    ],
  ],
  ['endpoints of pods alone', [service(), ...pods]],
  ['endpoints of Endpoints', [service({ selector: null }), endpoints]],
  [
    'policy Local, places told by pods',
    [
      service({ ...balanced, externalTrafficPolicy: 'Local', internalTrafficPolicy: 'Local' }),
      slice(ends.map(({ node: _, ...of }) => of)),
      ...pods.map((each, at) => ({ ...each, spec: { ...(each.spec as object), nodeName: `node-${at + 1}` } })),
      ...nodes,
    ],
  ],
  ['a headless Service of a StatefulSet', [service({ clusterIP: 'None' }), slice(ends), ...pods]],
  [
    'a headless Service whose port has a name, and another number on each pod',
    [
      service({ clusterIP: 'None', ports: [{ name: 'http', port: 80, targetPort: 'web' }] }),
      slice(ends.slice(0, 1)),
      slice(ends.slice(1), { name: 'toad-b', ports: [{ name: 'http', port: 8081 }] }),
    ],
  ],
  [
    'a headless Service without selector, with a port that its slice alone knows',
    [
      service({ clusterIP: 'None', selector: null }),
      slice(ends.slice(0, 1), { ports: [{ name: 'http', port: 9000 }] }),
    ],
  ],
  [
    'an Ingress whose controller is behind node ports',
    [service(), slice(ends), ingress([{}], {}, {}, noStatus), nginx, front, frontPod, ...nodes],
  ],
  [
    'an Ingress whose status has nodes',
    [service(), slice(ends), ingress([{}], {}, {}, loadBalancerStatus({ ip: '10.0.0.11' })), nginx, front, ...nodes],
  ],
  [
    'an Ingress without class, and a default that speaks TLS to the pods',
    [
      service({ ports: [{ name: 'x', port: 9000 }] }),
      slice(ends, { ports: [{ name: 'x', port: 9000 }] }),
      ingress(
        [{ port: 9000 }],
        { ingressClassName: null },
        { annotations: { 'nginx.ingress.kubernetes.io/backend-protocol': 'HTTPS' } },
      ),
      ingressClass('public', 'k8s.io/ingress-nginx', true),
    ],
  ],
  [
    'an Ingress with rivals in other namespaces',
    [
      service(),
      slice(ends),
      ingress([{ path: '/a' }]),
      ingress([{ path: '/a', to: 'frog' }], {}, { name: 'rival', namespace: 'lake' }),
      ingress([{ path: '/a', pathType: 'Exact', to: 'newt' }], {}, { name: 'exact', namespace: 'moor' }),
      nginx,
    ],
  ],
  [
    'a controller known by the class alone',
    [
      service(),
      slice(ends),
      ingress([{}], { ingressClassName: 'own' }),
      ingressClass('own', 'traefik.io/ingress-controller'),
    ],
  ],
  [
    'two families, one a slice',
    [
      service({
        clusterIPs: ['10.96.0.7', 'fd00::7'],
        ipFamilies: ['IPv4', 'IPv6'],
        ipFamilyPolicy: 'RequireDualStack',
      }),
      slice(ends),
      slice([{ at: 'fd00:10::1' }], { name: 'toad-v6', addressType: 'IPv6' }),
    ],
  ],
  [
    'endpoints that are ready in one slice and terminate in another',
    [
      service(),
      slice(ends.slice(0, 1)),
      slice([{ at: '10.244.0.9', ready: false, serving: true, terminating: true }], { name: 'toad-b' }),
    ],
  ],
  [
    'ports of two names, one a slice',
    [
      service({
        ports: [
          { name: 'http', port: 80 },
          { name: 'grpc', port: 90 },
        ],
      }),
      slice(ends.slice(0, 1)),
      slice(ends.slice(0, 1), { name: 'toad-b', ports: [{ name: 'grpc', port: 9090 }] }),
    ],
  ],
  [
    'pods that are Ready beside some that are not, and some that have ended',
    [
      service({ ports: [{ port: 80, targetPort: 'web' }] }),
      slice([]),
      pod('toad-1'),
      pod('toad-2', {}, { ip: '10.244.0.12', ready: false }),
      pod('toad-3', {}, { ip: '10.244.0.13', phase: 'Failed', ready: false }),
      pod(
        'toad-4',
        { containers: [{ name: 'web', ports: [{ name: 'other', containerPort: 8080 }] }] },
        { ip: '10.244.0.14' },
      ),
    ],
  ],
  [
    'a port that one of two pods declares',
    [
      service(),
      pod('toad-1'),
      pod('toad-2', { containers: [{ name: 'web', ports: [{ containerPort: 9000 }] }] }, { ip: '10.244.0.12' }),
    ],
  ],
  [
    'workloads of which one has replicas, and one that the selector means',
    [
      service(),
      slice([]),
      workload('Deployment', 'toad', { app: 'toad' }, { replicas: 0 }),
      workload('Deployment', 'toad-canary', { app: 'toad' }),
      workload('Deployment', 'taod', { app: 'taod' }),
      pod('newt-1', {}, { labels: { app: 'taod' } }),
    ],
  ],
  [
    'a copy of the application in another namespace',
    [
      service(),
      slice([]),
      service({ clusterIP: '10.96.0.9' }, { namespace: 'lake' }),
      pod('toad-1', {}, { namespace: 'lake' }),
      workload('Deployment', 'toad', { app: 'toad' }, {}, [{ name: 'web' }], 'lake'),
      workload('Deployment', 'toad', { app: 'toad' }),
    ],
  ],
  [
    'policies of which one lets everybody in',
    [
      service(),
      slice(ends),
      pod('toad-0'),
      policy([{ port: 9 }]),
      { ...policy([{ port: 8080 }]), metadata: { name: 'open', namespace: 'pond' } },
    ],
  ],
  [
    'a node that takes traffic of load balancers beside one that does not',
    [
      service(balanced, {}, loadBalancerStatus({ ip: '203.0.113.73' })),
      slice(ends),
      node('node-1', { InternalIP: '10.0.0.11' }),
      node(
        'node-2',
        { InternalIP: '10.0.0.12' },
        { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': '' } },
      ),
    ],
  ],
  [
    'a StatefulSet with a governing Service of its own',
    [
      service({ clusterIP: 'None', ports: [{ port: 8080 }] }),
      service({ clusterIP: 'None' }, { name: 'tadpole' }),
      slice([{ at: '10.244.0.1' }], { ports: [{ port: 8080 }] }),
      workload('StatefulSet', 'toad', { app: 'toad' }, { serviceName: 'tadpole' }),
    ],
  ],
  [
    'Ingresses of a Service with a similar name, and of one elsewhere',
    [
      service(),
      service({ clusterIP: '10.96.0.9' }, { name: 'taod' }),
      slice(ends),
      ingress([{ to: 'taod' }]),
      ingress([{}], { host: 'other.example.com' }, { name: 'other' }),
      ingress([{}], { host: 'lake.example.com' }, { name: 'lake', namespace: 'lake' }),
      service({ clusterIP: '10.96.0.10' }, { namespace: 'lake' }),
      nginx,
      ingressClass('traefik', 'traefik.io/ingress-controller'),
    ],
  ],
  [
    'a pod that has ended, and one that is not Ready',
    [
      service(),
      slice([]),
      pod('toad-1', {}, { phase: 'Failed', ready: false }),
      pod('toad-2', {}, { ip: '10.244.0.12', ready: false }),
    ],
  ],
  [
    'an Ingress of a Service with a similar name',
    [service(), service({ clusterIP: '10.96.0.9' }, { name: 'taod' }), slice(ends), ingress([{ to: 'taod' }]), nginx],
  ],
  ['an ExternalName', [service({ type: 'ExternalName', externalName: 'api.example.com', ports: [{ port: 443 }] })]],
  [
    'more of everything, of others',
    [
      service(),
      slice(ends),
      ...pods,
      service({ clusterIP: '10.96.9.9' }, { name: 'newt' }),
      slice([{ at: '10.244.9.9' }], { name: 'newt-x', service: 'newt' }),
      pod('newt-1', {}, { labels: { app: 'newt' }, ip: '10.244.9.9' }),
      ingress([{ to: 'newt' }], { host: 'newt.example.org' }, { name: 'newt' }),
      ingress([{}], { host: 'lake.example.org' }, { name: 'toad', namespace: 'lake' }),
      service({ clusterIP: '10.96.9.8' }, { namespace: 'lake' }),
      workload('Deployment', 'toad', { app: 'toad' }),
    ],
  ],
]

const SHOP: Target = { namespace: 'shop', service: 'toad' }
const POND: Target = { namespace: 'pond', service: 'toad' }

const worldOf = (
  name: string,
  manifests: string | readonly unknown[],
  target = POND,
  addresses: Partial<Addresses> = {},
): World => ({ name, target, manifests, addresses, objects: planInput(manifests, { target }).objects })

const recorded = new URL('../fixtures/kubernetes-api/', import.meta.url)

/** Answers of a real API server, one world for each Service. */
function recordedWorlds(): World[] {
  return readdirSync(recorded).flatMap((file) => {
    const text = readFileSync(new URL(file, recorded), 'utf8')
    return planInput(text).objects.services.map(({ meta }) =>
      worldOf(`${file} ${meta.name}`, text, { namespace: meta.namespace ?? 'default', service: meta.name }),
    )
  })
}

export const WORLDS: readonly World[] = [
  ...PATHS.map(([name, manifests]) => worldOf(name, manifests)),
  ...OBJECT_FAULTS.map(([name, manifests, , addresses]) => worldOf(name, manifests, POND, addresses)),
  ...EXAMPLES.map(({ code, manifests }) => worldOf(`the example of ${code}`, manifests, SHOP)),
  ...recordedWorlds(),
]
