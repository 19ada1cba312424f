/**
 * The store in memory, on the SQLite that Node itself has: for one run of a program that leaves nothing behind. It has
 * no native part to be installed, and knows no other process.
 *
 * @module
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { BetterSQLiteSession } from 'drizzle-orm/better-sqlite3/session'
import { BaseSQLiteDatabase, SQLiteSyncDialect } from 'drizzle-orm/sqlite-core'
import { boundedCache } from '../../lib/bounded-cache.ts'
import { SYSTEM } from '../../record/principal.ts'
import { type Row, type Store, statementOf, type Write } from '../../store/db.ts'
import { MIGRATIONS } from '../../store/migrations.ts'

/** Statements in use are few; the bound is there for those whose text grows with their input. */
const PREPARED = 300

/**
 * Opens an empty database with the tables of this release. All that reads or writes it does so at once, so nothing ever
 * waits for a lock.
 */
export function openMemorySqlite(): { store: Store; close(): void } {
  // Not an import: Node 22 warns of it, in the thread that probes as well, which begins in the same file
  const sqlite = process.getBuiltinModule('node:sqlite')
  const client = new sqlite.DatabaseSync(':memory:')
  client.exec('pragma foreign_keys = on')
  client.exec('pragma temp_store = memory')
  for (const statement of MIGRATIONS.flatMap(({ statements }) => statements)) {
    client.exec(statement)
  }
  const prepared = boundedCache<Prepared>(PREPARED)
  const prepare = (text: string): Prepared => {
    const before = prepared.get(text)
    if (before) {
      return before
    }
    const made = prepareOn(client, text)
    prepared.set(text, made)
    return made
  }

  const runWrite = (write: Write): readonly Row[] => {
    if ('rows' in write) {
      const statement = prepare(write.each)
      for (const row of write.rows) {
        statement.run(...row)
      }
      return []
    }
    const { text, params } = statementOf(write)
    return prepare(text).all(...params) as Row[]
  }

  const dialect = new SQLiteSyncDialect()
  // The session asks of its client no more than this
  const session = new BetterSQLiteSession({ prepare } as never, dialect, undefined)
  return {
    store: {
      db: new BaseSQLiteDatabase('sync', dialect, session as never, undefined),
      principal: SYSTEM,
      // Like a database that is asked over a wire, it answers in a later turn
      atomic: async (writes) => {
        client.exec('begin immediate')
        try {
          const rows = writes.map(runWrite)
          client.exec('commit')
          return rows
        } catch (error) {
          if (client.isTransaction) {
            client.exec('rollback')
          }
          throw error
        }
      },
    },
    close: () => client.close(),
  }
}

/** The methods of a statement of better-sqlite3 that drizzle calls. */
type Prepared = {
  run(...params: readonly unknown[]): unknown
  /** Rows as objects. */
  all(...params: readonly unknown[]): unknown[]
  get(...params: readonly unknown[]): unknown
  /** Rows as arrays of their columns. */
  raw(): Pick<Prepared, 'all' | 'get'>
}

function prepareOn(client: DatabaseSync, text: string): Prepared {
  const asObjects = client.prepare(text)
  const ask = (statement: StatementSync): Pick<Prepared, 'all' | 'get'> => ({
    all: (...params) => statement.all(...(params as SQLInputValue[])),
    get: (...params) => statement.get(...(params as SQLInputValue[])),
  })
  let asArrays: Pick<Prepared, 'all' | 'get'> | null = null
  return {
    run: (...params) => asObjects.run(...(params as SQLInputValue[])),
    ...ask(asObjects),
    raw() {
      if (asArrays === null) {
        const statement = client.prepare(text)
        statement.setReturnArrays(true)
        asArrays = ask(statement)
      }
      return asArrays
    },
  }
}
