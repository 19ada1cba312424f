import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Browser, createBrowser } from '../support/browser.ts'
import { CLIENT_ID, CLIENT_SECRET, type IdentityProvider, startIdentityProvider } from '../support/identity-provider.ts'
import { newKey, type SigningKey, startIssuer, type TestIssuer } from '../support/issuer.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'

const ADMIN_TOKEN = 'the-admin-token-of-the-test-0123'

let clock: ManualClock
let provider: IdentityProvider
let api: TestPortolan
let browser: Browser

const rulesOf = (issuer: string) => [
  { issuer, audience: CLIENT_ID, claims: { groups: 'on-call' }, scopes: ['admin'] },
  { issuer, audience: CLIENT_ID, claims: { email: '*@example.com' }, scopes: ['jobs:read'], namespaces: ['shop'] },
]
const startWith = (issuer: string, rules: unknown[]) =>
  startTestPortolan(
    {
      PORTOLAN_AUTH: 'tokens',
      PORTOLAN_ADMIN_TOKEN: ADMIN_TOKEN,
      PORTOLAN_OIDC_ISSUER: issuer,
      PORTOLAN_OIDC_CLIENT_ID: CLIENT_ID,
      PORTOLAN_OIDC_CLIENT_SECRET: CLIENT_SECRET,
      PORTOLAN_JWT_RULES: JSON.stringify(rules),
    },
    { clock },
  )
const isCallback = (url: string) => new URL(url).pathname === '/login/oidc/callback'

beforeAll(async () => {
  clock = createManualClock(Date.now())
  provider = await startIdentityProvider()
  api = await startWith(provider.url, rulesOf(provider.url))
  await provider.expect(`${api.url}/login/oidc/callback`)
})
afterAll(() => Promise.all([api.close(), provider.close()]))
beforeEach(async () => {
  browser = createBrowser()
  provider.answer = null
  provider.person = { sub: 'toad-1', claims: { groups: ['staff', 'on-call'], email: 'toad@example.com' } }
  await api.call('/livez')
})

