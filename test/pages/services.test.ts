import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { daysInWords } from '../../src/pages/services/days.tsx'
import { openPage } from '../support/html.ts'
import { startTestPortolan } from '../support/portolan.ts'
import { startTwoDays, type TwoDays } from '../support/two-days.ts'

let made: TwoDays
beforeAll(async () => {
  made = await startTwoDays()
})
afterAll(() => made.close())

const open = (path: string) => openPage(made.api, path)
/** The Services that a page shows, in its order. */
const shown = (html: string) => [...html.matchAll(/<a href="\/services\/([^"]+)">/g)].map(([, name]) => name)

describe('the wall of Services', () => {
  it('shows problems first, each with its state, since when, why, its days, availability, latency and last look', async () => {
    const { status, html, text, headers } = await open('/')
    expect([status, headers.get('vary')]).toEqual([200, 'Accept, Cookie'])
    const { items } = await made.history.services('?sort=problems&limit=50')
    expect(shown(html)).toEqual(items.map(({ target }) => `${target.cluster}/${target.namespace}/${target.service}`))
    expect(text).toMatch(/✕ 1 fail \? 0 unknown ✓ 5 pass 6 in all/)
    const cause = items[0]?.cause
    expect(text).toMatch(
      new RegExp(
        `✕ Fail default/down in default ${cause?.title.replaceAll(/[.*+?^$()|[\]]/g, '\\$&')} \\S+ \\w+ , ${cause?.code} ` +
          'since 2026-11-23 08:30:0\\d UTC \\((1 h|59 min \\d+ s)\\) 1 of 1 day with failures, last on 2026-11-23 ' +
          'Available 0 % p95 – Last look 2026-11-23 08:30:0\\d UTC',
      ),
    )
    expect(text).toMatch(
      /✓ Pass default\/toad-svc in default since \S+ \S+ UTC \(.*?\) \d of 3 days with failures, last on 2026-11-22 Available 87.5 %/,
    )
  })

  it('draws each day as a bar, and says the same beside it', async () => {
    const { html } = await open('/?q=default/down')
    // 89 days of which nothing is known, and one on which it failed
    expect(html).toContain('viewBox="0 0 359 24"')
    expect(html).toContain('<path class="none" d="M0 23h355"></path><path class="fail" d="M356 12h3"></path>')
    const day = { pass: 0, fail: 0, error: 0, availability: null }
    const days = (states: readonly ('pass' | 'fail' | null)[]) =>
      states.map((state, at) => ({ ...day, state, day: `2026-11-0${at + 1}` }))
    expect(daysInWords(days([null, null]))).toBe('not tested in 2 days')
    expect(daysInWords(days([null, 'pass']))).toBe('1 day, no failures')
    expect(daysInWords(days(['pass', 'pass']))).toBe('2 days, no failures')
    expect(daysInWords(days(['fail', 'fail', null, 'pass']))).toBe('2 of 3 days with failures, last on 2026-11-02')
  })

  it('keeps what was asked for in its form, and hands on to the API what it knows alone', async () => {
    const { html, text } = await open('/?q=DEFAULT/T&namespace=&cluster=default&verdict=pass&sort=name&utm_source=mail')
    expect(shown(html)).toEqual(['default/default/toad-svc', 'default/default/twice'])
    expect(html).toContain('value="DEFAULT/T"')
    expect(html).toContain('<option value="pass" selected="">passes</option>')
    expect(html).toContain('<option value="name" selected="">by name</option>')
    expect(text).toContain('✕ 0 fail ? 0 unknown ✓ 2 pass 2 in all')
    expect(html).toContain('href="/?q=DEFAULT%2FT&amp;cluster=default&amp;verdict=fail&amp;sort=name"')
    expect((await open('/?verdict=unknown')).text).toContain('No Service matches. All Services')
  })

  it('says at its fields what the API does not take', async () => {
    const { status, html, text } = await open('/?verdict=bogus&cursor=nonsense')
    expect(status).toBe(400)
    expect(text).toContain('found "bogus", expected fail, unknown or pass')
    expect(html).toContain('<a href="#verdict">')
    expect((await open('/?cursor=nonsense')).text).toContain('Not a cursor of this list')
  })

  it('tells curl in three lines what this is and where to read on', async () => {
    for (const accept of ['*/*', null]) {
      const response = await fetch(made.api.url, { headers: accept === null ? {} : { accept } })
      expect([response.status, response.headers.get('content-type'), response.headers.get('vary')]).toEqual([
        ...[200, 'text/plain; charset=UTF-8', 'Accept, Cookie'],
      ])
      const lines = (await response.text()).split('\n')
      expect(lines).toEqual([
        expect.stringMatching(/^Portolan tells whether a Kubernetes Service can be reached/),
        `Ask:  curl -X POST '${made.api.url}/v1/jobs?service=NAME&namespace=NAMESPACE&wait=60&format=text'`,
        `Read: ${made.api.url}/docs, for programs ${made.api.url}/openapi.json`,
        '',
      ])
    }
  })
})

describe('on a new server', () => {
  it('teaches the first command to who may ask, and sends others to the login', async () => {
    const admin = 'pt_the-admin-token-of-this-test'
    const api = await startTestPortolan({ PORTOLAN_ADMIN_TOKEN: admin, PORTOLAN_AUTH: 'tokens' })
    const as = (token: string) => openPage(api, '/', { headers: { authorization: `Bearer ${token}` } })
    try {
      const { html, text } = await as(admin)
      expect(text).toContain('Nothing has been checked yet')
      expect(text).toContain(
        `curl -sS -X POST -H "authorization: Bearer $PORTOLAN_TOKEN" '${api.url}/v1/jobs?service=toad-svc&namespace=shop&wait=60&format=text'`,
      )
      expect(text).toContain(`portolan check toad-svc -n shop --server ${api.url}`)
      expect(html).toContain('<a href="/try">')
      const json = { name: 'reader', scopes: ['reports:read'] }
      const given = await api.call('/v1/tokens', { json, headers: { authorization: `Bearer ${admin}` } })
      const reader = await as(((await given.json()) as { token: string }).token)
      expect(reader.text).toContain('Your token may read, but not start a check.')
      expect(reader.html).not.toMatch(/v1\/jobs|href="\/try"/)
      const nobody = await openPage(api, '/?q=a', { headers: { authorization: '' } })
      expect([nobody.status, nobody.headers.get('location')]).toEqual([303, '/login?next=%2F%3Fq%3Da'])
    } finally {
      await api.close()
    }
  })
})
