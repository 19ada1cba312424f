/** Several clusters, over real HTTP: real API servers on loopback, a real kubeconfig, a real database. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { readConfig } from '../../../src/runtime/node/config.ts'
import { startPortolan } from '../../../src/runtime/node/server.ts'
import { ADMIN_TOKEN, type ApiServer, type KubeObject, startApiServer } from '../../support/api-server.ts'
import { openPage } from '../../support/html.ts'
import { writeKubeconfig } from '../../support/kubeconfig.ts'
import { startTestPortolan, type TestPortolan } from '../../support/portolan.ts'
import { type Problem, pathOf, read, readJob, readPlan, readProblem } from '../../support/read.ts'

const root = mkdtempSync(join(tmpdir(), 'portolan-clusters-'))
let east: ApiServer
let west: ApiServer

const inShop = (name: string, spec: object = {}, labels: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop', labels: { app: name, ...labels } },
  spec: {
    type: 'ClusterIP',
    clusterIP: '10.96.0.10',
    clusterIPs: ['10.96.0.10'],
    ipFamilies: ['IPv4'],
    ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }],
    selector: { app: name },
    ...spec,
  },
})

const SHOP: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }
const INGRESS: KubeObject = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'front', namespace: 'shop' },
  spec: {
    ingressClassName: 'nginx',
    rules: [
      {
        host: 'toad.example',
        http: {
          paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'toad', port: { number: 80 } } } }],
        },
      },
    ],
  },
}

const opened: { close(): Promise<unknown> }[] = []
const keep = <T extends { close(): Promise<unknown> }>(each: T): T => {
  opened.push(each)
  return each
}

beforeAll(async () => {
  east = await startApiServer({ clusterUid: 'uid-of-east' })
  west = await startApiServer({ clusterUid: 'uid-of-west', hasGateway: true })
  for (const server of [east, west]) {
    // The same address in both, as clusters made by one script have
    server.objects.applyAll([SHOP, inShop('toad'), inShop('frog', {}, { tier: 'web' }), INGRESS])
  }
})
afterEach(() => Promise.all(opened.splice(0).map((each) => each.close())))
afterAll(async () => {
  await Promise.all([east.close(), west.close()])
  rmSync(root, { recursive: true })
})

const folder = () => mkdtempSync(join(root, 'c-'))

async function both(env: Record<string, string> = {}): Promise<TestPortolan> {
  const file = writeKubeconfig(folder(), { 'arn:aws:eks:eu:1:cluster/east': { server: east }, west: { server: west } })
  return keep(
    await startTestPortolan({
      PORTOLAN_KUBECONFIG: file,
      PORTOLAN_CLUSTERS: 'east=arn:aws:eks:eu:1:cluster/east,west=west',
      PORTOLAN_CLUSTER: 'east',
      ...env,
    }),
  )
}

const plan = (portolan: TestPortolan, target: object = {}) =>
  portolan.call('/v1/plan', { json: { target: { namespace: 'shop', service: 'toad', ...target } } })

type Page = { items: Record<string, unknown>[]; nextCursor: string | null }

const clustersOf = async (portolan: TestPortolan) => (await read<Page>(portolan.call('/v1/clusters'))).items

/** What stops the start. */
const refusal = async (env: Record<string, string>): Promise<string> => {
  try {
    const config = readConfig({ PORTOLAN_PORT: '0', PORTOLAN_DATABASE: join(folder(), 'portolan.db'), ...env })
    keep(await startPortolan(config))
  } catch (error) {
    return (error as Error).message.replaceAll(root, '…')
  }
  return 'it has started'
}

