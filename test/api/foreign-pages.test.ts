import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readProblem } from '../support/read.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

const TOKEN = 'the-admin-token-of-the-tests'

let api: TestPortolan
let pod: Pod
let asked = 0

beforeAll(async () => {
  pod = await startPod('toad', '127.0.0.1', (_request, response) => {
    asked++
    response.end('ok')
  })
  api = await startTestPortolan({ PORTOLAN_PUBLIC_URL: 'https://portolan.example/' })
})
afterAll(() => Promise.all([api.close(), pod.close()]))

const job = () => ({ target: { manifests: [toadService(pod.port)] }, paths: { include: ['ClusterIP'] } })

const FOREIGN: readonly Record<string, string>[] = [
  { origin: 'https://evil.example' },
  { origin: 'null' },
  { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
  { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' },
  { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
]

describe.each(FOREIGN)('a page of another site, with %j,', (headers) => {
  const refused = async (path: string, init: Parameters<TestPortolan['call']>[1] = {}) => {
    const response = await api.call(path, { ...init, headers: { ...headers, ...init.headers } })
    const { status, code } = await readProblem(response)
    return { status, code }
  }
  const FORBIDDEN = { status: 403, code: 'forbidden' }

  it('makes nothing, with a body or without, with a token or without', async () => {
    const token = { headers: { authorization: `Bearer ${TOKEN}` } }
    expect(await refused('/v1/jobs', { json: job() })).toEqual(FORBIDDEN)
    expect(await refused('/v1/jobs', { json: job(), ...token })).toEqual(FORBIDDEN)
    expect(await refused('/v1/jobs?wait=1', { method: 'POST' })).toEqual(FORBIDDEN)
    expect(await refused('/v1/batches', { method: 'POST' })).toEqual(FORBIDDEN)
    expect(await refused('/v1/plan', { json: job() })).toEqual(FORBIDDEN)
    expect(await refused('/v1/jobs/job_01KAXW0000EXAMPLE0000000AB/cancel', { method: 'POST' })).toEqual(FORBIDDEN)
    expect(await refused('/v1/schedules/sch_01KAXW0000EXAMPLE0000000AB/run', { method: 'POST' })).toEqual(FORBIDDEN)
    expect(await refused('/v1/schedules/sch_01KAXW0000EXAMPLE0000000AB', { method: 'DELETE' })).toEqual(FORBIDDEN)
  })

  it('makes it dial nothing', async () => {
    const before = asked
    expect(await refused(`/probe?target=127.0.0.1:${pod.port}`)).toEqual(FORBIDDEN)
    expect(await refused('/v1/gates/argo-rollouts?service=toad')).toEqual(FORBIDDEN)
    expect(await refused('/v1/gates/flagger', { json: { name: 'toad', namespace: 'shop' } })).toEqual(FORBIDDEN)
    expect(asked).toBe(before)
  })

  it('may link to what is only read', async () => {
    expect((await api.call('/v1/jobs', { headers })).status).toBe(200)
    expect((await api.call('/docs', { headers })).status).toBe(200)
  })
})

it.each([
  {},
  { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' },
  { 'sec-fetch-site': 'same-origin', origin: 'https://portolan.example' },
])('its own pages, a person and programs go on as before: %j', async (headers) => {
  expect((await api.call('/v1/jobs', { json: job(), headers })).status).toBe(202)
  expect((await api.call(`/probe?target=127.0.0.1:${pod.port}`, { headers })).status).toBe(200)
})

it('its own page under the name that it is asked by goes on, too', async () => {
  const headers = { 'sec-fetch-site': 'same-origin', origin: api.url }
  expect((await api.call('/v1/jobs', { json: job(), headers })).status).toBe(202)
})
