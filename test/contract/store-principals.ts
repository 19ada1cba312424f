import { describe, expect, it } from 'vitest'
import { UNKNOWN_SERVICE } from '../../src/history/events.ts'
import { parseManifests } from '../../src/kube/parse.ts'
import { newId } from '../../src/lib/id.ts'
import { ProblemError } from '../../src/lib/problem.ts'
import { FROM_MANIFESTS } from '../../src/record/objects-used.ts'
import type { Principal } from '../../src/record/principal.ts'
import type { ScheduledWork } from '../../src/record/schedule.ts'
import { cancelBatch, getBatch, insertBatch, listBatches, type NewBatch } from '../../src/store/batches.ts'
import { addChunk, claimChunk, cutJob, endChunk, pauseChunk, recordInChunk, takeToEnd } from '../../src/store/chunks.ts'
import { lastVerdicts } from '../../src/store/clusters.ts'
import { actingAs, type Store } from '../../src/store/db.ts'
import { finishJob } from '../../src/store/finish.ts'
import { listHistory } from '../../src/store/history-results.ts'
import { endUnwatched, listIncidents } from '../../src/store/incidents.ts'
import { cancelJob, getComparison, getJob, getJobState, insertJob, listJobs, newestJobs } from '../../src/store/jobs.ts'
import {
  claimableJobs,
  claimJob,
  forgetWaits,
  heldLeases,
  releaseLease,
  renewLease,
  strandedJobs,
} from '../../src/store/leases.ts'
import {
  changeManaged,
  keepRejected,
  listManaged,
  listRejected,
  makeManaged,
  readDiscovered,
  removeAllManaged,
  removeManaged,
} from '../../src/store/managed-schedules.ts'
import { countActiveJobs, countSchedules, latestTries } from '../../src/store/metrics-reads.ts'
import { replacePlan } from '../../src/store/replace-plan.ts'
import { lastSeqOf, listResults, readResults, recordResults } from '../../src/store/results.ts'
import { retain } from '../../src/store/retention.ts'
import { rebuildHour } from '../../src/store/rollups.ts'
import {
  claimRun,
  deleteSchedule,
  dueSchedules,
  firstDue,
  getSchedule,
  getScheduledRequest,
  getScheduledWork,
  insertSchedule,
  listPlanned,
  listSchedules,
  type NewSchedule,
  setNextRun,
  updateSchedule,
} from '../../src/store/schedules.ts'
import { readPoints } from '../../src/store/series.ts'
import { readServiceAt } from '../../src/store/service-at.ts'
import { readServiceWindow } from '../../src/store/service-window.ts'
import {
  findServices,
  type KnownService,
  listAllServices,
  listServices,
  readPaths,
  readService,
} from '../../src/store/services.ts'
import type { MadeJob, NewJob } from '../../src/store/stored-job.ts'
import { listTried, readTelling } from '../../src/store/tried.ts'
import { pathOf, ran } from '../support/history.ts'
import { aJob, aResult, NOW, REFUSED } from '../support/stored.ts'
import { END, opened } from './opened.ts'
import type { OpenStore } from './store.ts'

const SHOP: Principal = { id: 'token', scopes: 'all', namespaces: ['shop'] }
const EVER = { fromMs: 0, toMs: null }
const FIRST = { limit: 50, before: null }
const LIMIT = 100
const NEXT = { atMs: NOW + 60_000, dueAtMs: NOW + 60_000 }
const KEEP = { rawMs: 1, failuresMs: 1, hourlyMs: 1, dailyMs: 1 }

/** Holds the ids of what was made in one namespace: one of everything. */
type Made = {
  namespace: string
  jobId: string
  batchId: string
  scheduleId: string
  comparisonId: string
  known: KnownService
}

const targetIn = (namespace: string) => ({ cluster: 'default', namespace, service: 'toad-svc' })

function aBatch(namespace: string): NewBatch {
  const id = newId('batch', NOW)
  const jobs: MadeJob[] = [{ job: aJob({ target: targetIn(namespace), batchId: id }), refusal: null }]
  const selection = { namespaces: [namespace], selector: {} }
  return {
    batch: { id, createdAtMs: NOW, owner: 'admin', cluster: 'default', selection, labels: {}, scheduleId: null },
    jobs,
  }
}

