/** Gives a tick what it needs, on a real store and a clock of the test's own. */
import { BatchRequestSchema, JobRequestSchema, toJobRequest } from '../../src/api/job-request.ts'
import { createPolicy } from '../../src/check/policy.ts'
import type { AskDeps } from '../../src/job/accept.ts'
import { createJobLimits } from '../../src/job/limits.ts'
import { noCluster } from '../../src/job/plan-request.ts'
import { createSecretBox } from '../../src/job/secret-box.ts'
import type { ObjectSource } from '../../src/kube/object-source.ts'
import { parseManifests } from '../../src/kube/parse.ts'
import { createLog } from '../../src/lib/log.ts'
import type { Schedule, ScheduleSettings } from '../../src/record/schedule.ts'
import { type AskedWork, acceptSchedule, type ScheduleDeps } from '../../src/schedule/accept-schedule.ts'
import type { TickDeps } from '../../src/schedule/tick.ts'
import type { Store } from '../../src/store/db.ts'
import { getSchedule } from '../../src/store/schedules.ts'
import type { ManualClock } from './manual-clock.ts'
import { aPlace } from './place.ts'
import { toadService } from './toad.ts'

export type Scheduling = TickDeps & ScheduleDeps & AskDeps & { clock: ManualClock; enqueued: string[]; lines: string[] }

/** Jobs are handed to nobody: `enqueued` has their ids in order. */
export async function scheduling(
  store: Store,
  clock: ManualClock,
  {
    queueLimit = 100_000,
    key = 1,
    clusterSource = noCluster,
  }: { queueLimit?: number; key?: number; clusterSource?: ObjectSource } = {},
): Promise<Scheduling> {
  const enqueued: string[] = []
  const lines: string[] = []
  return {
    ...{ store, clock, enqueued, lines },
    secrets: await createSecretBox(new Uint8Array(32).fill(key)),
    queue: { enqueue: async (jobs) => void enqueued.push(...jobs.map(({ id }) => id)), cancel: () => undefined },
    place: aPlace(),
    limits: createJobLimits(clock, { jobs: null, tries: null }),
    policy: createPolicy({ allow: [], deny: [] }),
    clusterSource,
    settings: { cluster: 'default', queueLimit, scheduleLimit: 100_000, dnsServers: [], everyLeastMs: 1000 },
    log: createLog('debug', (line) => lines.push(line), clock.now),
  }
}

/** A job about the toad's ClusterIP. @param body what of it matters to a test. */
export function toadWork(body: Record<string, unknown> = {}, port = 8080): AskedWork {
  const request = JobRequestSchema.parse({ target: {}, paths: { include: ['ClusterIP'] }, ...body })
  const manifests = parseManifests([toadService(port)], { pointer: '' })
  return { request: toJobRequest(request, 'default'), objects: { source: 'manifests', manifests }, selection: null }
}

/** A batch about Services so called. */
export function batchWork(names: readonly string[]): AskedWork {
  const manifests = names.map((name) => ({ ...toadService(8080), metadata: { name, namespace: 'default' } }))
  const request = BatchRequestSchema.parse({ target: {}, paths: { include: ['ClusterIP'] } })
  return {
    request: toJobRequest(request, 'default'),
    objects: { source: 'manifests', manifests: parseManifests(manifests, { pointer: '' }) },
    selection: { namespaces: null, selector: {} },
  }
}

const SETTINGS: ScheduleSettings = {
  ...{ name: 'smoke', cron: '@every 60s', timeZone: 'UTC', jitterMs: 0, overlap: 'skip', enabled: true },
}

export async function aSchedule(
  deps: Scheduling,
  over: Partial<ScheduleSettings> = {},
  work: AskedWork = toadWork(),
): Promise<Schedule> {
  const { id } = await acceptSchedule(deps, { ...SETTINGS, ...over }, () => work, { owner: 'admin', claim: null })
  return scheduleOf(deps, id)
}

export async function scheduleOf(deps: Scheduling, id: string): Promise<Schedule> {
  const schedule = await getSchedule(deps.store, id)
  if (schedule === null) {
    throw new Error(`${id} is gone`)
  }
  return schedule
}
