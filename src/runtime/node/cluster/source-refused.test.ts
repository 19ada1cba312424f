import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ApiServer, Fault, KubeObject } from '../../../../test/support/api-server.ts'
import { liveClusters, mayRead, PLAN_DEPS } from '../../../../test/support/live-cluster.ts'
import { ingress, node, pod, service, slice } from '../../../../test/support/manifests.ts'
import { aRequest } from '../../../../test/support/request.ts'
import { planRequest } from '../../../job/plan-request.ts'
import type { ObjectSource, ObjectsRead } from '../../../kube/object-source.ts'
import { PROBLEMS, ProblemError } from '../../../lib/problem.ts'

const as = (...objects: unknown[]): KubeObject[] => objects as KubeObject[]
const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })

const POND = as(
  namespace('pond'),
  namespace('moor'),
  namespace('marsh'),
  service({ type: 'NodePort', ports: [{ name: 'http', port: 80, targetPort: 8080, nodePort: 30080 }] }),
  slice([{ at: '10.244.0.9', node: 'node-1', pod: 'toad-1' }]),
  pod('toad-1', { nodeName: 'node-1' }),
  ingress([{}]),
  node('node-1', { InternalIP: '192.0.2.1' }),
  service({ clusterIP: '10.96.0.8' }, { name: 'newt' }),
  service({ clusterIP: '10.96.0.9' }, { namespace: 'moor' }),
  service({ clusterIP: '10.96.0.10' }, { namespace: 'marsh', name: 'eft' }),
)
const ANEW = { held: false }
const TOAD = { cluster: 'default', namespace: 'pond', service: 'toad' }

const live = liveClusters()
afterAll(live.closeAll)
let server: ApiServer
beforeAll(async () => {
  server = (await live.of(POND)).server
})
afterEach(() => server.faults.clear())

/** Lists what is not known for another reason than that nobody has asked. */
const reasons = ({ provenance }: ObjectsRead) =>
  provenance.unread
    .filter(({ reason }) => reason !== 'not_asked')
    .map(({ kind, namespace: where, besides, part, reason }) =>
      [reason, part, kind, where ?? (besides.length > 0 ? `everywhere but ${besides}` : 'everywhere')].join(' '),
    )
    .toSorted()

const reader = (name: string, resources: readonly string[], namespaces: readonly string[] | null = null) =>
  live.connect(server, { token: mayRead(server, name, resources, namespaces), namespaces: namespaces ?? [] }).source

const plan = (source: ObjectSource, target: Partial<typeof TOAD> = TOAD) =>
  planRequest(
    PLAN_DEPS,
    aRequest({ target: { cluster: 'default', namespace: null, service: null, ...target } }),
    source,
  )

async function problemOf(asked: Promise<unknown>): Promise<ProblemError> {
  const met = await asked.then(
    () => null,
    (error: unknown) => error,
  )
  if (!(met instanceof ProblemError)) {
    throw new Error('it was no problem', { cause: met })
  }
  return met
}

const ALL = [
  'services',
  'endpoints',
  'nodes',
  'pods',
  'namespaces',
  'events',
  'endpointslices.discovery.k8s.io',
  'ingresses.networking.k8s.io',
  'ingressclasses.networking.k8s.io',
  'networkpolicies.networking.k8s.io',
  'deployments.apps',
  'statefulsets.apps',
  'daemonsets.apps',
  'replicasets.apps',
  'jobs.batch',
]
const but = (...resources: string[]) => ALL.filter((each) => !resources.includes(each.split('.')[0] ?? ''))

