import { describe, expect, it } from 'vitest'
import { UNKNOWN_SERVICE } from '../../src/history/events.ts'
import { parseManifests } from '../../src/kube/parse.ts'
import { newId } from '../../src/lib/id.ts'
import { ProblemError } from '../../src/lib/problem.ts'
import { FROM_MANIFESTS } from '../../src/record/objects-used.ts'
import { NOBODY, type Principal, SYSTEM, UNBOUNDED } from '../../src/record/principal.ts'
import type { ScheduledWork } from '../../src/record/schedule.ts'
import type { Announcement, StatusPage } from '../../src/record/status-page.ts'
import {
  deleteAnnouncement,
  getAnnouncement,
  insertAnnouncement,
  listAnnouncements,
  updateAnnouncement,
} from '../../src/store/announcements.ts'
import { listAudit } from '../../src/store/audit.ts'
import { cancelBatch, getBatch, insertBatch, listBatches, type NewBatch } from '../../src/store/batches.ts'
import { addChunk, claimChunk, cutJob, endChunk, pauseChunk, recordInChunk, takeToEnd } from '../../src/store/chunks.ts'
import { readClockBelief, writeClockBelief } from '../../src/store/clock-belief.ts'
import { lastVerdicts } from '../../src/store/clusters.ts'
import { actingAs, type Store } from '../../src/store/db.ts'
import { finishJob } from '../../src/store/finish.ts'
import { listHistory } from '../../src/store/history-results.ts'
import { endUnwatched, listAllIncidents, listIncidents } from '../../src/store/incidents.ts'
import {
  cancelJob,
  getComparison,
  getJob,
  getJobState,
  insertJob,
  listJobs,
  newestJobs,
  readObjectsUsed,
} from '../../src/store/jobs.ts'
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
import { readPublished } from '../../src/store/published.ts'
import { replacePlan } from '../../src/store/replace-plan.ts'
import { lastSeqOf, listResults, readResults, recordResults } from '../../src/store/results.ts'
import { retain } from '../../src/store/retention.ts'
import { rebuildHour } from '../../src/store/rollups.ts'
import { claimRun, dueSchedules, firstDue, listPlanned, setNextRuns } from '../../src/store/schedule-runs.ts'
import {
  deleteSchedule,
  getSchedule,
  getScheduledRequest,
  getScheduledWork,
  insertSchedule,
  listSchedules,
  type NewSchedule,
  updateSchedule,
} from '../../src/store/schedules.ts'
import { keepLookedForSealed, listSealedByOthers, lookedForSealed, replaceSealed } from '../../src/store/sealed.ts'
import { readPoints } from '../../src/store/series.ts'
import { readServiceAt } from '../../src/store/service-at.ts'
import { countStandings, readLately } from '../../src/store/service-list.ts'
import { readServiceWindow } from '../../src/store/service-window.ts'
import {
  findServices,
  type KnownService,
  listAllServices,
  listServices,
  readPaths,
  readService,
  readServices,
} from '../../src/store/services.ts'
import { countSessions, endSession, noteSessionSeen, openSession, readSession } from '../../src/store/sessions.ts'
import {
  deleteStatusPage,
  findStatusPage,
  getStatusPage,
  insertStatusPage,
  listStatusPages,
  updateStatusPage,
} from '../../src/store/status-pages.ts'
import type { MadeJob, NewJob } from '../../src/store/stored-job.ts'
import {
  findTokenByHash,
  getToken,
  hasAdminToken,
  hasTokens,
  insertToken,
  listTokens,
  type NewToken,
  noteTokenUse,
  revokeToken,
} from '../../src/store/tokens.ts'
import { listTried, readTelling } from '../../src/store/tried.ts'
import { pathOf, ran } from '../support/history.ts'
import { aJob, aResult, NOW, REFUSED } from '../support/stored.ts'
import { END, opened } from './opened.ts'
import { statementsOf } from './recorded-statements.ts'
import type { OpenStore } from './store.ts'

