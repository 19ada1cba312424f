/**
 * Shares the routes of jobs, batches and comparisons: a POST makes one and may wait for its end, and each can be read,
 * cancelled, and shown as a report.
 *
 * @module
 */
import { z } from '@hono/zod-openapi'
import type { IdempotencyClaim } from '../store/idempotency.ts'
import type { Deps } from './deps.ts'
import { claimOf, IdempotencyHeaders, tellMade } from './idempotency.ts'
import { ASKED_PROBLEMS, MAKING_PROBLEMS, STORE_PROBLEMS } from './job-request-body.ts'
import { answerFields, NOT_MODIFIED, pagedContents, ReportFormatSchema, waitAnswers } from './negotiate.ts'
import { deadlineOf, PreferHeaders, waitOf } from './prefer.ts'
import { problems } from './problem.ts'
import type { ApiContext } from './route.ts'

/** Declares the input and answers of the POST that makes one. */
export const makes = <Q extends z.ZodRawShape>(made: z.ZodType, { query, body }: { query: Q; body: z.ZodType }) => ({
  headers: IdempotencyHeaders.extend(PreferHeaders.shape),
  query: z.strictObject({ ...query, ...answerFields }),
  body: {
    required: false,
    content: { 'application/json': { schema: body }, 'application/yaml': { schema: z.string() } },
  },
  responses: { ...waitAnswers(made), ...problems(...ASKED_PROBLEMS, ...MAKING_PROBLEMS) },
})

/** Declares the input and answers of the GET of one. */
export const shows = <P extends z.ZodObject>(shown: z.ZodType, params: P) => ({
  headers: PreferHeaders,
  params,
  query: z.strictObject(answerFields),
  responses: { ...waitAnswers(shown), ...NOT_MODIFIED, ...problems('not_found') },
})

/** Declares the input and answers of the POST that cancels one. */
export const cancels = <P extends z.ZodObject>(cancelled: z.ZodType, params: P) => ({
  params,
  responses: {
    200: { description: 'Cancelled', content: { 'application/json': { schema: cancelled } } },
    ...problems('not_found', 'conflict', ...STORE_PROBLEMS),
  },
})

/** Declares the input and answers of the GET of its report. @param unfinished names one that has not ended. */
export const reports = <P extends z.ZodObject>(document: z.ZodType, params: P, unfinished: string) => ({
  params,
  query: z.strictObject({ format: ReportFormatSchema }),
  responses: {
    200: {
      description: `The report; for an unfinished ${unfinished}, what is known so far`,
      content: pagedContents(document),
    },
    ...NOT_MODIFIED,
    ...problems('not_found', 'not_acceptable', 'invalid_request'),
  },
})

type Asked = { request: { deadlineMs: number | null } }

type Making = {
  owner: string
  claim: IdempotencyClaim | null
  scheduleId: null
  deadlineAtMs: number | null
}

/**
 * Reads what a POST asks for, has it accepted, and tells where what it made is.
 *
 * @returns its id, and how many seconds its end is waited for.
 */
export async function make<A extends Asked>(
  context: ApiContext,
  query: { wait?: number | undefined },
  at: string,
  {
    read,
    accept,
  }: {
    read: () => Promise<{ asked: A; body: string }>
    accept: (deps: Deps, asked: A, making: Making) => Promise<{ id: string; replayed: boolean }>
  },
): Promise<{ id: string; wait: number | null }> {
  const deps = context.get('deps')
  const wait = waitOf(context, query.wait)
  const { asked, body } = await read()
  const receivedAtMs = deps.clock.now()
  const { id, replayed } = await accept(deps, asked, {
    owner: context.get('principal').id,
    claim: claimOf(context, body),
    scheduleId: null,
    deadlineAtMs: deadlineOf(wait, asked.request.deadlineMs, receivedAtMs),
  })
  tellMade(context, `${at}/${id}`, replayed)
  return { id, wait }
}
