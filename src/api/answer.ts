/** How a job or a batch is answered: in the format and with the status that were asked for. */
import { z } from '@hono/zod-openapi'
import type { Verdict } from '../job/job.ts'
import { ProblemError } from '../lib/problem.ts'
import { WaitSchema } from './prefer.ts'
import type { ApiContext } from './route.ts'

export const FORMATS = ['json', 'text', 'markdown', 'junit', 'csv'] as const
export type Format = (typeof FORMATS)[number]
export const FormatSchema = z.enum(FORMATS)

/** @param when what is answered with it. It is the one status that may be asked for. */
export const failStatusField = (when: string) =>
  z.coerce
    .number()
    .pipe(z.literal(424))
    .optional()
    .openapi({ type: 'integer', enum: [424], description: `With 424: ${when} is answered 424 with the same body` })

/** Of the query, wherever one may wait. */
export const answerFields = {
  wait: WaitSchema,
  format: FormatSchema.optional(),
  failStatus: failStatusField('any verdict but `pass`, or no verdict when the wait ends,'),
}

/** `content` of a response that comes in every format. */
export const reportContents = (schema: z.ZodType) => ({
  'application/json': { schema },
  'text/plain': { schema: z.string() },
  'text/markdown': { schema: z.string() },
  'application/xml': { schema: z.string() },
  'text/csv': { schema: z.string() },
})

/** The answers of a route where one may wait. */
export const waitAnswers = (schema: z.ZodType) => ({
  200: { description: 'Finished in time (or already)', content: reportContents(schema) },
  202: { description: 'Accepted; ask again at `Location`', content: reportContents(schema) },
  424: { description: 'Only with `failStatus=424`: not `pass`', content: reportContents(schema) },
})

export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  json: 'application/json',
  text: 'text/plain; charset=utf-8',
  markdown: 'text/markdown; charset=utf-8',
  junit: 'application/xml; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
}

const BY_MEDIA_TYPE: Readonly<Record<string, Format>> = {
  '*/*': 'json',
  'application/*': 'json',
  'application/json': 'json',
  'text/*': 'text',
  'text/plain': 'text',
  'text/markdown': 'markdown',
  'application/xml': 'junit',
  'text/xml': 'junit',
  'text/csv': 'csv',
}

/** The format a client accepts most (RFC 9110 12.5.1). */
export function formatByAccept(accept: string | undefined): Format {
  const ranges = (accept ?? '*/*').split(',').map((part, index) => {
    const [type = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase())
    const q = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1)
    return { type, q: Number.isNaN(q) ? 0 : q, index }
  })
  const wanted = ranges.filter(({ q }) => q > 0).toSorted((a, b) => b.q - a.q || a.index - b.index)
  for (const { type } of wanted) {
    const format = BY_MEDIA_TYPE[type]
    if (format !== undefined) return format
  }
  throw new ProblemError(
    'not_acceptable',
    'A report comes as application/json, text/plain, text/markdown, application/xml (JUnit) or text/csv; or use ?format=.',
  )
}

export type Renderers<T> = Readonly<Record<Format, (of: T) => string>>

/** A report by itself, whatever the state. */
export function answerReport<T>(context: ApiContext, found: Omit<Answer<T>, 'verdict'>, format: Format): Response {
  context.header('vary', 'accept')
  if (found.ended && isKnown(context, endedTag(found, format), FOR_EVER)) return context.body(null, 304)
  return context.body(found.renderers[format](found.of), 200, { 'content-type': CONTENT_TYPES[format] })
}

export type AnswerAsked = {
  wait: number | null
  format?: Format | undefined
  failStatus?: number | undefined
  /** This request made it. */
  created: boolean
}

export type Answer<T> = {
  of: T
  renderers: Renderers<T>
  ended: boolean
  verdict: Verdict | null
  /** Changes with what is shown. */
  version: number
}

/** What may have been waited for. */
export function answer<T>(context: ApiContext, asked: AnswerAsked, found: Answer<T>): Response {
  const { ended, verdict } = found
  const format = asked.format ?? 'json'
  const body = found.renderers[format](found.of)
  const send = (status: 200 | 202 | 424) => context.body(body, status, { 'content-type': CONTENT_TYPES[format] })

  if (ended && asked.wait !== null) context.header('preference-applied', `wait=${asked.wait}`)
  if (!ended) {
    context.header('retry-after', '1')
    context.header('cache-control', 'max-age=0, must-revalidate')
  }
  if (asked.failStatus !== undefined && verdict !== 'pass') return send(424)
  if (!ended) return send(asked.created || asked.wait !== null ? 202 : 200)
  if (asked.created) return send(200)
  return isKnown(context, endedTag(found, format), FOR_EVER) ? context.body(null, 304) : send(200)
}

/** What has ended does not change any more. */
const FOR_EVER = 'private, max-age=86400, immutable'
const endedTag = ({ version }: { version: number }, format: Format): string => `W/"${version}-${format}"`

/**
 * Says the tag of what is answered and how long it may be kept.
 *
 * @returns whether the client has it already (`If-None-Match`, RFC 9110 13.1.2): then it is a 304.
 */
export function isKnown(context: ApiContext, tag: string, cacheControl: string): boolean {
  context.header('etag', tag)
  context.header('cache-control', cacheControl)
  return (context.req.header('if-none-match') ?? '')
    .split(',')
    .map((part) => part.trim())
    .some((part) => part === tag || part === '*')
}

/** Of a route that answers `If-None-Match`. */
export const NOT_MODIFIED = { 304: { description: 'Not modified since the `ETag` of `If-None-Match`' } }
