import { type SQL, sql } from 'drizzle-orm'
import { believedUpTo } from './clock-belief.ts'
import { type Store, write } from './db.ts'
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

/**
 * `replayed`: an earlier request with the key made that resource. `mismatch`: an earlier, other request has the key.
 */
export type Inserted = { outcome: 'created' | 'replayed'; id: string } | { outcome: 'mismatch' }

/** Finds what has been made with a key already; `null`: nothing. */
export async function findClaimed(store: Store, claim: IdempotencyClaim, nowMs: number): Promise<Inserted | null> {
  const [holder] = await store.db.all<Holder>(
    sql`select fingerprint, resource from idempotency_keys where ${keyOf(claim)} and expires_at_ms > ${believedUpTo(nowMs)}`,
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

/** Lets go of a key before it expires, where it still stands for that resource: the next request makes another. */
export async function releaseClaim(store: Store, claim: IdempotencyClaim, resource: string): Promise<void> {
  await write(store, sql`delete from idempotency_keys where ${keyOf(claim)} and resource = ${resource}`)
}

type Rows = (guard: SQL) => SQL[]

/**
 * Makes a resource durable. Concurrent requests with one key, in whatever process, make one: the key's row decides, and
 * the rows are inserted only if the key is their own. Where room is to be looked for, a request without a key has one
 * of its own while it is made: the room is then looked at once, before any of the rows takes of it.
 *
 * @param rows the statements that insert the resource where `guard` holds.
 * @param room whether there is room for it.
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
  if (claim === null && room === ALWAYS) {
    await store.atomic(rows(ALWAYS))
    return { outcome: 'created', id }
  }
  const key = claim ?? ownKey(id)
  const keyed = keyOf(key)
  const returned = await store.atomic([
    sql`delete from idempotency_keys where ${keyed} and expires_at_ms <= ${believedUpTo(nowMs)}`,
    sql`insert into idempotency_keys (principal, method, path, key, fingerprint, resource, expires_at_ms)
      select ${key.principal}, ${key.method}, ${key.path}, ${key.key}, ${key.fingerprint}, ${id}, ${key.expiresAtMs}
      where ${room} on conflict do nothing`,
    ...rows(sql`exists (select 1 from idempotency_keys where ${keyed} and resource = ${id})`),
    sql`select fingerprint, resource from idempotency_keys where ${keyed}`,
    ...(claim === null ? [sql`delete from idempotency_keys where ${keyed}`] : []),
  ])
  const holder = returned.at(claim === null ? -2 : -1)?.[0]
  if (holder === undefined) {
    return { outcome: 'full' }
  }
  if (holder.fingerprint !== key.fingerprint) {
    return { outcome: 'mismatch' }
  }
  const resource = String(holder.resource)
  return { outcome: resource === id ? 'created' : 'replayed', id: resource }
}

/** No principal has an empty name. */
const ownKey = (id: string): IdempotencyClaim => ({
  principal: '',
  method: '',
  path: '',
  key: id,
  fingerprint: '',
  expiresAtMs: 0,
})
