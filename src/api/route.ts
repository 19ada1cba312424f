/**
 * Declares a route once, for the router and for `openapi.yaml` alike. Its input is parsed, and every error in it is
 * told at once.
 *
 * @module
 */
import { type OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { matchedRoutes } from 'hono/route'
import type { ProblemDetail, ProblemError } from '../lib/problem.ts'
import {
  isNarrowed,
  NOBODY,
  type Principal,
  refuseOthers,
  refuseWithoutScope,
  type Scope,
} from '../record/principal.ts'
import type { Access } from './access/access.ts'
import { actsByReading } from './acts.ts'
import type { Deps } from './deps.ts'
import { detailsOf } from './details.ts'
import { misfit, REPEATED, refusedQuery, unknownParameter } from './query-words.ts'
import type { Quota, RequestLimits } from './request-limits.ts'
import type { RequestStats } from './request-stats.ts'

export type ApiEnv = {
  Variables: {
    requestId: string
    principal: Principal
    deps: Deps
    requests: RequestStats
    access: Access
    /** Tells who asks on a route that is open to anybody; null if that is not known, which is no reason to refuse. */
    whoAsks(): Promise<Principal | null>
    /** The address of the client, normalised (`lib/client-address.ts`); null if it is not known. */
    clientAddress: string | null
    limits: RequestLimits
    /** Tell how much of its limits the caller has left. Absent if the request is not counted. */
    quotas?: readonly Quota[]
    /** The body is manifests, and the options of the job stand in the query: problems point there. */
    optionsInQuery?: true
  }
}
export type ApiContext = Context<ApiEnv>
export type Api = OpenAPIHono<ApiEnv>

/** Opens a route to callers without a token: always, or where the documentation is public. */
export type Openness = 'open' | 'docs'

/** The scope that a caller needs, `any` token, or none. */
type Needed = Scope | Openness | 'any'

/** Keeps the handlers that answer without a token. All others need one. */
const openHandlers = new WeakMap<object, Openness | ((context: ApiContext) => Openness | null)>()

/** Marks a handler of a route that is not mounted by {@link mount}, so that it answers without a token. */
export function answersAnybody<H extends object>(
  handler: H,
  openness: Openness | ((context: ApiContext) => Openness | null) = 'open',
): H {
  openHandlers.set(handler, openness)
  return handler
}

/** Tells how the route that a request leads to is open; `null`: it needs a token, and so does what is no route. */
export function opennessOf(context: ApiContext): Openness | null {
  const route = routeOf(context)
  const openness = (route && openHandlers.get(route.handler)) ?? null
  return typeof openness === 'function' ? openness(context) : openness
}

const pageHandlers = new WeakSet<object>()

/** Marks a handler of a route that answers people with pages, so that its problems are pages as well. */
export function answersWithPages<H extends object>(handler: H): H {
  pageHandlers.add(handler)
  return handler
}

/**
 * Tells whether a request leads to a route of the API that answers with documents alone. An address that nothing knows
 * is one of those under `/v1/`.
 */
export function leadsToDocuments(context: ApiContext): boolean {
  const route = routeOf(context)
  return route === undefined ? context.req.path.startsWith('/v1/') : !pageHandlers.has(route.handler)
}

/** Middleware stands before the handlers of routes, and for all paths. */
const routeOf = (context: ApiContext) => matchedRoutes(context).find(({ path }) => !path.endsWith('*'))

type Shape = z.ZodObject
type Output<S> = S extends z.ZodType ? z.output<S> : Record<string, never>

export type Spec<P extends Shape | undefined, Q extends Shape | undefined> = Omit<
  RouteConfig,
  'request' | 'security'
> & {
  /**
   * Whoever asks must have it. `open`: anybody may ask, without a token. `docs`: so may anybody, unless
   * `PORTOLAN_DOCS=private`, where any token will do. `any`: whoever is known may ask, whatever else it may.
   */
  scope: Needed
  params?: P
  query?: Q
  /** Documented here, read by the handler: what a body is depends on its content type. */
  body?: NonNullable<RouteConfig['request']>['body']
  headers?: Shape
  /** Answers a query that does not fit; left out: with a problem. */
  refused?: (context: ApiContext, refusal: ProblemError) => Response
}

/**
 * Mounts a route. The scope and the schemas that are documented are those that are enforced; an unknown query parameter
 * is a 400. OpenAPI 3.1 names what a scheme other than OAuth needs in its list as well.
 */
export function mount<P extends Shape | undefined, Q extends Shape | undefined>(
  app: Api,
  spec: Spec<P, Q>,
  handler: (context: ApiContext, input: { params: Output<P>; query: Output<Q> }) => Promise<Response> | Response,
): void {
  const { scope, params, query, body, headers, refused, ...config } = spec
  const hasPage = Object.values(config.responses).some(isPage)
  app.openAPIRegistry.registerPath({
    ...config,
    description: describedWith(config.description, scope),
    responses: withLimitFields(hasPage ? withProblemPages(config.responses) : config.responses),
    security: securityOf(scope, config.path),
    request: { ...(params && { params }), ...(query && { query }), ...(body && { body }), ...(headers && { headers }) },
  })
  const path = config.path.replaceAll(/\{(\w+)\}/g, ':$1')
  const answer = (context: ApiContext) => {
    if (!isOpen(scope) && scope !== 'any') {
      refuseWithoutScope(context.get('principal') ?? NOBODY, scope)
    }
    const errors: ProblemDetail[] = []
    const parsedParams = params ? collectParams(params, context.req.param(), errors) : {}
    const parsedQuery = collectQuery(query ?? z.strictObject({}), context.req.queries(), errors)
    if (errors.length > 0) {
      const refusal = refusedQuery(errors)
      if (refused !== undefined) {
        return refused(context, refusal)
      }
      throw refusal
    }
    refuseNamed(context.get('principal') ?? NOBODY, scope, { ...(parsedQuery as Named), ...(parsedParams as Named) })
    return handler(context, { params: parsedParams as Output<P>, query: parsedQuery as Output<Q> })
  }
  if (isOpen(scope)) {
    answersAnybody(answer, scope)
  }
  app.on(config.method.toUpperCase(), path, hasPage ? answersWithPages(answer) : answer)
}

type ResponseConfig = RouteConfig['responses'][string]

const isPage = (response: ResponseConfig): boolean =>
  'content' in response && response.content !== undefined && 'text/html' in response.content

/** Documents that people are told problems on a page, and led to the login where it is not known who asks. */
export function withProblemPages(responses: RouteConfig['responses']): RouteConfig['responses'] {
  const told = Object.entries(responses).map(([status, response]): [string, ResponseConfig] =>
    Number(status) >= 400 && 'content' in response
      ? [status, { ...response, content: { ...response.content, 'text/html': { schema: z.string() } } }]
      : [status, response],
  )
  return {
    ...('401' in responses ? { 303: { description: 'To the login, for people' } } : {}),
    ...Object.fromEntries(told),
  }
}

const isOpen = (scope: Needed): scope is Openness => scope === 'open' || scope === 'docs'

/** A token or the cookie of a login; what acts by a GET takes no cookie. */
function securityOf(scope: Needed, path: string): Record<string, string[]>[] {
  const scopes = isOpen(scope) || scope === 'any' ? [] : [scope]
  const known = [{ bearer: scopes }, ...(actsByReading(path) ? [] : [{ session: scopes }])]
  return scope === 'open' ? [] : scope === 'docs' ? [{}, ...known] : known
}

/** Adds what the token needs to the description that people read. Descriptions of routes end with a full stop. */
function describedWith(description: string | undefined, scope: Needed): string {
  const needs = {
    open: 'Needs no token.',
    docs: 'Needs no token; with `PORTOLAN_DOCS=private`, a token with any scope.',
    any: 'Needs a token with any scope.',
  }[scope as Openness | 'any']
  return `${description === undefined ? '' : `${description}\n\n`}${needs ?? `Needs the scope \`${scope}\`.`}`
}

/** A route that answers 429 tells how the caller stands whenever it answers what was asked for. */
function withLimitFields(responses: RouteConfig['responses']): RouteConfig['responses'] {
  if (!('429' in responses)) {
    return responses
  }
  return Object.fromEntries(
    Object.entries(responses).map(([status, response]) => {
      const tells = Number(status) < 400 || status === '429'
      return [
        status,
        tells && 'description' in response
          ? { ...response, headers: LIMIT_FIELDS[status === '429' ? 1 : 0] }
          : response,
      ]
    }),
  )
}

const asHeader = (name: string) => ({ $ref: `#/components/headers/${name}` })
const STANDING = { 'RateLimit-Policy': asHeader('RateLimit-Policy'), RateLimit: asHeader('RateLimit') }
const LIMIT_FIELDS = [STANDING, { ...STANDING, 'Retry-After': asHeader('Retry-After') }] as const

type Named = Readonly<Record<string, unknown>>

/**
 * Refuses a cluster or a namespace that the caller names and may not see, in the path or the query, before anything is
 * looked up: whether it exists makes no difference.
 */
function refuseNamed(principal: Principal, scope: Needed, named: Named): void {
  if (isOpen(scope) || !isNarrowed(principal)) {
    return
  }
  const { cluster, namespace, namespaces } = named
  if (typeof cluster === 'string') {
    refuseOthers(principal, { cluster })
  }
  const all = [namespace, ...(Array.isArray(namespaces) ? namespaces : [])]
  for (const each of all.filter((value) => typeof value === 'string')) {
    refuseOthers(principal, { namespace: each === '*' ? null : each })
  }
}

/** A parameter is a list where its schema is an array, and given once otherwise. */
function collectQuery(schema: Shape, queries: Record<string, string[]>, errors: ProblemDetail[]): unknown {
  const given: Record<string, unknown> = {}
  for (const [name, values] of Object.entries(queries)) {
    const pointer = `?${name}`
    const isList = acceptsList(schema.shape[name])
    // Number('') is 0: an empty shell variable would mean something that nobody has said.
    if (isEmpty(values)) {
      errors.push({ pointer, detail: 'Is empty: give it a value, or leave it out' })
    } else if (values.length > 1 && !isList) {
      errors.push({ pointer, detail: REPEATED })
    } else {
      given[name] = isList ? values : values[0]
    }
  }
  const parsed = schema.safeParse(given, { reportInput: true })
  if (parsed.success) {
    return parsed.data
  }
  const known = Object.keys(schema.shape)
  errors.push(
    ...detailsOf(parsed.error, schema).map(({ pointer, detail }) => {
      const name = pointer.slice(1)
      const value = given[name]
      const isKnown = Object.hasOwn(schema.shape, name)
      if (typeof value !== 'string') {
        return { pointer: `?${name}`, detail }
      }
      return {
        pointer: `?${name}`,
        detail: isKnown ? misfit(name, value, schema.shape[name], detail) : unknownParameter(name, known),
      }
    }),
  )
  return undefined
}

const isEmpty = (value: unknown): boolean =>
  Array.isArray(value) ? value.some(isEmpty) : typeof value === 'string' && value.trim() === ''

function acceptsList(schema: unknown): boolean {
  if (schema instanceof z.ZodArray) {
    return true
  }
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault ? acceptsList(schema.unwrap()) : false
}

function collectParams(schema: z.ZodType, value: unknown, errors: ProblemDetail[]): unknown {
  const parsed = schema.safeParse(value, { reportInput: true })
  if (parsed.success) {
    return parsed.data
  }
  errors.push(...detailsOf(parsed.error, schema))
  return undefined
}
