import { describe, expect, it } from 'vitest'
import { condition, gateway, http, httpRoute } from '../../test/support/gateway-manifests.ts'
import { ingress, loadBalancerStatus, node, pod, service, slice } from '../../test/support/manifests.ts'
import { planInput } from '../../test/support/plan-text.ts'
import { indexObjects } from '../kube/object-index.ts'
import type { Unread } from '../kube/object-source.ts'
import { type DiscoverEgress, NO_EGRESS } from './discover-egress.ts'
import { FOR_DISCOVERY, keepToCluster } from './keep-to-cluster.ts'
import type { PathKind } from './kinds.ts'
import type { Plan } from './path.ts'
import { planPaths } from './plan.ts'

type Given = { egress?: Partial<DiscoverEgress>; unread?: readonly Unread[] } & Parameters<typeof planInput>[1]

function kept(manifests: readonly unknown[], { egress = {}, unread = [], ...asked }: Given = {}): Plan {
  const input = planInput(manifests, asked)
  const index = indexObjects(input.objects, unread)
  return keepToCluster(planPaths(input, index), index, FOR_DISCOVERY, { ...NO_EGRESS, ...egress })
}

/** Lists where each try would go, by kind. Names that are only resolved are left out. */
const dialled = (plan: Plan, ...kinds: PathKind[]): string[] =>
  plan.paths
    .filter(
      ({ kind, skipped, dns, variable }) =>
        skipped === null && dns === null && variable === null && (kinds.length === 0 || kinds.includes(kind)),
    )
    .map(({ kind, address, addressPort }) => `${kind} ${address}:${addressPort}`)

const reasons = (plan: Plan, kind: PathKind): string[] => [
  ...new Set(plan.paths.flatMap((path) => (path.kind === kind && path.skipped !== null ? [path.skipped.detail] : []))),
]

const BY_CONTROLLER = {
  labels: {
    'kubernetes.io/service-name': 'toad',
    'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
  },
}
const BY_HAND = { name: 'own', labels: { 'kubernetes.io/service-name': 'toad' } }
const NAME = 'toad.pond.svc.cluster.local'
const own = [pod('toad-1', {}, { ip: '10.244.0.9' }), slice([{ at: '10.244.0.9', pod: 'toad-1' }], BY_CONTROLLER)]
const ALL_OWN = [`DNS ${NAME}:80`, 'ClusterIP 10.96.0.7:80', 'Endpoint 10.244.0.9:8080']

const ofPond = { target: { service: 'toad', namespace: 'pond' } }
const programmed = (name: string) => ({
  ...{ name, attachedRoutes: 1, supportedKinds: [] },
  conditions: [condition('Programmed', 'True')],
})

describe('what discovery dials', () => {
  it('is the addresses that the cluster gave out: of the Service, its nodes, its load balancer, its pods', () => {
    const balanced = service(
      { type: 'LoadBalancer', ports: [{ name: 'http', port: 80, targetPort: 8080, nodePort: 30_080 }] },
      {},
      loadBalancerStatus({ ip: '192.0.2.80' }, { hostname: 'lb.example.com' }),
    )
    const plan = kept([balanced, ...own, node('node-1', { InternalIP: '10.0.0.1' })])
    expect(dialled(plan)).toEqual([
      ...ALL_OWN.slice(0, 2),
      ...['NodePort 10.0.0.1:30080', 'LoadBalancer 192.0.2.80:80', 'LoadBalancer lb.example.com:80'],
      'Endpoint 10.244.0.9:8080',
    ])
    const named = plan.paths.filter(({ address }) => address === 'lb.example.com').map(({ id }) => id)
    expect(plan.dials).toEqual({
      addresses: ['10.244.0.9', '10.96.0.7'],
      at: [
        { address: '10.96.0.7', port: 80 },
        { address: '10.0.0.1', port: 30_080 },
        { address: '192.0.2.80', port: 80 },
        { address: '10.244.0.9', port: 8080 },
      ],
      ranges: [],
      byName: named,
    })
  })

  it('is a controller at the address in the status of the Ingress', () => {
    const plan = kept([service(), ...own, ingress([{}], {}, {}, loadBalancerStatus({ ip: '192.0.2.90' }))])
    expect(dialled(plan, 'Ingress')).toEqual(['Ingress 192.0.2.90:80'])
  })
})

