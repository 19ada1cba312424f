/**
 * The audit log. A row is written by the transaction that makes the change, where and only where it is made: a store on
 * behalf of a request ({@link actingAs}) tells who asked, and the functions that change something add the row.
 *
 * @module
 */
import { and, desc, eq, gte, lt, type SQL, sql } from 'drizzle-orm'
import { newId } from '../lib/id.ts'
import { type AuditAction, type AuditEntry, type Change, type Fields, fitting, kindOfActor } from '../record/audit.ts'
import { audit } from './access-schema.ts'
import { type Store, write } from './db.ts'
import { insertWhere, pastPosition } from './sql.ts'
import { within } from './visible.ts'

/** A row, without who asked. `resource` is the id of what was changed. */
export type Told = Change & {
  action: AuditAction
  resource: string
  cluster: string | null
  namespace: string | null
}

/** Makes the text that the log keeps of one side of a change. */
export const auditText = (fields: Fields | null): string | null => fields && JSON.stringify(fitting(fields))

/**
 * Returns the statement that logs a change; none if no request asked for the change.
 *
 * @param guard holds in that place of the transaction if the change is made.
 */
export function auditRows({ asking }: Store, told: Told, guard: SQL): SQL[] {
  if (asking === undefined) {
    return []
  }
  const { action, resource, cluster, namespace } = told
  const { actor, requestId, clientAddress } = asking
  const atMs = asking.now()
  const row = {
    ...{ id: newId('audit', atMs), atMs, actor: actor.id, actorName: actor.name, action, resource },
    ...{ cluster, namespace, before: auditText(told.before), after: auditText(told.after), requestId, clientAddress },
  }
  return [insertWhere(audit, row, guard)]
}

/**
 * The same of what stands in a row that is to be changed: it is read there by the statement itself.
 *
 * @param row the table and the condition, as they follow `from`; without a row nothing is told.
 * @param columns SQL for what is not known here.
 */
export function auditRowsFrom(
  { asking }: Store,
  { action, resource }: Pick<Told, 'action' | 'resource'>,
  row: SQL,
  columns: { cluster: SQL; namespace: SQL; before: SQL; after: SQL },
): SQL[] {
  if (asking === undefined) {
    return []
  }
  const { actor, requestId, clientAddress } = asking
  const atMs = asking.now()
  const { cluster, namespace, before, after } = columns
  return [
    sql`insert into audit (id, at_ms, actor, actor_name, action, resource, cluster, namespace, "before", "after",
        request_id, client_address)
      select ${newId('audit', atMs)}, ${atMs}, ${actor.id}, ${actor.name}, ${action}, ${resource}, ${cluster},
        ${namespace}, ${before}, ${after}, ${requestId}, ${clientAddress} from ${row}`,
  ]
}

/** Failed logins are told of at most so often in a minute: of an address, and of all. */
const FAILED_LOGINS_MS = 60_000
const FAILED_LOGINS_MAX = 100

/**
 * Tells of a login that was refused. Anybody can have one refused, so only the first of a minute is told of an address.
 */
export async function tellFailedLogin(store: Store, after: Fields): Promise<void> {
  const { asking } = store
  if (asking === undefined) {
    return
  }
  const recent = sql`from audit where at_ms > ${asking.now() - FAILED_LOGINS_MS} and action = 'login.failed'`
  const guard = sql`(select count(*) ${recent}) < ${FAILED_LOGINS_MAX}
    and not exists (select 1 ${recent} and client_address is ${asking.clientAddress})`
  const told = { action: 'login.failed', resource: asking.actor.id, cluster: null, namespace: null } as const
  for (const row of auditRows(store, { ...told, before: null, after }, guard)) {
    await write(store, row)
  }
}

export type AuditFilter = {
  actor?: string
  action?: AuditAction
  /** The id of what was changed. */
  resource?: string
  /** The span, from inclusive, to exclusive. */
  fromMs?: number
  toMs?: number
}

/** Newest first. The next page begins before the last entry of this one. */
export async function listAudit(
  store: Store,
  filter: AuditFilter,
  { limit, before }: { limit: number; before: { createdAtMs: number; id: string } | null },
): Promise<AuditEntry[]> {
  const rows = await store.db
    .select()
    .from(audit)
    .where(
      and(
        within(store, audit),
        filter.actor === undefined ? undefined : eq(audit.actor, filter.actor),
        filter.action === undefined ? undefined : eq(audit.action, filter.action),
        filter.resource === undefined ? undefined : eq(audit.resource, filter.resource),
        filter.fromMs === undefined ? undefined : gte(audit.atMs, filter.fromMs),
        filter.toMs === undefined ? undefined : lt(audit.atMs, filter.toMs),
        pastPosition([audit.atMs, audit.id], '<', before ? [before.createdAtMs, before.id] : undefined),
      ),
    )
    .orderBy(desc(audit.atMs), desc(audit.id))
    .limit(limit)
  return rows.map(toEntry)
}

function toEntry(row: typeof audit.$inferSelect): AuditEntry {
  const { id, atMs, action, cluster, namespace, requestId, clientAddress } = row
  const [kind = ''] = action.split('.')
  return {
    id,
    atMs,
    actor: { id: row.actor, name: row.actorName, kind: kindOfActor(row.actor) },
    action: action as AuditAction,
    resource: { kind, id: row.resource },
    cluster,
    namespace,
    before: row.before === null ? null : JSON.parse(row.before),
    after: row.after === null ? null : JSON.parse(row.after),
    requestId,
    clientAddress,
  }
}
