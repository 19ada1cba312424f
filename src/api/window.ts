/** Windows of time as a query gives them: `window=24h`, or `from` and `to`. */
import { z } from '@hono/zod-openapi'
import { DURATION_EXAMPLES, parseDuration } from '../lib/duration.ts'
import type { Window } from '../store/window.ts'
import { refusedQuery } from './query-words.ts'

/** `90s`, `15m`, `24h`, `30d` → milliseconds. */
export const DurationSchema = z
  .string()
  .max(20)
  .transform((text, context) => {
    const ms = parseDuration(text)
    if (ms !== null) {
      return ms
    }
    context.addIssue({ code: 'custom', message: `expected a duration like ${DURATION_EXAMPLES}` })
    return z.NEVER
  })
  .openapi({ type: 'string', example: '24h', description: `Like ${DURATION_EXAMPLES}` })

const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))

export const spanFields = {
  from: instant.optional().openapi({ type: 'string', format: 'date-time', description: 'Inclusive' }),
  to: instant.optional().openapi({ type: 'string', format: 'date-time', description: 'Exclusive; left out: now' }),
}

export const windowFields = {
  window: DurationSchema.optional().openapi({
    type: 'string',
    example: '24h',
    description: `Ends now; or give \`from\` and \`to\`. Like ${DURATION_EXAMPLES}; default 24h`,
  }),
  ...spanFields,
}

const DAY_MS = 86_400_000

type Span = { from?: number | undefined; to?: number | undefined }

/** @param defaultMs how long it is where nobody says; before that, `to` is left open. */
export function windowOf(query: Span & { window?: number | undefined }, nowMs: number, defaultMs = DAY_MS): Window {
  const { window, from, to } = query
  if (window !== undefined && (from !== undefined || to !== undefined)) {
    throw refused('?window', 'Either window, or from and to')
  }
  if (window !== undefined) {
    return { fromMs: nowMs - window, toMs: null }
  }
  return ordered({ fromMs: from ?? (to ?? nowMs) - defaultMs, toMs: to ?? null })
}

/** `from` and `to` as a filter: what is left out has no limit. */
export function spanOf({ from, to }: Span): { fromMs?: number; toMs?: number } {
  if (from !== undefined && to !== undefined) {
    ordered({ fromMs: from, toMs: to })
  }
  return { ...(from !== undefined && { fromMs: from }), ...(to !== undefined && { toMs: to }) }
}

function ordered(window: Window): Window {
  if (window.toMs === null || window.fromMs < window.toMs) {
    return window
  }
  throw refused('?to', 'Must be after from')
}

export const refused = (pointer: string, detail: string) => refusedQuery([{ pointer, detail }])
