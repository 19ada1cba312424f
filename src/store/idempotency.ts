import { type SQL, sql } from 'drizzle-orm'
import type { Store } from './db.ts'
import { ALWAYS } from './sql.ts'

/** A request's Idempotency-Key. `fingerprint` is of its body and query. */
export type IdempotencyClaim = {
  principal: string
  method: string
  path: string
  key: string
  fingerprint: string
  expiresAtMs: number
}

/** There is no room for one more; nothing was inserted, and the key is free. */
export type Full = { outcome: 'full' }

/** `replayed`: an earlier request with the key made that resource. `mismatch`: an earlier, other request has the key. */
export type Inserted = { outcome: 'created' | 'replayed'; id: string } | { outcome: 'mismatch' }

/** Finds what has been made with a key already; `null`: nothing. */
export async function findClaimed(store: Store, claim: IdempotencyClaim, nowMs: number): Promise<Inserted | null> {
  const [holder] = await store.db.all<Holder>(
    sql`select fingerprint, resource from idempotency_keys where ${keyOf(claim)} and expires_at_ms > ${nowMs}`,
  )
  if (holder === undefined) {
    return null
  }
  return isSame(holder, claim) ? { outcome: 'replayed', id: holder.resource } : { outcome: 'mismatch' }
}

type Holder = { fingerprint: string; resource: string }

const keyOf = ({ principal, method, path, key }: IdempotencyClaim): SQL =>
  sql`principal = ${principal} and method = ${method} and path = ${path} and key = ${key}`

const isSame = (holder: Pick<Holder, 'fingerprint'>, claim: IdempotencyClaim): boolean =>
  holder.fingerprint === claim.fingerprint

type Rows = (guard: SQL) => SQL[]

/**
 * Makes a resource durable. Concurrent requests with one key, in whatever process, make one: the key's row decides,
 * and the rows are inserted only if the key is their own.
 *
 * @param rows the statements that insert the resource where `guard` holds.
 * @param room whether there is room for it; the first of `rows` may make it false.
 */
export function insertOnce(
  store: Store,
  id: string,
  claim: IdempotencyClaim | null,
  nowMs: number,
  rows: Rows,
): Promise<Inserted>
export function insertOnce(
  store: Store,
  id: string,
  claim: IdempotencyClaim | null,
  nowMs: number,
  rows: Rows,
  room: SQL,
): Promise<Inserted | Full>
export async function insertOnce(
  store: Store,
  id: string,
  claim: IdempotencyClaim | null,
  nowMs: number,
  rows: Rows,
  room = ALWAYS,
): Promise<Inserted | Full> {
  if (claim === null) {
    const [fits = []] = await store.atomic([sql`select 1 where ${room}`, ...rows(room)])
    return fits.length > 0 ? { outcome: 'created', id } : { outcome: 'full' }
  }
  const keyed = keyOf(claim)
  const returned = await store.atomic([
    sql`delete from idempotency_keys where ${keyed} and expires_at_ms <= ${nowMs}`,
    sql`insert into idempotency_keys (principal, method, path, key, fingerprint, resource, expires_at_ms)
      select ${claim.principal}, ${claim.method}, ${claim.path}, ${claim.key}, ${claim.fingerprint}, ${id}, ${claim.expiresAtMs}
      where ${room} on conflict do nothing`,
    ...rows(sql`exists (select 1 from idempotency_keys where ${keyed} and resource = ${id})`),
    sql`select fingerprint, resource from idempotency_keys where ${keyed}`,
  ])
  const holder = returned.at(-1)?.[0]
  if (holder === undefined) {
    return { outcome: 'full' }
  }
  if (holder.fingerprint !== claim.fingerprint) {
    return { outcome: 'mismatch' }
  }
  const resource = String(holder.resource)
  return { outcome: resource === id ? 'created' : 'replayed', id: resource }
}