describe('what may not be read', () => {
  it.each([
    ['nodes', ['forbidden all nodes everywhere']],
    ['pods', ['forbidden all pods pond']],
    ['endpointslices', ['forbidden all endpointSlices pond']],
    ['ingresses', ['forbidden all ingresses pond']],
  ])('makes the plan smaller, with the reason: %s', async (resource, expected) => {
    const source = reader(`no-${resource}`, but(resource))
    const read = await source.read(TOAD, ANEW)
    expect(reasons(read)).toEqual(
      [...expected, 'not_served all gatewayRoutes pond', 'not_served all openShiftRoutes pond'].toSorted(),
    )
    const unread = read.provenance.unread.find(({ reason }) => reason === 'forbidden')
    expect(unread?.refused).toMatchObject({
      verb: 'list',
      resource,
      user: `system:serviceaccount:portolan:no-${resource}`,
    })
    expect((await plan(source)).plan.target).toEqual(TOAD)
  })

  it('leaves a plan even where everything but Services is forbidden', async () => {
    const source = reader('services-alone', ['services'])
    const { plan: planned, provenance } = await plan(source)
    expect(planned.paths.map(({ kind }) => kind)).toContain('ClusterIP')
    const forbidden = provenance.unread.filter(({ reason }) => reason === 'forbidden').map(({ kind }) => kind)
    for (const kind of ['endpointSlices', 'pods', 'ingresses', 'nodes', 'networkPolicies', 'ingressClasses'] as const) {
      expect(forbidden).toContain(kind)
    }
  })

  it('is one of the named problems where it is the Service itself, with the rule that allows it', async () => {
    const problem = await problemOf(reader('nobody', []).read(TOAD, ANEW))
    expect({ code: problem.code, detail: problem.detail }).toEqual({
      code: 'cluster_refused',
      detail: expect.stringMatching(
        /^Cluster default does not let Portolan get services in namespace pond\. .*This allows it:\napiVersion: rbac(.|\n)*kind: Role\n(.|\n)*resources: \[services\]/,
      ),
    })
    const unknown = await problemOf(live.connect(server, { token: 'of-nobody' }).source.read(TOAD, ANEW))
    expect(unknown.code).toBe('cluster_refused')
  })

  it('is read in each allowed namespace by itself, and the rest is named', async () => {
    const source = reader('two', but('nodes', 'ingressclasses'), ['pond', 'moor'])
    const read = await source.read({ cluster: 'default', namespaces: null, selector: null }, ANEW)
    expect(read.objects.services.map(({ meta }) => `${meta.namespace}/${meta.name}`).toSorted()).toEqual([
      'moor/toad',
      'pond/newt',
      'pond/toad',
    ])
    expect(reasons(read)).toEqual([
      'forbidden all endpointSlices everywhere but pond,moor',
      'forbidden all endpoints everywhere but pond,moor',
      'forbidden all ingressClasses everywhere',
      'forbidden all ingresses everywhere but pond,moor',
      'forbidden all networkPolicies everywhere but pond,moor',
      'forbidden all nodes everywhere',
      'forbidden all pods everywhere but pond,moor',
      'forbidden all services everywhere but pond,moor',
      'not_served all gatewayRoutes everywhere',
      'not_served all openShiftRoutes everywhere',
    ])
    const refused = await problemOf(
      live
        .connect(server, { token: mayRead(server, 'two', [], null) })
        .source.read({ cluster: 'default', namespaces: null, selector: null }, ANEW),
    )
    expect(refused.code).toBe('cluster_refused')
  })

  it('is no part of a batch that passes without it: a namespace that is named and cannot be read is a problem', async () => {
    const both = { cluster: 'default', namespaces: ['pond', 'marsh'], selector: null }
    const source = reader('one-of-two', ALL, ['pond'])
    const problem = await problemOf(source.read(both, ANEW))
    expect([problem.code, problem.errors[0]?.detail]).toEqual([
      'cluster_refused',
      'list services in namespace marsh: forbidden',
    ])
    const only = await source.read(both, { held: false, only: ['services', 'namespaces'] })
    expect(reasons(only)).toContain('forbidden all services marsh')

    const two = reader('broken-one', ALL, ['pond', 'marsh'])
    server.faults.add({ match: { resource: 'services', namespace: 'marsh' }, fault: { kind: 'reset' } })
    for (const namespaces of [['pond', 'marsh'], null]) {
      const broken = await problemOf(two.read({ ...both, namespaces }, ANEW))
      expect(broken.code).toBe('cluster_unreachable')
    }
  })

  it('is wanted once: what is forbidden is not asked for again and again', async () => {
    const source = reader('no-pods-at-all', but('pods'))
    server.seen.clear()
    await plan(source)
    const asked = server.seen.requests.filter(({ resource }) => resource === 'pods').map(({ path }) => path)
    expect(asked).toEqual([...new Set(asked)])
  })
})

