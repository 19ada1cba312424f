import { z } from '@hono/zod-openapi'
import { ProblemError } from '../lib/problem.ts'
import { answerJson } from './json.ts'
import type { ApiContext } from './route.ts'

export const pageFields = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional().openapi({ description: '`nextCursor` of the page before; opaque' }),
}

/** A keyset position → an opaque cursor. */
export const encodeCursor = (position: readonly (string | number)[]): string =>
  btoa(JSON.stringify(position)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')

/** Reads a cursor back; one that is not ours is a 400. */
export function decodeCursor<T extends z.ZodType>(cursor: string | undefined, shape: T): z.output<T> | null {
  if (cursor === undefined) {
    return null
  }
  const refusal = () =>
    new ProblemError('invalid_request', 'The cursor does not fit; see errors.', {
      errors: [{ pointer: '?cursor', detail: 'Not a cursor of this list: leave it out to begin at the first page' }],
    })
  let decoded: unknown
  try {
    decoded = JSON.parse(atob(cursor.replaceAll('-', '+').replaceAll('_', '/')))
  } catch {
    throw refusal()
  }
  const parsed = shape.safeParse(decoded)
  if (!parsed.success) {
    throw refusal()
  }
  return parsed.data
}

/** `{items, nextCursor}` + `Link: rel="next"`. */
export function answerPage(context: ApiContext, items: readonly unknown[], nextCursor: string | null): Response {
  if (nextCursor !== null) {
    const url = new URL(context.req.url)
    url.searchParams.set('cursor', nextCursor)
    context.header('link', `<${url.pathname}${url.search}>; rel="next"`)
  }
  return answerJson(context, { items, nextCursor })
}
