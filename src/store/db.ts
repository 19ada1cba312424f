/**
 * The one face of both databases: what better-sqlite3 and D1 have in common, and no more.
 *
 * @module
 */
import type { SQLWrapper } from 'drizzle-orm'
import { type BaseSQLiteDatabase, SQLiteSyncDialect } from 'drizzle-orm/sqlite-core'
import type { Asking } from '../record/audit.ts'
import type { Principal } from '../record/principal.ts'
import type { Rows, Statement } from './statement.ts'

/** For reads, which are always awaited. Writes go through {@link Store.atomic}. */
export type Db = BaseSQLiteDatabase<'sync' | 'async', unknown>

/** A row as SQL names it. Never leaves `store/`. */
export type Row = Readonly<Record<string, string | number | null>>

/** A template of drizzle's, one of its queries, or what was compiled from one: a statement, or one for many rows. */
export type Write = SQLWrapper | Statement | Rows

/** A database on somebody's behalf: what is not the principal's is neither found nor changed. */
export type Store = {
  db: Db
  principal: Principal
  /** The request on whose behalf it is: what it changes is told in the audit log. Left out: the server itself. */
  asking?: Asking
  /**
   * Carries out a fixed list of statements, all or none, and is durable when it resolves. Nothing is read and
   * written back: a change of state is one conditional `UPDATE … RETURNING`, and later statements ask for the state
   * that earlier ones left. Waits where another process holds the lock.
   *
   * @returns what each statement returned; nothing for those that return nothing.
   */
  atomic(writes: readonly Write[]): Promise<readonly (readonly Row[])[]>
}

/** The same database on behalf of another principal. */
export const actingAs = ({ db, atomic }: Store, principal: Principal, asking?: Asking): Store => ({
  db,
  atomic,
  principal,
  ...(asking && { asking }),
})

const dialect = new SQLiteSyncDialect()

/** Gives the text and the parameters that a driver carries out. */
export function statementOf(write: SQLWrapper | Statement): Statement {
  if ('text' in write) {
    return write
  }
  const { sql: text, params } = dialect.sqlToQuery(write.getSQL())
  return { text, params }
}

/** The only write there is for most callers: one statement. */
export async function write(store: Store, statement: Write): Promise<readonly Row[]> {
  const [rows = []] = await store.atomic([statement])
  return rows
}

/**
 * The database cannot grow: the disk or D1's limit is reached. By the result code, which better-sqlite3 keeps in
 * `code` and D1 names at the end of its message.
 */
export const isStorageFull = (error: unknown): boolean => hasResultCode(error, 'SQLITE_FULL')

/** Another connection holds the lock. */
export const isStorageBusy = (error: unknown): boolean =>
  hasResultCode(error, 'SQLITE_BUSY') || hasResultCode(error, 'SQLITE_LOCKED')

/** The file is not what was written: pages are overwritten, cut off, or of another file. */
export const isStorageDamaged = (error: unknown): boolean =>
  hasResultCode(error, 'SQLITE_CORRUPT') || hasResultCode(error, 'SQLITE_NOTADB')

/** The file cannot be written: it or its file system is read-only, it was moved, or the disk fails. */
export const isStorageUnwritable = (error: unknown): boolean =>
  ['SQLITE_READONLY', 'SQLITE_IOERR', 'SQLITE_CANTOPEN', 'SQLITE_PERM'].some((code) => hasResultCode(error, code))

export type StorageTrouble = 'full' | 'locked' | 'damaged' | 'not writable'

/** Names what keeps the database from being used, whoever met it; `null`: it is none of that. */
export function storageTrouble(error: unknown): StorageTrouble | null {
  if (isStorageFull(error)) {
    return 'full'
  }
  if (isStorageBusy(error)) {
    return 'locked'
  }
  if (isStorageDamaged(error)) {
    return 'damaged'
  }
  return isStorageUnwritable(error) ? 'not writable' : null
}

/** Says what a damaged file means and what to do, to whoever asks whether the server is well. */
export const DAMAGED =
  'the database file is damaged: stop this server and restore a backup, or save what can be read with ".recover" of sqlite3'

function hasResultCode(error: unknown, code: string): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string' && cause.code.startsWith(code)) {
      return true
    }
    if (cause.message.startsWith('D1_ERROR') && cause.message.includes(code)) {
      return true
    }
  }
  return false
}
