/**
 * The test cluster begins with nodes, pods, cluster DNS and an Ingress controller, as the manifests that a cluster
 * would hand out. The data plane is made from them and from what a test adds; Portolan is told the same.
 *
 * @module
 */
import { ingressClass, loadBalancerStatus, node, pod, service, slice } from '../support/manifests.ts'

export type Manifest = Record<string, unknown>

/** Portolan runs in this pod, and everything that is tested is in this namespace. */
export const CLIENT = { pod: 'client', node: 'node-3', namespace: 'pond' } as const
/** Hosts on the network of the nodes that are not in the cluster: a client, and a server. */
export const OUTSIDE = { name: 'outside', address: '172.30.0.100', address6: 'fd00:172:30::100' } as const
export const SHORE = {
  name: 'shore',
  address: '172.30.0.50',
  address6: 'fd00:172:30::50',
  ports: { http: 80, db: 5432 },
} as const
/** The API server of the cluster answers at these addresses. */
export const API_SERVER = {
  name: 'apiserver',
  address: '172.30.0.5',
  address6: 'fd00:172:30::5',
  ports: { https: 6443 },
} as const
/** On the network of the nodes, beside them. */
export const LAN_HOSTS = [OUTSIDE, SHORE, API_SERVER] as const
/** The router of that network, and what stands for the cloud's load balancers. */
export const ROUTER = { name: 'router', address: '172.30.0.1', address6: 'fd00:172:30::1' } as const

export const CLUSTER_DOMAIN = 'cluster.local'
export const DNS_ADDRESS = '10.96.0.10'
export const POD_CIDR = { IPv4: '10.244.0.0/16', IPv6: 'fd00:244::/32' } as const
export const SERVICE_CIDR = { IPv4: '10.96.0.0/16', IPv6: 'fd00:96::/108' } as const

const NODES = [1, 2, 3].map((number) => {
  const podCIDRs = [`10.244.${number}.0/24`, `fd00:244:${number}::/64`]
  return node(
    `node-${number}`,
    [
      ['InternalIP', `172.30.0.1${number}`],
      ['InternalIP', `fd00:172:30::1${number}`],
      ['Hostname', `node-${number}`],
    ],
    { podCIDR: podCIDRs[0], podCIDRs },
  )
})

type PodSpec = { name: string; node: number; host: number; app: string; ports: Readonly<Record<string, number>> }

const WEB = { http: 8080 }
const SECURE = { http: 8080, https: 8443, grpc: 9090 }

/** A port's name says what is spoken there: `http`, `https`, `grpc`, anything else plain TCP. */
const PODS: readonly PodSpec[] = [
  { name: 'toad-1', node: 1, host: 11, app: 'toad', ports: WEB },
  { name: 'toad-2', node: 1, host: 12, app: 'toad', ports: WEB },
  { name: 'toad-3', node: 2, host: 11, app: 'toad', ports: WEB },
  { name: 'toad-4', node: 2, host: 12, app: 'toad', ports: WEB },
  { name: 'newt-0', node: 2, host: 31, app: 'newt', ports: SECURE },
  { name: 'newt-1', node: 3, host: 31, app: 'newt', ports: SECURE },
]

const addressOf = ({ node, host }: PodSpec): string => `10.244.${node}.${host}`
const address6Of = ({ node, host }: PodSpec): string => `fd00:244:${node}::${host}`

const running = (spec: PodSpec, namespace: string): Manifest => {
  const ports = Object.entries(spec.ports).map(([name, containerPort]) => ({ name, containerPort }))
  const podIPs = [addressOf(spec), address6Of(spec)].map((ip) => ({ ip }))
  return {
    ...pod(
      spec.name,
      { nodeName: `node-${spec.node}`, containers: [{ name: spec.app, image: `${spec.app}:1`, ports }] },
      { namespace, labels: { app: spec.app } },
    ),
    status: { phase: 'Running', podIP: podIPs[0]?.ip, podIPs, conditions: [{ type: 'Ready', status: 'True' }] },
  }
}

/** Endpoints of a slice, by the names of their pods. */
export const endpoints = (...names: string[]) => names.map((name) => endpointOf(podNamed(name), addressOf))
export const endpoints6 = (...names: string[]) => names.map((name) => endpointOf(podNamed(name), address6Of))

function podNamed(name: string): PodSpec {
  const spec = [...PODS, CLIENT_POD, GATEWAY].find((each) => each.name === name)
  if (spec === undefined) {
    throw new Error(`there is no pod ${name}`)
  }
  return spec
}

const endpointOf = (spec: PodSpec, address: (spec: PodSpec) => string) => ({
  at: address(spec),
  node: `node-${spec.node}`,
  pod: spec.name,
})

