import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Outcome } from '../../../src/check/result.ts'
import type { RunChecks } from '../../../src/check/work.ts'
import { createSignals } from '../../../src/job/queue.ts'
import { type RunDeps, runJob } from '../../../src/job/run.ts'
import { createSecretBox } from '../../../src/job/secret-box.ts'
import type { Provenance, Unread } from '../../../src/kube/object-source.ts'
import { ProblemError } from '../../../src/lib/problem.ts'
import { NOTHING_BESIDE } from '../../../src/plan/beside.ts'
import type { PlannedPath } from '../../../src/plan/path.ts'
import type { ObjectsUsed } from '../../../src/record/objects-used.ts'
import { type OpenDatabase, openSqlite } from '../../../src/runtime/node/sqlite.ts'
import { cancelJob, getJob, insertJob } from '../../../src/store/jobs.ts'
import { listResults } from '../../../src/store/results.ts'
import { quietLog } from '../../support/checks.ts'
import { aRequest } from '../../support/request.ts'
import { aJob, aPlannedPath, aResult, NOW } from '../../support/stored.ts'

let folder = ''
let database: OpenDatabase

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-settle-'))
  database = openSqlite(join(folder, 'portolan.db'))
})
afterEach(() => {
  database.close()
  rmSync(folder, { recursive: true })
})

const path = (id: string, over: Partial<PlannedPath> = {}) => aPlannedPath({ id: idOf(id), ...over })
const idOf = (letter: string) => `pth_000000000000000000${letter.padStart(2, '0')}`
const READ: Provenance = { source: 'cluster', readAtMs: NOW, resourceVersions: {}, stale: false, unread: [] }
const NO_ONE = new ProblemError('cluster_unreachable', 'The API server does not answer.')

/** A clock on which every sleep is over at once, as if so much time had passed. */
function hurriedClock() {
  let nowMs = NOW
  const stopped = new AbortController()
  return {
    now: () => nowMs,
    monotonic: () => nowMs - NOW,
    async sleep(ms: number, signal?: AbortSignal) {
      // The lease is renewed for ever: that loop is not to carry the time away.
      if (ms === LEASE_MS / 3) {
        await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()))
      } else if (!signal?.aborted && !stopped.signal.aborted) {
        nowMs += ms
      }
    },
  }
}

const LEASE_MS = 30_000

type Round = readonly PlannedPath[] | Error

/**
 * Runs a job that is given ten seconds to settle, or as `more` says.
 *
 * @param plans those of the job as it was accepted, and of each time that its objects are read again; the last one stays.
 * @param outcomes of each path by round; the last one stays.
 * @param unread is what could not be read each time.
 * @param forbidden is what was refused when the job was accepted.
 */
async function settle(
  plans: readonly [readonly PlannedPath[], ...Round[]],
  outcomes: Record<string, Outcome[]>,
  unread: readonly (readonly Unread[])[] = [],
  forbidden: ObjectsUsed['forbidden'] = [],
  { settleMs = 10_000, ...more }: { settleMs?: number; batchId?: string; scheduleId?: string } = {},
) {
  const target = { cluster: 'default', namespace: 'default', service: 'toad-svc' }
  const job = aJob({
    ...more,
    request: aRequest({ target, settleMs }),
    objects: { source: 'cluster', readAtMs: NOW - 1, resourceVersions: {}, stale: false, forbidden },
  })
  const planOf = (paths: readonly PlannedPath[]) => ({ ...(job.plan ?? never()), paths, beside: NOTHING_BESIDE })
  await insertJob(database.store, { ...job, plan: planOf(plans[0]) }, null, NOW)
  const tries: string[] = []
  const log = quietLog()
  const runChecks: RunChecks = async ({ work }, { record }) => {
    for (const id of work.only === null ? plans[0].map(({ id }) => id) : Object.keys(work.only)) {
      const round = work.round ?? 1
      const letter = id.slice(-1)
      const list = outcomes[letter] ?? []
      tries.push(`${round}${letter}`)
      const outcome = list[Math.min(round, list.length) - 1] ?? 'fail'
      record(aResult({ jobId: job.id, pathId: id, round, outcome, startedAtMs: NOW }))
    }
  }
  let read = 0
  const hows: boolean[] = []
  const deps: RunDeps = {
    ...{ store: database.store, clock: hurriedClock(), log, signals: createSignals(), runChecks },
    secrets: await createSecretBox(new Uint8Array(32)),
    ...{ owner: 'a-test', leaseMs: LEASE_MS },
    async replan(_request, { held }) {
      hows.push(held)
      const next = plans[Math.min(++read, plans.length - 1)]
      if (next instanceof Error) {
        throw next
      }
      return {
        plan: planOf(next ?? []),
        diagnosis: { status: 'unknown', findings: [] },
        provenance: { ...READ, unread: unread[read - 1] ?? [] },
      }
    },
  }
  return { job, deps, tries, log, hows }
}

