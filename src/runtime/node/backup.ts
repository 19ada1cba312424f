/**
 * Copies of the database: made of the one that a server writes to, and put in its place while none runs. Whenever one
 * of these is killed, there is a whole copy or none, and the database before or the one after.
 *
 * @module
 */
import {
  closeSync,
  copyFileSync,
  createWriteStream,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import Database from 'better-sqlite3'
import { isStorageBusy, isStorageDamaged } from '../../store/db.ts'
import { refuseForeign, refuseOthersMigrations } from './migrate.ts'
import { isAlive } from './owner.ts'
import { refuseSpecial } from './sqlite.ts'
import { cannotUse, StartError } from './start-error.ts'

/** Endings of the files that SQLite keeps beside a database and that belong to it: the log has changes of its own. */
const BESIDE = ['-wal', '-shm', '-journal'] as const

/** Tells what a copy holds. */
export type Copied = {
  bytes: number
  jobs: number
  /** The number of these jobs that have not ended. A server takes them up again. */
  underWay: number
  /** When the newest job was made; null if there is none. */
  newestAtMs: number | null
}

/**
 * Writes the database as it is now into a file of its own, in one piece and without free pages, and looks whether it is
 * whole. A server may write meanwhile: what it writes after the beginning is not in the copy.
 *
 * @param to must not be there.
 * @see https://www.sqlite.org/lang_vacuum.html#vacuuminto
 */
export function backUp(databaseFile: string, to: string): Copied {
  refusePresent(to)
  const unfinished = temporary(to, 'unfinished')
  try {
    // Made here for its mode: secrets of checks are sealed in it, and names of hosts are not.
    closeSync(openSync(unfinished, 'wx', 0o600))
    const client = new Database(databaseFile, { readonly: true, fileMustExist: true, timeout: 10_000 })
    try {
      refuseForeign(client)
      client.prepare('vacuum into ?').run(unfinished)
    } finally {
      client.close()
    }
    const copied = inspect(unfinished)
    flush(unfinished)
    // Not renamed, which would take the place of a file that has come meanwhile.
    place(unfinished, to)
    return copied
  } catch (cause) {
    throw cause instanceof StartError ? cause : cannotUse(`${databaseFile} cannot be copied to ${to}`, cause)
  } finally {
    rmSync(unfinished, { force: true })
  }
}

/** The name of the database that was there before, beside the one that took its place. */
export const beforeRestore = (databaseFile: string): string => `${databaseFile}.before-restore`

/**
 * Puts a copy in the place of the database, in one step.
 *
 * @param replace keeps a database that is there beside the new one ({@link beforeRestore}); else it is refused.
 * @throws StartError where the copy is none of ours, damaged or of a newer release, or a server has the database open.
 *   Nothing is changed then.
 */
export async function restore(
  copy: Readable,
  databaseFile: string,
  { replace = false } = {},
): Promise<Copied & { replaced: boolean }> {
  const replaced = existsSync(databaseFile)
  if (replaced && !replace) {
    copy.on('error', () => undefined).destroy()
    throw new StartError(
      `${databaseFile} is there: add --replace to put the copy in its place; the one that is there is kept beside it`,
    )
  }
  const incoming = temporary(databaseFile, 'incoming')
  try {
    await pipeline(copy, createWriteStream(incoming, { mode: 0o600, flags: 'wx' }))
    const copied = inspect(incoming)
    flush(incoming)
    const before = replaced ? takeHold(databaseFile) : null
    try {
      if (replaced) {
        keepBefore(databaseFile)
      }
      // Left by a database that is not there any more, they would be taken for the new one's.
      for (const suffix of BESIDE) {
        rmSync(databaseFile + suffix, { force: true })
      }
      renameSync(incoming, databaseFile)
      flushFolder(databaseFile)
    } finally {
      before?.close()
    }
    return { ...copied, replaced }
  } catch (cause) {
    throw cause instanceof StartError ? cause : cannotUse(`${databaseFile} cannot be restored`, cause)
  } finally {
    for (const suffix of ['', ...BESIDE]) {
      rmSync(incoming + suffix, { force: true })
    }
  }
}

function refusePresent(to: string): void {
  if (existsSync(to)) {
    throw new StartError(`${to} is there already: choose another file`)
  }
}

/**
 * A name beside a file for what is not finished. What processes that are gone have left under such names is removed.
 */
export function temporary(file: string, what: string): string {
  const folder = dirname(file)
  const start = `${basename(file)}.${what}-`
  const left = existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith(start)) : []
  for (const name of left) {
    const pid = Number(/^\d+/.exec(name.slice(start.length))?.[0])
    if (pid === process.pid || !isAlive(pid)) {
      rmSync(join(folder, name), { force: true })
    }
  }
  return join(folder, start + process.pid)
}

