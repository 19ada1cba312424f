import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/lib/clock.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readJob } from '../support/read.ts'
import { AUTHORIZED, MADE_AT_MS, readSnapshots, SETTINGS } from '../support/snapshots.ts'

it('has a snapshot of an older schema to migrate', () => {
  expect(readSnapshots().map(({ name }) => name)).toContain('0001_left_out')
})

describe.each(readSnapshots())('a database that ended with migration $name', (snapshot) => {
  const { answers, statements } = snapshot
  let api: TestPortolan

  beforeAll(async () => {
    const startedMs = systemClock.monotonic()
    const now = () => Math.floor(MADE_AT_MS + systemClock.monotonic() - startedMs)
    api = await startTestPortolan(SETTINGS, { snapshot, clock: { ...systemClock, now } })
  })
  afterAll(() => api.close())

  it('has a row in each of its tables', () => {
    const tables = (verb: string) =>
      statements.flatMap((text) => new RegExp(`^\\s*${verb} \`?(\\w+)`).exec(text)?.[1] ?? [])
    expect(new Set(tables('INSERT INTO'))).toEqual(new Set(tables('CREATE TABLE')))
  })

  // An answer may have grown by new properties since; what it told then it still tells.
  it.each(Object.entries(answers.read))('still answers %s', async (path, answer) => {
    const response = await api.call(path, { headers: AUTHORIZED })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject(answer as object)
  })

  it('still knows what an idempotency key has made', async () => {
    const { path, json, headers, id } = answers.replay
    const response = await api.call(path, { json, headers: { ...AUTHORIZED, ...headers } })
    expect(response.headers.get('idempotent-replayed')).toBe('true')
    expect((await readJob(response)).id).toBe(id)
  })

  it('finishes the job that was under way, with the secrets that were sealed then', async () => {
    await api.cron()
    const job = await readJob(api.call(`/v1/jobs/${answers.unfinished}?wait=20`, { headers: AUTHORIZED }))
    expect(job).toMatchObject({ status: 'finished', problem: null, verdict: 'fail' })
  })
})

describe.each(readSnapshots())('a database that ended with migration $name, under a new key', (snapshot) => {
  const { PORTOLAN_SECRET_KEY: old, ...settings } = SETTINGS
  const newest = btoa('fedcba9876543210fedcba9876543210')
  let api: TestPortolan

  beforeAll(async () => {
    api = await startTestPortolan({ ...settings, PORTOLAN_SECRET_KEYS: `${newest},${old}` }, { snapshot })
  })
  afterAll(() => api.close())

  it('finishes the job that was under way, and has what was sealed by the old key sealed by the new one', async () => {
    await api.cron()
    const id = snapshot.answers.unfinished
    const { problem } = await readJob(api.call(`/v1/jobs/${id}?wait=20`, { headers: AUTHORIZED }))
    expect(problem).toBeNull()
    await expect.poll(() => told(api, 'older_secret_keys_unneeded'), { timeout: 10_000 }).toMatchObject([{ older: 1 }])
    expect(told(api, 'secrets_resealed')).toMatchObject([{ schedules: expect.toSatisfy((n: number) => n > 0) }])
    expect(told(api, 'secrets_unreadable')).toEqual([])
  })
})

const told = (api: TestPortolan, event: string): unknown[] =>
  api.lines.flatMap((line) => (line.includes(`"event":"${event}"`) ? [JSON.parse(line)] : []))
