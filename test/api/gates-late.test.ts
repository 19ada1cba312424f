import { afterAll, beforeAll, expect, it } from 'vitest'
import { callWebhook } from '../support/controllers/flagger.ts'
import { describeLive } from '../support/describe-live.ts'
import { askArgo, askFlagger, balanced, CANARY, OUTSIDE, payload, SHOP } from '../support/gates.ts'
import { liveClusters } from '../support/live-cluster.ts'
import { liveObjects } from '../support/live-objects.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readJobs, readProblem } from '../support/read.ts'
import { type Pod, startPod } from '../support/toad.ts'

const jobsOf = async (api: TestPortolan, service: string) =>
  (await readJobs(api.call(`/v1/jobs?service=${service}`))).items

describeLive('a gate where the cluster answers slowly, or names what there is', () => {
  const clusters = liveClusters()
  let pod: Pod
  beforeAll(async () => {
    pod = await startPod('toad')
  })
  afterAll(async () => {
    await clusters.closeAll()
    await pod.close()
  })

  it('names the Services of the namespace where the one that is meant is not there', async () => {
    const { source } = await clusters.of([balanced('toad', pod.port), balanced('toad-primary', pod.port)])
    const api = await startTestPortolan(OUTSIDE, { clusterSource: source })
    try {
      const webhook = { url: `${api.url}/v1/gates/flagger` }
      const { error, attempts } = await callWebhook(CANARY, 'Progressing', webhook)
      expect(attempts).toEqual([{ status: 412, waitedS: null }])
      expect(error?.replaceAll(/\s+/g, ' ')).toMatch(
        /^FAIL nothing was tested Service\/toad-canary is not in namespace shop of cluster default\. .*There are: toad, toad-primary\. metadata\.service of the webhook says which Service is meant/,
      )
      const asked = await askArgo(api, { service: 'toad-canary', namespace: SHOP })
      expect([asked.verdict, asked.summary]).toEqual([
        'error',
        expect.stringContaining('There are: toad, toad-primary.'),
      ])
      expect(await callWebhook(CANARY, 'Progressing', { ...webhook, metadata: { service: 'toad' } })).toMatchObject({
        error: null,
      })
    } finally {
      await api.close()
    }
  })

  it('answers within the wait while the objects are still being read, and the job is made all the same', async () => {
    const cluster = liveObjects([balanced('toad-canary', pod.port)])
    const read = Promise.withResolvers<void>()
    const source = {
      async read(...asked: Parameters<typeof cluster.source.read>) {
        await read.promise
        return cluster.source.read(...asked)
      },
    }
    const api = await startTestPortolan(OUTSIDE, { clusterSource: source })
    try {
      const startedAt = performance.now()
      const late = await askFlagger(api, payload(), '?wait=1')
      expect(performance.now() - startedAt).toBeGreaterThan(900)
      expect([late.status, late.headers.get('retry-after')]).toEqual([503, '1'])
      expect((await readProblem(late)).detail).toContain('were not read from the cluster within the wait')
      read.resolve()
      await expect.poll(() => jobsOf(api, 'toad-canary')).toHaveLength(1)
      const told = await askFlagger(api, payload())
      expect([told.status, await jobsOf(api, 'toad-canary')]).toEqual([
        200,
        [expect.objectContaining({ verdict: 'pass' })],
      ])
    } finally {
      await api.close()
    }
  })

  it.each([
    ['is told', 299_000, true],
    ['is forgotten', 300_001, false],
  ])('a verdict that nobody has heard %s after %i ms, as the next rollout may ask then', async (_what, ms, isTold) => {
    const clock = createManualClock(Date.UTC(2026, 10, 30, 12))
    const answers = Promise.withResolvers<void>()
    const slow = await startPod('slow', '127.0.0.1', async (_request, response) => {
      await answers.promise
      response.end('ok')
    })
    const cluster = liveObjects([balanced('toad-canary', slow.port)])
    const api = await startTestPortolan(OUTSIDE, { clusterSource: cluster.source, clock })
    try {
      const gone = new AbortController()
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, signal: gone.signal }
      const asking = fetch(`${api.url}/v1/gates/flagger`, { ...init, body: JSON.stringify(payload()) }).catch(
        () => 'gone',
      )
      await expect.poll(() => jobsOf(api, 'toad-canary')).toHaveLength(1)
      gone.abort()
      expect(await asking).toBe('gone')
      answers.resolve()
      await expect.poll(() => jobsOf(api, 'toad-canary')).toMatchObject([{ status: 'finished', verdict: 'pass' }])
      clock.advance(ms)
      const [old] = await jobsOf(api, 'toad-canary')
      const asked = await askFlagger(api, payload())
      expect([asked.status, asked.headers.get('location') === `/v1/jobs/${old?.id}`]).toEqual([200, isTold])
      expect(await jobsOf(api, 'toad-canary')).toHaveLength(isTold ? 1 : 2)
    } finally {
      await Promise.all([api.close(), slow.close()])
    }
  })
})
