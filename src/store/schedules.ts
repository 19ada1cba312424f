/**
 * Schedules: what makes jobs, as they are made, changed and deleted. Their occurrences: `schedule-runs.ts`.
 *
 * @module
 */
import { and, desc, eq, inArray, isNull, type SQL, sql } from 'drizzle-orm'
import type { Labels } from '../kube/objects.ts'
import type { Change, Fields } from '../record/audit.ts'
import type { BatchSelection } from '../record/batch.ts'
import { refuseOthers } from '../record/principal.ts'
import type {
  ManagedBy,
  NextRun,
  Schedule,
  ScheduledRequest,
  ScheduledWork,
  ScheduleSettings,
} from '../record/schedule.ts'
import { auditRows, auditRowsFrom, auditText } from './audit.ts'
import type { Store } from './db.ts'
import { type Full, type IdempotencyClaim, type Inserted, insertOnce } from './idempotency.ts'
import type { JobPage } from './jobs.ts'
import { schedules, scheduleTexts } from './schedule-schema.ts'
import { insertWhere, pastPosition } from './sql.ts'
import { cut } from './texts.ts'
import { andWithin, within } from './visible.ts'

export type NewSchedule = Omit<
  Schedule,
  'version' | 'updatedAtMs' | 'last' | 'leftOut' | 'missed' | 'failures' | 'failingSinceMs' | 'managedBy'
>

/**
 * @param limit of schedules, this one included.
 * @param after what the audit log tells of it.
 */
export async function insertSchedule(
  store: Store,
  schedule: NewSchedule,
  work: ScheduledWork,
  claim: IdempotencyClaim | null,
  limit: number,
  after: Fields | null = null,
): Promise<Inserted | Full> {
  const { next, target, isBatch, ...rest } = schedule
  refuseOthers(store.principal, target)
  const { cluster, namespace } = target
  const told = { action: 'schedule.created', resource: schedule.id, cluster, namespace, before: null, after } as const
  const room = sql`(select count(*) from schedules) < ${limit}`
  const rows = (guard: SQL): SQL[] => [
    insertWhere(
      schedules,
      {
        ...rest,
        ...target,
        batch: isBatch,
        version: 1,
        updatedAtMs: schedule.createdAtMs,
        failures: 0,
        nextAtMs: next?.atMs ?? null,
        dueAtMs: next?.dueAtMs ?? null,
      },
      guard,
    ),
    // The row above has taken the room, and is there only if it was.
    ...workRows(work, sql`id = ${schedule.id}`),
    ...auditRows(store, told, sql`exists (select 1 from schedules where id = ${schedule.id})`),
  ]
  return insertOnce(store, schedule.id, claim, schedule.createdAtMs, rows, room)
}

/** Gives what a schedule asks for as it is kept where it has no manifests. */
export const requestText = ({
  objects: _cluster,
  ...rest
}: ScheduledWork & { objects: { source: 'cluster' } }): string =>
  JSON.stringify({ ...rest, ignored: [], objects: null } satisfies ScheduledRequest)

function workRows({ objects: asked, ...rest }: ScheduledWork, where: SQL): SQL[] {
  const { objects, ignored } = asked.source === 'manifests' ? asked.manifests : { objects: null, ignored: [] }
  const counts = objects && Object.entries(objects).map(([kind, list]) => [kind, list.length] as const)
  const shown: ScheduledRequest = { ...rest, ignored, objects: counts && Object.fromEntries(counts) }
  const texts = { request: JSON.stringify(shown), ...(objects && { objects: JSON.stringify(objects) }) }
  return Object.entries(texts).flatMap(([what, text]) =>
    cut(text).map(
      (part, i) => sql`insert into schedule_texts (schedule_no, what, part, text)
        select no, ${what}, ${i}, ${part} from schedules where ${where} on conflict do nothing`,
    ),
  )
}

