import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { load } from 'js-yaml'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ApiDocument, clientDocument } from '../../scripts/client-document.ts'
import { createClient, type Job, type JobEvent, PortolanProblem } from '../../src/client/index.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

const TOKEN = 'the-admin-token-of-the-tests'

let api: TestPortolan
let pod: Pod
let closed: Pod
const client = () => createClient({ baseUrl: api.url, token: TOKEN })

beforeAll(async () => {
  api = await startTestPortolan({ PORTOLAN_ADMIN_TOKEN: TOKEN })
  pod = await startPod('toad')
  closed = await startPod('closed')
  await closed.close()
})
afterAll(() => Promise.all([api.close(), pod.close()]))

const request = (port: number) => ({
  target: { manifests: [toadService(port)] },
  paths: { include: ['ClusterIP' as const] },
})

/** Each path that can be reached from here has results; the others are skipped. */
const failuresOf = (job: Job) =>
  job.paths.flatMap(({ results }) => results.flatMap(({ failure }) => failure?.code ?? []))

it('makes a job, waits for it and reads what failed', async () => {
  const made = await client().createJob(request(closed.port))
  const job = await client().waitForJob(made.id)
  expect([job.verdict, failuresOf(job)]).toEqual(['fail', ['connection_refused']])
  expect(await client().getJob(job.id)).toEqual(job)
})

it('takes manifests as a text, and gives a text where a format is asked for', async () => {
  const manifests = JSON.stringify(toadService(pod.port))
  const junit = await client().createJob(manifests, { wait: 20, format: 'junit', label: ['build=7'] })
  expect(junit).toMatch(/^<\?xml/)
  const [head] = (await client().listJobs({ label: ['build=7'] })).items
  expect(head).toMatchObject({ labels: { build: '7' }, target: { service: 'toad-svc' } })
})

it('throws what the server refuses, with all that is wrong', async () => {
  const refused = client().createJob({ target: { manifests: [] }, samples: 0 })
  await expect(refused).rejects.toBeInstanceOf(PortolanProblem)
  await expect(refused).rejects.toMatchObject({
    ...{ status: 400, code: 'invalid_request', type: expect.stringContaining('/docs/errors/invalid_request.md') },
    requestId: expect.stringMatching(/^req_/),
    errors: [{ pointer: '/samples', detail: expect.any(String) }],
  })
  const unknown = createClient({ baseUrl: api.url, token: 'not-the-token' }).whoami()
  await expect(unknown).rejects.toMatchObject({ status: 401, code: 'unauthenticated' })
})

/** What answers are by the types of the client, which say more than the document: what has a default is there. */
const answered = (() => {
  const document = clientDocument(load(readFileSync('openapi.yaml', 'utf8')) as ApiDocument)
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addSchema({ $id: 'client', components: document.components })
  return (name: string, value: unknown) => {
    const validate = ajv.getSchema(`client#/components/schemas/${name}`)
    return validate?.(value) ? [] : (validate?.errors ?? [{ message: `no schema ${name}` }])
  }
})()

it('answers hold every property that has a default, as the types say', async () => {
  const secret = { headers: { authorization: 'Bearer of-the-target' }, body: 'secret' }
  const least = [
    { type: 'http', name: 'least' },
    { type: 'http', name: 'more', method: 'POST', ...secret, expect: {}, tls: {} },
    { type: 'tcp', name: 'tcp', tls: {}, queryResponse: [{ expect: '^220' }] },
    { type: 'grpc', name: 'grpc', metadata: { key: 'secret' }, expect: {}, tls: {} },
    { type: 'dns', name: 'dns' },
    { type: 'dnsQuery', name: 'query', expect: { validateAnswerRrs: {} } },
  ] as const
  const [name, cron] = ['with every kind', '@yearly']
  const job = {
    ...request(pod.port),
    checks: least,
    addresses: { ingressController: [] },
    expect: {},
    retries: {},
  }
  const made = await client().createSchedule({ name, cron, job })
  expect(answered('Schedule', made)).toEqual([])
  expect(answered('Schedule', await client().getSchedule(made.id))).toEqual([])
  const { id } = await client().createSchedule({
    name,
    cron,
    batch: { target: { manifests: [toadService(pod.port)] } },
  })
  expect(answered('Schedule', await client().getSchedule(id))).toEqual([])
})

it('goes through all pages of a list, asking for each when it is needed', async () => {
  const labels = { suite: 'pages' }
  const made: string[] = []
  for (const samples of [1, 2, 3]) {
    made.push((await client().createJob({ ...request(pod.port), samples, labels })).id)
  }
  const asked: string[] = []
  const counting = createClient({
    ...{ baseUrl: api.url, token: TOKEN },
    fetch: (each) => {
      asked.push(new URL(each.url).search)
      return fetch(each)
    },
  })
  const seen: string[] = []
  for await (const { id } of counting.eachJob({ limit: 1, label: ['suite=pages'] })) {
    seen.push(id)
    if (seen.length === 2) {
      break
    }
  }
  expect([seen, asked.length]).toEqual([made.toReversed().slice(0, 2), 2])
  for await (const { id } of counting.eachJob({ limit: 2, label: ['suite=pages'] })) {
    seen.push(id)
  }
  expect(seen.slice(2)).toEqual(made.toReversed())
})

