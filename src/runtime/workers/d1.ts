/** The store on D1. */
import { drizzle } from 'drizzle-orm/d1'
import { type Row, type Store, statementOf } from '../../store/db.ts'

/** Migrations are wrangler's affair: `wrangler d1 migrations apply`. */
export function openD1(client: D1Database): Store {
  return {
    db: drizzle(client),
    async atomic(writes) {
      if (writes.length === 0) return []
      const statements = writes.map((write) => {
        const { text, params } = statementOf(write)
        return client.prepare(text).bind(...params)
      })
      const answers = await client.batch<Row>(statements)
      return answers.map(({ results }) => results)
    },
  }
}
