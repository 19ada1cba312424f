/** The answers of history. Responses may grow; clients are told so. */
import { z } from '@hono/zod-openapi'
import { FAILURE_CODES, type FailureCode } from '../check/codes.ts'
import { DiagnosisSchema, pathFields } from './job-schemas.ts'
import { ResultSchema } from './result-schemas.ts'
import {
  InstantSchema,
  ObjectsSchema,
  OutcomeSchema,
  orNull,
  SummarySchema,
  TargetSchema,
  VantageNameSchema,
  VerdictSchema,
} from './schemas.ts'

const codes = Object.keys(FAILURE_CODES) as FailureCode[]

const CountsSchema = z
  .object({ pass: z.int(), fail: z.int(), error: z.int(), skipped: z.int() })
  .openapi('Counts', { description: 'Counts of the tries that decided: one for each sample, address and check' })

const availability = z.number().min(0).max(1).nullable().openapi({
  description: 'pass / (pass + fail); null with nothing tested. `error` and `skipped` are never counted.',
})

const FailuresSchema = z
  .partialRecord(z.enum(codes), z.int())
  .openapi('FailureCounts', { description: 'Failing tries by failure code' })

const diagnosis = orNull(DiagnosisSchema)

const ms = z.number().nullable()
const percentiles = { p50Ms: ms, p95Ms: ms, p99Ms: ms }
const LatencySchema = z
  .object({
    ...percentiles,
    phases: z.object({ dnsMs: ms, connectMs: ms, tlsMs: ms, firstByteMs: ms, downloadMs: ms }),
  })
  .openapi('Latency', {
    description: 'Latency of passing tries. Percentiles are within 2.2 % of the exact ones; phases are means.',
  })

const lastFailure = z.object({ at: InstantSchema, code: z.enum(codes).nullable() }).nullable()

const state = z.enum(['pass', 'fail']).nullable().openapi({
  description: 'The last outcome that was found; errors of Portolan do not change it. null: never tested',
})

const nowFields = {
  state: z.enum(['pass', 'fail']).nullable().openapi({
    description:
      'The current state over all its paths; a path that the last job left out keeps its last state. null: never tested',
  }),
  sinceAt: InstantSchema.nullable(),
  lastVerdict: VerdictSchema,
  lastJobId: z
    .string()
    .openapi({ description: 'The last job, which may have left paths out; `lastVerdict` is its verdict' }),
  lastAt: InstantSchema,
  lastSummary: orNull(SummarySchema),
}

const CauseSchema = z.object({
  code: z.string(),
  layer: z.string(),
  confidence: z.enum(['certain', 'likely', 'possible']),
  title: z.string(),
})

const headFields = {
  target: TargetSchema,
  firstAt: InstantSchema,
  ...nowFields,
  availability,
  counts: CountsSchema,
  openIncidents: z.int(),
  cause: CauseSchema.nullable().openapi({
    description: 'The first finding of the current diagnosis; null while it passes, or if there is none',
  }),
}
const DaySchema = z
  .object({
    day: z.iso.date().openapi({ description: 'UTC', example: '2026-11-28' }),
    pass: z.int(),
    fail: z.int(),
    error: z.int(),
    availability,
    state: z.enum(['pass', 'fail']).nullable().openapi({
      description:
        'fail: a try failed, or a job did as what it expected of all paths was not met; null: nothing tested',
    }),
  })
  .openapi('ServiceDay')

export const ListedServiceSchema = z
  .object({
    ...headFields,
    days: z.array(DaySchema).optional().openapi({ description: 'Every day, the oldest first, today last' }),
    p95Ms: ms
      .optional()
      .openapi({ description: 'The 95th percentile of passing tries since yesterday, 00:00 UTC; within 2.2 %' }),
  })
  .openapi('ListedService')

export const TotalsSchema = z.object({ fail: z.int(), unknown: z.int(), pass: z.int() }).openapi('ServiceTotals', {
  description: 'The number of Services in each state, of all that match the query without `verdict`, on all pages',
})

