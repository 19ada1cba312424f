import { afterEach, describe, expect, it } from 'vitest'
import { CUSTOM_GROUPS, type KubeObject } from '../../../../test/support/api-server.ts'
import { liveClusters } from '../../../../test/support/live-cluster.ts'
import { ingress, node, pod, service, slice, workload } from '../../../../test/support/manifests.ts'
import { createManualClock } from '../../../../test/support/manual-clock.ts'
import type { ObjectKind, ObjectsRead, ServiceTarget } from '../../../kube/object-source.ts'
import { refOf } from '../../../kube/objects.ts'
import { RESOURCES } from '../../../kube/resources.ts'
import { READ_KINDS } from './requests.ts'

const live = liveClusters()
afterEach(live.closeAll)

const as = (...objects: unknown[]): KubeObject[] => objects as KubeObject[]
const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })

const POND = as(
  namespace('pond'),
  namespace('moor'),
  service(),
  slice([{ at: '10.244.0.9', node: 'node-1', pod: 'toad-1' }]),
  pod('toad-1', { nodeName: 'node-1' }),
  pod('newt-1', {}, { labels: { app: 'newt' } }),
  service({ clusterIP: '10.96.0.8', selector: { app: 'newt' } }, { name: 'newt' }),
  service({ clusterIP: '10.96.0.9' }, { namespace: 'moor' }),
  ingress([{}]),
  node('node-1', { InternalIP: '192.0.2.1' }),
  workload('Deployment', 'toad', { app: 'toad' }),
)
const TOAD: ServiceTarget = { cluster: 'default', namespace: 'pond', service: 'toad' }
const ANEW = { held: false }

/** Names what was read, and says whose of each kind is not known yet. */
function told({ objects, provenance }: ObjectsRead) {
  const names = Object.values(objects).flatMap((each: readonly { kind: string; meta: { name: string } }[]) => each)
  return {
    read: names.map(refOf),
    unread: provenance.unread.map(({ kind, namespace: where, besides, part, reason }) =>
      [part, kind, where ?? `everywhere${besides.length > 0 ? ` but ${besides}` : ''}`, reason].join(' '),
    ),
  }
}

describe('reading one Service', () => {
  it('asks about ten requests, each as narrow as the API server can choose, and says what it has not asked for', async () => {
    const { server, source } = await live.of(POND)
    const read = await source.read(TOAD, ANEW)
    expect(told(read)).toEqual({
      read: ['Service/toad', 'EndpointSlice/toad-abc', 'Ingress/toad', 'Node/node-1', 'Pod/toad-1'],
      unread: [
        'others services everywhere not_asked',
        'others endpointSlices everywhere not_asked',
        'all endpoints everywhere not_asked',
        'others pods everywhere not_asked',
        'all ingresses everywhere but pond not_asked',
        'all networkPolicies everywhere but pond not_asked',
        'all gatewayRoutes everywhere but pond not_asked',
        'all gateways everywhere not_asked',
        'all gatewayClasses everywhere not_asked',
        'all listenerSets everywhere not_asked',
        'all referenceGrants everywhere not_asked',
        'all backendTlsPolicies everywhere not_asked',
        'all openShiftRoutes everywhere but pond not_asked',
        'all workloads everywhere not_asked',
        'all namespaces everywhere not_asked',
        'all events everywhere not_asked',
        'all gatewayRoutes pond not_served',
        'all openShiftRoutes pond not_served',
      ],
    })
    expect(server.seen.requests.map(({ path }) => path).toSorted()).toEqual([
      '/api/v1/namespaces/default/services/kubernetes',
      '/api/v1/namespaces/kube-system/services?labelSelector=k8s-app%3Dkube-dns&limit=500',
      '/api/v1/namespaces/pond/pods?labelSelector=app%3Dtoad&limit=500',
      '/api/v1/namespaces/pond/services/toad',
      '/api/v1/nodes?limit=500',
      '/apis',
      '/apis/discovery.k8s.io/v1/namespaces/pond/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dtoad&limit=500',
      '/apis/networking.k8s.io/v1/ingressclasses?limit=500',
      '/apis/networking.k8s.io/v1/namespaces/pond/ingresses?limit=500',
      '/apis/networking.k8s.io/v1/namespaces/pond/networkpolicies?limit=500',
    ])
  })

  it('reads the Service anew each time, and nodes when they are older than 30 s, which readAtMs then says', async () => {
    const clock = createManualClock(Date.parse('2026-11-30T09:00:00Z'))
    const { server, source } = await live.of(POND, { clock })
    const first = await source.read(TOAD, ANEW)
    clock.advance(20_000)
    server.objects.applyAll(as(node('node-2', { InternalIP: '192.0.2.2' }), service({ clusterIP: '10.96.0.77' })))
    server.seen.clear()
    const second = await source.read(TOAD, ANEW)
    expect({
      requests: server.seen.lines().toSorted(),
      nodes: second.objects.nodes.length,
      address: second.objects.services[0]?.clusterIP,
      readAtMs: second.provenance.readAtMs,
    }).toEqual({
      requests: [
        'get services pond toad',
        'list endpointslices pond',
        'list ingressclasses',
        'list ingresses pond',
        'list networkpolicies pond',
        'list pods pond',
      ],
      nodes: 1,
      address: '10.96.0.77',
      readAtMs: first.provenance.readAtMs,
    })
    clock.advance(10_000)
    const third = await source.read(TOAD, ANEW)
    expect([third.objects.nodes.length, third.provenance.readAtMs]).toEqual([2, clock.now()])
  })

  it('reads Endpoints where there is no slice, and where the Service has no selector', async () => {
    const endpoints = {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name: 'newt', namespace: 'pond' },
      subsets: [{ addresses: [{ ip: '10.244.0.7' }], ports: [{ port: 8080 }] }],
    }
    const { source } = await live.of([...POND, ...as(endpoints)])
    const read = await source.read({ ...TOAD, service: 'newt' }, ANEW)
    expect(told(read).read).toContain('Endpoints/newt')
    expect(told(read).unread).toContain('others endpoints everywhere not_asked')
  })

  it('never keeps what it does not read: no environment, volumes, or managed fields', async () => {
    const secretive = pod('toad-1', {
      containers: [{ name: 'web', env: [{ name: 'PASSWORD', value: 'hunter2' }], ports: [] }],
      volumes: [{ name: 'v', secret: { secretName: 'hunter3' } }],
    })
    const managed = service({}, { annotations: { 'example.com/note': 'hunter4' } })
    const { source } = await live.of([...POND, ...as(secretive, managed)])
    expect(JSON.stringify(await source.read(TOAD, ANEW))).not.toContain('hunter')
  })
})

