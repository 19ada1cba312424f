/** Who sees which page, form and button: every page of the application has a row here. */
import { OpenAPIHono } from '@hono/zod-openapi'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ApiEnv } from '../../src/api/route.ts'
import { site } from '../../src/pages/site.ts'
import { SCOPES, type Scope } from '../../src/record/principal.ts'
import { createBrowser } from '../support/browser.ts'
import { ingress, service } from '../support/compare.ts'
import { openPage } from '../support/html.ts'
import { formsOf, postForm } from '../support/page-form.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

/** Of things that are there. */
type Made = Readonly<Record<'schedule' | 'job' | 'batch' | 'compare' | 'token' | 'statusPage' | 'announcement', string>>
/** All of the scopes are needed. `open`: anybody may see it; `docs`: unless the documentation is private. */
type Row = { scopes: readonly Scope[] | 'open' | 'docs'; at?: (made: Made) => string }

const SERVICE = () => '/services/default/default/toad-svc'
const row = (scopes: Scope | Row['scopes'], at?: Row['at']): Row => ({
  scopes: typeof scopes === 'string' && scopes !== 'open' && scopes !== 'docs' ? [scopes] : scopes,
  ...(at && { at }),
})
/** Who changes a schedule is shown what it is. */
const CHANGES = ['schedules:read', 'schedules:write'] as const

/** THE matrix. `at` is an address of something that is there; left out: the path itself, its parts made up. */
const MATRIX: Readonly<Record<string, Row>> = {
  'GET /assets/:name': row('open', () => '/assets/site.css'),
  'GET /favicon.ico': row('open'),
  'GET /robots.txt': row('open'),
  'GET /': row('reports:read'),
  'GET /audit': row('audit:read'),
  'GET /batches': row('jobs:read'),
  'GET /batches/:id': row('jobs:read', ({ batch }) => `/batches/${batch}`),
  'POST /batches/:id/cancel': row('jobs:write'),
  'GET /clusters': row('plan'),
  'GET /clusters/:cluster': row('plan', () => '/clusters/default'),
  'POST /clusters/:cluster/look': row('jobs:write'),
  'GET /compares/:id': row('jobs:read', ({ compare }) => `/compares/${compare}`),
  'POST /compares/:id/cancel': row('jobs:write'),
  'GET /docs': row('docs'),
  'GET /docs/search': row('docs'),
  'GET /docs/:folder': row('docs', () => '/docs/errors'),
  'GET /docs/:page': row('docs', () => '/docs/paths'),
  'GET /docs/:folder/:page': row('docs', () => '/docs/errors/forbidden'),
  'GET /incidents': row('reports:read'),
  'GET /jobs': row('jobs:read'),
  'GET /jobs/:id': row('jobs:read', ({ job }) => `/jobs/${job}`),
  'POST /jobs/:id/cancel': row('jobs:write'),
  'GET /report': row('reports:read'),
  'GET /schedules': row('schedules:read'),
  'GET /schedules/new': row('schedules:write'),
  'POST /schedules/new': row('schedules:write'),
  'GET /schedules/:id': row('schedules:read', ({ schedule }) => `/schedules/${schedule}`),
  'GET /schedules/:id/edit': row(CHANGES, ({ schedule }) => `/schedules/${schedule}/edit`),
  'POST /schedules/:id/edit': row(CHANGES),
  'GET /schedules/:id/delete': row(CHANGES, ({ schedule }) => `/schedules/${schedule}/delete`),
  'POST /schedules/:id/delete': row('schedules:write'),
  'POST /schedules/:id/run': row('jobs:write'),
  'POST /schedules/:id/state': row('schedules:write'),
  'GET /services/:namespace/:name': row('reports:read', () => '/services/default/toad-svc'),
  'GET /services/:cluster/:namespace/:name': row('reports:read', SERVICE),
  'POST /services/:cluster/:namespace/:name/look': row('jobs:write'),
  'GET /status/:slug': row('open', () => '/status/pond'),
  'GET /status-pages': row('admin'),
  'GET /status-pages/new': row('admin'),
  'POST /status-pages/new': row('admin'),
  'GET /status-pages/:id': row('admin', ({ statusPage }) => statusPage),
  'GET /status-pages/:id/edit': row('admin', ({ statusPage }) => `${statusPage}/edit`),
  'POST /status-pages/:id/edit': row('admin'),
  'GET /status-pages/:id/delete': row('admin', ({ statusPage }) => `${statusPage}/delete`),
  'POST /status-pages/:id/delete': row('admin'),
  'POST /status-pages/:id/announcements': row('admin'),
  'GET /status-pages/:id/announcements/:announcement': row('admin', ({ announcement }) => announcement),
  'POST /status-pages/:id/announcements/:announcement': row('admin'),
  'GET /status-pages/:id/announcements/:announcement/delete': row(
    'admin',
    ({ announcement }) => `${announcement}/delete`,
  ),
  'POST /status-pages/:id/announcements/:announcement/delete': row('admin'),
  'GET /tokens': row('tokens:write'),
  'GET /tokens/new': row('tokens:write'),
  'POST /tokens/new': row('tokens:write'),
  'GET /tokens/:id/revoke': row('tokens:write', ({ token }) => `/tokens/${token}/revoke`),
  'POST /tokens/:id/revoke': row('tokens:write'),
  'GET /try': row('plan'),
  'POST /try': row('plan'),
  'POST /try/run': row('jobs:write'),
}

