import { afterEach, beforeEach } from 'vitest'
import type { Store } from '../../src/store/db.ts'
import { finishJob, type JobEnd } from '../../src/store/finish.ts'
import { insertJob } from '../../src/store/jobs.ts'
import { claimJob, type Lease } from '../../src/store/leases.ts'
import type { NewJob } from '../../src/store/stored-job.ts'
import { aJob, NOW } from '../support/stored.ts'
import type { OpenStore } from './store.ts'

/** An empty database before each test. */
export function opened(open: OpenStore): () => Store {
  let current: Awaited<ReturnType<OpenStore>> | null = null
  beforeEach(async () => {
    current = await open()
  })
  afterEach(async () => {
    await current?.close()
  })
  return () => {
    if (current === null) {
      throw new Error('the store is open in tests only')
    }
    return current.store
  }
}

/** Inserts a job and claims it. */
export async function running(store: Store, over: Partial<NewJob> = {}): Promise<{ job: NewJob; lease: Lease }> {
  const job = aJob(over)
  await insertJob(store, job, null, NOW)
  return { job, lease: await claimed(store, job.id) }
}

export async function claimed(store: Store, id: string, nowMs = NOW, leaseMs = 15_000): Promise<Lease> {
  const claim = await claimJob(store, { id }, 'test', nowMs, leaseMs)
  if (claim === null) {
    throw new Error(`${id} cannot be claimed`)
  }
  return claim.lease
}

export const END: JobEnd = {
  verdict: 'pass',
  summary: { pass: 1, fail: 0, error: 0, skipped: 2, leftOut: 0 },
  diagnosis: { status: 'healthy', findings: [] },
  problem: null,
  judged: [],
  finishedAtMs: NOW + 500,
}

export const finish = (store: Store, lease: Lease, over: Partial<JobEnd> = {}): Promise<boolean> =>
  finishJob(store, lease, { ...END, ...over })
