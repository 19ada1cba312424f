/**
 * The parts of the Kubernetes objects that Portolan reads, in Kubernetes' own spelling, after parsing. A missing value is
 * `null` or an empty list, defaults of the API server are filled in, and only what is declared here is kept (and so,
 * stored).
 *
 * @module
 */
import type {
  BackendTLSPolicy,
  Gateway,
  GatewayClass,
  GatewayRoute,
  ListenerSet,
  ReferenceGrant,
} from './gateway-objects.ts'
import type { Condition, LabelSelector, Labels, Meta, PortRef } from './meta.ts'
import type { OpenShiftRoute } from './openshift-objects.ts'

export type { Condition, LabelSelector, Labels, Meta, PortRef } from './meta.ts'

export const PROTOCOLS = ['TCP', 'UDP', 'SCTP'] as const
export type Protocol = (typeof PROTOCOLS)[number]

export const FAMILIES = ['IPv4', 'IPv6'] as const
export type Family = (typeof FAMILIES)[number]

export type ServiceType = 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName'
export type TrafficPolicy = 'Cluster' | 'Local'

export type ServicePort = {
  name: string | null
  port: number
  protocol: Protocol
  /** Absent means the same as `port` (API default). */
  targetPort: PortRef
  /** `null` or 0 in a manifest: allocated when applied. */
  nodePort: number | null
  appProtocol: string | null
}

/** An entry of `status.loadBalancer.ingress`, of a Service or of an Ingress. */
export type LoadBalancerIngress = {
  ip: string | null
  hostname: string | null
  /** `null` means `VIP`. */
  ipMode: 'VIP' | 'Proxy' | null
  ports: readonly { port: number; protocol: Protocol; error: string | null }[]
}

export type Service = {
  kind: 'Service'
  meta: Meta
  type: ServiceType
  clusterIP: string | null
  clusterIPs: readonly string[]
  /** They were found in this field: before 1.20, and in many manifests, there is only the first. */
  clusterIPField: 'spec.clusterIPs' | 'spec.clusterIP'
  ipFamilies: readonly Family[]
  ipFamilyPolicy: string | null
  ports: readonly ServicePort[]
  /** `null` for a Service without selector: somebody else makes its endpoints. */
  selector: Labels | null
  externalName: string | null
  externalIPs: readonly string[]
  externalTrafficPolicy: TrafficPolicy
  internalTrafficPolicy: TrafficPolicy
  healthCheckNodePort: number | null
  allocateLoadBalancerNodePorts: boolean
  loadBalancerClass: string | null
  loadBalancerSourceRanges: readonly string[]
  publishNotReadyAddresses: boolean
  sessionAffinity: 'None' | 'ClientIP'
  loadBalancerIngress: readonly LoadBalancerIngress[]
}

export type EndpointPort = { name: string | null; port: number | null; protocol: Protocol; appProtocol: string | null }

export type Endpoint = {
  /** Consumers read the first only (discovery/v1). */
  addresses: readonly string[]
  ready: boolean
  serving: boolean
  terminating: boolean
  hostname: string | null
  nodeName: string | null
  zone: string | null
  targetRef: { kind: string; name: string; namespace: string | null } | null
}

export type EndpointSlice = {
  kind: 'EndpointSlice'
  meta: Meta
  /** Label `kubernetes.io/service-name`. */
  serviceName: string | null
  addressType: 'IPv4' | 'IPv6' | 'FQDN'
  endpoints: readonly Endpoint[]
  ports: readonly EndpointPort[]
}

export type Endpoints = {
  kind: 'Endpoints'
  meta: Meta
  subsets: readonly {
    addresses: readonly EndpointAddress[]
    notReadyAddresses: readonly EndpointAddress[]
    ports: readonly EndpointPort[]
  }[]
}

export type EndpointAddress = {
  ip: string
  hostname: string | null
  nodeName: string | null
  targetRef: { kind: string; name: string; namespace: string | null } | null
}

export type IngressBackend = {
  /** `null` for a `resource` backend. */
  service: { name: string; port: PortRef | null } | null
}

export type PathType = 'Exact' | 'Prefix' | 'ImplementationSpecific'

export type IngressPath = { path: string | null; pathType: PathType; backend: IngressBackend }

export type Ingress = {
  kind: 'Ingress'
  apiVersion: 'networking.k8s.io/v1' | 'networking.k8s.io/v1beta1' | 'extensions/v1beta1'
  meta: Meta
  ingressClassName: string | null
  defaultBackend: IngressBackend | null
  rules: readonly { host: string | null; paths: readonly IngressPath[] }[]
  tls: readonly { hosts: readonly string[]; secretName: string | null }[]
  loadBalancerIngress: readonly LoadBalancerIngress[]
}

