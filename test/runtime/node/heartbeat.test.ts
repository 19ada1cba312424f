import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createManualClock } from '../../support/manual-clock.ts'
import { startTestPortolan } from '../../support/portolan.ts'
import { readJob } from '../../support/read.ts'
import { startPod, toadService } from '../../support/toad.ts'

it('a stream of events on which nothing happens is kept open by a comment every 15 s', async () => {
  const over = Promise.withResolvers<void>()
  const pod = await startPod('silent', '127.0.0.1', async (_request, response) => {
    await over.promise
    response.end('ok')
  })
  const clock = createManualClock(Date.parse('2026-11-23T00:00:00Z'))
  const api = await startTestPortolan({}, { clock })
  const json = {
    ...{ target: { manifests: [toadService(pod.port)] }, paths: { include: ['ClusterIP'] } },
    ...{ timeoutMs: 60_000, deadlineMs: 900_000 },
  }
  const { id } = await readJob(api.call('/v1/jobs', { json }))
  const { body } = await api.call(`/v1/jobs/${id}/events`)
  let text = ''
  const reading = (async () => {
    const decoder = new TextDecoder()
    for await (const chunk of body ?? []) {
      text += decoder.decode(chunk, { stream: true })
      if (text.split(': still here\n\n').length > 2) {
        return
      }
    }
  })()
  let ended = false
  void reading.then(() => {
    ended = true
  })
  const startedMs = clock.now()
  while (!ended && clock.now() < startedMs + 600_000) {
    clock.advance(20)
    await setImmediate()
  }
  await reading
  expect(text.startsWith('event: path\n')).toBe(true)
  expect(text).not.toContain('event: done')
  expect(clock.now() - startedMs).toBeGreaterThanOrEqual(30_000)
  over.resolve()
  await Promise.all([api.close(), pod.close()])
})