type Where = { cluster: string; namespace: string }

/** A principal, what is its own, and what is another's: by its namespace, or by its cluster. */
const NARROWED: Record<string, { principal: Principal; own: Where; other: Where }> = {
  namespace: {
    principal: { ...UNBOUNDED, id: 'token', scopes: 'all', namespaces: ['shop'] },
    own: { cluster: 'default', namespace: 'shop' },
    other: { cluster: 'default', namespace: 'pond' },
  },
  cluster: {
    principal: { ...UNBOUNDED, id: 'token', scopes: 'all', clusters: ['west'] },
    own: { cluster: 'west', namespace: 'shop' },
    other: { cluster: 'east', namespace: 'shop' },
  },
}
const EVER = { fromMs: 0, toMs: null }
const FIRST = { limit: 50, before: null }
const LIMIT = 100
const NEXT = { atMs: NOW + 60_000, dueAtMs: NOW + 60_000 }
const KEEP = { rawMs: 1, failuresMs: 1, hourlyMs: 1, dailyMs: 1, auditMs: 1 }

/** Holds the ids of what was made in one namespace: one of everything. */
type Made = {
  where: Where
  jobId: string
  batchId: string
  scheduleId: string
  comparisonId: string
  tokenId: string
  known: KnownService
}

const targetIn = (where: Where) => ({ ...where, service: 'toad-svc' })

const nameOf = ({ cluster, namespace }: { cluster: string; namespace: string | null }) => `${cluster} ${namespace}`

function aBatch(where: Where): NewBatch {
  const id = newId('batch', NOW)
  const jobs: MadeJob[] = [{ job: aJob({ target: targetIn(where), batchId: id }), refusal: null }]
  const selection = { namespaces: [where.namespace], selector: {} }
  return {
    batch: { id, createdAtMs: NOW, owner: 'admin', cluster: where.cluster, selection, labels: {}, scheduleId: null },
    jobs,
  }
}

const aSchedule = (where: { cluster: string; namespace: string | null }): NewSchedule => ({
  ...{ id: newId('schedule', NOW), createdAtMs: NOW, owner: 'admin', name: 'smoke', cron: '@every 60s' },
  ...{ timeZone: 'UTC', jitterMs: 0, overlap: 'skip', enabled: true, anchorAtMs: NOW, isBatch: false },
  ...{ target: { ...where, service: 'toad-svc' }, sealed: null, next: NEXT },
})

const NO_OBJECTS = parseManifests('{apiVersion: v1, kind: List, items: []}', { pointer: '' })

const workIn = (where: Where): ScheduledWork => ({
  request: { ...aJob().request, target: targetIn(where) },
  objects: { source: 'manifests', manifests: NO_OBJECTS },
  batch: null,
  hidden: {},
})

/** Of two Ingresses of the namespace; nothing is sent. */
function aComparison(where: Where): NewJob {
  const side = (name: string) => ({ kind: 'Ingress', namespace: where.namespace, name, addresses: null })
  return aJob({
    target: targetIn(where),
    history: false,
    comparison: {
      ...{ left: side('old'), right: side('new'), requests: [], ownAnswers: [], notSent: [] },
      ...{ ignoreHeaders: [], methods: null, service: null },
    },
  })
}

const aToken = ({ namespace, cluster }: Where): NewToken => {
  const id = newId('token', NOW)
  return {
    ...{ id, hash: id, name: 'CI', prefix: 'pt_3vPz9', createdAtMs: NOW, createdBy: 'admin', scopes: ['jobs:read'] },
    ...{ namespaces: [namespace], clusters: [cluster], manifests: false, egressOnly: null, rateLimit: null },
    expiresAtMs: null,
  }
}

