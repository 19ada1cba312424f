import { z } from '@hono/zod-openapi'
import { ProblemError } from '../lib/problem.ts'
import type { ApiContext } from './route.ts'

export const IfMatchHeaders = z.object({
  'if-match': z.string().optional().openapi({ description: 'The `ETag` that was read', example: '"3"' }),
})

export const tagOf = (version: number): string => `"${version}"`

/**
 * Checks that the client has seen this version (RFC 9110 13.1.1). A weak tag counts as well: proxies that compress make
 * tags weak. `*` is any version.
 *
 * @throws ProblemError `precondition_required` without `If-Match` where it is needed, `precondition_failed`
 */
export function checkIfMatch(context: ApiContext, version: number, needed: boolean): void {
  const given = context.req.header('if-match')
  if (given === undefined && !needed) {
    return
  }
  if (given === undefined) {
    throw new ProblemError(
      'precondition_required',
      'Send If-Match with the ETag of the version that you read, so that no change of somebody else is lost.',
    )
  }
  const tags = given.split(',').map((part) => part.trim().replace(/^W\//, ''))
  if (!tags.includes('*') && !tags.includes(tagOf(version))) {
    throw hasChanged()
  }
}

export const hasChanged = (): ProblemError =>
  new ProblemError('precondition_failed', 'It has changed since you read it: read it again, and decide again.')
