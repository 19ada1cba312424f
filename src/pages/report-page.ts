/**
 * Reports have addresses of the API, where a browser gets a page and a tool its format. A page stands before the route
 * of the API, and answers only who is to get HTML (ADR 0088).
 *
 * @module
 */

import { isOpenedInBrowser } from '../api/accept.ts'
import { type ReportFormat, reportFormat } from '../api/negotiate.ts'
import { type Api, type ApiContext, answersWithPages } from '../api/route.ts'
import { VARY } from './page.tsx'
import { refusing } from './refused.ts'

/** @param path as Hono has it: `/v1/jobs/:id/report`. */
export function pageOfReport(app: Api, path: string, handler: (context: ApiContext) => Promise<Response>): void {
  const answer = (context: ApiContext, next: () => Promise<void>) => {
    const asked = context.req.query('format') as ReportFormat | undefined
    // The API refuses an unknown format
    return reportFormat(context, asked) === 'html' ? refusing(() => handler(context)) : next()
  }
  app.get(path, answersWithPages(answer))
}

/**
 * Leads who opens a resource of the API in a browser to its page. Its JSON is negotiated for nobody else: some clients
 * name `text/html` by themselves, as Java's do, and read JSON.
 *
 * @param path as Hono has it: `/v1/jobs/:id`.
 */
export function pageOfResource(app: Api, path: string, hrefOf: (id: string) => string): void {
  app.get(path, (context: ApiContext, next) => {
    context.header('vary', VARY)
    if (context.req.query('format') !== undefined || !isOpenedInBrowser(context.req)) {
      return next()
    }
    return Promise.resolve(
      new Response(null, {
        status: 303,
        headers: { location: hrefOf(context.req.param('id') ?? ''), vary: VARY, 'cache-control': 'no-store' },
      }),
    )
  })
}
