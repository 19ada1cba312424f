import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ownPath } from '../../src/api/access/own-path.ts'
import { createBrowser } from '../support/browser.ts'
import { openPage, textOf } from '../support/html.ts'
import { filled, formOf, postForm } from '../support/page-form.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'

const ADMIN = 'an-admin-token-of-tests'
let api: TestPortolan
beforeAll(async () => {
  api = await startTestPortolan({ PORTOLAN_ADMIN_TOKEN: ADMIN, PORTOLAN_AUTH: 'tokens' })
})
afterAll(() => api.close())

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const logIn = (body: Record<string, string>, browser = createBrowser()) =>
  browser.ask(`${api.url}/login`, {
    method: 'POST',
    headers: { ...FORM, origin: api.url },
    body: String(new URLSearchParams({ token: ADMIN, ...body })),
  })

describe('the way back from the login', () => {
  it('leads from a page over the login to that page, with its query', async () => {
    const asked = await openPage(api, '/schedules?managedBy=none')
    expect([asked.status, asked.headers.get('location')]).toEqual([303, '/login?next=%2Fschedules%3FmanagedBy%3Dnone'])
    const { html } = await openPage(api, asked.headers.get('location') ?? '')
    const form = formOf(html, '/login')
    const browser = createBrowser()
    const done = await browser.ask(`${api.url}/login`, {
      ...{ method: 'POST', headers: { ...FORM, origin: api.url } },
      body: filled(form, { token: ADMIN }),
    })
    expect([done.status, done.headers.get('location')]).toEqual([303, '/schedules?managedBy=none'])
    const page = await browser.ask(`${api.url}/schedules?managedBy=none`, { headers: { accept: 'text/html' } })
    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(textOf(await page.text())).toContain('admin Log out')
  })

  const elsewhere = [
    ...[
      '//evil.example',
      '/\\evil.example',
      '\\\\evil.example',
      '/\t/evil.example',
      '/\r\n/evil.example',
      '\n//evil.example',
    ],
    ...['https:evil.example', 'https://evil.example/', 'javascript:alert(1)', 'data:text/html,x', 'evil.example', ''],
    ...['/.//evil.example', '/..//evil.example', '/a/../..//evil.example', '/%2e%2e//evil.example', '///evil.example'],
    ...['/login', '/login?next=/login', '/logout', '/login/oidc', `/${'a'.repeat(2000)}`],
  ]
  it.each(elsewhere)('is never another server, nor the login again: %j', async (next) => {
    expect(ownPath(next)).toBe('/')
    const done = await logIn({ next })
    const location = done.headers.get('location') ?? ''
    // Too long is refused at once; all others lead home
    expect(next.length > 2000 ? [400, ''] : [303, '/']).toEqual([done.status, location])
  })

  it('keeps what looks odd and is ours', async () => {
    const ours = [
      '/jobs/%2F%2Fevil.example',
      '/jobs?next=//evil.example',
      '/a%0d%0aset-cookie:x=1',
      '/jobs?label=a%3Db&label=c',
      '/logs',
    ]
    for (const next of ours) {
      expect(ownPath(next)).toBe(next)
      const done = await logIn({ next })
      expect([done.headers.get('location'), done.headers.get('x')]).toEqual([next, null])
    }
    expect(ownPath('/jobs#part')).toBe('/jobs')
    expect(ownPath('/a\r\nset-cookie: x=1')).toBe('/aset-cookie:%20x=1')
  })

  it('is a form of its own for a wrong token, which leads on when the right one is given', async () => {
    const wrong = await logIn({ token: 'wrong', next: '/jobs' })
    const html = await wrong.text()
    expect([wrong.status, textOf(html)]).toEqual([401, expect.stringContaining('not known here')])
    expect(Object.fromEntries(formOf(html, '/login').fields)).toEqual({ next: '/jobs', token: '' })
  })
})

describe('the page of the login', () => {
  it('has the look of all pages, runs nothing, and is kept by nobody', async () => {
    const { html, headers } = await openPage(api, '/login')
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    )
    expect(headers.get('cache-control')).toBe('no-store')
    expect(html).not.toMatch(/<script|<style|\sstyle=|\son\w+=/)
    const [, href = ''] = /<link rel="stylesheet" href="([^"]+)"/.exec(html) ?? []
    expect((await fetch(api.url + href)).headers.get('content-type')).toContain('text/css')
  })
})

describe('a session that ends under a form', () => {
  it('loses nothing of what was typed: it is on the page that says so, and is taken after the next login', async () => {
    const browser = createBrowser()
    await logIn({}, browser)
    const page = await browser.ask(`${api.url}/schedules/new`, { headers: { accept: 'text/html' } })
    const form = formOf(await page.text(), '/schedules/new')
    const manifests = `\napiVersion: v1\nkind: Service\nmetadata: { name: "<toad>" }\n`
    const body = filled(form, { name: 'half an hour of work', about: 'manifests', manifests, more: '' })
    browser.cookies.clear()
    const over = await postForm(api, form.action, body)
    expect([over.status, over.headers.get('cache-control')]).toEqual([401, 'no-store'])
    expect(over.text).toContain('Nothing was changed')
    const kept = formOf(over.html, '/schedules/new')
    expect(new Set(filled(kept).split('&'))).toEqual(new Set(body.split('&')))

    await logIn({}, browser)
    const again = await browser.ask(`${api.url}/schedules/new`, {
      ...{ method: 'POST', headers: { ...FORM, origin: api.url, accept: 'text/html' }, body: filled(kept) },
    })
    // It is the form that answers: with what it would have said at first
    const html = await again.text()
    expect([again.status, Object.fromEntries(formOf(html, '/schedules/new').fields).name]).toEqual([
      422,
      'half an hour of work',
    ])
  })

  it('sends back nothing that is too large, and says what to do', async () => {
    const over = await postForm(api, '/schedules/new', `manifests=${'x'.repeat(600_000)}`)
    expect([over.status, over.html.length < 20_000]).toEqual([401, true])
    expect(over.text).toContain('use the back button to return to what you typed')
  })

  it('shows a page whose address is too long to come back to the login alone', async () => {
    const { status, headers } = await openPage(api, `/audit?actor=${'a'.repeat(3000)}`)
    expect([status, headers.get('location')]).toEqual([303, '/login'])
  })
})
