/** Parameters that several routes read. */
import { z } from '@hono/zod-openapi'
import { isId } from '../lib/id.ts'
import { ProblemError } from '../lib/problem.ts'
import { refusedQuery } from './query-words.ts'

export const jobParams = z.object({ id: z.string().openapi({ example: 'job_01KAXW0000EXAMPLE0000000AB' }) })

/** Returns the id, or throws a 404 without a look-up for a text that cannot be one. */
export function jobIdOf(text: string): string {
  if (isId('job', text)) {
    return text
  }
  throw new ProblemError('not_found', `There is no job "${text.slice(0, 60)}". A job's id looks like job_01KAXW….`)
}

/**
 * Reads labels from `key=value` parameters.
 *
 * @param name of the parameter.
 */
export function readLabels(given: readonly string[], name = 'label'): Record<string, string> {
  return Object.fromEntries(
    given.map((label) => {
      const at = label.indexOf('=')
      if (at > 0) {
        return [label.slice(0, at), label.slice(at + 1)]
      }
      throw refusedQuery([{ pointer: `?${name}`, detail: `"${label}" is not key=value` }])
    }),
  )
}
