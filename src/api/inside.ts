/**
 * Asks the operations of the API in this process, on behalf of whoever has sent a request that is answered now: pages
 * and tools do. Scopes, narrowing, audit entries and what is refused are those of the API, as it is the same handlers
 * that answer.
 *
 * @module
 */
import { OpenAPIHono } from '@hono/zod-openapi'
import { answerError } from './problem.ts'
import type { Api, ApiContext, ApiEnv } from './route.ts'

/** Keeps the caller of each inner request. No request that came from the network is among them. */
const askers = new WeakMap<Request, ApiContext>()

const HANDED_ON = ['requestId', 'principal', 'deps', 'requests', 'access', 'clientAddress', 'limits'] as const

/** Builds the application without its guards: its callers have been identified and counted already. */
export function createInside(mountRoutes: (app: Api) => void): Api {
  const app = new OpenAPIHono<ApiEnv>()
  app.use(async (context, next) => {
    const asker = askers.get(context.req.raw)
    if (asker === undefined) {
      throw new Error('nobody asks')
    }
    for (const name of HANDED_ON) {
      context.set(name, asker.get(name))
    }
    await next()
  })
  mountRoutes(app)
  app.onError((error, context) => answerError(context.get('deps'), error, context))
  return app
}

/** Asks on behalf of whoever has sent the request of this context. */
export async function askInside(inside: Api, asker: ApiContext, request: Request): Promise<Response> {
  askers.set(request, asker)
  return inside.fetch(request)
}
