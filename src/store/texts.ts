import { inArray, type SQL, sql } from 'drizzle-orm'
import { boundedCache } from '../lib/bounded-cache.ts'
import { hashParts } from '../lib/hash.ts'
import type { Db } from './db.ts'
import { PART_UNITS } from './json.ts'
import { texts } from './schema.ts'
import { value } from './statement.ts'

/** 130 bits: no two texts meet by chance. */
const HASH_CHARS = 26

/** The texts that were hashed last: most come again, and hashing is what costs most about them. */
const KNOWN = 2000
const known = boundedCache<string>(KNOWN)
/** Longer ones are rare and would fill memory. */
const KNOWN_UNITS = 4000

export function hashOf(text: string): string {
  const before = known.get(text)
  if (before !== undefined) {
    return before
  }
  const hash = hashParts([text], HASH_CHARS)
  if (text.length <= KNOWN_UNITS) {
    known.set(text, hash)
  }
  return hash
}

export const dayOf = (ms: number): number => Math.floor(ms / 86_400_000)

/** Cuts a text into parts of at most `units` UTF-16 units, never between the halves of a surrogate pair. */
export function cut(text: string, units = PART_UNITS): string[] {
  const parts: string[] = []
  let from = 0
  do {
    let to = Math.min(from + units, text.length)
    const last = text.charCodeAt(to - 1)
    if (to < text.length && last >= 0xd800 && last <= 0xdbff) {
      to -= 1
    }
    parts.push(text.slice(from, to))
    from = to
  } while (from < text.length)
  return parts
}

/** The statements that keep a text. */
export const keepText = (hash: string, text: string, nowMs: number): SQL[] => keepParts(hash, cut(text), nowMs)

/** The same for a text in parts of the caller's choice. */
export const keepParts = (hash: string, parts: readonly string[], nowMs: number): SQL[] =>
  parts.map(
    (part, i) => sql`
      insert into ${texts} (hash, part, used_day, text) values (${hash}, ${i}, ${dayOf(nowMs)}, ${part})
      on conflict (hash, part) do update set used_day = excluded.used_day where used_day < excluded.used_day`,
  )

const keepTextsOn = (day: SQL, pairs: SQL): SQL => sql`
  insert into texts (hash, part, used_day, text)
  select value ->> 0, 0, ${day}, value ->> 1 from json_each(${pairs}) where true
  on conflict (hash, part) do update set used_day = excluded.used_day where used_day < excluded.used_day`

/** The same for many short texts at once. @param pairs JSON: `[[hash, text], …]`. */
export const keepTexts = (pairs: string, nowMs: number): SQL => keepTextsOn(sql`${dayOf(nowMs)}`, sql`${pairs}`)

/** The same, to be compiled: the pairs are `chunk`, the day is `day`. */
export const KEEP_TEXTS: SQL = keepTextsOn(value('day'), value('chunk'))

/** Texts by hash. */
export async function readTexts(db: Db, hashes: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  if (hashes.length === 0) {
    return found
  }
  const rows = await db
    .select({ hash: texts.hash, text: texts.text })
    .from(texts)
    .where(inArray(texts.hash, [...hashes]))
    .orderBy(texts.hash, texts.part)
  for (const { hash, text } of rows) {
    found.set(hash, (found.get(hash) ?? '') + text)
  }
  return found
}
