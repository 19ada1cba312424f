import { XMLParser } from 'fast-xml-parser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readBatch, readBatches, readJob, readProblem } from '../support/read.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

let api: TestPortolan
let pod: Pod

beforeAll(async () => {
  ;[api, pod] = await Promise.all([startTestPortolan(), startPod('toad-xueq1')])
})
afterAll(() => Promise.all([api.close(), pod.close()]))

const service = (name: string, { port = pod.port, namespace = 'default', labels = {}, spec = {} } = {}) => ({
  ...toadService(port, spec),
  metadata: { name, namespace, labels },
})
const only = { paths: { include: ['ClusterIP'] } }
const batchOf = (manifests: readonly unknown[], target: Record<string, unknown> = {}) => ({
  ...only,
  target: { manifests, ...target },
})
const servicesOf = ({ jobs }: { jobs: readonly { namespace: string; service: string }[] }) =>
  jobs.map((job) => `${job.namespace}/${job.service}`)

describe('POST /v1/batches', () => {
  it('answers 202 with Location and a job for each Service', async () => {
    const response = await api.call('/v1/batches', { json: batchOf([service('toad'), service('frog')]) })
    const body = await readBatch(response)
    expect([response.status, response.headers.get('location')]).toEqual([202, `/v1/batches/${body.id}`])
    expect(body).toMatchObject({ target: { cluster: 'default', namespace: null, selector: {} }, verdict: null })
    expect(servicesOf(body)).toEqual(['default/frog', 'default/toad'])
    expect(await readJob(api.call(`/v1/jobs/${body.jobs[0]?.id}?wait=20`))).toMatchObject({
      target: { cluster: 'default', namespace: 'default', service: 'frog' },
      verdict: 'pass',
    })
  })

  it('waits for all of its jobs; one that fails fails the batch', async () => {
    const working = await api.call('/v1/batches?wait=20', { json: batchOf([service('toad'), service('frog')]) })
    expect([working.status, working.headers.get('preference-applied')]).toEqual([200, 'wait=20'])
    expect(await readBatch(working)).toMatchObject({
      ...{ status: 'finished', verdict: 'pass' },
      jobs: [
        { verdict: 'pass', summary: { pass: 1, fail: 0 } },
        { verdict: 'pass', summary: { pass: 1, fail: 0 } },
      ],
    })
    const broken = batchOf([service('toad'), service('frog', { port: 1 })])
    const failing = await api.call('/v1/batches?wait=20&failStatus=424', { json: broken })
    expect([failing.status, (await readBatch(failing)).verdict]).toEqual([424, 'fail'])
  })

  it('does not sink with a Service that cannot be planned: its job ends with the problem', async () => {
    const unlike = service('twin', { spec: { ports: [{ name: 'db', port: 5432 }] } })
    const checks = [{ name: 'home', type: 'http', port: 'http' }]
    const json = { ...batchOf([service('toad'), unlike]), checks }
    const body = await readBatch(api.call('/v1/batches?wait=20', { json }))
    expect(body).toMatchObject({
      ...{ status: 'finished', verdict: 'error' },
      jobs: [
        { service: 'toad', verdict: 'pass', problem: null },
        { service: 'twin', status: 'finished', verdict: 'error', problem: { code: 'impossible_request' } },
      ],
    })
    expect(await readJob(api.call(`/v1/jobs/${body.jobs[1]?.id}`))).toMatchObject({
      ...{ status: 'finished', verdict: 'error', problem: { code: 'impossible_request', status: 422 }, paths: [] },
    })
    const text = await (await api.call(`/v1/batches/${body.id}/report?format=text`)).text()
    expect(text).toContain('impossible_request')
  })

  it('plans an ExternalName and a Service of nothing but UDP among the others', async () => {
    const manifests = [
      service('toad'),
      { ...service('out'), spec: { type: 'ExternalName', externalName: 'localhost' } },
      service('udp', { spec: { ports: [{ port: 514, protocol: 'UDP' }] } }),
    ]
    const body = await readBatch(api.call('/v1/batches?wait=20', { json: batchOf(manifests) }))
    expect(body.verdict).toBe('pass')
    expect(body.jobs.map(({ service: name, verdict }) => [name, verdict])).toEqual([
      ['out', 'inconclusive'],
      ['toad', 'pass'],
      ['udp', 'inconclusive'],
    ])
    const junit = await (await api.call(`/v1/batches/${body.id}/report?format=junit`)).text()
    expect(new XMLParser({ ignoreAttributes: false }).parse(junit).testsuites).toMatchObject({
      ...{ '@_failures': '0', '@_errors': '0' },
    })
  })

  it('is about what the target selects', async () => {
    const manifests = [
      service('toad', { labels: { app: 'toad', tier: 'web' } }),
      service('frog', { labels: { app: 'frog', tier: 'web' } }),
      service('newt', { labels: { tier: 'web' }, namespace: 'pond' }),
    ]
    const selected = async (target: Record<string, unknown>) =>
      servicesOf(await readBatch(api.call('/v1/batches', { json: batchOf(manifests, target) })))
    expect(await selected({ namespace: 'default' })).toEqual(['default/frog', 'default/toad'])
    expect(await selected({ selector: { tier: 'web', app: 'toad' } })).toEqual(['default/toad'])
    expect(await selected({ namespace: 'pond', selector: { tier: 'web' } })).toEqual(['pond/newt'])
    const none = await api.call('/v1/batches', { json: batchOf(manifests, { selector: { tier: 'db' } }) })
    expect([none.status, (await readProblem(none)).errors[0]?.pointer]).toEqual([422, '/target/selector'])
  })

  it('takes the manifests themselves, with options in the query', async () => {
    const yaml = [service('toad', { labels: { a: 'b' } }), service('frog')]
      .map((each) => JSON.stringify(each))
      .join('\n---\n')
    const body = await readBatch(api.call('/v1/batches?wait=20&selector=a=b&label=commit=4f2a91c', { yaml }))
    expect(body).toMatchObject({ labels: { commit: '4f2a91c' }, jobs: [{ service: 'toad' }] })
    expect((await readJob(api.call(`/v1/jobs/${body.jobs[0]?.id}`))).labels).toEqual({ commit: '4f2a91c' })
  })

  it('makes one batch of concurrent posts with one Idempotency-Key', async () => {
    const json = batchOf([service('toad'), service('frog')])
    const responses = await Promise.all(
      Array.from({ length: 20 }, () => api.call('/v1/batches', { json, headers: { 'idempotency-key': 'all-1' } })),
    )
    const bodies = await Promise.all(responses.map(readBatch))
    expect(new Set(bodies.map(({ id }) => id)).size).toBe(1)
    expect(new Set(bodies.flatMap(({ jobs }) => jobs.map(({ id }) => id))).size).toBe(2)
    expect(responses.filter((response) => response.headers.get('idempotent-replayed') !== 'true')).toHaveLength(1)
  })

  it.each([
    [
      'more Services than it takes',
      () => batchOf(Array.from({ length: 51 }, (_, i) => service(`s${i}`))),
      422,
      'impossible_request',
    ],
    [
      'manifests without a Service',
      () => batchOf([{ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } }]),
      422,
      'service_not_found',
    ],
    ['no manifests and no cluster', () => ({ target: { namespace: 'default' } }), 422, 'no_cluster'],
    ['a single Service by name', () => batchOf([service('toad')], { service: 'toad' }), 400, 'invalid_request'],
  ] as const)('refuses %s', async (_name, json, status, code) => {
    const response = await api.call('/v1/batches', { json: json() })
    expect([response.status, (await readProblem(response)).code]).toEqual([status, code])
  })

  it('takes fifty', async () => {
    const json = batchOf(Array.from({ length: 50 }, (_, i) => service(`s${i}`)))
    const body = await readBatch(api.call('/v1/batches?wait=60', { json }))
    expect(body).toMatchObject({ status: 'finished', verdict: 'pass' })
    expect(body.jobs).toHaveLength(50)
  })
})

