import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunChecks } from '../../../src/check/work.ts'
import { createSignals } from '../../../src/job/queue.ts'
import { createSecretBox } from '../../../src/job/secret-box.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import type { QueuedJob } from '../../../src/record/job.ts'
import { createProber, type Prober } from '../../../src/runtime/node/prober.ts'
import { createRunner, type Runner } from '../../../src/runtime/node/runner.ts'
import { type OpenDatabase, openSqlite } from '../../../src/runtime/node/sqlite.ts'
import { getJob, insertJob } from '../../../src/store/jobs.ts'
import { claimJob } from '../../../src/store/leases.ts'
import { quietLog } from '../../support/checks.ts'
import { aJob, aPlannedPath } from '../../support/stored.ts'
import { type Pod, startPod } from '../../support/toad.ts'

const LEASE_MS = 30_000

let folder = ''
let database: OpenDatabase
let prober: Prober
let pod: Pod
let silent: Server
const held: Socket[] = []
/** Resolves when something has connected to `silent`. */
let heldOne: PromiseWithResolvers<void>
let runner: Runner | null = null

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-runner-'))
  database = openSqlite(join(folder, 'portolan.db'))
  prober = createProber(
    { egressAllow: ['127.0.0.0/8'], egressDeny: [], concurrency: 64, concurrencyPerAddress: 8 },
    quietLog(),
  )
  pod = await startPod('toad', '127.0.0.1', (_request, response) => response.end('ok'))
  heldOne = Promise.withResolvers()
  silent = createServer((socket) => {
    held.push(socket)
    heldOne.resolve()
  })
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  for (const socket of held.splice(0)) {
    socket.destroy()
  }
  await runner?.drain()
  await prober.close()
  await pod.close()
  silent.close()
  database.close()
  rmSync(folder, { recursive: true })
})

const portOf = (server: Server): number => {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function insert(
  port: number,
  createdAtMs = systemClock.now(),
  deadlineAtMs: number | null = null,
  owner = 'admin',
) {
  const path = aPlannedPath({ address: '127.0.0.1', addressPort: port, url: `http://127.0.0.1:${port}/` })
  const job = aJob({ createdAtMs, deadlineAtMs, owner })
  const request = { ...job.request, timeoutMs: 60_000 }
  await insertJob(
    database.store,
    { ...job, request, plan: job.plan && { ...job.plan, paths: [path] } },
    null,
    createdAtMs,
  )
  return job.id
}

const asked = (id: string, owner = 'admin'): QueuedJob => ({ id, owner, scheduled: false })

async function start(runChecks: RunChecks = prober.runChecks, isDead = (_owner: string) => false) {
  const signals = createSignals()
  const secrets = await createSecretBox(new Uint8Array(32))
  const deps = { store: database.store, clock: systemClock, log: quietLog(), signals, secrets, owner: 'a-test' }
  const made = createRunner({ ...deps, leaseMs: LEASE_MS, runChecks }, { jobsAtOnce: 32, sweepMs: 60_000, isDead })
  runner = made
  const never = new AbortController().signal
  return {
    runner: made,
    async finished(jobId: string) {
      for (;;) {
        const changed = signals.next(jobId, never)
        const job = await getJob(database.store, jobId)
        if (job?.status === 'finished') {
          return job.verdict
        }
        await changed
      }
    },
  }
}

// D5 of trials/security.md
describe('jobs that wait', () => {
  it('keep no other from running at once: forty for a target that never answers, on the same address', async () => {
    const { runner, finished } = await start()
    const waiting = await Promise.all(Array.from({ length: 40 }, () => insert(portOf(silent))))
    await runner.enqueue(waiting.map((id) => asked(id)))
    await heldOne.promise
    const healthy = await insert(pod.port)
    await runner.enqueue([asked(healthy)])
    expect(await finished(healthy)).toBe('pass')
    const states = await Promise.all(waiting.map(async (jobId) => (await getJob(database.store, jobId))?.status))
    // None of the others has ended before it. Those that have not begun wait, so that no deadline of theirs runs.
    const count = (status: string) => states.filter((each) => each === status).length
    expect({ running: count('running'), queued: count('queued') }).toEqual({ running: 32, queued: 8 })
  })
})

describe('owners', () => {
  it('begin at once, whatever another one has open and waiting, on the same target too', async () => {
    const { runner } = await start()
    const waiting = await Promise.all(Array.from({ length: 60 }, () => insert(portOf(silent))))
    await runner.enqueue(waiting.map((id) => asked(id)))
    await heldOne.promise
    const other = await insert(portOf(silent), systemClock.now(), null, 'token')
    await runner.enqueue([asked(other, 'token')])
    expect(runner.running).toBe(33)
  })

  it('come one after the other when a runner starts, though one of them has more waiting than are listed', async () => {
    const nowMs = systemClock.now()
    const first = await Promise.all(Array.from({ length: 100 }, (_, at) => insert(pod.port, nowMs - 10_000 + at)))
    const other = await insert(pod.port, nowMs, null, 'token')
    const began: string[] = []
    const { runner, finished } = await start((handed, hooks) => {
      began.push(handed.work.jobId)
      return prober.runChecks(handed, hooks)
    })
    runner.start()
    expect(await finished(other)).toBe('pass')
    expect(began.indexOf(other)).toBeLessThan(32)
    expect(first.slice(0, 15).every((jobId) => began.includes(jobId))).toBe(true)
  })
})

// D9 of trials/security.md
describe('a runner that starts', () => {
  it('runs what has waited before what comes now, however much that is', async () => {
    const nowMs = systemClock.now()
    const old = await Promise.all(Array.from({ length: 120 }, (_, index) => insert(pod.port, nowMs - 10_000 + index)))
    const began: string[] = []
    const { runner, finished } = await start((handed, hooks) => {
      began.push(handed.work.jobId)
      return prober.runChecks(handed, hooks)
    })
    runner.start()
    const late = await insert(pod.port, nowMs)
    await runner.enqueue([asked(late)])
    expect(await finished(late)).toBe('pass')
    expect(began.indexOf(late)).toBeGreaterThanOrEqual(120 - 32)
    expect([...began].slice(0, 32).every((jobId) => old.slice(0, 64).includes(jobId))).toBe(true)
  })

  it('does not count the time in which nobody was there towards a deadline', async () => {
    const nowMs = systemClock.now()
    const begun = await insert(pod.port, nowMs - 300_000)
    await claimJob(database.store, { id: begun }, 'dead', nowMs - 290_000, LEASE_MS)
    const waitedFor = await insert(pod.port, nowMs - 300_000, nowMs - 270_000)
    const { runner, finished } = await start(prober.runChecks, (owner) => owner === 'dead')
    runner.start()
    expect([await finished(begun), await finished(waitedFor)]).toEqual(['pass', 'pass'])
  })
})