export function toSchedule(row: typeof schedules.$inferSelect): Schedule {
  const { id, version, createdAtMs, updatedAtMs, owner, name, cron, timeZone, jitterMs, overlap, enabled } = row
  const { anchorAtMs, cluster, namespace, service, sealed, failures, failingSinceMs, managedBy } = row
  return {
    id,
    version,
    createdAtMs,
    updatedAtMs,
    owner,
    name,
    cron,
    timeZone,
    jitterMs,
    overlap,
    enabled,
    anchorAtMs,
    sealed,
    failures,
    failingSinceMs,
    managedBy,
    target: { cluster, namespace, service },
    isBatch: row.batch,
    next: row.nextAtMs === null || row.dueAtMs === null ? null : { atMs: row.nextAtMs, dueAtMs: row.dueAtMs },
    last:
      row.lastAtMs === null || row.lastOutcome === null
        ? null
        : { atMs: row.lastAtMs, outcome: row.lastOutcome, problem: row.lastProblem },
    leftOut: row.leftOutAtMs === null ? null : { runs: row.leftOut, lastAtMs: row.leftOutAtMs },
    missed:
      row.missedFromMs === null || row.missedToMs === null
        ? null
        : { times: row.missed, fromMs: row.missedFromMs, toMs: row.missedToMs },
  }
}

export async function getSchedule(store: Store, id: string): Promise<Schedule | null> {
  const [row] = await store.db
    .select()
    .from(schedules)
    .where(and(eq(schedules.id, id), within(store, schedules)))
  return row === undefined ? null : toSchedule(row)
}

/** Reads what a schedule asks for, without its objects. `null`: it is gone. */
export async function getScheduledRequest(store: Store, id: string): Promise<ScheduledRequest | null> {
  return requestFrom(await readTexts(store, id, ['request']))
}

function requestFrom({ request }: Texts): ScheduledRequest | null {
  if (request === undefined) {
    return null
  }
  const kept: KeptRequest = JSON.parse(request)
  return { ...kept, batch: kept.batch && selectionFrom(kept.batch) }
}

/** A batch had one namespace or all before it could have several. */
type KeptRequest = Omit<ScheduledRequest, 'batch'> & {
  batch: BatchSelection | { namespace: string | null; selector: Labels } | null
}

const selectionFrom = (kept: NonNullable<KeptRequest['batch']>): BatchSelection =>
  'namespaces' in kept
    ? kept
    : { namespaces: kept.namespace === null ? null : [kept.namespace], selector: kept.selector }

/** Reads what a schedule asks for, with its manifests: to be run. `null`: it is gone. */
export async function getScheduledWork(store: Store, id: string): Promise<ScheduledWork | null> {
  const texts = await readTexts(store, id, ['request', 'objects'])
  const request = requestFrom(texts)
  if (request === null) {
    return null
  }
  const { objects: _counts, ignored, ...rest } = request
  return {
    ...rest,
    objects:
      texts.objects === undefined
        ? { source: 'cluster' }
        : { source: 'manifests', manifests: { objects: JSON.parse(texts.objects), ignored } },
  }
}

type Texts = { request?: string; objects?: string }

/**
 * By one statement, as the schedule may be changed or deleted at any time: they are of one version, or none is there.
 */
async function readTexts(store: Store, id: string, wanted: readonly (keyof Texts)[]): Promise<Texts> {
  const rows = await store.db
    .select({ what: scheduleTexts.what, text: scheduleTexts.text })
    .from(scheduleTexts)
    .where(
      and(
        sql`schedule_no = (select no from schedules where id = ${id}${andWithin(store)})`,
        inArray(scheduleTexts.what, [...wanted]),
      ),
    )
    .orderBy(scheduleTexts.what, scheduleTexts.part)
  const parts = Map.groupBy(rows, ({ what }) => what)
  return Object.fromEntries([...parts].map(([what, of]) => [what, of.map(({ text }) => text).join('')]))
}

/** Left out: all. */
export type ScheduleFilter = {
  /** `none`: only those that nothing manages. */
  managedBy?: ManagedBy | 'none' | undefined
  /** Those of what is asked for. All of them. */
  labels?: Labels
}

/** Newest first. The next page begins before the last one of this page. */
export async function listSchedules(
  store: Store,
  { limit, before }: JobPage,
  { managedBy, labels = {} }: ScheduleFilter = {},
): Promise<Schedule[]> {
  const rows = await store.db
    .select()
    .from(schedules)
    .where(
      and(
        within(store, schedules),
        managedBy === 'none' ? isNull(schedules.managedBy) : managedBy && eq(schedules.managedBy, managedBy),
        pastPosition([schedules.createdAtMs, schedules.id], '<', before ? [before.createdAtMs, before.id] : undefined),
        ...Object.entries(labels).map(([name, value]) => hasLabel(name, value)),
      ),
    )
    .orderBy(desc(schedules.createdAtMs), desc(schedules.id))
    .limit(limit)
  return rows.map(toSchedule)
}