const routes = (() => {
  const app = new OpenAPIHono<ApiEnv>()
  site.mount(app)
  // What a browser is shown at an address of the API is a redirect, or the API's own answer: test/api/scopes.test.ts
  const pages = app.routes.filter(({ method, path }) => method !== 'ALL' && !path.startsWith('/v1/'))
  return [...new Set(pages.map(({ method, path }) => `${method} ${path.replaceAll(/\{[^/]*\}/g, '')}`))]
})()
const rows = Object.entries(MATRIX).map(([route, { scopes, at }]) => {
  const [method = '', path = ''] = route.split(' ')
  return { route, method, path, scopes, at: at ?? (() => path.replaceAll(/:\w+(?:\{[^/]*\})?/g, 'nothing')) }
})
const needing = rows.filter(({ scopes }) => scopes !== 'open' && scopes !== 'docs')

const ADMIN = 'an-admin-token-of-tests'
const AS_ADMIN = { authorization: `Bearer ${ADMIN}` }
let api: TestPortolan
let pod: Pod
let made: Made
const tokens = new Map<Scope, string>()

const idOf = async (path: string, json: unknown): Promise<string> => {
  const response = await api.call(path, { headers: AS_ADMIN, json })
  const answer = (await response.json()) as { id: string }
  // What was not made would be asked for below as what is not there, and be refused to nobody
  expect([path, response.status < 300, answer]).toEqual([
    path,
    true,
    expect.objectContaining({ id: expect.any(String) }),
  ])
  return answer.id
}

beforeAll(async () => {
  pod = await startPod('toad')
  api = await startTestPortolan({ PORTOLAN_ADMIN_TOKEN: ADMIN, PORTOLAN_AUTH: 'tokens' })
  const target = { manifests: [toadService(pod.port)] }
  const job = { target, paths: { include: ['ClusterIP'] } }
  const services = [{ namespace: 'default', name: 'toad-svc', title: 'Toads' }]
  const statusPage = await idOf('/v1/status-pages', { title: 'Pond', slug: 'pond', public: true, services })
  const said = await idOf(`/v1/status-pages/${statusPage}/announcements`, { title: 'Slow' })
  made = {
    statusPage: `/status-pages/${statusPage}`,
    announcement: `/status-pages/${statusPage}/announcements/${said}`,
    schedule: await idOf('/v1/schedules', { name: 'toad', cron: '@daily', job }),
    job: await idOf('/v1/jobs?wait=20', job),
    batch: await idOf('/v1/batches?wait=20', job),
    compare: await idOf('/v1/compare', {
      target: { manifests: [service, ingress('old', ['/']), ingress('new', ['/'])] },
      left: { kind: 'Ingress', name: 'old' },
      right: { kind: 'Ingress', name: 'new' },
    }),
    token: await idOf('/v1/tokens', { name: 'seen', scopes: ['plan'] }),
  }
  for (const scope of SCOPES) {
    const answer = await api.call('/v1/tokens', { headers: AS_ADMIN, json: { name: scope, scopes: [scope] } })
    tokens.set(scope, ((await answer.json()) as { token: string }).token)
  }
})
afterAll(() => Promise.all([api.close(), pod.close()]))

const as = (scope: Scope) => ({ authorization: `Bearer ${tokens.get(scope)}` })
const has = (own: Scope, needed: Row['scopes']): boolean =>
  typeof needed === 'string' || own === 'admin' || needed.every((each) => each === own)

it('every page of the application has a row, and every row is a page', () => {
  expect(routes.toSorted()).toEqual(Object.keys(MATRIX).toSorted())
})

describe.each(needing)('$route', ({ method, scopes, at }) => {
  const ask = (path: string, headers: Record<string, string>) =>
    method === 'GET' ? openPage(api, path, { headers }) : postForm(api, path, '', { headers })

  it('is for those who have the scope alone', async () => {
    const refused: Scope[] = []
    for (const own of SCOPES) {
      const { status } = await ask(at(made), as(own))
      expect(
        status,
        `${own}: ${status === 500 ? api.lines.findLast((line) => line.includes('request_failed')) : ''}`,
      ).toBeLessThan(500)
      if (status === 403) {
        refused.push(own)
      }
    }
    expect(refused).toEqual(SCOPES.filter((own) => !has(own, scopes)))
  })

  it('asks who is not known to log in', async () => {
    const { status, headers } = await ask(at(made), { authorization: 'Bearer unknown' })
    const expected = method === 'GET' ? [303, `/login?next=${encodeURIComponent(at(made))}`] : [401, null]
    expect([status, headers.get('location')]).toEqual(expected)
  })
})

