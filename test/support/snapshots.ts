/**
 * Snapshots of databases as older builds wrote them, in `test/fixtures/schema/`: one folder for each, named after the
 * last migration that it has. `scripts/schema-snapshot.ts` makes them.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'

export const SNAPSHOTS = new URL('../fixtures/schema', import.meta.url).pathname
export const BREAKPOINT = '--> statement-breakpoint'

/** The instant at which every snapshot was complete; readers take it for the present. */
export const MADE_AT_MS = Date.UTC(2026, 10, 23, 9, 30)

/** The settings under which snapshots are made and read. The key opens what is sealed in them. */
export const SETTINGS = {
  PORTOLAN_ADMIN_TOKEN: 'the-admin-token-of-the-snapshots',
  PORTOLAN_EGRESS_ALLOW: '127.0.0.0/8,::1/128',
  PORTOLAN_VANTAGE: 'in-cluster',
  PORTOLAN_SECRET_KEY: btoa('0123456789abcdef0123456789abcdef'),
}

export const AUTHORIZED = { authorization: `Bearer ${SETTINGS.PORTOLAN_ADMIN_TOKEN}` }

export type Answers = {
  /** Holds what the API answered, by path. */
  read: Readonly<Record<string, unknown>>
  /** A request with an idempotency key that is still valid, and the id of what it made. */
  replay: { path: string; json: unknown; headers: Readonly<Record<string, string>>; id: string }
  /** The id of a job that is under way, whose runner is gone. */
  unfinished: string
}

export type Snapshot = {
  name: string
  /** One statement each: first the tables and indexes, then the rows. */
  statements: readonly string[]
  answers: Answers
}

export const readSnapshots = (): Snapshot[] =>
  readdirSync(SNAPSHOTS).map((name) => ({
    name,
    statements: readFileSync(join(SNAPSHOTS, name, 'database.sql'), 'utf8').split(BREAKPOINT),
    answers: JSON.parse(readFileSync(join(SNAPSHOTS, name, 'answers.json'), 'utf8')),
  }))

/** A file as an older build left it: its header, its tables, its rows. */
export function restoreSqlite({ statements }: Snapshot, file: string): void {
  const client = new Database(file)
  client.pragma('auto_vacuum = INCREMENTAL')
  client.pragma('journal_mode = WAL')
  client.exec(statements.join(''))
  client.close()
}

export type D1 = {
  prepare(sql: string): { bind(...values: unknown[]): unknown }
  batch(statements: unknown[]): Promise<unknown>
}

/** On D1 wrangler keeps the names of the migrations that were applied, in a table of its own. */
const APPLIED = `CREATE TABLE d1_migrations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`

export async function restoreD1({ statements }: Snapshot, database: D1): Promise<void> {
  const own = /^\s*(CREATE TABLE|INSERT INTO) `?migrations\b/
  const names = statements.flatMap((text) => /^\s*INSERT INTO `migrations` .* VALUES \('([^']+)'/.exec(text)?.[1] ?? [])
  const rows = statements.filter((text) => !own.test(text)).map((text) => database.prepare(text))
  const applied = names.map((name) => database.prepare('insert into d1_migrations (name) values (?)').bind(name))
  await database.batch([...rows, database.prepare(APPLIED), ...applied])
}
