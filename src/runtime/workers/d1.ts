/** The store on D1. */
import { drizzle } from 'drizzle-orm/d1'
import { SQLiteAsyncDialect } from 'drizzle-orm/sqlite-core'
import type { Row, Store } from '../../store/db.ts'

/** Migrations are wrangler's affair: `wrangler d1 migrations apply`. */
export function openD1(client: D1Database): Store {
  const dialect = new SQLiteAsyncDialect()
  return {
    db: drizzle(client),
    async atomic(writes) {
      if (writes.length === 0) return []
      const statements = writes.map((write) => {
        const { sql, params } = dialect.sqlToQuery(write.getSQL())
        return client.prepare(sql).bind(...params)
      })
      const answers = await client.batch<Row>(statements)
      return answers.map(({ results }) => results)
    },
  }
}