const port = () => new URL(api.url).port
const cookies = () => ({ cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ') })
const whoami = async () => {
  const response = await api.call('/v1/whoami', { headers: cookies() })
  return response.status === 200 ? await response.json() : response.status
}
/** As far as the provider sends the browser back. */
const comeBack = async () => (await browser.follow(`${api.url}/login/oidc`, isCallback)).url
/** What the page says that is shown, with its status. */
const shownAt = async (url: string) => {
  const response = await browser.ask(url)
  const [, alert = null] = /<p role="alert">([^<]*)<\/p>/.exec(await response.text()) ?? []
  return { status: response.status, alert }
}
const BEGIN_AGAIN = {
  status: 400,
  alert: 'This login was not begun in this browser, or more than ten minutes ago, or is finished already. Begin again.',
}
const OTHERS = {
  status: 400,
  alert: expect.stringContaining('The answer of the identity provider does not belong to this login'),
}

describe('a login at the identity provider', () => {
  it('is a session of whoever the first rule says', async () => {
    const page = await (await browser.ask(`${api.url}/login`)).text()
    expect(page).toContain(`<a href="/login/oidc">Sign in with ${new URL(provider.url).host}</a>`)
    const { response, url } = await browser.follow(`${api.url}/login/oidc`, (next) => next === `${api.url}/`)
    expect([response.status, url]).toEqual([303, `${api.url}/`])
    expect([...browser.cookies.keys()].filter((name) => name.startsWith('portolan'))).toEqual([`portolan-${port()}`])
    expect(await whoami()).toEqual({
      id: expect.stringMatching(/^jwt_/),
      name: 'toad@example.com',
      scopes: ['admin'],
      ...{ namespaces: null, clusters: null, manifests: false, egressOnly: null, rateLimit: null },
      expiresAt: null,
      session: { expiresAt: expect.any(String), open: 1 },
    })
  })

  it('leads back to the page that one came from, and to no other server', async () => {
    const page = await (await browser.ask(`${api.url}/login?next=/jobs%3Flabel%3Da`)).text()
    const [, href = ''] = /href="(\/login\/oidc[^"]*)"/.exec(page) ?? []
    const isBack = (next: string) => next.startsWith(api.url) && !new URL(next).pathname.startsWith('/login')
    expect((await browser.follow(api.url + href, isBack)).url).toBe(`${api.url}/jobs?label=a`)
    for (const next of ['//evil.example', '/\\evil.example', 'https://evil.example/', '/.//evil.example', '/login']) {
      const { url } = await browser.follow(`${api.url}/login/oidc?${new URLSearchParams({ next })}`, isBack)
      expect(url, next).toBe(`${api.url}/`)
    }
  })

  it('narrows whom a narrower rule fits', async () => {
    provider.person = { sub: 'frog-2', claims: { groups: ['staff'], email: 'frog@example.com' } }
    await browser.follow(`${api.url}/login/oidc`, (next) => next === `${api.url}/`)
    expect(await whoami()).toMatchObject({ scopes: ['jobs:read'], namespaces: ['shop'] })
  })

  it('asks with PKCE, state and nonce, and keeps them ten minutes in a cookie that shows none of them', async () => {
    const response = await browser.ask(`${api.url}/login/oidc`)
    const asked = new URL(response.headers.get('location') ?? '').searchParams
    expect(Object.fromEntries(asked)).toEqual({
      client_id: CLIENT_ID,
      redirect_uri: `${api.url}/login/oidc/callback`,
      response_type: 'code',
      scope: 'openid profile email',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    })
    const [cookie = ''] = browser.set
    expect(cookie).toMatch(
      new RegExp(`^portolan-oidc-${port()}=[\\w.-]+; Max-Age=600; Path=/; HttpOnly; SameSite=Lax$`),
    )
    expect(cookie).not.toContain(asked.get('state'))
  })

  it('of somebody whom no rule fits is a page with what is known of them, and no session', async () => {
    provider.person = { sub: 'newt-3', claims: { groups: ['<script>alert(1)</script>'], email: 'newt@evil.example' } }
    const response = await browser.ask(await comeBack())
    const text = await response.text()
    expect(response.status).toBe(403)
    expect(text).toContain('<dt>sub</dt><dd>newt-3</dd>')
    expect(text).toContain('<dt>email</dt><dd>newt@evil.example</dd>')
    expect(text).toContain('<dd>[&quot;&lt;script&gt;alert(1)&lt;/script&gt;&quot;]</dd>')
    expect(text).not.toContain('<dt>nonce</dt>')
    expect(await whoami()).toBe(401)
  })

  it('that the provider refuses says so', async () => {
    provider.person = null
    expect(await shownAt(await comeBack())).toEqual({
      status: 403,
      alert: 'The identity provider has not let you in: access_denied: nobody is let in',
    })
  })
})