describe('what a user may have written', () => {
  it.each<[string, readonly unknown[], string]>([
    [
      'a slice by hand',
      [slice([{ at: '10.9.9.9' }], BY_HAND)],
      'Service/toad leads to 10.9.9.9: 10.9.9.9 was written into EndpointSlice/own by hand (PORTOLAN_DISCOVER_EGRESS)',
    ],
    [
      'a slice by a controller of somebody',
      [
        slice([{ at: '10.9.9.9' }], {
          ...BY_HAND,
          labels: { ...BY_HAND.labels, 'endpointslice.kubernetes.io/managed-by': 'mine.example' },
        }),
      ],
      'Service/toad leads to 10.9.9.9: 10.9.9.9 was written into EndpointSlice/own by mine.example (PORTOLAN_DISCOVER_EGRESS)',
    ],
    [
      'a slice that says it is of the controller, with an address that no pod has',
      [slice([{ at: '10.9.9.9', pod: 'toad-1' }], { ...BY_CONTROLLER, name: 'forged' })],
      'Service/toad leads to 10.9.9.9: 10.9.9.9 stands in EndpointSlice/forged, and no pod that the Service selects has it (PORTOLAN_DISCOVER_EGRESS)',
    ],
    [
      'a slice with the address of another namespace’s pod',
      [
        pod('victim', {}, { namespace: 'lake', ip: '10.9.9.9' }),
        slice([{ at: '10.9.9.9', pod: 'victim' }], { ...BY_CONTROLLER, name: 'forged' }),
      ],
      'Service/toad leads to 10.9.9.9: 10.9.9.9 stands in EndpointSlice/forged, and no pod that the Service selects has it (PORTOLAN_DISCOVER_EGRESS)',
    ],
  ])('is not dialled, nor what leads there: %s', (_name, more, reason) => {
    const manifests = [service({ externalIPs: ['192.0.2.7'] }), ...own, ...more]
    const plan = kept(manifests)
    expect(dialled(plan)).toEqual(['Endpoint 10.244.0.9:8080'])
    expect(reasons(plan, 'ClusterIP')).toEqual([reason])
    expect(JSON.stringify(plan.dials)).not.toContain('10.9.9.9')
    const lifted = kept(manifests, { egress: { ranges: ['10.9.9.0/24'] } })
    expect(dialled(lifted, 'DNS', 'ClusterIP', 'Endpoint')).toEqual([...ALL_OWN, 'Endpoint 10.9.9.9:8080'])
  })

  it('is not dialled of a Service without selector, by slices or by Endpoints', () => {
    const endpoints = {
      ...{ apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'toad', namespace: 'pond' } },
      subsets: [{ addresses: [{ ip: '10.9.9.9' }], ports: [{ name: 'http', port: 8080 }] }],
    }
    // The label of the controller says nothing there: it leaves such a Service alone.
    for (const behind of [endpoints, slice([{ at: '10.9.9.9' }], BY_CONTROLLER)]) {
      const manifests = [service({ selector: null }), behind]
      expect(dialled(kept(manifests))).toEqual([])
      expect(dialled(kept(manifests, { egress: { ranges: ['10.9.9.9/32'] } }))).toEqual([
        ...[`DNS ${NAME}:80`, 'ClusterIP 10.96.0.7:80', 'Endpoint 10.9.9.9:8080'],
      ])
    }
  })

  it('is not dialled as an external IP, not even where that is an address of a node', () => {
    const manifests = [service({ externalIPs: ['10.0.0.1'] }), ...own, node('node-1', { InternalIP: '10.0.0.1' })]
    const plan = kept(manifests)
    expect(dialled(plan)).toEqual(ALL_OWN)
    expect(reasons(plan, 'ExternalIP')).toEqual(['10.0.0.1 is what a user wrote (PORTOLAN_DISCOVER_EGRESS)'])
    expect(dialled(kept(manifests, { egress: { ranges: ['10.0.0.1/32'] } }), 'ExternalIP')).toEqual([
      'ExternalIP 10.0.0.1:80',
    ])
  })

  it('is not dialled where only the form is named in which it is written, and not what that leads to', () => {
    const manifests = [service({ externalIPs: ['64:ff9b::a09:909'] }), ...own]
    const externalIps = (...ranges: string[]) => dialled(kept(manifests, { egress: { ranges } }), 'ExternalIP')
    expect([externalIps('64:ff9b::/96'), externalIps('::/0'), externalIps('10.9.9.0/24')]).toEqual([[], [], []])
    expect(externalIps('64:ff9b::/96', '10.9.9.0/24')).toEqual(['ExternalIP 64:ff9b::a09:909:80'])
  })

  it('is neither dialled nor resolved as an ExternalName, unless it is named, or ranges decide when it is resolved', () => {
    const manifests = [service({ type: 'ExternalName', externalName: 'db.example.com' })]
    const plan = kept(manifests)
    expect(dialled(plan)).toEqual([])
    expect(reasons(plan, 'ExternalName')).toEqual(['db.example.com is what a user wrote (PORTOLAN_DISCOVER_EGRESS)'])
    const both = [`DNS ${NAME}:80`, 'ExternalName db.example.com:80']
    for (const names of [['db.example.com'], ['*.example.com']]) {
      const named = kept(manifests, { egress: { names } })
      expect([dialled(named), named.dials?.byName.length]).toEqual([both, 2])
    }
    const ranged = kept(manifests, { egress: { ranges: ['192.0.2.0/24'] } })
    expect([dialled(ranged), ranged.dials]).toEqual([
      both,
      { addresses: [], at: [], ranges: ['192.0.2.0/24'], byName: [] },
    ])
    for (const names of [['example.com'], ['*.db.example.com'], ['*.xample.com']]) {
      expect(dialled(kept(manifests, { egress: { names } }))).toEqual([])
    }
    const unported = [service({ type: 'ExternalName', externalName: 'db.example.com', ports: null })]
    expect(reasons(kept(unported), 'ExternalName')).toHaveLength(1)
    expect(reasons(kept(unported, { egress: { names: ['db.example.com'] } }), 'ExternalName')).toEqual([])
  })

  it('is neither dialled nor resolved as the host of an Ingress, which has no address yet', () => {
    const manifests = [service(), ...own, ingress([{}], {}, {}, {})]
    const outside = { vantage: 'outside' } as const
    const plan = kept(manifests, outside)
    const why = 'toad.example.com is in no status that a controller wrote (PORTOLAN_DISCOVER_EGRESS)'
    expect([dialled(plan, 'Ingress'), reasons(plan, 'Ingress')]).toEqual([[], [why]])
    expect(reasons(plan, 'DNS')).toContain('toad.example.com is what a user wrote (PORTOLAN_DISCOVER_EGRESS)')
    const egress = { names: ['toad.example.com'] }
    expect(dialled(kept(manifests, { ...outside, egress }), 'Ingress')).toEqual(['Ingress toad.example.com:80'])
  })

  it('is not dialled as the Service that its author makes pass for the controller’s', () => {
    const labels = { 'app.kubernetes.io/name': 'ingress-nginx', 'app.kubernetes.io/component': 'controller' }
    const front = service({ externalIPs: ['10.9.9.9'], clusterIP: '10.96.0.99' }, { name: 'front', labels })
    const manifests = [service(), ...own, front, ingress([{}], {}, {}, {})]
    const target = { target: { service: 'toad', namespace: 'pond' } }
    const plan = kept(manifests, target)
    expect([dialled(plan, 'Ingress'), reasons(plan, 'Ingress')]).toEqual([
      [],
      ['10.9.9.9 is in no status that a controller wrote (PORTOLAN_DISCOVER_EGRESS)'],
    ])
  })

  it('is not dialled as a port that an annotation of the Ingress names', () => {
    const annotations = { 'alb.ingress.kubernetes.io/listen-ports': '[{"HTTP": 10250}, {"HTTP": 80}]' }
    const status = loadBalancerStatus({ ip: '10.0.0.1' })
    const manifests = [service(), ...own, ingress([{}], { ingressClassName: 'alb' }, { annotations }, status)]
    const plan = kept(manifests)
    expect(dialled(plan, 'Ingress')).toEqual(['Ingress 10.0.0.1:80'])
    expect(reasons(plan, 'Ingress')).toEqual([
      'port 10250 of 10.0.0.1 is what a user wrote into an annotation or a listener (PORTOLAN_DISCOVER_EGRESS)',
    ])
  })

  it('is not dialled as a port of a listener that no controller says it serves', () => {
    const listeners = [http(), http({ name: 'kubelet', port: 10_250 }), http({ name: 'web', port: 8080 })]
    const status = { listeners: [programmed('web')] }
    const plan = kept([service(), ...own, gateway({ listeners }, { generation: 1 }, status), httpRoute()], ofPond)
    expect(dialled(plan, 'HTTPRoute')).toEqual(['HTTPRoute 203.0.113.80:80', 'HTTPRoute 203.0.113.80:8080'])
    expect(reasons(plan, 'HTTPRoute')).toEqual([
      'port 10250 of 203.0.113.80 is what a user wrote into an annotation or a listener (PORTOLAN_DISCOVER_EGRESS)',
    ])
  })

  it('is not told to change anything by the match of a route', () => {
    const matching = (method: string) => ({
      matches: [{ method, path: { type: 'Exact', value: `/${method.toLowerCase()}` } }],
      backendRefs: [{ name: 'toad', port: 80 }],
    })
    const route = httpRoute({ rules: ['GET', 'DELETE', 'OPTIONS'].map(matching) })
    const plan = kept([service(), ...own, gateway(), route], ofPond)
    expect(
      plan.paths.flatMap(({ kind, match, skipped }) => (kind === 'HTTPRoute' ? [[match?.method, skipped]] : [])),
    ).toEqual([
      ['GET', null],
      [
        'DELETE',
        {
          reason: 'policy',
          detail:
            'its rule takes method DELETE, which may change something: a schedule of your own may ask so, discovery does not',
        },
      ],
      ['OPTIONS', null],
    ])
  })

  it('is not dialled by a controller that leads on to an ExternalName', () => {
    const manifests = [service({ type: 'ExternalName', externalName: 'db.example.com' }), ingress([{}])]
    expect(dialled(kept(manifests, { egress: { ranges: ['192.0.2.0/24'] } }), 'Ingress')).toEqual([])
    expect(dialled(kept(manifests, { egress: { names: ['db.example.com'] } }), 'Ingress')).toEqual([
      'Ingress 203.0.113.80:80',
    ])
  })
})

