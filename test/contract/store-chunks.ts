import { expect, it } from 'vitest'
import {
  type Claimant,
  claimChunk,
  cutJob,
  endChunk,
  pauseChunk,
  recordInChunk,
  takeToEnd,
} from '../../src/store/chunks.ts'
import { cancelJob, getJob } from '../../src/store/jobs.ts'
import { claimableJobs, claimJob } from '../../src/store/leases.ts'
import { listResults } from '../../src/store/results.ts'
import { idsOf } from '../support/ids.ts'
import { aResult, NOW } from '../support/stored.ts'
import { finish, opened, running } from './opened.ts'
import type { OpenStore } from './store.ts'

const by = (owner: string, nowMs = NOW): Claimant => ({ owner, nowMs, untilMs: nowMs + 1000 })

export function chunksContract(open: OpenStore): void {
  const store = opened(open)

  const cut = async (count: number) => {
    const { job, lease } = await running(store())
    expect(await cutJob(store(), lease, count, NOW)).toEqual(Array.from({ length: count }, (_, chunk) => chunk))
    return { jobId: job.id, lease }
  }
  const claim = async (jobId: string, chunk: number, claimant: Claimant) => {
    const claimed = await claimChunk(store(), jobId, chunk, claimant)
    if (claimed === 'done' || claimed === 'gone' || 'heldUntilMs' in claimed) {
      throw new Error(`${chunk} is not free`)
    }
    return claimed.lease
  }
  const seen = async (jobId: string) => (await listResults(store(), jobId)).map(({ result }) => result.sample)

  it('gives a chunk to one of many claimants, and to the same one again', async () => {
    const { jobId } = await cut(2)
    const claims = await Promise.all(Array.from({ length: 10 }, (_, i) => claimChunk(store(), jobId, 1, by(`m${i}`))))
    expect(claims.filter((claimed) => typeof claimed === 'object' && 'lease' in claimed)).toEqual([
      { lease: { jobId, chunk: 1, token: 1 } },
    ])
    const owner = `m${claims.findIndex((claimed) => typeof claimed === 'object' && 'lease' in claimed)}`
    expect(await claimChunk(store(), jobId, 1, by('another', NOW + 999))).toEqual({ heldUntilMs: NOW + 1000 })
    expect(await claimChunk(store(), jobId, 1, by(owner, NOW + 1))).toEqual({ lease: { jobId, chunk: 1, token: 2 } })
    expect(await claimChunk(store(), jobId, 1, by('another', NOW + 1001))).toMatchObject({ lease: { token: 3 } })
    expect(await claimChunk(store(), jobId, 2, by('m'))).toBe('gone')
  })

  it('lets nobody write who has lost a chunk', async () => {
    const { jobId } = await cut(1)
    const lost = await claim(jobId, 0, by('first'))
    await claim(jobId, 0, by('second', NOW + 1000))
    const results = [aResult({ jobId })]
    expect(await recordInChunk(store(), lost, results)).toBe(false)
    expect(await pauseChunk(store(), lost, results)).toBe(false)
    expect(await endChunk(store(), lost, results, by('first'))).toBe('lost')
    expect(await seen(jobId)).toEqual([])
  })

  it('gives the job to whoever does the last chunk, whichever it is, once', async () => {
    const { jobId, lease } = await cut(3)
    const leases = await Promise.all([0, 1, 2].map((chunk) => claim(jobId, chunk, by(`m${chunk}`))))
    const ends = await Promise.all(
      leases.map((lease, i) => endChunk(store(), lease, [aResult({ jobId, sample: i + 1 })], by(`m${i}`))),
    )
    const last = ends.flatMap((end) => (end !== 'lost' && end.last ? [end.last] : []))
    expect(last).toEqual([{ jobId, token: lease.token + 1 }])
    expect((await seen(jobId)).toSorted()).toEqual([1, 2, 3])
    expect(await claimChunk(store(), jobId, 1, by('m1'))).toBe('done')
    expect(await finish(store(), lease)).toBe(false)
    expect(last[0] && (await finish(store(), last[0]))).toBe(true)
    expect(await claimChunk(store(), jobId, 1, by('m1'))).toBe('gone')
  })

  it('gives the end to another where whoever had it does not come back, and at once to the same', async () => {
    const { jobId } = await cut(1)
    const end = await endChunk(store(), await claim(jobId, 0, by('m')), [], by('m'))
    if (end === 'lost' || end.last === null) {
      throw new Error('it was the last')
    }
    expect(await takeToEnd(store(), jobId, by('another', NOW + 999))).toBeNull()
    expect(await takeToEnd(store(), jobId, by('m', NOW + 1))).toEqual({ jobId, token: end.last.token + 1 })
    expect(await takeToEnd(store(), jobId, by('another', NOW + 1001))).toEqual({ jobId, token: end.last.token + 2 })
    expect(await finish(store(), end.last)).toBe(false)
  })

  it('does not end a job of which a chunk is left', async () => {
    const { jobId } = await cut(2)
    expect(await endChunk(store(), await claim(jobId, 0, by('m')), [], by('m'))).toEqual({ last: null })
    expect(await takeToEnd(store(), jobId, by('m', NOW + 60_000))).toBeNull()
  })

  it('goes on with a paused chunk at once, and keeps what was recorded', async () => {
    const { jobId } = await cut(1)
    const lease = await claim(jobId, 0, by('first'))
    expect(await recordInChunk(store(), lease, [aResult({ jobId, sample: 1 })])).toBe(true)
    expect(await pauseChunk(store(), lease, [aResult({ jobId, sample: 2 })])).toBe(true)
    expect(await claim(jobId, 0, by('second'))).toEqual({ jobId, chunk: 0, token: 2 })
    expect(await seen(jobId)).toEqual([1, 2])
  })

  it('is cut once; a second look finds what is left', async () => {
    const { jobId, lease } = await cut(3)
    await endChunk(store(), await claim(jobId, 0, by('m')), [], by('m'))
    await claim(jobId, 1, by('m'))
    expect(await cutJob(store(), lease, 3, NOW)).toEqual([2])
    expect(await cutJob(store(), lease, 3, NOW + 1000)).toEqual([1, 2])
    expect(await cutJob(store(), { ...lease, token: 9 }, 3, NOW + 1000)).toEqual([])
  })

  it('stops with the job: cancelled, nothing more is recorded', async () => {
    const { jobId } = await cut(1)
    const lease = await claim(jobId, 0, by('m'))
    expect(await cancelJob(store(), jobId, NOW)).toBe('cancelled')
    expect(await endChunk(store(), lease, [aResult({ jobId })], by('m'))).toBe('lost')
    expect(await claimChunk(store(), jobId, 0, by('m'))).toBe('gone')
    expect(await seen(jobId)).toEqual([])
  })

  it('leaves a job claimable when its lease has run out, so that lost chunks are found', async () => {
    const { jobId } = await cut(2)
    expect(idsOf(await claimableJobs(store(), NOW + 15_000, 10))).toEqual([jobId])
    const again = await claimJob(store(), { id: jobId }, 'cron', NOW + 15_000, 1000)
    expect(again?.job.id).toBe(jobId)
    expect(again && (await cutJob(store(), again.lease, 2, NOW + 15_000))).toEqual([0, 1])
    expect((await getJob(store(), jobId))?.status).toBe('running')
  })
}
