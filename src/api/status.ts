/**
 * `/status/{slug}`: what is told to others, without a token where the page is public. A page that is not public and one
 * that there is not are told apart only by who may see the first.
 *
 * @module
 */
import { z } from '@hono/zod-openapi'
import { toInstant } from '../lib/clock.ts'
import { hashParts } from '../lib/hash.ts'
import { ProblemError } from '../lib/problem.ts'
import type { StatusPage } from '../record/status-page.ts'
import { renderBadge } from '../report/badge.ts'
import type { PublicState } from '../report/status/document.ts'
import { type FeedPlace, renderAtom, renderRss } from '../report/status/feeds.ts'
import { STATE_WORDS } from '../report/status/words.ts'
import { isKnown, NOT_MODIFIED } from './negotiate.ts'
import { openProblems } from './problem.ts'
import { type Api, type ApiContext, mount } from './route.ts'
import { FRESH_SECONDS, pageAt, type Status, statusOf } from './status-cache.ts'
import { PublicStatusSchema } from './status-schemas.ts'

const params = z.object({ slug: z.string().max(100).openapi({ example: 'pond' }) })
/** Links that people share gain parameters on their way. */
const query = z.looseObject({})
const common = { method: 'get' as const, scope: 'open' as const, tags: ['Status pages'], params, query }

const answers = (type: string, schema: z.ZodType, description: string) => ({
  200: { description, content: { [type]: { schema } } },
  ...NOT_MODIFIED,
  ...openProblems('not_found'),
})

const PRIVATE = 'A page that is not public needs a token with any scope, or the cookie of a login.'

export function mountStatus(app: Api): void {
  mount(
    app,
    {
      ...common,
      path: '/status/{slug}',
      operationId: 'getStatus',
      summary: 'A status page: the states and incidents of its Services',
      description: `A page if \`Accept\` names \`text/html\`, else this document. It may be ${FRESH_SECONDS} s old. ${PRIVATE}`,
      responses: {
        ...answers('application/json', PublicStatusSchema, 'The states, and incidents of 90 days'),
        200: {
          description: 'The states, and incidents of 90 days',
          content: { 'application/json': { schema: PublicStatusSchema }, 'text/html': { schema: z.string() } },
        },
      },
    },
    async (context, input) => {
      const shown = await shownStatus(context, input.params.slug)
      context.header('vary', 'Accept')
      return answer(context, shown, shown.status.json, 'application/json')
    },
  )

  mount(
    app,
    {
      ...common,
      path: '/status/{slug}/badge.svg',
      operationId: 'getStatusBadge',
      summary: 'The state of a status page, as a badge',
      description: PRIVATE,
      responses: answers('image/svg+xml', z.string(), 'An image'),
    },
    async (context, input) => {
      const shown = await shownStatus(context, input.params.slug)
      const { title, state } = shown.status.document
      // Shown by other sites' pages
      context.header('cross-origin-resource-policy', 'cross-origin')
      const badge = renderBadge(title, STATE_WORDS[state].toLowerCase(), VERDICTS[state])
      return answer(context, shown, badge, 'image/svg+xml')
    },
  )

  for (const { end, operationId, name, render } of FEEDS) {
    const type = `application/${end}+xml`
    mount(
      app,
      {
        ...common,
        path: `/status/{slug}/feed.${end}`,
        operationId,
        summary: `The incidents of a status page, as ${name}`,
        description: PRIVATE,
        responses: answers(type, z.string(), 'A feed'),
      },
      async (context, input) => {
        const shown = await shownStatus(context, input.params.slug)
        const feed = render(shown.status.document, placeOf(context, shown.page, `feed.${end}`))
        return answer(context, shown, feed, `${type}; charset=utf-8`)
      },
    )
  }
}

const FEEDS = [
  { end: 'rss', operationId: 'getStatusRss', name: 'RSS 2.0', render: renderRss },
  { end: 'atom', operationId: 'getStatusAtom', name: 'Atom', render: renderAtom },
] as const

const VERDICTS = {
  operational: 'pass',
  degraded: 'degraded',
  outage: 'fail',
  unknown: 'inconclusive',
} as const satisfies Record<PublicState, Parameters<typeof renderBadge>[2]>

export type ShownStatus = { page: StatusPage; status: Status }

/**
 * Finds what a status page tells to whoever looks.
 *
 * @throws ProblemError `not_found`, in the same words whether there is none or it is not to be seen.
 */
export async function shownStatus(context: ApiContext, slug: string): Promise<ShownStatus> {
  const deps = context.get('deps')
  const page = await pageAt(deps, slug)
  // Asked where there is none as well, so that it takes as long
  if (page?.public !== true && (await context.get('whoAsks')()) === null) {
    throw notShown()
  }
  if (page === null) {
    throw notShown()
  }
  return { page, status: await statusOf(deps, page) }
}

const notShown = (): ProblemError =>
  new ProblemError(
    'not_found',
    'There is no status page at this address, or it is not public. Whoever is known to this server may see more: log in ' +
      'at /login, or send a token.',
    { headers: { 'x-robots-tag': 'noindex', 'cache-control': 'no-store' } },
  )

/** The fields that every form of a status page has, but for its tag. */
export function statusFields({ public: isPublic, indexed }: StatusPage): Record<string, string> {
  return {
    'cache-control': isPublic ? `public, max-age=${FRESH_SECONDS}` : 'no-store',
    ...(!(isPublic && indexed) && { 'x-robots-tag': 'noindex' }),
  }
}

function answer(context: ApiContext, { page, status }: ShownStatus, body: string, type: string): Response {
  const fields = statusFields(page)
  for (const [name, value] of Object.entries(fields)) {
    context.header(name, value)
  }
  if (page.public) {
    const tag = `W/"${body === status.json ? status.tag : hashParts([body], 26)}"`
    if (isKnown(context, tag, fields['cache-control'] ?? '')) {
      return context.body(null, 304)
    }
  }
  return context.body(body, 200, { 'content-type': type })
}

function placeOf(context: ApiContext, { id, slug, updatedAtMs }: StatusPage, feed: string): FeedPlace {
  const { settings, isSecure } = context.get('deps')
  const own = `${isSecure(context) ? 'https' : 'http'}://${new URL(context.req.url).host}`
  const pageUrl = `${settings.publicUrl ?? own}/status/${slug}`
  const key = hashParts(['status', id], 20).toLowerCase()
  return { pageUrl, feedUrl: `${pageUrl}/${feed}`, key, changedAt: toInstant(updatedAtMs) }
}
