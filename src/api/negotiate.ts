/** Answers a job or a batch in the format and with the status that were asked for. */
import { z } from '@hono/zod-openapi'
import Negotiator from 'negotiator'
import type { Verdict } from '../check/verdict.ts'
import { ProblemError } from '../lib/problem.ts'
import { FOR_ONE_RUN, type Links, linksTo } from '../report/links.ts'
import { WaitSchema } from './prefer.ts'
import type { ApiContext } from './route.ts'

export const FORMATS = ['json', 'text', 'markdown', 'junit', 'csv', 'tap'] as const
export type Format = (typeof FORMATS)[number]
const FormatSchema = z.enum(FORMATS)

/** The formats of a report that stands at an address of its own: `html` is the page of it, which `pages` renders. */
export const REPORT_FORMATS = [...FORMATS, 'html'] as const
export type ReportFormat = (typeof REPORT_FORMATS)[number]
export const ReportFormatSchema = z
  .enum(REPORT_FORMATS)
  .optional()
  .openapi({ description: 'Left out: chosen by `Accept`, which must name HTML to get it' })

/** @param when what is answered with it. It is the one status that may be asked for. */
export const failStatusField = (when: string) =>
  z.coerce
    .number()
    .pipe(z.literal(424))
    .optional()
    .openapi({ type: 'integer', enum: [424], description: `With 424: ${when} is answered 424 with the same body` })

/** Every route that may wait has these parameters. */
export const answerFields = {
  wait: WaitSchema,
  format: FormatSchema.optional(),
  failStatus: failStatusField('any verdict but `pass`, or no verdict when the wait ends,'),
}

/** `content` of a response that comes in every format. */
const reportContents = (schema: z.ZodType) => ({
  'application/json': { schema },
  'text/plain': { schema: z.string() },
  'text/markdown': { schema: z.string() },
  'application/xml': { schema: z.string() },
  'text/csv': { schema: z.string() },
  'text/x-tap': { schema: z.string() },
})

