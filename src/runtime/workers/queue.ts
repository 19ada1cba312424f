import type { JobQueue } from '../../job/queue.ts'
import type { Calls } from './call-budget.ts'

/**
 * Ids only: what they stand for is in the database. `scheduled`: a schedule made the job, so that it waits in a queue
 * of its own. `tick`: schedules are due.
 */
export type Message = { jobId: string; chunk?: number; scheduled?: true } | { tick: true }

/** The queues of what is asked for, and of what schedules make: neither waits behind the other. */
export type Queues = { QUEUE: Queue<Message>; SCHEDULED: Queue<Message> }

/** Messages of one call to the platform. */
const BATCH_MAX = 100

/** @param delaySeconds until they are delivered. */
export async function sendAll(
  queues: Queues,
  messages: readonly Message[],
  calls: Calls | null,
  delaySeconds?: number,
): Promise<void> {
  const isAsked = (message: Message): boolean => 'jobId' in message && message.scheduled !== true
  const options = delaySeconds === undefined ? {} : { delaySeconds }
  for (const [queue, own] of [
    [queues.QUEUE, messages.filter(isAsked)],
    [queues.SCHEDULED, messages.filter((message) => !isAsked(message))],
  ] as const) {
    for (let from = 0; from < own.length; from += BATCH_MAX) {
      const batch = own.slice(from, from + BATCH_MAX).map((body) => ({ body, ...options }))
      const send = () => queue.sendBatch(batch).then(() => undefined)
      await (calls === null ? send() : calls.make('queue', send))
    }
  }
}

export const createQueue = (queues: Queues, calls: Calls | null = null): JobQueue => ({
  enqueue: (jobs) =>
    sendAll(
      queues,
      jobs.map(({ id, scheduled }) => ({ jobId: id, ...(scheduled && { scheduled }) })),
      calls,
    ),
  // Whoever runs it is elsewhere, and learns it from the database
  cancel: () => undefined,
})