it('goes through the pages of what a path names', async () => {
  const { id } = await client().createJob({ ...request(pod.port), samples: 3 }, { wait: 20 })
  const seen: string[] = []
  for await (const { jobId } of client().eachServiceResult('default', 'toad-svc', { limit: 1, kind: 'ClusterIP' })) {
    seen.push(jobId)
  }
  expect(seen.filter((jobId) => jobId === id)).toHaveLength(3)
})

it('follows a job from its paths to its end', async () => {
  const { id } = await client().createJob({ ...request(pod.port), samples: 2 })
  const events: JobEvent[] = []
  for await (const event of client().jobEvents(id)) {
    events.push(event)
  }
  const results = events.filter(({ event }) => event === 'result')
  expect([results.length, events[0]?.event, events.at(-1)]).toEqual([
    ...[2, 'path'],
    { event: 'done', id: expect.any(String), data: expect.objectContaining({ id, verdict: 'pass' }) },
  ])
  const rest: JobEvent[] = []
  for await (const event of client().jobEvents(id, { lastEventId: results[0]?.id ?? undefined })) {
    rest.push(event)
  }
  expect(rest.filter(({ event }) => event !== 'path')).toEqual(events.filter(({ event }) => event !== 'path').slice(1))
})

it('makes one job of a request that it sends twice', async () => {
  let sent = 0
  const losing = createClient({
    ...{ baseUrl: api.url, token: TOKEN },
    fetch: async (each) => {
      sent += 1
      const response = await fetch(each)
      if (sent === 1) {
        await response.body?.cancel()
        throw new TypeError('the answer is lost')
      }
      return response
    },
  })
  const { data, response } = await losing.withResponse.createJob({ ...request(pod.port), labels: { suite: 'twice' } })
  expect([sent, response.headers.get('idempotent-replayed')]).toEqual([2, 'true'])
  expect((await client().listJobs({ label: ['suite=twice'] })).items.map(({ id }) => id)).toEqual([data.id])
})

it('gives the verdict as the document, also where the status says that it failed', async () => {
  const { data, response } = await client().withResponse.createJob(request(closed.port), { wait: 20, failStatus: 424 })
  expect([response.status, data.verdict]).toEqual([424, 'fail'])
})

it('changes a schedule only as it was read', async () => {
  const { data: made, response } = await client().withResponse.createSchedule({
    ...{ name: 'toad', cron: '@yearly', job: request(pod.port) },
  })
  const ifMatch = response.headers.get('etag') ?? ''
  const changed = await client().changeSchedule(made.id, { enabled: false }, { ifMatch })
  expect([made.enabled, changed.enabled]).toEqual([true, false])
  const late = client().changeSchedule(made.id, { enabled: true }, { ifMatch })
  await expect(late).rejects.toMatchObject({ status: 412, code: 'precondition_failed' })
  const { response: read } = await client().withResponse.getSchedule(made.id)
  expect(await client().deleteSchedule(made.id, { ifMatch: read.headers.get('etag') ?? '' })).toBeUndefined()
})

it('waits for a batch', async () => {
  const { id } = await client().createBatch({
    target: { manifests: [toadService(pod.port)] },
    paths: { include: ['ClusterIP'] },
  })
  expect(await client().waitForBatch(id)).toMatchObject({ id, verdict: 'pass', jobs: [{ service: 'toad-svc' }] })
})

it('reads what takes nothing, whatever it is answered as', async () => {
  const asked = client()
  const texts = await Promise.all([
    ...[asked.getMetrics(), asked.getOpenApiYaml(), asked.getDocs(), asked.getLogin()],
    ...[asked.getDocsFile('errors', 'not_found.md'), asked.getServiceBadge('default', 'toad-svc')],
  ])
  expect(texts.map((text) => typeof text)).toEqual(texts.map(() => 'string'))
  const documents = await Promise.all([
    ...[asked.whoami(), asked.getLivez(), asked.getReadyz(), asked.getOpenApiJson()],
    ...[asked.getReport(), asked.explainEgress({ address: '127.0.0.1' }), asked.createPlan(request(pod.port))],
    ...[asked.getService('default', 'toad-svc'), asked.getServiceSeries('default', 'toad-svc'), asked.listAudit()],
  ])
  expect(documents.map((document) => typeof document)).toEqual(documents.map(() => 'object'))
})
