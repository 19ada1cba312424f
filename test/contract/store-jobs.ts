import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { vantageAt } from '../../src/plan/path.ts'
import { write } from '../../src/store/db.ts'
import { findClaimed, releaseClaim } from '../../src/store/idempotency.ts'
import { cancelJob, countQueued, getJob, insertJob, type JobFilter, listJobs } from '../../src/store/jobs.ts'
import type { NewJob } from '../../src/store/stored-job.ts'
import { allPages } from '../support/pages.ts'
import { aClaim, aJob, aPlannedPath, NOW } from '../support/stored.ts'
import { claimed, END, finish, opened, running } from './opened.ts'
import type { OpenStore } from './store.ts'

export function jobsContract(open: OpenStore): void {
  const store = opened(open)

  it('gives a job back as it was given', async () => {
    const job = aJob({
      labels: { commit: '4f2a91c', 'a"b': '{}' },
      sealed: 'iv.data',
      deadlineMs: 5000,
      deadlineAtMs: NOW + 5000,
      history: false,
      scheduleId: 'sch_1',
      batchId: 'bat_1',
    })
    expect(await insertJob(store(), job, null, NOW)).toEqual({ outcome: 'created', id: job.id })
    expect(await getJob(store(), job.id)).toEqual({
      ...job,
      version: 1,
      status: 'queued',
      verdict: null,
      problem: null,
      startedAtMs: null,
      finishedAtMs: null,
      summary: { pass: 0, fail: 0, error: 0, skipped: 0, leftOut: 0 },
    })
    expect(await getJob(store(), 'job_00000000000000000000000000')).toBeNull()
  })

  it('takes the largest plan, and text that needs four bytes a character', async () => {
    const paths = Array.from({ length: 500 }, (_, i) =>
      aPlannedPath({
        id: `pth_${String(i).padStart(20, '0')}`,
        because: Array.from({ length: 20 }, (_, k) => ({
          ref: `Node/node-${i} 🐸${'𝒂'.repeat(40)}`,
          field: `status.addresses[${k}]`,
        })),
      }),
    )
    const job = aJob()
    const plan = job.plan && { ...job.plan, paths }
    expect(JSON.stringify(plan).length).toBeGreaterThan(1_000_000)
    await insertJob(store(), { ...job, plan }, null, NOW)
    expect((await getJob(store(), job.id))?.plan).toEqual(plan)
  })

  it('keeps a plan that repeats once', async () => {
    await insertJob(store(), aJob(), null, NOW)
    const [before] = await write(store(), sql`select count(*) n from texts`)
    for (let i = 0; i < 5; i++) {
      await insertJob(store(), aJob(), null, NOW)
    }
    expect(await write(store(), sql`select count(*) n from texts`)).toEqual([before])
  })

  it('makes one job of 200 concurrent requests with one key', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, () => insertJob(store(), aJob({ labels: { a: 'b' } }), aClaim(), NOW)),
    )
    const created = outcomes.filter(({ outcome }) => outcome === 'created')
    expect(created).toHaveLength(1)
    expect(outcomes.filter(({ outcome }) => outcome === 'replayed')).toHaveLength(199)
    expect(new Set(outcomes.map((made) => ('id' in made ? made.id : null))).size).toBe(1)
    expect(await countQueued(store())).toBe(1)
    expect(await listJobs(store(), { labels: { a: 'b' } }, { limit: 10, before: null })).toHaveLength(1)
  })

  it('refuses a key that was used for another request, and forgets it when it has expired', async () => {
    const first = aJob()
    await insertJob(store(), first, aClaim(), NOW)
    expect(await insertJob(store(), aJob(), aClaim({ fingerprint: 'f2' }), NOW)).toEqual({ outcome: 'mismatch' })
    const others = [{ principal: 'ci' }, { method: 'PUT' }, { path: '/v1/batches' }, { key: 'build-2' }]
    for (const other of others) {
      expect(await insertJob(store(), aJob(), aClaim({ ...other, fingerprint: 'f2' }), NOW)).toMatchObject({
        outcome: 'created',
      })
    }
    const later = aJob()
    expect(await insertJob(store(), later, aClaim({ fingerprint: 'f2' }), NOW + 86_400_000)).toEqual({
      outcome: 'created',
      id: later.id,
    })
  })

  it('tells what a key has made, while it is kept', async () => {
    expect(await findClaimed(store(), aClaim(), NOW)).toBeNull()
    const job = aJob()
    await insertJob(store(), job, aClaim(), NOW)
    expect(await findClaimed(store(), aClaim(), NOW)).toEqual({ outcome: 'replayed', id: job.id })
    expect(await findClaimed(store(), aClaim({ fingerprint: 'f2' }), NOW)).toEqual({ outcome: 'mismatch' })
    expect(await findClaimed(store(), aClaim({ key: 'build-2' }), NOW)).toBeNull()
    expect(await findClaimed(store(), aClaim(), NOW + 86_400_000)).toBeNull()
  })

  it('lets go of a key that stands for a job, and of no other', async () => {
    const [job, next] = [aJob(), aJob()]
    await insertJob(store(), job, aClaim(), NOW)
    await releaseClaim(store(), aClaim(), next.id)
    await releaseClaim(store(), aClaim({ principal: 'somebody else' }), job.id)
    expect(await findClaimed(store(), aClaim(), NOW)).toEqual({ outcome: 'replayed', id: job.id })
    await releaseClaim(store(), aClaim(), job.id)
    expect(await insertJob(store(), next, aClaim(), NOW)).toEqual({ outcome: 'created', id: next.id })
  })

  it('inserts a job once when the same insert is carried out again', async () => {
    const job = aJob({ labels: { a: 'b' } })
    for (let i = 0; i < 2; i++) {
      expect(await insertJob(store(), job, aClaim(), NOW)).toEqual({ outcome: 'created', id: job.id })
      expect(await insertJob(store(), job, null, NOW)).toEqual({ outcome: 'created', id: job.id })
    }
    expect(await countQueued(store())).toBe(1)
  })

  it.each([
    ['without a filter', {}],
    ['by label', { labels: { team: 'pond' } }],
  ])('lists jobs in pages that are complete, distinct and newest first, %s', async (_, filter: JobFilter) => {
    const made: NewJob[] = []
    for (let i = 0; i < 23; i++) {
      const job = aJob({ createdAtMs: NOW + Math.floor(i / 4), labels: { team: 'pond' } })
      made.push(job)
      await insertJob(store(), job, null, NOW)
    }
    const newestFirst = made.sort((a, b) => b.createdAtMs - a.createdAtMs || (a.id < b.id ? 1 : -1)).map(({ id }) => id)
    const seen = await allPages(
      (before: { createdAtMs: number; id: string } | null) => listJobs(store(), filter, { limit: 5, before }),
      ({ createdAtMs, id }) => ({ createdAtMs, id }),
    )
    expect(seen.map(({ id }) => id)).toEqual(newestFirst)
  })

  it('keeps the name of the vantage and its position, which the plan has back when it is read', async () => {
    const vantage = vantageAt('outside', 'office')
    const plan = aJob().plan
    const job = aJob({ vantage, plan: plan && { ...plan, vantage } })
    await insertJob(store(), job, null, NOW)
    expect(await getJob(store(), job.id)).toMatchObject({ vantage, plan: job.plan })
    // As an older build left it: the name is the position.
    await store().atomic([sql`update jobs set vantage = 'edge', position = null where id = ${job.id}`])
    expect(await getJob(store(), job.id)).toMatchObject({
      vantage: { name: 'edge', position: 'edge' },
      plan: { vantage: { name: 'edge', position: 'edge' } },
    })
  })

  it('filters the list by each property and by all together', async () => {
    const common = {
      target: { cluster: 'east', namespace: 'ns', service: 'frog' },
      vantage: vantageAt('outside'),
    } as const
    const { job, lease } = await running(store(), {
      ...common,
      createdAtMs: NOW + 10,
      labels: { commit: 'a', branch: 'main' },
      scheduleId: 'sch_1',
      batchId: 'bat_1',
    })
    await finish(store(), lease, { verdict: 'fail' })
    await insertJob(store(), aJob({ createdAtMs: NOW, labels: { branch: 'main', commit: 'b' } }), null, NOW)
    const filters: JobFilter[] = [
      { status: 'finished' },
      { verdict: 'fail' },
      { cluster: 'east' },
      { namespace: 'ns' },
      { service: 'frog' },
      { labels: { commit: 'a' } },
      { labels: { branch: 'main', commit: 'a' } },
      { fromMs: NOW + 10 },
      { fromMs: NOW + 10, toMs: NOW + 11 },
      { scheduleId: 'sch_1' },
      { batchId: 'bat_1' },
    ]
    for (const filter of [...filters, Object.assign({}, ...filters)]) {
      const found = await listJobs(store(), filter, { limit: 10, before: null })
      expect([filter, found.map(({ id }) => id)]).toEqual([filter, [job.id]])
    }
    for (const filter of [{ toMs: NOW }, { labels: { commit: 'c' } }, { labels: { branch: 'main', commit: 'c' } }]) {
      expect(await listJobs(store(), filter, { limit: 10, before: null })).toEqual([])
    }
  })

  it('shows in a list what it shows of one job, less its large parts', async () => {
    const { job, lease } = await running(store(), { labels: { a: 'b' } })
    await finish(store(), lease)
    const full = await getJob(store(), job.id)
    const [head] = await listJobs(store(), {}, { limit: 1, before: null })
    expect(full).toMatchObject({ ...head })
    expect(head).not.toHaveProperty('plan')
  })

  it('cancels a job that has not ended, erases its secrets, and leaves one that has', async () => {
    const { job, lease } = await running(store(), { sealed: 'secret' })
    expect(await cancelJob(store(), job.id, NOW + 7)).toBe('cancelled')
    expect(await getJob(store(), job.id)).toMatchObject({
      ...{ status: 'cancelled', verdict: null, finishedAtMs: NOW + 7, sealed: null, version: 3 },
    })
    expect(await cancelJob(store(), job.id, NOW + 8)).toBe('ended')
    expect(await finish(store(), lease)).toBe(false)
    expect((await getJob(store(), job.id))?.status).toBe('cancelled')
    const queued = aJob()
    await insertJob(store(), queued, null, NOW)
    expect(await cancelJob(store(), queued.id, NOW)).toBe('cancelled')
    await expect(claimed(store(), queued.id)).rejects.toThrow('cannot be claimed')
    expect(await cancelJob(store(), 'job_none', NOW)).toBeNull()
  })

  it('writes all of a batch or none of it', async () => {
    const job = aJob()
    await insertJob(store(), job, null, NOW)
    const writes = [
      sql`update jobs set status = 'cancelled' where id = ${job.id}`,
      sql`insert into jobs (id) values ('job_incomplete')`,
    ]
    await expect(store().atomic(writes)).rejects.toThrow()
    expect((await getJob(store(), job.id))?.status).toBe('queued')
    expect(await store().atomic([])).toEqual([])
  })

  it('ends a job with what it found', async () => {
    const { job, lease } = await running(store(), { sealed: 'secret' })
    const problem = { code: 'internal', title: 'Something failed', detail: 'on our side', status: 500 }
    expect(await finish(store(), lease, { problem })).toBe(true)
    expect(await getJob(store(), job.id)).toEqual({
      ...job,
      ...{ verdict: END.verdict, summary: END.summary, diagnosis: END.diagnosis, finishedAtMs: END.finishedAtMs },
      ...{ status: 'finished', problem, startedAtMs: NOW, deadlineAtMs: NOW + 60_000, version: 3 },
      ...{ sealed: null },
    })
  })
}