/** A finished job that failed, with an incident; a comparison; a batch that waits; a schedule with its newest job. */
async function make(store: Store, where: Where): Promise<Made> {
  const target = targetIn(where)
  const path = pathOf(nameOf(where))
  const schedule = aSchedule(where)
  await insertSchedule(store, schedule, workIn(where), null, LIMIT)
  const tries = [{ pathId: path.id, ...REFUSED }]
  const { jobId } = await ran(store, { paths: [path], tries, job: { target, scheduleId: schedule.id } })
  const batch = aBatch(where)
  await insertBatch(store, batch, null)
  const [known] = await findServices(store, where.namespace, 'toad-svc', where.cluster)
  if (known === undefined) {
    throw new Error('the job has ended')
  }
  const comparison = aComparison(where)
  await insertJob(store, comparison, null, NOW)
  const token = aToken(where)
  await insertToken(store, token, null, LIMIT)
  const ids = { batchId: batch.batch.id, scheduleId: schedule.id, comparisonId: comparison.id, tokenId: token.id }
  return { where, jobId, ...ids, known }
}

type Read = (store: Store, made: Made) => Promise<unknown>

/** Asked for by an id: what is another's is answered as an id is that there is not. */
const BY_ID: Record<string, Read> = {
  getJob: (store, { jobId }) => getJob(store, jobId),
  getJobState: (store, { jobId }) => getJobState(store, jobId),
  readObjectsUsed: (store, { jobId }) => readObjectsUsed(store, jobId),
  getComparison: (store, { comparisonId }) => getComparison(store, comparisonId),
  listResults: (store, { jobId }) => listResults(store, jobId),
  lastSeqOf: (store, { jobId }) => lastSeqOf(store, jobId),
  listTried: (store, { jobId }) => listTried(store, jobId),
  readTelling: (store, { jobId, where }) =>
    readTelling(store, jobId, [aResult({ jobId, pathId: pathOf(nameOf(where)).id, ...REFUSED })]),
  getBatch: (store, { batchId }) => getBatch(store, batchId),
  getSchedule: (store, { scheduleId }) => getSchedule(store, scheduleId),
  getScheduledRequest: (store, { scheduleId }) => getScheduledRequest(store, scheduleId),
  getScheduledWork: (store, { scheduleId }) => getScheduledWork(store, scheduleId),
  newestJobs: (store, { scheduleId }) => newestJobs(store, [scheduleId]),
  getToken: (store, { tokenId }) => getToken(store, tokenId),
}

const MISSING = {
  ...{ jobId: newId('job', NOW), batchId: newId('batch', NOW), scheduleId: newId('schedule', NOW) },
  comparisonId: newId('job', NOW),
  tokenId: newId('token', NOW),
}

/** Asked for by a Service that was looked up, whoever did: with what is answered where it is another's. */
const OF_SERVICE: Record<string, [read: Read, nothing: unknown]> = {
  readService: [(store, { known }) => readService(store, known, EVER), null],
  readServiceWindow: [(store, { known }) => readServiceWindow(store, known, EVER, NOW), null],
  readServiceAt: [(store, { known }) => readServiceAt(store, known.head.target), UNKNOWN_SERVICE],
  readPaths: [(store, { known }) => readPaths(store, known), []],
  readLately: [
    (store, { known }) => readLately(store, [known.head.target], { count: 1, nowMs: NOW }),
    [{ days: [], p95Ms: null }],
  ],
  listHistory: [(store, { known }) => listHistory(store, known, {}, FIRST), []],
  listIncidents: [(store, { known }) => listIncidents(store, known, EVER, FIRST), []],
  readPoints: [
    (store, { known }) => readPoints(store, known, { pathId: null, fromMs: NOW, toMs: NOW + 1000, stepMs: 1000 }),
    { stepMs: 1000, points: [] },
  ],
}

const named = (where: Where) => ({ ...where, name: 'toad-svc' })

type Both = readonly [own: Where, other: Where]

