import { OpenAPIHono } from '@hono/zod-openapi'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../../src/api/app.ts'
import type { Deps } from '../../src/api/deps.ts'
import { site } from '../../src/pages/site.ts'
import { SYSTEM } from '../../src/record/principal.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readProblem } from '../support/read.ts'

/**
 * What answers without a token, and nothing else does. A route that is added needs one unless it is added here too, with
 * a reason that stands up.
 */
const OPEN = [
  // Kubernetes asks these, and sends nothing.
  'GET /livez',
  'GET /readyz',
  // Who takes no page is told where the API is.
  'GET /',
  // What a browser loads for pages: it knows nothing.
  'GET /assets/:name',
  'GET /favicon.ico',
  'GET /robots.txt',
  // Whoever logs in has nothing to show yet.
  'GET /login',
  'POST /login',
  'GET /login/oidc',
  'GET /login/oidc/callback',
  // Tells whoever looks what was made public, and of nothing else that it is there.
  'GET /status/:slug',
  'GET /status/:slug/badge.svg',
  'GET /status/:slug/feed.rss',
  'GET /status/:slug/feed.atom',
  // Ends the session of the cookie that is sent, and nothing else.
  'POST /logout',
]

/** Open as well, unless PORTOLAN_DOCS=private. */
const DOCS = [
  'GET /docs',
  'GET /docs/:folder/:file',
  'GET /docs/:page',
  'GET /docs/:page{(?:README|annotations|cli|gateway-api|getting-started|paths|reading-a-cluster|reliability|runtimes|settings|versioning)(?:\\.md)?}',
  'GET /docs/:folder{(?:errors|failures|diagnoses|guides)}',
  'GET /docs/:folder{(?:errors|failures|diagnoses|guides)}/:page',
  'GET /docs/api',
  'GET /docs/search',
  'GET /openapi.json',
  'GET /openapi.yaml',
]

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']

/** What is no route, and never was. */
const NO_ROUTES = [
  '/v1',
  '/v1/',
  '/v2/jobs',
  '/v1/nothing',
  '/metrics/',
  '/docs/nothing/at/all',
  '/admin',
  '/.env',
  '/%2e%2e/v1',
]

const TOKEN = 'a-token-of-the-test-0123456789'
const SETTINGS = {
  ...{ PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: TOKEN, PORTOLAN_METRICS_TOKEN: 'scrapes:only-0123456789' },
  PORTOLAN_RATE_LIMIT_ADDRESS: '1000000',
}

/** Of the application itself, not of its document. */
function routesOf(): string[] {
  const settings = {
    ...{ auth: { required: true, adminToken: null, metricsToken: null }, docs: 'open', publicUrl: null },
    ...{ jwtRules: [], oidc: null },
  }
  const app = createApp({ settings, store: { principal: SYSTEM }, clock: {} } as unknown as Deps, site)
  expect(app).toBeInstanceOf(OpenAPIHono)
  const paths = app.routes.filter(({ path }) => !path.endsWith('*')).map(({ path }) => path)
  return [...new Set(paths)]
}

/** Ids that there are not, or that are in no form of ours. */
const filled = (path: string): string[] =>
  path.includes(':')
    ? [
        path.replaceAll(/:folder/g, 'errors').replaceAll(/:\w+/g, 'nothing'),
        path.replaceAll(/:folder/g, 'errors').replaceAll(/:\w+/g, 'job_01KAXW0000EXAMPLE0000000AB'),
      ]
    : [path]

async function asked(api: TestPortolan, method: string, path: string) {
  const response = await fetch(`${api.url}${path}`, { method, redirect: 'manual' })
  const { status, headers } = response
  const body = await response.text()
  return {
    status,
    challenge: headers.get('www-authenticate'),
    code: body.startsWith('{') ? JSON.parse(body).code : null,
  }
}

describe.each([
  ['open', [...OPEN, ...DOCS]],
  ['private', OPEN],
])('without a token, where the documentation is %s', (docs, open) => {
  let api: TestPortolan
  beforeAll(async () => {
    api = await startTestPortolan({ ...SETTINGS, PORTOLAN_DOCS: docs })
  })
  afterAll(() => api.close())

  it('every route is closed to every method, but for those of the list', async () => {
    const routes = routesOf()
    expect(routes.length).toBeGreaterThan(40)
    const answered = new Set<string>()
    let refusals = 0
    const ask = async (method: string, route: string, path: string): Promise<void> => {
      const name = `${method === 'HEAD' ? 'GET' : method} ${route}`
      const { status, challenge, code } = await asked(api, method, path)
      if (status !== 401) {
        answered.add(name)
        return
      }
      refusals++
      expect([name, challenge, code]).toEqual([
        ...[name, expect.stringMatching(/^Bearer /), method === 'HEAD' ? null : 'unauthenticated'],
      ])
    }
    for (const route of routes) {
      await Promise.all(METHODS.flatMap((method) => filled(route).map((path) => ask(method, route, path))))
    }
    expect([...answered].toSorted()).toEqual(open.toSorted())
    console.info(`${refusals} requests without a token refused, on ${routes.length} routes × ${METHODS.length} methods`)
  })

  it('what is no route is closed too: only holders of a token are told that it is none', async () => {
    for (const path of NO_ROUTES) {
      expect([path, await asked(api, 'GET', path)]).toMatchObject([path, { status: 401, code: 'unauthenticated' }])
      const told = await fetch(api.url + path, { headers: { authorization: `Bearer ${TOKEN}` } })
      expect([path, (await readProblem(told)).status]).toEqual([path, 404])
    }
  })

  it('any token opens the documentation, of whichever scope', async () => {
    const headers = { authorization: `Bearer ${SETTINGS.PORTOLAN_METRICS_TOKEN}` }
    for (const path of [
      '/docs',
      '/openapi.json',
      '/openapi.yaml',
      '/docs/errors/forbidden',
      '/docs/api',
      '/docs/search?q=dns',
    ]) {
      expect([path, (await api.call(path, { headers })).status]).toEqual([path, 200])
    }
  })
})