const aSchedule = (namespace: string | null): NewSchedule => ({
  ...{ id: newId('schedule', NOW), createdAtMs: NOW, owner: 'admin', name: 'smoke', cron: '@every 60s' },
  ...{ timeZone: 'UTC', jitterMs: 0, overlap: 'skip', enabled: true, anchorAtMs: NOW, isBatch: false },
  ...{ target: { ...targetIn('any'), namespace }, sealed: null, next: NEXT },
})

const NO_OBJECTS = parseManifests('{apiVersion: v1, kind: List, items: []}', { pointer: '' })

const workIn = (namespace: string): ScheduledWork => ({
  request: { ...aJob().request, target: targetIn(namespace) },
  objects: { source: 'manifests', manifests: NO_OBJECTS },
  batch: null,
  hidden: {},
})

/** Of two Ingresses of the namespace; nothing is sent. */
function aComparison(namespace: string): NewJob {
  const side = (name: string) => ({ kind: 'Ingress', namespace, name, addresses: null })
  return aJob({
    target: targetIn(namespace),
    history: false,
    comparison: {
      ...{ left: side('old'), right: side('new'), requests: [], ownAnswers: [], notSent: [] },
      ...{ ignoreHeaders: [], methods: null, service: null },
    },
  })
}

/** A finished job that failed, with an incident; a comparison; a batch that waits; a schedule with its newest job. */
async function make(store: Store, namespace: string): Promise<Made> {
  const target = targetIn(namespace)
  const path = pathOf(namespace)
  const schedule = aSchedule(namespace)
  await insertSchedule(store, schedule, workIn(namespace), null, LIMIT)
  const tries = [{ pathId: path.id, ...REFUSED }]
  const { jobId } = await ran(store, { paths: [path], tries, job: { target, scheduleId: schedule.id } })
  const batch = aBatch(namespace)
  await insertBatch(store, batch, null)
  const [known] = await findServices(store, namespace, 'toad-svc', null)
  if (known === undefined) {
    throw new Error('the job has ended')
  }
  const comparison = aComparison(namespace)
  await insertJob(store, comparison, null, NOW)
  return { namespace, jobId, batchId: batch.batch.id, scheduleId: schedule.id, comparisonId: comparison.id, known }
}

type Read = (store: Store, made: Made) => Promise<unknown>

/** Asked for by an id: what is another's is answered as an id is that there is not. */
const BY_ID: Record<string, Read> = {
  getJob: (store, { jobId }) => getJob(store, jobId),
  getJobState: (store, { jobId }) => getJobState(store, jobId),
  getComparison: (store, { comparisonId }) => getComparison(store, comparisonId),
  listResults: (store, { jobId }) => listResults(store, jobId),
  lastSeqOf: (store, { jobId }) => lastSeqOf(store, jobId),
  listTried: (store, { jobId }) => listTried(store, jobId),
  readTelling: (store, { jobId, namespace }) =>
    readTelling(store, jobId, [aResult({ jobId, pathId: pathOf(namespace).id, ...REFUSED })]),
  getBatch: (store, { batchId }) => getBatch(store, batchId),
  getSchedule: (store, { scheduleId }) => getSchedule(store, scheduleId),
  getScheduledRequest: (store, { scheduleId }) => getScheduledRequest(store, scheduleId),
  getScheduledWork: (store, { scheduleId }) => getScheduledWork(store, scheduleId),
  newestJobs: (store, { scheduleId }) => newestJobs(store, [scheduleId]),
}

const MISSING = {
  ...{ jobId: newId('job', NOW), batchId: newId('batch', NOW), scheduleId: newId('schedule', NOW) },
  comparisonId: newId('job', NOW),
}