describe('several clusters', () => {
  it('are read by name; only in the one that the prober stands in its addresses are tried', async () => {
    const portolan = await both()
    const clusterIP = async (target: object) => {
      const planned = await readPlan(plan(portolan, target))
      const { address, skipped } = pathOf(planned, 'ClusterIP')
      return { cluster: planned.target.cluster, address, skip: skipped?.reason ?? null }
    }
    expect(await clusterIP({})).toEqual({ cluster: 'east', address: '10.96.0.10', skip: null })
    expect(await clusterIP({ cluster: 'west' })).toEqual({ cluster: 'west', address: '10.96.0.10', skip: 'vantage' })
  })

  it('that are not configured are told from those that are', async () => {
    const { status, code, detail } = await readProblem(plan(await both(), { cluster: 'wets' }))
    expect([status, code, detail]).toEqual([
      422,
      'no_cluster',
      'No live cluster "wets" is configured (did you mean "west"?). Those that are: east, west. PORTOLAN_CLUSTERS names more.',
    ])
  })

  it('tell how they are, page by page', async () => {
    const portolan = await both()
    await plan(portolan)
    const first = await read<Page>(portolan.call('/v1/clusters?limit=1'))
    expect(first.items).toEqual([
      {
        name: 'east',
        source: 'kubeconfig',
        state: 'synced',
        since: expect.any(String),
        server: east.url,
        version: expect.stringMatching(/^v1\./),
        identity: 'known',
        problem: null,
        kinds: expect.arrayContaining([
          { kind: 'Service', count: null, watched: false, lagMs: null, forbidden: false, rule: null },
          { kind: 'Namespace', count: null, watched: false, lagMs: null, forbidden: false, rule: null },
        ]),
      },
    ])
    const second = await read<Page>(portolan.call(`/v1/clusters?limit=1&cursor=${first.nextCursor}`))
    expect([second.items.map(({ name }) => name), second.nextCursor]).toEqual([['west'], null])
  })

  it('are told without waiting for one that does not answer', async () => {
    west.faults.add({ match: {}, fault: { kind: 'silent' } })
    try {
      const portolan = await both()
      const begun = performance.now()
      expect(await clustersOf(portolan)).toMatchObject([
        { name: 'east', state: 'synced' },
        { name: 'west', state: 'syncing', version: null },
      ])
      expect(performance.now() - begun).toBeLessThan(6_000)
    } finally {
      west.faults.clear()
    }
  })

  it('are well after a Service was asked for that is not there, or may not be read', async () => {
    const portolan = await both()
    await clustersOf(portolan)
    const slow = { kind: 'slow', ms: 300 } as const
    west.faults.add({ match: { verb: 'list' }, fault: slow })
    try {
      expect(await readProblem(plan(portolan, { cluster: 'west', service: 'newt' }))).toMatchObject({ status: 404 })
      west.faults.add({ match: { verb: 'get', resource: 'services' }, fault: { kind: 'forbidden' } })
      const refused = await readProblem(plan(portolan, { cluster: 'west' }))
      expect(refused).toMatchObject({ status: 502, code: 'cluster_refused' })
    } finally {
      west.faults.clear()
    }
    expect(await clustersOf(portolan)).toMatchObject([
      { name: 'east' },
      { name: 'west', state: 'synced', problem: null },
    ])
  })

  it('are not there where their path leads to no API', async () => {
    const file = writeKubeconfig(folder(), {
      east: { server: { url: `${east.url}/k8s/clusters/c-1`, caPem: east.caPem } },
    })
    const portolan = keep(await startTestPortolan({ PORTOLAN_KUBECONFIG: file }))
    expect(await clustersOf(portolan)).toMatchObject([
      { state: 'unreachable', problem: expect.stringMatching(/\(404\): is its address right, with its path\?$/) },
    ])
  })

  it('tell when they are out of reach, or do not take the credentials', async () => {
    const away = await startApiServer()
    await away.close()
    const file = writeKubeconfig(folder(), { away: { server: away }, west: { server: west, token: 'not-a-token' } })
    const portolan = keep(
      await startTestPortolan({ PORTOLAN_KUBECONFIG: file, PORTOLAN_CLUSTERS: 'away,west', PORTOLAN_CLUSTER: 'away' }),
    )
    expect(await clustersOf(portolan)).toMatchObject([
      { name: 'away', state: 'unreachable', version: null, problem: expect.stringContaining('refused (ECONNREFUSED)') },
      {
        name: 'west',
        state: 'refused',
        problem: expect.stringContaining('does not know the credentials: Unauthorized (401)'),
      },
    ])
    expect(await readProblem(plan(portolan))).toMatchObject({ status: 502, code: 'cluster_unreachable' })
    expect(JSON.stringify([portolan.lines, await clustersOf(portolan)])).not.toContain('not-a-token')
  })
})

