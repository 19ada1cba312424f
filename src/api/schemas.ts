/** Shared components of `openapi.yaml`: what is answered. Responses may grow; clients are told so. */
import { z } from '@hono/zod-openapi'
import { FAILURE_CODES, type FailureCode, PHASES } from '../check/codes.ts'
import { CONTROLS, type ControlKind } from '../check/control.ts'
import { GRPC_STATUSES } from '../check/grpc/status.ts'
import { BODY_CUTS } from '../check/network.ts'
import { OUTCOMES } from '../check/result.ts'
import { PROTOCOLS_SPOKEN } from '../check/speaks.ts'
import { VERDICTS } from '../check/verdict.ts'
import type { ObjectKind } from '../kube/object-source.ts'
import { FAMILIES, PROTOCOLS } from '../kube/objects.ts'
import { RESOURCES } from '../kube/resources.ts'
import { QUERY_TYPES } from '../plan/check.ts'
import { PATH_KINDS } from '../plan/kinds.ts'
import { SKIP_REASONS } from '../plan/path.ts'
import { JOB_STATUSES } from '../record/job.ts'

export const InstantSchema = z.string().openapi({ format: 'date-time', example: '2026-11-23T09:00:00.000Z' })
const ms = z.number().nullable().openapi({ description: 'Milliseconds; null = not reached, or not observable here' })
const CONTROL_KINDS = Object.keys(CONTROLS) as ControlKind[]
const codes = Object.keys(FAILURE_CODES) as FailureCode[]

/** For components: `nullable()` on one would change the component itself, or be lost. */
export const orNull = <S extends z.ZodType>(schema: S) => z.union([schema, z.null()])

export const OutcomeSchema = z.enum(OUTCOMES).openapi('Outcome')
export const VerdictSchema = z.enum(VERDICTS).openapi('Verdict')

export const FailureSchema = z
  .object({
    code: z.enum(codes).openapi({ description: 'Stable; one page each under docs/failures/. Codes may be added.' }),
    phase: z.enum(PHASES),
    source: z.enum(['target', 'resolver', 'internal']),
    message: z.string(),
  })
  .openapi('Failure')

const TimingsSchema = z
  .object({ dnsMs: ms, connectMs: ms, tlsMs: ms, firstByteMs: ms, downloadMs: ms, totalMs: ms })
  .openapi('Timings')

const DNS_TYPES = ['A', 'AAAA', 'CNAME', 'SRV'] as const

const DnsSchema = z
  .object({
    server: z.string().nullable(),
    name: z.string(),
    type: z.enum(QUERY_TYPES),
    rcode: z.string().nullable(),
    answers: z.array(z.string()),
    cname: z.string().nullable(),
    ttl: z.number().nullable().openapi({ description: 'Seconds' }),
    lookup: z.array(z.string()).nullable(),
    aaaa: z.string().optional().openapi({
      description:
        'The unexpected answer for the AAAA record of a name that has an A record: an rcode, or a failure code; absent: as it should be, or not asked',
    }),
    unanswered: z
      .array(z.string())
      .optional()
      .openapi({ description: 'Those of several servers that gave no answer in this try; absent: none' }),
    transport: z
      .enum(['udp', 'tcp'])
      .optional()
      .openapi({ description: 'For a `dnsQuery`: how the server of the path was asked' }),
    truncated: z
      .literal(true)
      .optional()
      .openapi({ description: 'TC was set: the whole answer is available over TCP only; absent: it was whole' }),
    resent: z
      .int()
      .optional()
      .openapi({ description: 'How often the query was sent again over UDP, as no answer had come; absent: never' }),
  })
  .openapi('DnsEvidence')

const HttpSchema = z
  .object({
    status: z.int(),
    version: z.string(),
    headers: z.record(z.string(), z.string()),
    headerBytes: z.int().openapi({ description: 'Bytes of all header lines, including those that are not shown' }),
    location: z.string().nullable(),
    bodyBytes: z.int(),
    bodySnippet: z.string(),
    bodySha256: z.string(),
    bodyCut: z.enum(BODY_CUTS).optional().openapi({
      description:
        'Why the body was not read to its end; absent: it was. `limit`: it is longer than what is read. `time`: it has no announced end (an event stream, a long poll), or was still coming when the time was up',
    }),
  })
  .openapi('HttpEvidence')

const GrpcSchema = z
  .object({
    call: z.string().openapi({ example: '/grpc.health.v1.Health/Check' }),
    status: z.enum(GRPC_STATUSES).nullable().openapi({
      description: 'null: a stream, of which only the beginning was read',
      example: 'OK',
    }),
    code: z.int().nullable().openapi({
      description:
        '`grpc-status` as it came; null: it was missing, and `status` is what clients make of the HTTP status',
      example: 0,
    }),
    message: z.string().nullable().openapi({ description: '`grpc-message`, decoded and cut' }),
    health: z.string().nullable().openapi({ description: 'As `Health/Check` answers', example: 'SERVING' }),
  })
  .openapi('GrpcEvidence')

