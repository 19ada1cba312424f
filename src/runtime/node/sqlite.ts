/**
 * The store on better-sqlite3: one file, opened by one or several processes.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { type SQLWrapper, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { SQLiteSyncDialect } from 'drizzle-orm/sqlite-core'
import { isStorageBusy, type Row, type Store } from '../../store/db.ts'
import { MIGRATIONS } from '../../store/migrations.ts'

export type OpenDatabase = {
  store: Store
  /** Writes something of no use, durably: throws where a job could not be recorded. */
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
const LOG_BYTES = 64 * 1024 * 1024
/** How long a write waits for the lock before it gives up, milliseconds. */
const GIVE_UP_MS = 30_000

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
    // What a burst has made of the write-ahead log is not kept for ever.
    client.pragma(`journal_size_limit = ${LOG_BYTES}`)
    migrate(client)
    client.pragma(`busy_timeout = ${BUSY_MS}`)
  } catch (error) {
    client.close()
    throw error
  }
  const writer = createWriter(client)
  return {
    store: { db: drizzle(client), atomic: writer.atomic },
    async checkWritable() {
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

type Waiting = {
  writes: readonly SQLWrapper[]
  resolve(rows: readonly (readonly Row[])[]): void
  reject(error: unknown): void
}

/**
 * Group commit: all writes that wait when the event loop comes round share one transaction, and so one flush of the
 * disk; each is all or none by itself.
 */
function createWriter(client: Database.Database) {
  const dialect = new SQLiteSyncDialect()
  const statements = new Map<string, Database.Statement<unknown[], Row>>()
  let waiting: Waiting[] = []
  let scheduled = false
  let waitedSinceMs: number | null = null

  const prepare = (text: string): Database.Statement<unknown[], Row> => {
    const known = statements.get(text)
    if (known) return known
    // Few texts are ever in use; the bound is there for those that grow with their input.
    if (statements.size >= 200) statements.clear()
    const statement = client.prepare<unknown[], Row>(text)
    statements.set(text, statement)
    return statement
  }

  const run = (write: SQLWrapper): readonly Row[] => {
    const { sql: text, params } = dialect.sqlToQuery(write.getSQL())
    const statement = prepare(text)
    if (statement.reader) return statement.all(...params)
    statement.run(...params)
    return []
  }

  /** Runs every group; what a group throws is its own affair, unless SQLite gave up the whole transaction. */
  const runAll = (batch: readonly Waiting[]): (() => void)[] => {
    client.exec('begin immediate')
    try {
      const settle = batch.map(({ writes, resolve, reject }) => {
        client.exec('savepoint one')
        try {
          const rows = writes.map(run)
          client.exec('release one')
          return () => resolve(rows)
        } catch (error) {
          if (!client.inTransaction) throw error
          client.exec('rollback to one')
          client.exec('release one')
          return () => reject(error)
        }
      })
      client.exec('commit')
      return settle
    } catch (error) {
      if (client.inTransaction) client.exec('rollback')
      throw error
    }
  }

  const flush = (): void => {
    scheduled = false
    const batch = waiting
    waiting = []
    if (batch.length === 0) return
    try {
      const settle = runAll(batch)
      waitedSinceMs = null
      for (const each of settle) each()
    } catch (error) {
      waitedSinceMs ??= Date.now()
      if (isStorageBusy(error) && Date.now() - waitedSinceMs < GIVE_UP_MS) {
        waiting = [...batch, ...waiting]
        schedule(10 + Math.random() * 40)
        return
      }
      waitedSinceMs = null
      for (const { reject } of batch) reject(error)
    }
  }

  const schedule = (delayMs = 0): void => {
    if (scheduled) return
    scheduled = true
    if (delayMs === 0) setImmediate(flush)
    else setTimeout(flush, delayMs)
  }

  const atomic: Store['atomic'] = (writes) =>
    new Promise((resolve, reject) => {
      waiting.push({ writes, resolve, reject })
      schedule()
    })

  return { atomic, flush }
}
