import { describe, expect, it } from 'vitest'
import { readDocuments } from './documents.ts'
import { ruleFor } from './resources.ts'

const refused = {
  verb: 'list',
  group: 'discovery.k8s.io',
  resource: 'endpointslices',
  user: 'system:serviceaccount:portolan:reader',
}

describe('the rule that allows what was refused', () => {
  it('is a role of the namespace with its binding, as YAML', () => {
    expect(readDocuments(ruleFor(refused, 'pond'), '').values).toEqual([
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name: 'portolan-endpointslices', namespace: 'pond' },
        rules: [{ apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] }],
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'portolan-endpointslices', namespace: 'pond' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'portolan-endpointslices' },
        subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace: 'portolan' }],
      },
    ])
  })

  it.each([
    ['', 'services', ['get', 'list', 'watch']],
    ['', 'endpoints', ['get', 'list', 'watch']],
    ['', 'namespaces', ['get', 'list', 'watch']],
    ['', 'events', ['list']],
    ['', 'pods', ['list', 'watch']],
    ['apps', 'deployments', ['list', 'watch']],
  ])('has the verbs that are used, for the group "%s": %s', (group, resource, verbs) => {
    const { values } = readDocuments(ruleFor({ ...refused, group, resource }, null), '')
    expect(values[0]).toMatchObject({ rules: [{ apiGroups: [group], resources: [resource], verbs }] })
  })

  it('is a cluster role where there is no namespace, for a user whatever the name is', () => {
    const { values } = readDocuments(ruleFor({ ...refused, group: '', resource: 'nodes', user: 'a: "b"' }, null), '')
    expect(values).toMatchObject([
      { kind: 'ClusterRole', rules: [{ apiGroups: [''], resources: ['nodes'] }] },
      { kind: 'ClusterRoleBinding', subjects: [{ kind: 'User', name: 'a: "b"' }] },
    ])
  })
})
