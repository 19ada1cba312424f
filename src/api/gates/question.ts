/**
 * Makes a job of what a deployment tool sends to a gate: the Service, and options under the names that the query of
 * `POST /v1/jobs` has for them.
 *
 * @module
 */
import { z } from '@hono/zod-openapi'
import { narrowed } from '../../job/narrowed.ts'
import type { Given } from '../../job/plan-request.ts'
import { ProblemError } from '../../lib/problem.ts'
import { narrowTo } from '../../plan/egress-only.ts'
import { JobRequestSchema, toJobRequest } from '../job-request.ts'
import { refusal, refuseOddNames } from '../live-target.ts'
import { manifestQuery } from '../manifest-query.ts'
import { withoutUndefined } from '../options-in-query.ts'
import { parseBody } from '../parse-body.ts'
import type { ApiContext } from '../route.ts'

const { namespace: _namespace, label: _label, ...options } = manifestQuery

export const gateOptions = {
  ...options,
  path: z.string().min(1).max(2048).optional().openapi({
    description:
      'The path to request from HTTP ports; any 2xx passes. Left out: `/`, where any status below 500 passes',
  }),
  port: z
    .string()
    .min(1)
    .max(63)
    .optional()
    .openapi({ description: 'With `path`: request it from this port of the Service only, given by name or number' }),
}
export type GateOptions = z.output<z.ZodObject<typeof gateOptions>>

/** The most bytes of a tool's body: options and checks, and no manifests. */
export const BODY_LIMIT = 65_536

/**
 * Makes a job of options, over the fields of a job that are given as they are.
 *
 * @param rest fields of a job's body.
 * @param labels tell jobs of gates from others.
 */
export function jobOf(
  rest: Readonly<Record<string, unknown>>,
  target: { namespace: string | undefined; service: string | undefined },
  given: Omit<GateOptions, 'service'>,
  labels: Readonly<Record<string, string>>,
): unknown {
  const { cluster, path, port, sameResponder, history, ...same } = given
  refuseUnclear(rest, given)
  const own = withoutUndefined({
    ...same,
    history: history === undefined ? undefined : history === 'true',
    checks: path === undefined ? undefined : [{ type: 'http', name: 'gate', path, port: portOf(port) }],
  })
  return {
    ...rest,
    ...(own as object),
    ...(sameResponder !== undefined && {
      expect: over({}, rest.expect, { sameResponder: sameResponder === 'true' }),
    }),
    target: withoutUndefined({ cluster, ...target }),
    labels: over(labels, rest.labels, {}),
  }
}

/** Jobs of a gate are found by the labels that it gives them, which nobody else may. @param own those. */
export function refuseTaken(given: unknown, own: Readonly<Record<string, string>>, pointer: string): void {
  const labels = (given ?? {}) as Readonly<Record<string, unknown>>
  const taken = Object.keys(own).filter((key) => Object.hasOwn(labels, key) && labels[key] !== own[key])
  if (taken.length > 0) {
    throw refusal(
      taken.map((key) => ({
        pointer,
        detail: `This gate labels its jobs ${key}=${own[key]}, by which they are found: leave the label ${key} out`,
      })),
    )
  }
}

/** Leaves a value that is no object as it is, so that the parser refuses it with its pointer. */
const over = (before: object, given: unknown, after: object): unknown =>
  given === undefined
    ? { ...before, ...after }
    : typeof given === 'object' && given !== null && !Array.isArray(given)
      ? { ...before, ...given, ...after }
      : given

/** A port is named, or numbered; without `path` it would mean nothing. */
const portOf = (port: string | undefined) => (port !== undefined && /^\d+$/.test(port) ? Number(port) : port)

function refuseUnclear(rest: Readonly<Record<string, unknown>>, { path, port }: Omit<GateOptions, 'service'>): void {
  if (port !== undefined && path === undefined) {
    throw refusal([
      { pointer: '/port', detail: 'port says where path is asked for, which is missing: add path, like /' },
    ])
  }
  if (path !== undefined && rest.checks !== undefined) {
    throw refusal([{ pointer: '/path', detail: 'path makes a check, and the job has its own: give one of the two' }])
  }
  if (rest.target !== undefined) {
    const detail = 'The Service is named beside the job, and read from the live cluster: leave target out'
    throw refusal([{ pointer: '/target', detail }])
  }
}

/** Reads the job as `POST /v1/jobs` does, and keeps it to what the caller reaches. */
export function givenOf(context: ApiContext, job: unknown): Given {
  const principal = context.get('principal')
  const body = parseBody(JobRequestSchema, job, 'What is asked for does not fit; see errors.')
  refuseOddNames(body.target, '/target')
  const request = narrowTo(toJobRequest(body, context.get('deps').settings.cluster), principal.egressOnly)
  return narrowed(principal, { request, objects: { source: 'cluster' } })
}

/** The same refusal, with its pointers where the tool has said it. */
export function pointingTo(error: unknown, place: (pointer: string) => { pointer: string; within: boolean }): unknown {
  if (!(error instanceof ProblemError) || error.errors.length === 0) {
    return error
  }
  const { code, detail, headers, status } = error
  const errors = error.errors.map((each) => {
    const { pointer, within } = place(each.pointer)
    return { ...each, pointer, detail: within ? `${each.pointer} ${each.detail}` : each.detail }
  })
  return new ProblemError(code, detail, { errors, headers, status, cause: error })
}
