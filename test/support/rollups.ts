import { sql } from 'drizzle-orm'
import type { Store } from '../../src/store/db.ts'

/** All that is added up, row by row. */
export async function rollupsOf({ db }: Store): Promise<unknown[]> {
  const tables = ['rollups', 'rollup_latency', 'rollup_failures']
  const all = []
  for (const table of tables) {
    all.push(await db.all(sql.raw(`select * from ${table} order by 1, 2, 3, 4`)))
  }
  return all
}
