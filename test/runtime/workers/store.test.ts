/// <reference types="@cloudflare/vitest-plugin/types" />
import { applyD1Migrations, type D1Migration } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { sql } from 'drizzle-orm'
import { beforeAll } from 'vitest'
import { openD1 } from '../../../src/runtime/workers/d1.ts'
import type { Store } from '../../../src/store/db.ts'
import { storeContract } from '../../contract/store.ts'

declare global {
  namespace Cloudflare {
    interface Env {
      DB: D1Database
      TEST_MIGRATIONS: D1Migration[]
    }
  }
}

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

/** The database lives as long as the file's tests: each begins by emptying it. */
async function empty(store: Store): Promise<void> {
  const tables = await store.db.all<{ name: string }>(
    sql`select name from sqlite_master where type = 'table'
        and name not like 'sqlite_%' and name not like '_cf_%' and name not like 'd1_%'`,
  )
  await store.atomic([
    sql`pragma defer_foreign_keys = on`,
    ...tables.map(({ name }) => sql`delete from ${sql.identifier(name)}`),
  ])
}

storeContract('D1', async () => {
  const store = openD1(env.DB)
  await empty(store)
  return { store, close: async () => undefined }
})
