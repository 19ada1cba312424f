import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { pathOf, readBatch, readJob, readJobs } from '../support/read.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

let api: TestPortolan
let pod: Pod
/** Nothing is answered until a test is over. */
let over = Promise.withResolvers<void>()

beforeAll(async () => {
  api = await startTestPortolan()
  pod = await startPod('silent', '127.0.0.1', async (_request, response) => {
    await over.promise
    response.end('ok')
  })
})
beforeEach(() => {
  over = Promise.withResolvers()
})
afterEach(async () => {
  over.resolve()
  const { items } = await readJobs(api.call('/v1/jobs'))
  await Promise.all(items.map(({ id }) => api.call(`/v1/jobs/${id}?wait=25`)))
})
afterAll(() => Promise.all([api.close(), pod.close()]))

const job = (more: Record<string, unknown> = {}) => ({
  ...{ target: { manifests: [toadService(pod.port)] }, paths: { include: ['ClusterIP'] }, timeoutMs: 60_000, ...more },
})
const lasting = () => job({ deadlineMs: 120_000 })
const headersOf = ({ headers }: Response) => ({
  ...{ retry: headers.get('retry-after'), applied: headers.get('preference-applied') },
  ...{ location: headers.get('location'), etag: headers.get('etag') },
})

it('a wait that runs out is a 202 that says where and when to ask again', async () => {
  const posted = await api.call('/v1/jobs?wait=1', { json: lasting() })
  const { id, ...body } = await readJob(posted)
  expect([posted.status, body.verdict, body.finishedAt]).toEqual([202, null, null])
  expect(headersOf(posted)).toEqual({ retry: '1', applied: null, location: `/v1/jobs/${id}`, etag: null })
  const asked = await api.call(`/v1/jobs/${id}`, { headers: { prefer: 'wait=1' } })
  expect([asked.status, headersOf(asked)]).toEqual([202, { retry: '1', applied: null, location: null, etag: null }])
  expect((await api.call(`/v1/jobs/${id}`)).status).toBe(200)
})

it('with failStatus a wait that runs out is a 424 with the same body', async () => {
  const posted = await api.call('/v1/jobs?wait=1&failStatus=424', { json: lasting() })
  expect([posted.status, (await readJob(posted)).finishedAt]).toEqual([424, null])
  const batch = await api.call('/v1/batches?wait=1&failStatus=424', { json: lasting() })
  expect([batch.status, (await readBatch(batch)).verdict]).toEqual([424, null])
})

it('without a deadline of its own a job ends 2 s before the wait, so that it is answered with a verdict', async () => {
  const posted = await api.call('/v1/jobs?wait=3', { json: job() })
  const body = await readJob(posted)
  expect([posted.status, headersOf(posted).applied, body.status, body.verdict]).toEqual([
    200,
    'wait=3',
    'finished',
    'error',
  ])
  expect(pathOf(body, 'ClusterIP').results).toMatchObject([
    { outcome: 'error', failure: { code: 'deadline_exceeded', source: 'internal' } },
  ])
  expect(Date.parse(body.finishedAt ?? '') - Date.parse(body.createdAt)).toBeGreaterThanOrEqual(990)
})

it('respond-async is no wait', async () => {
  const posted = await api.call('/v1/jobs', { json: lasting(), headers: { prefer: 'wait=25, respond-async' } })
  expect([posted.status, headersOf(posted).applied]).toEqual([202, null])
})
