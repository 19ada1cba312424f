/** The checks of a job's body, as documented and as enforced. → {@link Check}. */

import { z } from '@hono/zod-openapi'
import { defined } from '../lib/defined.ts'
import type { Check } from '../plan/check.ts'
import { HEALTH_STATUSES, NO_TLS, QUERY_TYPES, RCODES } from '../plan/check.ts'

/** RE2, as blackbox_exporter's: linear time, so no look-around and no back-references. `faultsOf` compiles it. */
const regexp = z.string().min(1).max(1000).openapi({ description: 'A regular expression of RE2', example: '^ok' })

const statusCode = z
  .union([z.int().min(100).max(599), z.string().regex(/^[1-5]xx$/, 'A class is written 1xx … 5xx')])
  .openapi({ description: 'A code, or a class', example: '2xx' })

/** A port of a Service is given by its name or its number. */
export const port = z.union([z.int().min(1).max(65535), z.string().min(1).max(63)])

export const name253 = z.string().min(1).max(253)

const headerValue = z
  .string()
  .max(8192)
  .regex(/^[^\0\r\n]*$/, 'A header value must not hold line breaks or NUL')
const headerName = z
  .string()
  .max(256)
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'Not a header name (RFC 9110)')

const HeaderMatchSchema = z
  .strictObject({ header: headerName, regexp, allowMissing: z.boolean().default(false) })
  .openapi('HeaderMatch')

const JsonPathMatchSchema = z
  .strictObject({
    path: z.string().min(1).max(1000),
    equals: z.unknown().optional(),
    matchesRegexp: regexp.optional(),
  })
  .openapi('JsonPathMatch')

const HttpExpectSchema = z
  .strictObject({
    validStatusCodes: z.array(statusCode).max(50).default(['2xx']),
    failIfBodyMatchesRegexp: z.array(regexp).max(20).default([]),
    failIfBodyNotMatchesRegexp: z.array(regexp).max(20).default([]),
    failIfHeaderMatches: z.array(HeaderMatchSchema).max(20).default([]),
    failIfHeaderNotMatches: z.array(HeaderMatchSchema).max(20).default([]),
    jsonPath: z.array(JsonPathMatchSchema).max(20).default([]),
    maxDurationMs: z.number().positive().max(300_000).nullable().default(null),
  })
  .openapi('HttpExpect')

const tlsFields = {
  serverName: name253.nullable().default(null),
  insecureSkipVerify: z.boolean().default(false),
  caPem: z.string().max(65_536).nullable().default(null),
  minDaysToExpiry: z.number().min(0).max(3650).nullable().default(null),
}
const TlsOptionsSchema = z.strictObject(tlsFields).openapi('TlsOptions')

const checkName = z
  .string()
  .regex(
    /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/,
    'Letters, digits, "_", "." and "-", at most 63, beginning with a letter or digit',
  )

const HttpCheckSchema = z
  .strictObject({
    type: z.literal('http'),
    name: checkName,
    port: port.nullable().default(null),
    method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']).default('GET'),
    path: z
      .string()
      .max(2048)
      .regex(/^\/[^\s\0]*$/, 'Begins with "/" and holds no white space')
      .nullable()
      .default(null),
    ingressPath: z
      .string()
      .max(2048)
      .regex(/^\/[^\s\0]*$/, 'Begins with "/" and holds no white space')
      .nullable()
      .default(null),
    headers: z
      .record(headerName, headerValue)
      .default({})
      .openapi({ description: 'Write-only: never stored readable, never shown' }),
    body: z.string().max(65_536).nullable().default(null).openapi({ description: 'Write-only' }),
    scheme: z.enum(['http', 'https']).nullable().default(null),
    host: name253.nullable().default(null),
    expect: HttpExpectSchema.nullable().default(null),
    followRedirects: z.boolean().default(false),
    httpVersion: z.enum(['1.1', '2']).default('1.1'),
    upgrade: z.enum(['websocket']).nullable().default(null).openapi({
      description: 'The answer must be 101 with the accept key of RFC 6455; without body, redirects and HTTP/2',
    }),
    tls: TlsOptionsSchema.nullable().default(null),
    responder: z
      .union([z.strictObject({ header: headerName }), z.strictObject({ bodyRegexp: regexp })])
      .nullable()
      .default(null),
  })
  .openapi('HttpCheck')

const QueryResponseSchema = z
  .strictObject({
    send: z.string().max(8192).nullable().default(null),
    expect: regexp.nullable().default(null),
    startTls: z.boolean().default(false),
  })
  .openapi('QueryResponse')