/** Reads labels from the text itself, as few ask for them, and there are thousands of schedules at most. */
const hasLabel = (name: string, value: string): SQL => sql`exists (
  select 1 from json_each((select group_concat(text, '') from (select text from schedule_texts
    where schedule_no = schedules.no and what = 'request' order by part)), '$.request.labels') label
  where label.key = ${name} and label.value = ${value})`

export type ScheduleChange = {
  settings: ScheduleSettings
  /** Null leaves it as it is, whatever it has become since it was read. */
  timing: { anchorAtMs: number; next: NextRun | null } | null
  updatedAtMs: number
  /** Null leaves it as it is. */
  work: { work: ScheduledWork; sealed: string | null; isBatch: boolean } | null
  /** The change for the audit log; left out if nobody asked for it. */
  told?: Change
}

/** Changes the version that was read. `false`: it has changed since, or is gone. */
export async function updateSchedule(
  store: Store,
  id: string,
  version: number,
  { settings, timing, updatedAtMs, work, told = { before: null, after: null } }: ScheduleChange,
): Promise<boolean> {
  const same = sql`id = ${id} and version = ${version}${andWithin(store)}`
  const { name, cron, timeZone, jitterMs, overlap, enabled } = settings
  const target = work?.work.request.target
  if (target) {
    refuseOthers(store.principal, target)
  }
  const newWork = target
    ? sql`, sealed = ${work.sealed}, batch = ${Number(work.isBatch)}, cluster = ${target.cluster},
        namespace = ${target.namespace}, service = ${target.service}, failures = 0, failing_since_ms = null`
    : sql``
  const newTiming = timing
    ? sql`, anchor_at_ms = ${timing.anchorAtMs}, next_at_ms = ${timing.next?.atMs ?? null},
        due_at_ms = ${timing.next?.dueAtMs ?? null}`
    : sql``
  const returned = await store.atomic([
    ...auditRowsFrom(store, { action: 'schedule.changed', resource: id }, sql`schedules where ${same}`, {
      // Moved: what was and what is are seen by those who see both.
      ...(target ? movedTo(target) : { cluster: sql`cluster`, namespace: sql`namespace` }),
      ...{ before: sql`${auditText(told.before)}`, after: sql`${auditText(told.after)}` },
    }),
    ...(work
      ? [
          sql`delete from schedule_texts where schedule_no = (select no from schedules where ${same})`,
          ...workRows(work.work, same),
        ]
      : []),
    sql`update schedules set name = ${name}, cron = ${cron}, time_zone = ${timeZone}, jitter_ms = ${jitterMs},
        overlap = ${overlap}, enabled = ${Number(enabled)}, updated_at_ms = ${updatedAtMs},
        version = version + 1 ${newTiming} ${newWork} where ${same} returning no`,
  ])
  return (returned.at(-1)?.length ?? 0) > 0
}

const movedTo = ({ cluster, namespace }: Schedule['target']) => ({
  cluster: sql`iif(cluster = ${cluster}, cluster, null)`,
  namespace: sql`iif(namespace = ${namespace}, namespace, null)`,
})

/** Its jobs stay. @param version `null`: whichever. @returns `false`: there is none of that version. */
export async function deleteSchedule(store: Store, id: string, version: number | null): Promise<boolean> {
  const that = version === null ? sql`id = ${id}` : sql`id = ${id} and version = ${version}`
  const same = sql`${that}${andWithin(store)}`
  const no = sql`(select no from schedules where ${same})`
  const before = sql`json_object('name', name, 'cron', cron, 'enabled', json(iif(enabled, 'true', 'false')),
    'target', json_object('cluster', cluster, 'namespace', namespace, 'service', service))`
  const returned = await store.atomic([
    ...auditRowsFrom(store, { action: 'schedule.deleted', resource: id }, sql`schedules where ${same}`, {
      ...{ cluster: sql`cluster`, namespace: sql`namespace`, before, after: sql`null` },
    }),
    sql`delete from schedule_texts where schedule_no = ${no}`,
    sql`delete from schedule_runs where schedule_no = ${no}`,
    sql`delete from schedules where ${same} returning no`,
  ])
  return (returned.at(-1)?.length ?? 0) > 0
}