/** Asked for by a Service that was looked up, whoever did: with what is answered where it is another's. */
const OF_SERVICE: Record<string, [read: Read, nothing: unknown]> = {
  readService: [(store, { known }) => readService(store, known, EVER), null],
  readServiceWindow: [(store, { known }) => readServiceWindow(store, known, EVER, NOW), null],
  readServiceAt: [(store, { known }) => readServiceAt(store, known.head.target), UNKNOWN_SERVICE],
  readPaths: [(store, { known }) => readPaths(store, known), []],
  listHistory: [(store, { known }) => listHistory(store, known, {}, FIRST), []],
  listIncidents: [(store, { known }) => listIncidents(store, known, EVER, FIRST), []],
  readPoints: [
    (store, { known }) => readPoints(store, known, { pathId: null, fromMs: NOW, toMs: NOW + 1000, stepMs: 1000 }),
    { stepMs: 1000, points: [] },
  ],
}

/** Lists and counts: the namespaces of what is in them, or how many there are. */
const LISTS: Record<string, (store: Store) => Promise<readonly (string | null)[] | number>> = {
  listJobs: async (store) => (await listJobs(store, {}, FIRST)).map(({ target }) => target.namespace),
  'listJobs by label': async (store) =>
    (await listJobs(store, { labels: { team: 'a' } }, FIRST)).map(({ target }) => target.namespace),
  listBatches: async (store) =>
    (await listBatches(store, FIRST)).flatMap(({ batch }) => batch.selection.namespaces ?? []),
  listSchedules: async (store) => (await listSchedules(store, FIRST)).map(({ target }) => target.namespace),
  listServices: async (store) =>
    (await listServices(store, {}, EVER, { limit: 50, after: null })).map(({ target }) => target.namespace),
  listAllServices: async (store) => (await listAllServices(store, {}, EVER)).map(({ target }) => target.namespace),
  findServices: async (store) =>
    (await Promise.all(['shop', 'pond'].map((namespace) => findServices(store, namespace, 'toad-svc', null)))).flatMap(
      (found) => found.map(({ head }) => head.target.namespace),
    ),
  latestTries: async (store) => (await latestTries(store, 0, 50)).latest.map(({ target }) => target.namespace),
  readResults: async (store) =>
    (await readResults(store, [1, 2])).map(({ result: { pathId } }) =>
      pathId === pathOf('shop').id ? 'shop' : 'pond',
    ),
  lastVerdicts: async (store) =>
    [...(await lastVerdicts(store, 'default', ['shop/toad-svc', 'pond/toad-svc'])).keys()].map(
      (name) => name.split('/')[0] ?? '',
    ),
  readDiscovered: async (store) => {
    const told = ['shop', 'pond'].map(async (namespace) =>
      (await readDiscovered(store, 'default', namespace, 'toad-svc')) === null ? [] : [namespace],
    )
    return (await Promise.all(told)).flat()
  },
  countActiveJobs: async (store) => (await countActiveJobs(store)).queued,
  countSchedules: async (store) => (await countSchedules(store)).active,
}

const LEASE = { jobId: MISSING.jobId, token: 1 }
const CHUNK = { ...LEASE, chunk: 0 }
const CLAIMANT = { owner: 'm', nowMs: NOW, untilMs: NOW }

