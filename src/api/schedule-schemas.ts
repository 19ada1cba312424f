/** A schedule's body, as documented and as enforced; and what is answered. */
import { z } from '@hono/zod-openapi'
import { HIDDEN_FIELDS } from '../check/secrets.ts'
import { POSITIONS } from '../plan/path.ts'
import { MANAGED_BY, OVERLAPS, RUN_OUTCOMES, STALLED_AFTER } from '../record/schedule.ts'
import { cronFault, timeZoneFault } from '../schedule/cron.ts'
import { BatchSchema, selectionFields } from './batch-schemas.ts'
import { CheckSchema } from './check-schemas.ts'
import { BatchRequestSchema, JobRequestSchema } from './job-request.ts'
import { JobHeadSchema } from './job-schemas.ts'
import { SCHEDULE_EXAMPLE } from './request-examples.ts'
import { InstantSchema, JobProblemSchema, orNull } from './schemas.ts'

/** A day: a jitter is shorter than the time between two runs. */
const JITTER_MOST_MS = 86_400_000

/** Tells faults within a text as issues of the schema, so that they are told with all others. */
const without = (faultOf: (text: string) => string | null) => (text: string, context: z.RefinementCtx) => {
  const message = faultOf(text)
  if (message !== null) {
    context.addIssue({ code: 'custom', message })
  }
}

const cron = z.string().min(1).max(200).superRefine(without(cronFault)).openapi({
  description:
    'Five fields (minute hour day-of-month month day-of-week), @hourly, @daily, @weekly, @monthly, @yearly, or @every with a duration like 30s or 1h30m',
  example: '*/5 * * * *',
})

const fields = {
  name: z.string().min(1).max(200),
  cron,
  timeZone: z
    .string()
    .min(1)
    .max(64)
    .superRefine(without(timeZoneFault))
    .openapi({ description: 'IANA', example: 'Europe/Berlin' }),
  jitterMs: z.int().min(0).max(JITTER_MOST_MS).openapi({
    description: 'A run is due up to this long after its occurrence, decided by the schedule and the occurrence',
  }),
  overlap: z.enum(OVERLAPS).openapi({
    description:
      'When the run before has not ended: `skip` leaves the run out, `queue` lets it wait; one waits at most',
  }),
  enabled: z.boolean().openapi({ description: 'false: paused. Runs that pass meanwhile are not made up for.' }),
}

/** Each run is a job or a batch: exactly one of the two is given. */
const work = {
  job: JobRequestSchema.optional(),
  batch: BatchRequestSchema.optional(),
}

export const ScheduleRequestSchema = z
  .strictObject({
    ...fields,
    timeZone: fields.timeZone.default('UTC'),
    jitterMs: fields.jitterMs.default(0),
    overlap: fields.overlap.default('skip'),
    enabled: fields.enabled.default(true),
    ...work,
  })
  .refine(({ job, batch }) => (job === undefined) !== (batch === undefined), {
    path: ['job'],
    message: 'Give either job or batch: what is to be done at each run',
  })
  .openapi('ScheduleRequest', { example: SCHEDULE_EXAMPLE })

const KeepSchema = z
  .strictObject({
    manifests: z
      .boolean()
      .default(false)
      .openapi({ description: 'Keep the manifests of the schedule; the target must bring none' }),
    writeOnly: z
      .record(z.string().max(63), z.array(z.enum(HIDDEN_FIELDS)).max(HIDDEN_FIELDS.length))
      .default({})
      .openapi({
        description:
          'Fields of checks, by the name of the check, as the schedule shows them under `writeOnly`. They are kept only ' +
          'where they are sent to the same place as before',
        example: { home: ['headers'] },
      }),
  })
  .openapi('ScheduleKeep')

export const SchedulePatchSchema = z
  .strictObject({
    ...z.object(fields).partial().shape,
    ...work,
    keep: KeepSchema.optional().openapi({
      description: 'With `job` or `batch`: hidden parts of the schedule that are to stay as they are',
    }),
  })
  .refine(({ job, batch }) => job === undefined || batch === undefined, {
    path: ['job'],
    message: 'Give either job or batch, not both',
  })
  .refine(({ job, batch, keep }) => keep === undefined || job !== undefined || batch !== undefined, {
    path: ['keep'],
    message: 'Goes with job or batch, and neither is given: all stays as it is',
  })
  .openapi('SchedulePatch', {
    description:
      'Fields that are given are changed; `job` and `batch` are replaced as a whole, except for what `keep` names',
  })

