import type { JobQueue } from '../../job/queue.ts'
import type { Calls } from './call-budget.ts'

/** Ids only: what they stand for is in the database. `tick`: schedules are due. */
export type Message = { jobId: string; chunk?: number } | { tick: true }

/** Messages of one call to the platform. */
const BATCH_MAX = 100

export async function sendAll(queue: Queue<Message>, messages: readonly Message[], calls: Calls | null): Promise<void> {
  for (let from = 0; from < messages.length; from += BATCH_MAX) {
    const batch = messages.slice(from, from + BATCH_MAX).map((body) => ({ body }))
    const send = () => queue.sendBatch(batch).then(() => undefined)
    await (calls === null ? send() : calls.make('queue', send))
  }
}

export const createQueue = (queue: Queue<Message>, calls: Calls | null = null): JobQueue => ({
  enqueue: (jobIds) =>
    sendAll(
      queue,
      jobIds.map((jobId) => ({ jobId })),
      calls,
    ),
  // Whoever runs it is elsewhere, and learns it from the database
  cancel: () => undefined,
})