describe('a Service that is not there', () => {
  const source = () => live.connect(server).source
  it.each([
    [
      { service: 'toat' },
      'Service/toat is not in namespace pond of cluster default. Did you mean toad? There are: newt, toad.',
      '/target/service',
    ],
    [
      { service: 'eft' },
      'Service/eft is not in namespace pond of cluster default. Namespace marsh has one of that name. There are: newt, toad.',
      '/target/namespace',
    ],
    [
      { namespace: 'bog' },
      'Service/toad is not in namespace bog of cluster default. There is no namespace bog. Namespace moor, pond has one of that name.',
      '/target/namespace',
    ],
    [
      { namespace: 'bog', service: null },
      'There is no Service in namespace bog of cluster default, and no such namespace.',
      '/target/namespace',
    ],
  ])('is a 404 that says what there is: %o', async (over, detail, pointer) => {
    const problem = await problemOf(source().read({ ...TOAD, ...over }, ANEW))
    expect({ code: problem.code, status: problem.status, errors: problem.errors }).toEqual({
      code: 'service_not_found',
      status: 404,
      errors: [{ pointer, detail }],
    })
  })

  it('is the only one of its namespace where none is named, and ambiguous where there are several', async () => {
    const { provenance: _, ...read } = await source().read({ ...TOAD, namespace: 'marsh', service: null }, ANEW)
    expect(read.found).toEqual({ namespace: 'marsh', service: 'eft' })
    const problem = await problemOf(source().read({ ...TOAD, service: null }, ANEW))
    expect({ code: problem.code, status: problem.status, detail: problem.detail }).toEqual({
      code: 'service_ambiguous',
      status: 422,
      detail: 'There are several Services in namespace pond: newt, toad. Say which one is meant by its name.',
    })
  })

  it('is looked for in the namespace of the context, else in default', async () => {
    const ofContext = live.connect(server, { namespace: 'moor' }).source
    expect((await ofContext.read({ ...TOAD, namespace: null }, ANEW)).found?.namespace).toBe('moor')
    const problem = await problemOf(source().read({ ...TOAD, namespace: null }, ANEW))
    expect(problem.detail).toContain('is not in namespace default of cluster default. Namespace moor, pond has')
  })
})

describe('an object that this release cannot read', () => {
  it('is left out with the reason, and what it is of is unknown there', async () => {
    const odd = { ...pod('toad-9'), spec: { containers: [] } }
    const { source } = await live.of([...POND, ...as(odd)])
    const { objects, ignored, provenance } = await source.read(TOAD, ANEW)
    const reason = 'spec.containers: missing, expected a list with at least one container.'
    expect({ pods: objects.pods.map(({ meta }) => meta.name), ignored }).toEqual({
      pods: ['toad-1'],
      ignored: [{ object: 'Pod/toad-9', reason }],
    })
    expect(provenance.unread.find(({ kind, reason: why }) => kind === 'pods' && why === 'failed')).toMatchObject({
      namespace: 'pond',
      part: 'all',
      detail: `Pod/toad-9 is there, and this release cannot read it: ${reason}`,
    })
  })

  it('is said to be that where it is the Service itself', async () => {
    const { source } = await live.of(as(service({ sessionAffinity: 'Sometimes' })))
    expect(await problemOf(source.read(TOAD, ANEW))).toMatchObject({
      code: 'not_supported',
      detail: expect.stringContaining('spec.sessionAffinity: found "Sometimes", expected None or ClientIP.'),
    })
  })
})

describe('the deadline of a read', () => {
  it('ends what is under way, which is unknown then, and what has come is planned', async () => {
    const { server: slow, source } = await live.of(POND, { deadlineMs: 1_500 })
    slow.faults.add({ match: { resource: 'ingresses' }, fault: { kind: 'silent' } })
    slow.faults.add({ match: { resource: 'pods' }, fault: { kind: 'slow-body', ms: 1_000, chunkBytes: 1 } })
    const read = await source.read(TOAD, ANEW)
    expect(reasons(read)).toEqual([
      'failed all ingresses pond',
      'failed all pods pond',
      'not_served all gatewayRoutes pond',
      'not_served all openShiftRoutes pond',
    ])
    await expect.poll(() => slow.seen.requests.filter(({ isOpen }) => isOpen).length).toBe(0)
  })

  it('is not waited for where the Service cannot be read', async () => {
    const { server: slow, source } = await live.of(POND)
    slow.faults.add({ match: { resource: 'ingresses' }, fault: { kind: 'silent' } })
    slow.faults.add({ match: { resource: 'services', name: 'toad' }, fault: { kind: 'forbidden' } })
    const problem = await problemOf(source.read(TOAD, ANEW))
    expect(problem.code).toBe('cluster_refused')
    await expect.poll(() => slow.seen.requests.filter(({ isOpen }) => isOpen).length).toBe(0)
  })
})

