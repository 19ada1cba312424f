import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Browser, createBrowser } from '../support/browser.ts'
import { startIssuer, type TestIssuer } from '../support/issuer.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readProblem } from '../support/read.ts'

const ADMIN_TOKEN = 'the-admin-token-of-the-test-0123'
const PUBLIC_URL = 'https://portolan.example'
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const ANY_JOB = { target: { service: 'toad' } }

let clock: ManualClock
let issuer: TestIssuer
let api: TestPortolan
let browser: Browser

beforeAll(async () => {
  clock = createManualClock(Date.now())
  issuer = await startIssuer(clock.now)
  api = await startTestPortolan(
    {
      PORTOLAN_AUTH: 'tokens',
      PORTOLAN_ADMIN_TOKEN: ADMIN_TOKEN,
      PORTOLAN_PUBLIC_URL: PUBLIC_URL,
      PORTOLAN_JWT_RULES: JSON.stringify([
        { issuer: issuer.url, audience: 'portolan', claims: { sub: 'ci' }, scopes: ['jobs:read'] },
      ]),
    },
    { clock },
  )
})
afterAll(() => Promise.all([api.close(), issuer.close()]))
beforeEach(() => {
  browser = createBrowser()
})

const cookies = () => ({ cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ') })
const port = () => new URL(api.url).port
const byJson = (token: string) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ token }),
})
const logIn = async (token = ADMIN_TOKEN) => {
  await api.call('/livez')
  const response = await browser.ask(`${api.url}/login`, byJson(token))
  expect(response.status).toBe(200)
  return response
}
/** As the browser, by its cookie; the answer must match openapi.yaml. */
const ask = (path: string, init: Parameters<TestPortolan['call']>[1] = {}) =>
  api.call(path, { ...init, headers: { ...init.headers, ...cookies() } })
const asked = async (path = '/v1/jobs', init: RequestInit = {}) => {
  await api.call('/livez')
  const response = await fetch(api.url + path, { ...init, headers: { ...init.headers, ...cookies() } })
  await response.body?.cancel()
  return response.status
}
const makeToken = async (fields: Record<string, unknown>) => {
  const response = await api.call('/v1/tokens', {
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    json: { name: 'of the test', scopes: ['jobs:read'], ...fields },
  })
  expect(response.status).toBe(201)
  return (await response.json()) as { id: string; token: string }
}

