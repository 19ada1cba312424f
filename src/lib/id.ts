import { ulid } from 'ulid'
import { hashParts } from './hash.ts'

const PREFIXES = {
  job: 'job',
  result: 'res',
  batch: 'bat',
  schedule: 'sch',
  token: 'tok',
  request: 'req',
} as const

export type IdKind = keyof typeof PREFIXES
export type Id<K extends IdKind> = `${(typeof PREFIXES)[K]}_${string}`

/** Mints `prefix_ULID`. Opaque to clients; sorts by `nowMs`. */
export function newId<K extends IdKind>(kind: K, nowMs: number): Id<K> {
  return `${PREFIXES[kind]}_${ulid(nowMs)}` as Id<K>
}

/** Whether `text` has the shape of an id of that kind (so that a 404 needs no query). */
export function isId<K extends IdKind>(kind: K, text: string): text is Id<K> {
  return new RegExp(`^${PREFIXES[kind]}_[0-9A-HJKMNP-TV-Z]{26}$`).test(text)
}

/**
 * The id of a result is decided by its job and by which try it is, so that a try recorded twice
 * (a retried batch, a chunk delivered twice, a restart) is one row. It has the shape of a ULID and
 * carries the time of its job.
 */
export function resultId(jobId: string, key: readonly (string | number | null)[]): Id<'result'> {
  const time = jobId.slice(4, 14)
  return `res_${time}${hashParts([jobId, ...key], 16)}`
}
