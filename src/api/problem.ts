import { z } from '@hono/zod-openapi'
import type { HTTPResponseError } from 'hono/types'
import { OTHER_STATUSES, PROBLEMS, type ProblemCode, type ProblemDetail, ProblemError } from '../lib/problem.ts'
import { DAMAGED, isStorageBusy, isStorageDamaged, isStorageFull, isStorageUnwritable } from '../store/db.ts'
import type { Deps } from './deps.ts'
import { toJson } from './json.ts'
import type { ApiContext } from './route.ts'

/** Served by the API itself, so that it resolves with no internet. */
const DOCS = '/docs/errors'

export const ProblemSchema = z
  .object({
    type: z.string().openapi({ description: 'A page about this code', example: `${DOCS}/invalid_request.md` }),
    title: z.string(),
    status: z.int(),
    detail: z.string().openapi({ description: 'What was found, and what to do' }),
    instance: z.string(),
    code: z.string().openapi({ example: 'invalid_request' }),
    requestId: z.string(),
    errors: z
      .array(
        z.object({
          pointer: z.string().openapi({
            description: 'RFC 6901 into the body; `?name` for a query parameter; the name of a header',
          }),
          detail: z.string(),
          document: z.int().optional().openapi({ description: 'Number of the YAML document, from 1' }),
          object: z.string().optional().openapi({ example: 'Service/toad' }),
          field: z.string().optional().openapi({ example: 'spec.ports[0].targetPort' }),
        }),
      )
      .openapi({ description: 'All errors at once' }),
  })
  .openapi('Problem', { description: 'RFC 9457. `code` is stable; codes may be added.' })

/** `responses` of a route that needs a token: the problems it can answer, by code. */
export const problems = (...codes: ProblemCode[]) => openProblems(...codes, 'unauthenticated', 'forbidden')

/** `responses` of a route that needs no token. */
export const openProblems = (...codes: ProblemCode[]) => uncountedProblems(...codes, 'too_many_requests')

/** `responses` of a route that is answered however often it is asked. */
export function uncountedProblems(...codes: ProblemCode[]) {
  const byStatus = new Map<number, ProblemCode[]>()
  for (const code of ['invalid_request', ...codes, 'headers_too_large', 'internal', 'unavailable'] as const) {
    for (const status of [PROBLEMS[code][0], OTHER_STATUSES[code] ?? PROBLEMS[code][0]]) {
      byStatus.set(status, [...new Set([...(byStatus.get(status) ?? []), code])])
    }
  }
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      status,
      {
        description: list.map((code) => `\`${code}\`: ${PROBLEMS[code][1]}`).join('. '),
        content: { 'application/problem+json': { schema: ProblemSchema } },
      },
    ]),
  )
}

/** The single place where a thrown thing becomes what is answered. */
export function problemAnswer(deps: Pick<Deps, 'log'>, thrown: Error | HTTPResponseError, context: ApiContext) {
  const problem = problemIn(deps, thrown, context)
  const told = {
    code: problem.code,
    detail: problem.detail,
    status: problem.status,
    errors: context.get('optionsInQuery') ? problem.errors.map(intoQuery) : problem.errors,
  }
  const requestId = context.get('requestId')
  const request = { instance: new URL(context.req.url).pathname.slice(0, 1000), requestId }
  return { document: problemDocument(told, request), headers: { 'x-request-id': requestId ?? '', ...problem.headers } }
}

export type ProblemAnswer = ReturnType<typeof problemAnswer>

/** Answers with a problem (RFC 9457). */
export const answerError = (
  deps: Pick<Deps, 'log'>,
  thrown: Error | HTTPResponseError,
  context: ApiContext,
): Response => answerProblem(problemAnswer(deps, thrown, context))

export function answerProblem({ document, headers }: ProblemAnswer): Response {
  return new Response(toJson(document), {
    status: document.status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  })
}

/** The document (RFC 9457) with which a request is refused. */
export function problemDocument(
  { code, detail, errors, status }: Pick<ProblemError, 'code' | 'detail' | 'errors' | 'status'>,
  { instance, requestId }: { instance: string; requestId: string },
) {
  const [, title] = PROBLEMS[code]
  return { type: `${DOCS}/${code}.md`, title, status, detail, instance, code, requestId, errors }
}

/** Points into the query instead of the job: the options stand there when the body is the manifests themselves. */
function intoQuery(error: ProblemDetail): ProblemDetail {
  if (!error.pointer.startsWith('/')) {
    return error
  }
  const [first = '', second = ''] = error.pointer.slice(1).split('/')
  if (first === 'target' && second === 'manifests') {
    return { ...error, pointer: '' }
  }
  const field = first === 'target' ? second : first
  return { ...error, pointer: `?${field === 'labels' ? 'label' : field}` }
}

/** Tells a refusal from a fault of ours, which is logged, and of which nothing is told. */
export function problemIn(deps: Pick<Deps, 'log'>, thrown: unknown, context: ApiContext): ProblemError {
  if (thrown instanceof ProblemError) {
    return thrown
  }
  const requestId = context.get('requestId')
  deps.log.error('request_failed', {
    requestId,
    method: context.req.method,
    path: context.req.routePath,
    cause: thrown,
  })
  if (isStorageFull(thrown)) {
    return new ProblemError('storage_full', 'The database cannot grow. What was asked for is not recorded.')
  }
  if (isStorageBusy(thrown)) {
    return new ProblemError('unavailable', 'The database was busy for too long. What was asked for is not recorded.', {
      headers: { 'retry-after': '5' },
    })
  }
  if (isStorageDamaged(thrown)) {
    return new ProblemError('unavailable', `What was asked for is not recorded: ${DAMAGED}.`, {
      headers: { 'retry-after': '60' },
    })
  }
  if (isStorageUnwritable(thrown)) {
    const detail = 'The database cannot be written; /readyz says why. What was asked for is not recorded.'
    return new ProblemError('unavailable', detail, { headers: { 'retry-after': '5' } })
  }
  return new ProblemError('internal', `Something failed on our side. The log has it under request id ${requestId}.`)
}
