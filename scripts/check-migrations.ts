/**
 * Fails when the schema and the migrations differ, when the embedded copy is old, or when a migration rebuilds a
 * table, or drops one that another refers to: inside a transaction that deletes what refers to it (drizzle-orm issues
 * 4938, 5784).
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { EMBEDDED, FOLDER, renderMigrations } from './embed-migrations.ts'

const FORBIDDEN = [/`?__new_/i, /PRAGMA\s+foreign_keys/i, /\bBEGIN\b/i, /ON DELETE (?!no action)/i]

/** Tables that are read by ranges of their key. The schema language has no word for it, so it is written by hand. */
const CLUSTERED = ['job_labels', 'rollups', 'rollup_latency', 'rollup_failures', 'incident_failures', 'service_days']

const root = fileURLToPath(new URL('../', import.meta.url))
const sqlFiles = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()

const allSql = (): string =>
  sqlFiles(FOLDER)
    .map((name) => readFileSync(join(FOLDER, name), 'utf8'))
    .join('\n')

function rebuilds(): string[] {
  return sqlFiles(FOLDER).flatMap((name) => {
    const text = readFileSync(join(FOLDER, name), 'utf8')
    return FORBIDDEN.filter((pattern) => pattern.test(text)).map((pattern) => `migrations/${name} contains ${pattern}`)
  })
}

function droppedParents(): string[] {
  const all = allSql()
  const dropped = [...all.matchAll(/\bDROP\s+TABLE\s+[`"]?(\w+)/gi)].map(([, table = '']) => table)
  return dropped
    .filter((table) => new RegExp(`\\bREFERENCES\\s+[\`"]?${table}\\b`, 'i').test(all))
    .map((table) => `${table} is dropped, and another table refers to it`)
}

function unclustered(): string[] {
  const all = allSql()
  return CLUSTERED.filter((table) => !new RegExp(`CREATE TABLE \`${table}\` [^;]*WITHOUT ROWID;`).test(all)).map(
    (table) => `${table} is not made WITHOUT ROWID: add it to its migration`,
  )
}

/** Generates into a copy: a migration that appears there is one that is missing here. */
function missing(): string[] {
  const scratch = mkdtempSync(join(tmpdir(), 'migrations-'))
  try {
    cpSync(FOLDER, scratch, { recursive: true })
    const kit = join(root, 'node_modules/drizzle-kit/bin.cjs')
    const options = [
      'generate',
      '--dialect',
      'sqlite',
      '--schema',
      join(root, 'src/store/*schema.ts'),
      '--out',
      scratch,
    ]
    const { status, stdout, stderr } = spawnSync(process.execPath, [kit, ...options], { cwd: root, encoding: 'utf8' })
    if (status !== 0) {
      return [`drizzle-kit generate failed:\n${stdout}${stderr}`]
    }
    const known = new Set(sqlFiles(FOLDER))
    return sqlFiles(scratch)
      .filter((name) => !known.has(name))
      .map((name) => `the schema has changes that no migration has:\n${readFileSync(join(scratch, name), 'utf8')}`)
  } finally {
    rmSync(scratch, { recursive: true })
  }
}

const stale = (): string[] =>
  readFileSync(EMBEDDED, 'utf8') === renderMigrations()
    ? []
    : ['src/store/migrations.ts is old: run node scripts/embed-migrations.ts']

const problems = [...rebuilds(), ...droppedParents(), ...unclustered(), ...missing(), ...stale()]
for (const problem of problems) {
  console.error(problem)
}
if (problems.length === 0) {
  console.log(`${sqlFiles(FOLDER).length} migrations: schema, SQL and embedded copy agree`)
}
process.exit(problems.length === 0 ? 0 : 1)
