import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readJob } from '../support/read.ts'
import { historyOf } from '../support/read-history.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

let pod: Pod
let api: TestPortolan
beforeAll(async () => {
  ;[pod, api] = await Promise.all([startPod('toad'), startTestPortolan({ PORTOLAN_VANTAGE_NAME: 'zone-a' })])
})
afterAll(() => Promise.all([pod.close(), api.close()]))

const run = (more: Record<string, unknown> = {}) => {
  const json = { target: { manifests: [toadService(pod.port)] }, paths: { include: ['ClusterIP'] }, ...more }
  return readJob(api.call('/v1/jobs?wait=20', { json }))
}

describe('a vantage that was given a name', () => {
  it('is told by it in jobs, plans, history and metrics, and reaches what its position reaches', async () => {
    const job = await run()
    expect([job.vantage, job.verdict]).toEqual(['zone-a', 'pass'])
    const json = { target: { manifests: [toadService(pod.port)] } }
    expect(await (await api.call('/v1/plan', { json })).json()).toMatchObject({ vantage: 'zone-a' })
    const { paths } = await historyOf(api).service('default/toad-svc')
    const names = paths.flatMap(({ states }) => states.map(({ vantage }) => vantage))
    expect(new Set(names)).toEqual(new Set(['zone-a']))
    expect(await (await api.call('/metrics')).text()).toContain('vantage="zone-a"')
  })

  it('keeps its name where a request states another position, which says what can be tested', async () => {
    const job = await run({ vantage: 'outside' })
    expect([job.vantage, new Set(job.paths.map(({ skipped }) => skipped?.reason))]).toEqual([
      'zone-a',
      new Set(['vantage']),
    ])
  })

  it('is what results are chosen by; a name that no vantage has finds none', async () => {
    const { results } = historyOf(api)
    const named = await results('default/toad-svc/results?vantage=zone-a')
    expect([named.items.length > 0, (await results('default/toad-svc/results?vantage=outside')).items]).toEqual([
      true,
      [],
    ])
  })
})
