/**
 * The objects of the live suites: two namespaces, a workload in each, two nodes, an Ingress, and roles.
 *
 * @module
 */
import type { KubeObject } from '../../support/api-server/objects.ts'
import { nodeOf, workload } from '../../support/api-server/workload.ts'

const namespace = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })

export const NODES = [
  nodeOf('pond-1', { address: '172.30.0.11', zone: 'zone-a', images: 3 }),
  nodeOf('pond-2', { address: '172.30.0.12', zone: 'zone-b', images: 3 }),
]

/** `shop/frog`: a node port, two pods, one of them not ready. */
export const FROG = {
  namespace: 'shop',
  name: 'frog',
  type: 'NodePort' as const,
  clusterIP: '10.96.200.10',
  nodePort: 30_080,
  pods: [
    { name: 'frog-a', address: '10.244.1.4', node: 'pond-1', zone: 'zone-a' },
    { name: 'frog-b', address: '10.244.2.5', node: 'pond-2', zone: 'zone-b', isReady: false },
  ],
}

/** `pond/newt`: another namespace, one pod. */
export const NEWT = {
  namespace: 'pond',
  name: 'newt',
  clusterIP: '10.96.200.11',
  pods: [{ name: 'newt-a', address: '10.244.1.9', node: 'pond-1', zone: 'zone-a' }],
}

const INGRESS: KubeObject = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'frog-web', namespace: 'shop' },
  spec: {
    ingressClassName: 'nginx',
    rules: [
      {
        host: 'frog.example.com',
        http: {
          paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'frog', port: { name: 'web' } } } }],
        },
      },
    ],
  },
  status: { loadBalancer: { ingress: [{ ip: '203.0.113.9' }] } },
}

const INGRESS_CLASS: KubeObject = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: { name: 'nginx' },
  spec: { controller: 'k8s.io/ingress-nginx' },
}

const POLICY: KubeObject = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'all-may', namespace: 'shop' },
  spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] },
}

/** The kubelet's word on the pod that is not ready. */
const EVENT: KubeObject = {
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'frog-b.17ab', namespace: 'shop' },
  involvedObject: { apiVersion: 'v1', kind: 'Pod', name: 'frog-b', namespace: 'shop' },
  ...{ type: 'Warning', reason: 'Unhealthy', count: 12, source: { component: 'kubelet' } },
  message: 'Readiness probe failed: HTTP probe failed with statuscode: 503',
  ...{ firstTimestamp: '2026-11-30T11:00:00Z', lastTimestamp: '2026-11-30T11:59:00Z' },
}

export const OBJECTS: readonly KubeObject[] = [
  ...['shop', 'pond', 'portolan'].map(namespace),
  ...NODES,
  ...workload(FROG),
  ...workload(NEWT),
  INGRESS_CLASS,
  INGRESS,
  POLICY,
  EVENT,
]

const GROUP = 'rbac.authorization.k8s.io'

/** The smallest role that reads everything that Portolan uses. */
export const READER: KubeObject = {
  apiVersion: `${GROUP}/v1`,
  kind: 'ClusterRole',
  metadata: { name: 'live-reader' },
  rules: [
    { apiGroups: [''], resources: ['services', 'endpoints', 'nodes', 'pods', 'namespaces', 'events'] },
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'] },
    { apiGroups: ['networking.k8s.io'], resources: ['ingresses', 'ingressclasses', 'networkpolicies'] },
    { apiGroups: ['apps'], resources: ['deployments', 'replicasets', 'statefulsets', 'daemonsets'] },
    { apiGroups: ['batch'], resources: ['jobs'] },
    {
      apiGroups: ['gateway.networking.k8s.io'],
      resources: ['gatewayclasses', 'gateways', 'httproutes', 'grpcroutes', 'tcproutes', 'referencegrants'],
    },
  ].map((rule) => ({ ...rule, verbs: ['get', 'list', 'watch'] })),
}

const roleOf = (name: string, rule: object): KubeObject => ({
  apiVersion: `${GROUP}/v1`,
  kind: 'ClusterRole',
  metadata: { name },
  rules: [rule],
})

/** Roles of one name, and of all names. */
export const NARROW: readonly KubeObject[] = [
  roleOf('live-by-name', { apiGroups: [''], resources: ['services'], resourceNames: ['frog'], verbs: ['get', 'list'] }),
  roleOf('live-wild', { apiGroups: ['*'], resources: ['*'], verbs: ['*'] }),
]

/** Binds a role to a service account of the namespace `portolan`; without a namespace, in the whole cluster. */
export const bind = (account: string, role: string, where?: string): KubeObject => ({
  apiVersion: `${GROUP}/v1`,
  kind: where === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
  metadata: { name: `${account}-${role}`, ...(where !== undefined && { namespace: where }) },
  roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: role },
  subjects: [{ kind: 'ServiceAccount', name: account, namespace: 'portolan' }],
})