const never = (): never => {
  throw new Error('the job has a plan')
}
const idle = new AbortController().signal

async function ended({ job, deps }: Awaited<ReturnType<typeof settle>>) {
  const end = await runJob(deps, job.id, idle, idle)
  const stored = await getJob(database.store, job.id)
  return {
    end,
    verdict: stored?.verdict,
    objects: stored?.objects,
    skipped: Object.fromEntries(stored?.plan?.paths.map(({ id, skipped }) => [id.slice(-1), skipped?.reason]) ?? []),
  }
}

describe('a live job that settles', () => {
  it('tells of a path that is gone, does not try it again, and tries the one that has come', async () => {
    const run = await settle(
      [
        [path('A'), path('B')],
        [path('B'), path('C')],
      ],
      { A: ['fail'], B: ['pass'], C: ['pass'] },
    )
    expect(await ended(run)).toMatchObject({ verdict: 'pass', skipped: { A: 'gone', B: undefined, C: undefined } })
    expect(run.tries).toEqual(['1A', '1B', '2C'])
    const results = await listResults(database.store, run.job.id)
    expect(results.map(({ result: { pathId, round, outcome } }) => [pathId.slice(-1), round, outcome])).toEqual([
      ['A', 1, 'fail'],
      ['B', 1, 'pass'],
      ['C', 2, 'pass'],
    ])
  })

  it('keeps what has passed as it was recorded, also where it is gone later', async () => {
    const run = await settle([[path('A'), path('B')], [path('B')]], { A: ['pass'], B: ['fail', 'fail', 'pass'] })
    expect(await ended(run)).toMatchObject({ verdict: 'pass', skipped: { A: undefined, B: undefined } })
    expect(run.tries).toEqual(['1A', '1B', '2B', '3B'])
  })

  it('waits for a load balancer that has no address yet, and tries it when it has', async () => {
    const pending = path('L', { kind: 'LoadBalancer', skipped: { reason: 'pending', detail: 'it has no address yet' } })
    const run = await settle(
      [
        [path('A'), pending],
        [path('A'), pending],
        [path('A'), path('L')],
      ],
      {
        ...{ A: ['pass'], L: ['pass'] },
      },
    )
    expect(await ended(run)).toMatchObject({ verdict: 'pass', skipped: { L: undefined } })
    expect(run.tries).toEqual(['1A', '3L'])
  })

  it('waits for nothing else: an address that no object tells may never come', async () => {
    const pending = path('N', { kind: 'NodePort', skipped: { reason: 'pending', detail: 'no node is known' } })
    const run = await settle([[path('A'), pending]], { A: ['pass'] })
    expect(await ended(run)).toMatchObject({ end: 'finished', verdict: 'pass' })
    expect(run.deps.clock.now()).toBeLessThan(NOW + 1000)
  })

  it('tries a path again that was gone and has come back', async () => {
    const run = await settle([[path('A'), path('B')], [path('B')], [path('A'), path('B')]], {
      ...{ A: ['fail', 'fail', 'pass'], B: ['fail', 'fail', 'pass'] },
    })
    expect(await ended(run)).toMatchObject({ verdict: 'pass', skipped: { A: undefined } })
    expect(run.tries).toEqual(['1A', '1B', '2B', '3A', '3B'])
  })

  it('goes on with the plan that it has while the API server is away, and says so in the log', async () => {
    const run = await settle([[path('A')], NO_ONE, [path('A')]], { A: ['fail', 'fail', 'pass'] })
    const { verdict, objects } = await ended(run)
    expect([verdict, objects?.readAtMs, run.tries]).toEqual(['pass', NOW, ['1A', '2A', '3A']])
    expect(run.log.events.map(({ event }) => event)).toContain('job_not_planned_anew')
  })

  it('takes no path for gone that is missing for what could not be read this time', async () => {
    const refused = { verb: 'list', group: 'discovery.k8s.io', resource: 'endpointslices', user: null }
    const slices = { kind: 'endpointSlices', namespace: 'default', besides: [], part: 'all', detail: '' } as const
    const failed = { ...slices, reason: 'failed', refused: null } as const
    const forbidden = { ...slices, reason: 'forbidden', refused } as const
    const plans = [[path('A'), path('B')], [path('A')], [path('A')]] as const
    const outcomes: Record<string, Outcome[]> = { A: ['pass'], B: ['fail', 'fail', 'fail', 'pass'] }
    for (const why of [failed, forbidden]) {
      const run = await settle([...plans, [path('A'), path('B')]], outcomes, [[why], [why]])
      expect(await ended(run)).toMatchObject({ verdict: 'pass', skipped: { B: undefined } })
      expect(run.tries).toEqual(['1A', '1B', '2B', '3B', '4B'])
    }
    const before = [{ ...refused, namespace: 'default', effect: '', rule: '' }]
    const known = await settle([...plans], { A: ['pass'], B: ['fail'] }, [[forbidden], [forbidden]], before)
    expect(await ended(known)).toMatchObject({ verdict: 'pass', skipped: { B: 'gone' } })
  })

  it('ends when its time is over, by the last round', async () => {
    const run = await settle([[path('A')]], { A: ['fail'] })
    expect(await ended(run)).toMatchObject({ end: 'finished', verdict: 'fail' })
    expect(run.tries).toEqual(['1A', '2A', '3A', '4A', '5A', '6A'])
  })

  it('changes no plan when the job is not its own any more', async () => {
    const run = await settle([[path('A')], [path('C')]], { A: ['fail'], C: ['pass'] })
    const replan = run.deps.replan ?? never
    run.deps.replan = async (request, how) => {
      await cancelJob(database.store, run.job.id, NOW + 1)
      return replan(request, how)
    }
    expect(await ended(run)).toMatchObject({ end: 'lost', skipped: { A: undefined } })
    expect(run.tries).toEqual(['1A'])
  })
})

