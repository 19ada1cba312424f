import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CheckDeps } from '../../../src/check/deps.ts'
import { createPolicy } from '../../../src/check/policy.ts'
import { createGate } from '../../../src/check/try-limiter.ts'
import { ProberGoneError, type RunChecks } from '../../../src/check/work.ts'
import { createSignals } from '../../../src/job/queue.ts'
import { type RunDeps, runJob } from '../../../src/job/run.ts'
import { createSecretBox } from '../../../src/job/secret-box.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { NOTHING_BESIDE } from '../../../src/plan/beside.ts'
import { createNodeNetwork } from '../../../src/runtime/node/network.ts'
import { type OpenDatabase, openSqlite } from '../../../src/runtime/node/sqlite.ts'
import { cancelJob, getJob, insertJob } from '../../../src/store/jobs.ts'
import { claimableJobs } from '../../../src/store/leases.ts'
import { listResults } from '../../../src/store/results.ts'
import type { NewJob } from '../../../src/store/stored-job.ts'
import { quietLog } from '../../support/checks.ts'
import { idsOf } from '../../support/ids.ts'
import { runOverJson } from '../../support/run-over-json.ts'
import { refusedPort } from '../../support/servers.ts'
import { aJob, aPlannedPath, aResult, NOW } from '../../support/stored.ts'
import { type Pod, startPod } from '../../support/toad.ts'

const LEASE_MS = 30_000

let folder = ''
let database: OpenDatabase
let pod: Pod
let onRequest: () => void

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-run-'))
  database = openSqlite(join(folder, 'portolan.db'))
  onRequest = () => undefined
  pod = await startPod('toad', '127.0.0.1', (_request, response) => {
    onRequest()
    response.end('ok')
  })
})
afterEach(async () => {
  await pod.close()
  database.close()
  rmSync(folder, { recursive: true })
})

/** A job of one path to the pod, queued. */
async function queued(over: (job: NewJob) => Partial<NewJob> = () => ({})): Promise<string> {
  const path = aPlannedPath({ address: '127.0.0.1', addressPort: pod.port, url: `http://127.0.0.1:${pod.port}/` })
  const job = aJob({ createdAtMs: systemClock.now() })
  const planned = { ...job, plan: job.plan && { ...job.plan, paths: [path] } }
  await insertJob(database.store, { ...planned, ...over(planned) }, null, NOW)
  return job.id
}

async function run(id: string, check: Partial<CheckDeps> = {}, over: Partial<RunDeps> = {}) {
  const log = quietLog()
  const deps: RunDeps = await depsOf(log, check, over)
  const never = new AbortController().signal
  return { end: await runJob(deps, id, never, never), errors: log.events.filter(({ level }) => level === 'error') }
}

async function depsOf(log = quietLog(), check: Partial<CheckDeps> = {}, over: Partial<RunDeps> = {}): Promise<RunDeps> {
  return {
    store: database.store,
    clock: systemClock,
    log,
    signals: createSignals(),
    secrets: await createSecretBox(new Uint8Array(32)),
    runChecks: (handed, hooks) =>
      runOverJson(
        {
          network: createNodeNetwork(),
          clock: systemClock,
          policy: createPolicy({ allow: ['127.0.0.0/8'], deny: [] }),
          gate: createGate({ total: 4, perAddress: 4 }),
          log,
          ...check,
        },
        handed,
        hooks,
      ),
    owner: 'a-test',
    leaseMs: LEASE_MS,
    ...over,
  }
}

// Trials of safety: "durationMs negative after a clock jump"
it('takes the time of a job from the monotonic clock, whatever the wall clock is set to meanwhile', async () => {
  const startedMs = systemClock.now()
  const clock = { ...systemClock, now: () => systemClock.now() - jumpedMs }
  let jumpedMs = 0
  const id = await queued()
  onRequest = () => (jumpedMs = 3_600_000)
  const { end } = await run(id, {}, { clock })
  const job = await getJob(database.store, id)
  expect([end, job?.status]).toEqual(['finished', 'finished'])
  const tookMs = (job?.finishedAtMs ?? 0) - (job?.startedAtMs ?? 0)
  expect(tookMs).toBeGreaterThanOrEqual(0)
  expect(tookMs).toBeLessThanOrEqual(systemClock.now() - startedMs + 1)
  expect(job?.finishedAtMs).toBeGreaterThanOrEqual(startedMs)
})

const bug = new Error('a bug')

