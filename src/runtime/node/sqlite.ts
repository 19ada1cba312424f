/**
 * The store on better-sqlite3: one file, opened by one or several processes.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import type { Store } from '../../store/db.ts'
import { MIGRATIONS } from '../../store/migrations.ts'
import { createWriter } from './group-commit.ts'

export type OpenDatabase = {
  store: Store
  /**
   * Writes something of no use, durably, and looks whether there is room for more.
   *
   * @throws where a job could not be recorded; {@link DiskFullError} where it could not be for want of room.
   */
  checkWritable(): Promise<void>
  /**
   * Gives back to the file system what retention has freed, at most so many pages (of 4 kB) at a time.
   *
   * @returns how many are left.
   */
  giveBackSpace(pages: number): number
  /** What waits is written first. */
  close(): void
}

/** How long a statement blocks this thread for another process's lock; then it is tried again without blocking. */
const BUSY_MS = 100
const PAGE_BYTES = 4096
const CHECKPOINT_PAGES = 2000
/** What moving the write-ahead log into the file may need, however much room the log itself has left. */
const SPARE_BYTES = CHECKPOINT_PAGES * PAGE_BYTES
const CACHE_KB = 64 * 1024
const LOG_BYTES = 64 * 1024 * 1024

export class DiskFullError extends Error {}

/**
 * Opens the database, making the file and its folder if absent, and brings it up to date under a lock, so that
 * processes can start at once.
 *
 * @throws where the file is not a database of ours, or was written by a newer release.
 */
export function openSqlite(file: string): OpenDatabase {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  // Made here for its mode, which SQLite gives to the files beside it too.
  closeSync(openSync(file, 'a', 0o600))
  const client = new Database(file, { timeout: 10_000 })
  try {
    client.pragma('auto_vacuum = INCREMENTAL')
    client.pragma('journal_mode = WAL')
    client.pragma('synchronous = FULL')
    client.pragma('foreign_keys = ON')
    // The pages that hot rows lie on are written back to the file less often, and found in memory more often.
    client.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
    client.pragma(`cache_size = -${CACHE_KB}`)
    // Copies of pages, for statements that may have to be taken back, need no file.
    client.pragma('temp_store = MEMORY')
    // What a burst has made of the write-ahead log is not kept for ever.
    client.pragma(`journal_size_limit = ${LOG_BYTES}`)
    migrate(client)
    client.pragma(`busy_timeout = ${BUSY_MS}`)
  } catch (error) {
    client.close()
    throw error
  }
  keepPrepared(client)
  const writer = createWriter(client)
  return {
    store: { db: drizzle(client), atomic: writer.atomic },
    async checkWritable() {
      const { blocks, bavail, bsize } = await statfs(dirname(file))
      // A file system that has no blocks does not tell.
      if (blocks > 0 && bavail * bsize < SPARE_BYTES) throw new DiskFullError(`${bavail * bsize} bytes are left`)
      await writer.atomic([sql`pragma user_version = 0`])
    },
    giveBackSpace(pages) {
      client.pragma(`incremental_vacuum(${pages})`)
      return Number(client.pragma('freelist_count', { simple: true }))
    },
    close() {
      writer.flush()
      client.close()
    },
  }
}

const digest = (statements: readonly string[]): string =>
  createHash('sha256').update(statements.join('\n')).digest('hex').slice(0, 16)

function migrate(client: Database.Database): void {
  client.exec('begin exclusive')
  try {
    client.exec('create table if not exists migrations (name text primary key, digest text not null)')
    const rows = client.prepare<[], { name: string; digest: string }>('select name, digest from migrations').all()
    const applied = new Map(rows.map((row) => [row.name, row.digest]))
    const known = new Set(MIGRATIONS.map(({ name }) => name))
    const newer = rows.find(({ name }) => !known.has(name))
    if (newer)
      throw new Error(`the database was written by a newer release (migration ${newer.name}): use that release`)
    for (const { name, statements } of MIGRATIONS) {
      const before = applied.get(name)
      if (before === digest(statements)) continue
      if (before !== undefined) throw new Error(`the database was made by another build (migration ${name} differs)`)
      for (const statement of statements) client.exec(statement)
      client.prepare('insert into migrations (name, digest) values (?, ?)').run(name, digest(statements))
    }
    client.exec('commit')
  } catch (error) {
    if (client.inTransaction) client.exec('rollback')
    throw error
  }
}

/** A parameter; or a quoted text, in which a question mark is none. */
const PARAMETER = /\?|'[^']*'|"[^"]*"/g

/** Statements in use are few; the bound is there for those whose text grows with their input. */
const PREPARED = 300

/**
 * Preparing a statement costs as much as running it or more, so what has been prepared is used again. SQLite would
 * prepare most anew whenever other values are bound, to weigh indexes by them; it leaves a value alone that is not
 * bound as such but an expression, as `+?` is.
 */
function keepPrepared(client: Database.Database): void {
  const prepare = client.prepare.bind(client)
  const known = new Map<string, Database.Statement>()
  const prepareOnce = (text: string): Database.Statement => {
    const before = known.get(text)
    // Whoever asks expects rows as objects, whatever the one before asked for.
    if (before) return before.reader ? before.raw(false) : before
    if (known.size >= PREPARED) known.clear()
    const statement = prepare(text.replace(PARAMETER, (found) => (found === '?' ? '+?' : found)))
    known.set(text, statement)
    return statement
  }
  Object.defineProperty(client, 'prepare', { value: prepareOnce })
}