describe('GET /v1/batches', () => {
  it('answers 304 to the ETag of a finished batch', async () => {
    const { id } = await readBatch(api.call('/v1/batches?wait=20', { json: batchOf([service('toad')]) }))
    const etag = (await api.call(`/v1/batches/${id}`)).headers.get('etag')
    expect(etag).toMatch(/^W\/"/)
    const again = await api.call(`/v1/batches/${id}`, { headers: { 'if-none-match': String(etag) } })
    expect(again.status).toBe(304)
    const report = await api.call(`/v1/batches/${id}/report?format=junit`)
    const tag = String(report.headers.get('etag'))
    const known = (format: string) =>
      api.call(`/v1/batches/${id}/report?format=${format}`, { headers: { 'if-none-match': tag } })
    expect([(await known('junit')).status, (await known('text')).status]).toEqual([304, 200])
  })

  it('reports every path of every Service as CSV', async () => {
    const json = batchOf([service('newt'), service('toad')])
    const { id, jobs } = await readBatch(api.call('/v1/batches?wait=20', { json }))
    const csv = await (await api.call(`/v1/batches/${id}/report?format=csv`)).text()
    const made = new Set(
      csv
        .split('\r\n')
        .slice(1, -1)
        .map((line) => line.split(',')[3]),
    )
    expect([...made].toSorted()).toEqual(jobs.map((job) => job.id).toSorted())
  })

  it('lists them newest first', async () => {
    const one = await readBatch(api.call('/v1/batches', { json: batchOf([service('toad')]) }))
    const page = await readBatches(api.call('/v1/batches?limit=2'))
    expect(page.items).toHaveLength(2)
    expect(page.items.map(({ id }) => id)).toContain(one.id)
    expect(page.nextCursor).not.toBeNull()
  })

  it('answers 404 for one that is not there', async () => {
    expect((await api.call('/v1/batches/bat_01KAXW0000EXAMPLE0000000AB')).status).toBe(404)
    expect((await api.call('/v1/batches/7/report')).status).toBe(404)
  })
})

describe('reports of a batch', () => {
  const made = async () =>
    readBatch(api.call('/v1/batches?wait=20', { json: batchOf([service('toad'), service('frog', { port: 1 })]) }))
  const report = async (id: string, format: string) =>
    (await api.call(`/v1/batches/${id}/report?format=${format}`)).text()

  it('as text begin with the verdict, and tell all of what does not work', async () => {
    const text = await report((await made()).id, 'text')
    expect(text).toMatch(/^FAIL {2}2 Services: 1 passed, 1 failed\n/)
    expect(text).toMatch(/✗ {2}default\/frog {2}1 failed/)
    expect(text).toMatch(/✓ {2}default\/toad {2}1 passed/)
    expect(text).toContain('connection_refused')
    expect(text.match(/^FAIL {2}default\/frog/gm)).toHaveLength(1)
    expect(text).not.toMatch(/^PASS {2}default\/toad/m)
  })

  it('as markdown are one comment', async () => {
    const text = await report((await made()).id, 'markdown')
    expect(text).toMatch(/^## ❌ FAIL: 2 Services: 1 passed, 1 failed\n/)
    expect(text).toContain('### ❌ FAIL: `default/frog`')
    expect(text.length).toBeLessThan(65_536)
  })

  it('as JUnit are a suite for each Service', async () => {
    const xml = new XMLParser({ ignoreAttributes: false }).parse(await report((await made()).id, 'junit'))
    const { testsuite: suites, ...all } = xml.testsuites
    expect(suites.map((suite: Record<string, string>) => [suite['@_name'], suite['@_failures']])).toEqual([
      ['default/frog', '1'],
      ['default/toad', '0'],
    ])
    expect(all).toMatchObject({ '@_failures': '1', '@_errors': '0' })
    const tests = suites.map((suite: Record<string, string>) => Number(suite['@_tests']))
    expect(Number(all['@_tests'])).toBe(tests[0] + tests[1])
  })

  it('come by Accept, and with a wait by format', async () => {
    const { id } = await made()
    const response = await api.call(`/v1/batches/${id}/report`, { headers: { accept: 'application/xml' } })
    expect(response.headers.get('content-type')).toBe('application/xml; charset=utf-8')
    const posted = await api.call('/v1/batches?wait=20&format=text', { json: batchOf([service('toad')]) })
    expect(await posted.text()).toMatch(/^PASS {2}1 Service: 1 passed\n/)
  })
})
