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

/** A position among things that come newest first. */
const NewestFirst = z.tuple([z.number(), z.string()])

/** Reads the cursor of a list that comes newest first; `null`: it begins at the first page. */
export function newestBefore(cursor: string | undefined): { createdAtMs: number; id: string } | null {
  const position = decodeCursor(cursor, NewestFirst)
  return position && { createdAtMs: position[0], id: position[1] }
}

/** The answer of a list, for the API's description. */
export const pageOf = <S extends z.ZodType, M extends z.ZodRawShape>(schema: S, more?: M) => ({
  200: {
    description: 'A page',
    content: {
      'application/json': { schema: z.object({ items: z.array(schema), nextCursor: z.string().nullable(), ...more }) },
    },
  },
})

/**
 * `{items, nextCursor}` + `Link: rel="next"`.
 *
 * @param more what else the list tells.
 */
export function answerPage(
  context: ApiContext,
  items: readonly unknown[],
  nextCursor: string | null,
  more: Readonly<Record<string, unknown>> = {},
): Response {
  if (nextCursor !== null) {
    const url = new URL(context.req.url)
    url.searchParams.set('cursor', nextCursor)
    context.header('link', `<${url.pathname}${url.search}>; rel="next"`)
  }
  return answerJson(context, { items, nextCursor, ...more })
}
