/** Components of `openapi.yaml` about plans and jobs. Responses may grow; clients are told so. */
import { z } from '@hono/zod-openapi'
import { FAMILIES, PROTOCOLS } from '../kube/objects.ts'
import { PATH_KINDS } from '../plan/kinds.ts'
import { SKIP_REASONS } from '../plan/path.ts'
import { JOB_STATUSES } from '../record/job.ts'
import { ResultSchema } from './result-schemas.ts'
import {
  InstantSchema,
  JobProblemSchema,
  ObjectsSchema,
  OutcomeSchema,
  orNull,
  SummarySchema,
  TargetSchema,
  VantageNameSchema,
  VerdictSchema,
} from './schemas.ts'

const DNS_TYPES = ['A', 'AAAA', 'CNAME', 'SRV'] as const

const MatchValueSchema = z.object({
  name: z.string(),
  value: z.string(),
  regex: z.literal(true).optional().openapi({ description: 'Whether the value is a regular expression' }),
})

/** Every path has these fields, also one that is history. */
export const pathFields = {
  id: z
    .string()
    .openapi({ description: 'Deterministic: the same from job to job, as long as the path is the same way' }),
  kind: z.enum(PATH_KINDS),
  port: z.object({ name: z.string().nullable(), number: z.int(), protocol: z.enum(PROTOCOLS) }).nullable(),
  address: z.string().nullable(),
  addressPort: z.int().nullable(),
  family: z.enum(FAMILIES).nullable(),
  node: z.string().nullable(),
  pod: z.string().nullable().openapi({ description: 'The pod behind an endpoint, as far as the objects tell' }),
  trafficPolicy: z
    .enum(['Cluster', 'Local'])
    .nullable()
    .openapi({
      description:
        'Which endpoints the address leads to: `Cluster`: any; `Local`: those of the node where the connection ' +
        'arrives, by `externalTrafficPolicy` or `internalTrafficPolicy`. null: nothing translates the address',
    }),
  host: z.string().nullable(),
  serverName: z.string().nullable(),
  rulePath: z.string().nullable(),
  parent: z
    .object({
      kind: z.string(),
      namespace: z.string().nullable(),
      name: z.string(),
      section: z.string().nullable().openapi({ description: 'The name of the listener' }),
    })
    .nullable()
    .openapi({ description: 'The Gateway or ListenerSet that a route is attached to; for an Ingress, its class' }),
  match: z
    .object({
      type: z.string().nullable(),
      path: z.string().nullable(),
      method: z.string().nullable(),
      headers: z.array(MatchValueSchema),
      query: z.array(MatchValueSchema),
    })
    .nullable()
    .openapi({ description: 'What the rule of a route asks of a request. An Ingress has rulePath and pathType' }),
  url: z.string().nullable(),
  expected: z.enum(['reachable', 'unreachable', 'unknown']),
  because: z.array(z.string()).openapi({ description: 'The object fields that each part came from' }),
  shortCut: z.boolean(),
  skipped: z.object({ reason: z.enum(SKIP_REASONS), detail: z.string() }).nullable(),
}

const plannedFields = {
  ...pathFields,
  pathType: z
    .enum(['Exact', 'Prefix', 'ImplementationSpecific'])
    .nullable()
    .openapi({ description: 'The path type of the Ingress rule' }),
  variable: z
    .object({ name: z.string(), value: z.string(), found: z.string().nullable() })
    .nullable()
    .openapi({ description: 'Environment: what Kubernetes would set, and what was found' }),
  dns: z
    .object({
      name: z.string(),
      type: z.enum(DNS_TYPES),
      values: z
        .array(z.string())
        .nullable()
        .openapi({ description: 'Addresses, the target of the CNAME, or `port target`; null: any answer will do' }),
      how: z
        .enum(['resolve', 'lookup'])
        .openapi({ description: '`resolve`: this very name; `lookup`: as an application, with the search list' }),
    })
    .nullable()
    .openapi({ description: 'What the objects promise of the name' }),
}

const PathSchema = z.object(plannedFields).openapi('Path')

const JobPathSchema = z
  .object({
    ...plannedFields,
    outcome: orNull(OutcomeSchema).openapi({ description: 'null until the path is decided' }),
    flaky: z.boolean(),
    results: z.array(ResultSchema),
  })
  .openapi('JobPath')

const FindingSchema = z
  .object({
    code: z.string(),
    layer: z.string(),
    confidence: z.enum(['certain', 'likely', 'possible']),
    title: z.string(),
    detail: z.string(),
    fix: z.string(),
    confirm: z.string(),
    evidence: z.array(
      z.union([
        z.object({ object: z.string(), field: z.string(), value: z.unknown() }),
        z.object({ path: z.string(), result: z.string().nullable() }),
      ]),
    ),
    explains: z.array(z.string()),
    docs: z.string(),
  })
  .openapi('Finding')

export const DiagnosisSchema = z
  .object({ status: z.enum(['healthy', 'degraded', 'broken', 'unknown']), findings: z.array(FindingSchema) })
  .openapi('Diagnosis')

const NotApplicableSchema = z.object({ kind: z.enum(PATH_KINDS), reason: z.string() }).openapi('NotApplicable')
const IgnoredSchema = z.object({ object: z.string(), reason: z.string() }).openapi('Ignored')

const headFields = {
  id: z.string().openapi({ example: 'job_01KAXW0000EXAMPLE0000000AB' }),
  status: z.enum(JOB_STATUSES),
  verdict: orNull(VerdictSchema).openapi({ description: 'null until finished' }),
  problem: orNull(JobProblemSchema).openapi({ description: 'Why the job as a whole could not be done' }),
  createdAt: InstantSchema,
  startedAt: InstantSchema.nullable(),
  finishedAt: InstantSchema.nullable(),
  durationMs: z.number().nullable(),
  target: TargetSchema,
  vantage: VantageNameSchema,
  labels: z.record(z.string(), z.string()),
  scheduleId: z.string().nullable().openapi({ description: 'The schedule that made it' }),
  batchId: z.string().nullable().openapi({ description: 'The batch that it is part of' }),
  summary: SummarySchema,
}

export const JobHeadSchema = z.object(headFields).openapi('JobHead')

export const JobSchema = z
  .object({
    ...headFields,
    objects: ObjectsSchema,
    unmet: z.array(z.enum(['expect.reachable', 'expect.sameResponder'])).openapi({
      description: 'For a finished job: the fields of `expect` about all paths together that are not met',
    }),
    paths: z.array(JobPathSchema),
    notApplicable: z.array(NotApplicableSchema),
    ignored: z.array(IgnoredSchema),
    diagnosis: DiagnosisSchema,
  })
  .openapi('Job')

export const PlanSchema = z
  .object({
    target: TargetSchema,
    objects: ObjectsSchema,
    vantage: VantageNameSchema,
    paths: z.array(PathSchema),
    notApplicable: z.array(NotApplicableSchema),
    ignored: z.array(IgnoredSchema),
    diagnosis: DiagnosisSchema,
  })
  .openapi('Plan')
