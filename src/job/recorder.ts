import type { Result } from '../check/result.ts'
import type { Clock } from '../lib/clock.ts'
import type { Store } from '../store/db.ts'
import type { Lease } from '../store/leases.ts'
import { recordResults } from '../store/results.ts'

/** Results of one write. More wait for the next. */
const BATCH = 200

/** Results that wait before whoever makes them is to wait as well: 15 MB of them, where each has 60 kB of headers. */
const WAITING_MAX = 256

/** How long the first of a write waits for company: making a write durable costs as much as twenty tries. */
const LINGER_MS = 20

export type Recorder = {
  /** Takes a result; it is written with its neighbours. */
  add(result: Result): void
  /** Where too many wait: resolves when the write has ended that is under way, whether it succeeded or not. */
  room(): Promise<void> | null
  /** Resolves when all that was added is durable. Rejects where the store failed: nothing is lost, flush again. */
  flush(): Promise<void>
  /** The lease is not ours any more: what was added since is dropped, another runner does it. */
  readonly lost: boolean
}

/**
 * Group commit: results gather for a moment, those that come while a write is under way for the next, so that a slow
 * disk means larger writes, and only where these cannot keep up fewer tries, never a slower one.
 *
 * @param recorded called after each durable write.
 */
export function createRecorder(store: Store, lease: Lease, recorded: () => void, clock: Clock): Recorder {
  let waiting: Result[] = []
  let writing: Promise<void> | null = null
  let hurry = new AbortController()
  let lost = false

  /** What waits when it begins: what comes meanwhile is to find company of its own. */
  const write = async (): Promise<void> => {
    for (let due = waiting.length; due > 0 && !lost; ) {
      const batch = waiting.slice(0, Math.min(due, BATCH))
      lost = !(await recordResults(store, lease, batch))
      waiting = waiting.slice(batch.length)
      due -= batch.length
      if (!lost) {
        recorded()
      }
    }
  }
  const gather = async (): Promise<void> => {
    try {
      await clock.sleep(LINGER_MS, hurry.signal)
      await write()
    } finally {
      writing = null
      hurry = new AbortController()
    }
    if (waiting.length > 0 && !lost) {
      void begin()
    }
  }
  const start = (): Promise<void> => {
    writing ??= gather()
    return writing
  }
  /** A failure stays with the batch, which flush() writes again and reports. */
  const begin = (): Promise<void> => start().catch(() => undefined)

  return {
    add(result) {
      waiting.push(result)
      void begin()
    },
    room: () => (waiting.length >= WAITING_MAX ? begin() : null),
    async flush() {
      while (writing !== null || (waiting.length > 0 && !lost)) {
        const written = start()
        hurry.abort()
        await written
      }
    },
    get lost() {
      return lost
    },
  }
}
