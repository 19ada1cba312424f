import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type SQL, sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Schedule } from '../../src/record/schedule.ts'
import { type OpenDatabase, openSqlite } from '../../src/runtime/node/sqlite.ts'
import { changeSchedule, runNow } from '../../src/schedule/accept-schedule.ts'
import { jitterOf } from '../../src/schedule/cron.ts'
import { replan, tick } from '../../src/schedule/tick.ts'
import { getBatch } from '../../src/store/batches.ts'
import type { Store } from '../../src/store/db.ts'
import { cancelJob, getJob, listJobs } from '../../src/store/jobs.ts'
import { claimRun } from '../../src/store/schedule-runs.ts'
import { type schedules, scheduleTexts } from '../../src/store/schedule-schema.ts'
import { deleteSchedule } from '../../src/store/schedules.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'
import { aSchedule, batchWork, type Scheduling, scheduleOf, scheduling, toadWork } from '../support/scheduling.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const START = Date.parse('2026-11-23T00:00:00Z')

let folder = ''
let opened: OpenDatabase[] = []
let clock: ManualClock
let deps: Scheduling

const open = (): OpenDatabase => {
  const database = openSqlite(join(folder, 'portolan.db'))
  opened.push(database)
  return database
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-tick-'))
  clock = createManualClock(START)
  deps = await scheduling(open().store, clock)
})
afterEach(() => {
  for (const { close } of opened) {
    close()
  }
  opened = []
  rmSync(folder, { recursive: true })
})

const jobsOf = (schedule: Schedule) => listJobs(deps.store, { scheduleId: schedule.id }, { limit: 200, before: null })
const endJobsOf = async (schedule: Schedule) => {
  for (const { id } of await jobsOf(schedule)) {
    await cancelJob(deps.store, id, clock.now())
  }
}

/** As on D1, where others write between any two reads: a schedule goes just before what it asks for is read. */
function deletingBeforeWork(store: Store, id: string): Store {
  const { db } = store
  const texts: typeof scheduleTexts = scheduleTexts
  const select = (...[fields]: Parameters<typeof db.select>) => ({
    from: (table: typeof schedules | typeof scheduleTexts) => ({
      where(where: SQL) {
        const reads = async (...order: SQL[]) => {
          await deleteSchedule(store, id, null)
          return db
            .select({ what: texts.what, text: texts.text })
            .from(texts)
            .where(where)
            .orderBy(...order)
        }
        return table === texts ? { orderBy: reads } : db.select(fields).from(table).where(where)
      },
    }),
  })
  return { ...store, db: Object.assign(Object.create(db), { select }) }
}