describe('a live job that does not settle', () => {
  const once = (
    plans: Parameters<typeof settle>[0],
    outcomes: Parameters<typeof settle>[1],
    more: { batchId?: string; scheduleId?: string } = {},
  ) => settle(plans, outcomes, [], [], { settleMs: 0, ...more })

  it('tries once more where a path failed and the objects have changed since', async () => {
    const plans = [[path('A'), path('B'), path('V')], [path('B'), path('C'), path('V')], [path('D')]] as const
    const run = await once(plans, { A: ['fail'], B: ['pass'], C: ['fail'], V: ['fail', 'pass'] })
    const skipped = { A: 'gone', B: undefined, C: undefined, V: undefined }
    expect(await ended(run)).toMatchObject({ verdict: 'fail', skipped })
    expect(run.tries).toEqual(['1A', '1B', '1V', '2C', '2V'])
  })

  it('leaves what failed as it is where the objects are the same', async () => {
    const run = await once([[path('A'), path('B')]], { A: ['fail', 'pass'], B: ['pass'] })
    expect(await ended(run)).toMatchObject({ verdict: 'fail' })
    expect(run.tries).toEqual(['1A', '1B'])
  })

  it('keeps what the cluster says when tries have failed, and tries nothing again for it', async () => {
    const run = await once([[path('A')]], { A: ['fail', 'pass'] })
    const warning = {
      role: 'pods',
      object: 'Pod/toad-1',
      reason: 'BackOff',
      message: '',
      count: 1,
      lastAt: null,
    } as const
    const replan = run.deps.replan ?? never
    const failed: boolean[] = []
    run.deps.replan = async (request, how) => {
      failed.push(how.hasFailed)
      const planned = await replan(request, how)
      return { ...planned, plan: { ...planned.plan, beside: { ...NOTHING_BESIDE, warnings: [warning] } } }
    }
    expect(await ended(run)).toMatchObject({ verdict: 'fail' })
    const stored = await getJob(database.store, run.job.id)
    expect([run.tries, failed, stored?.plan?.beside?.warnings]).toEqual([['1A'], [true], [warning]])
  })

  it('reads nothing again where nothing failed, and nothing for a job of a batch', async () => {
    const good = await once([[path('A')], [path('C')]], { A: ['pass'] })
    expect([await ended(good), good.hows]).toMatchObject([{ verdict: 'pass' }, []])
    const one = await once([[path('A')], [path('C')]], { A: ['fail'] }, { batchId: 'bat_00000000000000000000000001' })
    expect([await ended(one), one.hows]).toMatchObject([{ verdict: 'fail' }, []])
  })

  it('may use what a watch holds where a schedule made it, and only there', async () => {
    const posted = await once([[path('A')]], { A: ['fail'] })
    await ended(posted)
    const scheduled = await once([[path('A')]], { A: ['fail'] }, { scheduleId: 'sch_00000000000000000000000001' })
    await ended(scheduled)
    expect([posted.hows, scheduled.hows]).toEqual([[false], [true]])
  })

  it('stays with what it has where the API server does not answer now', async () => {
    const run = await once([[path('A')], NO_ONE], { A: ['fail', 'pass'] })
    expect(await ended(run)).toMatchObject({ verdict: 'fail', skipped: { A: undefined } })
    expect(run.tries).toEqual(['1A'])
  })
})
