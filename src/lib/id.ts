import { ulid } from 'ulid'
import { boundedCache } from './bounded-cache.ts'
import { fromBase32, hashParts, toBase32 } from './hash.ts'

const PREFIXES = {
  job: 'job',
  result: 'res',
  batch: 'bat',
  compare: 'cmp',
  schedule: 'sch',
  request: 'req',
  audit: 'aud',
  token: 'tok',
  statusPage: 'stp',
  announcement: 'ann',
} as const

export type IdKind = keyof typeof PREFIXES
export type Id<K extends IdKind> = `${(typeof PREFIXES)[K]}_${string}`

/** Mints `prefix_ULID`. Opaque to clients; sorts by `nowMs`. */
export function newId<K extends IdKind>(kind: K, nowMs: number): Id<K> {
  return `${PREFIXES[kind]}_${ulid(nowMs)}` as Id<K>
}

/** Tells whether `text` has the shape of an id of that kind, so that a 404 needs no query. */
export function isId<K extends IdKind>(kind: K, text: string): text is Id<K> {
  return new RegExp(`^${PREFIXES[kind]}_[0-9A-HJKMNP-TV-Z]{26}$`).test(text)
}

/** Names a try of a job by numbers from 1; `control` counts what the try asked besides, 0 is the try itself. */
export type TryNumbers = { sample: number; try: number; round: number; control: number }

/** Bits of each number, 30 together: six characters. What a job may ask for fits. */
const BITS: readonly (readonly [keyof TryNumbers, number])[] = [
  ['sample', 12],
  ['try', 4],
  ['round', 11],
  ['control', 3],
]

const SUBJECTS_MAX = 4096
const subjects = boundedCache<{ head: string; tail: number }>(SUBJECTS_MAX)

/**
 * The id of a result is decided by its job and by which try it is, so that a try recorded twice
 * (a retried batch, a chunk delivered twice, a restart) is one row. It has the shape of a ULID and
 * carries the time of its job.
 *
 * One hash serves all tries of a subject (path, check, address), since hashing would be a tenth of what a TCP try
 * costs: their numbers change its last 30 bits, each in its own way, so that no two tries of a subject meet, and those
 * of two subjects no more likely than 50 equal bits. Numbers that do not fit are hashed with the rest.
 */
export function resultId(jobId: string, subject: readonly string[], numbers: TryNumbers): Id<'result'> {
  const time = jobId.slice(4, 14)
  const packed = pack(numbers)
  if (packed === null) {
    const { sample, try: nth, round, control } = numbers
    return `res_${time}${hashParts([jobId, ...subject, sample, nth, round, control], 16)}`
  }
  const { head, tail } = subjectOf(jobId, subject)
  return `res_${time}${head}${toBase32(tail ^ packed, TAIL)}`
}

/** `null`: they do not fit. */
function pack(numbers: TryNumbers): number | null {
  let packed = 0
  for (const [name, bits] of BITS) {
    const value = numbers[name]
    if (value < 0 || value >= 2 ** bits) {
      return null
    }
    packed = packed * 2 ** bits + value
  }
  return packed
}

const TAIL = 6

function subjectOf(jobId: string, subject: readonly string[]): { head: string; tail: number } {
  const key = `${jobId}\n${subject.join('\n')}`
  return subjects.getOrMake(key, () => {
    const hash = hashParts([jobId, ...subject], 16)
    return { head: hash.slice(0, -TAIL), tail: fromBase32(hash.slice(-TAIL)) }
  })
}

/** `res_` and the ten characters of time, which are those of the job's id. */
export const KEY_FROM = 14
