import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { by } from '../contract/runtimes.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { pathOf, readJob, readJobs, readPlan, readProblem } from '../support/read.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

let api: TestPortolan
let pod: Pod

beforeAll(async () => {
  ;[api, pod] = await Promise.all([startTestPortolan(), startPod('toad-xueq1')])
})
afterAll(() => Promise.all([api.close(), pod.close()]))

/** Only the ClusterIP: the one path that is a real listener. */
const job = (extra: Record<string, unknown> = {}) => ({
  target: { manifests: [toadService(pod.port)] },
  paths: { include: ['ClusterIP'] },
  ...extra,
})
const closed = () => ({ ...job(), target: { manifests: [toadService(1)] } })

describe('POST /v1/jobs', () => {
  it('answers 202 with Location and the job when no wait is asked for', async () => {
    const response = await api.call('/v1/jobs', { json: job() })
    expect(response.status).toBe(202)
    const body = await readJob(response)
    expect(response.headers.get('location')).toBe(`/v1/jobs/${body.id}`)
    expect(body).toMatchObject({
      target: { cluster: 'default', namespace: 'default', service: 'toad-svc' },
      vantage: 'in-cluster',
    })
  })

  it('answers 200 with the verdict and evidence when it finishes within the wait', async () => {
    const response = await api.call('/v1/jobs?wait=20', { json: job() })
    expect([response.status, response.headers.get('preference-applied')]).toEqual([200, 'wait=20'])
    const body = await readJob(response)
    expect(body).toMatchObject({ status: 'finished', verdict: 'pass', problem: null })
    const path = pathOf(body, 'ClusterIP')
    expect(path).toMatchObject({ address: '127.0.0.1', addressPort: pod.port, outcome: 'pass', flaky: false })
    expect(path.results).toHaveLength(1)
    expect(path.results[0]).toMatchObject({
      outcome: 'pass',
      http: { status: 200, bodySnippet: "You've hit toad-xueq1\n" },
      failure: null,
    })
  })

  it('takes Prefer: wait as the query', async () => {
    const response = await api.call('/v1/jobs', { json: job(), headers: { prefer: 'wait=20' } })
    expect([response.status, response.headers.get('preference-applied')]).toEqual([200, 'wait=20'])
  })

  it('cuts a wait to what the runtime can wait', async () => {
    const response = await api.call('/v1/jobs?wait=300', { json: job() })
    const applied = by('wait', { node: 'wait=300', workers: 'wait=25' })
    expect([response.status, response.headers.get('preference-applied')]).toEqual([200, applied])
  })

  it('answers a closed port with 200 and a failing verdict, and with 424 only when asked', async () => {
    const plain = await api.call('/v1/jobs?wait=20', { json: closed() })
    expect([plain.status, (await readJob(plain)).verdict]).toEqual([200, 'fail'])
    const asked = await api.call('/v1/jobs?wait=20&failStatus=424', { json: closed() })
    const body = await readJob(asked)
    expect([asked.status, body.verdict]).toEqual([424, 'fail'])
    const failing = pathOf(body, 'ClusterIP')
    expect(failing.results[0]?.failure).toMatchObject({
      code: 'connection_refused',
      phase: 'connect',
      source: 'target',
    })
  })

  it.each([
    ['text', 'text/plain; charset=utf-8', /^PASS /],
    ['markdown', 'text/markdown; charset=utf-8', /toad-svc/],
    ['junit', 'application/xml; charset=utf-8', /^<\?xml[\s\S]*<testsuite/],
    ['tap', 'text/x-tap; charset=utf-8', /^TAP version 14\n1\.\.\d+\n# (?:PASS|FAIL)/],
    ['json', 'application/json', /^\{"id":"job_/],
  ])('answers format=%s as %s', async (format, type, content) => {
    const response = await api.call(`/v1/jobs?wait=20&format=${format}`, { json: job() })
    expect(response.headers.get('content-type')).toBe(type)
    expect(await response.text()).toMatch(content)
  })

  it('takes manifests as application/yaml with options in the query', async () => {
    const yaml = JSON.stringify(toadService(pod.port))
    const response = await api.call('/v1/jobs?wait=20&service=toad-svc&label=commit=4f2a91c&timeoutMs=900', { yaml })
    const body = await readJob(response)
    expect(body).toMatchObject({ status: 'finished', labels: { commit: '4f2a91c' } })
  })

  it('takes manifests as JSON that has a kind', async () => {
    const response = await api.call('/v1/jobs?wait=20', { json: toadService(pod.port) })
    expect([response.status, (await readJob(response)).target.service]).toEqual([200, 'toad-svc'])
  })

  it('makes one job of 200 concurrent posts with one Idempotency-Key', async () => {
    const responses = await Promise.all(
      Array.from({ length: 200 }, () =>
        api.call('/v1/jobs', { json: job(), headers: { 'idempotency-key': 'release-42' } }),
      ),
    )
    const ids = new Set(await Promise.all(responses.map(async (response) => (await readJob(response)).id)))
    expect(ids.size).toBe(1)
    expect(responses.filter((response) => response.headers.get('idempotent-replayed') !== 'true')).toHaveLength(1)
  })

  it('replays with this request’s own wait and format, and refuses the key for another body', async () => {
    const headers = { 'idempotency-key': 'release-43' }
    const first = await readJob(api.call('/v1/jobs', { json: job(), headers }))
    const again = await api.call('/v1/jobs?wait=20&failStatus=424', { json: job(), headers })
    expect([again.status, again.headers.get('idempotent-replayed'), (await readJob(again)).id]).toEqual([
      200,
      'true',
      first.id,
    ])
    const other = await api.call('/v1/jobs', { json: job({ samples: 2 }), headers })
    expect([other.status, (await readProblem(other)).code]).toEqual([422, 'idempotency_key_reused'])
  })
})

describe('what is refused', () => {
  const refused = async (path: string, init: Parameters<TestPortolan['call']>[1]) => {
    const response = await api.call(path, init)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    const { status, code, errors } = await readProblem(response)
    expect(status).toBe(response.status)
    return { status, code, errors }
  }

  it('names an unknown property and the near miss, all of them at once', async () => {
    expect(
      await refused('/v1/jobs', {
        json: job({ sampels: 2, checks: [{ type: 'http', name: 'a', metod: 'GET' }], timeoutMs: -1 }),
      }),
    ).toEqual({
      status: 400,
      code: 'invalid_request',
      errors: [
        { pointer: '/checks/0/metod', detail: 'There is no property "metod"; did you mean "method"?' },
        { pointer: '/timeoutMs', detail: expect.stringContaining('10') },
        { pointer: '/sampels', detail: 'There is no property "sampels"; did you mean "samples"?' },
      ],
    })
  })

  it('names an unknown query parameter', async () => {
    expect(await refused('/v1/jobs?wiat=3', { json: job() })).toEqual({
      status: 400,
      code: 'invalid_request',
      errors: [{ pointer: '?wiat', detail: 'There is no parameter "wiat"; did you mean "wait"?' }],
    })
  })

  it.each([
    [
      'no content type',
      '/v1/jobs',
      { body: '{}', headers: { 'content-type': 'text/csv' } },
      415,
      'unsupported_media_type',
    ],
    ['no JSON', '/v1/jobs', { body: '{"a":', headers: { 'content-type': 'application/json' } }, 400, 'malformed_body'],
    [
      'bytes that are no UTF-8',
      '/v1/jobs',
      { body: new Uint8Array([0x7b, 0xff]), headers: { 'content-type': 'application/json' } },
      400,
      'malformed_body',
    ],
    [
      'an empty body that names no Service',
      '/v1/jobs',
      { body: '', headers: { 'content-type': 'application/json' } },
      400,
      'invalid_request',
    ],
    ['no manifests and no cluster', '/v1/jobs', { json: { target: { service: 'a' } } }, 422, 'no_cluster'],
    ['a job that is not there', '/v1/jobs/job_01KAXW0000EXAMPLE0000000AB', {}, 404, 'not_found'],
    ['an id that is none', '/v1/jobs/7', {}, 404, 'not_found'],
    ['a method that is not known', '/v1/jobs', { method: 'DELETE' }, 405, 'method_not_allowed'],
    ['a route that is not there', '/v2/jobs', {}, 404, 'not_found'],
  ] as const)('%s', async (_name, path, init, status, code) => {
    expect(await refused(path, init as RequestInit)).toMatchObject({ status, code })
  })

  it('a body beyond the limit, before it is read whole', async () => {
    const yaml = `# ${'x'.repeat(17 * 1024 * 1024)}`
    expect(await refused('/v1/jobs', { yaml })).toMatchObject({ status: 413, code: 'body_too_large' })
  })

  it('says which methods are allowed', async () => {
    expect((await api.call('/v1/plan', { method: 'GET' })).headers.get('allow')).toBe('POST')
  })
})

describe('GET /v1/jobs/{id}', () => {
  it('answers 304 to the ETag of a finished job', async () => {
    const { id } = await readJob(api.call('/v1/jobs?wait=20', { json: job() }))
    const response = await api.call(`/v1/jobs/${id}`)
    const etag = response.headers.get('etag')
    expect(etag).toMatch(/^W\/"/)
    const again = await api.call(`/v1/jobs/${id}`, { headers: { 'if-none-match': String(etag) } })
    expect([again.status, await again.text()]).toEqual([304, ''])
  })

  it('compares ETags weakly, one of a list or any (RFC 9110 13.1.2), on the job and on its report', async () => {
    const { id } = await readJob(api.call('/v1/jobs?wait=20', { json: job() }))
    for (const path of [`/v1/jobs/${id}`, `/v1/jobs/${id}/report`]) {
      const etag = String((await api.call(path)).headers.get('etag'))
      const strong = etag.replace('W/', '')
      const known = [etag, strong, `"a,b", ${strong}`, `W/"x" ,${etag}`, '*', ' * ']
      const other = ['"x"', `"${strong.slice(1, -1)} "`, `"a, ${strong.slice(1, -1)}"`, '"*"', strong.slice(1, -1)]
      const statusOf = async (tag: string) => (await api.call(path, { headers: { 'if-none-match': tag } })).status
      expect(await Promise.all(known.map(statusOf))).toEqual(known.map(() => 304))
      expect(await Promise.all(other.map(statusOf))).toEqual(other.map(() => 200))
    }
  })

  it.each([
    ['application/xml', 'application/xml; charset=utf-8'],
    ['text/markdown;q=0.5, text/plain', 'text/plain; charset=utf-8'],
    ['*/*', 'application/json'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text/html; charset=utf-8'],
    ['text/csv', 'text/csv; charset=utf-8; header=present'],
  ])('reports by Accept: %s', async (accept, type) => {
    const { id } = await readJob(api.call('/v1/jobs?wait=20', { json: job() }))
    const response = await api.call(`/v1/jobs/${id}/report`, { headers: { accept } })
    expect([response.status, response.headers.get('content-type')]).toEqual([200, type])
  })

  it('answers 304 to the ETag of a report of a finished job, in the format that it is of', async () => {
    const { id } = await readJob(api.call('/v1/jobs?wait=20', { json: job() }))
    const report = (headers: Record<string, string>) => api.call(`/v1/jobs/${id}/report`, { headers })
    const markdown = await report({ accept: 'text/markdown' })
    const etag = String(markdown.headers.get('etag'))
    expect(markdown.headers.get('vary')).toBe('Accept, Cookie')
    const again = await report({ accept: 'text/markdown', 'if-none-match': etag })
    expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, ''])
    expect((await report({ accept: 'text/plain', 'if-none-match': etag })).status).toBe(200)
  })

  it('gives no ETag to a report that is not the last word', async () => {
    const { id } = await readJob(api.call('/v1/jobs', { json: { ...closed(), settleMs: 3_000 } }))
    const unfinished = await api.call(`/v1/jobs/${id}/report`, { headers: { 'if-none-match': '*' } })
    expect([unfinished.status, unfinished.headers.get('etag')]).toEqual([200, null])
    await api.call(`/v1/jobs/${id}/cancel`, { method: 'POST' })
  })

  it('answers 406 for a format that there is not', async () => {
    const { id } = await readJob(api.call('/v1/jobs?wait=20', { json: job() }))
    expect((await api.call(`/v1/jobs/${id}/report`, { headers: { accept: 'image/png' } })).status).toBe(406)
  })
})

describe('GET /v1/jobs', () => {
  it('pages through all jobs of a label, newest first, each once', async () => {
    const ids: string[] = []
    for (const sample of [1, 2, 3, 4, 5]) {
      ids.unshift(
        (await readJob(api.call('/v1/jobs', { json: job({ labels: { run: 'pages' }, samples: sample }) }))).id,
      )
    }
    const seen: string[] = []
    let next: string | null = '/v1/jobs?label=run=pages&limit=2'
    while (next !== null) {
      const response: Response = await api.call(next)
      const page = await readJobs(response)
      seen.push(...page.items.map((item) => item.id))
      next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1] ?? null
      expect(next === null).toBe(page.nextCursor === null)
    }
    expect(seen).toEqual(ids)
  })

  it('refuses a cursor that is not one', async () => {
    expect((await api.call('/v1/jobs?cursor=nonsense')).status).toBe(400)
  })
})

describe('POST /v1/plan', () => {
  it('answers the paths without results, and probes nothing', async () => {
    const quiet = await startPod('toad-quiet')
    const body = await readPlan(api.call('/v1/plan', { json: { target: { manifests: [toadService(quiet.port)] } } }))
    expect(pathOf(body, 'ClusterIP')).toMatchObject({
      url: `http://127.0.0.1:${quiet.port}/`,
      because: expect.arrayContaining(['Service/toad-svc spec.clusterIPs[0]']),
    })
    expect(quiet.requests).toEqual([])
    await quiet.close()
  })
})

describe('what needs no token and no internet', () => {
  it.each([
    '/livez',
    '/readyz',
    '/openapi.json',
    '/openapi.yaml',
    '/docs',
    '/docs/api',
    '/docs/paths',
    '/docs/settings.md',
    '/docs/search?q=dns',
    '/docs/ui/swagger-ui.css',
    '/docs/errors/not_found.md',
    '/docs/errors/not_found',
    '/docs/failures/README.md',
    '/docs/diagnoses/README',
  ])('%s', async (path) => {
    const response = await api.call(path)
    expect(response.status).toBe(200)
    expect((await response.text()).length).toBeGreaterThan(10)
  })

  it('nothing outside its folders', async () => {
    expect((await api.call('/docs/errors/..%2F..%2Fpackage.json')).status).toBe(404)
  })
})
