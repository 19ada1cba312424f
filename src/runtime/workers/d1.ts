/** The store on D1. */
import { drizzle } from 'drizzle-orm/d1'
import { SYSTEM } from '../../record/principal.ts'
import { type Row, type Store, statementOf } from '../../store/db.ts'
import type { Calls } from './call-budget.ts'
import { guardD1 } from './guard-d1.ts'

/**
 * Migrations are wrangler's affair: `wrangler d1 migrations apply`.
 *
 * @param calls counts what is asked of it; `null`: nobody counts.
 */
export function openD1(database: D1Database, calls: Calls | null = null): Store {
  const client = guardD1(database, calls)
  return {
    db: drizzle(client),
    principal: SYSTEM,
    async atomic(writes) {
      if (writes.length === 0) {
        return []
      }
      const groups = writes.map((write) => ('rows' in write ? write.all() : [statementOf(write)]))
      const statements = groups.flat().map(({ text, params }) => client.prepare(text).bind(...params))
      const answers = await client.batch<Row>(statements)
      return groups.map((group) => answers.splice(0, group.length).flatMap(({ results }) => results))
    },
  }
}
