import { afterAll, beforeAll, expect, it } from 'vitest'
import { readEvents } from '../support/events.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readJob } from '../support/read.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

let api: TestPortolan
let pod: Pod
/** Answers are held until released, so that a job is in the middle for as long as the test wants. */
let release: () => void

beforeAll(async () => {
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  let asked = 0
  api = await startTestPortolan({ PORTOLAN_CONCURRENCY_PER_ADDRESS: '1' })
  pod = await startPod('toad', '127.0.0.1', async (_request, response) => {
    asked++
    if (asked > 3) {
      await released
    }
    response.end('ok')
  })
})
afterAll(() => Promise.all([api.close(), pod.close()]))

it('misses nothing when it is resumed in the middle, ends with done, and a reconnect after it is 204', async () => {
  const body = {
    target: { manifests: [toadService(pod.port)] },
    paths: { include: ['ClusterIP'] },
    samples: 8,
    timeoutMs: 20_000,
  }
  const { id } = await readJob(api.call('/v1/jobs', { json: body }))
  const open = (lastEventId?: string | null) =>
    api.call(`/v1/jobs/${id}/events`, { headers: lastEventId ? { 'last-event-id': lastEventId } : {} })

  const before = await readEvents(
    await open(),
    (events) => events.filter(({ event }) => event === 'result').length === 3,
  )
  expect(before[0]?.event).toBe('path')
  release()
  const lastId = before.findLast(({ id }) => id !== null)?.id
  const after = await readEvents(await open(lastId))

  const results = [...before, ...after].filter(({ event }) => event === 'result')
  expect(results.map(({ data }) => data.sample).toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  expect(new Set(results.map(({ data }) => data.id)).size).toBe(8)
  const done = after.at(-1)
  expect(done).toMatchObject({
    event: 'done',
    data: { id, status: 'finished', verdict: 'pass', summary: { pass: 1, fail: 0, error: 0 } },
  })
  expect(after.findLast(({ event, data }) => event === 'path' && data.kind === 'ClusterIP')?.data.outcome).toBe('pass')
  expect((await open(done?.id)).status).toBe(204)
})