const target = {
  cluster: z.string(),
  namespace: z.string().nullable(),
  service: z.string().nullable(),
}

const headFields = {
  id: z.string().openapi({ example: 'sch_01KAXW0000EXAMPLE0000000AB' }),
  ...fields,
  managedBy: z.enum(MANAGED_BY).nullable().openapi({
    description: 'The part of Portolan that made it, which alone may change it; null: it was made over the API',
  }),
  target: z.object(target),
  createdAt: InstantSchema,
  updatedAt: InstantSchema,
  nextRunAt: InstantSchema.nullable().openapi({ description: 'The next run, with its jitter; null: paused' }),
  nextRuns: z.array(InstantSchema).openapi({
    description:
      'The next three runs, with their jitter; `nextRunAt` is the first. Empty: paused, or there are no more',
  }),
  lastRun: z
    .object({
      at: InstantSchema.openapi({ description: 'The occurrence' }),
      outcome: z.enum(RUN_OUTCOMES),
      problem: orNull(JobProblemSchema).openapi({ description: 'Why it could not be started' }),
    })
    .nullable(),
  leftOut: z
    .object({ runs: z.int(), lastAt: InstantSchema.openapi({ description: 'The last of these occurrences' }) })
    .nullable()
    .openapi({
      description:
        'Runs that were left out since the schedule was made, as the one before had not ended (`overlap: skip`); null: none',
    }),
  missed: z
    .object({
      times: z.int(),
      from: InstantSchema.openapi({ description: 'The first occurrence that was missed the last time' }),
      to: InstantSchema.openapi({ description: 'The occurrence whose run made up for them' }),
    })
    .nullable()
    .openapi({
      description:
        'How often, since the schedule was made, occurrences passed and no run could begin: no server was up, its queue was ' +
        'full, or a run waited already (`overlap: queue`); null: never',
    }),
  failing: z
    .object({ runs: z.int(), since: InstantSchema })
    .nullable()
    .openapi({ description: 'How many of its last runs, in a row, could not be started; `lastRun.problem` says why' }),
  stalled: z
    .object({ since: InstantSchema, problem: orNull(JobProblemSchema) })
    .nullable()
    .openapi({
      description: `At least its last ${STALLED_AFTER} runs could not be started. It keeps trying, and recovers by itself`,
    }),
  lastJob: orNull(JobHeadSchema).openapi({ description: 'The newest job, whatever started the run; null for batches' }),
  lastBatch: orNull(BatchSchema),
}

export const scheduleFilter = {
  managedBy: z
    .enum([...MANAGED_BY, 'none'])
    .optional()
    .openapi({
      description:
        '`discovery`: those made from Services of the cluster; `none`: those made over the API. Left out: all',
    }),
  label: z
    .array(z.string().max(320))
    .max(16)
    .default([])
    .openapi({
      description: 'Only schedules whose `job` or `batch` has this label; repeated: all of them',
      example: ['team=shop'],
    }),
}

export const ScheduleHeadSchema = z.object(headFields).openapi('ScheduleHead')

const { target: _target, checks: _checks, deadlineMs: _deadline, vantage: _vantage, ...asked } = JobRequestSchema.shape

const ScheduledRequestSchema = z
  .object({
    ...asked,
    target: z.object({
      ...target,
      namespaces: selectionFields.namespaces.optional(),
      selector: selectionFields.selector.optional(),
    }),
    objects: z
      .record(z.string(), z.int())
      .nullable()
      .openapi({ description: 'The number of objects of each kind in the manifests' }),
    checks: z.array(CheckSchema),
    deadlineMs: z.number().nullable(),
    vantage: z.enum(POSITIONS).nullable(),
    writeOnly: z
      .record(z.string(), z.array(z.string()))
      .openapi({ description: 'Fields of checks that are set and not shown', example: { home: ['headers'] } }),
  })
  .openapi('ScheduledRequest', { description: 'A request without its objects and the values of write-only fields' })

export const ScheduleSchema = z
  .object({ ...headFields, job: orNull(ScheduledRequestSchema), batch: orNull(ScheduledRequestSchema) })
  .openapi('Schedule')
