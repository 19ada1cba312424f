import { z } from '@hono/zod-openapi'
import { DIFFERENCE_KINDS } from '../check/compare/difference.ts'
import { SIDES } from '../plan/compare/comparison.ts'
import { JobSchema } from './job-schemas.ts'

const ValueSchema = z.string().nullable().openapi({ description: 'As this side answered; null: it is not there' })

const DifferenceSchema = z
  .object({
    kind: z.enum(DIFFERENCE_KINDS).openapi({ description: 'Kinds may be added' }),
    field: z.string().openapi({ example: 'header x-frame-options' }),
    left: ValueSchema,
    right: ValueSchema,
    means: z.string().openapi({ description: 'What it means for a move from one side to the other' }),
    next: z.string().openapi({ description: 'What to do' }),
  })
  .openapi('Difference')

const SideAnswerSchema = z
  .object({
    address: z.string().nullable().openapi({ description: 'null: it was not asked' }),
    addressPort: z.int().nullable(),
    because: z
      .array(z.string())
      .openapi({ description: 'The fields that promise the request; empty: the rules of this side do not' }),
    answer: z
      .object({
        status: z.int(),
        location: z.string().nullable(),
        contentType: z.string().nullable(),
        bodyBytes: z.int(),
        bodySha256: z.string(),
      })
      .nullable()
      .openapi({ description: 'The first answer; null: there was none' }),
    failure: z.object({ code: z.string(), message: z.string() }).nullable(),
    tries: z.int(),
    totalMs: z.number().nullable().openapi({ description: 'The median of its answers, which decides nothing' }),
    curl: z.string().nullable().openapi({ description: 'A command that sends this side the same request' }),
  })
  .openapi('SideAnswer')

const RequestSchema = z
  .object({
    id: z.string().openapi({ example: 'req-001' }),
    method: z.string(),
    scheme: z.enum(['http', 'https']),
    host: z
      .string()
      .nullable()
      .openapi({ description: 'null: the rule has none; each request names the address of its side' }),
    path: z.string().openapi({ description: 'The path, with its query' }),
    headers: z.record(z.string(), z.string()),
    outcome: z.enum(['alike', 'different', 'error', 'unasked']).nullable().openapi({
      description:
        'null until both sides have been asked; `unasked`: one side could not be, which says nothing about it',
    }),
    reason: z.string().nullable(),
    left: SideAnswerSchema,
    right: SideAnswerSchema,
    differences: z.array(DifferenceSchema),
    notCounted: z
      .array(z.object({ field: z.string(), why: z.string() }))
      .openapi({ description: 'Differences, between the sides or within one, that do not count' }),
  })
  .openapi('ComparedRequest')

const {
  id: _id,
  summary: _summary,
  ...head
} = JobSchema.pick({
  id: true,
  status: true,
  verdict: true,
  problem: true,
  createdAt: true,
  startedAt: true,
  finishedAt: true,
  durationMs: true,
  vantage: true,
  labels: true,
  objects: true,
  summary: true,
}).shape

const SideSchema = z.union([
  z.object({
    kind: z.string(),
    namespace: z.string().nullable(),
    name: z.string(),
    addresses: z
      .object({
        ingressController: z.array(z.string()),
        controllerPorts: z.object({ http: z.int(), https: z.int() }).nullable(),
      })
      .nullable(),
  }),
  z.object({ job: z.string() }),
])

export const CompareSchema = z
  .object({
    id: z.string().openapi({ example: 'cmp_01KAXW0000EXAMPLE0000000AB' }),
    ...head,
    target: z.object({
      cluster: z.string(),
      namespace: z.string(),
      service: z.string().nullable().openapi({ description: 'null: every Service that the two sides route to' }),
    }),
    left: SideSchema,
    right: SideSchema,
    ignoreHeaders: z.array(z.string()),
    methods: z.array(z.string()).nullable(),
    triesEach: z.int().openapi({ description: 'How often each request is sent to each side' }),
    summary: z
      .object({ alike: z.int(), different: z.int(), error: z.int(), unasked: z.int(), notSent: z.int() })
      .openapi({ description: 'Counts of requests' }),
    requests: z.array(RequestSchema),
    notSent: z
      .array(z.object({ side: z.enum(SIDES), request: z.string(), reason: z.string() }))
      .openapi({ description: 'Requests that the rules promise and that were not sent' }),
  })
  .openapi('Compare')
