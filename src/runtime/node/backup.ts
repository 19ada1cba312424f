/**
 * Copies of the database: made of the one that a server writes to, and put in its place while none runs.
 *
 * @module
 */
import { closeSync, createWriteStream, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import Database from 'better-sqlite3'
import { isStorageBusy, isStorageDamaged } from '../../store/db.ts'
import { refuseForeign, refuseSpecial } from './sqlite.ts'
import { cannotUse, StartError } from './start-error.ts'

/** What SQLite keeps beside the file of a database, and what belongs to it: the log has changes that the file lacks. */
const BESIDE = ['', '-wal', '-shm'] as const

/**
 * Writes the database as it is now into a file of its own, in one piece and without free pages. A server may write
 * meanwhile: what it writes after the beginning is not in the copy.
 *
 * @param to must not be there.
 * @see https://www.sqlite.org/lang_vacuum.html#vacuuminto
 */
export function backUp(databaseFile: string, to: string): void {
  if (existsSync(to)) {
    throw new StartError(`${to} is there already: choose another file`)
  }
  const unfinished = `${to}.unfinished`
  rmSync(unfinished, { force: true })
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
    inspect(unfinished)
    flush(unfinished)
    renameSync(unfinished, to)
  } catch (cause) {
    rmSync(unfinished, { force: true })
    throw cause instanceof StartError ? cause : cannotUse(`${databaseFile} cannot be copied to ${to}`, cause)
  }
}

/**
 * Puts a copy in the place of the database. The one that was there is kept beside it, as `….before-restore`.
 *
 * @throws StartError where the copy is none of ours or damaged, or a server has the database open. Nothing is changed then.
 */
export async function restore(copy: Readable, databaseFile: string): Promise<void> {
  const incoming = `${databaseFile}.incoming`
  try {
    await pipeline(copy, createWriteStream(incoming, { mode: 0o600 }))
    inspect(incoming)
    flush(incoming)
    if (existsSync(databaseFile)) {
      refuseOpen(databaseFile)
    }
    for (const suffix of BESIDE) {
      const before = `${databaseFile}.before-restore${suffix}`
      rmSync(before, { force: true })
      if (existsSync(databaseFile + suffix)) {
        renameSync(databaseFile + suffix, before)
      }
    }
    renameSync(incoming, databaseFile)
  } catch (cause) {
    rmSync(incoming, { force: true })
    throw cause instanceof StartError ? cause : cannotUse(`${databaseFile} cannot be restored`, cause)
  }
}

/** @throws StartError unless it is a whole database of ours. */
function inspect(file: string): void {
  try {
    const client = new Database(file, { readonly: true, fileMustExist: true })
    try {
      refuseForeign(client)
      const tables = client.prepare("select 1 from sqlite_master where name = 'migrations'").all()
      const found = tables.length === 0 ? 'it is empty' : client.pragma('quick_check', { simple: true })
      if (found !== 'ok') {
        throw new StartError(`the copy is no database of Portolan: ${found}`)
      }
    } finally {
      client.close()
    }
  } catch (cause) {
    throw cause instanceof StartError ? cause : new StartError(`the copy is no database of Portolan: ${reason(cause)}`)
  }
}

const reason = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/** Leaving the write-ahead log needs the database for oneself, so that it tells whether anyone else has it open. */
function refuseOpen(databaseFile: string): void {
  refuseSpecial(databaseFile)
  const client = new Database(databaseFile, { timeout: 0 })
  try {
    client.pragma('journal_mode = delete')
  } catch (cause) {
    if (isStorageBusy(cause)) {
      throw new StartError(`${databaseFile} is open in another process: stop the server first`)
    }
    // A damaged one is why a copy is restored.
    if (!isStorageDamaged(cause)) {
      throw cause
    }
  } finally {
    client.close()
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
