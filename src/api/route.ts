/**
 * Declares a route once, for the router and for `openapi.yaml` alike. Its input is parsed, and every error in it is
 * told at once.
 *
 * @module
 */
import { type OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { ProblemDetail } from '../lib/problem.ts'
import type { Principal } from '../record/principal.ts'
import type { Deps } from './deps.ts'
import { detailsOf } from './details.ts'
import { misfit, REPEATED, refusedQuery, unknownParameter } from './query-words.ts'
import type { RequestStats } from './request-stats.ts'

export type ApiEnv = {
  Variables: {
    requestId: string
    principal: Principal
    deps: Deps
    requests: RequestStats
    /** The body is manifests, and the options of the job stand in the query: problems point there. */
    optionsInQuery?: true
  }
}
export type ApiContext = Context<ApiEnv>
export type Api = OpenAPIHono<ApiEnv>

type Shape = z.ZodObject
type Output<S> = S extends z.ZodType ? z.output<S> : Record<string, never>

export type Spec<P extends Shape | undefined, Q extends Shape | undefined> = Omit<RouteConfig, 'request'> & {
  params?: P
  query?: Q
  /** Documented here, read by the handler: what a body is depends on its content type. */
  body?: NonNullable<RouteConfig['request']>['body']
  headers?: Shape
}

/** Mounts a route. The schemas that are documented are those that are enforced; an unknown query parameter is a 400. */
export function mount<P extends Shape | undefined, Q extends Shape | undefined>(
  app: Api,
  spec: Spec<P, Q>,
  handler: (context: ApiContext, input: { params: Output<P>; query: Output<Q> }) => Promise<Response> | Response,
): void {
  const { params, query, body, headers, ...config } = spec
  app.openAPIRegistry.registerPath({
    ...config,
    request: { ...(params && { params }), ...(query && { query }), ...(body && { body }), ...(headers && { headers }) },
  })
  const path = config.path.replaceAll(/\{(\w+)\}/g, ':$1')
  app.on(config.method.toUpperCase(), path, (context) => {
    const errors: ProblemDetail[] = []
    const parsedParams = params ? collectParams(params, context.req.param(), errors) : {}
    const parsedQuery = collectQuery(query ?? z.strictObject({}), context.req.queries(), errors)
    if (errors.length > 0) {
      throw refusedQuery(errors)
    }
    return handler(context, { params: parsedParams as Output<P>, query: parsedQuery as Output<Q> })
  })
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
