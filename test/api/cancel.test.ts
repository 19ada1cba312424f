import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { by } from '../contract/runtimes.ts'
import { readEvents } from '../support/events.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { pathOf, readBatch, readJob, readProblem } from '../support/read.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

let api: TestPortolan
let pod: Pod
let quick: Pod
/** Answers are held back until released, so that a job is in the middle for as long as a test wants. */
let released = Promise.withResolvers<void>()
let held = Promise.withResolvers<void>()
let asked = 0

beforeAll(async () => {
  api = await startTestPortolan({ PORTOLAN_CONCURRENCY_PER_ADDRESS: '1' })
  quick = await startPod('quick', '127.0.0.2')
  pod = await startPod('toad', '127.0.0.1', async (_request, response) => {
    asked++
    if (asked > 2) {
      held.resolve()
      await released.promise
    }
    response.end('ok')
  })
})
beforeEach(() => {
  released.resolve()
  released = Promise.withResolvers<void>()
  held = Promise.withResolvers<void>()
  asked = 0
})
afterAll(async () => {
  released.resolve()
  await Promise.all([api.close(), pod.close(), quick.close()])
})

const only = { paths: { include: ['ClusterIP'] }, timeoutMs: 60_000, deadlineMs: 120_000 }
const cancel = (path: string) => api.call(`${path}/cancel`, { method: 'POST' })
const service = (name: string, { address, port }: Pod) => ({
  ...toadService(port, { clusterIP: address, clusterIPs: [address] }),
  metadata: { name, namespace: 'default' },
})

describe('POST /v1/jobs/{id}/cancel', () => {
  it('ends a job in the middle: who waits is answered, what was recorded stays, nothing more is tried', async () => {
    const json = { ...only, target: { manifests: [toadService(pod.port)] }, samples: 5 }
    const { id } = await readJob(api.call('/v1/jobs', { json }))
    const waiting = readJob(api.call(`/v1/jobs/${id}?wait=25`))
    const events = readEvents(await api.call(`/v1/jobs/${id}/events`))
    await held.promise
    const cancelled = await cancel(`/v1/jobs/${id}`)
    expect([cancelled.status, await readJob(cancelled)]).toMatchObject([
      200,
      { id, status: 'cancelled', verdict: null, problem: null, finishedAt: expect.any(String) },
    ])
    expect(await waiting).toMatchObject({ id, status: 'cancelled' })
    expect((await events).at(-1)).toMatchObject({ event: 'done', data: { id, status: 'cancelled', verdict: null } })
    released.resolve()

    // A job after it has the pod to itself: what the cancelled one still had to try is not tried.
    const next = await readJob(api.call('/v1/jobs?wait=25', { json: { ...json, samples: 1 } }))
    expect(next.verdict).toBe('pass')
    expect(asked).toBeLessThanOrEqual(by('cancel', { node: 4, workers: 6 }))
    const job = await readJob(api.call(`/v1/jobs/${id}`))
    expect(pathOf(job, 'ClusterIP').results.every(({ sample, outcome }) => sample <= 2 && outcome === 'pass')).toBe(
      true,
    )
    expect((await api.call(`/v1/jobs/${id}?wait=1&failStatus=424`)).status).toBe(424)
  })

  it('cannot be done twice, nor to a job that has ended or is not there', async () => {
    const json = { ...only, target: { manifests: [service('quick', quick)] } }
    const { id } = await readJob(api.call('/v1/jobs?wait=25', { json }))
    const again = await cancel(`/v1/jobs/${id}`)
    expect([again.status, (await readProblem(again)).code]).toEqual([409, 'conflict'])
    expect((await readJob(api.call(`/v1/jobs/${id}`))).status).toBe('finished')
    expect((await cancel('/v1/jobs/job_01KAXW0000EXAMPLE0000000AB')).status).toBe(404)
  })
})

describe('POST /v1/batches/{id}/cancel', () => {
  it('cancels the jobs that have not ended, and leaves those that have', async () => {
    const manifests = [service('quick', quick), service('toad', pod)]
    const { id, jobs } = await readBatch(
      api.call('/v1/batches', { json: { ...only, target: { manifests }, samples: 5 } }),
    )
    await readJob(api.call(`/v1/jobs/${jobs[0]?.id}?wait=25`))
    await held.promise
    const response = await cancel(`/v1/batches/${id}`)
    const expected = {
      ...{ id, status: 'finished', verdict: 'inconclusive' },
      jobs: [
        { service: 'quick', status: 'finished', verdict: 'pass' },
        { service: 'toad', status: 'cancelled', verdict: null },
      ],
    }
    expect([response.status, await readBatch(response)]).toMatchObject([200, expected])
    expect(await readJob(api.call(`/v1/jobs/${jobs[1]?.id}`))).toMatchObject({ status: 'cancelled', batchId: id })
    const again = await cancel(`/v1/batches/${id}`)
    expect([again.status, (await readProblem(again)).code]).toEqual([409, 'conflict'])
    expect((await cancel('/v1/batches/bat_01KAXW0000EXAMPLE0000000AB')).status).toBe(404)
  })
})