const PathStateSchema = z
  .object({
    ...pathFields,
    variable: z
      .object({ name: z.string() })
      .nullable()
      .openapi({ description: 'Environment: the variable that Kubernetes sets' }),
    state,
    sinceAt: InstantSchema.nullable(),
    lastFailure,
    retiredAt: InstantSchema.nullable().openapi({ description: 'The end of the last job that planned it' }),
    states: z.array(
      z.object({
        check: z.string(),
        vantage: VantageNameSchema,
        state,
        sinceAt: InstantSchema.nullable(),
        lastOutcome: OutcomeSchema,
        lastAt: InstantSchema,
        lastFailure,
      }),
    ),
  })
  .openapi('PathState')

const DiscoveredSchema = z
  .object({
    schedule: z.string().nullable().openapi({ description: 'Id of the schedule that discovery keeps; null: none' }),
    rejected: z.array(
      z.object({
        object: z.string().openapi({ example: 'Service/default/toad-svc' }),
        annotation: z.string().openapi({ example: 'portolan.dev/job' }),
        field: z.string().nullable().openapi({
          description: 'The place in its YAML, as a JSON pointer; null: the annotation as a whole',
          example: '/checks/0/headers',
        }),
        detail: z.string(),
      }),
    ),
  })
  .openapi('Discovered', { description: 'What discovery made of its annotations, and what it refused' })

export const ServiceSchema = z
  .object({
    ...headFields,
    objects: orNull(ObjectsSchema).openapi({
      description:
        'The objects that the plan of the last job, and so each `because`, rests on; null: that job is no longer kept',
    }),
    discovery: orNull(DiscoveredSchema),
    diagnosis,
    paths: z.array(PathStateSchema),
  })
  .openapi('ServiceHistory')

export const HistoryResultSchema = z
  .object({
    ...ResultSchema.shape,
    jobId: z.string(),
    pathId: z.string(),
    vantage: VantageNameSchema,
    counted: z.boolean().openapi({ description: 'false: another try of the same sample decided' }),
  })
  .openapi('HistoryResult')

export const SeriesSchema = z
  .object({
    step: z.string().openapi({ example: '1h', description: 'Longer than asked for if nothing that fine is kept' }),
    points: z.array(z.object({ at: InstantSchema, ...CountsSchema.shape, ...percentiles })),
  })
  .openapi('Series')

const incidentFields = {
  id: z.string(),
  path: z.string().nullable().openapi({ description: 'null: the Service as a whole' }),
  check: z.string(),
  vantage: VantageNameSchema,
  startedAt: InstantSchema,
  endedAt: InstantSchema.nullable(),
  failingMs: z.number().nullable().openapi({
    description:
      'How long it failed, without the healthy minutes between failures that count as one incident; null while open',
  }),
  failures: FailuresSchema,
  finding: CauseSchema.nullable().openapi({ description: 'What the diagnosis found when it began' }),
}
export const IncidentSchema = z.object(incidentFields).openapi('Incident')
export const TargetIncidentSchema = z.object({ target: TargetSchema, ...incidentFields }).openapi('TargetIncident')

const windowHead = {
  from: InstantSchema.openapi({
    description: 'The beginning of what was covered: whole hours or days where nothing finer is kept',
  }),
  to: InstantSchema,
  verdict: VerdictSchema,
  objective: z.number(),
  availability,
  counts: CountsSchema,
}
const tally = { latency: LatencySchema, failures: FailuresSchema }

export const ServiceReportSchema = z
  .object({
    target: TargetSchema,
    ...windowHead,
    ...tally,
    now: z.object(nowFields),
    paths: z
      .array(
        z.object({
          ...pathFields,
          retiredAt: InstantSchema.nullable(),
          state,
          sinceAt: InstantSchema.nullable(),
          lastAt: InstantSchema.nullable(),
          availability,
          counts: CountsSchema,
          ...tally,
          lastOutcome: orNull(OutcomeSchema),
          lastFailure,
        }),
      )
      .openapi({ description: 'All Endpoint paths of one port and family count as one' }),
    incidents: z.array(IncidentSchema).openapi({ description: 'The newest 100; `…/incidents` lists all' }),
    diagnosis,
  })
  .openapi('ServiceReport')

export const OverallReportSchema = z
  .object({ ...windowHead, services: z.array(z.object({ ...headFields, verdict: VerdictSchema })) })
  .openapi('Report')
