/**
 * Has something done, and waits for its end; whatever ends the waiting first, it is cancelled.
 *
 * @module
 */
import { type Client, type Format, PortolanWaitTimeout } from '../../../client/index.ts'
import type { Batch, Compare, Job } from '../../../client/schema.ts'
import { CliError } from '../exit.ts'
import type { Portolan } from './open.ts'

export type ReportFormat = Exclude<Format, 'json' | 'sarif'>

/** The same of a job, a batch and a comparison. */
export type Work<D> = {
  noun: string
  begin(client: Client): Promise<D>
  /** @param onProgress is told how it stands; with it the server is asked more often. */
  wait(client: Client, id: string, timeoutMs: number, onProgress?: (now: D) => void): Promise<D>
  cancel(client: Client, id: string): Promise<unknown>
  report(client: Client, id: string, format: ReportFormat): Promise<string>
}

export const jobOf = (begin: Work<Job>['begin']): Work<Job> => ({
  ...{ noun: 'job', begin },
  wait: (client, id, timeoutMs) => client.waitForJob(id, { timeoutMs }),
  cancel: (client, id) => client.cancelJob(id),
  report: (client, id, format) => client.getJobReport(id, { format }),
})

export const batchOf = (begin: Work<Batch>['begin']): Work<Batch> => ({
  ...{ noun: 'batch', begin },
  wait: (client, id, timeoutMs, onProgress) => client.waitForBatch(id, { timeoutMs, onProgress }),
  cancel: (client, id) => client.cancelBatch(id),
  report: (client, id, format) => client.getBatchReport(id, { format }),
})

export const compareOf = (begin: Work<Compare>['begin']): Work<Compare> => ({
  ...{ noun: 'comparison', begin },
  wait: (client, id, timeoutMs) => client.waitForCompare(id, { timeoutMs }),
  cancel: (client, id) => client.cancelCompare(id),
  report: (client, id, format) => client.getCompareReport(id, { format }),
})

/**
 * @param told.begun is told what has begun, before it ends.
 * @param told.now is told how it stands, from time to time.
 * @throws CliError if it has not ended in time, and what the client throws
 */
export async function done<D extends { id: string; finishedAt: string | null }>(
  { client, lastWords }: Portolan,
  work: Work<D>,
  waitMs: number,
  { begun, now }: { begun?: (document: D) => void; now?: ((document: D) => void) | undefined } = {},
): Promise<D> {
  const document = await work.begin(client)
  begun?.(document)
  if (document.finishedAt !== null) {
    return document
  }
  try {
    return await work.wait(client, document.id, waitMs, now)
  } catch (error) {
    // One that has ended meanwhile, or a server that has gone, needs no cancelling.
    await work.cancel(lastWords, document.id).catch(() => undefined)
    if (error instanceof PortolanWaitTimeout) {
      throw new CliError(
        `The ${work.noun} ${document.id} has not ended within ${waitMs / 1000} s, and was cancelled. --wait waits longer.`,
      )
    }
    throw error
  }
}