const FAULTS: readonly [string, Fault, string][] = [
  ['gone', { kind: 'gone' }, 'cluster_unreachable'],
  ['unauthorized', { kind: 'unauthorized' }, 'cluster_refused'],
  ['forbidden', { kind: 'forbidden' }, 'cluster_refused'],
  ['throttled', { kind: 'throttled', retryAfter: 60 }, 'unavailable'],
  ['internal', { kind: 'internal' }, 'unavailable'],
  ['starting', { kind: 'starting' }, 'unavailable'],
  ['aggregated', { kind: 'aggregated' }, 'unavailable'],
  ['timed-out', { kind: 'timed-out' }, 'unavailable'],
  ['html', { kind: 'html' }, 'unavailable'],
  ['html-200', { kind: 'html-200' }, 'cluster_unreachable'],
  ['empty', { kind: 'empty' }, 'cluster_unreachable'],
  ['not-json', { kind: 'not-json' }, 'cluster_unreachable'],
  [
    'another object',
    { kind: 'answer', status: 200, body: '{"kind":"Status","apiVersion":"v1"}' },
    'cluster_unreachable',
  ],
  ['a text', { kind: 'answer', status: 200, body: '"toad"' }, 'cluster_unreachable'],
  ['cut', { kind: 'cut' }, 'cluster_unreachable'],
  ['reset', { kind: 'reset' }, 'cluster_unreachable'],
  ['close', { kind: 'close' }, 'cluster_unreachable'],
  ['silent', { kind: 'silent' }, 'cluster_unreachable'],
]

/** The requests of the first step but for the Service itself, and the kind that each is about. */
const BESIDE: readonly [string, string][] = [
  ['endpointslices', 'endpointSlices'],
  ['pods', 'pods'],
  ['ingresses', 'ingresses'],
  ['ingressclasses', 'ingressClasses'],
  ['networkpolicies', 'networkPolicies'],
  ['nodes', 'nodes'],
]

/** Each of these asks as somebody else, so that all can be failed at once. */
const asUser = (name: string, fault: Fault): ObjectSource =>
  live.connect(server, {
    token: mayRead(server, name, ALL),
    // The deadline alone ends these
    ...(fault.kind === 'silent' || fault.kind === 'starting' ? { deadlineMs: 2_000 } : {}),
  }).source

describe.each(FAULTS)('an answer that fails: %s', (name, fault, code) => {
  it('is a named problem where it is about the Service, and says nothing of the Service', async () => {
    server.faults.add({ match: { resource: 'services', name: 'toad' }, fault })
    const problem = await problemOf(plan(asUser('of-all', fault)))
    expect(problem.code).toBe(code)
    expect(PROBLEMS[problem.code][0]).not.toBe(500)
    expect(problem.headers['retry-after'] !== undefined).toBe(code === 'unavailable')
  })

  it('leaves unknown the kind that it is about, and the plan is made', async () => {
    const expected = name === 'forbidden' ? 'forbidden' : 'failed'
    await Promise.all(
      BESIDE.map(async ([resource, kind]) => {
        const user = `of-${resource}`
        const source = asUser(user, fault)
        server.faults.add({ match: { resource, user: `system:serviceaccount:portolan:${user}` }, fault })
        const { plan: planned, provenance } = await plan(source)
        const met = provenance.unread.filter((each) => each.kind === kind && each.reason !== 'not_asked')
        expect([planned.target, kind, [...new Set(met.map(({ reason }) => reason))]]).toEqual([TOAD, kind, [expected]])
      }),
    )
  })
})