export type IngressClass = { kind: 'IngressClass'; meta: Meta; controller: string | null; isDefault: boolean }

export type NodeAddressType = 'InternalIP' | 'ExternalIP' | 'Hostname' | 'InternalDNS' | 'ExternalDNS'

export type Node = {
  kind: 'Node'
  meta: Meta
  addresses: readonly { type: NodeAddressType; address: string }[]
  conditions: readonly Condition[]
  taints: readonly { key: string; value: string | null; effect: string | null }[]
  unschedulable: boolean
  podCIDRs: readonly string[]
  providerID: string | null
}

export type Namespace = { kind: 'Namespace'; meta: Meta }

export type ContainerPort = {
  name: string | null
  containerPort: number
  protocol: Protocol
  /** On the pod's node. */
  hostPort: number | null
}

export type Container = {
  name: string
  image: string | null
  ports: readonly ContainerPort[]
  /** `true` for an init container with `restartPolicy: Always` (a sidecar): its ports count (endpointslice FindPort). */
  sidecar: boolean
  hasReadinessProbe: boolean
  /** From `status.containerStatuses`; `null` if there is no status. */
  status: { ready: boolean; restartCount: number; waitingReason: string | null; terminatedReason: string | null } | null
}

/** The common part of a Pod and a pod template. */
export type PodSpec = {
  /** Containers, then sidecars. Other init containers are not read. */
  containers: readonly Container[]
  hostNetwork: boolean
  hostname: string | null
  subdomain: string | null
  nodeName: string | null
  enableServiceLinks: boolean
  dnsPolicy: string | null
}

export type Pod = {
  kind: 'Pod'
  meta: Meta
  spec: PodSpec
  phase: string | null
  podIPs: readonly string[]
  hostIP: string | null
  conditions: readonly Condition[]
}

export type WorkloadKind = 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'ReplicaSet' | 'Job'

export type Workload = {
  kind: WorkloadKind
  meta: Meta
  /** `null` for kinds that have no such number. */
  replicas: number | null
  serviceName: string | null
  template: { labels: Labels; spec: PodSpec }
}

export type NetworkPolicyPeer = {
  podSelector: LabelSelector | null
  namespaceSelector: LabelSelector | null
  ipBlock: { cidr: string; except: readonly string[] } | null
}

export type NetworkPolicyRule = {
  /** Empty: every peer. */
  peers: readonly NetworkPolicyPeer[]
  /** Empty: every port. */
  ports: readonly { protocol: Protocol; port: PortRef | null; endPort: number | null }[]
}

export type NetworkPolicy = {
  kind: 'NetworkPolicy'
  meta: Meta
  podSelector: LabelSelector
  policyTypes: readonly ('Ingress' | 'Egress')[]
  ingress: readonly NetworkPolicyRule[]
  egress: readonly NetworkPolicyRule[]
}

export type KubeEvent = {
  kind: 'Event'
  meta: Meta
  involvedObject: { kind: string; name: string; namespace: string | null }
  type: string | null
  reason: string | null
  message: string | null
  count: number
  lastAt: string | null
}

export type KubeObject =
  | Service
  | Endpoints
  | EndpointSlice
  | Ingress
  | IngressClass
  | Node
  | Pod
  | Workload
  | NetworkPolicy
  | KubeEvent
  | Namespace
  | GatewayClass
  | Gateway
  | ListenerSet
  | GatewayRoute
  | ReferenceGrant
  | BackendTLSPolicy
  | OpenShiftRoute

/** All objects that were handed in, by kind, in the order given. Planning must not depend on that order. */
export type KubeObjects = {
  services: readonly Service[]
  endpoints: readonly Endpoints[]
  endpointSlices: readonly EndpointSlice[]
  ingresses: readonly Ingress[]
  ingressClasses: readonly IngressClass[]
  nodes: readonly Node[]
  pods: readonly Pod[]
  workloads: readonly Workload[]
  networkPolicies: readonly NetworkPolicy[]
  events: readonly KubeEvent[]
  namespaces: readonly Namespace[]
  gatewayClasses: readonly GatewayClass[]
  gateways: readonly Gateway[]
  listenerSets: readonly ListenerSet[]
  gatewayRoutes: readonly GatewayRoute[]
  referenceGrants: readonly ReferenceGrant[]
  backendTlsPolicies: readonly BackendTLSPolicy[]
  openShiftRoutes: readonly OpenShiftRoute[]
}

/** An object that was handed in and not read, with the reason. */
export type Ignored = { object: string; reason: string }

/** Names an object in messages, `because` and evidence: `Service/toad-svc`. */
export const refOf = (object: { kind: string; meta: { name: string } }): string => `${object.kind}/${object.meta.name}`
