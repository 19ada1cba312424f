/** Components of `openapi.yaml` about what one try met. Responses may grow; clients are told so. */
import { z } from '@hono/zod-openapi'
import { FAILURE_CODES, type FailureCode, PHASES } from '../check/codes.ts'
import { CONTROLS, type ControlKind } from '../check/control.ts'
import { GRPC_STATUSES } from '../check/grpc/status.ts'
import { BODY_CUTS } from '../check/network.ts'
import { PROTOCOLS_SPOKEN } from '../check/speaks.ts'
import { QUERY_TYPES } from '../plan/check.ts'
import { InstantSchema, OutcomeSchema, orNull } from './schemas.ts'

const codes = Object.keys(FAILURE_CODES) as FailureCode[]
const CONTROL_KINDS = Object.keys(CONTROLS) as ControlKind[]
const ms = z.number().nullable().openapi({ description: 'Milliseconds; null = not reached, or not observable here' })
const FailureSchema = z
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
