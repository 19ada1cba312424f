/**
 * Sealed secrets of checks, where they stand: in schedules, and in jobs that have not ended.
 *
 * @module
 */
import { type SQL, sql } from 'drizzle-orm'
import { type Store, write } from './db.ts'
import { ACTIVE } from './job-rows.ts'
import { onlyServer } from './visible.ts'

export type SealedIn = 'schedules' | 'jobs'
export type Sealed = { no: number; sealed: string }

const where: Readonly<Record<SealedIn, SQL>> = { schedules: sql`true`, jobs: ACTIVE }

/** Those that another key than `key` has sealed, by their number, from after `cursor`. */
export async function listSealedByOthers(
  store: Store,
  table: SealedIn,
  key: string,
  { cursor, limit }: { cursor: number; limit: number },
): Promise<Sealed[]> {
  onlyServer(store)
  return store.db.all<Sealed>(
    sql`select no, sealed from ${sql.raw(table)} where ${where[table]} and no > ${cursor} and sealed is not null
      and substr(sealed, 1, ${key.length + 1}) <> ${`${key}.`} order by no limit ${limit}`,
  )
}

/** Puts the same secrets back, sealed anew. One that has changed or ended meanwhile stays as it is: `false`. */
export async function replaceSealed(
  store: Store,
  table: SealedIn,
  { no, sealed }: Sealed,
  anew: string,
): Promise<boolean> {
  onlyServer(store)
  const rows = await write(
    store,
    sql`update ${sql.raw(table)} set sealed = ${anew} where no = ${no} and sealed = ${sealed} returning no`,
  )
  return rows.length > 0
}

/** When all that is sealed was last found to be sealed by that key; `null`: never. */
export async function lookedForSealed(store: Store, key: string): Promise<number | null> {
  onlyServer(store)
  const [row] = await store.db.all<{ at: number }>(
    sql`select since_ms as at from retained where level = ${`sealed by ${key}`}`,
  )
  return row?.at ?? null
}

export async function keepLookedForSealed(store: Store, key: string, nowMs: number): Promise<void> {
  onlyServer(store)
  await write(
    store,
    sql`insert into retained (level, since_ms, cursor) values (${`sealed by ${key}`}, ${nowMs}, 0)
      on conflict (level) do update set since_ms = excluded.since_ms`,
  )
}
