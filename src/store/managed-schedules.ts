/**
 * Schedules that discovery keeps, many at a time. Several processes may do the same at once: the key of a Service and
 * the hash of what it was made for decide, so that each change is made once, by whichever process comes first.
 *
 * @module
 */
import { and, eq, sql } from 'drizzle-orm'
import type { Discovered, Rejection } from '../record/discovery.ts'
import type { Schedule, ScheduledWork } from '../record/schedule.ts'
import { type Row, type Store, write } from './db.ts'
import { jsonChunks } from './json.ts'
import { discoveryRejections, schedules } from './schedule-schema.ts'
import { requestText } from './schedules.ts'
import { onlyServer, within } from './visible.ts'

/** A Service of a cluster; an empty `service` stands for its Namespace. */
export type ServiceKey = { namespace: string; service: string }

export type Managed = ServiceKey & { id: string; wish: string }

export type ManagedWork = ScheduledWork & { objects: { source: 'cluster' } }

/** As discovery wants it. */
export type WantedSchedule = ServiceKey &
  Pick<Schedule, 'id' | 'name' | 'cron' | 'anchorAtMs' | 'owner'> & {
    next: NonNullable<Schedule['next']>
    wish: string
    work: ManagedWork
  }

/** Lists what discovery keeps of a cluster. */
export async function listManaged(store: Store, cluster: string): Promise<Managed[]> {
  onlyServer(store)
  const { id, namespace, service, wish } = schedules
  const rows = await store.db
    .select({ id, namespace, service, wish })
    .from(schedules)
    .where(and(eq(schedules.managedBy, 'discovery'), eq(schedules.cluster, cluster)))
  return rows.map((row) => ({
    id: row.id,
    namespace: row.namespace ?? '',
    service: row.service ?? '',
    wish: row.wish ?? '',
  }))
}

/**
 * Makes those that are not there yet.
 *
 * @param limit of all schedules: what exceeds it is not made.
 * @returns the keys of those that this call made.
 */
export async function makeManaged(
  store: Store,
  cluster: string,
  wanted: readonly WantedSchedule[],
  { nowMs, limit }: { nowMs: number; limit: number },
): Promise<ServiceKey[]> {
  onlyServer(store)
  const made: ServiceKey[] = []
  for (const chunk of jsonChunks(wanted.map(rowOf))) {
    const [rows = []] = await store.atomic([
      sql`insert into schedules (id, version, created_at_ms, updated_at_ms, owner, name, cron, time_zone, jitter_ms,
          overlap, enabled, anchor_at_ms, cluster, namespace, service, batch, next_at_ms, due_at_ms, failures,
          managed_by, wish)
        select value ->> 'id', 1, ${nowMs}, ${nowMs}, value ->> 'owner', value ->> 'name', value ->> 'cron', 'UTC', 0,
          'skip', 1, value ->> 'anchorAtMs', ${cluster}, value ->> 'namespace', value ->> 'service', 0,
          value ->> 'atMs', value ->> 'dueAtMs', 0, 'discovery', value ->> 'wish'
        from json_each(${chunk}) where true
        limit max(0, ${limit} - (select count(*) from schedules))
        on conflict do nothing returning namespace, service`,
      textsOf(chunk),
    ])
    made.push(...rows.map(keyOf))
  }
  return made
}

/** The texts of those schedules of a chunk that are as the chunk has them. */
const textsOf = (chunk: string) => sql`insert into schedule_texts (schedule_no, what, part, text)
  select no, 'request', 0, value ->> 'text' from json_each(${chunk}) join schedules
    on schedules.id = value ->> 'id' and schedules.wish = value ->> 'wish'
  where true on conflict do nothing`

/**
 * Changes those that are still as they were read. One that occurs as before keeps its run to come.
 *
 * @returns the keys of those that this call changed.
 */
export async function changeManaged(
  store: Store,
  changes: readonly { before: Managed; wanted: WantedSchedule }[],
  nowMs: number,
): Promise<ServiceKey[]> {
  onlyServer(store)
  const changed: ServiceKey[] = []
  const rows = changes.map(({ before, wanted }) => ({ ...rowOf(wanted), id: before.id, before: before.wish }))
  for (const chunk of jsonChunks(rows)) {
    const [, found = []] = await store.atomic([
      sql`delete from schedule_texts where schedule_no in (select no from json_each(${chunk}) join schedules
        on schedules.id = value ->> 'id' and schedules.wish = value ->> 'before')`,
      sql`update schedules set version = version + 1, updated_at_ms = ${nowMs}, name = value ->> 'name',
          anchor_at_ms = case cron when value ->> 'cron' then anchor_at_ms else value ->> 'anchorAtMs' end,
          next_at_ms = case cron when value ->> 'cron' then next_at_ms else value ->> 'atMs' end,
          due_at_ms = case cron when value ->> 'cron' then due_at_ms else value ->> 'dueAtMs' end,
          cron = value ->> 'cron', wish = value ->> 'wish', failures = 0, failing_since_ms = null
        from json_each(${chunk}) where schedules.id = value ->> 'id' and schedules.wish = value ->> 'before'
        returning schedules.namespace as namespace, schedules.service as service`,
      textsOf(chunk),
    ])
    changed.push(...found.map(keyOf))
  }
  return changed
}

