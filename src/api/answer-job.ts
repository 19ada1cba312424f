/** How a job is answered: waited for, rendered, with the status that was asked for. */
import { z } from '@hono/zod-openapi'
import { hasEnded } from '../job/job.ts'
import type { Clock } from '../lib/clock.ts'
import { ProblemError } from '../lib/problem.ts'
import { describeJob } from '../report/describe-job.ts'
import type { JobDocument } from '../report/job-document.ts'
import { renderJunit } from '../report/junit.ts'
import { renderMarkdown } from '../report/markdown.ts'
import { renderText } from '../report/text.ts'
import { getJob, type StoredJob } from '../store/jobs.ts'
import { listResults } from '../store/results.ts'
import type { Deps } from './deps.ts'
import type { ApiContext } from './route.ts'

export const FORMATS = ['json', 'text', 'markdown', 'junit'] as const
export type Format = (typeof FORMATS)[number]
export const FormatSchema = z.enum(FORMATS)

const RENDERERS: Readonly<Record<Format, { contentType: string; render: (job: JobDocument) => string }>> = {
  json: { contentType: 'application/json', render: (job) => JSON.stringify(job) },
  text: { contentType: 'text/plain; charset=utf-8', render: renderText },
  markdown: { contentType: 'text/markdown; charset=utf-8', render: renderMarkdown },
  junit: { contentType: 'application/xml; charset=utf-8', render: renderJunit },
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
    'A report comes as application/json, text/plain, text/markdown or application/xml (JUnit); or use ?format=.',
  )
}

export function reportContent(job: JobDocument, format: Format): { body: string; contentType: string } {
  const { render, contentType } = RENDERERS[format]
  return { body: render(job), contentType }
}

/** A job whole. An unknown id is a 404. */
export async function loadJob(deps: Deps, id: string): Promise<{ job: StoredJob; document: JobDocument }> {
  const job = await getJob(deps.store, id)
  if (job === null) throw new ProblemError('not_found', `There is no job ${id}.`)
  const results = await listResults(deps.store, id)
  return {
    job,
    document: describeJob(
      job,
      results.map(({ result }) => result),
    ),
  }
}

type Asked = { wait: number | null; format?: Format | undefined; failStatus?: number | undefined; created: boolean }

export async function answerJob(context: ApiContext, id: string, asked: Asked): Promise<Response> {
  const deps = context.get('deps')
  if (asked.wait !== null) await waitForEnd(deps, id, asked.wait * 1000, context.req.raw.signal)
  const { job, document } = await loadJob(deps, id)
  const ended = hasEnded(job)
  const format = asked.format ?? 'json'
  const { body, contentType } = reportContent(document, format)
  const send = (status: 200 | 202 | 424) => context.body(body, status, { 'content-type': contentType })

  if (ended && asked.wait !== null) context.header('preference-applied', `wait=${asked.wait}`)
  if (!ended) {
    context.header('retry-after', '1')
    context.header('cache-control', 'max-age=0, must-revalidate')
  }
  if (asked.failStatus !== undefined && job.verdict !== 'pass') return send(424)
  if (!ended) return send(asked.created || asked.wait !== null ? 202 : 200)
  if (asked.created) return send(200)
  // What has ended does not change any more.
  const tag = `W/"${job.version}-${format}"`
  context.header('etag', tag)
  context.header('cache-control', 'private, max-age=86400, immutable')
  return isKnown(tag, context.req.header('if-none-match')) ? context.body(null, 304) : send(200)
}

const isKnown = (tag: string, ifNoneMatch = ''): boolean =>
  ifNoneMatch
    .split(',')
    .map((part) => part.trim())
    .some((part) => part === tag || part === '*')

/** Resolves when the job has ended, the time is up or the client has gone, whichever is first. */
export async function waitForEnd(
  deps: Pick<Deps, 'store' | 'signals' | 'settings'> & { clock: Clock },
  id: string,
  waitMs: number,
  gone: AbortSignal,
): Promise<void> {
  const until = deps.clock.monotonic() + waitMs
  while (!gone.aborted) {
    // Listening begins before the look, so that an end between the two is not missed.
    const woken = new AbortController()
    const changed = deps.signals.next(id, AbortSignal.any([gone, woken.signal]))
    const job = await getJob(deps.store, id)
    const leftMs = until - deps.clock.monotonic()
    if (job === null || hasEnded(job) || leftMs <= 0) return woken.abort()
    await Promise.race([changed, deps.clock.sleep(Math.min(leftMs, deps.settings.pollMs), woken.signal)])
    woken.abort()
  }
}
