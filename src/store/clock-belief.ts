/**
 * Keeps how far the clock has been believed in the database, so that all processes on it believe the same.
 *
 * @module
 */
import { inArray, type SQL, sql } from 'drizzle-orm'
import type { ClockBelief } from '../record/clock-belief.ts'
import type { Store } from './db.ts'
import { retained } from './history-schema.ts'
import { onlyServer } from './visible.ts'

const BELIEVED = 'clock believed'
const SEEN = 'clock seen'

/** Reads the belief; before the first look, the newest job tells what the clock was. Null if there is no job either. */
export async function readClockBelief(store: Store): Promise<ClockBelief | null> {
  onlyServer(store)
  const rows = await store.db
    .select()
    .from(retained)
    .where(inArray(retained.level, [BELIEVED, SEEN]))
  const believed = rows.find(({ level }) => level === BELIEVED)
  if (believed !== undefined) {
    const seenMs = rows.find(({ level }) => level === SEEN)?.sinceMs ?? believed.sinceMs
    return { believedMs: believed.sinceMs, seenMs, heldSinceMs: believed.cursor === 0 ? null : believed.cursor }
  }
  const [newest] = await store.db.all<{ at: number }>(sql`select created_at_ms at from jobs order by no desc limit 1`)
  return newest === undefined ? null : { believedMs: newest.at, seenMs: newest.at, heldSinceMs: null }
}

export async function writeClockBelief(store: Store, { believedMs, seenMs, heldSinceMs }: ClockBelief): Promise<void> {
  onlyServer(store)
  await store.atomic([
    sql`insert into retained (level, since_ms, cursor)
      values (${BELIEVED}, ${believedMs}, ${heldSinceMs ?? 0}), (${SEEN}, ${seenMs}, 0)
      on conflict (level) do update set since_ms = excluded.since_ms, cursor = excluded.cursor`,
  ])
}

/** More than the time between two looks. */
const LOOKS_MS = 15 * 60_000

/** The clock as far as it is believed: what expires by it is not to expire because the clock has jumped ahead. */
export const believedUpTo = (nowMs: number): SQL =>
  sql`min(${nowMs}, coalesce((select since_ms from retained where level = ${BELIEVED}), ${nowMs}) + ${LOOKS_MS})`
