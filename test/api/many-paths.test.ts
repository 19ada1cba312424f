/** Trials of safety, row D3: what is asked of one Service multiplies, and is bounded wherever it is planned. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadBalancerStatus, service } from '../support/manifests.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readBatch, readJob, readPlan, readProblem } from '../support/read.ts'

let api: TestPortolan
beforeAll(async () => {
  api = await startTestPortolan()
})
afterAll(() => api.close())

const upTo = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at))
const balanced = (ports: number, addresses: number) =>
  service(
    { type: 'LoadBalancer', ports: upTo(ports, (at) => ({ name: `p${at}`, port: at + 1 })) },
    {},
    loadBalancerStatus(...upTo(addresses, (at) => ({ ip: `203.0.${at >> 8}.${at & 255}` }))),
  )
const refused = { target: { manifests: [balanced(20_000, 100)] } }
const detail = expect.stringContaining('20000 ports × 100 addresses = 2000000')

describe('a Service of more paths than can be planned', () => {
  it.each([
    ['/v1/plan', refused],
    ['/v1/jobs', refused],
    ['/v1/schedules', { name: 'nightly', cron: '0 3 * * *', job: refused }],
  ])('%s: a 422 with the numbers that multiply', async (path, json) => {
    const response = await api.call(path, { json })
    expect(response.status).toBe(422)
    expect(await readProblem(response)).toMatchObject({ code: 'impossible_request', detail })
  })

  it('/v1/batches: its job ends with the refusal', async () => {
    const { jobs } = await readBatch(api.call('/v1/batches?wait=10', { json: refused }))
    expect(jobs).toHaveLength(1)
    expect(await readJob(api.call(`/v1/jobs/${jobs[0]?.id}`))).toMatchObject({
      verdict: 'error',
      problem: { code: 'impossible_request', detail },
    })
  })
})

describe('a Service of many paths', () => {
  it('/v1/plan: lists a bounded part of them, and tells how many there are', async () => {
    const { paths, notApplicable } = await readPlan(
      api.call('/v1/plan', { json: { target: { manifests: [balanced(500, 500)] } } }),
    )
    expect(paths.length).toBeLessThan(2_500)
    expect(paths.filter(({ skipped }) => skipped === null)).toHaveLength(500)
    expect(notApplicable.find(({ kind }) => kind === 'LoadBalancer')?.reason).toContain('up to 250000 paths')
  })
})
