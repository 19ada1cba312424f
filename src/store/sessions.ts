/**
 * Sessions of browsers. Of what the cookie holds there is its hash, which finds a session, and never the value itself.
 *
 * @module
 */
import { and, count, eq, gt, type SQL, sql } from 'drizzle-orm'
import { toInstant } from '../lib/clock.ts'
import type { Principal } from '../record/principal.ts'
import { sessions } from './access-schema.ts'
import { auditRows } from './audit.ts'
import { type Store, write } from './db.ts'
import { ALWAYS } from './sql.ts'
import { onlyServer } from './visible.ts'

/** Opens a session: either a token, with which it ends, or a principal that an issuer vouches for under these rules. */
export type Opener = { tokenHash: string } | { principal: Principal; rules: string }

export type Session = { opener: Opener; createdAtMs: number; seenAtMs: number; expiresAtMs: number }

/** Milliseconds between two writes of when a session was used last. */
export const SEEN_NOTED_MS = 60_000

/** @param replacing the hash of the session that the browser had before, which ends. */
export async function openSession(
  store: Store,
  hash: string,
  { opener, ...times }: Omit<Session, 'seenAtMs'>,
  replacing: string | null,
): Promise<void> {
  onlyServer(store)
  const { asking } = store
  const told = asking && {
    ...({
      action: 'session.started',
      resource: asking.actor.id,
      cluster: null,
      namespace: null,
      before: null,
    } as const),
    after: { by: 'tokenHash' in opener ? 'token' : 'issuer', expiresAt: toInstant(times.expiresAtMs) },
  }
  const by = 'tokenHash' in opener ? opener : { principal: JSON.stringify(opener, listed) }
  await store.atomic([
    sql`delete from sessions where hash = ${replacing}`,
    store.db.insert(sessions).values({ hash, ...by, ...times, seenAtMs: times.createdAtMs }),
    ...(told ? auditRows(store, told, ALWAYS) : []),
  ])
}

/** Finds a session that has not expired, and that was used since `idleSinceMs`. */
export async function readSession(
  store: Store,
  hash: string,
  { nowMs, idleSinceMs }: { nowMs: number; idleSinceMs: number },
): Promise<Session | null> {
  onlyServer(store)
  const [row] = await store.db
    .select()
    .from(sessions)
    .where(and(eq(sessions.hash, hash), gt(sessions.expiresAtMs, nowMs), gt(sessions.seenAtMs, idleSinceMs)))
  if (row === undefined) {
    return null
  }
  const { createdAtMs, seenAtMs, expiresAtMs } = row
  const opener = row.tokenHash === null ? readOpener(row.principal ?? '') : { tokenHash: row.tokenHash }
  return { opener, createdAtMs, seenAtMs, expiresAtMs }
}

/** Notes that a session was used, where that is not known of this minute. */
export async function noteSessionSeen(store: Store, hash: string, nowMs: number): Promise<void> {
  onlyServer(store)
  await write(
    store,
    sql`update sessions set seen_at_ms = ${nowMs} where hash = ${hash} and seen_at_ms <= ${nowMs - SEEN_NOTED_MS}`,
  )
}

/** @returns whether there was such a session. */
export async function endSession(store: Store, hash: string): Promise<boolean> {
  onlyServer(store)
  const resource = store.asking?.actor.id ?? ''
  const nothing = { cluster: null, namespace: null, before: null, after: null }
  const there = sql`exists (select 1 from sessions where hash = ${hash})`
  const returned = await store.atomic([
    ...auditRows(store, { action: 'session.ended', resource, ...nothing }, there),
    sql`delete from sessions where hash = ${hash} returning no`,
  ])
  return (returned.at(-1)?.length ?? 0) > 0
}

/** Counts the sessions that are open by the same token, or for the same principal. */
export async function countSessions(
  store: Store,
  opener: Opener,
  { nowMs, idleSinceMs }: { nowMs: number; idleSinceMs: number },
): Promise<number> {
  onlyServer(store)
  const isSame: SQL =
    'tokenHash' in opener
      ? eq(sessions.tokenHash, opener.tokenHash)
      : sql`${sessions.tokenHash} is null and ${sessions.principal} ->> '$.principal.id' = ${opener.principal.id}`
  const [row] = await store.db
    .select({ n: count() })
    .from(sessions)
    .where(and(isSame, gt(sessions.expiresAtMs, nowMs), gt(sessions.seenAtMs, idleSinceMs)))
  return row?.n ?? 0
}

/** JSON knows no sets. */
const listed = (_key: string, value: unknown): unknown => (value instanceof Set ? [...value] : value)

function readOpener(json: string): Opener {
  const { principal, rules }: Extract<Opener, { rules: string }> = JSON.parse(json)
  const { scopes } = principal
  return { principal: { ...principal, scopes: scopes === 'all' ? scopes : new Set(scopes) }, rules }
}
