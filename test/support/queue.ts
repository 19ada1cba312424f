/**
 * The queue of the runtime under test with its runner behind it, for a suite that both must pass: on Node the runner of
 * this process over a database file, on Workers the platform's queue and its consumer over D1.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Verdict } from '../../src/check/verdict.ts'
import { createSignals } from '../../src/job/queue.ts'
import { createSecretBox } from '../../src/job/secret-box.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { createLog } from '../../src/lib/log.ts'
import type { JobStatus } from '../../src/record/job.ts'
import { createProber } from '../../src/runtime/node/prober.ts'
import { createRunner } from '../../src/runtime/node/runner.ts'
import { openSqlite } from '../../src/runtime/node/sqlite.ts'
import { cancelJob, getJob, insertJob } from '../../src/store/jobs.ts'
import { listResults } from '../../src/store/results.ts'
import type { NewJob } from '../../src/store/stored-job.ts'
import { RUNTIME } from './portolan.ts'
import { readJob } from './read.ts'

export type Ran = { status: JobStatus; verdict: Verdict | null; tries: string[] }

export type TestQueue = {
  /** Makes a job durable; nobody is told of it. */
  insert(job: NewJob): Promise<void>
  enqueue(jobIds: readonly string[]): Promise<void>
  cancel(jobId: string): Promise<void>
  /** Looks for jobs that nobody was told of. */
  sweep(): Promise<void>
  read(jobId: string): Promise<Ran>
  /** Resolves when the job has finished. */
  finished(jobId: string): Promise<Ran>
  readonly lines: readonly string[]
  close(): Promise<void>
}

export const openQueue = (): Promise<TestQueue> => (RUNTIME === 'workers' ? openOnWorkers() : openOnNode())

async function openOnNode(): Promise<TestQueue> {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-queue-'))
  const { store, close } = openSqlite(join(folder, 'portolan.db'))
  const lines: string[] = []
  const log = createLog('info', (line) => lines.push(line), Date.now)
  const [clock, signals] = [systemClock, createSignals()]
  const prober = createProber(
    { egressAllow: ['127.0.0.0/8'], egressDeny: [], concurrency: 8, concurrencyPerAddress: 8 },
    log,
  )
  const secrets = await createSecretBox(new Uint8Array(32))
  const runner = createRunner(
    { store, clock, log, signals, secrets, runChecks: prober.runChecks, owner: 'a-test', leaseMs: 30_000 },
    { jobsAtOnce: 4, sweepMs: 60_000, isDead: () => false },
  )
  const never = new AbortController().signal
  const read = async (jobId: string): Promise<Ran> => {
    const job = await getJob(store, jobId)
    if (job === null) {
      throw new Error(`there is no ${jobId}`)
    }
    const results = await listResults(store, jobId)
    return { status: job.status, verdict: job.verdict, tries: results.map(({ result }) => result.id) }
  }
  return {
    async insert(job) {
      await insertJob(store, job, null, job.createdAtMs)
    },
    enqueue: (jobIds) => runner.enqueue(jobIds.map((id) => ({ id, owner: 'a-test', scheduled: false }))),
    async cancel(jobId) {
      await cancelJob(store, jobId, clock.now())
      runner.cancel(jobId)
    },
    async sweep() {
      runner.start()
    },
    read,
    async finished(jobId) {
      for (;;) {
        const changed = signals.next(jobId, never)
        const ran = await read(jobId)
        if (ran.status === 'finished') {
          return ran
        }
        await changed
      }
    },
    lines,
    async close() {
      await runner.drain()
      await prober.close()
      close()
      rmSync(folder, { recursive: true })
    },
  }
}

async function openOnWorkers(): Promise<TestQueue> {
  const { startOnWorkers, WORKERS_TOKEN } = await import('./portolan-on-workers.ts')
  const worker = await startOnWorkers({})
  const call = (path: string, method = 'GET') =>
    fetch(worker.url + path, { method, headers: { authorization: `Bearer ${WORKERS_TOKEN}` } })
  const read = async (path: string): Promise<Ran> => {
    const { status, verdict, paths } = await readJob(call(path))
    return { status, verdict, tries: paths.flatMap(({ results }) => results.map(({ id }) => id)) }
  }
  return {
    insert: (job) => worker.control({ insert: job }).then(() => undefined),
    enqueue: (jobIds) => worker.control({ enqueue: jobIds }).then(() => undefined),
    cancel: (jobId) => call(`/v1/jobs/${jobId}/cancel`, 'POST').then(() => undefined),
    async sweep() {
      await worker.control({ aheadMs: 61_000 })
      await worker.cron()
    },
    read: (jobId) => read(`/v1/jobs/${jobId}`),
    async finished(jobId) {
      for (;;) {
        const ran = await read(`/v1/jobs/${jobId}?wait=20`)
        if (ran.status === 'finished') {
          return ran
        }
      }
    },
    get lines() {
      return worker.lines
    },
    close: worker.close,
  }
}