describe('a run', () => {
  it('is made when it is due, once, and not before', async () => {
    const schedule = await aSchedule(deps)
    expect(await tick(deps)).toBe(START + MINUTE)
    expect(await jobsOf(schedule)).toEqual([])

    clock.advance(MINUTE)
    expect(await tick(deps)).toBe(START + 2 * MINUTE)
    expect(await tick(deps)).toBe(START + 2 * MINUTE)
    const jobs = await jobsOf(schedule)
    expect(jobs).toMatchObject([
      { scheduleId: schedule.id, status: 'queued', owner: 'admin', createdAtMs: clock.now() },
    ])
    expect(deps.enqueued).toEqual(jobs.map(({ id }) => id))
    expect(await scheduleOf(deps, schedule.id)).toMatchObject({
      version: 1,
      next: { atMs: START + 2 * MINUTE, dueAtMs: START + 2 * MINUTE },
      last: { atMs: START + MINUTE, outcome: 'started', problem: null },
    })
  })

  it('is due later by its jitter, and named by its occurrence', async () => {
    const schedule = await aSchedule(deps, { jitterMs: 30_000 })
    const delayMs = jitterOf(schedule.id, START + MINUTE, 30_000)
    expect(schedule.next).toEqual({ atMs: START + MINUTE, dueAtMs: START + MINUTE + delayMs })
    clock.advance(MINUTE + delayMs - 1)
    await tick(deps)
    expect(await jobsOf(schedule)).toHaveLength(0)
    clock.advance(1)
    await tick(deps)
    expect(await jobsOf(schedule)).toHaveLength(1)
    expect((await scheduleOf(deps, schedule.id)).last?.atMs).toBe(START + MINUTE)
  })

  it('is of none that is paused or deleted', async () => {
    const paused = await aSchedule(deps, { enabled: false })
    const deleted = await aSchedule(deps)
    await deleteSchedule(deps.store, deleted.id, null)
    clock.advance(HOUR)
    expect(await tick(deps)).toBeNull()
    expect([...(await jobsOf(paused)), ...(await jobsOf(deleted))]).toEqual([])
  })

  it('of one that is deleted in the middle of it keeps no other from its run, and is nowhere asked for again', async () => {
    const gone = await aSchedule(deps)
    const other = await aSchedule(deps)
    const { store } = deps
    clock.advance(MINUTE)
    expect(await tick({ ...deps, store: deletingBeforeWork(store, gone.id) })).toBe(START + 2 * MINUTE)
    expect([await jobsOf(gone), (await jobsOf(other)).length]).toEqual([[], 1])
    const asked = { owner: 'admin', claim: null, deadlineOf: () => null }
    await expect(runNow(deps, gone, asked)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('has its secrets sealed, and they are nowhere else in the database', async () => {
    const checks = [{ name: 'home', type: 'http', headers: { authorization: 'Bearer super-secret-token' } }]
    const schedule = await aSchedule(deps, {}, toadWork({ checks }))
    clock.advance(MINUTE)
    await tick(deps)
    const [job] = await jobsOf(schedule)
    const { sealed, request, plan } = (await getJob(deps.store, job?.id ?? '')) ?? {}
    expect(sealed).toMatch(/^[0-9a-f]{8}\.[\w+/=]+\.[\w+/=]+$/)
    expect(JSON.stringify([request, plan])).not.toContain('super-secret')
    const bytes = ['portolan.db', 'portolan.db-wal'].map((name) => readFileSync(join(folder, name), 'latin1')).join('')
    expect(bytes).toContain(schedule.id)
    expect(bytes).not.toContain('super-secret')
    expect(deps.lines.join('\n')).not.toContain('super-secret')
  })

  it('of a batch makes all its jobs', async () => {
    const schedule = await aSchedule(deps, {}, batchWork(['frog', 'newt', 'toad']))
    clock.advance(MINUTE)
    await tick(deps)
    const jobs = await jobsOf(schedule)
    expect(jobs.map(({ target }) => target.service).toSorted()).toEqual(['frog', 'newt', 'toad'])
    expect(deps.enqueued.toSorted()).toEqual(jobs.map(({ id }) => id).toSorted())
    const batch = await getBatch(deps.store, jobs[0]?.batchId ?? '')
    expect(batch).toMatchObject({ batch: { scheduleId: schedule.id }, jobs: [{}, {}, {}] })
  })
})

describe('many at once', () => {
  it('all run, in the order in which they came due', async () => {
    const later: Schedule[] = []
    for (let i = 0; i < 1000; i++) {
      later.push(await aSchedule(deps, { name: `s${i}`, cron: '0 1 * * *' }))
    }
    const first = await aSchedule(deps, { cron: '59 0 * * *' })
    clock.advance(HOUR)
    await tick(deps)
    const made = await Promise.all(deps.enqueued.map(async (id) => (await getJob(deps.store, id))?.scheduleId))
    expect(made).toEqual([first.id, ...later.map(({ id }) => id)])
  }, 60_000)

  it('wait for room in the queue, and none is lost', async () => {
    const small = await scheduling(deps.store, clock, { queueLimit: 3 })
    const schedules: Schedule[] = []
    for (let i = 0; i < 8; i++) {
      schedules.push(await aSchedule(small))
    }
    clock.advance(MINUTE)
    for (const done of [3, 6]) {
      expect(await tick(small)).toBe(clock.now() + 1000)
      expect(small.enqueued).toHaveLength(done)
      for (const id of small.enqueued) {
        await cancelJob(small.store, id, clock.now())
      }
      clock.advance(1000)
    }
    expect(await tick(small)).toBe(START + 2 * MINUTE)
    const made = await Promise.all(small.enqueued.map(async (id) => (await getJob(deps.store, id))?.scheduleId))
    expect(made).toEqual(schedules.map(({ id }) => id))
  })

  it('are shared by processes on one database: no occurrence runs twice', async () => {
    const schedules: Schedule[] = []
    for (let i = 0; i < 40; i++) {
      schedules.push(await aSchedule(deps, { overlap: 'queue' }))
    }
    const others = [await scheduling(open().store, clock), await scheduling(open().store, clock), deps]
    for (let round = 1; round <= 5; round++) {
      clock.advance(MINUTE)
      await Promise.all(others.map((one) => tick(one)))
      for (const schedule of schedules) {
        await endJobsOf(schedule)
      }
    }
    const counts = await Promise.all(schedules.map(async (schedule) => (await jobsOf(schedule)).length))
    expect(counts).toEqual(schedules.map(() => 5))
    expect(others.flatMap(({ enqueued }) => enqueued)).toHaveLength(200)
  }, 60_000)
})

describe('after a stop', () => {
  it('one run makes up for all that were missed: the last of them', async () => {
    const minutely = await aSchedule(deps, { cron: '* * * * *', timeZone: 'Europe/Berlin' })
    const daily = await aSchedule(deps, { cron: '0 3 * * *' })
    const monthly = await aSchedule(deps, { cron: '0 0 1 * *' })
    clock.advance(3 * 24 * HOUR + 30_000)
    await tick(deps)
    expect(await jobsOf(minutely)).toHaveLength(1)
    expect(await jobsOf(daily)).toHaveLength(1)
    expect(await jobsOf(monthly)).toHaveLength(0)
    expect(await scheduleOf(deps, minutely.id)).toMatchObject({
      last: { atMs: START + 3 * 24 * HOUR },
      missed: { times: 1, fromMs: START + MINUTE, toMs: START + 3 * 24 * HOUR },
      leftOut: null,
      next: { atMs: START + 3 * 24 * HOUR + MINUTE },
    })
    expect((await scheduleOf(deps, daily.id)).last?.atMs).toBe(Date.parse('2026-11-25T03:00:00Z'))
    await endJobsOf(minutely)
    clock.advance(30_000)
    await tick(deps)
    expect((await scheduleOf(deps, minutely.id)).missed?.times).toBe(1)
    clock.advance(2 * MINUTE)
    await tick(deps)
    expect((await scheduleOf(deps, minutely.id)).missed).toEqual({
      ...{ times: 2, fromMs: START + 3 * 24 * HOUR + 2 * MINUTE, toMs: START + 3 * 24 * HOUR + 3 * MINUTE },
    })
  })

  it('nothing is made up for that passed while it was paused', async () => {
    const schedule = await aSchedule(deps, { enabled: false })
    clock.advance(HOUR + 1)
    expect(await changeSchedule(deps, schedule, { ...schedule, enabled: true }, () => null)).toBe(true)
    await tick(deps)
    expect(await jobsOf(schedule)).toEqual([])
    expect((await scheduleOf(deps, schedule.id)).next?.atMs).toBe(START + HOUR + MINUTE)
  })
})

describe('a clock', () => {
  it('that jumps an hour ahead makes no burst', async () => {
    const schedule = await aSchedule(deps, { cron: '@every 30s' })
    clock.set(START + HOUR)
    await tick(deps)
    await tick(deps)
    expect(await jobsOf(schedule)).toHaveLength(1)
  })

  it('that is set back lets schedules go on, and runs nothing twice', async () => {
    const schedule = await aSchedule(deps)
    clock.advance(MINUTE)
    await tick(deps)
    await endJobsOf(schedule)
    clock.set(START + HOUR)
    await tick(deps)
    await endJobsOf(schedule)
    clock.set(START + 2 * MINUTE - 1)
    await replan(deps)
    expect((await scheduleOf(deps, schedule.id)).next?.atMs).toBe(START + 2 * MINUTE)

    clock.set(START + 30_000)
    await replan(deps)
    clock.advance(30_000)
    await tick(deps)
    expect(await jobsOf(schedule)).toHaveLength(2)
    clock.advance(MINUTE)
    await tick(deps)
    expect(await jobsOf(schedule)).toHaveLength(3)
  })

  it('that was a year ahead when a schedule was made lets it run every minute, once it is right', async () => {
    clock.set(START + 365 * 24 * HOUR)
    const schedule = await aSchedule(deps)
    clock.set(START)
    await replan(deps)
    for (let minute = 1; minute <= 3; minute++) {
      clock.advance(MINUTE)
      await tick(deps)
      await endJobsOf(schedule)
      expect(await jobsOf(schedule)).toHaveLength(minute)
    }
    clock.advance(HOUR)
    await tick(deps)
    await endJobsOf(schedule)
    await tick(deps)
    expect(await jobsOf(schedule)).toHaveLength(4)
  })

  it('that goes as it should has nothing replanned', async () => {
    const schedules = [await aSchedule(deps), await aSchedule(deps, { cron: '0 3 * * *', jitterMs: 5000 })]
    clock.advance(90_000)
    await tick(deps)
    const before = await Promise.all(schedules.map(({ id }) => scheduleOf(deps, id)))
    await replan(deps)
    expect(await Promise.all(schedules.map(({ id }) => scheduleOf(deps, id)))).toEqual(before)
  })
})

describe('when the run before has not ended', () => {
  it('skip leaves the run out, and says so', async () => {
    const schedule = await aSchedule(deps, { overlap: 'skip' })
    for (let i = 0; i < 3; i++) {
      clock.advance(MINUTE)
      await tick(deps)
    }
    expect(await jobsOf(schedule)).toHaveLength(1)
    expect(await scheduleOf(deps, schedule.id)).toMatchObject({
      last: { atMs: START + 3 * MINUTE, outcome: 'skipped', problem: null },
      leftOut: { runs: 2, lastAtMs: START + 3 * MINUTE },
      missed: null,
    })
    await endJobsOf(schedule)
    clock.advance(MINUTE)
    await tick(deps)
    expect(await jobsOf(schedule)).toHaveLength(2)
  })

  it('queue lets one run wait, and keeps no other schedule waiting', async () => {
    const waiting = await aSchedule(deps, { overlap: 'queue' })
    clock.advance(MINUTE)
    await tick(deps)
    const other = await aSchedule(deps)
    clock.advance(3 * MINUTE)
    expect(await tick(deps)).toBe(clock.now() + 1000)
    expect(await jobsOf(waiting)).toHaveLength(1)
    expect(await jobsOf(other)).toHaveLength(1)

    await endJobsOf(waiting)
    clock.advance(1000)
    await tick(deps)
    expect(await jobsOf(waiting)).toHaveLength(2)
    await endJobsOf(waiting)
    await tick(deps)
    expect(await jobsOf(waiting)).toHaveLength(2)
    expect((await scheduleOf(deps, waiting.id)).last?.atMs).toBe(START + 4 * MINUTE)
  })

  it('a batch has ended when all of its jobs have', async () => {
    const schedule = await aSchedule(deps, {}, batchWork(['frog', 'toad']))
    clock.advance(MINUTE)
    await tick(deps)
    const [one, two] = await jobsOf(schedule)
    await cancelJob(deps.store, one?.id ?? '', clock.now())
    clock.advance(MINUTE)
    await tick(deps)
    expect(await jobsOf(schedule)).toHaveLength(2)
    await cancelJob(deps.store, two?.id ?? '', clock.now())
    clock.advance(MINUTE)
    await tick(deps)
    expect(await jobsOf(schedule)).toHaveLength(4)
  })
})

describe('a run that cannot be started', () => {
  const withSecret = toadWork({ checks: [{ name: 'home', type: 'http', headers: { 'x-token': 'super-secret' } }] })

  it('is counted and told until one can, and keeps no other from running', async () => {
    const lost = await aSchedule(deps, {}, withSecret)
    const fine = await aSchedule(deps)
    const otherKey = await scheduling(deps.store, clock, { key: 2 })
    for (let i = 0; i < 2; i++) {
      clock.advance(MINUTE)
      await tick(otherKey)
    }
    expect(await jobsOf(fine)).toHaveLength(1)
    expect(await jobsOf(lost)).toHaveLength(0)
    expect(await scheduleOf(deps, lost.id)).toMatchObject({
      ...{ failures: 2, failingSinceMs: START + MINUTE },
      last: { atMs: START + 2 * MINUTE, outcome: 'failed', problem: { code: 'secrets_unreadable' } },
    })
    expect(otherKey.lines.join('\n')).toContain('"schedule_run_failed"')

    clock.advance(MINUTE)
    await tick(deps)
    expect(await jobsOf(lost)).toHaveLength(1)
    expect(await scheduleOf(deps, lost.id)).toMatchObject({ failures: 0, failingSinceMs: null })
  })

  it('because its time zone is no more stops there, and says why', async () => {
    const schedule = await aSchedule(deps, { cron: '* * * * *', timeZone: 'Europe/Berlin' })
    await deps.store.atomic([sql`update schedules set time_zone = 'Atlantis/Capital' where id = ${schedule.id}`])
    clock.advance(MINUTE)
    await tick(deps)
    expect(await scheduleOf(deps, schedule.id)).toMatchObject({
      ...{ next: null, failures: 1 },
      last: { outcome: 'failed', problem: { code: 'invalid_request', detail: expect.stringContaining('time zone') } },
    })
  })
})

describe('the claim of an occurrence', () => {
  const skipped = (atMs: number, claim: string) => ({ atMs, claim, next: null, made: null })

  it('is one of many', async () => {
    const schedule = await aSchedule(deps)
    const seen = { atMs: START + MINUTE, dueAtMs: START + MINUTE }
    const claims = await Promise.all(
      Array.from({ length: 20 }, (_, i) => claimRun(deps.store, schedule, seen, skipped(seen.atMs, `c${i}`))),
    )
    expect(claims.filter(Boolean)).toHaveLength(1)
  })

  it('is not for who has read an older version', async () => {
    const schedule = await aSchedule(deps)
    await changeSchedule(deps, schedule, { ...schedule, name: 'other' }, () => null)
    const seen = { atMs: START + MINUTE, dueAtMs: START + MINUTE }
    expect(await claimRun(deps.store, schedule, seen, skipped(seen.atMs, 'c'))).toBe(false)
    expect(await scheduleOf(deps, schedule.id)).toMatchObject({ version: 2, next: seen, last: null })
  })
})
