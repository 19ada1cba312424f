/** What earlier answers gave, so that later requests hit something: ids, cursors, ETags, Services. */

export type Kind = 'job' | 'batch' | 'schedule' | 'compare' | 'token' | 'cursor' | 'etag' | 'path' | 'service'

export type Ids = {
  /** One of those that are known, or of the last few. `null`: none is. */
  pick(kind: Kind, at: number, isNew?: boolean): string | null
  /** The version of a schedule that was read last. */
  etagOf(schedule: string): string | null
  learn(text: string, headers: Readonly<Record<string, unknown>>): void
  /** The oldest of this kind beyond so many, which are forgotten. */
  beyond(kind: Kind, most: number): string[]
}

/** Older ones go: what is read is what is there, and memory is bounded. */
const KEPT = 150
const LAST_FEW = 3

const IDS: Readonly<Partial<Record<Kind, RegExp>>> = {
  job: /"(job_[0-9A-Z]{26})"/g,
  batch: /"(bat_[0-9A-Z]{26})"/g,
  schedule: /"(sch_[0-9A-Z]{26})"/g,
  compare: /"(cmp_[0-9A-Z]{26})"/g,
  token: /"(tok_[0-9A-Z]{26})"/g,
  cursor: /"nextCursor":"([^"]+)"/g,
  path: /"id":"(pth_[^"]+)"/g,
  service: /"namespace":"([a-z0-9-]+)","service":"([a-z0-9-]+)"/g,
}

/** Of a long answer the beginning tells enough. */
const READ_CHARS = 200_000

/** @param kept ids that are not learned: what is asked by them is to go on. */
export function createIds(kept: readonly string[] = []): Ids {
  const pools = new Map<Kind, Set<string>>()
  const add = (kind: Kind, value: string): void => {
    // The document shows ids that nobody has.
    if (value.includes('EXAMPLE') || kept.includes(value)) {
      return
    }
    const pool = pools.get(kind) ?? new Set()
    pools.set(kind, pool.add(value))
    const [oldest] = pool
    if (pool.size > KEPT && oldest !== undefined && kind !== 'schedule') {
      pool.delete(oldest)
    }
  }
  const etags = new Map<string, string>()
  return {
    etagOf: (schedule) => etags.get(schedule) ?? null,
    pick(kind, at, isNew = false) {
      const pool = [...(pools.get(kind) ?? [])].slice(isNew ? -LAST_FEW : 0)
      return pool[at % Math.max(1, pool.length)] ?? null
    },
    learn(text, headers) {
      for (const [kind, pattern] of Object.entries(IDS)) {
        for (const [, first = '', second] of text.slice(0, READ_CHARS).matchAll(pattern)) {
          add(kind as Kind, second === undefined ? first : `${first}/${second}`)
        }
      }
      if (typeof headers.etag === 'string') {
        add('etag', headers.etag)
        const [, schedule] = /^{"id":"(sch_[0-9A-Z]{26})"/.exec(text) ?? []
        if (schedule !== undefined) {
          etags.set(schedule, headers.etag)
        }
      }
    },
    beyond(kind, most) {
      const pool = pools.get(kind) ?? new Set()
      const over = [...pool].slice(0, Math.max(0, pool.size - most))
      for (const each of over) {
        pool.delete(each)
      }
      return over
    },
  }
}
