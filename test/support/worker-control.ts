import type { NewJob } from '../../src/store/stored-job.ts'

/** A test controls these of the Worker under test (`test/runtime/workers/entry.ts`), by `POST /test`. */
export type WorkerControl = {
  /** Its clock is ahead of this machine's by this, milliseconds. */
  aheadMs?: number
  /** Calls to D1 and the queue that fail, by number from now on: `2 n` before the n-th is made, `2 n + 1` after it. */
  failing?: readonly number[]
  /** Messages that can never be worked off: of that chunk, or (`null`) those that start a job. `undefined`: none. */
  poisoned?: { chunk: number | null } | 'none'
  /** By how much longer everything seems to take. */
  elapsedMs?: number
  /** Queries to D1 that a request is told it has no longer. */
  withheld?: number
  /** A job is made durable; nobody is told of it. */
  insert?: NewJob
  /** Jobs to be handed to the queue. */
  enqueue?: readonly string[]
  /** Messages are taken and forgotten: all of them, or those of chunks. */
  losing?: 'all' | 'chunks' | 'none'
}
