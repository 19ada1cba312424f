/**
 * Services that a fault can be in, each with the data plane that it needs.
 *
 * @module
 */
import { ingress, loadBalancerStatus, service, slice } from '../../support/manifests.ts'
import { EXTERNAL_IP, LOAD_BALANCER, toad } from '../scene.ts'
import { CLIENT, endpoints, endpoints6, type Manifest, SHORE, TOADS, WORLD } from '../world.ts'

export type Kind =
  | 'DNS'
  | 'ClusterIP'
  | 'NodePort'
  | 'LoadBalancer'
  | 'ExternalIP'
  | 'Ingress'
  | 'Endpoint'
  | 'ExternalName'

export const EVERYWHERE: readonly Kind[] = [
  'DNS',
  'ClusterIP',
  'NodePort',
  'LoadBalancer',
  'ExternalIP',
  'Ingress',
  'Endpoint',
  'ExternalName',
]

export type Vantage = 'inside' | 'outside'

export type Shape = {
  says: string
  /** In which ways it can be reached. */
  kinds: readonly Kind[]
  manifests: readonly Manifest[]
  /** Pods that serve it. */
  pods: readonly string[]
  asked?: Manifest
  /** Findings that are true of it when nothing is broken. */
  notes?: readonly string[]
}

export const TLS_SECRET = 'toad-tls'
export const HOST = 'toad.example.com'

const IN_CLUSTER: readonly Kind[] = ['DNS', 'ClusterIP', 'Endpoint']
const of = (spec: Manifest, status?: Manifest): Manifest => toad({ externalIPs: [], ...spec }, status ?? {})
const toads = slice(endpoints(...TOADS))
const nodePort = of({ type: 'NodePort' })
const clusterIP = of({ type: 'ClusterIP', ports: [{ name: 'http', port: 80, targetPort: 8080 }] })
const balanced = (spec: Manifest = {}, more: Manifest = {}) =>
  of({ type: 'LoadBalancer', ...spec }, loadBalancerStatus({ ip: LOAD_BALANCER, ...more }))