/** What the server alone does is refused to whoever does not reach everything. */
const SERVER: Record<string, (store: Store) => Promise<unknown>> = {
  claimableJobs: (store) => claimableJobs(store, NOW, 1),
  strandedJobs: (store) => strandedJobs(store, NOW, 1, 1),
  claimJob: (store) => claimJob(store, { id: MISSING.jobId }, 'm', NOW, 1),
  renewLease: (store) => renewLease(store, LEASE, NOW, 1),
  releaseLease: (store) => releaseLease(store, LEASE),
  heldLeases: (store) => heldLeases(store),
  forgetWaits: (store) => forgetWaits(store, NOW),
  cutJob: (store) => cutJob(store, LEASE, 1, NOW),
  addChunk: (store) => addChunk(store, LEASE, 1),
  claimChunk: (store) => claimChunk(store, MISSING.jobId, 0, CLAIMANT),
  recordInChunk: (store) => recordInChunk(store, CHUNK, []),
  pauseChunk: (store) => pauseChunk(store, CHUNK, []),
  endChunk: (store) => endChunk(store, CHUNK, [], CLAIMANT),
  takeToEnd: (store) => takeToEnd(store, MISSING.jobId, CLAIMANT),
  recordResults: (store) => recordResults(store, LEASE, []),
  finishJob: (store) => finishJob(store, LEASE, END),
  endUnwatched: (store) => endUnwatched(store, 1),
  retain: (store) => retain(store, KEEP, NOW),
  rebuildHour: (store) => rebuildHour(store, NOW),
  dueSchedules: (store) => dueSchedules(store, NOW, 1),
  firstDue: (store) => firstDue(store, NOW),
  claimRun: (store) =>
    claimRun(store, { id: MISSING.scheduleId, version: 1 }, NEXT, { atMs: NOW, next: null, claim: 'c', made: null }),
  listPlanned: (store) => listPlanned(store, 0, 1),
  setNextRun: (store) => setNextRun(store, { id: MISSING.scheduleId, version: 1 }, NEXT, NEXT),
  replacePlan: (store) => replacePlan(store, LEASE, { plan: null, diagnosis: null, objects: FROM_MANIFESTS }, NOW),
  listManaged: (store) => listManaged(store, 'default'),
  makeManaged: (store) => makeManaged(store, 'default', [], { nowMs: NOW, limit: LIMIT }),
  changeManaged: (store) => changeManaged(store, [], NOW),
  removeManaged: (store) => removeManaged(store, []),
  removeAllManaged: (store) => removeAllManaged(store),
  listRejected: (store) => listRejected(store, 'default'),
  keepRejected: (store) => keepRejected(store, 'default', []),
}

const settings = {
  name: 'other',
  cron: '@every 60s',
  timeZone: 'UTC',
  jitterMs: 0,
  overlap: 'skip',
  enabled: true,
} as const
const change = { settings, timing: null, updatedAtMs: NOW, work: null }
const moved = (namespace: string) => ({
  ...change,
  work: { work: workIn(namespace), sealed: null, isBatch: false },
})

/** Writes that make something, in a namespace. */
const MAKES: Record<string, (store: Store, namespace: string) => Promise<unknown>> = {
  insertJob: (store, namespace) => insertJob(store, aJob({ target: targetIn(namespace) }), null, NOW),
  insertBatch: (store, namespace) => insertBatch(store, aBatch(namespace), null),
  insertSchedule: (store, namespace) => insertSchedule(store, aSchedule(namespace), workIn(namespace), null, LIMIT),
}

/** Writes that change what is there: what is another's is answered as an id is that there is not. */
const CHANGES: Record<string, Read> = {
  cancelJob: (store, { jobId }) => cancelJob(store, jobId, NOW),
  cancelBatch: async (store, { batchId }) => (await cancelBatch(store, batchId, NOW)).length,
  updateSchedule: (store, { scheduleId }) => updateSchedule(store, scheduleId, 1, change),
  deleteSchedule: (store, { scheduleId }) => deleteSchedule(store, scheduleId, null),
}

/** These tell nobody of anything: one limit for all, spans of time, keys that name their principal, names of clusters. */
const SHARED = ['countQueued', 'countedSpan', 'findClaimed', 'insertOnce', 'claimClusterName']

/** Every function of `src/store` that asks a store: a new one belongs into one of the tables above. */
export const COVERED: readonly string[] = [
  ...[BY_ID, OF_SERVICE, LISTS, SERVER, MAKES, CHANGES].flatMap((table) => Object.keys(table)),
  ...SHARED,
]

const codeOf = (error: unknown): string => {
  if (error instanceof ProblemError) {
    return error.code
  }
  throw error
}

const orThrown = (answer: Promise<unknown>): Promise<unknown> => answer.catch(() => 'it is not there')

