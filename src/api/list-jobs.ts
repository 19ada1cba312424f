import { describeJobHead } from '../report/describe-job.ts'
import { type JobFilter, listJobs } from '../store/jobs.ts'
import { JobHeadSchema } from './job-schemas.ts'
import { answerPage, encodeCursor, newestBefore, pageOf } from './pagination.ts'
import type { ApiContext } from './route.ts'

export const jobPage = pageOf(JobHeadSchema)

/** A page of jobs, newest first. */
export async function answerJobs(
  context: ApiContext,
  filter: JobFilter,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<Response> {
  const before = newestBefore(cursor)
  const jobs = await listJobs(context.get('deps').store, filter, { limit: limit + 1, before })
  const items = jobs.slice(0, limit)
  const last = items.at(-1)
  const next = jobs.length > limit && last ? encodeCursor([last.createdAtMs, last.id]) : null
  return answerPage(context, items.map(describeJobHead), next)
}