describe('a run that meets a bug', () => {
  it.each([
    [
      'while it checks',
      {},
      {
        gate: {
          active: 0,
          perAddress: 1,
          join: () => () => undefined,
          leave: () => undefined,
          pause: () => undefined,
          enter: () => Promise.reject(bug),
        },
      },
    ],
    // No job is made without expectations: whatever judges it must trip over that.
    ['while it judges', { expect: null as never }, {}],
  ] as const)('%s: ends the job as an error of ours, and logs its cause once', async (_when, request, check) => {
    const id = await queued((job) => ({ request: { ...job.request, ...request } }))
    const { end, errors } = await run(id, check)
    const job = await getJob(database.store, id)
    expect({ end, status: job?.status, verdict: job?.verdict, problem: job?.problem }).toEqual({
      end: 'finished',
      status: 'finished',
      verdict: 'error',
      problem: {
        code: 'internal',
        title: 'Something failed on our side',
        detail: 'The log has it under the id of the job. What was recorded before stands.',
        status: 500,
      },
    })
    expect(errors.map(({ event, fields }) => ({ event, ...fields, cause: fields.cause instanceof Error }))).toEqual([
      { event: 'job_impossible', jobId: id, code: 'internal', cause: true },
    ])
  })
})

describe('a run whose prober ends under it', () => {
  const gone: RunChecks = () => Promise.reject(new ProberGoneError('gone'))

  it('gives the job back, to be gone on with', async () => {
    const id = await queued()
    const { end, errors } = await run(id, {}, { runChecks: gone })
    expect({ end, errors, status: (await getJob(database.store, id))?.status }).toEqual({
      ...{ end: 'drained', errors: [], status: 'queued' },
    })
    expect((await run(id)).end).toBe('finished')
    expect((await getJob(database.store, id))?.verdict).toBe('pass')
  })

  it('five times over ends as an error of ours, or it would go round for ever', async () => {
    const id = await queued()
    const ends: string[] = []
    for (let i = 0; i < 5; i++) {
      ends.push((await run(id, {}, { runChecks: gone })).end)
    }
    const job = await getJob(database.store, id)
    expect({ ends, verdict: job?.verdict, code: job?.problem?.code }).toEqual({
      ...{ ends: ['drained', 'drained', 'drained', 'drained', 'finished'], verdict: 'error', code: 'internal' },
    })
  })
})

describe('a run whose results come faster than they are written', () => {
  it('tells its prober that there is no room, until they are', async () => {
    const id = await queued()
    const had: boolean[] = []
    const fast: RunChecks = async (_handed, { record, room }) => {
      for (let sample = 1; sample <= 256; sample++) {
        record(aResult({ jobId: id, sample }))
      }
      const full = room?.() ?? null
      had.push(full === null)
      await full
      had.push((room?.() ?? null) === null)
    }
    await run(id, {}, { runChecks: fast })
    expect({ had, stored: (await listResults(database.store, id)).length }).toEqual({ had: [false, true], stored: 256 })
  })
})

describe('a run whose diagnosis wants to know more', () => {
  /** One endpoint that refuses, whose pod declares two more ports: one that takes connections, one that does not. */
  async function wanting(): Promise<string> {
    const [refused, other] = [await refusedPort(), await refusedPort()]
    const path = aPlannedPath({ kind: 'Endpoint', address: '127.0.0.1', addressPort: refused, scheme: 'http' })
    const beside = {
      ...NOTHING_BESIDE,
      pods: { '127.0.0.1': { name: 'toad-1', ports: [pod.port, other], others: [] } },
    }
    return queued((job) => ({ plan: job.plan && { ...job.plan, paths: [path], beside } }))
  }
  const controlsOf = async (id: string) =>
    (await listResults(database.store, id)).flatMap(({ result: { purpose, outcome, control } }) =>
      purpose === 'control' ? [`${control?.kind} ${outcome}`] : [],
    )
  const real: RunChecks = (handed, hooks) =>
    runOverJson(
      {
        ...{ network: createNodeNetwork(), clock: systemClock, log: quietLog() },
        policy: createPolicy({ allow: ['127.0.0.0/8'], deny: [] }),
        gate: createGate({ total: 4, perAddress: 4 }),
      },
      handed,
      hooks,
    )

  it('asks, records what is answered, counts none of it, and diagnoses with it', async () => {
    const id = await wanting()
    expect((await run(id)).end).toBe('finished')
    const job = await getJob(database.store, id)
    expect((await controlsOf(id)).toSorted()).toEqual(['declared_port fail', 'declared_port pass'])
    expect({ summary: job?.summary, verdict: job?.verdict, title: job?.diagnosis?.findings[0]?.title }).toEqual({
      summary: { pass: 0, fail: 1, error: 0, skipped: 0, leftOut: 0 },
      verdict: 'fail',
      title: expect.stringContaining(`and port ${pod.port} takes them`),
    })
  })

  it('is taken up again where it ended in the middle: only what is missing is asked', async () => {
    const id = await wanting()
    const drain = new AbortController()
    const asked: number[] = []
    const deps = { ...(await depsOf()), runChecks: real }
    const halfway: RunChecks = async (handed, hooks) => {
      const { work } = handed
      if (work.controls === null) {
        return real(handed, hooks)
      }
      asked.push(work.controls.length)
      await real({ ...handed, work: { ...work, controls: work.controls.slice(0, 1) } }, hooks)
      drain.abort()
    }
    const never = new AbortController().signal
    expect(await runJob({ ...deps, runChecks: halfway }, id, drain.signal, never)).toBe('drained')
    expect(await controlsOf(id)).toHaveLength(1)
    const rest: RunChecks = (handed, hooks) => {
      if (handed.work.controls !== null) {
        asked.push(handed.work.controls.length)
      }
      return real(handed, hooks)
    }
    expect(await runJob({ ...deps, runChecks: rest }, id, never, never)).toBe('finished')
    expect({ asked, controls: (await controlsOf(id)).length }).toEqual({ asked: [2, 1], controls: 2 })
  })

  it('is cancelled while it asks, and writes nothing more', async () => {
    const id = await wanting()
    const cancel = new AbortController()
    const cancelled: RunChecks = async (handed, hooks) => {
      if (handed.work.controls === null) {
        return real(handed, hooks)
      }
      await cancelJob(database.store, id, systemClock.now())
      cancel.abort()
      await real(handed, hooks)
    }
    const never = new AbortController().signal
    expect(await runJob({ ...(await depsOf()), runChecks: cancelled }, id, never, cancel.signal)).toBe('lost')
    expect((await getJob(database.store, id))?.status).toBe('cancelled')
    expect(await controlsOf(id)).toEqual([])
  })

  it('ends without the answers where whoever asks fails', async () => {
    const id = await wanting()
    const fails: RunChecks = (handed, hooks) =>
      handed.work.controls === null ? real(handed, hooks) : Promise.reject(new ProberGoneError('gone'))
    const { end } = await run(id, {}, { runChecks: fails })
    const job = await getJob(database.store, id)
    expect([end, job?.verdict, job?.diagnosis?.findings[0]?.code]).toEqual(['finished', 'fail', 'nothing_listens'])
  })
})