describe('the audit log', () => {
  it('tells who has logged in, who has logged out, and of a login that was refused', async () => {
    const { id, token } = await makeToken({ name: 'of a person' })
    await logIn(token)
    expect(await asked('/logout', { method: 'POST', headers: { origin: PUBLIC_URL } })).toBe(200)
    await api.call('/livez')
    for (const wrong of ['not-the-token-of-anybody', 'nor-is-this-the-token']) {
      expect((await browser.ask(`${api.url}/login`, byJson(wrong))).status).toBe(401)
    }
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` }
    const entriesOf = async (query: string) =>
      ((await (await api.call(`/v1/audit?${query}`, { headers })).json()) as { items: Record<string, unknown>[] }).items
    const own = (await entriesOf(`actor=${id}`)).map(({ action, actor, resource, after }) => [
      ...[action, actor, resource, after],
    ])
    const who = [
      { id, name: 'of a person', kind: 'token' },
      { kind: 'session', id },
    ]
    expect(own.toSorted()).toEqual([
      ['session.ended', ...who, null],
      ['session.started', ...who, { by: 'token', expiresAt: expect.stringMatching(/Z$/) }],
    ])
    expect(await entriesOf('action=login.failed')).toMatchObject([
      { actor: { id: 'nobody', kind: 'anonymous' }, after: { by: 'token', code: 'unauthenticated' } },
    ])
    const all = JSON.stringify(await entriesOf('limit=200'))
    expect([token, 'not-the-token', ...browser.cookies.values()].filter((text) => all.includes(text))).toEqual([])
  })
})

describe('a login with a token', () => {
  it('is a cookie that opens what the token opens', async () => {
    const response = await logIn()
    expect(await response.json()).toMatchObject({
      id: 'admin',
      scopes: ['admin'],
      session: { open: expect.any(Number) },
    })
    expect(browser.set).toEqual([
      expect.stringMatching(
        new RegExp(`^portolan-${port()}=[\\w-]{43}; Max-Age=60(4800|479\\d); Path=/; HttpOnly; SameSite=Lax$`),
      ),
    ])
    expect(await asked()).toBe(200)
    expect(await asked('/v1/whoami')).toBe(200)
  })

  it('by a form leads home, and a wrong token back to the form with the reason', async () => {
    const form = (token: string) => ({
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: api.url },
      body: new URLSearchParams({ token }),
    })
    const wrong = await browser.ask(`${api.url}/login`, form('not-the-token-of-the-test'))
    expect([wrong.status, wrong.headers.get('content-type'), browser.set]).toEqual([
      401,
      'text/html; charset=UTF-8',
      [],
    ])
    expect(await wrong.text()).toContain('<p role="alert">This token is not known here')
    const right = await browser.ask(`${api.url}/login`, form(` ${ADMIN_TOKEN} `))
    expect([right.status, right.headers.get('location')]).toEqual([303, '/'])
    expect(await asked()).toBe(200)
  })

  it('over https is a cookie for this host alone', async () => {
    const headers = { ...byJson(ADMIN_TOKEN).headers, origin: PUBLIC_URL }
    const response = await browser.ask(`${api.url}/login`, { ...byJson(ADMIN_TOKEN), headers })
    expect(response.status).toBe(200)
    expect(browser.set).toEqual([
      expect.stringMatching(
        /^__Host-portolan=[\w-]{43}; Max-Age=60(?:4800|479\d); Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      ),
    ])
    expect(await asked()).toBe(200)
  })

  it.each([
    ['{}', 'application/json', 400],
    ['{"token": "x", "next": "https://evil.example"}', 'application/json', 400],
    ['nonsense', 'application/json', 400],
    ['{"token": "x"}', 'application/json', 401],
    ['token=x', 'text/plain', 415],
    [`{"token": "${'x'.repeat(40_000)}"}`, 'application/json', 413],
  ])('of %.40s as %s is a %i, and no cookie', async (body, contentType, status) => {
    const response = await api.call('/login', { method: 'POST', headers: { 'content-type': contentType }, body })
    expect([response.status, response.headers.getSetCookie()]).toEqual([status, []])
  })

  it('always opens a new session, and ends the one that the browser had', async () => {
    browser.cookies.set(`portolan-${port()}`, 'A'.repeat(43))
    await logIn()
    const first = browser.cookies.get(`portolan-${port()}`)
    expect(first).not.toBe('A'.repeat(43))
    await logIn()
    const second = browser.cookies.get(`portolan-${port()}`)
    expect(second).not.toBe(first)
    browser.cookies.set(`portolan-${port()}`, first ?? '')
    expect(await asked()).toBe(401)
    browser.cookies.set(`portolan-${port()}`, second ?? '')
    expect(await asked()).toBe(200)
  })

  it('with a token that another has signed lasts no longer than that', async () => {
    await logIn(await issuer.sign({ sub: 'ci', aud: 'portolan' }))
    expect(await asked()).toBe(200)
    clock.advance(301_000)
    expect(await asked()).toBe(401)
  })
})

describe('a token that is not taken', () => {
  it('and that another has signed is a 401 that says why, as it is with Bearer', async () => {
    const token = await issuer.sign({ sub: 'ci', aud: 'other' })
    const response = await api.call('/login', byJson(token))
    expect(await readProblem(response)).toMatchObject({
      status: 401,
      detail: 'No rule for its issuer has the audience of this token, ["other"].',
    })
    expect(response.headers.getSetCookie()).toEqual([])
  })

  it('is a guess, of which an address has few: a form is told so on its page', async () => {
    const other = await startTestPortolan({
      PORTOLAN_AUTH: 'tokens',
      PORTOLAN_ADMIN_TOKEN: ADMIN_TOKEN,
      PORTOLAN_RATE_LIMIT_FAILURES: '2',
    })
    try {
      const logInWith = async (token: string, form: boolean) => {
        const body = form ? new URLSearchParams({ token }) : JSON.stringify({ token })
        const contentType = form ? 'application/x-www-form-urlencoded' : 'application/json'
        const response = await other.call('/login', { method: 'POST', headers: { 'content-type': contentType }, body })
        return [
          response.status,
          response.headers.get('content-type')?.split(';')[0],
          response.headers.has('retry-after'),
        ]
      }
      expect(await logInWith('wrong-token-0123456789', false)).toEqual([401, 'application/problem+json', false])
      expect(await logInWith('wrong-token-0123456788', true)).toEqual([401, 'text/html', false])
      expect(await logInWith(ADMIN_TOKEN, false)).toEqual([429, 'application/problem+json', true])
      expect(await logInWith(ADMIN_TOKEN, true)).toEqual([429, 'text/html', true])
    } finally {
      await other.close()
    }
  })
})

describe('a session ends', () => {
  beforeEach(() => logIn())

  it('after 12 hours without a request, and not before', async () => {
    for (let halves = 0; halves < 4; halves++) {
      clock.advance(12 * HOUR_MS - 61_000)
      expect(await asked()).toBe(200)
    }
    clock.advance(12 * HOUR_MS + 1000)
    expect(await asked()).toBe(401)
  })

  it('after 7 days, however much it is used', async () => {
    for (let hours = 0; hours < 7 * 24 - 6; hours += 6) {
      clock.advance(6 * HOUR_MS)
      expect(await asked()).toBe(200)
    }
    clock.advance(6 * HOUR_MS + 1000)
    expect(await asked()).toBe(401)
  })

  it('at logout, and its cookie opens nothing afterwards', async () => {
    const value = browser.cookies.get(`portolan-${port()}`) ?? ''
    const response = await browser.ask(`${api.url}/logout`, { method: 'POST', headers: { origin: api.url } })
    expect([response.status, response.headers.get('location'), browser.cookies.size]).toEqual([303, '/login', 0])
    browser.cookies.set(`portolan-${port()}`, value)
    expect(await asked()).toBe(401)
  })
})

describe('a session ends with its token', () => {
  it('that was revoked, at the next request', async () => {
    const { id, token } = await makeToken({})
    await logIn(token)
    expect(await asked()).toBe(200)
    expect(
      (await api.call(`/v1/tokens/${id}`, { method: 'DELETE', headers: { authorization: `Bearer ${ADMIN_TOKEN}` } }))
        .status,
    ).toBeLessThan(300)
    expect(await asked()).toBe(401)
  })

  it('that has expired', async () => {
    const { token } = await makeToken({ expiresAt: new Date(clock.now() + HOUR_MS).toISOString() })
    await logIn(token)
    clock.advance(HOUR_MS - 60_000)
    expect(await asked()).toBe(200)
    clock.advance(61_000)
    expect(await asked()).toBe(401)
  })
})

describe('with a session alone', () => {
  beforeEach(() => logIn())
  const post = (headers: Record<string, string>) => ask('/v1/jobs', { json: ANY_JOB, headers })

  it.each([
    ['no Origin', {}],
    ['an Origin of another site', { origin: 'https://evil.example' }],
    ['the Origin of a sandbox', { origin: 'null' }],
    ['an Origin on another port', { origin: 'http://127.0.0.1:1' }],
    ['an Origin that only begins so', { origin: `${PUBLIC_URL}.evil.example` }],
  ])('a change needs an Origin of ours: %s is a 403', async (_name, headers) => {
    expect(await readProblem(post(headers))).toMatchObject({ status: 403, code: 'forbidden' })
  })

  it('a change from a page of ours is taken, by this address or the public one', async () => {
    for (const origin of [api.url, PUBLIC_URL]) {
      expect((await readProblem(post({ origin }))).status).toBe(422)
    }
  })

  it('logging out needs one, too', async () => {
    expect(await asked('/logout', { method: 'POST' })).toBe(403)
    expect(await asked('/logout', { method: 'POST', headers: { origin: 'https://evil.example' } })).toBe(403)
    expect(await asked()).toBe(200)
  })

  it.each(['/probe?target=127.0.0.1:1&module=tcp_connect', '/v1/gates/argo-rollouts?service=toad'])(
    'what dials at a GET is not opened: %s',
    async (path) => {
      expect(await asked(path)).toBe(401)
      expect(await asked(path, { headers: { origin: api.url, 'sec-fetch-site': 'same-origin' } })).toBe(401)
    },
  )
})

describe('beside a token', () => {
  it('a session counts for nothing: the token decides', async () => {
    await logIn()
    const { token } = await makeToken({ scopes: ['plan'] })
    const bearer = (value: string) => ({ headers: { authorization: `Bearer ${value}` } })
    expect(await asked('/v1/jobs', bearer(token))).toBe(403)
    expect(await asked('/v1/jobs', bearer('not-the-token-of-the-test'))).toBe(401)
    expect(await asked('/v1/jobs', { headers: { authorization: 'Nonsense' } })).toBe(401)
  })

  it('a change needs no Origin', async () => {
    await logIn()
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, ...cookies() }
    expect((await api.call('/v1/jobs', { json: ANY_JOB, headers })).status).toBe(422)
  })
})

describe('the page', () => {
  it('is a form that works without a script, and runs none', async () => {
    const response = await api.call('/login')
    const text = await response.text()
    expect(response.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
    )
    // With no-referrer a browser sends Origin: null with the form, which is refused
    expect(response.headers.get('referrer-policy')).toBe('same-origin')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(text).toContain('<label for="token">Token</label>')
    expect(text).toContain('<input id="token" name="token" type="password"')
    expect(text).not.toContain('<script')
    expect(text).not.toContain('/login/oidc')
  })

  it('says who is logged in, and lets them out', async () => {
    await logIn()
    const text = await (await ask('/login')).text()
    expect(text).toContain('You are logged in as admin.')
    expect(text).toContain('<form method="post" action="/logout">')
  })

  it('of a login at a provider is a 404 where none is configured', async () => {
    expect((await api.call('/login/oidc', { headers: { accept: 'application/json' } })).status).toBe(404)
    expect((await api.call('/login/oidc/callback?code=x&state=y')).status).toBe(404)
  })
})

it('tells how many sessions are open, and when this one ends', async () => {
  const { token } = await makeToken({})
  await logIn(token)
  browser.cookies.clear()
  await logIn(token)
  const answer = (await (await ask('/v1/whoami')).json()) as { session: { expiresAt: string } }
  expect(answer).toMatchObject({ name: 'of the test', scopes: ['jobs:read'], session: { open: 2 } })
  // The clock of a Worker goes on
  expect(Math.abs(Date.parse(answer.session.expiresAt) - clock.now() - 7 * DAY_MS)).toBeLessThan(10_000)
})

it('no value of a cookie, and no token, reaches the log', async () => {
  const { token } = await makeToken({})
  await logIn(token)
  const [value = ''] = browser.cookies.values()
  await asked()
  const lines = api.lines.join('\n')
  expect(lines).toContain('"event":"logged_in"')
  expect(lines).not.toContain(value)
  expect(lines).not.toContain(token)
  expect(lines).not.toContain(ADMIN_TOKEN)
})