/** Lists and counts: where the things in them are, or how many there are. */
const LISTS: Record<string, (store: Store, both: Both) => Promise<readonly string[] | number>> = {
  listJobs: async (store) => (await listJobs(store, {}, FIRST)).map(({ target }) => nameOf(target)),
  'listJobs by label': async (store) =>
    (await listJobs(store, { labels: { team: 'a' } }, FIRST)).map(({ target }) => nameOf(target)),
  listBatches: async (store) =>
    (await listBatches(store, FIRST)).map(({ batch: { cluster, selection } }) =>
      nameOf({ cluster, namespace: selection.namespaces?.[0] ?? null }),
    ),
  listSchedules: async (store) => (await listSchedules(store, FIRST)).map(({ target }) => nameOf(target)),
  listServices: async (store) =>
    (await listServices(store, {}, EVER, { limit: 50, after: null })).map(({ target }) => nameOf(target)),
  listAllIncidents: async (store) =>
    (await listAllIncidents(store, {}, { limit: 50, after: null })).map(({ target }) => nameOf(target)),
  listAllServices: async (store) => (await listAllServices(store, {}, EVER)).map(({ target }) => nameOf(target)),
  countStandings: async (store) => (await countStandings(store, {})).fail,
  findServices: async (store, both) =>
    (await Promise.all(both.map(({ namespace, cluster }) => findServices(store, namespace, 'toad-svc', cluster))))
      .flat()
      .map(({ head }) => nameOf(head.target)),
  readServices: async (store, both) =>
    (await readServices(store, both.map(named))).map(({ head }) => nameOf(head.target)),
  readPublished: async (store, both) => {
    const { services, incidents } = await readPublished(store, both.map(named), { from: 0, to: 0 }, 50)
    const places = [...services.keys(), ...incidents.map(({ service }) => service)]
    return places.map((place) => nameOf(both[place] as Where))
  },
  listTokens: async (store) =>
    (await listTokens(store, FIRST)).map(({ namespaces, clusters }) =>
      nameOf({ namespace: namespaces?.[0] ?? null, cluster: clusters?.[0] ?? '' }),
    ),
  latestTries: async (store) => (await latestTries(store, 0, 50)).latest.map(({ target }) => nameOf(target)),
  readResults: async (store, both) =>
    (await readResults(store, [1, 2])).map(({ result: { pathId } }) =>
      nameOf(both.find((where) => pathOf(nameOf(where)).id === pathId) ?? both[1]),
    ),
  lastVerdicts: async (store, both) => {
    const told = both.map(async (where) =>
      [...(await lastVerdicts(store, where.cluster, [`${where.namespace}/toad-svc`])).keys()].map(() => nameOf(where)),
    )
    return (await Promise.all(told)).flat()
  },
  readDiscovered: async (store, both) => {
    const told = both.map(async (where) =>
      (await readDiscovered(store, where.cluster, where.namespace, 'toad-svc')) === null ? [] : [nameOf(where)],
    )
    return (await Promise.all(told)).flat()
  },
  listAudit: async (store) =>
    (await listAudit(store, {}, FIRST)).map(({ cluster, namespace }) => nameOf({ cluster: cluster ?? '', namespace })),
  countActiveJobs: async (store) => (await countActiveJobs(store)).queued,
  countSchedules: async (store) => (await countSchedules(store)).active,
}

const ASKING = { actor: { id: 'admin', name: 'admin' }, requestId: null, clientAddress: null, now: () => NOW }

