/**
 * The store on better-sqlite3: one file, opened by one or several processes.
 *
 * @module
 */

import { createHash } from 'node:crypto'
import { closeSync, existsSync, fstatSync, mkdirSync, openSync, statSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { boundedCache } from '../../lib/bounded-cache.ts'
import { SYSTEM } from '../../record/principal.ts'
import { isStorageDamaged, type Store } from '../../store/db.ts'
import { MIGRATIONS } from '../../store/migrations.ts'
import { createWriter } from './group-commit.ts'

export type OpenDatabase = {
  store: Store
  /**
   * Writes something of no use, durably, and looks whether there is room for more.
   *
   * @param timeoutMs how long it waits for another process's lock.
   * @throws where a job could not be recorded: {@link DiskFullError} for want of room, {@link DatabaseLockedError} as
   *   another process holds the lock, what SQLite has thrown where it found the file damaged.
   */
  checkWritable(timeoutMs: number): Promise<void>
  /**
   * Gives back to the file system what retention has freed, at most so many pages (of 4 kB) at a time.
   *
   * @returns how many are left.
   */
  giveBackSpace(pages: number): number
  /** Writes what waits, and closes the file. */
  close(): void
}

/**
 * Milliseconds for which a statement blocks this thread for another process's lock; then it is tried again without
 * blocking.
 */
const BUSY_MS = 100
const PAGE_BYTES = 4096
const CHECKPOINT_PAGES = 2000
/** Moving the write-ahead log into the file may need this much, however much room the log itself has left. */
const SPARE_BYTES = CHECKPOINT_PAGES * PAGE_BYTES
const CACHE_KB = 16 * 1024
const LOG_BYTES = 64 * 1024 * 1024

/** Says in the file's header whose it is: `PTLN`. <https://www.sqlite.org/pragma.html#pragma_application_id> */
const APPLICATION_ID = 0x50544c4e

/** Both have the code that SQLite would have thrown. */
export class DiskFullError extends Error {
  readonly code = 'SQLITE_FULL'
}
export class DatabaseLockedError extends Error {
  readonly code = 'SQLITE_BUSY'
}

/**
 * Opens the database, making the file and its folder if absent, and brings it up to date under a lock, so that
 * processes can start at once.
 *
 * @param renewed is told when the log of the database was taken away, and what it held has been saved.
 * @throws where the file is not a database of ours, or was written by a newer release. Nothing is changed then.
 */
export function openSqlite(file: string, renewed: () => void = () => undefined): OpenDatabase {
  makeFolder(dirname(file))
  refuseSpecial(file)
  // Made here for its mode, which SQLite gives to the files beside it too.
  const handle = openSync(file, 'a', 0o600)
  const { ino } = fstatSync(handle)
  closeSync(handle)
  const client = new Database(file, { timeout: 10_000 })
  try {
    refuseForeign(client)
    client.pragma('auto_vacuum = INCREMENTAL')
    client.pragma('journal_mode = WAL')
    client.pragma('synchronous = FULL')
    client.pragma('foreign_keys = ON')
    // The pages that hot rows lie on are written back to the file less often, and found in memory more often.
    client.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
    client.pragma(`cache_size = -${CACHE_KB}`)
    // Copies of pages, for statements that may have to be taken back, need no file.
    client.pragma('temp_store = MEMORY')
    // A write-ahead log that a burst has made long is cut again.
    client.pragma(`journal_size_limit = ${LOG_BYTES}`)
    migrate(client)
    client.pragma(`busy_timeout = ${BUSY_MS}`)
  } catch (error) {
    client.close()
    throw error
  }
  const damage = keepPrepared(client)
  const writer = createWriter(client, keepFiles(client, file, ino, renewed))
  return {
    store: { db: drizzle(client), atomic: writer.atomic, principal: SYSTEM },
    async checkWritable(timeoutMs) {
      if (damage.seen !== null) {
        throw damage.seen
      }
      const { blocks, bavail, bsize } = await statfs(dirname(file))
      // A file system that has no blocks does not tell.
      if (blocks > 0 && bavail * bsize < SPARE_BYTES) {
        throw new DiskFullError(`${bavail * bsize} bytes are left`)
      }
      await within(timeoutMs, writer.atomic([sql`pragma user_version = 0`]))
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

/**
 * Not with `recursive`: Node tries for ever where a file system says of a folder in a folder that there is none
 * (/proc).
 */
function makeFolder(folder: string): void {
  if (existsSync(folder)) {
    return
  }
  makeFolder(dirname(folder))
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    // Another process that starts, too, was faster
    if (!existsSync(folder)) {
      throw error
    }
  }
}

/**
 * A pipe would keep this process waiting for its other side, and a device holds no pages.
 *
 * @throws where the file is there, and is neither a file nor a folder, of which its opening tells.
 */
export function refuseSpecial(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found && !found.isFile() && !found.isDirectory()) {
    throw new Error('it is a device, a pipe or a socket, and a file is needed')
  }
}

/** A write that is late may still be made: it is of no use, and does no harm. */
async function within(timeoutMs: number, writing: Promise<unknown>): Promise<void> {
  const timer = new AbortController()
  const late = setTimeout(timeoutMs, undefined, { signal: timer.signal, ref: false }).then(() => {
    throw new DatabaseLockedError(`no write within ${timeoutMs} ms`)
  })
  try {
    await Promise.race([writing, late])
  } finally {
    timer.abort()
    late.catch(() => undefined)
    writing.catch(() => undefined)
  }
}

/** Databases of other programs are SQLite files, too, and adding tables to them would do harm. */
export function refuseForeign(client: Database.Database): void {
  if (client.pragma('application_id', { simple: true }) === APPLICATION_ID) {
    return
  }
  const names = client.prepare<[], { name: string }>("select name from sqlite_master where type = 'table'").all()
  const tables = new Set(names.map(({ name }) => name))
  // Builds before the first release did not say whose file it is.
  if (tables.size === 0 || (tables.has('migrations') && tables.has('job_chunks'))) {
    return
  }
  throw new Error(
    `it is the database of another program (tables ${[...tables].slice(0, 3).join(', ')} …): choose another file`,
  )
}

const digest = (statements: readonly string[]): string =>
  createHash('sha256').update(statements.join('\n')).digest('hex').slice(0, 16)

/**
 * @returns the names of the migrations that have been applied.
 * @throws where they are not those of this release, or of one before it.
 */
export function refuseOthersMigrations(client: Database.Database): ReadonlySet<string> {
  const rows = client.prepare<[], { name: string; digest: string }>('select name, digest from migrations').all()
  const known = new Map(MIGRATIONS.map(({ name, statements }) => [name, digest(statements)]))
  for (const row of rows) {
    const expected = known.get(row.name)
    if (expected === undefined) {
      throw new Error(`the database was written by a newer release (migration ${row.name}): use that release`)
    }
    if (expected !== row.digest) {
      throw new Error(`the database was made by another build (migration ${row.name} differs)`)
    }
  }
  return new Set(rows.map(({ name }) => name))
}

function migrate(client: Database.Database): void {
  client.exec('begin exclusive')
  try {
    client.exec('create table if not exists migrations (name text primary key, digest text not null)')
    const applied = refuseOthersMigrations(client)
    for (const { name, statements } of MIGRATIONS.filter((migration) => !applied.has(migration.name))) {
      for (const statement of statements) {
        client.exec(statement)
      }
      client.prepare('insert into migrations (name, digest) values (?, ?)').run(name, digest(statements))
    }
    client.pragma(`application_id = ${APPLICATION_ID}`)
    client.exec('commit')
  } catch (error) {
    if (client.inTransaction) {
      client.exec('rollback')
    }
    throw error
  }
}

/**
 * Guards against a file that was deleted or replaced under this process: whatever is written into it would be lost. A
 * log can be saved: its content is moved into the database, and a new one is begun. If it is the database itself,
 * nothing can be written until it is back.
 *
 * @param own the inode of the database that was opened.
 * @returns what is to be done before each transaction.
 */
function keepFiles(client: Database.Database, file: string, own: number, renewed: () => void): () => void {
  const inodeOf = (path: string): number | null => statSync(path, { throwIfNoEntry: false })?.ino ?? null
  let log = inodeOf(`${file}-wal`)
  return () => {
    if (inodeOf(file) !== own) {
      const moved = 'the database was moved, deleted or replaced under the server: put it back, or restart the server'
      throw Object.assign(new Error(moved), { code: 'SQLITE_READONLY_DBMOVED' })
    }
    if (inodeOf(`${file}-wal`) === log) {
      return
    }
    client.pragma('wal_checkpoint(truncate)')
    client.pragma('journal_mode = delete')
    client.pragma('journal_mode = wal')
    client.exec('begin immediate; rollback')
    log = inodeOf(`${file}-wal`)
    renewed()
  }
}

/** A parameter; or a quoted text, in which a question mark is none. */
const PARAMETER = /\?|'[^']*'|"[^"]*"/g

/** Statements in use are few; the bound is there for those whose text grows with their input. */
const PREPARED = 300

/** The first error that told of a damaged file; `null`: none has. */
type Damage = { seen: unknown }

/**
 * Preparing a statement costs as much as running it or more, so what has been prepared is used again. SQLite would
 * prepare most anew whenever other values are bound, to weigh indexes by them; it leaves a value alone that is not
 * bound as such but an expression, as `+?` is.
 *
 * @returns what its statements find out about the file.
 */
function keepPrepared(client: Database.Database): Damage {
  const damage: Damage = { seen: null }
  const prepare = client.prepare.bind(client)
  const known = boundedCache<Database.Statement>(PREPARED)
  const prepareOnce = (text: string): Database.Statement => {
    const before = known.get(text)
    // Whoever asks expects rows as objects, whatever the one before asked for.
    if (before) {
      return before.reader ? before.raw(false) : before
    }
    const statement = prepare(text.replace(PARAMETER, (found) => (found === '?' ? '+?' : found)))
    noticeDamage(statement, damage)
    known.set(text, statement)
    return statement
  }
  Object.defineProperty(client, 'prepare', { value: prepareOnce })
  return damage
}

/** A page that is damaged is found by whoever reads it, which may be long after a start and far from a health check. */
function noticeDamage(statement: Database.Statement, damage: Damage): void {
  for (const name of ['run', 'get', 'all'] as const) {
    const act = statement[name].bind(statement)
    const watched = (...params: unknown[]): unknown => {
      try {
        return act(...params)
      } catch (error) {
        if (isStorageDamaged(error)) {
          damage.seen ??= error
        }
        throw error
      }
    }
    Object.defineProperty(statement, name, { value: watched })
  }
}
