import { expect, it } from 'vitest'
import { countQueued, getJob, insertJob } from '../../src/store/jobs.ts'
import { claimableJobs, claimJob, forgetWaits, releaseLease, renewLease, strandedJobs } from '../../src/store/leases.ts'
import { recordResults } from '../../src/store/results.ts'
import { idsOf } from '../support/ids.ts'
import { aJob, aResult, NOW } from '../support/stored.ts'
import { claimed, finish, opened, running } from './opened.ts'
import type { OpenStore } from './store.ts'

export function leasesContract(open: OpenStore): void {
  const store = opened(open)

  it('gives a job to one of many claimants', async () => {
    const job = aJob()
    await insertJob(store(), job, null, NOW)
    const claims = await Promise.all(
      Array.from({ length: 20 }, (_, i) => claimJob(store(), { id: job.id }, `r${i}`, NOW, 1000)),
    )
    const won = claims.filter((claim) => claim !== null)
    expect(won).toHaveLength(1)
    expect(won[0]).toMatchObject({
      lease: { jobId: job.id, token: 1 },
      job: { ...job, status: 'running', startedAtMs: NOW, deadlineAtMs: NOW + 60_000, version: 2 },
    })
    expect(await countQueued(store())).toBe(0)
  })

  it('gives out jobs oldest first', async () => {
    const jobs = [3, 1, 2].map((ms) => aJob({ createdAtMs: NOW + ms }))
    for (const job of jobs) {
      await insertJob(store(), job, null, NOW)
    }
    const inOrder = [jobs[1]?.id, jobs[2]?.id, jobs[0]?.id]
    expect(idsOf(await claimableJobs(store(), NOW, 10))).toEqual(inOrder)
    expect(idsOf(await claimableJobs(store(), NOW, 2))).toEqual(inOrder.slice(0, 2))
    for (let taken = 1; taken <= inOrder.length; taken++) {
      await claimed(store(), inOrder[taken - 1] ?? '')
      expect(idsOf(await claimableJobs(store(), NOW, 10))).toEqual(inOrder.slice(taken))
    }
  })

  it('lists the oldest of each owner first, asked and scheduled, so that nobody is kept off a list that is cut', async () => {
    const jobs = [
      aJob({ createdAtMs: NOW + 1, owner: 'large' }),
      aJob({ createdAtMs: NOW + 2, owner: 'large' }),
      aJob({ createdAtMs: NOW + 3, owner: 'large' }),
      aJob({ createdAtMs: NOW + 4, owner: 'large', scheduleId: 'sch_1' }),
      aJob({ createdAtMs: NOW + 5, owner: 'small' }),
    ]
    for (const job of jobs) {
      await insertJob(store(), job, null, NOW)
    }
    const [first, second, third, scheduled, small] = jobs
    expect(await claimableJobs(store(), NOW, 4)).toEqual([
      { id: first?.id, owner: 'large', scheduled: false },
      { id: scheduled?.id, owner: 'large', scheduled: true },
      { id: small?.id, owner: 'small', scheduled: false },
      { id: second?.id, owner: 'large', scheduled: false },
    ])
    expect(idsOf(await claimableJobs(store(), NOW, 10)).at(-1)).toBe(third?.id)
    expect(idsOf(await strandedJobs(store(), NOW + 10, 1, 10))).toEqual(idsOf(jobs))
  })

  it('gives a job to another runner only when the lease has run out, and then the first can do nothing more', async () => {
    const { job, lease } = await running(store())
    expect(await claimJob(store(), { id: job.id }, 'second', NOW + 14_999, 1000)).toBeNull()
    expect(idsOf(await claimableJobs(store(), NOW + 14_999, 10))).toEqual([])
    expect(idsOf(await claimableJobs(store(), NOW + 15_000, 10))).toEqual([job.id])
    const second = await claimJob(store(), { id: job.id }, 'second', NOW + 15_000, 1000)
    expect(second).toMatchObject({
      lease: { jobId: job.id, token: 2 },
      job: { startedAtMs: NOW, deadlineAtMs: NOW + 60_000 },
    })
    expect(await renewLease(store(), lease, NOW, 1e6)).toBe(false)
    expect(await recordResults(store(), lease, [aResult({ jobId: job.id })])).toBe(false)
    expect(await finish(store(), lease)).toBe(false)
    await releaseLease(store(), lease)
    expect(await getJob(store(), job.id)).toMatchObject({ status: 'running', version: 3 })
    expect(second && (await finish(store(), second.lease))).toBe(true)
    expect(second && (await finish(store(), second.lease))).toBe(false)
  })

  it('keeps a lease that is renewed, and gives a released job out at once', async () => {
    const { job, lease } = await running(store())
    expect(await renewLease(store(), lease, NOW + 10_000, 15_000)).toBe(true)
    expect(await claimJob(store(), { id: job.id }, 'second', NOW + 20_000, 1000)).toBeNull()
    await releaseLease(store(), lease)
    expect(await countQueued(store())).toBe(1)
    expect(await renewLease(store(), lease, NOW, 1000)).toBe(false)
    expect(await claimed(store(), job.id)).toEqual({ jobId: job.id, token: 2 })
  })

  it('lets a deadline stand still while nobody works on the job', async () => {
    const { job, lease } = await running(store())
    await releaseLease(store(), lease, NOW + 20_000)
    const again = await claimJob(store(), { id: job.id }, 'second', NOW + 500_000, 15_000)
    expect(again?.job.deadlineAtMs).toBe(NOW + 500_000 + 40_000)
    // Its lease runs out at 515 s, and somebody comes 100 s later
    const counted = await claimJob(store(), { id: job.id }, 'third', NOW + 515_000, 15_000)
    expect(counted?.job.deadlineAtMs).toBe(NOW + 540_000)
    const third = await claimJob(store(), { id: job.id, unattended: true }, 'fourth', NOW + 630_000, 15_000)
    expect(third?.job.deadlineAtMs).toBe(NOW + 640_000)
  })

  it('forgets until when a client was to wait that is cut off, and no deadline of a job that runs', async () => {
    const begun = await running(store(), { deadlineAtMs: NOW + 123 })
    const before = aJob({ createdAtMs: NOW, deadlineAtMs: NOW + 5 })
    const after = aJob({ createdAtMs: NOW + 10, deadlineAtMs: NOW + 15 })
    for (const job of [before, after]) {
      await insertJob(store(), job, null, NOW)
    }
    await forgetWaits(store(), NOW + 10)
    const deadlines = await Promise.all([begun.job, before, after].map(({ id }) => getJob(store(), id)))
    expect(deadlines.map((job) => job?.deadlineAtMs)).toEqual([NOW + 123, null, NOW + 15])
  })

  it('keeps a deadline that the request set', async () => {
    const { job } = await running(store(), { deadlineAtMs: NOW + 123 })
    expect((await getJob(store(), job.id))?.deadlineAtMs).toBe(NOW + 123)
  })
}