/** The row of an address that a page has in it. */
const rowOf = (method: string, address: string) => {
  const path = new URL(address, 'http://own.invalid').pathname
  return rows.find(
    (each) =>
      each.method === method &&
      new RegExp(
        `^${each.path.replaceAll(/:\w+(?:\{([^/]*)\})?/g, (_, of: string | undefined) => of ?? '[^/]+')}$`,
      ).test(path),
  )
}
const LEADS_TO_A_CHANGE = /:write$|^admin$/

it.each(SCOPES)('with %s alone no page has a form, or a link to one, that is refused', async (own) => {
  const wrong: string[] = []
  let forms = 0
  for (const { route, method, at, scopes } of rows) {
    if (method !== 'GET' || !has(own, scopes) || route === 'GET /assets/:name') {
      continue
    }
    const { html } = await openPage(api, at(made), { headers: as(own) })
    for (const [tag, form] of formsOf(html).map((each, n) => [html.split('<form')[n + 1] ?? '', each] as const)) {
      const isPost = /^[^>]*\smethod="post"/.test(tag)
      const known = rowOf(isPost ? 'POST' : 'GET', form.action === '' ? at(made) : form.action)
      forms += isPost ? 1 : 0
      if (known === undefined ? isPost && !/^\/log(?:in|out)$/.test(form.action) : !has(own, known.scopes)) {
        wrong.push(`${route}: ${form.action}`)
      }
    }
    for (const [, href = ''] of html.matchAll(/<a\b[^>]*\shref="(\/[^"]*)"/g)) {
      const known = rowOf('GET', href.replaceAll('&amp;', '&'))
      if (
        known !== undefined &&
        [known.scopes].flat().some((each) => LEADS_TO_A_CHANGE.test(each)) &&
        !has(own, known.scopes)
      ) {
        wrong.push(`${route}: ${href}`)
      }
    }
  }
  expect(wrong).toEqual([])
  // Whoever may do everything is offered something
  expect(forms > 0 || own !== 'admin').toBe(true)
})

describe('with the cookie of a login', () => {
  const posts = rows.filter(({ method }) => method === 'POST')
  it.each(posts)('$route is refused to whatever is no page of this server', async ({ at }) => {
    const browser = createBrowser()
    const login = { method: 'POST', headers: { origin: api.url, 'content-type': 'application/x-www-form-urlencoded' } }
    expect((await browser.ask(`${api.url}/login`, { ...login, body: `token=${ADMIN}` })).status).toBe(303)
    const post = async (headers: Record<string, string>) => {
      const sent = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html', ...headers }
      return (await browser.ask(api.url + at(made), { method: 'POST', body: '', headers: sent })).status
    }
    expect([
      await post({}),
      await post({ origin: 'https://evil.example' }),
      await post({ origin: 'null' }),
      await post({ origin: `${api.url}.evil.example` }),
      await post({ origin: api.url, 'sec-fetch-site': 'cross-site' }),
      await post({ origin: api.url, 'sec-fetch-site': 'same-site' }),
    ]).toEqual([403, 403, 403, 403, 403, 403])
    expect(await post({ origin: api.url, 'sec-fetch-site': 'same-origin' })).not.toBe(403)
  })
})

it('a narrowed token sees and changes its own alone', async () => {
  const grant = {
    name: 'narrow',
    scopes: ['schedules:read', 'schedules:write', 'jobs:read', 'jobs:write', 'audit:read', 'plan'],
  }
  const answer = await api.call('/v1/tokens', { headers: AS_ADMIN, json: { ...grant, namespaces: ['shop'] } })
  const headers = { authorization: `Bearer ${((await answer.json()) as { token: string }).token}` }
  expect((await openPage(api, '/schedules', { headers })).html).not.toContain(made.schedule)
  const others = [
    `/schedules/${made.schedule}`,
    `/schedules/${made.schedule}/edit`,
    `/schedules/${made.schedule}/delete`,
    `/jobs/${made.job}`,
  ]
  for (const path of others) {
    expect((await openPage(api, path, { headers })).status, path).toBe(404)
  }
  for (const action of ['edit', 'delete', 'run', 'state']) {
    expect((await postForm(api, `/schedules/${made.schedule}/${action}`, '', { headers })).status, action).toBe(404)
  }
  expect((await openPage(api, '/audit', { headers })).html).not.toContain(made.schedule)
  expect((await api.call(`/v1/schedules/${made.schedule}`, { headers: AS_ADMIN })).status).toBe(200)
})
