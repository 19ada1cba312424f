import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { quietJson } from '../lib/json.ts'
import type { ApiContext } from './route.ts'

/** The line is ended, so that a terminal's prompt begins a line of its own. */
export const toJson = (value: unknown): string => `${quietJson(value)}\n`

export const answerJson = (context: ApiContext, value: unknown, status: ContentfulStatusCode = 200): Response =>
  context.body(toJson(value), status, { 'content-type': 'application/json' })