/** Removes schedules with what they ask for. Their jobs and the history of their Services stay. */
export async function removeManaged(store: Store, ids: readonly string[]): Promise<ServiceKey[]> {
  onlyServer(store)
  const removed: ServiceKey[] = []
  for (const chunk of jsonChunks(ids)) {
    const those = sql`id in (select value from json_each(${chunk})) and managed_by = 'discovery'`
    const [, , rows = []] = await store.atomic([
      sql`delete from schedule_texts where schedule_no in (select no from schedules where ${those})`,
      sql`delete from schedule_runs where schedule_no in (select no from schedules where ${those})`,
      sql`delete from schedules where ${those} returning namespace, service`,
    ])
    removed.push(...rows.map(keyOf))
  }
  return removed
}

/** Removes everything that discovery keeps, of every cluster. @returns how many schedules there were. */
export async function removeAllManaged(store: Store): Promise<number> {
  onlyServer(store)
  const rows = await store.db.select({ id: schedules.id }).from(schedules).where(eq(schedules.managedBy, 'discovery'))
  await write(store, sql`delete from discovery_rejections`)
  const removed = await removeManaged(
    store,
    rows.map(({ id }) => id),
  )
  return removed.length
}

/** The refused annotations of a Service, or of a Namespace. */
export type Rejected = ServiceKey & { rejected: readonly Rejection[] }

export async function listRejected(store: Store, cluster: string): Promise<Rejected[]> {
  onlyServer(store)
  const { namespace, service, rejected } = discoveryRejections
  return store.db
    .select({ namespace, service, rejected })
    .from(discoveryRejections)
    .where(eq(discoveryRejections.cluster, cluster))
}

/**
 * Keeps what is refused; an empty list forgets it.
 *
 * @returns the keys of those that this call made other than they were, so that one process tells of each.
 */
export async function keepRejected(store: Store, cluster: string, list: readonly Rejected[]): Promise<ServiceKey[]> {
  onlyServer(store)
  const changed: ServiceKey[] = []
  const rows = list.map(({ namespace, service, rejected }) => ({
    ...{ namespace, service, rejected: rejected.length === 0 ? null : JSON.stringify(rejected) },
  }))
  for (const chunk of jsonChunks(rows)) {
    const [found = []] = await store.atomic([
      sql`insert into discovery_rejections (cluster, namespace, service, rejected)
        select ${cluster}, value ->> 'namespace', value ->> 'service', value ->> 'rejected' from json_each(${chunk})
        where value ->> 'rejected' is not null
        on conflict do update set rejected = excluded.rejected where rejected <> excluded.rejected
        returning namespace, service`,
      sql`delete from discovery_rejections where cluster = ${cluster} and (namespace, service) in
        (select value ->> 'namespace', value ->> 'service' from json_each(${chunk}) where value ->> 'rejected' is null)`,
    ])
    changed.push(...found.map(keyOf))
  }
  return changed
}

/** Reads what discovery knows of a Service. `null`: nothing. @param cluster `null`: in whichever it is. */
export async function readDiscovered(
  store: Store,
  cluster: string | null,
  namespace: string,
  service: string,
): Promise<Discovered | null> {
  const here = cluster === null ? undefined : eq(schedules.cluster, cluster)
  const [schedule] = await store.db
    .select({ id: schedules.id })
    .from(schedules)
    .where(
      and(
        eq(schedules.managedBy, 'discovery'),
        here,
        eq(schedules.namespace, namespace),
        eq(schedules.service, service),
        within(store, schedules),
      ),
    )
    .limit(1)
  const rows = await store.db
    .select({ service: discoveryRejections.service, rejected: discoveryRejections.rejected })
    .from(discoveryRejections)
    .where(
      and(
        cluster === null ? undefined : eq(discoveryRejections.cluster, cluster),
        eq(discoveryRejections.namespace, namespace),
        sql`service in (${service}, '')`,
        within(store, discoveryRejections),
      ),
    )
    .orderBy(sql`service desc`)
  const isKnown = schedule !== undefined || rows.length > 0
  return isKnown ? { schedule: schedule?.id ?? null, rejected: rows.flatMap(({ rejected }) => rejected) } : null
}

const keyOf = ({ namespace, service }: Row): ServiceKey => ({ namespace: String(namespace), service: String(service) })

const rowOf = ({ next, work, ...row }: WantedSchedule) => ({ ...row, ...next, text: requestText(work) })
