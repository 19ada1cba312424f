/** From the text of a body to a value that fits its schema. It knows no request, so that any thread can do it. */
import type { z } from '@hono/zod-openapi'
import { ProblemError } from '../lib/problem.ts'
import { detailsOf } from './details.ts'

/** A body as text, with its kind by content type; `none`: not a byte was sent. */
export type Body = { text: string; type: 'json' | 'yaml' | 'form' | 'none' }

export function parseJson(text: string): unknown {
  if (text.trim() === '') {
    throw new ProblemError('malformed_body', 'The body is empty; send a JSON object.')
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    const why = cause instanceof SyntaxError ? withoutQuote(cause.message, text) : 'unknown'
    const yaml = looksLikeYaml(text) ? " It looks like YAML: send it with -H 'content-type: application/yaml'." : ''
    throw new ProblemError('malformed_body', `The body is not JSON: ${why}.${yaml}`, { cause })
  }
}

/** V8 quotes ten characters before and after a strange token, which may be a password: where it stands says as much. */
const QUOTE = /, (\.\.\.)?"(.*)"(?:\.\.\.)? is not valid JSON$/s
const QUOTED_BEFORE = 10

function withoutQuote(message: string, text: string): string {
  const [quote, isCut, quoted = ''] = QUOTE.exec(message) ?? []
  if (quote === undefined) {
    return message
  }
  const before = isCut === undefined ? null : text.slice(0, text.indexOf(quoted) + QUOTED_BEFORE).split('\n')
  const place = before === null ? '' : ` at line ${before.length} column ${(before.at(-1)?.length ?? 0) + 1}`
  return `${message.slice(0, -quote.length)}${place}`
}

const looksLikeYaml = (text: string): boolean =>
  /^\s*(---|#|(apiVersion|kind|items|metadata):)/.test(text.slice(0, 1000))

/** Parses a JSON body by a schema; all that is wrong is told at once, with JSON pointers. */
export function parseBody<S extends z.ZodType>(
  schema: S,
  value: unknown,
  refusal = 'The body does not fit the schema; see errors.',
): z.output<S> {
  const parsed = schema.safeParse(value, { reportInput: true })
  if (parsed.success) {
    return parsed.data
  }
  throw new ProblemError('invalid_request', refusal, {
    errors: detailsOf(parsed.error, schema),
  })
}
