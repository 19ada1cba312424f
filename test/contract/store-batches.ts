import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { newId } from '../../src/lib/id.ts'
import type { BatchSelection } from '../../src/record/batch.ts'
import { cancelBatch, getBatch, insertBatch, listBatches } from '../../src/store/batches.ts'
import { cancelJob, getJob, insertJob, listJobs } from '../../src/store/jobs.ts'
import { retain } from '../../src/store/retention.ts'
import type { MadeJob } from '../../src/store/stored-job.ts'
import { aClaim, aJob, NOW } from '../support/stored.ts'
import { opened } from './opened.ts'
import type { OpenStore } from './store.ts'

const DAY = 86_400_000

export function batchesContract(open: OpenStore): void {
  const store = opened(open)

  const selection: BatchSelection = { namespaces: ['shop'], selector: { app: 'toad' } }
  function aBatch(size: number, over: { createdAtMs?: number } = {}) {
    const createdAtMs = over.createdAtMs ?? NOW
    const id = newId('batch', createdAtMs)
    const jobs: MadeJob[] = Array.from({ length: size }, (_, i) => ({
      job: aJob({
        ...{ batchId: id, createdAtMs, labels: { commit: 'a' } },
        target: { cluster: 'default', namespace: 'shop', service: `s${i}` },
      }),
      refusal: null,
    }))
    const batch = { id, createdAtMs, owner: 'admin', cluster: 'default', selection, labels: { commit: 'a' } }
    return { batch: { ...batch, scheduleId: null }, jobs }
  }

  it('of fifty is made with all its jobs at once, in order, once by an Idempotency-Key', async () => {
    const [one, other] = [aBatch(50), aBatch(50)]
    const outcomes = await Promise.all([one, other].map((made) => insertBatch(store(), made, aClaim())))
    expect(outcomes.map(({ outcome }) => outcome).toSorted()).toEqual(['created', 'replayed'])
    const [first] = outcomes
    const found = await getBatch(store(), first && 'id' in first ? first.id : '')
    const winner = found?.batch.id === one.batch.id ? one : other
    expect(found?.batch).toEqual(winner.batch)
    expect(found?.jobs.map(({ id }) => id)).toEqual(winner.jobs.map(({ job }) => job.id))
    expect(await listJobs(store(), { labels: { commit: 'a' } }, { limit: 200, before: null })).toHaveLength(50)
    const sample = winner.jobs[7]?.job
    expect(await getJob(store(), sample?.id ?? '')).toMatchObject({ plan: sample?.plan, request: sample?.request })
  })

  it('has jobs that ended with a refusal, which nobody runs', async () => {
    const made = aBatch(2)
    const problem = { code: 'impossible_request', title: 't', detail: "it's no", status: 422 }
    const [fine, refused] = made.jobs
    if (!fine || !refused) {
      throw new Error('there are two')
    }
    const jobs: MadeJob[] = [fine, { ...refused, refusal: { problem, verdict: 'error' } }]
    await insertBatch(store(), { ...made, jobs }, null)
    expect((await getBatch(store(), made.batch.id))?.jobs).toMatchObject([
      { status: 'queued', verdict: null, problem: null },
      { status: 'finished', verdict: 'error', problem, finishedAtMs: NOW },
    ])
  })

  it('is gone with the last of its jobs', async () => {
    const made = aBatch(2)
    await insertBatch(store(), made, null)
    for (const { job } of made.jobs) {
      await cancelJob(store(), job.id, NOW)
    }
    // The newest job always stays: its number is not to come back.
    await insertJob(store(), aJob({ createdAtMs: NOW + 1 }), null, NOW)
    const keep = { rawMs: 30 * DAY, failuresMs: 90 * DAY, hourlyMs: 400 * DAY, dailyMs: 1825 * DAY, auditMs: 400 * DAY }
    const retainAll = async (nowMs: number) => {
      while (!(await retain(store(), keep, nowMs)).done) {
        // Each call does a part.
      }
    }
    await retainAll(NOW + 29 * DAY)
    expect((await getBatch(store(), made.batch.id))?.jobs).toHaveLength(2)
    for (const days of [31, 91]) {
      await retainAll(NOW + days * DAY)
      expect(await getBatch(store(), made.batch.id)).toBeNull()
      expect(await listBatches(store(), { limit: 9, before: null })).toEqual([])
    }
    expect(await store().db.all(sql`select * from batches`)).toEqual([])
  })

  it('is listed newest first, with its jobs', async () => {
    const ids = []
    for (const ms of [1, 2, 3]) {
      const made = aBatch(2, { createdAtMs: NOW + ms })
      await insertBatch(store(), made, null)
      ids.unshift(made.batch.id)
    }
    const first = await listBatches(store(), { limit: 2, before: null })
    const last = first.at(-1)?.batch
    const rest = last ? await listBatches(store(), { limit: 2, before: last }) : []
    expect([...first, ...rest].map(({ batch, jobs }) => [batch.id, jobs.length])).toEqual(ids.map((id) => [id, 2]))
  })

  it('is cancelled as far as it has not ended, its secrets erased, and no other', async () => {
    const [made, other] = [aBatch(3), aBatch(1)]
    await insertBatch(store(), made, null)
    await insertBatch(store(), other, null)
    const [first, ...rest] = made.jobs.map(({ job }) => job.id)
    await cancelJob(store(), first ?? '', NOW)
    expect((await cancelBatch(store(), made.batch.id, NOW + 7)).toSorted()).toEqual(rest.toSorted())
    for (const id of rest) {
      expect(await getJob(store(), id)).toMatchObject({
        ...{ status: 'cancelled', verdict: null, finishedAtMs: NOW + 7, sealed: null },
      })
    }
    expect((await getJob(store(), first ?? ''))?.finishedAtMs).toBe(NOW)
    expect((await getJob(store(), other.jobs[0]?.job.id ?? ''))?.status).toBe('queued')
    expect(await cancelBatch(store(), made.batch.id, NOW + 8)).toEqual([])
  })
}