export const TOADS = ['toad-1', 'toad-2', 'toad-3', 'toad-4'] as const
export const NEWTS = ['newt-0', 'newt-1'] as const

export const DNS_POD: PodSpec = { name: 'dns', node: 1, host: 53, app: 'kube-dns', ports: { 'dns-tcp': 53 } }
export const CONTROLLER: PodSpec = {
  name: 'controller',
  node: 1,
  host: 80,
  app: 'ingress-nginx',
  ports: { http: 80, https: 443 },
}
export const CONTROLLER_POD_ADDRESS = addressOf(CONTROLLER)
/** The proxy of a Gateway, which serves while there is one among the objects. */
export const GATEWAY: PodSpec = {
  name: 'edge',
  node: 2,
  host: 80,
  app: 'edge',
  ports: { http: 80, https: 443, tcp: 9000 },
}
export const GATEWAY_POD_ADDRESS = addressOf(GATEWAY)
export const GATEWAY_ADDRESS = '203.0.113.90'
/** Beside Portolan, as a sidecar, there is a server like any other. */
const CLIENT_POD: PodSpec = { name: CLIENT.pod, node: 3, host: 100, app: 'portolan', ports: WEB }
export const CLIENT_ADDRESS = addressOf(CLIENT_POD)
export const CLIENT_ADDRESS6 = address6Of(CLIENT_POD)
export const CONTROLLER_ADDRESS = '203.0.113.80'

/** Names outside the cluster: of a server, of load balancers. Known to everybody. */
export const UPSTREAM: Readonly<Record<string, string>> = {
  'api.example.org': SHORE.address,
  'lb.example.org': '203.0.113.11',
  'toad.example.com': CONTROLLER_ADDRESS,
  'toad.example.net': GATEWAY_ADDRESS,
  'newt.example.net': GATEWAY_ADDRESS,
}

/** Pods of which a program of its own is started; in the others runs `pod.ts`. */
export const SPECIAL_PODS: readonly string[] = [DNS_POD.name, CONTROLLER.name, GATEWAY.name]

/** In every pod, but for what kubelet adds of the pod itself. */
export const HOSTS_FILE = '127.0.0.1 localhost\n'

export const WORLD: readonly Manifest[] = [
  ...NODES,
  ...PODS.map((spec) => running(spec, CLIENT.namespace)),
  running(DNS_POD, 'kube-system'),
  running(CONTROLLER, 'ingress-nginx'),
  running(GATEWAY, 'gateway-system'),
  running(CLIENT_POD, CLIENT.namespace),
  service(
    {
      clusterIP: DNS_ADDRESS,
      selector: { app: 'kube-dns' },
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP' },
        { name: 'dns-tcp', port: 53, protocol: 'TCP' },
      ],
    },
    { name: 'kube-dns', namespace: 'kube-system' },
  ),
  slice([endpointOf(DNS_POD, addressOf)], {
    name: 'kube-dns-1',
    namespace: 'kube-system',
    service: 'kube-dns',
    ports: [
      { name: 'dns', port: 53, protocol: 'UDP' },
      { name: 'dns-tcp', port: 53, protocol: 'TCP' },
    ],
  }),
  service(
    { clusterIP: '10.96.0.1', selector: null, ports: [{ name: 'https', port: 443, targetPort: 6443 }] },
    { name: 'kubernetes', namespace: 'default' },
  ),
  slice([{ at: API_SERVER.address }], {
    name: 'kubernetes',
    namespace: 'default',
    service: 'kubernetes',
    ports: [{ name: 'https', port: API_SERVER.ports.https, protocol: 'TCP' }],
  }),
  service(
    {
      type: 'LoadBalancer',
      clusterIP: '10.96.0.80',
      selector: { app: 'ingress-nginx' },
      ports: [
        { name: 'http', port: 80, targetPort: 'http', nodePort: 30880 },
        { name: 'https', port: 443, targetPort: 'https', nodePort: 30443 },
      ],
    },
    {
      name: 'ingress-nginx-controller',
      namespace: 'ingress-nginx',
      labels: { 'app.kubernetes.io/name': 'ingress-nginx', 'app.kubernetes.io/component': 'controller' },
    },
    loadBalancerStatus({ ip: CONTROLLER_ADDRESS }),
  ),
  slice([endpointOf(CONTROLLER, addressOf)], {
    name: 'ingress-nginx-controller-1',
    namespace: 'ingress-nginx',
    service: 'ingress-nginx-controller',
    ports: [
      { name: 'http', port: 80, protocol: 'TCP' },
      { name: 'https', port: 443, protocol: 'TCP' },
    ],
  }),
  ingressClass('nginx', 'k8s.io/ingress-nginx'),
]
