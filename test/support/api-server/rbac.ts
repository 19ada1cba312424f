/**
 * Role-based access control over the stored roles and bindings, as plugin/pkg/auth/authorizer/rbac evaluates it.
 *
 * @module
 */
import type { User } from './identity.ts'
import type { KubeObject, ObjectStore } from './objects.ts'
import { resourceNamed } from './resources.ts'

export type Attributes = {
  verb: string
  namespace?: string | undefined
} & (
  | { group: string; resource: string; subresource?: string | undefined; name?: string | undefined }
  | { path: string }
)

export type Rule = {
  verbs: string[]
  apiGroups?: string[]
  resources?: string[]
  resourceNames?: string[]
  nonResourceURLs?: string[]
}

/** `reason` allowed by what, or the roles that are bound and absent. */
export type Decision = { isAllowed: boolean; reason: string }

type Subject = { kind: string; name: string; namespace?: string }
type Grant = { rules: Rule[]; how: string; missing?: string; namespace?: string }

export function authorize(store: ObjectStore, user: User, attributes: Attributes): Decision {
  if (user.groups.includes('system:masters')) {
    return { isAllowed: true, reason: '' }
  }
  const missing: string[] = []
  for (const grant of grantsOf(store, user, attributes.namespace)) {
    if (grant.missing !== undefined) {
      missing.push(grant.missing)
    } else if (grant.rules.some((rule) => allows(rule, attributes))) {
      return { isAllowed: true, reason: `RBAC: allowed by ${grant.how}` }
    }
  }
  return { isAllowed: false, reason: missing.length === 0 ? '' : `rbac: RBAC: ${missing.join(', ')}` }
}

/** All rules that hold for the user in a namespace: what a SelfSubjectRulesReview lists. */
export const rulesFor = (store: ObjectStore, user: User, namespace: string): Rule[] =>
  grantsOf(store, user, namespace).flatMap(({ rules }) => rules)

function grantsOf(store: ObjectStore, user: User, namespace: string | undefined): Grant[] {
  return [
    ...bindings(store, 'ClusterRoleBinding'),
    ...(namespace ? bindings(store, 'RoleBinding', namespace) : []),
  ].flatMap((binding) => {
    const subject = ((binding.subjects ?? []) as Subject[]).find((each) => isMeant(each, user, namespace))
    return subject ? [grantOf(store, binding, subject)] : []
  })
}

const bindings = (store: ObjectStore, kind: string, namespace?: string) =>
  store.at(resourceNamed(kind), store.version, namespace).map(([, binding]) => binding)

function isMeant(subject: Subject, user: User, namespace: string | undefined): boolean {
  switch (subject.kind) {
    case 'User':
      return subject.name === user.name
    case 'Group':
      return user.groups.includes(subject.name)
    default:
      return user.name === `system:serviceaccount:${subject.namespace ?? namespace}:${subject.name}`
  }
}

function grantOf(store: ObjectStore, binding: KubeObject, subject: Subject): Grant {
  const { kind, name } = binding.roleRef as { kind: string; name: string }
  const { namespace } = binding.metadata
  const role = store.get(kind, kind === 'Role' ? (namespace ?? null) : null, name)
  const what = `${binding.kind} "${binding.metadata.name}${namespace === undefined ? '' : `/${namespace}`}"`
  const whom = subject.kind === 'ServiceAccount' ? `"${subject.name}/${subject.namespace}"` : `"${subject.name}"`
  return role
    ? { rules: (role.rules ?? []) as Rule[], how: `${what} of ${kind} "${name}" to ${subject.kind} ${whom}` }
    : { rules: [], how: what, missing: `${kind.toLowerCase()}.rbac.authorization.k8s.io "${name}" not found` }
}

const has = (values: readonly string[] | undefined, value: string) =>
  values !== undefined && (values.includes('*') || values.includes(value))

function allows(rule: Rule, attributes: Attributes): boolean {
  if (!has(rule.verbs, attributes.verb)) {
    return false
  }
  if ('path' in attributes) {
    const { path } = attributes
    return (rule.nonResourceURLs ?? []).some(
      (url) => url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.slice(0, -1))),
    )
  }
  const { group, resource, subresource, name } = attributes
  const isOfResource =
    subresource === undefined
      ? has(rule.resources, resource)
      : has(rule.resources, `${resource}/${subresource}`) || (rule.resources ?? []).includes(`*/${subresource}`)
  const isNamed =
    (rule.resourceNames ?? []).length === 0 || (name !== undefined && (rule.resourceNames ?? []).includes(name))
  return has(rule.apiGroups, group) && isOfResource && isNamed
}

const role = (name: string, rules: Rule[]): KubeObject => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name },
  rules,
})

const binding = (name: string, groups: readonly string[]): KubeObject => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
  subjects: groups.map((group) => ({ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: group })),
})

/** What a server grants to everybody (bootstrappolicy/policy.go); the rules are those of the recorded review. */
export const DEFAULT_POLICY: readonly KubeObject[] = [
  role('system:basic-user', [
    {
      verbs: ['create'],
      apiGroups: ['authorization.k8s.io'],
      resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
    },
    { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] },
  ]),
  binding('system:basic-user', ['system:authenticated']),
  role('system:discovery', [
    {
      verbs: ['get'],
      nonResourceURLs: [
        '/api',
        '/api/*',
        '/apis',
        '/apis/*',
        '/healthz',
        '/livez',
        '/openapi',
        '/openapi/*',
        '/readyz',
        '/version',
        '/version/',
      ],
    },
  ]),
  binding('system:discovery', ['system:authenticated']),
  role('system:public-info-viewer', [
    { verbs: ['get'], nonResourceURLs: ['/healthz', '/livez', '/readyz', '/version', '/version/'] },
  ]),
  binding('system:public-info-viewer', ['system:authenticated', 'system:unauthenticated']),
]
