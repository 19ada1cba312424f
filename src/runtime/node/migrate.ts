/**
 * Tells whether a database is one of ours, and brings it up to date.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import type Database from 'better-sqlite3'
import { MIGRATIONS } from '../../store/migrations.ts'

/** Says in the file's header whose it is: `PTLN`. <https://www.sqlite.org/pragma.html#pragma_application_id> */
const APPLICATION_ID = 0x50544c4e

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

/** Applies the migrations that the database lacks, under a lock, so that processes can start at once. */
export function migrate(client: Database.Database): void {
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
