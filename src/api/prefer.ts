import { z } from '@hono/zod-openapi'
import { ProblemError } from '../lib/problem.ts'
import type { ApiContext } from './route.ts'

export const WaitSchema = z.coerce
  .number()
  .int()
  .min(0)
  .max(300)
  .optional()
  .openapi({
    // Said in full: of a number that is read from text, nothing else is taken from the schema.
    ...{ type: 'integer', minimum: 0, maximum: 300 },
    description:
      'Seconds to wait for the end. Answered when it has finished, or when the time is up. Same as `Prefer: wait=N`. Some runtimes wait less (Workers: 25).',
  })

export const PreferHeaders = z.object({
  prefer: z
    .string()
    .optional()
    .openapi({ description: 'RFC 7240: `wait=N` (seconds) or `respond-async`', example: 'wait=30' }),
})

/** Seconds to wait, cut to the runtime's limit; `null`: not asked for. The query wins over the header. */
export function waitOf(context: ApiContext, query: number | undefined): number | null {
  const asked = query ?? preferredWait(context.req.header('prefer'))
  return asked === null ? null : Math.min(asked, context.get('deps').settings.waitLimit)
}

/**
 * A waiting client is to get a verdict, not a 202: what it waits for ends 2 s (of a short wait: a half) before it.
 * `null`: the clock starts with the run.
 */
export const deadlineOf = (wait: number | null, deadlineMs: number | null, receivedAtMs: number): number | null =>
  wait === null || wait === 0 || deadlineMs !== null ? null : receivedAtMs + Math.max(wait * 1000 - 2000, wait * 500)

function preferredWait(header: string | undefined): number | null {
  const preferences = (header ?? '').split(',').map((part) => part.split(';')[0]?.trim().toLowerCase() ?? '')
  const wait = preferences.find((preference) => /^wait\s*=/.test(preference))
  if (wait === undefined || preferences.includes('respond-async')) {
    return null
  }
  const seconds = /^wait\s*=\s*"?(\d{1,4})"?$/.exec(wait)?.[1]
  if (seconds !== undefined && Number(seconds) <= 300) {
    return Number(seconds)
  }
  throw new ProblemError('invalid_request', 'The Prefer header does not fit; see errors.', {
    errors: [{ pointer: 'Prefer', detail: 'wait takes whole seconds from 0 to 300' }],
  })
}
