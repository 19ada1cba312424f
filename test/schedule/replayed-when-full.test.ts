import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { acceptJob } from '../../src/job/accept.ts'
import { acceptBatch } from '../../src/job/accept-batch.ts'
import { type OpenDatabase, openSqlite } from '../../src/runtime/node/sqlite.ts'
import { acceptSchedule, runNow } from '../../src/schedule/accept-schedule.ts'
import type { IdempotencyClaim } from '../../src/store/idempotency.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'
import { aSchedule, batchWork, type Scheduling, scheduling, toadWork } from '../support/scheduling.ts'

const START = Date.parse('2026-11-23T00:00:00Z')
const DAY = 86_400_000

let folder = ''
let database: OpenDatabase
let clock: ManualClock
let deps: Scheduling

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-full-'))
  database = openSqlite(join(folder, 'portolan.db'))
  clock = createManualClock(START)
  // Room for two; nobody takes them from the queue
  deps = await scheduling(database.store, clock, { queueLimit: 2 })
})
afterEach(() => {
  database.close()
  rmSync(folder, { recursive: true })
})

const claim = (over: Partial<IdempotencyClaim> = {}): IdempotencyClaim => ({
  ...{ principal: 'admin', method: 'POST', path: '/v1/x', key: 'k', fingerprint: 'f', expiresAtMs: START + DAY },
  ...over,
})
const made = (key: IdempotencyClaim | null) => ({
  ...{ owner: 'admin', deadlineAtMs: null, scheduleId: null, batchId: null, claim: key },
})
const selection = { namespaces: null, selector: {} }

/** Each creates something by the key that it is given. */
const CREATORS: Readonly<Record<string, (key: IdempotencyClaim | null) => Promise<{ id: string; replayed: boolean }>>> =
  {
    job: (key) => acceptJob(deps, toadWork(), made(key)),
    batch: (key) => acceptBatch(deps, { ...batchWork(['cart']), selection }, made(key)),
  }

const fill = async () => {
  for (let i = 0; i < 2; i++) {
    await acceptJob(deps, toadWork(), made(null)).catch(() => null)
  }
}

// Trials of safety, row D6
describe('a request that is repeated with its Idempotency-Key while the queue is full', () => {
  it.each(Object.entries(CREATORS))('is told of the %s that it has made', async (_what, create) => {
    const first = await create(claim())
    await fill()
    await expect(create(claim({ key: 'another' }))).rejects.toMatchObject({ code: 'unavailable' })
    expect(await create(claim())).toEqual({ id: first.id, replayed: true })
  })

  it.each(Object.entries(CREATORS))(
    'and that differs is refused as such, not for want of room: %s',
    async (_what, create) => {
      await create(claim())
      await fill()
      await expect(create(claim({ fingerprint: 'other' }))).rejects.toMatchObject({ code: 'idempotency_key_reused' })
    },
  )

  it.each(Object.entries(CREATORS))('is a new one when the key has expired: %s', async (_what, create) => {
    await create(claim())
    await fill()
    clock.advance(DAY)
    await expect(create(claim())).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('is told of the job that a schedule was made to run', async () => {
    const schedule = await aSchedule(deps)
    const run = (key: IdempotencyClaim) =>
      runNow(deps, schedule, { owner: 'admin', claim: key, deadlineOf: () => null })
    const first = await run(claim())
    await fill()
    await expect(run(claim({ key: 'another' }))).rejects.toMatchObject({ code: 'unavailable' })
    expect(await run(claim())).toEqual({ id: first.id, replayed: true })
  })

  it('is told of the schedule that it has made, where there may be no more', async () => {
    const full = { ...deps, settings: { ...deps.settings, scheduleLimit: 1 } }
    const settings = {
      name: 's',
      cron: '@hourly',
      timeZone: 'UTC',
      jitterMs: 0,
      overlap: 'skip',
      enabled: true,
    } as const
    const make = (key: IdempotencyClaim) =>
      acceptSchedule(full, settings, () => toadWork(), { owner: 'admin', claim: key })
    const first = await make(claim())
    await expect(make(claim({ key: 'another' }))).rejects.toMatchObject({ code: 'conflict' })
    expect(await make(claim())).toEqual({ id: first.id, replayed: true })
  })
})

it('what has been made is told of even where it would be refused by now', async () => {
  const first = await acceptJob(deps, toadWork(), made(claim()))
  const unplannable = toadWork({ paths: { include: ['LoadBalancer'] } })
  await expect(acceptJob(deps, unplannable, made(null))).rejects.toMatchObject({ code: 'impossible_request' })
  expect(await acceptJob(deps, unplannable, made(claim()))).toEqual({ id: first.id, replayed: true })
})
