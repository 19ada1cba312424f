import { describe, expect, it } from 'vitest'
import { planOf } from '../../test/support/plan-text.ts'
import type { Unread } from '../kube/object-source.ts'
import { RESOURCES, ruleFor } from '../kube/resources.ts'
import { forbiddenOf } from './forbidden.ts'

const USER = 'system:serviceaccount:portolan:reader'
const plan = planOf([
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'toad', namespace: 'pond' },
    spec: { clusterIP: '10.96.0.7', ports: [{ port: 80 }] },
  },
])

const forbidden = (kind: Unread['kind'], more: Partial<Unread> = {}): Unread => {
  const [first] = RESOURCES[kind]
  const { group = '', resource = '' } = first ?? {}
  const refused = { verb: 'list', group, resource, user: USER }
  return {
    ...{ kind, namespace: 'pond', besides: [], part: 'all', reason: 'forbidden', detail: 'not allowed', refused },
    ...more,
  }
}

describe('what the API server refused', () => {
  it('is told with what the plan lacks for it, and the rule to add', () => {
    const refused = { verb: 'list', group: '', resource: 'nodes', user: USER }
    expect(forbiddenOf({ unread: [forbidden('nodes', { namespace: null })] }, plan)).toEqual([
      {
        resource: 'nodes',
        verb: 'list',
        namespace: null,
        effect:
          'NodePort paths are planned only at addresses that addresses.nodes names. Whether a node is Ready, or kept from load balancers, is not known.',
        rule: ruleFor(refused, null),
      },
    ])
  })

  it('is nothing that was left out for another reason', () => {
    const reasons = ['not_asked', 'not_served', 'failed', 'cut_short'] as const
    const unread = reasons.map((reason) => forbidden('pods', { reason, refused: null }))
    expect(forbiddenOf({ unread }, plan)).toEqual([])
  })

  it('is told once where a rule for all namespaces allows it in each, and with the effect on the Service itself', () => {
    const unread = [forbidden('pods', { namespace: null, besides: ['pond'] }), forbidden('pods'), forbidden('pods')]
    expect(forbiddenOf({ unread }, plan).map(({ namespace, effect }) => [namespace, effect.slice(0, 20)])).toEqual([
      [null, 'Labels, ports and re'],
    ])
  })

  it('tells each namespace by itself, and each resource of a kind', () => {
    const workload = (resource: string, namespace: string) =>
      forbidden('workloads', { namespace, refused: { verb: 'list', group: 'apps', resource, user: USER } })
    const unread = [workload('statefulsets', 'pond'), workload('deployments', 'moor'), workload('deployments', 'pond')]
    expect(forbiddenOf({ unread }, plan).map(({ resource, namespace }) => [resource, namespace])).toEqual([
      ['deployments', 'moor'],
      ['statefulsets', 'pond'],
      ['deployments', 'pond'],
    ])
  })

  it('is known by its first resource where the source does not say which', () => {
    const unread = [forbidden('endpointSlices', { refused: null, namespace: null, besides: ['pond'] })]
    expect(forbiddenOf({ unread }, plan)).toEqual([
      {
        resource: 'endpointslices',
        verb: 'list',
        namespace: null,
        effect: 'Endpoints of other Services (the DNS of the cluster, an Ingress controller) are not seen.',
        rule: ruleFor({ verb: 'list', group: 'discovery.k8s.io', resource: 'endpointslices', user: null }, null),
      },
    ])
  })
})
