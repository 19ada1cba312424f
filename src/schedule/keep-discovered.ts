/**
 * Brings the schedules that discovery keeps into line with the Services of the cluster. What has been done is not done
 * again, whether by this process or by another one on the same database.
 *
 * @module
 */
import type { ObjectsRead } from '../kube/object-source.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/id.ts'
import type { Log } from '../lib/log.ts'
import type { Store } from '../store/db.ts'
import {
  changeManaged,
  keepRejected,
  listManaged,
  listRejected,
  makeManaged,
  type Rejected,
  removeManaged,
  type ServiceKey,
  type WantedSchedule,
} from '../store/managed-schedules.ts'
import { readAnnotatedJob } from './annotated-job.ts'
import { type JobTexts, jobTextOf } from './annotations.ts'
import { readTiming } from './cron.ts'
import { anchorOf, type Discovering, reconcile, type Wanted } from './discover.ts'
import { nextRun } from './next-run.ts'

export type DiscoverDeps = {
  store: Store
  clock: Clock
  log: Log
  settings: { scheduleLimit: number }
  /** Runs something after everything that came meanwhile was handled. Left out: nothing else needs to be done. */
  soon?(next: () => void): void
}

/** `full`: Services that found no room within the limit of schedules. */
export type Done = { made: number; changed: number; removed: number; full: number; jobs: JobTexts }

/** The owner of what discovery makes. */
const DISCOVERY = 'discovery'

/**
 * @param read of the whole cluster, at least its Services and Namespaces.
 * @param before what annotations asked for at the last look.
 */
export async function keepDiscovered(
  deps: DiscoverDeps,
  asking: Omit<Discovering, 'jobs'>,
  read: ObjectsRead,
  before: JobTexts = new Map(),
): Promise<Done> {
  const of = { ...asking, jobs: await readJobs(deps, read, before) }
  const { store, clock, log, settings } = deps
  const { cluster } = of
  const [managed, rejected] = await Promise.all([listManaged(store, cluster), listRejected(store, cluster)])
  const { make, change, remove, rejected: told } = reconcile(of, read, { managed, rejected })
  const nowMs = clock.now()

  // First, so that there is room for what comes.
  const removed = await removeManaged(
    store,
    remove.map(({ id }) => id),
  )
  const changed = await changeManaged(
    store,
    change.map(({ before, wanted }) => ({ before, wanted: scheduleOf(cluster, wanted, nowMs) })),
    nowMs,
  )
  const wanted = make.map((each) => scheduleOf(cluster, each, nowMs))
  const made = await makeManaged(store, cluster, wanted, { nowMs, limit: settings.scheduleLimit })
  tell(log, told, await keepRejected(store, cluster, told))
  return {
    ...{ made: made.length, changed: changed.length, removed: removed.length, jobs: of.jobs },
    full: make.length === made.length ? 0 : await countWithout(store, cluster, make),
  }
}

/** Reading a text may compile regular expressions, and there may be thousands: nothing else waits for all of them. */
async function readJobs({ soon }: DiscoverDeps, { objects }: ObjectsRead, before: JobTexts): Promise<JobTexts> {
  const jobs = new Map<string, ReturnType<typeof readAnnotatedJob>>()
  for (const object of [...objects.services, ...objects.namespaces]) {
    const text = jobTextOf(object)
    if (text === null || jobs.has(text)) {
      continue
    }
    const known = before.get(text)
    jobs.set(text, known ?? readAnnotatedJob(text))
    if (known === undefined && soon !== undefined) {
      await new Promise<void>(soon)
    }
  }
  return jobs
}

function scheduleOf(cluster: string, wanted: Wanted, nowMs: number): WantedSchedule {
  const { everyMs: _everyMs, ...rest } = wanted
  const id = newId('schedule', nowMs)
  const anchorAtMs = anchorOf(cluster, wanted, nowMs)
  const next = nextRun({ id, jitterMs: 0 }, readTiming({ cron: wanted.cron, timeZone: 'UTC', anchorAtMs }), nowMs)
  if (next === null) {
    throw new Error(`${wanted.cron} never comes`)
  }
  return { ...rest, id, anchorAtMs, next, name: `${wanted.namespace}/${wanted.service}`, owner: DISCOVERY }
}

/** Another process may have made those that this one has not. */
async function countWithout(store: Store, cluster: string, wanted: readonly ServiceKey[]): Promise<number> {
  const there = new Set((await listManaged(store, cluster)).map(({ namespace, service }) => `${namespace}/${service}`))
  return wanted.filter(({ namespace, service }) => !there.has(`${namespace}/${service}`)).length
}

/** Told once for each change, by the process that has stored it. */
function tell(log: Log, told: readonly Rejected[], changed: readonly ServiceKey[]): void {
  const ours = new Set(changed.map(({ namespace, service }) => `${namespace}/${service}`))
  for (const { namespace, service, rejected } of told) {
    if (!ours.has(`${namespace}/${service}`)) {
      continue
    }
    for (const { object, annotation, field, detail } of rejected) {
      log.warn('discovery_rejected', { object, annotation, field, detail })
    }
  }
}