describe('the Services of a cluster', () => {
  const listed = async (portolan: TestPortolan, query: string) => {
    const answer = await portolan.call(`/v1/clusters/${query}`)
    expect(answer.status).toBe(200)
    return read<Page>(answer)
  }

  it('are there with their ports, their routes and their last verdict', async () => {
    west.objects.apply({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: 'api', namespace: 'shop' },
      spec: { parentRefs: [{ name: 'edge' }], rules: [{ backendRefs: [{ name: 'frog', port: 80 }] }] },
    })
    const portolan = await both()
    const none = { lastVerdict: null, lastJobId: null, lastAt: null }
    const ports = [{ name: 'http', port: 80, protocol: 'TCP' }]
    const shop = { namespace: 'shop', type: 'ClusterIP', ports, unread: [], ...none }
    expect((await listed(portolan, 'west/services?namespace=shop')).items).toEqual([
      { ...shop, name: 'frog', routes: [{ kind: 'HTTPRoute', namespace: 'shop', name: 'api' }] },
      { ...shop, name: 'toad', routes: [{ kind: 'Ingress', namespace: 'shop', name: 'front' }] },
    ])
    const job = { target: { namespace: 'shop', service: 'toad', cluster: 'west' } }
    const run = await readJob(portolan.call('/v1/jobs?wait=30', { json: job }))
    expect((await listed(portolan, 'west/services?q=shop/to')).items).toMatchObject([
      { name: 'toad', lastVerdict: run.verdict, lastJobId: run.id },
    ])
    expect((await listed(portolan, 'east/services?q=shop/to')).items).toMatchObject([{ name: 'toad', ...none }])
  })

  it('are found by labels, and come page by page', async () => {
    const portolan = await both()
    const names = ({ items }: Page) => items.map(({ name }) => name)
    expect(names(await listed(portolan, 'east/services?selector=tier'))).toEqual(['frog'])
    const first = await listed(portolan, 'east/services?namespace=shop&limit=1')
    const rest = await listed(portolan, `east/services?namespace=shop&limit=1&cursor=${first.nextCursor}`)
    expect([names(first), names(rest), rest.nextCursor]).toEqual([['frog'], ['toad'], null])
  })

  it('are asked for in a namespace whose name one can have, and nothing else is asked', async () => {
    const portolan = await both()
    east.seen.clear()
    for (const namespace of ['shop/secrets?a=', 'a/services/b/proxy/x?', '..', 'a\nb', 'Shop']) {
      const problem = await readProblem(
        portolan.call(`/v1/clusters/east/services?namespace=${encodeURIComponent(namespace)}`),
      )
      expect([problem.status, problem.code, problem.errors?.[0]?.pointer]).toEqual([
        400,
        'invalid_request',
        '?namespace',
      ])
    }
    expect(east.seen.lines()).toEqual([])
  })

  it('are those of the namespaces that may be read, where all may not', async () => {
    const fault = east.faults.add({
      match: { path: /^.api.v1.services/ },
      fault: { kind: 'forbidden' },
    })
    const refused = await readProblem((await both()).call('/v1/clusters/east/services'))
    expect(refused).toMatchObject({ status: 502, code: 'cluster_refused' })
    const { items } = await listed(await both({ PORTOLAN_NAMESPACES: 'shop' }), 'east/services')
    fault.remove()
    expect(items.map(({ name }) => name)).toEqual(['frog', 'toad'])
  })

  it('say which routes could not be read', async () => {
    const fault = east.faults.add({ match: { resource: 'ingresses' }, fault: { kind: 'forbidden' } })
    const { items } = await listed(await both(), 'east/services?namespace=shop')
    fault.remove()
    expect(items).toMatchObject([
      { name: 'frog', routes: [], unread: ['Ingress'] },
      { name: 'toad', routes: [], unread: ['Ingress'] },
    ])
  })

  it('are told on the page of the clusters, with the rule that allows what may not be read', async () => {
    const fault = east.faults.add({ match: { resource: 'ingresses' }, fault: { kind: 'forbidden' } })
    const portolan = await both()
    const services = await openPage(portolan, '/clusters/east?namespace=shop')
    fault.remove()
    expect(services.text).toContain('(not read: Ingress) never looked at Look now at shop/toad Schedule for shop/toad')
    const { kinds } = (await clustersOf(portolan)).find(({ name }) => name === 'east') as {
      kinds: { rule: string | null }[]
    }
    const rules = kinds.flatMap(({ rule }) => rule ?? [])
    expect(rules).toEqual([
      expect.stringContaining('apiGroups: ["networking.k8s.io"], resources: [ingresses], verbs: [list, watch]'),
    ])
    const { text } = await openPage(portolan, '/clusters')
    expect(text).toContain('east ✓ Read since')
    expect(text).toContain(`What may not be read`)
    expect(text).toContain(rules[0]?.replaceAll(/\s+/g, ' ').trim())
  })
})

