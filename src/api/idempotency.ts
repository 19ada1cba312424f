import { z } from '@hono/zod-openapi'
import { sha256Hex } from '../lib/hash.ts'
import { ProblemError } from '../lib/problem.ts'
import type { IdempotencyClaim } from '../store/idempotency.ts'
import type { ApiContext } from './route.ts'

const KEPT_MS = 24 * 3_600_000

/** These parameters say how to answer, not what to make, so a repeated request may differ in them. */
const NOT_IN_FINGERPRINT = new Set(['wait', 'format', 'failStatus'])

export const IdempotencyHeaders = z.object({
  'idempotency-key': z.string().min(1).max(255).optional().openapi({
    description: 'The same key and request within 24 h: the same resource, with `Idempotent-Replayed: true`',
  }),
})

/** Reads the claim of an `Idempotency-Key` on what this request is about to make; `null` without one. */
export function claimOf(context: ApiContext, body: string): IdempotencyClaim | null {
  const key = context.req.header('idempotency-key')
  if (key === undefined) {
    return null
  }
  if (!/^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/.test(key)) {
    throw new ProblemError('invalid_request', 'The Idempotency-Key does not fit; see errors.', {
      errors: [{ pointer: 'Idempotency-Key', detail: 'From 1 to 255 printable ASCII characters' }],
    })
  }
  const query = Object.entries(context.req.queries())
    .filter(([name]) => !NOT_IN_FINGERPRINT.has(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  return {
    principal: context.get('principal').id,
    method: context.req.method,
    path: context.req.path,
    key,
    fingerprint: sha256Hex(JSON.stringify([query, context.req.header('content-type') ?? '', body])),
    expiresAtMs: context.get('deps').clock.now() + KEPT_MS,
  }
}

/**
 * Tells the client where the resource is that its request made.
 *
 * @param replayed an earlier request with this Idempotency-Key made it.
 */
export function tellMade(context: ApiContext, location: string, replayed: boolean): void {
  context.header('location', location)
  if (replayed) {
    context.header('idempotent-replayed', 'true')
  }
}