const TcpCheckSchema = z
  .strictObject({
    type: z.literal('tcp'),
    name: checkName,
    port: port.nullable().default(null),
    tls: TlsOptionsSchema.nullable().default(null),
    queryResponse: z.array(QueryResponseSchema).max(20).default([]),
    maxDurationMs: z.number().positive().max(300_000).nullable().default(null),
  })
  .openapi('TcpCheck')

const GrpcExpectSchema = z
  .strictObject({
    status: z.enum(HEALTH_STATUSES).default('SERVING'),
    maxDurationMs: z.number().positive().max(300_000).nullable().default(null),
  })
  .openapi('GrpcExpect')

const GrpcCheckSchema = z
  .strictObject({
    type: z.literal('grpc'),
    name: checkName,
    port: port.nullable().default(null),
    service: z
      .string()
      .max(256)
      .regex(/^[\w.-]*$/, 'The full name of a service, as in `shop.v1.Cart`')
      .default('')
      .openapi({
        description: 'The service whose health is asked for; empty: the server as a whole',
        example: 'shop.v1.Cart',
      }),
    metadata: z
      .record(headerName, headerValue)
      .default({})
      .openapi({ description: 'Sent with the call. Write-only: never stored readable, never shown' }),
    scheme: z.enum(['http', 'https']).nullable().default(null).openapi({
      description: '`https`: HTTP/2 over TLS; `http`: without. `null`: over TLS if `tls` is given or the port says so',
    }),
    host: name253.nullable().default(null).openapi({ description: 'The `:authority` of the call' }),
    expect: GrpcExpectSchema.nullable().default(null).openapi({
      description:
        '`null`: SERVING passes, as do UNAUTHENTICATED and PERMISSION_DENIED, and UNIMPLEMENTED where the server itself says so',
    }),
    tls: TlsOptionsSchema.nullable().default(null),
  })
  .openapi('GrpcCheck')

const DnsCheckSchema = z
  .strictObject({ type: z.literal('dns'), name: checkName, port: port.nullable().default(null) })
  .openapi('DnsCheck')

const regexps = z.array(regexp).max(20).default([])

const AnswerRrsSchema = z
  .strictObject({
    failIfMatchesRegexp: regexps,
    failIfAllMatchRegexp: regexps,
    failIfNotMatchesRegexp: regexps,
    failIfNoneMatchesRegexp: regexps,
  })
  .openapi('AnswerRrs', {
    description: 'Each record of the answer is matched as a line of a zone file, with tabs: `name. ttl IN A 10.0.0.1`',
  })

const DnsQueryCheckSchema = z
  .strictObject({
    type: z.literal('dnsQuery'),
    name: checkName,
    port: port.nullable().default(null),
    queryName: z.string().min(1).max(254).nullable().default(null).openapi({
      description:
        'null: `kubernetes.default.svc` of the cluster, where the Service is its DNS; else a name that servers answer by themselves',
      example: 'toad-svc.default.svc.cluster.local',
    }),
    queryType: z
      .enum(QUERY_TYPES)
      .nullable()
      .default(null)
      .openapi({ description: 'null: A, or the type of the default question' }),
    transportProtocol: z
      .enum(['udp', 'tcp'])
      .nullable()
      .default(null)
      .openapi({ description: 'The check is for ports of this protocol; null: for both' }),
    recursionDesired: z.boolean().default(true),
    expect: z
      .strictObject({
        rcode: z.array(z.enum(RCODES)).min(1).max(RCODES.length).default(['NOERROR']),
        validateAnswerRrs: AnswerRrsSchema.prefault({}),
        maxDurationMs: z.number().positive().max(300_000).nullable().default(null),
      })
      .nullable()
      .default(null)
      .openapi({
        description: 'null: any well-formed answer passes, but the DNS of the cluster must know its own name',
      }),
  })
  .openapi('DnsQueryCheck')

export const CheckSchema = z
  .discriminatedUnion('type', [HttpCheckSchema, TcpCheckSchema, GrpcCheckSchema, DnsCheckSchema, DnsQueryCheckSchema])
  .openapi('Check')

/** Makes a check as the core knows it. */
export function toCheck(given: z.output<typeof CheckSchema>): Check {
  if (given.type === 'grpc') {
    const scheme = given.scheme ?? (given.tls === null ? null : 'https')
    return { ...given, isDefault: false, call: null, scheme, tls: given.tls ?? NO_TLS }
  }
  if (given.type !== 'http') {
    return { ...given, isDefault: false }
  }
  const expect = given.expect && {
    ...given.expect,
    jsonPath: given.expect.jsonPath.map(defined),
  }
  return { ...given, isDefault: false, expect, tls: given.tls ?? NO_TLS }
}
