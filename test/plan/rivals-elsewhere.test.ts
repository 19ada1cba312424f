import { expect, it } from 'vitest'
import { planRequest } from '../../src/job/plan-request.ts'
import { unmarkedValue } from '../../src/lib/marked.ts'
import { condition, gateway, gatewayClass, http, httpRoute, parentStatus } from '../support/gateway-manifests.ts'
import { PLAN_DEPS } from '../support/live-cluster.ts'
import { liveObjects } from '../support/live-objects.ts'
import { ingress, ingressClass, node, pod, service, slice } from '../support/manifests.ts'
import { aRequest } from '../support/request.ts'

/** The namespace of a rival, and words that only its objects have. */
const LAKE = 'zzlake'
const REQUEST = aRequest({ target: { cluster: 'default', namespace: 'pond', service: 'toad' } })
const NODE_PORT = { type: 'NodePort', ports: [{ name: 'http', port: 80, targetPort: 8080, nodePort: 30_080 }] }
const OWN = [
  service(NODE_PORT),
  node('node-1', { InternalIP: '10.0.0.1' }),
  ingressClass('nginx', 'k8s.io/ingress-nginx'),
]
const there = (name: string) => ({ name, namespace: LAKE })
const GATEWAY = gateway(
  { listeners: [http({ allowedRoutes: { namespaces: { from: 'All' } } })] },
  { name: 'edge', namespace: 'infra' },
  { addresses: [{ type: 'IPAddress', value: '192.0.2.10' }] },
)
const attached = (
  name: string,
  hostname: string,
  meta: { name: string; namespace?: string },
  creationTimestamp: string,
) => ({
  ...httpRoute(
    {
      parentRefs: [{ name: 'edge', namespace: 'infra' }],
      hostnames: [hostname],
      rules: [{ backendRefs: [{ name, port: 80 }] }],
    },
    {},
    parentStatus([condition('Accepted', 'True')], { parentRef: { name: 'edge', namespace: 'infra' } }),
  ),
  metadata: { namespace: 'pond', ...meta, generation: 1, creationTimestamp },
})

/** Each rival makes a text of the plan or of the findings speak of it. */
const RIVALS: Record<string, { own: readonly unknown[]; rival: readonly unknown[] }> = {
  'an Ingress with the same rule': {
    own: [...OWN, ingress([{}], { host: 'toad.example' }, { name: 'front' })],
    rival: [ingress([{ to: 'zzweb' }], { host: 'toad.example' }, there('zzfront'))],
  },
  'an Ingress that names the Service': {
    own: OWN,
    rival: [
      service({ clusterIP: '10.96.7.7' }, there('zzother')),
      ingress([{}], { host: 'zz.example' }, there('zzfront')),
    ],
  },
  'a Service on the same node port': {
    own: OWN,
    rival: [service({ ...NODE_PORT, clusterIP: '10.96.7.7' }, there('zznodeport'))],
  },
  'pods that are in another namespace': {
    own: OWN,
    rival: [pod('zzpod-1', {}, { namespace: LAKE, ip: '10.244.7.7' })],
  },
  'an older route that takes the host': {
    own: [...OWN, gatewayClass(), GATEWAY, attached('toad', 'toad.example', { name: 'front' }, '2026-02-02T00:00:00Z')],
    rival: [attached('zzweb', 'toad.example', there('zzroute'), '2026-01-01T00:00:00Z')],
  },
}

const planned = async (objects: readonly unknown[]) => {
  const { plan, diagnosis } = await planRequest(PLAN_DEPS, REQUEST, liveObjects(objects).source)
  return { plan, diagnosis }
}

it.each(Object.entries(RIVALS))(
  '%s elsewhere is told of without its names to whom may not see it',
  async (_, { own, rival }) => {
    const found = await planned([...own, slice([]), ...rival])
    const all = JSON.stringify(unmarkedValue(found, null))
    const narrowed = JSON.stringify(unmarkedValue(found, ['pond']))
    const without = JSON.stringify(unmarkedValue(await planned([...own, slice([])]), null))
    // The rival makes a difference, which whoever reaches its namespace is told by name.
    expect(all).not.toBe(without)
    expect(all).toContain('zz')
    expect(narrowed).not.toContain('zz')
    expect(narrowed).toMatch(/in another namespace|another namespace|…/)
    expect(all + narrowed).not.toMatch(/[\uE000-\uF8FF]/)
    expect(unmarkedValue(found, ['pond', LAKE])).toEqual(unmarkedValue(found, null))
  },
)

it('what the plan of the Service stands on is told by name', async () => {
  const { own } = RIVALS['an older route that takes the host'] as (typeof RIVALS)[string]
  const found = await planned([...own, slice([])])
  expect(unmarkedValue(found, ['pond'])).toEqual(unmarkedValue(found, null))
  expect(JSON.stringify(found)).toContain('Gateway/edge')
})

it("words of Kubernetes are nobody's, whoever uses them", async () => {
  const policy = {
    ...{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: there('zzdeny') },
    spec: { podSelector: {}, policyTypes: ['Ingress'] },
  }
  const labelled = service({ clusterIP: '10.96.7.7' }, { ...there('zzother'), labels: { exposedBy: 'NodePort' } })
  const found = await planned([service(), policy, labelled])
  const shown = unmarkedValue(found, ['pond'])
  expect(shown).toEqual(unmarkedValue(found, null))
  expect(JSON.stringify(shown)).toContain('no Ingress among the objects')
})