export function principalsContract(open: OpenStore): void {
  const store = opened(open)
  const both = async () => {
    const [shop, pond] = [await make(store(), 'shop'), await make(store(), 'pond')]
    return { shop, pond, as: actingAs(store(), SHOP) }
  }

  describe('a principal of one namespace', () => {
    it('reads by id what is its own, and nothing of another', async () => {
      const { shop, pond, as } = await both()
      for (const [name, read] of Object.entries(BY_ID)) {
        const own = await orThrown(read(as, shop))
        expect([name, own]).toEqual([name, await read(store(), shop)])
        expect([name, await orThrown(read(as, pond))]).toEqual([
          name,
          await orThrown(read(store(), { ...pond, ...MISSING })),
        ])
        expect(own).not.toEqual(await orThrown(read(as, pond)))
      }
    })

    it('reads the history of its own Services, and none of another', async () => {
      const { shop, pond, as } = await both()
      for (const [name, [read, nothing]] of Object.entries(OF_SERVICE)) {
        expect([name, await read(as, shop)]).toEqual([name, await read(store(), shop)])
        expect([name, await read(as, pond)]).toEqual([name, nothing])
        expect(await read(as, shop)).not.toEqual(nothing)
      }
    })

    it('is shown its own in every list and count', async () => {
      const { as } = await both()
      for (const namespace of ['shop', 'pond']) {
        await insertJob(store(), aJob({ target: targetIn(namespace), labels: { team: 'a' } }), null, NOW)
        const rejected = [{ object: `Service/${namespace}/toad-svc`, annotation: 'a', field: null, detail: 'no' }]
        await keepRejected(store(), 'default', [{ namespace, service: 'toad-svc', rejected }])
      }
      for (const [name, list] of Object.entries(LISTS)) {
        const [own, all] = [await list(as), await list(store())]
        if (typeof own === 'number') {
          expect([name, own * 2]).toEqual([name, all])
          continue
        }
        expect([name, new Set(own), new Set(all as string[])]).toEqual([
          ...[name, new Set(['shop']), new Set(['shop', 'pond'])],
        ])
      }
    })

    it('makes things in its own namespace alone', async () => {
      const { as } = await both()
      for (const [name, make] of Object.entries(MAKES)) {
        expect([name, await make(as, 'shop')]).toMatchObject([name, { outcome: 'created' }])
        expect([name, await make(as, 'pond').catch(codeOf)]).toEqual([name, 'forbidden'])
      }
      const all = insertSchedule(as, aSchedule(null), workIn('shop'), null, LIMIT)
      expect(await all.catch(codeOf)).toBe('forbidden')
    })

    it('changes its own alone, and moves nothing elsewhere', async () => {
      const { shop, pond, as } = await both()
      expect(await updateSchedule(as, shop.scheduleId, 1, moved('pond')).catch(codeOf)).toBe('forbidden')
      for (const [name, alter] of Object.entries(CHANGES)) {
        expect([name, await alter(as, pond)]).toEqual([name, await alter(store(), { ...pond, ...MISSING })])
        expect([name, await alter(as, shop)]).toEqual([name, await alter(store(), pond)])
      }
    })

    it('sees a batch that reaches beyond it not at all, and cancels none of it', async () => {
      const mixed = aBatch('shop')
      const foreign = { job: aJob({ target: targetIn('pond'), batchId: mixed.batch.id }), refusal: null }
      await insertBatch(store(), { ...mixed, jobs: [...mixed.jobs, foreign] }, null)
      const as = actingAs(store(), SHOP)
      expect([await getBatch(as, mixed.batch.id), await cancelBatch(as, mixed.batch.id, NOW)]).toEqual([null, []])
      expect(await listBatches(as, FIRST)).toEqual([])
      expect((await getBatch(store(), mixed.batch.id))?.jobs.map(({ status }) => status)).toEqual(['queued', 'queued'])
    })

    it('does nothing that is the work of the server', async () => {
      const as = actingAs(store(), SHOP)
      for (const [name, work] of Object.entries(SERVER)) {
        expect([name, await work(as).catch(codeOf)]).toEqual([name, 'forbidden'])
      }
    })
  })

  it('one of no namespace is told of nothing', async () => {
    const { shop } = await both()
    const nobody = actingAs(store(), { id: 'nobody', scopes: new Set(), namespaces: [] })
    expect([await getJob(nobody, shop.jobId), await listJobs(nobody, {}, FIRST)]).toEqual([null, []])
  })
}