/** Each kind by the requests for it: those in the Service's namespace, then those everywhere. */
const LISTS: Readonly<Record<ObjectKind, readonly string[]>> = {
  services: ['/api/v1/@services'],
  endpoints: ['/api/v1/@endpoints'],
  endpointSlices: ['/apis/discovery.k8s.io/v1/@endpointslices'],
  ingresses: ['/apis/networking.k8s.io/v1/@ingresses'],
  ingressClasses: ['/apis/networking.k8s.io/v1/ingressclasses'],
  nodes: [],
  pods: ['/api/v1/@pods'],
  namespaces: ['/api/v1/namespaces'],
  networkPolicies: ['/apis/networking.k8s.io/v1/@networkpolicies'],
  events: ['/api/v1/@events'],
  workloads: [
    '/apis/apps/v1/@daemonsets',
    '/apis/apps/v1/@deployments',
    '/apis/apps/v1/@replicasets',
    '/apis/apps/v1/@statefulsets',
    '/apis/batch/v1/@jobs',
  ],
  gatewayClasses: ['/apis/gateway.networking.k8s.io/v1/gatewayclasses'],
  gateways: ['/apis/gateway.networking.k8s.io/v1/@gateways'],
  listenerSets: [
    '/apis/gateway.networking.k8s.io/v1/@listenersets',
    '/apis/gateway.networking.x-k8s.io/v1alpha1/@xlistenersets',
  ],
  gatewayRoutes: ['grpcroutes', 'httproutes', 'tcproutes', 'tlsroutes', 'udproutes'].map(
    (resource) => `/apis/gateway.networking.k8s.io/v1/@${resource}`,
  ),
  referenceGrants: ['/apis/gateway.networking.k8s.io/v1/@referencegrants'],
  openShiftRoutes: ['/apis/route.openshift.io/v1/@routes'],
  backendTlsPolicies: ['/apis/gateway.networking.k8s.io/v1/@backendtlspolicies'],
}

describe.each(READ_KINDS)('reading on: %s', (kind) => {
  it.each(['pond', null])('asks for all of them in namespace %s, in one list of each resource', async (where) => {
    const { server, source } = await live.of(POND, { hasGateway: true, groups: CUSTOM_GROUPS })
    const first = await source.read(TOAD, ANEW)
    server.seen.clear()
    const read = await source.readOn?.(TOAD, first, [{ kind, namespace: where, part: 'others' }])
    const scope = where === null ? '' : `namespaces/${where}/`
    const lists = server.seen.requests.map(({ path }) => path).filter((path) => path.includes('?'))
    expect(lists.toSorted()).toEqual(LISTS[kind].map((path) => `${path.replace('@', scope)}?limit=500`))
    const left = read?.provenance.unread.filter((each) => each.kind === kind) ?? []
    expect(left.map(({ reason, besides }) => [reason, besides])).toEqual(
      where === null || !RESOURCES[kind][0]?.namespaced ? [] : [['not_asked', ['pond']]],
    )
  })
})

describe('reading on', () => {
  it('reads what is wanted, in that namespace or everywhere, and then knows it', async () => {
    const { server, source } = await live.of(POND)
    const first = await source.read(TOAD, ANEW)
    server.seen.clear()
    const second = await source.readOn?.(TOAD, first, [
      { kind: 'pods', namespace: 'pond', part: 'others' },
      { kind: 'services', namespace: 'pond', part: 'others' },
      { kind: 'services', namespace: null, part: 'others' },
      { kind: 'endpoints', namespace: 'pond', part: 'own' },
      { kind: 'events', namespace: 'pond', part: 'own' },
    ])
    expect(server.seen.requests.map(({ path }) => path).toSorted()).toEqual([
      '/api/v1/namespaces/pond/endpoints/toad',
      '/api/v1/namespaces/pond/events?fieldSelector=involvedObject.name%3Dtoad&limit=500',
      '/api/v1/namespaces/pond/events?fieldSelector=involvedObject.name%3Dtoad-1&limit=500',
      '/api/v1/namespaces/pond/pods?limit=500',
      '/api/v1/services?limit=500',
    ])
    expect(second && told(second)).toEqual({
      read: [
        'Service/toad',
        'Service/newt',
        'Service/toad',
        'EndpointSlice/toad-abc',
        'Ingress/toad',
        'Node/node-1',
        'Pod/newt-1',
        'Pod/toad-1',
      ],
      unread: expect.arrayContaining([
        'others pods everywhere but pond not_asked',
        'others events everywhere not_asked',
      ]),
    })
    expect(second?.provenance.unread.some(({ kind }) => kind === 'services')).toBe(false)
  })
})
