import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { NewJob } from '../../src/store/stored-job.ts'
import { openQueue, type TestQueue } from '../support/queue.ts'
import { aRequest } from '../support/request.ts'
import { aJob, aPlannedPath } from '../support/stored.ts'
import { type Pod, startPod } from '../support/toad.ts'

const SAMPLES = 3

let queue: TestQueue
let pod: Pod
beforeAll(async () => {
  ;[queue, pod] = await Promise.all([openQueue(), startPod('toad')])
})
afterAll(() => Promise.all([queue.close(), pod.close()]))

/** Durable, of one path to the pod. */
async function made(over: Partial<NewJob> = {}): Promise<string> {
  const path = aPlannedPath({ address: '127.0.0.1', addressPort: pod.port, url: `http://127.0.0.1:${pod.port}/` })
  const job = aJob({ createdAtMs: Date.now(), request: aRequest({ samples: SAMPLES }), ...over })
  await queue.insert({ ...job, plan: job.plan && { ...job.plan, paths: [path] } })
  return job.id
}

/** Every try once, and one end. */
async function expectOnce(id: string): Promise<void> {
  const { verdict, tries } = await queue.finished(id)
  expect([verdict, tries.length, new Set(tries).size]).toEqual(['pass', SAMPLES, SAMPLES])
  expect(queue.lines.filter((line) => line.includes('"job_finished"') && line.includes(id))).toHaveLength(1)
}

describe('a job that is enqueued', () => {
  it('is run', async () => {
    const id = await made()
    await queue.enqueue([id])
    await expectOnce(id)
  })

  it('is run once, however often it is, also when it has ended', async () => {
    const [id, other] = [await made(), await made()]
    await queue.enqueue([id, id])
    await queue.enqueue([id])
    await expectOnce(id)
    await queue.enqueue([id, other])
    await expectOnce(other)
    await expectOnce(id)
  })

  it('is run beside many others, each once', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => made()))
    await queue.enqueue(ids)
    for (const id of ids) {
      await expectOnce(id)
    }
  })

  it('is run although what came before it is unknown, or can never be done', async () => {
    const sealed = await made({ sealed: 'by nobody' })
    const id = await made()
    await queue.enqueue(['job_01M83D2BVVE31XQRGQF5DFQ4JC', sealed, id])
    await expectOnce(id)
    expect(await queue.finished(sealed)).toMatchObject({ verdict: 'error', tries: [] })
  })

  it('is not run where it was cancelled before', async () => {
    const [id, other] = [await made(), await made()]
    await queue.cancel(id)
    await queue.enqueue([id, other])
    await expectOnce(other)
    expect(await queue.read(id)).toEqual({ status: 'cancelled', verdict: null, tries: [] })
  })
})

describe('a job that nobody was told of', () => {
  it('is found and run, once', async () => {
    const id = await made()
    expect(await queue.read(id)).toEqual({ status: 'queued', verdict: null, tries: [] })
    await queue.sweep()
    await expectOnce(id)
  })
})
