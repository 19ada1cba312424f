/** What a test holds of the Worker under test (`test/runtime/workers/entry.ts`), by `POST /test`. */
export type WorkerControl = {
  /** How far its clock is ahead of this machine's, milliseconds. */
  aheadMs?: number
  /** Calls to D1 and the queue that fail, by number from now on: `2 n` before the n-th is made, `2 n + 1` after it. */
  failing?: readonly number[]
}
