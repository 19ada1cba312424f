/**
 * The resources of the API server behind each kind of objects: what is asked for, and which RBAC rule allows it.
 *
 * @module
 */
import { GATEWAY_API, GATEWAY_API_TRIAL, GATEWAY_VERSIONS, type GatewayKind } from './gateway-versions.ts'
import type { ReadKind } from './kinds.ts'
import type { ObjectKind, RefusedAccess } from './object-source.ts'
import { OPENSHIFT_ROUTES } from './read-openshift.ts'

export type Resource = {
  kind: ReadKind
  /** The API group; empty for the core. */
  group: string
  /** The versions that are read, newest first. */
  versions: readonly string[]
  /** Plural, as in paths of the API and in RBAC rules. */
  resource: string
  namespaced: boolean
}

const core = (kind: ReadKind, resource: string, namespaced = true): Resource => ({
  kind,
  group: '',
  versions: ['v1'],
  resource,
  namespaced,
})

const apps = (kind: ReadKind, resource: string): Resource => ({
  kind,
  group: 'apps',
  versions: ['v1'],
  resource,
  namespaced: true,
})

const networking = (kind: ReadKind, resource: string, namespaced = true): Resource => ({
  kind,
  group: 'networking.k8s.io',
  versions: ['v1'],
  resource,
  namespaced,
})

function gateway(kind: GatewayKind): readonly Resource[] {
  const { trial, resource, namespaced, versions } = GATEWAY_VERSIONS[kind]
  const now = { kind, group: GATEWAY_API, versions, resource, namespaced }
  return trial === undefined
    ? [now]
    : [now, { ...now, group: GATEWAY_API_TRIAL, versions: trial.versions, resource: trial.resource }]
}

/** Secrets and ConfigMaps are never here. The roles in `deploy/` and in its chart allow these and nothing else. */
export const RESOURCES: Readonly<Record<ObjectKind, readonly Resource[]>> = {
  services: [core('Service', 'services')],
  endpoints: [core('Endpoints', 'endpoints')],
  endpointSlices: [
    {
      kind: 'EndpointSlice',
      group: 'discovery.k8s.io',
      versions: ['v1'],
      resource: 'endpointslices',
      namespaced: true,
    },
  ],
  ingresses: [networking('Ingress', 'ingresses')],
  ingressClasses: [networking('IngressClass', 'ingressclasses', false)],
  nodes: [core('Node', 'nodes', false)],
  pods: [core('Pod', 'pods')],
  workloads: [
    apps('Deployment', 'deployments'),
    apps('StatefulSet', 'statefulsets'),
    apps('DaemonSet', 'daemonsets'),
    apps('ReplicaSet', 'replicasets'),
    { kind: 'Job', group: 'batch', versions: ['v1'], resource: 'jobs', namespaced: true },
  ],
  networkPolicies: [networking('NetworkPolicy', 'networkpolicies')],
  events: [core('Event', 'events')],
  namespaces: [core('Namespace', 'namespaces', false)],
  gatewayClasses: gateway('GatewayClass'),
  gateways: gateway('Gateway'),
  listenerSets: gateway('ListenerSet'),
  gatewayRoutes: (['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'] as const).flatMap(gateway),
  referenceGrants: gateway('ReferenceGrant'),
  backendTlsPolicies: gateway('BackendTLSPolicy'),
  openShiftRoutes: [{ kind: 'Route', group: OPENSHIFT_ROUTES, versions: ['v1'], resource: 'routes', namespaced: true }],
}

/** One object of these is asked for by its name; of all the others there are only lists. */
const READ_BY_NAME = new Set(['services', 'endpoints', 'namespaces'])

/**
 * Returns the verbs that a resource is read with, as the roles in `deploy/` have them. Events are many and change without
 * end, so they are never watched.
 */
export const verbsOf = ({ group, resource }: Pick<Resource, 'group' | 'resource'>): string[] => [
  ...(group === '' && READ_BY_NAME.has(resource) ? ['get'] : []),
  'list',
  ...(group === '' && resource === 'events' ? [] : ['watch']),
]

/**
 * Writes the role that allows a kind to be read everywhere. It is not known to whom that is refused: the YAML leaves a
 * place for it.
 */
export function ruleForKind(kind: ReadKind): string | null {
  const resource = Object.values(RESOURCES)
    .flat()
    .find((each) => each.kind === kind)
  return resource === undefined ? null : ruleFor({ ...resource, user: null }, null)
}

const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):(.+)$/

function subjectOf(user: string | null): string {
  const account = user === null ? null : SERVICE_ACCOUNT.exec(user)
  if (account) {
    return `{ kind: ServiceAccount, name: ${account[2]}, namespace: ${account[1]} }`
  }
  return `{ kind: User, name: ${JSON.stringify(user ?? 'NAME-OF-THE-USER')}, apiGroup: rbac.authorization.k8s.io }`
}

/**
 * Writes the role that allows what was refused, bound to whom it was refused, as YAML that `kubectl apply -f -` takes.
 *
 * @param namespace the one to allow it in; `null`: everywhere, which a resource without namespaces always needs.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/
 */
export function ruleFor(
  { group, resource, user }: Omit<RefusedAccess, 'verb'> & Partial<RefusedAccess>,
  namespace: string | null,
): string {
  const within = namespace === null ? '' : `, namespace: ${namespace}`
  const name = `portolan-${resource}`
  const role = namespace === null ? 'ClusterRole' : 'Role'
  return [
    'apiVersion: rbac.authorization.k8s.io/v1',
    `kind: ${role}`,
    `metadata: { name: ${name}${within} }`,
    'rules:',
    `  - { apiGroups: [${JSON.stringify(group)}], resources: [${resource}], verbs: [${verbsOf({ group, resource }).join(', ')}] }`,
    '---',
    'apiVersion: rbac.authorization.k8s.io/v1',
    `kind: ${role}Binding`,
    `metadata: { name: ${name}${within} }`,
    `roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ${role}, name: ${name} }`,
    `subjects: [${subjectOf(user)}]`,
    '',
  ].join('\n')
}
