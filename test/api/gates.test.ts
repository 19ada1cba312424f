import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { by } from '../contract/runtimes.ts'
import { measure } from '../support/controllers/argo-rollouts.ts'
import { callWebhook } from '../support/controllers/flagger.ts'
import { askFlagger, CANARY, metricOf, payload, SHOP, type Verdict } from '../support/gates.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { read, readProblem } from '../support/read.ts'

describe('where no cluster is read', () => {
  let api: TestPortolan
  beforeAll(async () => {
    api = await startTestPortolan()
  })
  afterAll(() => api.close())
  const why = by('cluster', { node: 'this server has none', workers: 'on Workers nothing does' })

  it('Flagger is told by a 503, which says nothing of the Service', async () => {
    const response = await askFlagger(api, payload())
    const { status, code, detail } = await readProblem(response)
    expect([response.status, status, code, response.headers.get('retry-after')]).toEqual([503, 503, 'no_cluster', '5'])
    expect(detail).toContain(why)
    // A gate takes none
    expect(detail).not.toContain('manifests')
  })

  it('Argo Rollouts is told by the verdict error, with status 200', async () => {
    for (const init of [{}, { method: 'POST' }, { json: { samples: 3 } }]) {
      const response = await api.call('/v1/gates/argo-rollouts?service=toad&namespace=shop', init)
      expect([response.status, await response.json()]).toEqual([
        200,
        { verdict: 'error', pass: null, summary: expect.stringContaining(why), findings: [], report: null },
      ])
    }
  })

  it.each([
    ['no Service', '', 'The query names no Service: ?service=toad-canary&namespace=shop does.'],
    [
      'a parameter that there is not',
      'service=toad&ns=shop',
      '?ns There is no parameter "ns"; did you mean "namespace"?',
    ],
    [
      'a wait of a minute, as a text',
      'service=toad&wait=1m',
      '?wait found "1m", expected a whole number from 1 to 300',
    ],
    ['a name that no object has', 'service=Toad', '"Toad" is no name that an object can have'],
    ['a port without a path', 'service=toad&port=http', 'port says where path is asked for, which is missing'],
    ['a label that is none', 'service=toad&label=x', '"x" is not key=value'],
    [
      "a label that is the gate's own",
      'service=toad&label=team=shop&label=gate=flagger',
      'This gate labels its jobs gate=argo-rollouts, by which they are found: leave the label gate out',
    ],
  ])('what Argo Rollouts asks wrongly is the verdict error as well, and said: %s', async (_why, query, said) => {
    const response = await api.call(`/v1/gates/argo-rollouts?${query}`)
    const { summary, ...rest } = await read<Verdict>(response)
    expect([response.status, rest]).toEqual([200, { verdict: 'error', pass: null, findings: [], report: null }])
    expect(summary).toContain(said)
    expect(summary).toMatch(/^ERROR {2}invalid_request: /)
  })

  it.each([
    ['no JSON', 'kind: Service', 'malformed_body'],
    ['a list', '[]', 'invalid_request'],
    ['a target of its own', '{"target":{"service":"frog"}}', 'invalid_request'],
    ['a field that there is not', '{"sampels":3}', 'invalid_request'],
    ['labels that are a text', '{"labels":"ab"}', 'invalid_request'],
    ["a label that is the gate's own", '{"labels":{"gate":""}}', 'invalid_request'],
    ['expectations that are a list', '{"expect":[]}', 'invalid_request', '&sameResponder=true'],
    ['two checks in one', '{"checks":[{"type":"tcp","name":"a"}]}', 'invalid_request', '&path=/healthz'],
  ])('a body of Argo Rollouts that does not fit is the verdict error: %s', async (_why, body, code, query = '') => {
    const response = await api.call(`/v1/gates/argo-rollouts?service=toad${query}`, {
      ...{ method: 'POST', body, headers: { 'content-type': 'application/json' } },
    })
    const { verdict, summary } = await read<Verdict>(response)
    expect([response.status, verdict, summary.split(':')[0]]).toEqual([200, 'error', `ERROR  ${code}`])
  })

  it.each([
    ['an option that is misspelt', { sample: '3' }, '/metadata/sample', 'did you mean "samples"?'],
    ['what other webhooks take', { cmd: 'test', type: 'bash' }, '/metadata/cmd', 'There is no property "cmd".'],
    ['a number that is none', { samples: 'three' }, '/metadata/samples', 'expected number'],
    ['a number beyond its most', { samples: '101' }, '/metadata/samples', '<=100'],
    ['no samples at all', { samples: '0' }, '/metadata/samples', '>=1'],
    ['a name that no object has', { service: 'Toad' }, '/metadata/service', 'no name that an object can have'],
    ['a path with a blank', { path: '/a b' }, '/metadata/path', 'holds no white space'],
    ['a port that there is not', { path: '/', port: '99999' }, '/metadata/port', '<=65535'],
    ['a port without a path', { port: 'http' }, '/metadata/port', 'add path'],
    ['a job that is no YAML', { job: 'a: [' }, '/metadata/job', 'is no YAML'],
    ['a job that is a list', { job: '- a' }, '/metadata/job', 'must be a mapping'],
    ['a target in the job', { job: 'target: {service: x}' }, '/metadata/job', '/target The Service is named beside'],
    [
      'a mistake in the job',
      { job: 'checks: [{type: http, name: a, method: get}]' },
      '/metadata/job',
      '/checks/0/method',
    ],
    ['a check in the job beside a path', { job: 'checks: []', path: '/' }, '/metadata/path', 'give one of the two'],
    [
      "the gate's own label",
      { job: 'labels: {gate: mine}' },
      '/metadata/job',
      '/labels This gate labels its jobs gate=',
    ],
    ['the label of the canary', { job: 'labels: {canary: frog}' }, '/metadata/job', 'labels its jobs canary=toad'],
    ['the label of the phase', { job: 'labels: {phase: 1}' }, '/metadata/job', 'labels its jobs phase=Progressing'],
    ['an event', { eventMessage: 'x', eventType: 'Normal', timestamp: '1' }, '/metadata/eventType', 'another type'],
  ])(
    'what is wrong with the metadata of a webhook is told with its place: %s',
    async (_why, metadata, pointer, said) => {
      const response = await askFlagger(api, payload({ metadata }))
      const { code, errors } = await readProblem(response)
      expect([response.status, code, errors[0]?.pointer]).toEqual([400, 'invalid_request', pointer])
      expect(errors[0]?.detail).toContain(said)
    },
  )

  it('what is wrong with the Canary itself is told with its place, and what a later Flagger adds is not read', async () => {
    const long = await readProblem(askFlagger(api, payload({ name: 'x'.repeat(60) })))
    expect(long.errors.map(({ pointer }) => pointer)).toEqual(['/name'])
    expect((await readProblem(askFlagger(api, {}))).errors.map(({ pointer }) => pointer)).toEqual([
      '/name',
      '/namespace',
    ])
    expect((await askFlagger(api, payload({ buildId: '7', metadata: undefined }))).status).toBe(503)
    const broken = await api.call('/v1/gates/flagger', {
      ...{ method: 'POST', body: '{', headers: { 'content-type': 'application/json' } },
    })
    expect((await readProblem(broken)).code).toBe('malformed_body')
    const large = await askFlagger(api, payload({ metadata: { job: 'x'.repeat(70_000) } }))
    expect([large.status, await readProblem(large)]).toMatchObject([
      413,
      { code: 'body_too_large', detail: 'The body is larger than 65536 bytes, which is all that is taken here.' },
    ])
  })
})