describe('what was not read', () => {
  const forbidden = (kind: 'pods' | 'endpointSlices'): Unread => ({
    ...{
      kind,
      namespace: 'pond',
      besides: [],
      part: 'all',
      reason: 'forbidden',
      detail: 'may not be listed',
      refused: null,
    },
  })

  it('vouches for nothing: without the pods no endpoint is known to be one, without slices none is known at all', () => {
    const noPods = kept([service(), own[1]], { unread: [forbidden('pods')] })
    expect(dialled(noPods)).toEqual([])
    expect(reasons(noPods, 'Endpoint')).toEqual([
      '10.244.0.9 stands in EndpointSlice/toad-abc, and its pods were not read: may not be listed (PORTOLAN_DISCOVER_EGRESS)',
    ])
    const noSlices = kept([service(), own[0]], { unread: [forbidden('endpointSlices')] })
    expect(dialled(noSlices)).toEqual(['Endpoint 10.244.0.9:8080'])
    expect(reasons(noSlices, 'ClusterIP')).toEqual([
      'what is behind Service/toad is not known, as its EndpointSlices were not read: may not be listed (PORTOLAN_DISCOVER_EGRESS)',
    ])
  })

  it('does not matter where the operator names everything', () => {
    const egress = { ranges: ['0.0.0.0/0', '::/0'] }
    expect(dialled(kept([service(), own[1]], { egress, unread: [forbidden('pods')] }))).toEqual(ALL_OWN)
    expect(dialled(kept([service(), own[0]], { egress, unread: [forbidden('endpointSlices')] }))).toEqual(ALL_OWN)
  })
})
