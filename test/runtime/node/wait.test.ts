import { expect, it } from 'vitest'
import { type Clock, systemClock } from '../../../src/lib/clock.ts'
import { startTestPortolan } from '../../support/portolan.ts'
import { pathOf, readJob, readJobs } from '../../support/read.ts'
import { startPod, toadService } from '../../support/toad.ts'

/** A waiting request sleeps this long between two looks (`settings.poll` in server.ts). */
const POLL_MS = 500

it('answers a wait when the job ends, not at a poll tick', async () => {
  // Of the clock only the poll's sleep is made up: it never ends by itself, so nothing but the job's end can answer.
  const polling = Promise.withResolvers<void>()
  const clock: Clock = {
    ...systemClock,
    sleep: (ms, signal) => {
      if (ms !== POLL_MS) {
        return systemClock.sleep(ms, signal)
      }
      polling.resolve()
      return new Promise((resolve) => signal?.addEventListener('abort', () => resolve()))
    },
  }
  const pod = await startPod('toad', '127.0.0.1', async (_request, response) => {
    await polling.promise
    response.end('ok')
  })
  const api = await startTestPortolan({}, { clock })
  const json = {
    target: { manifests: [toadService(pod.port)] },
    paths: { include: ['ClusterIP'] },
    timeoutMs: 20_000,
  }
  const response = await api.call('/v1/jobs?wait=30', { json })
  const job = await readJob(response)
  expect([response.status, job.status, pathOf(job, 'ClusterIP').outcome]).toEqual([200, 'finished', 'pass'])
  await Promise.all([api.close(), pod.close()])
})

it('answers those who wait for a job, or follow it, when the process is asked to end, not by cutting them off', async () => {
  const asked = Promise.withResolvers<void>()
  const pod = await startPod('toad', '127.0.0.1', () => asked.resolve())
  const api = await startTestPortolan()
  const json = { target: { manifests: [toadService(pod.port)] }, paths: { include: ['ClusterIP'] }, timeoutMs: 60_000 }
  const waiting = api.call('/v1/jobs?wait=300', { json })
  await asked.promise
  const [job] = (await readJobs(api.call('/v1/jobs'))).items
  const following = await api.call(`/v1/jobs/${job?.id}/events`)
  await api.close()
  const answer = await waiting
  const { id, verdict } = await readJob(answer)
  expect([answer.status, answer.headers.has('retry-after'), id, verdict]).toEqual([202, true, job?.id, null])
  expect(await following.text()).not.toContain('event: done')
  await pod.close()
})
