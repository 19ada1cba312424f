/**
 * Removes old rows of a table in the order of their numbers, and stores how far it has come, so that a step does not
 * look again at what an earlier one has passed.
 *
 * @module
 */
import { type SQL, sql } from 'drizzle-orm'
import type { Store } from './db.ts'
import { DAY_MS } from './rollup-steps.ts'

export type RetentionStep = {
  /** Rows that went. */
  deleted: number
  /** Nothing is left to do for now. */
  done: boolean
}

export const DONE: RetentionStep = { deleted: 0, done: true }

type Range = { store: Store; limit: number; nowMs: number }

type Sweep = {
  level: string
  table: string
  number: string
  time: string
  beforeMs: number
  /** The last statement returns a row for each that went. */
  remove(rows: SQL): SQL[]
}

/** A row that is so much younger than now was written by a clock that ran ahead. It goes with those around it. */
const AHEAD_MS = DAY_MS

/** Looks at the next rows after those looked at, stops at the first that is young enough. */
export async function sweep({ store, limit, nowMs }: Range, on: Sweep): Promise<RetentionStep> {
  const [table, number, time] = [sql.raw(on.table), sql.raw(on.number), sql.raw(on.time)]
  const possible = sql`${time} <= ${nowMs + AHEAD_MS}`
  const next = sql`select ${number} number, ${time} at_ms from ${table}
    where ${number} > coalesce((select cursor from retained where level = ${on.level}), 0)
      and ${number} < (select max(${number}) from ${table}) order by ${number} limit ${limit}`
  const [seen] = await store.db.all<{ first: number | null; last: number | null; young: number | null; sure: number }>(
    sql`select min(number) first, max(number) last,
          min(case when at_ms >= ${on.beforeMs} and at_ms <= ${nowMs + AHEAD_MS} then number end) young,
          sum(at_ms <= ${nowMs + AHEAD_MS}) sure
        from (${next})`,
  )
  const { first = null, last = null } = seen ?? {}
  if (first === null || last === null) {
    return DONE
  }
  let until = seen?.young ? seen.young - 1 : last
  if (seen?.sure === 0) {
    // Whoever comes next, of those that can be believed, tells how old these are
    const [after] = await store.db.all<{ at_ms: number }>(
      sql`select ${time} at_ms from ${table} where ${number} > ${last} and ${possible} order by ${number} limit 1`,
    )
    until = after !== undefined && after.at_ms < on.beforeMs ? last : 0
  }
  if (first > until) {
    return DONE
  }
  const rows = sql`select ${number} from ${table} where ${number} between ${first} and ${until}`
  const returned = await store.atomic([...on.remove(rows), passed(on.level, on.beforeMs, until)])
  return { deleted: returned.at(-2)?.length ?? 0, done: false }
}

/** Stores how far a sweep has come. What another process has stored meanwhile is not taken back. */
export const passed = (level: string, sinceMs: number, cursor: number): SQL => sql`
  insert into retained (level, since_ms, cursor) values (${level}, ${sinceMs}, ${cursor})
  on conflict (level) do update set since_ms = max(since_ms, excluded.since_ms), cursor = max(cursor, excluded.cursor)`
