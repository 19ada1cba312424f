import type { Result } from '../check/result.ts'

/** A result may hold 64 kB of headers, and several jobs run at once. */
const KEPT_MAX = 200

export type Kept = {
  add(result: Result): void
  /** `null`: there were more than are kept. */
  all(): readonly Result[] | null
}

/** The results of a job, as long as they are few: a small job ends without reading what it has just written. */
export function keepFew(most = KEPT_MAX): Kept {
  const kept: Result[] = []
  let count = 0
  return {
    add(result) {
      if (++count <= most) {
        kept.push(result)
      } else {
        kept.length = 0
      }
    },
    all: () => (count <= most ? kept : null),
  }
}
