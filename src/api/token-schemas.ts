/** A token's body, as documented and as enforced; and what is answered. */
import { z } from '@hono/zod-openapi'
import { readCidr } from '../lib/cidr.ts'
import { SCOPES } from '../record/principal.ts'
import { TOKEN_STATES } from '../record/token.ts'
import { TOKEN_EXAMPLE } from './request-examples.ts'
import { InstantSchema } from './schemas.ts'

const LIST_MAX = 100

/** A list of what is named once each. */
const listOf = <S extends z.ZodType<string>>(item: S) =>
  z
    .array(item)
    .min(1)
    .max(LIST_MAX)
    .refine((values) => new Set(values).size === values.length, 'Names something more than once')

const ScopesSchema = listOf(z.enum(SCOPES)).openapi({
  description: '`admin` has every scope. What each is for: docs/guides/access.md',
  example: ['jobs:read', 'jobs:write'],
})

const NamespaceSchema = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'Expected the name of a namespace: lower-case letters, digits and "-"')

const ClusterSchema = z
  .string()
  .regex(/^[\w.:/@-]{1,253}$/, 'Expected a name of up to 253 letters, digits and . _ - : / @')

const CidrSchema = z
  .string()
  .max(100)
  .refine((text) => readCidr(text) !== null, 'Expected a CIDR like 10.0.0.0/8 or fd00::/8, or an address')
  .openapi({ example: '10.0.0.0/8' })

const most = z.int().min(1).max(1_000_000).nullable().default(null)

const RateLimitRequestSchema = z
  .strictObject({
    requestsPerMinute: most,
    jobsUnderWay: most.openapi({ description: 'Jobs that may wait or run at the same time' }),
    triesPerMinute: most.openapi({ description: 'Tries that its jobs plan' }),
  })
  .openapi('TokenRateLimitRequest', { description: 'null, or left out: the limit of the server' })

/** Characters that no terminal and no log is to be sent. */
const CONTROL = /\p{Cc}/u

export const TokenRequestSchema = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(200)
      .refine((name) => !CONTROL.test(name), 'Has control characters')
      .openapi({ description: 'A name for people: lists and the audit log show it' }),
    scopes: ScopesSchema,
    namespaces: listOf(NamespaceSchema)
      .nullable()
      .default(null)
      .openapi({ description: 'The only namespaces that it reaches; null: all of them' }),
    manifests: z
      .boolean()
      .default(false)
      .openapi({
        description:
          'Whether a token with `namespaces` or `clusters` may send manifests; without, it plans from live objects only. ' +
          'It then needs `egressOnly`, because posted manifests may name any address. A token that reaches everything may send them anyway',
      }),
    clusters: listOf(ClusterSchema)
      .nullable()
      .default(null)
      .openapi({ description: 'The only clusters that it reaches; null: all of them' }),
    egressOnly: listOf(CidrSchema).nullable().default(null).openapi({
      description:
        'CIDRs that may be dialled for it, as far as the policy of the server allows; null: that policy alone decides',
    }),
    expiresAt: z.iso
      .datetime({ offset: true })
      .transform((text) => Date.parse(text))
      .nullable()
      .default(null)
      .openapi({ type: 'string', format: 'date-time', description: 'null: it does not expire' }),
    rateLimit: RateLimitRequestSchema.nullable().default(null),
  })
  .openapi('TokenRequest', { example: TOKEN_EXAMPLE })

const limit = z.int().nullable()

const fields = {
  id: z.string().openapi({ example: 'tok_01KAXW0000EXAMPLE0000000AB' }),
  name: z.string(),
  prefix: z.string().nullable().openapi({ description: 'The first characters of the token', example: 'pt_3vPz9' }),
  source: z
    .enum(['api', 'environment'])
    .openapi({ description: '`environment`: PORTOLAN_ADMIN_TOKEN or PORTOLAN_METRICS_TOKEN' }),
  state: z.enum(TOKEN_STATES),
  scopes: z.array(z.enum(SCOPES)),
  namespaces: z.array(z.string()).nullable().openapi({ description: 'null: all of them' }),
  manifests: z.boolean(),
  clusters: z.array(z.string()).nullable().openapi({ description: 'null: all of them' }),
  egressOnly: z.array(z.string()).nullable().openapi({ description: 'null: the policy of the server alone decides' }),
  rateLimit: z
    .object({ requestsPerMinute: limit, jobsUnderWay: limit, triesPerMinute: limit })
    .nullable()
    .openapi({ description: 'null: the limits of the server' }),
  createdAt: InstantSchema.nullable().openapi({ description: 'null: it comes from the environment' }),
  createdBy: z
    .string()
    .nullable()
    .openapi({ description: 'The id of the token that made it; `admin`: PORTOLAN_ADMIN_TOKEN' }),
  expiresAt: InstantSchema.nullable().openapi({ description: 'null: it does not expire' }),
  lastUsedAt: InstantSchema.nullable().openapi({
    description: 'Written at most once a minute; null: not yet, or it comes from the environment',
  }),
  lastUsedFrom: z.string().nullable().openapi({ description: 'The address of the client that used it then' }),
  revokedAt: InstantSchema.nullable(),
}

export const TokenSchema = z.object(fields).openapi('Token')

export const NewTokenSchema = z
  .object({
    ...fields,
    token: z.string().openapi({
      description:
        'The token itself, which is shown here only: `pt_`, 27 characters for 160 random bits, and 6 of a CRC-32',
      pattern: '^pt_[0-9A-Za-z]{33}$',
    }),
  })
  .openapi('NewToken')

export const RevokedTokenSchema = z
  .object({
    ...fields,
    schedules: z.int().openapi({
      description: 'Schedules that it has made, which go on within the limits that it had. Delete them one by one',
    }),
  })
  .openapi('RevokedToken')
