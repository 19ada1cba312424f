/**
 * Declares a route once, for the router and for `openapi.yaml` alike. Its input is parsed, and every error in it is
 * told at once.
 *
 * @module
 */
import { type OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { nearMiss } from '../lib/near.ts'
import { type ProblemDetail, ProblemError } from '../lib/problem.ts'
import type { Deps } from './deps.ts'
import { misfit, REPEATED, unknownParameter } from './query-words.ts'
import type { RequestStats } from './request-stats.ts'

export type Principal = { name: string }
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
      throw new ProblemError('invalid_request', 'The query does not fit; see errors.', { errors })
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

/** Parses a JSON body by a schema; all that is wrong is told at once, with JSON pointers. */
export function parseBody<S extends z.ZodType>(
  schema: S,
  value: unknown,
  refusal = 'The body does not fit the schema; see errors.',
): z.output<S> {
  const parsed = schema.safeParse(value, { reportInput: true })
  if (parsed.success) {
    return parsed.data
  }
  throw new ProblemError('invalid_request', refusal, {
    errors: detailsOf(parsed.error, schema),
  })
}

/** Turns zod's issues into problem details: one for each unknown property, with the near miss if there is one. */
export function detailsOf(error: z.ZodError, schema: z.ZodType): ProblemDetail[] {
  const details: ProblemDetail[] = []
  for (const issue of error.issues) {
    if (details.length > DETAILS_LIMIT) {
      break
    }
    details.push(...detailsOfIssue(issue, [], schema))
  }
  if (details.length <= DETAILS_LIMIT) {
    return details
  }
  return [...details.slice(0, DETAILS_LIMIT), { pointer: '', detail: 'More mistakes are not listed.' }]
}

/** Nobody reads more, and finding near misses for half a million of them would take minutes. */
const DETAILS_LIMIT = 100

type Path = readonly PropertyKey[]

function detailsOfIssue(issue: z.core.$ZodIssue, base: Path, schema: z.ZodType): ProblemDetail[] {
  const path = [...base, ...issue.path]
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path)
    return issue.keys
      .slice(0, DETAILS_LIMIT + 1)
      .map((key) => ({ pointer: pointerOf([...path, key]), detail: unknownKey(key, known) }))
  }
  if (issue.code === 'invalid_union') {
    const branch = closestBranch(issue.errors)
    if (branch) {
      return branch.flatMap((inner) => detailsOfIssue(inner, path, schema))
    }
    const told = issue.errors.flatMap((inner) => inner.flatMap((each) => detailsOfIssue(each, path, schema)))
    const near = told.find(({ detail }) => detail.includes(DID_YOU_MEAN))
    const all = [...new Set(told.map(({ detail }) => detail))]
    if (all.length > 0) {
      return [{ pointer: pointerOf(path), detail: near?.detail ?? all.join('; or ') }]
    }
  }
  return [{ pointer: pointerOf(path), detail: messageOf(issue) }]
}

const DID_YOU_MEAN = '; did you mean '

/** @param known of all branches of a union, so that the key may be one that another branch has. */
function unknownKey(key: string, known: readonly string[]): string {
  if (known.includes(key)) {
    return `The property "${key}" does not go with the others that are here.`
  }
  const near = nearMiss(key, known)
  return `There is no property "${key}"${near ? `${DID_YOU_MEAN}"${near}"?` : '.'}`
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.input === undefined && issue.code === 'invalid_type') {
    return `Is missing: expected ${issue.expected}`
  }
  if (issue.code === 'invalid_key') {
    return issue.issues[0]?.message ?? issue.message
  }
  if (issue.code !== 'invalid_value' || typeof issue.input !== 'string') {
    return issue.message
  }
  const near = nearMiss(issue.input, issue.values.map(String))
  return near === null ? issue.message : `There is no "${issue.input}"${DID_YOU_MEAN}"${near}"?`
}

/** The branch that was probably meant: the one whose complaints lie deepest. None where all fail at the top. */
function closestBranch(branches: readonly z.core.$ZodIssue[][]): readonly z.core.$ZodIssue[] | null {
  const depth = (branch: readonly z.core.$ZodIssue[]): number =>
    Math.max(...branch.map((issue) => issue.path.length + (issue.code === 'unrecognized_keys' ? 1 : 0)))
  const best = branches.toSorted((a, b) => depth(b) - depth(a))[0]
  return best && depth(best) > 0 ? best : null
}

/** The property names that a schema allows at a path, as far as it can be told. */
function keysAt(schema: unknown, path: Path): string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
    return keysAt(schema.unwrap(), path)
  }
  if (schema instanceof z.ZodPipe) {
    return keysAt(schema.in, path)
  }
  if (schema instanceof z.ZodUnion) {
    return schema.options.flatMap((option) => keysAt(option, path))
  }
  const [head, ...rest] = path
  if (schema instanceof z.ZodArray && head !== undefined) {
    return keysAt(schema.element, rest)
  }
  if (schema instanceof z.ZodObject) {
    return head === undefined ? Object.keys(schema.shape) : keysAt(schema.shape[String(head)], rest)
  }
  return []
}

/** RFC 6901. */
const pointerOf = (path: Path): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
