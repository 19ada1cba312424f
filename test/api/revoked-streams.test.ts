import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { read, readJob, readProblem } from '../support/read.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

const ADMIN_TOKEN = 'a-token-of-the-test-0123456789'
const WITHIN_MS = 5_000

let api: TestPortolan
let pod: Pod
/** Nothing is answered until the tests are over. */
const over = Promise.withResolvers<void>()

beforeAll(async () => {
  api = await startTestPortolan({ PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: ADMIN_TOKEN })
  pod = await startPod('silent', '127.0.0.1', async (_request, response) => {
    await over.promise
    response.end('ok')
  })
})
afterAll(async () => {
  over.resolve()
  await Promise.all([api.close(), pod.close()])
})

const as = (token: string) => ({ authorization: `Bearer ${token}` })

/** A token, and a job under it that lasts. */
async function begun() {
  const { id, token } = await read<{ id: string; token: string }>(
    api.call('/v1/tokens', { json: { name: 'CI', scopes: ['jobs:write', 'jobs:read'] }, headers: as(ADMIN_TOKEN) }),
  )
  const target = { manifests: [toadService(pod.port)] }
  const asked = { target, paths: { include: ['ClusterIP'] }, timeoutMs: 60_000, deadlineMs: 120_000 }
  const job = await readJob(api.call('/v1/jobs', { json: asked, headers: as(token) }))
  const revoke = async () => {
    const response = await api.call(`/v1/tokens/${id}`, { method: 'DELETE', headers: as(ADMIN_TOKEN) })
    expect(response.status).toBe(200)
    return performance.now()
  }
  return { job, headers: as(token), revoke }
}

it('a wait under a token that is revoked ends with a 401 within 5 s', async () => {
  const { job, headers, revoke } = await begun()
  const waiting = api.call(`/v1/jobs/${job.id}?wait=25`, { headers })
  await expect.poll(async () => (await readJob(api.call(`/v1/jobs/${job.id}`, { headers }))).status).toBe('running')
  const sinceMs = await revoke()
  const { status, code } = await readProblem(waiting)
  expect([status, code]).toEqual([401, 'unauthenticated'])
  expect(performance.now() - sinceMs).toBeLessThan(WITHIN_MS)
})

it('a stream under a token that is revoked ends within 5 s, and the job goes on', async () => {
  const { job, headers, revoke } = await begun()
  const stream = await fetch(`${api.url}/v1/jobs/${job.id}/events`, { headers })
  const reader = stream.body?.getReader()
  expect(new TextDecoder().decode((await reader?.read())?.value)).toContain('event: path')
  const sinceMs = await revoke()
  let text = ''
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    text += new TextDecoder().decode(part.value)
  }
  expect(performance.now() - sinceMs).toBeLessThan(WITHIN_MS)
  expect(text).not.toContain('event: done')
  expect((await fetch(`${api.url}/v1/jobs/${job.id}/events`, { headers })).status).toBe(401)
  const left = await readJob(api.call(`/v1/jobs/${job.id}`, { headers: as(ADMIN_TOKEN) }))
  expect(['queued', 'running']).toContain(left.status)
  expect(api.lines.join('\n')).not.toContain('events_failed')
})
