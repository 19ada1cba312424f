import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { JobRequestSchema, toJobRequest } from '../../src/api/job-request.ts'
import { ProblemError } from '../../src/lib/problem.ts'
import { type OpenDatabase, openSqlite } from '../../src/runtime/node/sqlite.ts'
import { type AskedWork, runNow } from '../../src/schedule/accept-schedule.ts'
import { describeScheduleHead } from '../../src/schedule/describe.ts'
import { tick } from '../../src/schedule/tick.ts'
import { cancelJob, getJob, listJobs } from '../../src/store/jobs.ts'
import { listServices } from '../../src/store/services.ts'
import { type LiveObjects, liveObjects, unreachable } from '../support/live-objects.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'
import { aSchedule, type Scheduling, scheduleOf, scheduling } from '../support/scheduling.ts'
import { toadService } from '../support/toad.ts'

const MINUTE = 60_000
const START = Date.parse('2026-11-23T00:00:00Z')

let folder = ''
let database: OpenDatabase
let clock: ManualClock
let cluster: LiveObjects
let deps: Scheduling

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-live-schedule-'))
  clock = createManualClock(START)
  database = openSqlite(join(folder, 'portolan.db'))
  cluster = liveObjects([toadService(8080)])
  deps = await scheduling(database.store, clock, { clusterSource: cluster.source })
})
afterEach(() => {
  database.close()
  rmSync(folder, { recursive: true })
})

const target = { service: 'toad-svc', namespace: 'default' }
function liveWork(body: Record<string, unknown> = {}): AskedWork {
  const request = JobRequestSchema.parse({ target, paths: { include: ['ClusterIP'] }, ...body })
  return { request: toJobRequest(request, 'default'), objects: { source: 'cluster' }, selection: null }
}

/** Lets the next run come, and ends what it made. @returns the newest job. */
async function nextRun(id: string) {
  clock.advance(MINUTE)
  await tick(deps)
  const [job] = await listJobs(deps.store, { scheduleId: id }, { limit: 1, before: null })
  if (job?.status === 'queued') {
    await cancelJob(deps.store, job.id, clock.now())
  }
  return job
}

const told = async (id: string) => {
  const { stalled, failing, lastRun } = describeScheduleHead(await scheduleOf(deps, id), { job: null, batch: null })
  return { stalled, failing, lastRun }
}

const gone = () => new ProblemError('service_not_found', 'There is no Service default/toad-svc.', { status: 404 })

describe('a schedule of a live Service', () => {
  it('reads the objects at each run, and may take what is held; a run out of turn reads anew', async () => {
    const schedule = await aSchedule(deps, {}, liveWork())
    cluster.set([toadService(9090)])
    const job = await nextRun(schedule.id)
    const { plan, objects } = (await getJob(deps.store, job?.id ?? '')) ?? {}
    expect(plan?.paths.find(({ kind }) => kind === 'ClusterIP')?.addressPort).toBe(9090)
    expect(objects?.source).toBe('cluster')
    const made = { owner: 'admin', claim: null, deadlineOf: () => null }
    await runNow(deps, await scheduleOf(deps, schedule.id), made)
    expect(cluster.reads.map(({ how }) => how.held)).toEqual([false, true, false])
  })

  it('makes a job that ends with the problem where the Service is gone, stalls, and recovers by itself', async () => {
    const { id } = await aSchedule(deps, {}, liveWork())
    cluster.refuse(gone())
    const job = await nextRun(id)
    expect(job).toMatchObject({
      ...{ status: 'finished', verdict: 'error', target: { cluster: 'default', ...target } },
      problem: { code: 'service_not_found', status: 404 },
    })
    expect((await getJob(deps.store, job?.id ?? ''))?.plan).toBe(null)
    const since = new Date(START + MINUTE).toISOString()
    expect(await told(id)).toMatchObject({ stalled: null, failing: { runs: 1, since }, lastRun: { outcome: 'failed' } })
    await nextRun(id)
    await nextRun(id)
    expect(await told(id)).toMatchObject({
      stalled: { since, problem: { code: 'service_not_found' } },
      failing: { runs: 3, since },
    })
    expect(deps.enqueued).toEqual([])

    cluster.refuse(null)
    expect(await nextRun(id)).toMatchObject({ problem: null })
    expect(await told(id)).toMatchObject({ stalled: null, failing: null, lastRun: { outcome: 'started' } })
    expect(await listJobs(deps.store, { scheduleId: id }, { limit: 9, before: null })).toHaveLength(4)
  })

  it('says nothing about the target where the cluster is out of reach', async () => {
    const { id } = await aSchedule(deps, {}, liveWork())
    cluster.refuse(unreachable())
    expect(await nextRun(id)).toMatchObject({ verdict: 'error', problem: { code: 'cluster_unreachable', status: 502 } })
    const ever = { fromMs: 0, toMs: clock.now() + 1 }
    expect(await listServices(deps.store, {}, ever, { limit: 9, after: null })).toEqual([])
  })

  it('is made while the cluster is out of reach, and refused where the Service is not there', async () => {
    cluster.refuse(unreachable())
    const { id } = await aSchedule(deps, {}, liveWork())
    cluster.refuse(null)
    expect(await nextRun(id)).toMatchObject({ problem: null })
    cluster.refuse(gone())
    await expect(aSchedule(deps, {}, liveWork())).rejects.toMatchObject({ code: 'service_not_found', status: 404 })
  })

  it('is about the Service that was found, where it named no namespace', async () => {
    const { target: found } = await aSchedule(deps, {}, liveWork({ target: { service: 'toad-svc' } }))
    expect(found).toEqual({ cluster: 'default', namespace: 'default', service: 'toad-svc' })
  })
})