describe('another cluster under the same name', () => {
  it('is told, and no job of it joins the history of the first', async () => {
    const place = folder()
    const env = {
      PORTOLAN_DATABASE: join(place, 'portolan.db'),
      PORTOLAN_KUBECONFIG: writeKubeconfig(place, { here: { server: east } }),
    }
    const first = await startTestPortolan(env)
    expect((await plan(first)).status).toBe(200)
    await first.close()
    writeKubeconfig(place, { here: { server: west } })
    const second = keep(await startTestPortolan(env))
    const problem: Problem = await readProblem(plan(second))
    expect([problem.status, problem.code]).toEqual([409, 'conflict'])
    expect(problem.detail).toMatch(
      /^https:\/\/127\.0\.0\.1:\d+ is another cluster than the one that has been "default" since .*Give this one another name/,
    )
    expect(await clustersOf(second)).toMatchObject([{ name: 'default', state: 'refused', identity: 'other' }])
    expect(second.lines.filter((line) => line.includes('cluster_is_another'))).toHaveLength(1)
  })

  it('cannot be told where kube-system may not be read, which is told', async () => {
    const fault = east.faults.add({ match: { resource: 'namespaces' }, fault: { kind: 'forbidden' } })
    const portolan = await both()
    expect((await plan(portolan)).status).toBe(200)
    expect((await clustersOf(portolan))[0]).toMatchObject({ name: 'east', state: 'synced', identity: 'unknown' })
    fault.remove()
  })
})

describe('a server does not start', () => {
  it('where the kubeconfig has no such contexts: all of them are named at once', async () => {
    const file = writeKubeconfig(folder(), { east: { server: east } })
    expect(await refusal({ PORTOLAN_KUBECONFIG: file, PORTOLAN_CLUSTERS: 'a=eats,b=west' })).toMatch(
      /^PORTOLAN_CLUSTERS \(a\): \S+: there is no context "eats"; did you mean "east"\?; contexts are east; PORTOLAN_CLUSTERS \(b\): \S+: there is no context "west"; did you mean "east"\?; contexts are east$/,
    )
    expect(await refusal({ PORTOLAN_KUBECONFIG: '/no/such' })).toBe(
      'PORTOLAN_KUBECONFIG: /no/such: there is no such file (ENOENT)',
    )
    expect(await refusal({ PORTOLAN_CLUSTERS: 'a=b' })).toBe(
      'PORTOLAN_CLUSTERS: names contexts of a kubeconfig: set PORTOLAN_KUBECONFIG to its path',
    )
  })

  it('without tokens off loopback, where anybody could read the cluster through it', async () => {
    const file = writeKubeconfig(folder(), { east: { server: east } })
    const open = { PORTOLAN_HOST: '0.0.0.0', PORTOLAN_AUTH: 'none' }
    expect(await refusal({ ...open, PORTOLAN_KUBECONFIG: file })).toMatch(/^PORTOLAN_AUTH=none: a live cluster is read/)
    expect(await refusal(open)).toBe('it has started')
    expect(await refusal({ PORTOLAN_AUTH: 'none', PORTOLAN_KUBECONFIG: file })).toBe('it has started')
  })

  it('and tells of no token, whatever it tells', async () => {
    const file = writeKubeconfig(folder(), { east: { server: east } })
    const portolan = keep(await startTestPortolan({ PORTOLAN_KUBECONFIG: file }))
    await plan(portolan)
    expect(portolan.lines.join('\n')).not.toContain(ADMIN_TOKEN)
  })
})

describe('what discovery watches', () => {
  it('is shown by kind, and a Service that asks to be probed has its schedule when it is made', async () => {
    const server = keep(await startApiServer())
    server.objects.apply(SHOP)
    const portolan = keep(
      await startTestPortolan({
        PORTOLAN_KUBECONFIG: writeKubeconfig(folder(), { live: { server } }),
        PORTOLAN_DISCOVER: 'annotated',
      }),
    )
    await vi.waitFor(() => expect(server.openWatches).toBe(2), { timeout: 20_000, interval: 20 })
    const [cluster] = await clustersOf(portolan)
    expect(cluster?.kinds).toEqual(
      expect.arrayContaining([
        { kind: 'Namespace', count: 5, watched: true, lagMs: expect.any(Number), forbidden: false, rule: null },
        { kind: 'Service', count: 0, watched: true, lagMs: expect.any(Number), forbidden: false, rule: null },
      ]),
    )
    const toad = inShop('toad')
    server.objects.apply({ ...toad, metadata: { ...toad.metadata, annotations: { 'portolan.dev/probe': 'true' } } })
    await vi.waitFor(
      async () =>
        expect(await read<object>(portolan.call('/v1/schedules'))).toMatchObject({
          items: [{ managedBy: 'discovery' }],
        }),
      { timeout: 20_000, interval: 100 },
    )
  })
})