/** `content` of a report that has a page as well. */
export const pagedContents = (schema: z.ZodType) => ({
  ...reportContents(schema),
  'text/html': { schema: z.string() },
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
  tap: 'text/x-tap; charset=utf-8',
}

/** A client that takes anything, like curl, is offered them in this order. */
const BY_MEDIA_TYPE: Readonly<Record<string, Format>> = {
  'application/json': 'json',
  'text/plain': 'text',
  'text/markdown': 'markdown',
  'text/csv': 'csv',
  'application/xml': 'junit',
  'text/xml': 'junit',
  'text/x-tap': 'tap',
}

/**
 * Browsers ask for these when an address is opened in them. They take XML as well, which is no reason to show JUnit to
 * a person; plain text is shown by every browser.
 */
const FOR_READERS: Readonly<Record<string, ReportFormat>> = { 'text/html': 'html', 'application/xhtml+xml': 'text' }

/** Parameters of a media range but `q`, like `charset=utf-8`: none of them tells one of our formats from another. */
const PARAMETER = /;\s*(?!q=)[\w.+-]+=("[^"]*"|[^;,\s]*)/gi

/** Chooses the format that the client prefers, and never one that it rules out by `q=0` (RFC 9110 12.4.2, 12.5.1). */
export function formatByAccept(accept: string | undefined): ReportFormat {
  const ranges = accept?.replaceAll(PARAMETER, '').toLowerCase() || '*/*'
  const negotiator = new Negotiator({ headers: { accept: ranges } })
  const offered = Object.keys(BY_MEDIA_TYPE)
  // Pages for readers are offered only to clients that name them: `text/*` means text.
  const named = new Set(ranges.split(',').map((range) => range.split(';', 1)[0]?.trim()))
  const readers = Object.keys(FOR_READERS).filter((type) => named.has(type))
  const [wanted = ''] = negotiator.mediaTypes([...readers, ...offered])
  const format = FOR_READERS[wanted] ?? BY_MEDIA_TYPE[wanted]
  if (format !== undefined) {
    return format
  }
  throw new ProblemError(
    'not_acceptable',
    'A report comes as application/json, text/plain, text/markdown, application/xml (JUnit), text/csv, text/x-tap or text/html; or use ?format=.',
  )
}

/** Tells caches what an answer depends on: the format on `Accept`, and a page on who is logged in. */
const tellNegotiated = (context: ApiContext): void => context.header('vary', 'Accept, Cookie')

/** The format in which a report is asked for: by the query, else by `Accept`. */
export const reportFormat = (context: ApiContext, asked: ReportFormat | undefined): ReportFormat =>
  asked ?? formatByAccept(context.req.header('accept'))

/**
 * The format of a report that no page stands before, and tells caches that it was negotiated. A page that is only
 * preferred is text then; one that was asked for cannot be had.
 */
export function formatWithoutPage(context: ApiContext, asked: ReportFormat | undefined): Format {
  tellNegotiated(context)
  const format = reportFormat(context, asked)
  if (format !== 'html') {
    return format
  }
  if (asked === undefined) {
    return 'text'
  }
  throw new ProblemError('not_acceptable', 'There are no pages here: leave out format=html, or use another format.')
}

export type Renderers<T> = Readonly<Record<Format, (of: T, links: Links) => string>>

/** Renders a report with links to the address at which this server is reached. */
export function render<T>(context: ApiContext, renderers: Renderers<T>, format: Format, of: T): string {
  const { publicUrl, isForOneRun } = context.get('deps').settings
  return renderers[format](of, isForOneRun ? FOR_ONE_RUN : linksTo(publicUrl))
}

/** Answers with a report by itself, whatever the state. */
export function answerReport<T>(context: ApiContext, found: Omit<Answer<T>, 'verdict'>, format: Format): Response {
  if (found.ended && isKnown(context, endedTag(found, format), FOR_EVER)) {
    return context.body(null, 304)
  }
  return context.body(render(context, found.renderers, format, found.of), 200, {
    'content-type': CONTENT_TYPES[format],
  })
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

/** Answers what may have been waited for: 202 while it has not ended. */
export function answer<T>(context: ApiContext, asked: AnswerAsked, found: Answer<T>): Response {
  const { ended, verdict } = found
  const format = asked.format ?? 'json'
  const send = (status: 200 | 202 | 424) =>
    context.body(render(context, found.renderers, format, found.of), status, { 'content-type': CONTENT_TYPES[format] })

  if (ended && asked.wait !== null) {
    context.header('preference-applied', `wait=${asked.wait}`)
  }
  if (!ended) {
    context.header('retry-after', '1')
    context.header('cache-control', 'max-age=0, must-revalidate')
  }
  if (asked.failStatus !== undefined && verdict !== 'pass') {
    return send(424)
  }
  if (!ended) {
    return send(asked.created || asked.wait !== null ? 202 : 200)
  }
  if (asked.created) {
    return send(200)
  }
  return isKnown(context, endedTag(found, format), FOR_EVER) ? context.body(null, 304) : send(200)
}

/**
 * Answers 304 for something that has ended, before anything is read or rendered for it; `null`: it has to be answered.
 *
 * @param version of what has ended; `null`: it has not.
 */
export function unchanged(context: ApiContext, version: number | null, format: Format): Response | null {
  if (version === null || !isKnown(context, endedTag({ version }, format), FOR_EVER)) {
    return null
  }
  return context.body(null, 304)
}

/** A job or batch that has ended does not change any more. */
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
  const given = context.req.header('if-none-match') ?? ''
  return given.trim() === '*' || entityTags(given).some((each) => opaque(each) === opaque(tag))
}

/** Splits a list of tags (RFC 9110 8.8.3), of which each may hold a comma. */
const entityTags = (list: string): string[] => list.match(/(?:W\/)?"[^"]*"/g) ?? []

/** Weak comparison ignores `W/` (RFC 9110 8.8.3.2): a cache may have made a tag weak, or a client left it out. */
const opaque = (tag: string): string => tag.replace(/^W\//, '')

/** Every route that answers `If-None-Match` declares this. */
export const NOT_MODIFIED = { 304: { description: 'Not modified since the `ETag` of `If-None-Match`' } }
