/** Tells what a deployment lacks: wrangler uploads code, and neither its database's tables nor its secrets. */
import { sql } from 'drizzle-orm'
import type { Store } from '../../store/db.ts'
import { MIGRATIONS } from '../../store/migrations.ts'
import { hasAdminToken } from '../../store/tokens.ts'

/** The table in which `wrangler d1 migrations apply` keeps what it has applied. */
const APPLIED = 'd1_migrations'

const MIGRATE = 'run npm run deploy:workers, or npx wrangler d1 migrations apply DB --remote'

/** Problems by component, as `/readyz` tells them; empty: there are none. */
export async function notReadyOnWorkers(
  store: Store,
  adminToken: string | null,
  nowMs: number,
): Promise<Record<string, string>> {
  const token =
    'PORTOLAN_ADMIN_TOKEN is not set, so no request can be let in: npx wrangler secret put PORTOLAN_ADMIN_TOKEN'
  const schema = await missingSchema(store.db)
  // Without it the tables hold whoever can administer this, if anybody can.
  const isLocked = adminToken === null && (schema !== null || !(await hasAdminToken(store, nowMs)))
  return { ...(isLocked && { token }), ...(schema !== null && { schema }) }
}

async function missingSchema(db: Store['db']): Promise<string | null> {
  const tables = await db.all(sql`select 1 from sqlite_master where type = 'table' and name = ${APPLIED}`)
  if (tables.length === 0) {
    return `the database has not been migrated: ${MIGRATE}`
  }
  const rows = await db.all<{ name: string }>(sql.raw(`select name from ${APPLIED}`))
  const applied = new Set(rows.map(({ name }) => name))
  const missing = MIGRATIONS.filter(({ name }) => !applied.has(name))
  if (missing.length === 0) {
    return null
  }
  return `the database lacks ${missing.map(({ name }) => name).join(', ')}: ${MIGRATE}`
}