/** Gives a finished file its name, which must be free. Some file systems have no second names for a file. */
function place(finished: string, to: string): void {
  try {
    linkSync(finished, to)
  } catch (cause) {
    refusePresent(to)
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
      throw cause
    }
    renameSync(finished, to)
  }
  flushFolder(to)
}

/** The one that is replaced keeps its name until the new one takes it, so that there always is one. */
function keepBefore(databaseFile: string): void {
  const before = beforeRestore(databaseFile)
  for (const suffix of ['', ...BESIDE]) {
    rmSync(before + suffix, { force: true })
    if (!existsSync(databaseFile + suffix)) {
      continue
    }
    try {
      linkSync(databaseFile + suffix, before + suffix)
    } catch {
      copyFileSync(databaseFile + suffix, before + suffix)
    }
  }
  flushFolder(before)
}

/** @throws StartError unless it is a whole database of ours, and of no newer release. */
function inspect(file: string): Copied {
  const none = 'the copy is no database of Portolan'
  try {
    const client = new Database(file, { readonly: true, fileMustExist: true })
    try {
      refuseForeign(client)
      const tables = client.prepare("select 1 from sqlite_master where name = 'migrations'").all()
      const found = tables.length === 0 ? 'it is empty' : client.pragma('integrity_check', { simple: true })
      if (found !== 'ok') {
        throw new StartError(`${none}: ${found}`)
      }
      refuseOthersMigrations(client)
      const [row] = client
        .prepare<[], { jobs: number; underWay: number; newestAtMs: number | null }>(
          `select count(*) jobs, coalesce(sum(status in ('queued', 'running')), 0) underWay,
            max(created_at_ms) newestAtMs from jobs`,
        )
        .all()
      const { jobs = 0, underWay = 0, newestAtMs = null } = row ?? {}
      const bytes = Number(client.pragma('page_count', { simple: true })) * 4096
      return { bytes, jobs, underWay, newestAtMs }
    } finally {
      client.close()
    }
  } catch (cause) {
    throw cause instanceof StartError ? cause : new StartError(`${none}: ${reason(cause)}`)
  }
}

const reason = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/**
 * Leaving the write-ahead log needs the database for oneself, so that it tells whether anyone else has it open, and has
 * the log moved into the file.
 *
 * @returns who holds the database, so that no server starts on it meanwhile; `null`: it is damaged, and cannot be held.
 */
function takeHold(databaseFile: string): Database.Database | null {
  refuseSpecial(databaseFile)
  const client = new Database(databaseFile, { timeout: 0 })
  try {
    client.pragma('journal_mode = delete')
    client.exec('begin exclusive')
    return client
  } catch (cause) {
    client.close()
    if (isStorageBusy(cause)) {
      throw new StartError(`${databaseFile} is open in another process: stop the server first`)
    }
    // A damaged one is why a copy is restored.
    if (isStorageDamaged(cause)) {
      return null
    }
    throw cause
  }
}

function flush(file: string): void {
  const handle = openSync(file, 'r+')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** A name is durable when its folder is. */
function flushFolder(file: string): void {
  const handle = openSync(dirname(file), 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
