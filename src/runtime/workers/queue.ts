import type { JobQueue } from '../../job/queue.ts'

/** Ids only: what they stand for is in the database. */
export type Message = { jobId: string }

/** Messages of one call to the platform. */
const BATCH_MAX = 100

export const createQueue = (queue: Queue<Message>): JobQueue => ({
  async enqueue(jobIds) {
    for (let from = 0; from < jobIds.length; from += BATCH_MAX) {
      await queue.sendBatch(jobIds.slice(from, from + BATCH_MAX).map((jobId) => ({ body: { jobId } })))
    }
  },
  // Whoever runs it is elsewhere, and learns it from the database
  cancel: () => undefined,
})