describe('a run whose results cannot be recorded for a while', () => {
  it.each(['SQLITE_FULL', 'SQLITE_BUSY', 'SQLITE_READONLY', 'SQLITE_IOERR_WRITE'])(
    'waits until they can (%s), tries nothing again, and ends as it would have',
    async (code) => {
      const id = await queued()
      let failures = 0
      onRequest = () => (failures = 4)
      const { atomic, ...rest } = database.store
      const store: RunDeps['store'] = {
        ...rest,
        atomic: (writes) =>
          failures-- > 0 ? Promise.reject(Object.assign(new Error(code), { code })) : atomic(writes),
      }
      // Pauses between two writes pass at once; that of the lease ends with the run.
      const clock = {
        ...systemClock,
        sleep: (ms: number, signal?: AbortSignal) =>
          ms < 20_000 || signal === undefined
            ? Promise.resolve()
            : new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve())),
      }
      const log = quietLog()
      const never = new AbortController().signal
      const end = await runJob({ ...(await depsOf(log)), store, clock, leaseMs: 60_000 }, id, never, never)
      const job = await getJob(database.store, id)
      expect([end, job?.status, job?.verdict]).toEqual(['finished', 'finished', 'pass'])
      expect((await listResults(database.store, id)).map(({ result }) => result.outcome)).toEqual(['pass'])
      expect(pod.requests).toHaveLength(1)
      expect(new Set(log.events.map(({ event }) => event))).toEqual(new Set(['results_not_recorded', 'job_finished']))
    },
  )

  it('gives them up when the process is to end, and the job is gone on with by the next', async () => {
    const id = await queued()
    const drain = new AbortController()
    let full = false
    onRequest = () => (full = true)
    const { atomic, ...rest } = database.store
    const store: RunDeps['store'] = {
      ...rest,
      atomic: (writes) =>
        full ? Promise.reject(Object.assign(new Error('full'), { code: 'SQLITE_FULL' })) : atomic(writes),
    }
    const log = quietLog()
    const deps = { ...(await depsOf(log)), store, log: { ...log, warn: () => drain.abort() } }
    await expect(runJob(deps, id, drain.signal, new AbortController().signal)).rejects.toThrow('full')
    full = false
    const never = new AbortController().signal
    const later = { ...systemClock, now: () => systemClock.now() + LEASE_MS + 1 }
    expect(await runJob({ ...(await depsOf()), clock: later }, id, never, never)).toBe('finished')
    expect((await getJob(database.store, id))?.verdict).toBe('pass')
  })
})

describe('a run whose store fails', () => {
  it('is told to its caller, and the job is taken up again when the lease has run out', async () => {
    const id = await queued()
    onRequest = () => database.close()
    await expect(run(id)).rejects.toThrow()

    database = openSqlite(join(folder, 'portolan.db'))
    expect((await getJob(database.store, id))?.status).toBe('running')
    const later = systemClock.now() + LEASE_MS
    expect(idsOf(await claimableJobs(database.store, later, 10))).toEqual([id])
  })
})
