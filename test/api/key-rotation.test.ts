import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readJob, readSchedule } from '../support/read.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

const [OLD = '', NEW = '', NEWER = ''] = [1, 2, 3].map((byte) => btoa(String.fromCharCode(byte).repeat(32)))

let pod: Pod
let folder = ''
/** Answers are held back until released, so that jobs are in the middle for as long as a test wants. */
let released = Promise.withResolvers<void>()
let asked = Promise.withResolvers<void>()
const heard: (string | undefined)[] = []

beforeAll(async () => {
  pod = await startPod('toad', '127.0.0.1', async (request, response) => {
    heard.push(request.headers.authorization)
    asked.resolve()
    await released.promise
    response.end('ok')
  })
})
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-keys-'))
  released = Promise.withResolvers()
  asked = Promise.withResolvers()
  heard.length = 0
  return () => {
    released.resolve()
    rmSync(folder, { recursive: true, force: true })
  }
})
afterAll(() => pod.close())

const start = (env: Record<string, string>): Promise<TestPortolan> =>
  startTestPortolan({
    ...{ PORTOLAN_DATABASE: join(folder, 'portolan.db'), PORTOLAN_CONCURRENCY_PER_ADDRESS: '1', ...env },
  })

const job = (secret: string) => ({
  ...{ target: { manifests: [toadService(pod.port)] }, paths: { include: ['ClusterIP'] } },
  ...{ timeoutMs: 30_000, deadlineMs: 300_000 },
  checks: [{ name: 'home', type: 'http', headers: { authorization: secret } }],
})

const told = (api: TestPortolan, event: string): Record<string, unknown>[] =>
  api.lines.flatMap((line) => (line.includes(`"event":"${event}"`) ? [JSON.parse(line)] : []))

const verdictOf = async (api: TestPortolan, id: string) => {
  const { verdict, problem } = await readJob(api.call(`/v1/jobs/${id}?wait=30`))
  return problem?.code ?? verdict
}

/** One schedule, and jobs of which one is in the middle of its try and the others wait. */
async function underWay(api: TestPortolan): Promise<{ scheduleId: string; jobIds: string[] }> {
  const schedule = { name: 'smoke', cron: '@hourly', enabled: false, job: job('of-the-schedule') }
  const { id: scheduleId } = await readSchedule(api.call('/v1/schedules', { json: schedule }))
  const jobIds: string[] = []
  for (const secret of ['of-the-job-1', 'of-the-job-2', 'of-the-job-3']) {
    jobIds.push((await readJob(api.call('/v1/jobs', { json: job(secret) }))).id)
  }
  await asked.promise
  return { scheduleId, jobIds }
}

const runOf = async (api: TestPortolan, scheduleId: string) =>
  verdictOf(api, (await readJob(api.call(`/v1/schedules/${scheduleId}/run`, { method: 'POST' }))).id)

const bytes = () => ['', '-wal'].map((suffix) => readFileSync(join(folder, `portolan.db${suffix}`), 'latin1')).join('')

/** Takes a key away in the middle: what ran goes back to the queue, and is finished by the next process. */
async function restart(api: TestPortolan, env: Record<string, string>): Promise<TestPortolan> {
  const closed = api.close()
  released.resolve()
  await closed
  return start(env)
}

// A Worker has its keys from its environment alone, and cannot be started again here: upgrade.test.ts has it take a new one.
describe('keys are changed by starting again', () => {
  it('with jobs under way and schedules: nothing fails, and the old key may be taken away', async () => {
    const first = await start({ PORTOLAN_SECRET_KEY: OLD })
    const { scheduleId, jobIds } = await underWay(first)
    const second = await restart(first, { PORTOLAN_SECRET_KEYS: `${NEW},${OLD}` })
    expect(await Promise.all(jobIds.map((id) => verdictOf(second, id)))).toEqual(['pass', 'pass', 'pass'])
    expect(await runOf(second, scheduleId)).toBe('pass')
    await expect.poll(() => told(second, 'older_secret_keys_unneeded')).toMatchObject([{ older: 1 }])
    expect(told(second, 'secrets_resealed')).toMatchObject([{ schedules: 1 }])
    expect(told(second, 'secrets_unreadable')).toEqual([])
    const third = await restart(second, { PORTOLAN_SECRET_KEYS: NEW })
    expect(await runOf(third, scheduleId)).toBe('pass')
    expect(new Set(heard)).toEqual(new Set(['of-the-schedule', 'of-the-job-1', 'of-the-job-2', 'of-the-job-3']))
    expect(bytes()).not.toMatch(/of-the-(job|schedule)/)
    await third.close()
  })

  it('first known and then used, where processes with both lists run at once', async () => {
    const [known, used] = await Promise.all([
      start({ PORTOLAN_SECRET_KEYS: `${OLD},${NEW}` }),
      start({ PORTOLAN_SECRET_KEYS: `${NEW},${OLD}` }),
    ])
    released.resolve()
    const [byOld, byNew] = [await underWay(known), await underWay(used)]
    const both = [...byOld.jobIds, ...byNew.jobIds]
    expect(await Promise.all(both.map((id) => verdictOf(known, id)))).toEqual(both.map(() => 'pass'))
    for (const api of [known, used]) {
      expect([await runOf(api, byOld.scheduleId), await runOf(api, byNew.scheduleId)]).toEqual(['pass', 'pass'])
    }
    await Promise.all([known.close(), used.close()])
  })

  it('a key that is taken away too early ends what needs it with secrets_unreadable, and the log says so', async () => {
    const first = await start({ PORTOLAN_SECRET_KEYS: OLD })
    const { scheduleId, jobIds } = await underWay(first)
    const second = await restart(first, { PORTOLAN_SECRET_KEYS: NEWER })
    const ends = await Promise.all(jobIds.map((id) => verdictOf(second, id)))
    // The one that was in the middle may have ended as its process did.
    expect(ends.slice(1)).toEqual(['secrets_unreadable', 'secrets_unreadable'])
    const refused = await second.call(`/v1/schedules/${scheduleId}/run`, { method: 'POST' })
    expect([refused.status, await refused.text()]).toEqual([409, expect.stringContaining('PORTOLAN_SECRET_KEYS')])
    await expect.poll(() => told(second, 'secrets_unreadable')).toMatchObject([{ schedules: 1 }])
    // Given back, it is as before.
    const third = await restart(second, { PORTOLAN_SECRET_KEYS: `${NEWER},${OLD}` })
    expect(await runOf(third, scheduleId)).toBe('pass')
    await third.close()
  })

  it('in the key file: a new first line', async () => {
    const first = await start({})
    const { scheduleId } = await underWay(first)
    const file = join(folder, 'portolan.db.key')
    writeFileSync(file, `${NEW}\n${readFileSync(file, 'utf8')}\n`)
    const second = await restart(first, {})
    expect(await runOf(second, scheduleId)).toBe('pass')
    await expect.poll(() => told(second, 'older_secret_keys_unneeded')).toMatchObject([{ older: 1 }])
    writeFileSync(file, `${NEW}\n`)
    const third = await restart(second, {})
    expect(await runOf(third, scheduleId)).toBe('pass')
    await third.close()
  })
})