const STATUS_PAGE: StatusPage = {
  ...{ id: newId('statusPage', NOW), version: 1, createdAtMs: NOW, updatedAtMs: NOW, createdBy: 'admin', slug: 'pond' },
  ...{ title: 'Pond', description: null, public: true, indexed: false, services: [] },
}
const ANNOUNCEMENT: Announcement = {
  ...{ id: newId('announcement', NOW), version: 1, createdAtMs: NOW, updatedAtMs: NOW, title: 'Slow', services: [] },
  ...{ startedAtMs: NOW, resolvedAtMs: null, updates: [{ atMs: NOW, state: 'investigating', body: '' }] },
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
  setNextRuns: (store) =>
    setNextRuns(store, [{ schedule: { id: MISSING.scheduleId, version: 1 }, seen: NEXT, next: NEXT }]),
  readClockBelief: (store) => readClockBelief(store),
  writeClockBelief: (store) => writeClockBelief(store, { believedMs: NOW, seenMs: NOW, heldSinceMs: null }),
  replacePlan: (store) => replacePlan(store, LEASE, { plan: null, diagnosis: null, objects: FROM_MANIFESTS }, NOW),
  listManaged: (store) => listManaged(store, 'default'),
  makeManaged: (store) => makeManaged(store, 'default', [], { nowMs: NOW, limit: LIMIT }),
  changeManaged: (store) => changeManaged(store, [], NOW),
  removeManaged: (store) => removeManaged(store, []),
  removeAllManaged: (store) => removeAllManaged(store),
  listRejected: (store) => listRejected(store, 'default'),
  listSealedByOthers: (store) => listSealedByOthers(store, 'jobs', 'key', { cursor: 0, limit: 1 }),
  replaceSealed: (store) => replaceSealed(store, 'schedules', { no: 1, sealed: 'a' }, 'b'),
  lookedForSealed: (store) => lookedForSealed(store, 'key'),
  keepLookedForSealed: (store) => keepLookedForSealed(store, 'key', NOW),
  keepRejected: (store) => keepRejected(store, 'default', []),
  findTokenByHash: (store) => findTokenByHash(store, MISSING.tokenId),
  noteTokenUse: (store) => noteTokenUse(store, MISSING.tokenId, { atMs: NOW, from: null }),
  hasTokens,
  hasAdminToken: (store) => hasAdminToken(store, NOW),
  openSession: (store) =>
    openSession(store, 'hash', { opener: { tokenHash: 'hash' }, createdAtMs: NOW, expiresAtMs: NOW + 1 }, null),
  readSession: (store) => readSession(store, 'hash', { nowMs: NOW, idleSinceMs: 0 }),
  noteSessionSeen: (store) => noteSessionSeen(store, 'hash', NOW),
  endSession: (store) => endSession(store, 'hash'),
  insertStatusPage: (store) => insertStatusPage(store, STATUS_PAGE, null, LIMIT),
  getStatusPage: (store) => getStatusPage(store, STATUS_PAGE.id),
  findStatusPage: (store) => findStatusPage(store, STATUS_PAGE.slug),
  listStatusPages: (store) => listStatusPages(store, FIRST),
  updateStatusPage: (store) => updateStatusPage(store, STATUS_PAGE.id, 1, { settings: STATUS_PAGE, updatedAtMs: NOW }),
  deleteStatusPage: (store) => deleteStatusPage(store, STATUS_PAGE.id, null),
  insertAnnouncement: (store) => insertAnnouncement(store, STATUS_PAGE.id, ANNOUNCEMENT, null, LIMIT),
  getAnnouncement: (store) => getAnnouncement(store, STATUS_PAGE.id, ANNOUNCEMENT.id),
  listAnnouncements: (store) => listAnnouncements(store, STATUS_PAGE.id, FIRST),
  updateAnnouncement: (store) =>
    updateAnnouncement(store, STATUS_PAGE.id, ANNOUNCEMENT, { announcement: ANNOUNCEMENT, updatedAtMs: NOW }),
  deleteAnnouncement: (store) => deleteAnnouncement(store, STATUS_PAGE.id, { id: ANNOUNCEMENT.id, version: null }),
  countSessions: (store) => countSessions(store, { tokenHash: 'hash' }, { nowMs: NOW, idleSinceMs: 0 }),
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
const moved = (where: Where) => ({
  ...change,
  work: { work: workIn(where), sealed: null, isBatch: false },
})

/** Writes that make something there. */
const MAKES: Record<string, (store: Store, where: Where) => Promise<unknown>> = {
  insertJob: (store, where) => insertJob(store, aJob({ target: targetIn(where) }), null, NOW),
  insertBatch: (store, where) => insertBatch(store, aBatch(where), null),
  insertSchedule: (store, where) => insertSchedule(store, aSchedule(where), workIn(where), null, LIMIT),
  insertToken: (store, where) => insertToken(store, aToken(where), null, LIMIT),
}

/** Writes that change what is there: what is another's is answered as an id is that there is not. */
const CHANGES: Record<string, Read> = {
  cancelJob: (store, { jobId }) => cancelJob(store, jobId, NOW),
  cancelBatch: async (store, { batchId }) => (await cancelBatch(store, batchId, NOW)).length,
  updateSchedule: (store, { scheduleId }) => updateSchedule(store, scheduleId, 1, change),
  deleteSchedule: (store, { scheduleId }) => deleteSchedule(store, scheduleId, null),
  revokeToken: (store, { tokenId }) => revokeToken(store, tokenId, NOW),
}

/**
 * These tell nobody of anything: one limit for all, spans of time, keys that name their principal, names of clusters, the
 * statements that tell of a change of others.
 */
const SHARED = [
  ...['countQueued', 'countedSpan', 'findClaimed', 'insertOnce', 'releaseClaim'],
  ...['claimClusterName', 'auditRows', 'auditRowsFrom', 'tellFailedLogin'],
]

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

  describe.each(Object.entries(NARROWED))('a principal of one %s', (_, { principal, own: OWN, other: OTHER }) => {
    const both = async () => {
      const [own, other] = [await make(store(), OWN), await make(store(), OTHER)]
      return { own, other, as: actingAs(store(), principal) }
    }

    it('reads by id what is its own, and nothing of another', async () => {
      const { own, other, as } = await both()
      for (const [name, read] of Object.entries(BY_ID)) {
        const found = await orThrown(read(as, own))
        expect([name, found]).toEqual([name, await read(store(), own)])
        expect([name, await orThrown(read(as, other))]).toEqual([
          name,
          await orThrown(read(store(), { ...other, ...MISSING })),
        ])
        expect(found).not.toEqual(await orThrown(read(as, other)))
      }
    })

    it('reads the history of its own Services, and none of another', async () => {
      const { own, other, as } = await both()
      for (const [name, [read, nothing]] of Object.entries(OF_SERVICE)) {
        expect([name, await read(as, own)]).toEqual([name, await read(store(), own)])
        expect([name, await read(as, other)]).toEqual([name, nothing])
        expect(await read(as, own)).not.toEqual(nothing)
      }
    })

    it('is shown its own in every list and count', async () => {
      const { as } = await both()
      const places = [OWN, OTHER] as const
      for (const where of places) {
        const asked = actingAs(store(), SYSTEM, ASKING)
        await insertJob(asked, aJob({ target: targetIn(where), labels: { team: 'a' } }), null, NOW)
        const rejected = [{ object: `Service/${where.namespace}/toad-svc`, annotation: 'a', field: null, detail: 'no' }]
        await keepRejected(store(), where.cluster, [{ namespace: where.namespace, service: 'toad-svc', rejected }])
      }
      for (const [name, list] of Object.entries(LISTS)) {
        const [own, all] = [await list(as, places), await list(store(), places)]
        if (typeof own === 'number') {
          expect([name, own * 2]).toEqual([name, all])
          continue
        }
        expect([name, new Set(own), new Set(all as string[])]).toEqual([
          ...[name, new Set([nameOf(OWN)]), new Set(places.map(nameOf))],
        ])
      }
    })

    it('makes things of its own alone', async () => {
      const { as } = await both()
      for (const [name, make] of Object.entries(MAKES)) {
        expect([name, await make(as, OWN)]).toMatchObject([name, { outcome: 'created' }])
        expect([name, await make(as, OTHER).catch(codeOf)]).toEqual([name, 'forbidden'])
      }
    })

    it('changes its own alone, and moves nothing elsewhere', async () => {
      const { own, other, as } = await both()
      expect(await updateSchedule(as, own.scheduleId, 1, moved(OTHER)).catch(codeOf)).toBe('forbidden')
      for (const [name, alter] of Object.entries(CHANGES)) {
        expect([name, await alter(as, other)]).toEqual([name, await alter(store(), { ...other, ...MISSING })])
        expect([name, await alter(as, own)]).toEqual([name, await alter(store(), other)])
      }
    })

    it('asks the database the same for what is another’s and for what there is not', async () => {
      const { own, other, as } = await both()
      const missing = { ...other, ...MISSING }
      for (const [name, act] of Object.entries({ ...BY_ID, ...CHANGES })) {
        const asked = await statementsOf(as, (store) => act(store, other))
        expect([name, asked]).toEqual([name, await statementsOf(as, (store) => act(store, missing))])
        expect([name, asked.length > 0]).toEqual([name, true])
      }
      // What is its own takes more to read, so that a difference would be seen.
      const ofOwn = await statementsOf(as, (store) => getJob(store, own.jobId))
      expect(ofOwn.length).toBeGreaterThan((await statementsOf(as, (store) => getJob(store, other.jobId))).length)
    })

    it('sees a batch that reaches beyond it not at all, and cancels none of it', async () => {
      const mixed = aBatch(OWN)
      const foreign = { job: aJob({ target: targetIn(OTHER), batchId: mixed.batch.id }), refusal: null }
      await insertBatch(store(), { ...mixed, jobs: [...mixed.jobs, foreign] }, null)
      const as = actingAs(store(), principal)
      expect([await getBatch(as, mixed.batch.id), await cancelBatch(as, mixed.batch.id, NOW)]).toEqual([null, []])
      expect(await listBatches(as, FIRST)).toEqual([])
      expect((await getBatch(store(), mixed.batch.id))?.jobs.map(({ status }) => status)).toEqual(['queued', 'queued'])
    })

    it('does nothing that is the work of the server', async () => {
      const as = actingAs(store(), principal)
      for (const [name, work] of Object.entries(SERVER)) {
        expect([name, await work(as).catch(codeOf)]).toEqual([name, 'forbidden'])
      }
    })
  })

  describe('a principal of one namespace', () => {
    const { principal, own, other } = NARROWED.namespace as (typeof NARROWED)[string]

    it('makes no schedule of every namespace', async () => {
      const all = { ...own, namespace: null }
      const made = insertSchedule(actingAs(store(), principal), aSchedule(all), workIn(own), null, LIMIT)
      expect(await made.catch(codeOf)).toBe('forbidden')
    })

    it('sees no batch that names another, although no Service of it was there', async () => {
      const { batch, jobs } = aBatch(own)
      const selection = { namespaces: [own.namespace, other.namespace], selector: {} }
      await insertBatch(store(), { batch: { ...batch, selection }, jobs }, null)
      const as = actingAs(store(), principal)
      expect([await getBatch(as, batch.id), await listBatches(as, FIRST)]).toEqual([null, []])
      expect(await cancelBatch(as, batch.id, NOW)).toEqual([])
    })

    it('makes and sees no comparison of which the other side is of another', async () => {
      const comparison = { ...aComparison(own), alsoNamespace: other.namespace }
      const as = actingAs(store(), principal)
      expect(await insertJob(as, comparison, null, NOW).catch(codeOf)).toBe('forbidden')
      await insertJob(store(), comparison, null, NOW)
      const { id } = comparison
      expect([await getComparison(as, id), await getJob(as, id), await getJobState(as, id)]).toEqual([null, null, null])
      expect(await cancelJob(as, id, NOW)).toBeNull()
      expect(await getComparison(store(), id)).toMatchObject({ id, status: 'queued' })
    })
  })

  it('one of no namespace is told of nothing', async () => {
    const { jobId } = await make(store(), { cluster: 'default', namespace: 'shop' })
    const nobody = actingAs(store(), NOBODY)
    expect([await getJob(nobody, jobId), await listJobs(nobody, {}, FIRST)]).toEqual([null, []])
  })
}
