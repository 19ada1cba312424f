/**
 * Every page of the site, with addresses to look at it. A page that is added has no row: `matrix.test.ts` fails, and
 * names it.
 *
 * @module
 */
import { OpenAPIHono } from '@hono/zod-openapi'
import { DOC_PAGES } from '../../src/api/docs/doc-pages.ts'
import type { ApiEnv } from '../../src/api/route.ts'
import { site } from '../../src/pages/site.ts'
import { EXAMPLES } from '../../src/pages/try/examples.ts'
import { ALL } from './chromium.ts'
import type { Places } from './worlds/world.ts'

export type Row = {
  /** Addresses of the page in a world; none where the world has nothing of the kind. */
  at(places: Places): readonly string[]
  /** It answers with this to whoever may see it. Default 200. */
  status?: number
  /** It is the API browser's, whose markup is not ours. */
  isForeign?: true
  /** It shows nothing of what the server has recorded. */
  isFixed?: true
}

const only = (...addresses: readonly string[]): Row => ({ at: () => addresses })
const fixed = (...addresses: readonly string[]): Row => ({ ...only(...addresses), isFixed: true })

const ofStatusPage = (rest: string): Row => ({
  at: ({ announcements }) => announcements.map((path) => `/status-pages/${path.split('/')[0]}${rest}`),
})

/** By its path, as the routes have it, without the expressions that bind what stands in it. */
export const PAGES: Readonly<Record<string, Row>> = {
  '/': only('/'),
  '/incidents': only('/incidents', '/incidents?paths=yes'),
  '/services/:namespace/:name': {
    at: ({ services }) => services.slice(0, 1).map((service) => `/services/${service.replace(/^[^/]+\//, '')}`),
  },
  '/services/:cluster/:namespace/:name': { at: ({ services }) => services.map((service) => `/services/${service}`) },
  '/report': only('/report'),
  '/try': only('/try', ...EXAMPLES.slice(0, ALL ? undefined : 1).map(({ id }) => `/try?example=${id}`)),
  '/jobs': only('/jobs', '/jobs?verdict=fail'),
  '/jobs/:id': { at: ({ jobs }) => jobs.map((id) => `/jobs/${id}`) },
  '/batches': only('/batches'),
  '/batches/:id': { at: ({ batches }) => batches.map((id) => `/batches/${id}`) },
  '/compares/:id': { at: ({ compares }) => compares.map((id) => `/compares/${id}`) },
  // The addresses of the API, in a browser
  '/v1/jobs/:id': { at: ({ jobs }) => jobs.slice(0, 1).map((id) => `/v1/jobs/${id}`) },
  '/v1/jobs/:id/report': { at: ({ jobs }) => jobs.slice(0, 1).map((id) => `/v1/jobs/${id}/report`) },
  '/v1/batches/:id': { at: ({ batches }) => batches.map((id) => `/v1/batches/${id}`) },
  '/v1/batches/:id/report': { at: ({ batches }) => batches.map((id) => `/v1/batches/${id}/report`) },
  '/v1/compares/:id': { at: ({ compares }) => compares.map((id) => `/v1/compares/${id}`) },
  '/v1/compares/:id/report': { at: ({ compares }) => compares.map((id) => `/v1/compares/${id}/report`) },
  '/v1/report': only('/v1/report'),
  '/v1/services/:namespace/:name/report': {
    at: ({ services }) =>
      services.slice(0, 1).map((service) => `/v1/services/${service.replace(/^[^/]*\//, '')}/report`),
  },
  '/schedules': only('/schedules'),
  '/schedules/new': only('/schedules/new'),
  '/schedules/:id': { at: ({ schedules }) => schedules.slice(0, 2).map((id) => `/schedules/${id}`) },
  '/schedules/:id/edit': { at: ({ schedules }) => schedules.slice(0, 1).map((id) => `/schedules/${id}/edit`) },
  '/schedules/:id/delete': { at: ({ schedules }) => schedules.slice(0, 1).map((id) => `/schedules/${id}/delete`) },
  '/clusters': only('/clusters'),
  '/clusters/:cluster': { at: ({ clusters }) => clusters.slice(0, 1).map((name) => `/clusters/${name}`) },
  '/status/:slug': { at: ({ statusPages }) => statusPages.map((slug) => `/status/${slug}`) },
  '/status-pages': only('/status-pages'),
  '/status-pages/new': only('/status-pages/new'),
  '/status-pages/:id': ofStatusPage(''),
  '/status-pages/:id/edit': ofStatusPage('/edit'),
  '/status-pages/:id/delete': ofStatusPage('/delete'),
  '/status-pages/:id/announcements/:announcement': {
    at: ({ announcements }) => announcements.map((path) => `/status-pages/${path}`),
  },
  '/status-pages/:id/announcements/:announcement/delete': {
    at: ({ announcements }) => announcements.map((path) => `/status-pages/${path}/delete`),
  },
  '/tokens': only('/tokens'),
  '/tokens/new': only('/tokens/new'),
  '/tokens/:id/revoke': { at: ({ tokens }) => tokens.map((id) => `/tokens/${id}/revoke`) },
  '/audit': only('/audit'),
  '/docs': fixed('/docs'),
  '/docs/search': fixed('/docs/search', '/docs/search?q=node+port', '/docs/search?q=nothingofthekind'),
  '/docs/:folder': fixed('/docs/guides', '/docs/errors'),
  '/docs/:folder/:page': fixed('/docs/diagnoses/README', '/docs/failures/connection_refused', '/docs/guides/pages'),
  '/docs/:page': fixed(...(ALL ? DOC_PAGES : ['paths', 'README']).map((page) => `/docs/${page}`)),
}

/** These are no route of the site, and look like pages all the same. */
export const BESIDE: Readonly<Record<string, Row>> = {
  '/login': fixed('/login'),
  '/docs/api': { ...fixed('/docs/api'), isForeign: true },
  'a page that is not there': { ...fixed('/no-such-page'), status: 404 },
  'a cluster that does not answer': {
    at: ({ clusters }) => clusters.slice(1).map((name) => `/clusters/${name}`),
    status: 502,
  },
  'a Service that is not there': { ...fixed('/services/default/none/none'), status: 404 },
}

/** Routes of the site that are no pages. */
export const NO_PAGES: ReadonlySet<string> = new Set(['/assets/:name', '/favicon.ico', '/robots.txt'])

/** The paths under which the site answers a GET. */
export function pathsOfSite(): string[] {
  const app = new OpenAPIHono<ApiEnv>()
  site.mount(app)
  const paths = app.routes.filter(({ method }) => method === 'GET').map(({ path }) => withoutExpressions(path))
  return [...new Set(paths)].sort()
}

const withoutExpressions = (path: string): string => path.replaceAll(/\{[^/]*/g, '')
