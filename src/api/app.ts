/**
 * `createApp(deps)`: the order of the middleware, and the single place for errors.
 *
 * @module
 */
import { OpenAPIHono } from '@hono/zod-openapi'
import { requestId } from 'hono/request-id'
import { matchedRoutes } from 'hono/route'
import { secureHeaders } from 'hono/secure-headers'
import { newId } from '../lib/id.ts'
import { ProblemError } from '../lib/problem.ts'
import { NOBODY } from '../record/principal.ts'
import { actingAs } from '../store/db.ts'
import { authenticate } from './auth.ts'
import { mountBatches } from './batches.ts'
import { mountClusters } from './clusters.ts'
import { mountCompares } from './compares.ts'
import type { Deps } from './deps.ts'
import { mountDocs } from './docs.ts'
import { mountEvents } from './events.ts'
import { mountHealth } from './health.ts'
import { mountJobs } from './jobs.ts'
import { mountMetrics } from './metrics.ts'
import { mountPlan } from './plan.ts'
import { mountProbe } from './probe.ts'
import { answerError } from './problem.ts'
import { mountReports } from './reports.ts'
import { createRequestStats } from './request-stats.ts'
import type { Api, ApiEnv } from './route.ts'
import { refuseForeignPages } from './same-origin.ts'
import { mountSchedules } from './schedules.ts'
import { mountServices } from './services.ts'

/** @param routes what this runtime offers; what is not mounted is a 404 and absent from its document. */
export function createApp(deps: Deps, routes: (app: Api) => void = mountRoutes): Api {
  const app = new OpenAPIHono<ApiEnv>()
  const requests = createRequestStats()
  const unauthenticated: Deps = { ...deps, store: actingAs(deps.store, NOBODY) }
  app.use(requestId({ generator: () => newId('request', deps.clock.now()), limitLength: 128 }))
  app.use(secureHeaders({ overwrite: false, xFrameOptions: 'DENY', strictTransportSecurity: false }))
  app.use(async (context, next) => {
    context.set('deps', unauthenticated)
    context.set('requests', requests)
    const startedMs = deps.clock.monotonic()
    await next()
    const { method, path } = context.req
    const { status } = context.res
    const durationMs = deps.clock.monotonic() - startedMs
    const route = matchedRoutes(context).findLast((matched) => !matched.path.endsWith('*'))?.path ?? null
    requests.record({ method, route, status, durationMs })
    deps.log.info('request', {
      requestId: context.get('requestId'),
      method,
      path,
      status,
      durationMs: Math.round(durationMs * 10) / 10,
    })
  })
  app.use(async (context, next) => {
    if (!ALWAYS_ANSWERED.has(context.req.path) && (await deps.mayBegin?.()) === false) {
      throw new ProblemError('unavailable', TOO_BUSY, { headers: { 'retry-after': '1', connection: 'close' } })
    }
    await next()
  })
  app.use(refuseForeignPages(deps.settings.publicUrl))
  for (const guarded of ['/v1/*', '/metrics', '/probe']) {
    app.use(guarded, authenticate(deps))
  }
  routes(app)
  refuseOtherMethods(app)
  app.notFound((context) => {
    const { path } = context.req
    const hint = path.endsWith('/') ? 'Leave out the slash at the end.' : ''
    const near = `${hint} The routes are listed at /docs and in /openapi.json.`.trimStart()
    return answerError(deps, new ProblemError('not_found', `There is no ${path.slice(0, 200)}. ${near}`), context)
  })
  app.onError((error, context) => answerError(deps, error, context))
  return app
}

const TOO_BUSY = 'More requests come than this server can answer. Try again in a moment.'

/** These tell how the server does, cost little, and are needed most when it is overloaded. */
const ALWAYS_ANSWERED: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics'])

/** Mounts all routes. `openapi.yaml` is written from them as well. */
export function mountRoutes(app: Api): void {
  mountJobs(app)
  mountEvents(app)
  mountBatches(app)
  mountCompares(app)
  mountSchedules(app)
  mountServices(app)
  mountClusters(app)
  mountReports(app)
  mountMetrics(app)
  mountProbe(app)
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
    if (method === 'ALL' || path.includes('*')) {
      continue
    }
    methods.set(path, (methods.get(path) ?? new Set()).add(method))
  }
  for (const [path, known] of methods) {
    if (known.has('GET')) {
      known.add('HEAD')
    }
    const allow = [...known].join(', ')
    app.all(path, (context) => {
      throw new ProblemError('method_not_allowed', `${context.req.method} is not known here; known: ${allow}.`, {
        headers: { allow },
      })
    })
  }
}
