/**
 * `createApp(deps)`: the order of the middleware, and the single place for errors.
 *
 * @module
 */
import { OpenAPIHono } from '@hono/zod-openapi'
import { requestId } from 'hono/request-id'
import { secureHeaders } from 'hono/secure-headers'
import { newId } from '../lib/id.ts'
import { ProblemError } from '../lib/problem.ts'
import { authenticate } from './auth.ts'
import type { Deps } from './deps.ts'
import { mountDocs } from './docs.ts'
import { mountEvents } from './events.ts'
import { mountHealth } from './health.ts'
import { mountJobs } from './jobs.ts'
import { mountPlan } from './plan.ts'
import { answerError } from './problem.ts'
import type { Api, ApiEnv } from './route.ts'

/** @param routes what this runtime offers; what is not mounted is a 404 and absent from its document. */
export function createApp(deps: Deps, routes: (app: Api) => void = mountRoutes): Api {
  const app = new OpenAPIHono<ApiEnv>()
  app.use(requestId({ generator: () => newId('request', deps.clock.now()), limitLength: 128 }))
  app.use(secureHeaders({ xFrameOptions: 'DENY' }))
  app.use(async (context, next) => {
    context.set('deps', deps)
    const startedMs = deps.clock.monotonic()
    await next()
    deps.log.info('request', {
      requestId: context.get('requestId'),
      method: context.req.method,
      path: context.req.path,
      status: context.res.status,
      durationMs: Math.round((deps.clock.monotonic() - startedMs) * 10) / 10,
    })
  })
  app.use('/v1/*', authenticate(deps))
  routes(app)
  refuseOtherMethods(app)
  app.notFound((context) => {
    const near = 'The routes are listed at /docs and in /openapi.json.'
    return answerError(deps, new ProblemError('not_found', `There is no ${context.req.path}. ${near}`), context)
  })
  app.onError((error, context) => answerError(deps, error, context))
  return app
}

/** Also what `openapi.yaml` is written from. */
export function mountRoutes(app: Api): void {
  mountJobs(app)
  mountEvents(app)
  mountPlanning(app)
}

/** For a runtime that does not probe. */
export function mountPlanning(app: Api): void {
  mountPlan(app)
  mountHealth(app)
  mountDocs(app)
}

/** A known path with another method is a 405 that says which are known. */
function refuseOtherMethods(app: Api): void {
  const methods = new Map<string, Set<string>>()
  for (const { path, method } of app.routes) {
    if (method === 'ALL' || path.includes('*')) continue
    methods.set(path, (methods.get(path) ?? new Set()).add(method))
  }
  for (const [path, known] of methods) {
    if (known.has('GET')) known.add('HEAD')
    const allow = [...known].join(', ')
    app.all(path, (context) => {
      throw new ProblemError('method_not_allowed', `${context.req.method} is not known here; known: ${allow}.`, {
        headers: { allow },
      })
    })
  }
}
