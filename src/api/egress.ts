/** `GET /v1/egress`: which rule decides whether an address is dialled, without dialling it. */
import { z } from '@hono/zod-openapi'
import ipaddr from 'ipaddr.js'
import { liftOf, narrowedPolicy, POLICY_RULES } from '../check/policy.ts'
import { familyOf } from '../lib/address.ts'
import { answerJson } from './json.ts'
import { problems } from './problem.ts'
import { refusedQuery } from './query-words.ts'
import { type Api, mount } from './route.ts'

const EgressSchema = z
  .strictObject({
    address: z.string(),
    port: z.int().nullable(),
    allowed: z.boolean().openapi({ description: 'Whether it would be dialled for the caller' }),
    rule: z.enum(POLICY_RULES).openapi({
      description:
        '`own_listener`: Portolan listens there. `deny_entry`, `allow_entry`: an entry of `PORTOLAN_EGRESS_DENY` or `PORTOLAN_EGRESS_ALLOW`. `default_range`, `deny_port`: denied unless something lifts it. `egress_only`: outside what the token of the caller is narrowed to. `none`: nothing denies it',
    }),
    entry: z.string().nullable().openapi({ description: 'The entry, range or port that the rule matched' }),
    reason: z.string(),
    lift: z.string().nullable().openapi({ description: 'What would lift the denial; `null`: it is allowed' }),
    forms: z.array(z.string()).openapi({
      description: 'The address as it was understood, and the IPv4 addresses that it carries, each of which is judged',
    }),
    egressOnly: z.array(z.string()).nullable().openapi({
      description: 'The ranges that the token of the caller is narrowed to; `null`: it is not narrowed',
    }),
    beyond: z.string().nullable().openapi({
      description:
        'Why it cannot be reached from where the prober stands although it is allowed, as far as that is known before dialling: the edge dials only public addresses',
    }),
  })
  .openapi('Egress')

export function mountEgress(app: Api): void {
  mount(
    app,
    {
      method: 'get',
      path: '/v1/egress',
      operationId: 'explainEgress',
      scope: 'plan',
      tags: ['Plan'],
      summary: 'Tell whether an address may be dialled, and which rule decides',
      description:
        'Nothing is dialled. The policy judges addresses only, and again before every dial. A name is a 400, because what it resolves to may change.',
      query: z.strictObject({
        address: z.string().min(1).max(253).openapi({ description: 'An IP address', example: '10.96.0.7' }),
        port: z.coerce
          .number()
          .int()
          .min(1)
          .max(65_535)
          .optional()
          .openapi({
            ...{ type: 'integer', minimum: 1, maximum: 65_535 },
            description: 'Left out: rules about ports are passed over, and whether Portolan listens there',
          }),
      }),
      responses: {
        200: { description: 'What decides', content: { 'application/json': { schema: EgressSchema } } },
        ...problems(),
      },
    },
    (context, { query }) => {
      const { address, port = null } = query
      if (!ipaddr.isValid(address)) {
        throw refusedQuery([{ pointer: '?address', detail: NO_ADDRESS }])
      }
      const deps = context.get('deps')
      const { egressOnly } = context.get('principal')
      const policy = egressOnly === null ? deps.policy : narrowedPolicy(deps.policy, egressOnly)
      const judged = policy.explain(address, port)
      const family = familyOf(address) ?? 'IPv4'
      return answerJson(context, {
        address,
        port,
        ...judged,
        lift: judged.allowed ? null : liftOf(judged.reason),
        egressOnly,
        beyond: (judged.allowed && deps.cannotReach?.({ address, port: port ?? 0, family })) || null,
      })
    },
  )
}

const NO_ADDRESS =
  'Not an IP address. A name is judged by what it resolves to before each dial: resolve it first (dig +short NAME), and ask about each address'
