import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { describeLive } from '../support/describe-live.ts'
import { liveObjects, READ_AT, unreachable } from '../support/live-objects.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readBatch, readJob, readProblem } from '../support/read.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

const cluster = liveObjects()
let api: TestPortolan
let pod: Pod

beforeAll(async () => {
  const outside = { PORTOLAN_VANTAGE: 'outside' }
  ;[api, pod] = await Promise.all([startTestPortolan(outside, { clusterSource: cluster.source }), startPod('toad')])
})
afterAll(() => Promise.all([api.close(), pod.close()]))

const service = (namespace: string, name: string, labels: Record<string, string> = {}) => ({
  ...toadService(pod.port, { type: 'LoadBalancer' }),
  metadata: { name, namespace, labels },
  status: { loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } },
})
const servicesOf = ({ jobs }: { jobs: readonly { namespace: string; service: string }[] }) =>
  jobs.map((job) => `${job.namespace}/${job.service}`)

describeLive('a batch of live Services', () => {
  beforeEach(() => {
    cluster.set([
      service('shop', 'web', { app: 'a', tier: 'web' }),
      service('shop', 'db', { app: 'b' }),
      service('pond', 'toad', { app: 'a' }),
    ])
  })

  it.each([
    ['a namespace', { namespace: 'shop' }, ['shop'], null, ['shop/db', 'shop/web']],
    [
      'a selector in some namespaces',
      { selector: 'app in (a,b), !tier', namespaces: ['shop', 'pond'] },
      ['shop', 'pond'],
      'app in (a,b), !tier',
      ['pond/toad', 'shop/db'],
    ],
    ['a selector everywhere', { selector: 'app=a', namespaces: '*' }, null, 'app=a', ['pond/toad', 'shop/web']],
    ['labels as an object', { selector: { app: 'a' }, allNamespaces: true }, null, 'app=a', ['pond/toad', 'shop/web']],
    ['the whole cluster', { allNamespaces: true }, null, null, ['pond/toad', 'shop/db', 'shop/web']],
  ] as const)('is about %s, read once', async (_name, target, namespaces, selector, services) => {
    const before = cluster.reads.length
    const body = await readBatch(api.call('/v1/batches?wait=20', { json: { target } }))
    expect([body.verdict, servicesOf(body)]).toEqual(['pass', services])
    const reads = cluster.reads.slice(before)
    expect(reads).toEqual([{ target: { cluster: 'default', namespaces, selector }, how: { held: false } }])
    const one = { selector: {}, ...target, namespaces: namespaces ?? '*' }
    const shown = { namespace: namespaces?.length === 1 ? namespaces[0] : null, ...one }
    expect(body.target).toMatchObject({
      namespace: shown.namespace,
      namespaces: one.namespaces,
      selector: one.selector,
    })
    expect((await readBatch(api.call(`/v1/batches/${body.id}`))).target).toEqual(body.target)
    const job = await readJob(api.call(`/v1/jobs/${body.jobs[0]?.id}`))
    expect(job.objects).toMatchObject({ source: 'cluster', readAt: READ_AT })
  })

  it('is asked for without a body', async () => {
    const query = 'namespaces=shop&namespaces=pond&selector=app%20in%20(a,c)&selector=!tier&wait=20&label=commit=4f2a'
    const body = await readBatch(api.call(`/v1/batches?${query}`, { method: 'POST' }))
    expect([servicesOf(body), body.target.selector, body.labels]).toEqual([
      ['pond/toad'],
      'app in (a,c),!tier',
      { commit: '4f2a' },
    ])
    const all = await readBatch(api.call('/v1/batches?allNamespaces=true', { method: 'POST' }))
    expect(servicesOf(all)).toHaveLength(3)
  })

  it.each([
    ['no namespace', '', { target: {} }, '/target/namespace'],
    ['a selector without one', '', { target: { selector: 'app' } }, '/target/namespace'],
    ['nothing at all', '', undefined, '?namespace'],
    ['two scopes', '', { target: { namespace: 'shop', allNamespaces: true } }, '/target/allNamespaces'],
    ['a namespace that can be none', '', { target: { namespaces: ['shop', 'Shop/x'] } }, '/target/namespaces/1'],
    ['a selector that is none', '', { target: { namespace: 'shop', selector: 'app in' } }, '/target/selector'],
    ['labels that are none', '', { target: { namespace: 'shop', selector: { 'a b': 'c' } } }, '/target/selector'],
    ['a selector that is none, in the query', '?namespace=shop&selector=app%20in%20(', undefined, '?selector'],
    ['a long query', `?namespace=shop&selector=${'a,'.repeat(2100)}b`, undefined, '?selector/0'],
  ])('is refused with %s', async (_name, query, json, pointer) => {
    const before = cluster.reads.length
    const response = await api.call(`/v1/batches${query}`, { method: 'POST', ...(json && { json }) })
    const { code, errors } = await readProblem(response)
    expect([response.status, code, errors[0]?.pointer]).toEqual([400, 'invalid_request', pointer])
    expect(cluster.reads).toHaveLength(before)
  })

  it('tells where in a selector the fault is', async () => {
    const json = { target: { namespace: 'shop', selector: 'app in (a b)' } }
    const { errors } = await readProblem(api.call('/v1/batches', { json }))
    expect(errors[0]?.detail).toBe('Not a label selector: at character 11: found "b", expected a comma or ")"')
  })

  it('is a 404 where no such Service is there, and names those beyond the limit', async () => {
    const none = await api.call('/v1/batches', { json: { target: { namespace: 'shop', selector: 'app=newt' } } })
    expect([none.status, (await readProblem(none)).code]).toEqual([404, 'service_not_found'])
    cluster.set(Array.from({ length: 52 }, (_, i) => service('shop', `s${10 + i}`)))
    const many = await api.call('/v1/batches', { json: { target: { allNamespaces: true } } })
    const { code, detail } = await readProblem(many)
    expect([many.status, code]).toEqual([422, 'impossible_request'])
    expect(detail).toContain('Beyond the limit are shop/s60, shop/s61.')
  })

  it('is refused as a whole where the cluster cannot be read', async () => {
    cluster.refuse(unreachable())
    const response = await api.call('/v1/batches', { json: { target: { namespace: 'shop' } } })
    cluster.refuse(null)
    expect([response.status, (await readProblem(response)).code]).toEqual([502, 'cluster_unreachable'])
  })
})

it('of manifests takes the grammar of selectors too', async () => {
  const manifests = [service('shop', 'web', { app: 'a' }), service('shop', 'db', { app: 'b' })]
  const body = await readBatch(api.call('/v1/batches', { json: { target: { manifests, selector: 'app notin (b)' } } }))
  expect(servicesOf(body)).toEqual(['shop/web'])
  const yaml = manifests.map((each) => JSON.stringify(each)).join('\n---\n')
  expect(servicesOf(await readBatch(api.call('/v1/batches?selector=app!=a', { yaml })))).toEqual(['shop/db'])
})
