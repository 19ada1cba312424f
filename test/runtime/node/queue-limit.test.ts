import { expect, it } from 'vitest'
import { startTestPortolan } from '../../support/portolan.ts'
import { readJob, readProblem } from '../../support/read.ts'
import { startPod, toadService } from '../../support/toad.ts'

/** Jobs of one process at once (server.ts): the next one waits. */
const AT_ONCE = 32

it('refuses jobs beyond those that may wait with a 503 that says when to come again, and takes them later', async () => {
  const released = Promise.withResolvers<void>()
  const allHeld = Promise.withResolvers<void>()
  let held = 0
  const pod = await startPod('toad', '127.0.0.1', async (_request, response) => {
    if (++held === AT_ONCE) {
      allHeld.resolve()
    }
    await released.promise
    response.end('ok')
  })
  const api = await startTestPortolan({ PORTOLAN_QUEUE_LIMIT: '2', PORTOLAN_CONCURRENCY_PER_ADDRESS: '64' })
  const json = {
    ...{ target: { manifests: [toadService(pod.port)] }, paths: { include: ['ClusterIP'] } },
    ...{ timeoutMs: 60_000, deadlineMs: 120_000 },
  }
  const post = () => api.call('/v1/jobs', { json })
  // One after the other, as each has to leave the queue before the next may join it.
  for (let made = 0; made < AT_ONCE; ) {
    if ((await post()).status === 202) {
      made++
    }
  }
  await allHeld.promise
  const waiting = [await post(), await post()]
  const refused = await post()
  expect([...waiting.map(({ status }) => status), refused.status, refused.headers.get('retry-after')]).toEqual([
    ...[202, 202, 503, '5'],
  ])
  expect(await readProblem(refused)).toMatchObject({
    code: 'unavailable',
    detail: 'Too many jobs are waiting (PORTOLAN_QUEUE_LIMIT); try again later.',
  })
  released.resolve()
  const [first] = waiting
  expect(first && (await readJob(api.call(`${first.headers.get('location')}?wait=60`))).verdict).toBe('pass')
  expect((await post()).status).toBe(202)
  await Promise.all([api.close(), pod.close()])
})
