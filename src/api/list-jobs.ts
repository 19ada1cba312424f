import { z } from '@hono/zod-openapi'
import { describeJobHead } from '../report/describe-job.ts'
import { type JobFilter, listJobs } from '../store/jobs.ts'
import { answerPage, decodeCursor, encodeCursor } from './pagination.ts'
import type { ApiContext } from './route.ts'
import { JobHeadSchema } from './schemas.ts'

/** A position among things that come newest first. */
export const NewestFirst = z.tuple([z.number(), z.string()])

export const JobPageSchema = z.object({ items: z.array(JobHeadSchema), nextCursor: z.string().nullable() })

/** A page of jobs, newest first. */
export async function answerJobs(
  context: ApiContext,
  filter: JobFilter,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<Response> {
  const position = decodeCursor(cursor, NewestFirst)
  const before = position && { createdAtMs: position[0], id: position[1] }
  const jobs = await listJobs(context.get('deps').store, filter, { limit: limit + 1, before })
  const items = jobs.slice(0, limit)
  const last = items.at(-1)
  const next = jobs.length > limit && last ? encodeCursor([last.createdAtMs, last.id]) : null
  return answerPage(context, items.map(describeJobHead), next)
}
