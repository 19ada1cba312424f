import { afterAll, beforeAll, expect, it } from 'vitest'
import { BATCH_LIMIT } from '../../src/record/batch.ts'
import { QUERIES_MAX } from '../../src/runtime/workers/call-budget.ts'
import { createAuthority } from '../support/certificates.ts'
import { startOnWorkers, WORKERS_TOKEN, type WorkersPortolan } from '../support/portolan-on-workers.ts'
import { readJob, readProblem } from '../support/read.ts'
import { toadService } from '../support/toad.ts'

let worker: WorkersPortolan
beforeAll(async () => {
  worker = await startOnWorkers({})
  // What is posted here is not to be run
  await worker.control({ losing: 'all' })
})
afterAll(() => worker.close())

const call = (path: string, json?: unknown): Promise<Response> =>
  fetch(worker.url + path, {
    method: json === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${WORKERS_TOKEN}`, 'content-type': 'application/json' },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  })

const ENDPOINTS = 500
const CHECKS = 20

/** @param patternChars of a regular expression of each check; @param bodyChars of the body that each sends. */
const jobOf = (patternChars: number, bodyChars: number, samples = 2) => ({
  target: {
    manifests: [
      toadService(8080),
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: 'toad', namespace: 'default', labels: { 'kubernetes.io/service-name': 'toad-svc' } },
        addressType: 'IPv4',
        ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
        endpoints: Array.from({ length: ENDPOINTS }, (_, i) => ({
          addresses: [`127.0.${1 + Math.floor(i / 200)}.${1 + (i % 200)}`],
          conditions: { ready: true },
        })),
      },
    ],
  },
  paths: { include: ['Endpoint'] },
  limits: { endpoints: ENDPOINTS },
  samples,
  checks: Array.from({ length: CHECKS }, (_, i) => ({
    ...{ name: `check-${i}`, type: 'http', method: 'POST', body: 'é'.repeat(bodyChars) },
    expect: { failIfBodyMatchesRegexp: ['x'.repeat(patternChars)] },
  })),
})

it('takes the largest job: 20,000 tries, its plan and its secrets at their limits', async () => {
  // Secrets: 20 bodies of two-byte characters under 700 kB; plan: 10,000 checks on paths under 8 million characters
  const response = await call('/v1/jobs', jobOf(1, 17_000))
  const errors = worker.lines.filter((line) => line.includes('"level":"error"')).map((line) => line.slice(0, 1500))
  expect([response.status, errors]).toEqual([202, []])
  const { id } = await readJob(response)
  const job = await readJob(call(`/v1/jobs/${id}`))
  expect([job.status, job.paths.filter(({ skipped }) => skipped === null).length]).toEqual(['queued', ENDPOINTS])
  expect((await readJob(call(`/v1/jobs/${id}/cancel`, {}))).status).toBe('cancelled')
})

it('takes the largest batch within the queries of an invocation', async () => {
  const services = Array.from({ length: BATCH_LIMIT }, (_, i) => {
    const [service, slice] = jobOf(1, 1).target.manifests
    const labels = { 'kubernetes.io/service-name': `toad-${i}` }
    return [
      { ...service, metadata: { name: `toad-${i}`, namespace: 'default' } },
      { ...slice, metadata: { name: `toad-${i}`, namespace: 'default', labels } },
    ]
  })
  const labels = Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`label-${i}`, 'x'.repeat(200)]))
  const response = await call('/v1/batches', {
    target: { manifests: services.flat(), namespace: 'default' },
    ...{ labels, limits: { endpoints: 100 }, paths: { include: ['Endpoint'] } },
  })
  expect(response.status).toBe(202)
  const { mostQueries } = await worker.control({})
  expect(mostQueries).toBeGreaterThan(BATCH_LIMIT)
  expect(mostQueries).toBeLessThan(QUERIES_MAX)
})

it('closes a stream of events after five minutes', async () => {
  const { id } = await readJob(call('/v1/jobs', { target: { manifests: [toadService(8080)] } }))
  const stream = await call(`/v1/jobs/${id}/events`)
  await worker.control({ elapsedMs: 5 * 60_000 })
  const text = await stream.text()
  await worker.control({ elapsedMs: 0 })
  expect(text).toMatch(/^event: path$/m)
  expect(text).not.toMatch(/^event: done$/m)
})

it('closes a stream of events before the queries of an invocation are spent; it can be resumed', async () => {
  const { id } = await readJob(call('/v1/jobs', { target: { manifests: [toadService(8080)] } }))
  await worker.control({ withheld: QUERIES_MAX - 60 })
  const stream = await (await call(`/v1/jobs/${id}/events`)).text()
  await worker.control({ withheld: 0 })
  expect(stream).toMatch(/^event: path$/m)
  expect(stream).not.toMatch(/^event: done$/m)
  expect(worker.lines.filter((line) => line.includes('at most 1000 queries'))).toEqual([])
})

it.each([
  ['tries', jobOf(1, 1, 3), 'impossible_request', '/samples'],
  ['characters of the plan', jobOf(400, 1), 'not_supported', '/checks'],
  ['bytes of secrets', jobOf(1, 18_000), 'not_supported', '/checks'],
])('refuses more %s, with the field that has them', async (_what, body, code, pointer) => {
  const response = await call('/v1/jobs', body)
  const problem = await readProblem(response)
  expect([response.status, problem.code, problem.errors[0]?.pointer]).toEqual([422, code, pointer])
})

it('refuses what the edge cannot do, all of it at once', async () => {
  const response = await call('/v1/jobs', {
    target: { manifests: [toadService(8080)] },
    checks: [
      { name: 'a', type: 'http', httpVersion: '2' },
      { name: 'b', type: 'tcp', tls: { caPem: (await createAuthority()).caPem } },
    ],
    settleMs: 1000,
    samples: 100,
  })
  const { code, errors } = await readProblem(response)
  expect([code, errors.map(({ pointer }) => pointer)]).toEqual([
    'not_supported',
    ['/checks/0/httpVersion', '/checks/1/tls/caPem', '/settleMs'],
  ])
})
