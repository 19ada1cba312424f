import { z } from '@hono/zod-openapi'
import { JOB_STATUSES } from '../record/job.ts'
import { InstantSchema, JobProblemSchema, orNull, SummarySchema, VerdictSchema } from './schemas.ts'

const BatchJobSchema = z
  .object({
    id: z.string().openapi({ example: 'job_01KAXW0000EXAMPLE0000000AB' }),
    namespace: z.string(),
    service: z.string(),
    status: z.enum(JOB_STATUSES),
    verdict: orNull(VerdictSchema),
    problem: orNull(JobProblemSchema),
    summary: SummarySchema,
  })
  .openapi('BatchJob')

/** The Services that are selected, as answers show it. */
export const selectionFields = {
  namespace: z.string().nullable().openapi({ description: 'null: not one single namespace; see `namespaces`' }),
  namespaces: z.union([z.array(z.string()), z.literal('*')]).openapi({ description: '`*`: all namespaces' }),
  selector: z
    .union([z.string(), z.record(z.string(), z.string())])
    .openapi({ description: 'The selector as it was given' }),
}

export const BatchSchema = z
  .object({
    id: z.string().openapi({ example: 'bat_01KAXW0000EXAMPLE0000000AB' }),
    status: z.enum(JOB_STATUSES),
    verdict: orNull(VerdictSchema).openapi({
      description:
        'null until all jobs have ended; then `fail` if one fails, else `error` if one errs, else `pass` if one passes, else `inconclusive`',
    }),
    createdAt: InstantSchema,
    finishedAt: InstantSchema.nullable(),
    target: z.object({ cluster: z.string(), ...selectionFields }),
    labels: z.record(z.string(), z.string()),
    jobs: z.array(BatchJobSchema).openapi({ description: 'A job for each Service' }),
  })
  .openapi('Batch')
