/**
 * The resources that the test server knows: their groups, versions, and what a real server (1.37) does with each.
 *
 * @module
 */

export type Resource = {
  /** `''` is the core group. */
  group: string
  /** The served versions; the objects are kept in the first. */
  versions: readonly string[]
  /** Plural, as it stands in a path. */
  resource: string
  singular: string
  kind: string
  isNamespaced: boolean
  /** Field labels beside `metadata.name` and `metadata.namespace`, as the server's own conversions name them. */
  fields: readonly string[]
  /** Defined by a CustomResourceDefinition: items of a list keep kind and apiVersion, a missing group is text. */
  isCustom: boolean
  /** The `Warning` header that each answer has. */
  warning?: string
}

type Row = [resource: string, kind: string, scope: 'namespaced' | 'cluster', fields?: readonly string[]]

const EVENT_FIELDS = [
  'involvedObject.kind',
  'involvedObject.namespace',
  'involvedObject.name',
  'involvedObject.uid',
  'involvedObject.apiVersion',
  'involvedObject.resourceVersion',
  'involvedObject.fieldPath',
  'reason',
  'reportingComponent',
  'source',
  'type',
]

const POD_FIELDS = [
  'spec.nodeName',
  'spec.restartPolicy',
  'spec.schedulerName',
  'spec.serviceAccountName',
  'spec.hostNetwork',
  'status.phase',
  'status.podIP',
  'status.nominatedNodeName',
]

const CORE: readonly Row[] = [
  ['configmaps', 'ConfigMap', 'namespaced'],
  ['endpoints', 'Endpoints', 'namespaced'],
  ['events', 'Event', 'namespaced', EVENT_FIELDS],
  ['namespaces', 'Namespace', 'cluster', ['status.phase']],
  ['nodes', 'Node', 'cluster', ['spec.unschedulable']],
  ['pods', 'Pod', 'namespaced', POD_FIELDS],
  ['secrets', 'Secret', 'namespaced', ['type']],
  ['serviceaccounts', 'ServiceAccount', 'namespaced'],
  ['services', 'Service', 'namespaced', ['spec.clusterIP', 'spec.type']],
]

const APPS: readonly Row[] = [
  ['daemonsets', 'DaemonSet', 'namespaced'],
  ['deployments', 'Deployment', 'namespaced'],
  ['replicasets', 'ReplicaSet', 'namespaced', ['status.replicas']],
  ['statefulsets', 'StatefulSet', 'namespaced', ['status.successful']],
]

const NETWORKING: readonly Row[] = [
  ['ingressclasses', 'IngressClass', 'cluster'],
  ['ingresses', 'Ingress', 'namespaced'],
  ['networkpolicies', 'NetworkPolicy', 'namespaced'],
]

const RBAC: readonly Row[] = [
  ['clusterrolebindings', 'ClusterRoleBinding', 'cluster'],
  ['clusterroles', 'ClusterRole', 'cluster'],
  ['rolebindings', 'RoleBinding', 'namespaced'],
  ['roles', 'Role', 'namespaced'],
]

/** Those of Gateway API 1.6.1 (standard) that the recorded discovery serves in v1. */
const GATEWAY: readonly Row[] = [
  ['backendtlspolicies', 'BackendTLSPolicy', 'namespaced'],
  ['gatewayclasses', 'GatewayClass', 'cluster'],
  ['gateways', 'Gateway', 'namespaced'],
  ['grpcroutes', 'GRPCRoute', 'namespaced'],
  ['httproutes', 'HTTPRoute', 'namespaced'],
  ['listenersets', 'ListenerSet', 'namespaced'],
  ['referencegrants', 'ReferenceGrant', 'namespaced'],
  ['tcproutes', 'TCPRoute', 'namespaced'],
  ['tlsroutes', 'TLSRoute', 'namespaced'],
  ['udproutes', 'UDPRoute', 'namespaced'],
]

export const GATEWAY_GROUP = 'gateway.networking.k8s.io'

/** Groups of custom resources that a test may serve, with their rows and versions. Discovery of them is made up. */
const CUSTOM: Readonly<Record<string, { versions: readonly string[]; rows: readonly Row[] }>> = {
  'gateway.networking.x-k8s.io': { versions: ['v1alpha1'], rows: [['xlistenersets', 'XListenerSet', 'namespaced']] },
  'route.openshift.io': { versions: ['v1'], rows: [['routes', 'Route', 'namespaced']] },
}
const isCustomGroup = (group: string) => group === GATEWAY_GROUP || Object.hasOwn(CUSTOM, group)

export const CUSTOM_GROUPS: readonly string[] = Object.keys(CUSTOM)
export const versionsOfGroup = (group: string): readonly string[] => CUSTOM[group]?.versions ?? []

/** Served as v1beta1 too. */
const OLDER_GATEWAY = new Set(['gatewayclasses', 'gateways', 'httproutes', 'referencegrants'])

const ENDPOINTS_WARNING = '299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"'

const describe =
  (group: string, versionsOf: (resource: string) => readonly string[] = () => ['v1']) =>
  ([resource, kind, scope, fields = []]: Row): Resource => ({
    group,
    versions: versionsOf(resource),
    resource,
    singular: kind.toLowerCase(),
    kind,
    isNamespaced: scope === 'namespaced',
    fields,
    isCustom: isCustomGroup(group),
    ...(resource === 'endpoints' && { warning: ENDPOINTS_WARNING }),
  })

export const RESOURCES: readonly Resource[] = [
  ...CORE.map(describe('')),
  ...APPS.map(describe('apps')),
  ...[['jobs', 'Job', 'namespaced', ['status.successful']] as Row].map(describe('batch')),
  ...[['endpointslices', 'EndpointSlice', 'namespaced'] as Row].map(describe('discovery.k8s.io')),
  ...NETWORKING.map(describe('networking.k8s.io')),
  ...RBAC.map(describe('rbac.authorization.k8s.io')),
  ...GATEWAY.map(describe(GATEWAY_GROUP, (resource) => (OLDER_GATEWAY.has(resource) ? ['v1', 'v1beta1'] : ['v1']))),
  ...Object.entries(CUSTOM).flatMap(([group, { versions, rows }]) => rows.map(describe(group, () => versions))),
]

/** Built-in groups of a real server, which answer for what they lack with a Status; of other groups it is text. */
export const BUILT_IN_GROUPS: ReadonlySet<string> = new Set([
  '',
  'apps',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'batch',
  'discovery.k8s.io',
  'networking.k8s.io',
  'rbac.authorization.k8s.io',
])

export const groupVersion = (group: string, version: string) => (group === '' ? version : `${group}/${version}`)

/** `httproutes.gateway.networking.k8s.io`, as the server names a resource in its messages. */
export const qualified = (group: string, resource: string) => (group === '' ? resource : `${resource}.${group}`)

/** Finds the resource that an object with this apiVersion and kind is of. */
export function resourceOfKind(apiVersion: string, kind: string): Resource {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''
  const found = RESOURCES.find((each) => each.kind === kind && each.group === group)
  if (!found) {
    throw new Error(`the test server has no kind ${kind} of ${apiVersion}`)
  }
  return found
}

/** Finds a resource by its kind alone. */
export function resourceNamed(kind: string): Resource {
  const found = RESOURCES.find((each) => each.kind === kind || each.resource === kind)
  if (!found) {
    throw new Error(`the test server has no kind ${kind}`)
  }
  return found
}
