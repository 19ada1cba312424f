import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { read, readProblem } from '../support/read.ts'

let api: TestPortolan
beforeAll(async () => {
  api = await startTestPortolan()
})
afterAll(() => api.close())

type Found = { query: string; words: string[]; pages: { page: string; title: string }[] }

/** As Chromium asks for what is typed into its address bar. */
const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8' }

async function answered(path: string, headers: Record<string, string> = {}) {
  // A problem that is shown as a page is no part of the document of the API
  const isPage = headers.accept?.startsWith('text/html,') ?? false
  const response = await (isPage ? fetch(api.url + path, { headers, redirect: 'manual' }) : api.call(path, { headers }))
  const { status } = response
  const type = response.headers.get('content-type')?.split(';')[0] ?? null
  return { status, type, to: response.headers.get('location'), vary: response.headers.get('vary'), response }
}

describe('the documentation', () => {
  it.each([
    ['/docs', 'Documentation', '# Where to look'],
    ['/docs/paths', 'The paths to a Service', '# The paths to a Service'],
    ['/docs/guides/ci', 'Portolan in CI', '# Portolan in CI'],
    ['/docs/errors/not_found', 'not_found', '# not_found'],
    ['/docs/failures/README', 'Failure codes', '# Failure codes'],
  ])('%s is a page for who names text/html, and text for all others', async (path, title, text) => {
    const { response, ...html } = await answered(path, BROWSER)
    expect(html).toEqual({ status: 200, type: 'text/html', to: null, vary: 'Accept, Cookie' })
    expect(await response.text()).toContain(`<h1>${title}</h1>`)
    for (const headers of [{ accept: '*/*' }, { accept: 'application/json' }, { accept: 'text/html;q=0, */*' }]) {
      const { response: plain, ...seen } = await answered(path, headers)
      expect(seen).toMatchObject({ status: 200, type: 'text/plain' })
      expect(seen.vary?.toLowerCase()).toContain('accept')
      expect((await plain.text()).startsWith(text)).toBe(true)
    }
  })

  it('is Markdown by its files, from which a browser is sent to the page', async () => {
    for (const page of ['errors/not_found', 'guides/ci', 'paths', 'diagnoses/README']) {
      expect(await answered(`/docs/${page}.md`)).toMatchObject({ status: 200, type: 'text/markdown' })
      expect(await answered(`/docs/${page}.md`, BROWSER)).toMatchObject({ status: 302, to: `/docs/${page}` })
    }
    expect(await answered('/docs/README.md', BROWSER)).toMatchObject({ status: 302, to: '/docs' })
  })

  it('shows a browser that follows the type of a problem what the problem means', async () => {
    const { type } = await readProblem(await api.call('/v1/jobs/job_01ARZ3NDEKTSV4RRFFQ69G5FAV'))
    const page = await api.call(type, { headers: BROWSER })
    expect([page.status, page.url, page.headers.get('content-type')]).toEqual([
      ...[200, `${api.url}/docs/errors/not_found`, 'text/html; charset=utf-8'],
    ])
  })

  it.each(['/docs/nothing', '/docs/guides/nothing', '/docs/errors/..%2Fpaths', '/docs/index.json'])(
    'has no %s',
    async (path) => {
      expect(await answered(path)).toMatchObject({ status: 404, type: 'application/problem+json' })
      expect(await answered(path, BROWSER)).toMatchObject({ status: 404, type: 'text/html' })
    },
  )

  it('has its API browser at /docs/api, with a policy of its own and nothing from elsewhere', async () => {
    for (const headers of [{}, BROWSER]) {
      const { response, ...seen } = await answered('/docs/api', headers)
      expect(seen).toMatchObject({ status: 200, type: 'text/html' })
      expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'self';/)
      const text = await response.text()
      const loaded = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address = '']) => address)
      expect(loaded).toContain('/docs/ui/swagger-ui-bundle.js')
      for (const address of loaded) {
        expect([address, (await fetch(api.url + address)).status]).toEqual([address, 200])
      }
    }
  })

  it('is searched by words, as JSON and as a page', async () => {
    const found = await read<Found>(api.call('/docs/search?q=connection_refused&limit=2'))
    expect(found).toMatchObject({ query: 'connection_refused', words: ['connection', 'refused'] })
    expect(found.pages[0]).toMatchObject({ page: 'failures/connection_refused', title: 'connection_refused' })
    expect(found.pages.length).toBe(2)
    const page = await (await api.call('/docs/search?q=connection_refused', { headers: BROWSER })).text()
    expect(page).toContain('href="/docs/failures/connection_refused')
    expect(page).toContain('<mark>connection</mark>_<mark>refused</mark>')
    expect((await api.call('/docs/search')).status).toBe(400)
    expect((await api.call('/docs/search?q=x&limit=21')).status).toBe(400)
  })
})
