import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { lookAtClock } from '../../src/runtime/believable.ts'
import { findClaimed } from '../../src/store/idempotency.ts'
import { getJob, insertJob } from '../../src/store/jobs.ts'
import { claimableJobs, claimJob, strandedJobs } from '../../src/store/leases.ts'
import { retain } from '../../src/store/retention.ts'
import { readService } from '../../src/store/services.ts'
import { quietLog } from '../support/checks.ts'
import { DAY, HOUR, KEEP, pathOf, ran, toad } from '../support/history.ts'
import { idsOf } from '../support/ids.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { aClaim, aJob, NOW, REFUSED } from '../support/stored.ts'
import { claimed, opened } from './opened.ts'
import type { OpenStore } from './store.ts'

const HOLD = 3 * DAY
const YEAR = 365 * DAY
const TABLES = ['jobs', 'results', 'rollups', 'services', 'paths', 'incidents', 'idempotency_keys', 'texts']

export function clockContract(open: OpenStore): void {
  const store = opened(open)
  const clock = createManualClock(NOW)
  const log = quietLog()

  /** What a process does every few minutes. @returns the rows that went. */
  async function pass(nowMs: number): Promise<number> {
    clock.set(nowMs)
    const believed = await lookAtClock({ store: store(), clock, log }, HOLD)
    let deleted = 0
    for (let done = believed.nowMs === null; !done; ) {
      const step = await retain(store(), KEEP, believed.nowMs ?? 0)
      deleted += step.deleted
      done = step.done
    }
    return deleted
  }
  const counts = async () => {
    const all: Record<string, number> = {}
    for (const table of TABLES) {
      const [row] = await store().db.all<{ n: number }>(sql.raw(`select count(*) n from ${table}`))
      all[table] = row?.n ?? 0
    }
    return all
  }

  it('a year ahead, or back, deletes nothing; what is too old goes by the clock that is right again', async () => {
    await ran(store(), {
      atMs: NOW - 29.5 * DAY,
      tries: [{ pathId: pathOf('A').id }, { ...REFUSED, pathId: pathOf('A').id, sample: 2 }],
    })
    await insertJob(store(), aJob(), aClaim({ expiresAtMs: NOW + DAY }), NOW)
    await ran(store(), { atMs: NOW })
    await pass(NOW)
    const before = await counts()
    log.events.length = 0
    for (const away of [YEAR, -YEAR, 20 * YEAR]) {
      for (const hours of [0, 1, 30, 60]) {
        expect(await pass(NOW + away + hours * HOUR)).toBe(0)
      }
      expect(await pass(NOW)).toBe(0)
    }
    expect(await counts()).toEqual(before)
    const told = log.events.map(({ level, event }) => `${level} ${event}`)
    expect(told.slice(0, 4)).toEqual([
      ...['warn retention_held', 'warn retention_held', 'warn retention_held', 'info retention_goes_on'],
    ])
    expect(await pass(NOW + DAY)).toBeGreaterThan(0)
    expect((await counts()).results).toBe(2)
  })

  it('and goes on for three days is believed: after months without a server what is too old goes', async () => {
    await ran(store(), { atMs: NOW })
    await ran(store(), { atMs: NOW + 1 })
    await pass(NOW)
    const later = NOW + 200 * DAY
    const gone = []
    for (const hours of [0, 24, 48, 71, 72]) {
      gone.push((await pass(later + hours * HOUR)) > 0)
    }
    expect(gone).toEqual([false, false, false, false, true])
    expect((await counts()).jobs).toBe(1)
  })

  it('before anybody has looked is told by the newest job: a copy that is put back is not emptied at once', async () => {
    await ran(store(), { atMs: NOW })
    await ran(store(), { atMs: NOW + 1 })
    expect(await pass(NOW + 200 * DAY)).toBe(0)
    expect((await counts()).jobs).toBe(2)
  })

  it('keeps what it dates a year ahead no longer than what was recorded around it', async () => {
    await ran(store(), { atMs: NOW })
    for (let i = 0; i < 5; i++) {
      await ran(store(), { atMs: NOW + YEAR + i })
    }
    await ran(store(), { atMs: NOW + 1000 })
    await pass(NOW + 2000)
    for (let days = 1; days <= 29; days++) {
      expect(await pass(NOW + days * DAY)).toBe(0)
    }
    await ran(store(), { atMs: NOW + 30 * DAY })
    await pass(NOW + 31 * DAY)
    expect(await counts()).toMatchObject({ jobs: 1, results: 1 })
  })

  it('holds no job for longer than a lease can be, once it is right again', async () => {
    const job = aJob({ createdAtMs: NOW + YEAR })
    await insertJob(store(), job, null, NOW + YEAR)
    await claimed(store(), job.id, NOW + YEAR, 30_000)
    expect(idsOf(await claimableJobs(store(), NOW, 10))).toEqual([job.id])
    expect(idsOf(await strandedJobs(store(), NOW, 60_000, 10))).toEqual([job.id])
    const again = await claimJob(store(), { id: job.id }, 'second', NOW, 30_000)
    expect(again?.lease.token).toBe(2)
    expect(await claimJob(store(), { id: job.id }, 'third', NOW + 29_999, 30_000)).toBeNull()
  })

  it('leaves no job behind whose message was lost while it was ahead', async () => {
    const job = aJob({ createdAtMs: NOW + YEAR })
    await insertJob(store(), job, null, NOW + YEAR)
    expect(idsOf(await strandedJobs(store(), NOW, 60_000, 10))).toEqual([job.id])
  })

  it('a year ahead forgets no Idempotency-Key: the same request makes no second job', async () => {
    const first = aJob()
    const claim = aClaim({ expiresAtMs: NOW + DAY })
    await insertJob(store(), first, claim, NOW)
    await pass(NOW)
    await pass(NOW + YEAR)
    expect(await findClaimed(store(), claim, NOW + YEAR)).toEqual({ outcome: 'replayed', id: first.id })
    expect(await insertJob(store(), aJob(), claim, NOW + YEAR)).toEqual({ outcome: 'replayed', id: first.id })
    await pass(NOW + DAY - 60_000)
    expect(await findClaimed(store(), claim, NOW + DAY - 1)).toEqual({ outcome: 'replayed', id: first.id })
    const later = aJob()
    expect(await insertJob(store(), later, claim, NOW + DAY)).toEqual({ outcome: 'created', id: later.id })
    expect(await getJob(store(), first.id)).not.toBeNull()
  })

  it('does not leave a Service as it was seen a year ahead', async () => {
    const failing = [{ ...REFUSED, pathId: pathOf('A').id }]
    await ran(store(), { atMs: NOW + YEAR, tries: failing })
    const { jobId } = await ran(store(), { atMs: NOW })
    const known = await toad(store())
    expect(await readService(store(), known, { fromMs: 0, toMs: null })).toMatchObject({
      ...{ state: 'pass', lastJobId: jobId, lastVerdict: 'pass', openIncidents: 0, lastAtMs: NOW },
      paths: [{ states: [{ state: 'pass', lastAtMs: NOW }] }],
    })
  })
}