describe('refused is a callback', () => {
  it('a second time: the cookie has gone', async () => {
    const url = await comeBack()
    expect((await browser.ask(url)).status).toBe(303)
    expect(await shownAt(url)).toEqual(BEGIN_AGAIN)
  })

  it('a second time with the cookie kept: the provider does not know the code any more', async () => {
    const url = await comeBack()
    const kept = new Map(browser.cookies)
    expect((await browser.ask(url)).status).toBe(303)
    browser.cookies = kept
    expect(await shownAt(url)).toEqual({ status: 400, alert: expect.stringContaining('does not know the code') })
  })

  it('in another browser', async () => {
    const url = await comeBack()
    browser = createBrowser()
    expect(await shownAt(url)).toEqual(BEGIN_AGAIN)
  })

  it('with the state of another login of the same browser', async () => {
    const first = new URL(await comeBack())
    const second = new URL(await comeBack())
    second.searchParams.set('state', first.searchParams.get('state') ?? '')
    expect(await shownAt(second.href)).toEqual(OTHERS)
    expect(await whoami()).toBe(401)
  })

  it('without a state', async () => {
    const url = new URL(await comeBack())
    url.searchParams.delete('state')
    expect(await shownAt(url.href)).toEqual(OTHERS)
  })

  it('from another issuer (a mix-up)', async () => {
    const url = new URL(await comeBack())
    expect(url.searchParams.get('iss')).toBe(provider.url)
    url.searchParams.set('iss', 'https://evil.example')
    expect(await shownAt(url.href)).toEqual(OTHERS)
    const without = new URL(await comeBack())
    without.searchParams.delete('iss')
    expect(await shownAt(without.href)).toEqual(OTHERS)
  })

  it('with the code of another login: its PKCE verifier is missing', async () => {
    const mine = new URL(await comeBack())
    const kept = browser.cookies
    browser = createBrowser()
    const theirs = new URL(await comeBack())
    browser.cookies = kept
    mine.searchParams.set('code', theirs.searchParams.get('code') ?? '')
    expect(await shownAt(mine.href)).toEqual({ status: 400, alert: expect.stringContaining('does not know the code') })
  })

  it('after ten minutes, by the clock of the server, whatever the browser keeps', async () => {
    const url = await comeBack()
    clock.advance(601_000)
    await api.call('/livez')
    expect(await shownAt(url)).toEqual(BEGIN_AGAIN)
  })

  it.each(['nonsense', 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA'])(
    'with a cookie that was not sealed here: %s',
    async (value) => {
      const url = await comeBack()
      browser.cookies.set(`portolan-oidc-${port()}`, value)
      expect(await shownAt(url)).toEqual(BEGIN_AGAIN)
    },
  )

  it('by anything but GET', async () => {
    const url = await comeBack()
    const { status } = await browser.ask(url, { method: 'POST', headers: { origin: api.url } })
    expect([status, await whoami()]).toEqual([401, 401])
  })
})

describe('a provider that does not answer as it should', () => {
  it('is told as that, and nobody is refused for it', async () => {
    const url = await comeBack()
    provider.answer = (_request, response) => {
      response.writeHead(500).end()
      return true
    }
    expect(await shownAt(url)).toMatchObject({ status: 503 })
  })

  const answering = (id_token: string) => {
    provider.answer = ({ url }, response) => {
      if (url !== '/token') {
        return false
      }
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ access_token: 'x', token_type: 'Bearer', id_token }))
      return true
    }
  }
  const claimsFor = (nonce: string | null) => {
    const seconds = Math.floor(clock.now() / 1000)
    return {
      iss: provider.url,
      aud: CLIENT_ID,
      sub: 'toad-1',
      groups: ['on-call'],
      exp: seconds + 60,
      iat: seconds,
      nonce,
    }
  }
  let forger: TestIssuer
  let forgersKey: SigningKey
  beforeAll(async () => {
    forger = await startIssuer(clock.now)
    forgersKey = await newKey('login', 'RS256')
  })
  afterAll(() => forger.close())

  it.each([
    ['a nonce of another login', (nonce: string) => ({ ...claimsFor(nonce), nonce: 'other' }), OTHERS],
    ['no nonce', () => ({ ...claimsFor(null), nonce: undefined }), OTHERS],
    ['another audience', (nonce: string) => ({ ...claimsFor(nonce), aud: 'other' }), OTHERS],
    ['another issuer', (nonce: string) => ({ ...claimsFor(nonce), iss: 'https://evil.example' }), OTHERS],
    ['what has expired', (nonce: string) => ({ ...claimsFor(nonce), exp: 1 }), OTHERS],
    [
      'a signature by another key',
      claimsFor,
      { status: 403, alert: 'The signature of this token is not that of its issuer.' },
    ],
  ])('is not believed: an ID token with %s', async (_name, claims, refused) => {
    const begun = await browser.ask(`${api.url}/login/oidc`)
    const location = begun.headers.get('location') ?? ''
    const nonce = new URL(location).searchParams.get('nonce') ?? ''
    const { url } = await browser.follow(location, isCallback)
    answering(await forger.sign(claims(nonce), { key: forgersKey }))
    expect(await shownAt(url)).toEqual(refused)
    expect(await whoami()).toBe(401)
  })
})

it('no code, state, cookie or secret of the client reaches the log', async () => {
  const url = new URL(await comeBack())
  const sealed = browser.cookies.get(`portolan-oidc-${port()}`) ?? 'none'
  await browser.ask(url.href)
  url.searchParams.set('state', 'of-another-login')
  await browser.ask(url.href)
  const lines = api.lines.join('\n')
  for (const secret of [url.searchParams.get('code') ?? 'none', sealed, CLIENT_SECRET, ...browser.cookies.values()]) {
    expect(lines).not.toContain(secret)
  }
})
