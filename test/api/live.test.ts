import { request } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { by } from '../contract/runtimes.ts'
import { describeLive } from '../support/describe-live.ts'
import { liveObjects, unreachable } from '../support/live-objects.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readJob, readPlan, readProblem } from '../support/read.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

const cluster = liveObjects()
let api: TestPortolan
let pod: Pod

beforeAll(async () => {
  const outside = { PORTOLAN_VANTAGE: 'outside' }
  ;[api, pod] = await Promise.all([startTestPortolan(outside, { clusterSource: cluster.source }), startPod('toad')])
  cluster.set([balanced(pod.port)])
})
afterAll(() => Promise.all([api.close(), pod.close()]))

/** A Service that is reached from outside. */
const balanced = (port: number) => ({
  ...toadService(port, { type: 'LoadBalancer' }),
  status: { loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } },
})

const CI_STEP = '/v1/jobs?service=toad-svc&namespace=default&wait=20&failStatus=424&format=text'

/** Sends exactly these headers, as a client other than fetch does. */
const send = (path: string, headers: Record<string, string>, chunks: readonly string[] | null) =>
  new Promise<{ status: number; text: string }>((resolve, reject) => {
    const sent = request(api.url + path, { method: 'POST', headers }, async (response) => {
      const parts: string[] = []
      for await (const part of response) {
        parts.push(String(part))
      }
      resolve({ status: response.statusCode ?? 0, text: parts.join('') })
    })
    sent.on('error', reject)
    for (const chunk of chunks ?? []) {
      sent.write(chunk)
    }
    sent.end()
  })

describeLive('a POST without a body', () => {
  it('is the whole CI step: the Service is read from the cluster', async () => {
    const response = await api.call(CI_STEP, { method: 'POST' })
    expect(response.status).toBe(200)
    expect(await response.text()).toMatch(/^PASS {2}default\/toad-svc/)
    const read = cluster.reads.at(-1)
    expect(read?.target).toMatchObject({ cluster: 'default', namespace: 'default', service: 'toad-svc' })
    expect(read?.how).toEqual({ held: false })
  })

  it.each([
    ['no headers at all', {}],
    ['a length of 0', { 'content-length': '0' }],
    ['a length of 0, and the content type of JSON', { 'content-length': '0', 'content-type': 'application/json' }],
    [
      'a length of 0, and the content type of forms',
      { 'content-length': '0', 'content-type': 'application/x-www-form-urlencoded' },
    ],
    ['chunks, of which there is none', { 'transfer-encoding': 'chunked' }],
  ] as const)('is one with %s', async (_name, headers) => {
    const { status, text } = await send(CI_STEP, headers, null)
    expect([status, text.slice(0, 23)]).toEqual([200, 'PASS  default/toad-svc '])
  })

  it('is refused where the content type promises manifests, as a pipe that broke looks like that', async () => {
    const before = cluster.reads.length
    for (const headers of [{ 'content-length': '0' }, { 'transfer-encoding': 'chunked' }]) {
      const { status, text } = await send(CI_STEP, { ...headers, 'content-type': 'application/yaml' }, null)
      expect([status, JSON.parse(text).code, JSON.parse(text).detail]).toEqual([
        400,
        'malformed_manifests',
        expect.stringContaining('set -o pipefail'),
      ])
    }
    expect(cluster.reads).toHaveLength(before)
  })

  it.each([
    ['a line break', '\n', 'application/yaml', 400, 'malformed_manifests'],
    ['an empty document', '---\n', 'application/yaml', 400, 'malformed_manifests'],
    [
      'an empty List of kubectl',
      '{"apiVersion":"v1","kind":"List","items":[]}',
      'application/json',
      422,
      'service_not_found',
    ],
    ['blanks', '  ', 'application/json', 400, 'malformed_body'],
  ] as const)('is not one with %s', async (_name, text, type, status, code) => {
    const before = cluster.reads.length
    const response = await api.call(CI_STEP, { method: 'POST', body: text, headers: { 'content-type': type } })
    expect([response.status, (await readProblem(response)).code]).toEqual([status, code])
    expect(cluster.reads).toHaveLength(before)
  })

  it('has to name the Service', async () => {
    const response = await api.call('/v1/jobs?wait=5', { method: 'POST' })
    const problem = await readProblem(response)
    expect([response.status, problem.code, problem.errors[0]?.pointer]).toEqual([400, 'invalid_request', '?service'])
    expect(problem.detail).toContain('?service=toad-svc&namespace=shop')
  })

  it('takes the options of the query', async () => {
    const query = 'samples=3&label=commit=4f2a91c&timeoutMs=1000&history=false&wait=20'
    const job = await readJob(api.call(`/v1/jobs?service=toad-svc&${query}`, { method: 'POST' }))
    expect(job).toMatchObject({ verdict: 'pass', labels: { commit: '4f2a91c' } })
    expect(job.paths.find(({ kind }) => kind === 'LoadBalancer')?.results).toHaveLength(3)
  })

  it('plans too', async () => {
    const plan = await readPlan(api.call('/v1/plan?service=toad-svc&namespace=default', { method: 'POST' }))
    expect(plan.target).toEqual({ cluster: 'default', namespace: 'default', service: 'toad-svc' })
  })

  it.each([
    ['service', 'Toad_Svc'],
    ['service', '../../secrets/x'],
    ['service', '-toad'],
    ['namespace', 'shop%2fx'],
    ['namespace', 'shop?x=1'],
    ['namespace', 'shöp'],
  ])('refuses a %s that no object can have: %s', async (field, value) => {
    const before = cluster.reads.length
    const names = new URLSearchParams({ service: 'toad-svc', [field]: value })
    const response = await api.call(`/v1/jobs?${names}`, { method: 'POST' })
    const { code, errors } = await readProblem(response)
    expect([response.status, code, errors[0]?.pointer]).toEqual([400, 'invalid_request', `?${field}`])
    expect(cluster.reads).toHaveLength(before)
  })

  it('is answered with what the cluster answers', async () => {
    cluster.refuse(unreachable())
    try {
      const response = await api.call(CI_STEP, { method: 'POST' })
      expect([response.status, (await readProblem(response)).code]).toEqual([502, 'cluster_unreachable'])
    } finally {
      cluster.refuse(null)
    }
  })
})

describeLive('a job as JSON without manifests', () => {
  it('is about the live Service', async () => {
    const json = { target: { namespace: 'default', service: 'toad-svc' }, paths: { include: ['LoadBalancer'] } }
    expect(await readJob(api.call('/v1/jobs?wait=20', { json }))).toMatchObject({ verdict: 'pass', problem: null })
  })

  it('refuses names that no object can have, with pointers', async () => {
    const json = { target: { namespace: 'shop/../x', service: 'Toad' } }
    const response = await api.call('/v1/jobs', { json })
    const { code, errors } = await readProblem(response)
    expect([response.status, code, errors.map(({ pointer }) => pointer)]).toEqual([
      ...[400, 'invalid_request'],
      ['/target/namespace', '/target/service'],
    ])
  })
})

if (by('cluster', { node: false, workers: true })) {
  it('has no cluster on Workers, and says what to send', async () => {
    for (const path of ['/v1/jobs?service=toad-svc', '/v1/plan?service=toad-svc']) {
      const response = await api.call(path, { method: 'POST' })
      const { code, detail } = await readProblem(response)
      expect([response.status, code]).toEqual([422, 'no_cluster'])
      expect(detail).toContain('on Workers nothing does')
    }
  })
}
