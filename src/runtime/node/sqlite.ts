/**
 * The store on better-sqlite3: one file, opened by one or several processes.
 *
 * @module
 */

import { closeSync, existsSync, fstatSync, mkdirSync, openSync, statSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { SYSTEM } from '../../record/principal.ts'
import type { Store } from '../../store/db.ts'
import { createWriter } from './group-commit.ts'
import { migrate, refuseForeign } from './migrate.ts'
import { keepPrepared } from './prepared-statements.ts'

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
