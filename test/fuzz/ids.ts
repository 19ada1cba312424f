/** What earlier answers gave, so that later requests hit something: ids, cursors, ETags, Services. */

type Found = 'job' | 'batch' | 'schedule' | 'compare' | 'token' | 'statusPage' | 'slug' | 'cursor' | 'path' | 'service'

export type Kind = Found | 'etag' | 'announcement'

export type Ids = {
  /** One of those that are known, or of the last few. `null`: none is. */
  pick(kind: Kind, at: number, isNew?: boolean): string | null
  /** The version that was read last of what has this id. */
  etagOf(id: string): string | null
  /** @param target what was asked: an announcement is known by its page. */
  learn(text: string, headers: Readonly<Record<string, unknown>>, target: string): void
  /** The oldest of this kind beyond so many, which are forgotten. */
  beyond(kind: Kind, most: number): string[]
}

/** Older ones go: what is read is what is there, and memory is bounded. */
const KEPT = 150
const LAST_FEW = 3

const IDS: Readonly<Record<Found, RegExp>> = {
  job: /"(job_[0-9A-Z]{26})"/g,
  batch: /"(bat_[0-9A-Z]{26})"/g,
  schedule: /"(sch_[0-9A-Z]{26})"/g,
  compare: /"(cmp_[0-9A-Z]{26})"/g,
  token: /"(tok_[0-9A-Z]{26})"/g,
  statusPage: /"(stp_[0-9A-Z]{26})"/g,
  slug: /"slug":"([^"]+)"/g,
  cursor: /"nextCursor":"([^"]+)"/g,
  path: /"id":"(pth_[^"]+)"/g,
  service: /"namespace":"([a-z0-9-]+)","service":"([a-z0-9-]+)"/g,
}

const VERSIONED = /^{"id":"((?:sch|stp|ann)_[0-9A-Z]{26})"/

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
    etagOf: (id) => etags.get(id) ?? null,
    pick(kind, at, isNew = false) {
      const pool = [...(pools.get(kind) ?? [])].slice(isNew ? -LAST_FEW : 0)
      return pool[at % Math.max(1, pool.length)] ?? null
    },
    learn(text, headers, target) {
      for (const [kind, pattern] of Object.entries(IDS)) {
        for (const [, first = '', second] of text.slice(0, READ_CHARS).matchAll(pattern)) {
          add(kind as Kind, second === undefined ? first : `${first}/${second}`)
        }
      }
      if (typeof headers.etag === 'string') {
        add('etag', headers.etag)
        const [, id] = VERSIONED.exec(text) ?? []
        if (id !== undefined) {
          etags.set(id, headers.etag)
        }
        const [page] = /stp_[0-9A-Z]{26}/.exec(target) ?? []
        if (page !== undefined && id?.startsWith('ann_')) {
          add('announcement', `${page}/${id}`)
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
