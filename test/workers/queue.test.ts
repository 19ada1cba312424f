import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { JobDocument } from '../../src/report/job-document.ts'
import { QUERIES_MAX } from '../../src/runtime/workers/call-budget.ts'
import { startOnWorkers, WORKERS_TOKEN, type WorkersPortolan } from '../support/portolan-on-workers.ts'
import { readJob, readSchedule } from '../support/read.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

let worker: WorkersPortolan
let pod: Pod

beforeAll(async () => {
  ;[worker, pod] = await Promise.all([startOnWorkers({}), startPod('toad', '0.0.0.0')])
})
afterEach(() => worker.control({ failing: [], poisoned: 'none', losing: 'none', aheadMs: 0 }))
afterAll(() => Promise.all([worker.close(), pod.close()]))

/** Tries of one chunk, where each is a connection. */
const PROBES = 24

const call = (path: string, json?: unknown): Promise<Response> =>
  fetch(worker.url + path, {
    method: json === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${WORKERS_TOKEN}`, 'content-type': 'application/json' },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  })

/** Endpoints on loopback addresses of their own, all of one pod. */
const jobOf = (endpoints: number, extra: Record<string, unknown> = {}) => ({
  target: {
    manifests: [
      toadService(pod.port),
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: 'toad', namespace: 'default', labels: { 'kubernetes.io/service-name': 'toad-svc' } },
        addressType: 'IPv4',
        ports: [{ name: 'http', port: pod.port, protocol: 'TCP' }],
        endpoints: Array.from({ length: endpoints }, (_, i) => ({
          addresses: [`127.0.${1 + Math.floor(i / 200)}.${1 + (i % 200)}`],
          conditions: { ready: true },
        })),
      },
    ],
  },
  paths: { include: ['Endpoint'] },
  limits: { endpoints: 500 },
  deadlineMs: 300_000,
  ...extra,
})

async function ended(id: string): Promise<JobDocument> {
  for (;;) {
    const job = await readJob(call(`/v1/jobs/${id}?wait=20`))
    if (job.status === 'finished') {
      return job
    }
  }
}

const tries = (job: JobDocument): string[] =>
  job.paths.flatMap(({ id, results }) => results.map(({ sample, try: nth }) => `${id} ${sample} ${nth}`))

/** Numbers below `below`, the same for the same seed (mulberry32). */
function seeded(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

describe('a job in chunks', () => {
  it.each([1, 2, 3])(
    'of 300 paths × 2 samples is whole, nothing lost or doubled, whatever call fails (seed %i)',
    async (seed) => {
      const random = seeded(seed)
      // Some 200 calls, each of which can fail before it is made and after it
      const failing = Array.from({ length: 10 }, () => random(360))
      await worker.control({ failing })
      const { id } = await readJob(call('/v1/jobs', jobOf(300, { samples: 2 })))
      const job = await ended(id)
      const made = tries(job)
      expect([job.verdict, job.summary.pass, made.length, new Set(made).size]).toEqual(['pass', 300, 600, 600])
      const finished = worker.lines.filter((line) => line.includes('"job_finished"') && line.includes(id))
      expect(finished).toHaveLength(1)
      expect((await worker.control({})).mostQueries).toBeLessThan(QUERIES_MAX / 2)
      expect(worker.lines.some((line) => line.includes('as the test wants'))).toBe(true)
    },
    240_000,
  )
})

describe('a message that fails again and again', () => {
  it('of a chunk: ends as errors of ours that say why, beside what the other chunks found', async () => {
    await worker.control({ poisoned: { chunk: 1 } })
    const { id } = await readJob(call('/v1/jobs', jobOf(40)))
    const job = await ended(id)
    const results = job.paths.flatMap((path) => path.results)
    const byOutcome = Map.groupBy(results, ({ outcome }) => outcome)
    expect([job.verdict, job.problem, results.length]).toEqual(['error', null, 40])
    expect([byOutcome.get('pass')?.length, byOutcome.get('error')?.length]).toEqual([24, 16])
    expect(byOutcome.get('error')?.[0]?.failure).toEqual({
      ...{ code: 'internal', phase: 'connect', source: 'internal' },
      message: 'the runner failed each time it came to this try; the log says why',
    })
  }, 120_000)

  it('that starts a job: ends the job with a problem', async () => {
    await worker.control({ poisoned: { chunk: null } })
    const { id } = await readJob(call('/v1/jobs', jobOf(2)))
    expect(await ended(id)).toMatchObject({ verdict: 'error', problem: { code: 'internal', status: 500 } })
  }, 120_000)
})

describe('the cron trigger', () => {
  it('runs a due schedule of the API, whose results are in D1', async () => {
    const response = await call('/v1/schedules', { name: 'minutely', cron: '* * * * *', job: jobOf(2) })
    const { id } = await readSchedule(response)
    await worker.control({ aheadMs: 60_000 })
    await worker.cron()
    const { items } = (await (await call(`/v1/schedules/${id}/jobs`)).json()) as { items: { id: string }[] }
    expect(items).toHaveLength(1)
    const job = await ended(items[0]?.id ?? '')
    expect([job.verdict, tries(job).length]).toEqual(['pass', 2])
    await worker.cron()
    expect(((await (await call(`/v1/schedules/${id}/jobs`)).json()) as { items: unknown[] }).items).toHaveLength(1)
  }, 120_000)

  it('by a clock that ran a year ahead and was set back lets schedules go on, and deletes nothing', async () => {
    const { id: kept } = await readJob(call('/v1/jobs', jobOf(2)))
    await ended(kept)
    await worker.cron()
    const response = await call('/v1/schedules', { name: 'minutely', cron: '@every 60s', job: jobOf(2) })
    const { id } = await readSchedule(response)
    const runs = async () =>
      ((await (await call(`/v1/schedules/${id}/jobs`)).json()) as { items: { id: string }[] }).items.length
    const year = 365 * 86_400_000
    for (const [aheadMs, made] of [
      [year, 1],
      [year + 30_000, 1],
      // Is set back: the run to come is brought forward, to be due within a minute.
      [0, 1],
      [61_000, 2],
      [122_000, 3],
    ] as const) {
      await worker.control({ aheadMs })
      await worker.cron()
      expect([aheadMs, await runs()]).toEqual([aheadMs, made])
    }
    expect((await ended(kept)).verdict).toBe('pass')
    expect(worker.lines.filter((line) => line.includes('"retention_held"'))).toHaveLength(1)
    expect(worker.lines.filter((line) => line.includes('"retention_goes_on"'))).toHaveLength(1)
  }, 120_000)

  it('has jobs run whose message was lost', async () => {
    await worker.control({ losing: 'all' })
    const { id } = await readJob(call('/v1/jobs', jobOf(2)))
    expect((await readJob(call(`/v1/jobs/${id}?wait=1`))).status).toBe('queued')
    await worker.control({ losing: 'none', aheadMs: 61_000 })
    await worker.cron()
    expect((await ended(id)).verdict).toBe('pass')
  }, 120_000)

  it('has the chunks run whose messages were lost, beside what was found of the others', async () => {
    await worker.control({ losing: 'chunks' })
    const { id } = await readJob(call('/v1/jobs', jobOf(60)))
    // Whoever starts a job works off its first chunk
    let left = await readJob(call(`/v1/jobs/${id}`))
    while (tries(left).length < PROBES) {
      left = await readJob(call(`/v1/jobs/${id}?wait=1`))
    }
    expect([left.status, tries(left).length]).toEqual(['running', PROBES])
    await worker.control({ losing: 'none', aheadMs: 61_000 })
    await worker.cron()
    const job = await ended(id)
    const made = tries(job)
    expect([job.verdict, job.summary.pass, made.length, new Set(made).size]).toEqual(['pass', 60, 60, 60])
    expect(made).toEqual(expect.arrayContaining(tries(left)))
    await worker.cron()
    expect(worker.lines.filter((line) => line.includes('"job_finished"') && line.includes(id))).toHaveLength(1)
  }, 120_000)
})