describe('who may ask', () => {
  const ADMIN = 'a-token-of-the-test-0123456789'
  let api: TestPortolan
  let token: string
  beforeAll(async () => {
    api = await startTestPortolan({ PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: ADMIN })
    const json = { name: 'flagger', scopes: ['jobs:write'], namespaces: [SHOP] }
    const made = await api.call('/v1/tokens', { json, headers: { authorization: `Bearer ${ADMIN}` } })
    token = (await read<{ token: string }>(made)).token
  })
  afterAll(() => api.close())
  const withUser = (user: string, path: string) => `${api.url.replace('//', `//${user}@`)}${path}`

  it('a webhook has its token as the password in its URL, and whoever has none is told so in the event', async () => {
    const url = withUser(`portolan:${token}`, '/v1/gates/flagger')
    expect((await callWebhook(CANARY, 'Progressing', { url })).attempts).toEqual([{ status: 503, waitedS: null }])
    for (const wrong of [withUser('portolan:wrong', '/v1/gates/flagger'), `${api.url}/v1/gates/flagger`]) {
      const { error, attempts } = await callWebhook(CANARY, 'Progressing', { url: wrong, retries: 3 })
      expect([attempts, JSON.parse(error ?? '').code]).toEqual([[{ status: 401, waitedS: null }], 'unauthenticated'])
    }
  })

  it('a metric has its token in a header, and without one it is an error of the measurement', async () => {
    const query = `service=toad&namespace=${SHOP}`
    for (const value of [`Bearer ${token}`, `Basic ${btoa(`argo:${token}`)}`]) {
      const headers = [{ key: 'Authorization', value }]
      expect(await measure(metricOf(api, query, { headers }))).toEqual({ phase: 'Inconclusive', value: '"error"' })
    }
    expect(await measure(metricOf(api, query))).toEqual({
      phase: 'Error',
      message: 'received non 2xx response code: 401',
    })
  })

  it('a token of one namespace asks about no other, and is not told what there is', async () => {
    const headers = { authorization: `Bearer ${token}` }
    const refused = [
      api.call('/v1/gates/flagger', { json: payload({ namespace: 'pond' }), headers }),
      api.call('/v1/gates/flagger', {
        json: payload({ metadata: { job: 'addresses: {nodes: [10.0.0.1]}' } }),
        headers,
      }),
      ...['service=toad&namespace=pond', 'service=toad', 'service=toad&namespace=shop&vantage=in-cluster'].map(
        (query) => api.call(`/v1/gates/argo-rollouts?${query}`, { headers }),
      ),
    ]
    for (const answer of refused) {
      expect(await readProblem(answer)).toMatchObject({ status: 403, code: 'forbidden' })
    }
    expect((await api.call('/v1/gates/flagger', { json: payload(), headers })).status).toBe(503)
  })
})
