/**
 * Has a Service checked, or several, and holds what came of it.
 *
 * @module
 */
import type { Batch, Job } from '../../../client/schema.ts'
import type { Reported } from '../../../report/remark.ts'
import { batchOf, done, jobOf, type ReportFormat, type Work } from './follow.ts'
import { insideNote, insideNoteOfAll } from './inside.ts'
import type { Portolan } from './open.ts'
import type { Progress } from './progress.ts'
import { type Asked, targetOf } from './request.ts'

/** Holds the outcome of a run, whether it was of one Service or of several. */
export type Found = {
  verdict: Job['verdict']
  /** The job or the batch as the API returns it. */
  document: unknown
  /** Resolves with what CI systems are told of; empty if none of it is about objects. */
  reported(): Promise<readonly Reported[]>
  report: (format: ReportFormat) => Promise<string>
  /** Stands at the head of a report; null if there is nothing to say. */
  note: string | null
}

export async function checkOne(portolan: Portolan, asked: Asked, waitMs: number, progress: Progress): Promise<Found> {
  const { client } = portolan
  const work = jobOf((by) => by.createJob({ ...asked.shared, target: targetOf(asked) }))
  const job = await done(portolan, work, waitMs, { begun: ({ id }) => progress.follow(client, id) })
  return {
    ...foundOf(portolan, work, job),
    reported: async () => [job as Reported],
    note: insideNote(job, asked),
  }
}

export async function checkMany(portolan: Portolan, asked: Asked, waitMs: number, progress: Progress): Promise<Found> {
  const { allNamespaces, selector } = asked.options
  const { namespace, ...target } = targetOf(asked)
  const where = {
    ...(allNamespaces === true ? { allNamespaces: true as const } : namespace !== undefined && { namespace }),
    ...(selector !== undefined && { selector }),
  }
  const work = batchOf((by) => by.createBatch({ ...asked.shared, target: { ...target, ...where } }))
  const batch = await done(portolan, work, waitMs, {
    now: progress.isShown ? ({ jobs }) => progress.say(countOf(jobs)) : undefined,
  })
  let read: Promise<Job[]> | null = null
  const jobs = (): Promise<Job[]> => {
    read ??= Promise.all(batch.jobs.map(({ id }) => portolan.client.getJob(id)))
    return read
  }
  return {
    ...foundOf(portolan, work, batch),
    reported: async () => (await jobs()) as Reported[],
    note: batch.verdict === 'inconclusive' ? insideNoteOfAll(await jobs(), asked) : null,
  }
}

function countOf(jobs: Batch['jobs']): string {
  const ended = jobs.filter(({ status }) => status === 'finished' || status === 'cancelled')
  const failing = ended.filter(({ verdict }) => verdict === 'fail' || verdict === 'error').length
  return `${ended.length}/${jobs.length} Services${failing === 0 ? '' : `, ${failing} failing`}`
}

const foundOf = <D extends Job | Batch>({ client }: Portolan, work: Work<D>, document: D) => ({
  document,
  verdict: document.verdict,
  report: (format: ReportFormat) => work.report(client, document.id, format),
})
