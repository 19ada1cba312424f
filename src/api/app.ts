/**
 * `createApp(deps)`: the order of the middleware, and the single place for errors.
 *
 * @module
 */
import { OpenAPIHono } from '@hono/zod-openapi'
import { requestId } from 'hono/request-id'
import { matchedRoutes } from 'hono/route'
import { secureHeaders } from 'hono/secure-headers'
import type { HTTPResponseError } from 'hono/types'
import { newId } from '../lib/id.ts'
import { ProblemError } from '../lib/problem.ts'
import { NOBODY } from '../record/principal.ts'
import { actingAs } from '../store/db.ts'
import { createAccess } from './access/access.ts'
import { mountAnnouncements } from './announcements.ts'
import { mountAudit } from './audit.ts'
import { authenticate } from './auth.ts'
import { mountBatches } from './batches.ts'
import { mountClusters } from './clusters.ts'
import { mountCompares } from './compares.ts'
import { countRequest } from './count-request.ts'
import type { Deps } from './deps.ts'
import { mountDocs } from './docs/routes.ts'
import { mountEgress } from './egress.ts'
import { mountEvents } from './events.ts'
import { mountArgoRollouts } from './gates/argo-rollouts.ts'
import { mountFlagger } from './gates/flagger.ts'
import { mountHealth } from './health.ts'
import { mountIncidents } from './incidents.ts'
import { mountJobs } from './jobs.ts'
import { mountLogin } from './login.ts'
import { mountMcp } from './mcp.ts'
import { mountMetrics } from './metrics.ts'
import { mountPlan } from './plan.ts'
import { createHolderOf } from './principal-of.ts'
import { mountProbe } from './probe.ts'
import { answerProblem, type ProblemAnswer, problemAnswer } from './problem.ts'
import { mountReports } from './reports.ts'
import { createRequestLimits, limitFields } from './request-limits.ts'
import { createRequestStats } from './request-stats.ts'
import type { Api, ApiContext, ApiEnv } from './route.ts'
import { refuseForeignPages } from './same-origin.ts'
import { mountSchedules } from './schedules.ts'
import { mountServices } from './services.ts'
import { mountStatus } from './status.ts'
import { mountStatusPages } from './status-pages.ts'
import { mountTokens } from './tokens.ts'
import { mountWhoami } from './whoami.ts'

/** Serves pages to browsers beside the API. */
export type Site = {
  /** Mounts its routes, before those of the API, so that a page may stand where a browser asks for a resource. */
  mount(app: Api): void
  /** Shows a problem as a page; null if the request does not ask for HTML. */
  showProblem(context: ApiContext, answer: ProblemAnswer): Promise<Response> | null
}

/**
 * @param site left out: there are no pages.
 * @param routes what this runtime offers; what is not mounted is a 404 and absent from its document.
 */
export function createApp(deps: Deps, site?: Site, routes: (app: Api) => void = mountRoutes): Api {
  const app = new OpenAPIHono<ApiEnv>()
  const requests = createRequestStats()
  const limits = createRequestLimits(deps.clock, deps.settings.rateLimits, deps.sharedLimit)
  const access = createAccess(deps, createHolderOf(deps))
  const unauthenticated: Deps = { ...deps, store: actingAs(deps.store, NOBODY) }
  app.use(requestId({ generator: () => newId('request', deps.clock.now()), limitLength: 128 }))
  app.use(secureHeaders({ overwrite: false, xFrameOptions: 'DENY', strictTransportSecurity: false }))
  app.use(async (context, next) => {
    context.set('deps', unauthenticated)
    context.set('requests', requests)
    context.set('access', access)
    context.set('clientAddress', deps.clientAddress(context))
    context.set('limits', limits)
    const startedMs = deps.clock.monotonic()
    await next()
    for (const [name, value] of Object.entries(limitFields(context.get('quotas') ?? []))) {
      context.res.headers.set(name, value)
    }
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
  app.use(authenticate(deps, access))
  // Whoever is not asked who they are
  app.use(async (context, next) => {
    if (context.get('principal') === undefined) {
      await countRequest(context, null)
    }
    await next()
  })
  site?.mount(app)
  routes(app)
  refuseOtherMethods(app)
  const answer = (thrown: Error | HTTPResponseError, context: ApiContext) => {
    const found = problemAnswer(deps, thrown, context)
    return site?.showProblem(context, found) ?? answerProblem(found)
  }
  app.notFound((context) => {
    const { path } = context.req
    const hint = path.endsWith('/') ? 'Leave out the slash at the end.' : ''
    const near = `${hint} The routes are listed at /docs and in /openapi.json.`.trimStart()
    return answer(new ProblemError('not_found', `There is no ${path.slice(0, 200)}. ${near}`), context)
  })
  app.onError(answer)
  return app
}

const TOO_BUSY = 'More requests come than this server can answer. Try again in a moment.'

/** These tell how the server does, cost little, and are needed most when it is overloaded. */
const ALWAYS_ANSWERED: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics'])

/** Mounts all routes. `openapi.yaml` is written from them as well. */
export function mountRoutes(app: Api): void {
  mountJobs(app)
  mountEvents(app)
  mountFlagger(app)
  mountArgoRollouts(app)
  mountBatches(app)
  mountCompares(app)
  mountSchedules(app)
  mountServices(app)
  mountIncidents(app)
  mountClusters(app)
  mountReports(app)
  mountStatusPages(app)
  mountAnnouncements(app)
  mountStatus(app)
  mountAudit(app)
  mountTokens(app)
  mountLogin(app)
  mountWhoami(app)
  mountMetrics(app)
  mountProbe(app)
  mountMcp(app)
  mountPlanning(app)
}

/** For a runtime that does not probe. */
function mountPlanning(app: Api): void {
  mountPlan(app)
  mountEgress(app)
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