export const SHAPES = {
  everything: {
    says: 'a load balancer, an external IP and an Ingress',
    kinds: [...IN_CLUSTER, 'NodePort', 'LoadBalancer', 'ExternalIP', 'Ingress'],
    manifests: [...WORLD, toad(), toads, ingress([{}])],
    pods: TOADS,
  },
  nodePort: {
    says: 'a NodePort Service',
    kinds: [...IN_CLUSTER, 'NodePort'],
    manifests: [...WORLD, nodePort, toads],
    pods: TOADS,
  },
  clusterIP: { says: 'a cluster IP', kinds: IN_CLUSTER, manifests: [...WORLD, clusterIP, toads], pods: TOADS },
  ingress: {
    says: 'an Ingress with TLS before a cluster IP',
    kinds: [...IN_CLUSTER, 'Ingress'],
    manifests: [...WORLD, clusterIP, toads, ingress([{}], { tls: [{ hosts: [HOST], secretName: TLS_SECRET }] })],
    pods: TOADS,
  },
  proxied: {
    says: 'a load balancer that is a proxy of its own',
    kinds: [...IN_CLUSTER, 'NodePort', 'LoadBalancer'],
    manifests: [...WORLD, balanced({}, { ipMode: 'Proxy' }), toads],
    pods: TOADS,
  },
  local: {
    says: 'a load balancer with externalTrafficPolicy Local',
    kinds: [...IN_CLUSTER, 'NodePort', 'LoadBalancer'],
    manifests: [...WORLD, balanced({ externalTrafficPolicy: 'Local' }), toads],
    pods: TOADS,
    // node-3 has no endpoint, and its node port answers nobody outside.
    notes: ['traffic_policy_local_no_endpoint'],
  },
  headless: {
    says: 'a headless Service',
    kinds: ['DNS', 'Endpoint'],
    manifests: [
      ...WORLD,
      service({ clusterIP: 'None', ports: [{ name: 'http', port: 8080, targetPort: 8080 }] }),
      slice(endpoints('toad-1', 'toad-3')),
    ],
    pods: ['toad-1', 'toad-3'],
  },
  dual: {
    says: 'a NodePort Service of both families',
    kinds: [...IN_CLUSTER, 'NodePort'],
    manifests: [
      ...WORLD,
      of({ type: 'NodePort', clusterIPs: ['10.96.0.7', 'fd00:96::7'], ipFamilyPolicy: 'RequireDualStack' }),
      slice(endpoints('toad-1', 'toad-3')),
      slice(endpoints6('toad-1', 'toad-3'), { name: 'toad-6', addressType: 'IPv6' }),
    ],
    pods: ['toad-1', 'toad-3'],
  },
  sticky: {
    says: 'a Service with session affinity',
    kinds: [...IN_CLUSTER, 'NodePort'],
    manifests: [...WORLD, of({ type: 'NodePort', sessionAffinity: 'ClientIP' }), toads],
    pods: TOADS,
    asked: { samples: 8, checks: [{ name: 'who', type: 'http', responder: { header: 'x-pod-name' } }] },
  },
  single: {
    says: 'a NodePort Service with one pod',
    kinds: [...IN_CLUSTER, 'NodePort'],
    manifests: [...WORLD, nodePort, slice(endpoints('toad-3'))],
    pods: ['toad-3'],
  },
  secure: {
    says: 'pods that speak TLS',
    kinds: [...IN_CLUSTER, 'NodePort'],
    manifests: [
      ...WORLD,
      of({
        type: 'NodePort',
        selector: { app: 'newt' },
        ports: [{ name: 'https', port: 443, targetPort: 8443, nodePort: 30443 + 1 }],
      }),
      slice(endpoints('newt-0', 'newt-1'), { ports: [{ name: 'https', port: 8443, protocol: 'TCP' }] }),
    ],
    pods: ['newt-0', 'newt-1'],
  },
  neighbour: {
    says: "a pod on the prober's node",
    kinds: [...IN_CLUSTER, 'NodePort'],
    manifests: [...WORLD, of({ type: 'NodePort', selector: { app: 'newt' } }), slice(endpoints('newt-1'))],
    pods: ['newt-1'],
  },
  self: {
    says: 'a Service of which the prober is an endpoint itself',
    kinds: [...IN_CLUSTER, 'NodePort'],
    manifests: [...WORLD, of({ type: 'NodePort', selector: { app: 'portolan' } }), slice(endpoints(CLIENT.pod))],
    pods: [CLIENT.pod],
  },
  selectorless: {
    says: 'a Service without selector, before a server outside the cluster',
    kinds: [...IN_CLUSTER, 'NodePort'],
    manifests: [
      ...WORLD,
      of({ type: 'NodePort', selector: null, ports: [{ name: 'http', port: 80, targetPort: 80, nodePort: 30080 }] }),
      slice([{ at: SHORE.address }], { ports: [{ name: 'http', port: SHORE.ports.http, protocol: 'TCP' }] }),
    ],
    pods: [SHORE.name],
  },
  externalName: {
    says: 'an ExternalName Service',
    kinds: ['DNS', 'ExternalName'],
    manifests: [
      ...WORLD,
      service({ type: 'ExternalName', externalName: 'api.example.org', ports: [{ name: 'http', port: 80 }] }),
    ],
    pods: [SHORE.name],
    notes: ['external_name_host_mismatch'],
  },
} as const satisfies Readonly<Record<string, Shape>>

export type ShapeName = keyof typeof SHAPES
/** Those that pods of the cluster reach by a cluster IP, with endpoints on several nodes. */
export const FROM_PODS = ['everything', 'nodePort', 'clusterIP', 'ingress', 'proxied', 'sticky'] as const
/** Those of pods that speak HTTP. */
export const WEB = ['everything', 'nodePort', 'clusterIP', 'ingress', 'proxied', 'single', 'neighbour'] as const
/** Those of them with several pods. */
export const SEVERAL = ['everything', 'nodePort', 'clusterIP', 'ingress', 'proxied'] as const

export const shapeOf = (name: ShapeName): Shape => SHAPES[name]

const FROM_OUTSIDE: readonly Kind[] = ['NodePort', 'LoadBalancer', 'ExternalIP', 'Ingress', 'ExternalName']

/** In which ways a vantage can reach it. */
export const seenFrom = (vantage: Vantage, { kinds }: Shape): readonly Kind[] =>
  vantage === 'inside' ? kinds : kinds.filter((kind) => FROM_OUTSIDE.includes(kind))

export { EXTERNAL_IP, LOAD_BALANCER }
