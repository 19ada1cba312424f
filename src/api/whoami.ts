/** `GET /v1/whoami`: who asks, and what that may. */
import { z } from '@hono/zod-openapi'
import { toInstant } from '../lib/clock.ts'
import { type Principal, SCOPES } from '../record/principal.ts'
import { readCookie } from './access/cookies.ts'
import { answerJson } from './json.ts'
import { problems } from './problem.ts'
import { type Api, type ApiContext, mount } from './route.ts'

const count = z.int().nullable()

export const WhoamiSchema = z
  .object({
    id: z.string().openapi({ description: 'The id that owns what the caller makes', example: 'admin' }),
    name: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    namespaces: z.array(z.string()).nullable().openapi({ description: '`null`: all of them' }),
    clusters: z.array(z.string()).nullable().openapi({ description: '`null`: all of them' }),
    manifests: z.boolean().openapi({ description: 'Whether it may send manifests' }),
    egressOnly: z.array(z.string()).nullable().openapi({
      description: 'The only addresses that are dialled for it; `null`: the policy of the server alone decides',
    }),
    rateLimit: z.object({ requestsPerMinute: count, jobsUnderWay: count, triesPerMinute: count }).nullable(),
    expiresAt: z.iso.datetime().nullable(),
    session: z
      .object({
        expiresAt: z.iso
          .datetime()
          .openapi({ description: 'The latest end; it also ends after 12 hours without a request' }),
        open: z.int().openapi({ description: 'Sessions of the same token, or of the same person' }),
      })
      .nullable()
      .openapi({ description: 'The session, if a cookie was sent' }),
  })
  .openapi('Whoami')

export function mountWhoami(app: Api): void {
  mount(
    app,
    {
      method: 'get',
      path: '/v1/whoami',
      operationId: 'whoami',
      scope: 'any',
      tags: ['Access'],
      summary: 'The caller, and what it may do',
      responses: {
        200: { description: 'The caller', content: { 'application/json': { schema: WhoamiSchema } } },
        ...problems(),
      },
    },
    (context) => {
      const isByCookie = context.req.header('authorization') === undefined
      return answerWhoami(context, context.get('principal'), isByCookie ? readCookie(context, 'portolan') : null)
    },
  )
}

/** @param cookie the value of the session, if it is one. */
export async function answerWhoami(
  context: ApiContext,
  principal: Principal,
  cookie: string | null,
): Promise<Response> {
  const session = cookie === null ? null : await context.get('access').sessions.describe(cookie)
  const { id, name, scopes, namespaces, clusters, manifests, egressOnly, rateLimit, expiresAtMs } = principal
  context.header('cache-control', 'no-store')
  return answerJson(context, {
    id,
    name: name ?? id,
    scopes: scopes === 'all' ? ['admin'] : [...scopes].sort(),
    ...{ namespaces, clusters, manifests, egressOnly, rateLimit },
    expiresAt: expiresAtMs === null ? null : toInstant(expiresAtMs),
    session: session && { expiresAt: toInstant(session.expiresAtMs), open: session.open },
  })
}