const MalformedSchema = z
  .object({
    flaw: z.string().openapi({ description: 'Stable; flaws may be added', example: 'header_folded' }),
    quote: z.string().nullable().openapi({ description: 'The line, escaped and cut; null: no single line' }),
    takenBy: z.array(z.string()).openapi({ description: 'Clients that are known to accept it nevertheless' }),
  })
  .openapi('MalformedEvidence')

const TlsSchema = z
  .object({
    subject: z.string().nullable(),
    issuer: z.string().nullable(),
    altNames: z.array(z.string()),
    notBefore: z.string().nullable(),
    notAfter: z.string().nullable(),
    authorized: z.boolean().nullable(),
    authorizationError: z.string().nullable(),
    protocol: z.string().nullable(),
  })
  .openapi('TlsEvidence')

export const ResultSchema = z
  .object({
    id: z.string().openapi({ example: 'res_01KAXW0000EXAMPLE0000000AB' }),
    check: z.string(),
    sample: z.int(),
    try: z.int(),
    round: z.int(),
    purpose: z.enum(['check', 'control']),
    outcome: OutcomeSchema,
    startedAt: InstantSchema,
    resolvedAddress: z.string().nullable(),
    localAddress: z.string().nullable(),
    timings: TimingsSchema,
    dns: orNull(DnsSchema),
    http: orNull(HttpSchema),
    tls: orNull(TlsSchema),
    responder: z.string().nullable(),
    malformed: MalformedSchema.optional().openapi({ description: 'With `malformed_response`: what is wrong' }),
    grpc: GrpcSchema.optional().openapi({ description: 'The answer to a gRPC call; `http` has its HTTP part' }),
    speaks: z
      .enum(PROTOCOLS_SPOKEN)
      .optional()
      .openapi({ description: 'What answered in place of the expected protocol, if its first bytes tell' }),
    failure: orNull(FailureSchema),
    control: z
      .object({ kind: z.enum(CONTROL_KINDS), to: z.string(), nth: z.int() })
      .optional()
      .openapi({ description: 'For a control probe of the diagnosis: what was asked, and of which server' }),
  })
  .openapi('Result')

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

export const PathSchema = z.object(plannedFields).openapi('Path')

export const JobPathSchema = z
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

export const TargetSchema = z
  .object({ cluster: z.string(), namespace: z.string(), service: z.string() })
  .openapi('Target')

const NotApplicableSchema = z.object({ kind: z.enum(PATH_KINDS), reason: z.string() }).openapi('NotApplicable')
const IgnoredSchema = z.object({ object: z.string(), reason: z.string() }).openapi('Ignored')

export const SummarySchema = z
  .object({ pass: z.int(), fail: z.int(), error: z.int(), skipped: z.int(), leftOut: z.int() })
  .openapi('Summary', {
    description:
      'Of paths × checks. `skipped` could not be tested; `leftOut` was excluded by selectors or is beyond the limits',
  })

export const JobProblemSchema = z
  .object({ code: z.string(), title: z.string(), detail: z.string(), status: z.int() })
  .openapi('JobProblem')

/** Closed for what is asked: a name that no vantage has finds nothing. */
export const VantageNameSchema = z.string().min(1).max(63).openapi('VantageName', {
  description: 'The vantage that it was seen from: its name, or its position if it has no name',
  example: 'in-cluster',
})

const OBJECT_KINDS = Object.keys(RESOURCES) as ObjectKind[]

export const ObjectsSchema = z
  .object({
    source: z.enum(['manifests', 'cluster', 'agent']).openapi({
      description: '`manifests`: they came with the request; `cluster`: they were read from the live cluster',
    }),
    readAt: InstantSchema.nullable().openapi({
      description:
        'The time when the oldest part was read; null: it is not known, as with manifests, or nothing was read',
    }),
    resourceVersions: z
      .partialRecord(z.enum(OBJECT_KINDS), z.string())
      .openapi({ description: 'The resourceVersion of each list that was read' }),
    stale: z.boolean().openapi({
      description: 'Whether the API server was out of reach, so that these are the last objects that were known',
    }),
    forbidden: z
      .array(
        z.object({
          resource: z.string().openapi({ example: 'pods' }),
          verb: z.string().openapi({ example: 'list' }),
          namespace: z.string().nullable().openapi({ description: 'null: all namespaces, or the resource has none' }),
          effect: z.string().openapi({ description: 'What the plan lacks without it' }),
          rule: z.string().openapi({ description: 'The RBAC rule to add, as YAML for `kubectl apply -f -`' }),
        }),
      )
      .openapi({ description: 'What the API server refused to show' }),
  })
  .openapi('ObjectsUsed', { description: 'The objects that the plan rests on' })

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
