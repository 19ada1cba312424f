/** `/login`, `/logout`: a browser has its token, or its login at an issuer, turned into a cookie. */
import { z } from '@hono/zod-openapi'
import { sha256Hex } from '../lib/hash.ts'
import { ProblemError } from '../lib/problem.ts'
import { NOBODY } from '../record/principal.ts'
import { tellFailedLogin } from '../store/audit.ts'
import { actingAs } from '../store/db.ts'
import { type Found, findHolder } from './access/access.ts'
import { dropCookie, placeOf, readCookie, writeCookie } from './access/cookies.ts'
import { JwtRefused } from './access/jwts.ts'
import { LOGIN_SECONDS } from './access/oidc.ts'
import { NEXT_MAX, ownPath } from './access/own-path.ts'
import { refusedJwt } from './access/ways.ts'
import { askingOf } from './asking.ts'
import { withBody } from './body.ts'
import { countGuess, wasNoGuess } from './count-request.ts'
import { answerPage, orPage } from './login-page.ts'
import { parseBody, parseJson } from './parse-body.ts'
import { openProblems } from './problem.ts'
import { type Api, type ApiContext, mount, withProblemPages } from './route.ts'
import { refuseOtherOrigins } from './same-origin.ts'
import { answerWhoami, WhoamiSchema } from './whoami.ts'

const common = { tags: ['Access'], scope: 'open' as const }
const BODY_MAX = 32 * 1024
const page = (description: string) => ({ description, content: { 'text/html': { schema: z.string() } } })

const NextSchema = z.string().max(NEXT_MAX).optional().openapi({
  description: 'A path of this server to go to after the login; anything else is taken as `/`',
  example: '/jobs',
})

const TokenSchema = z
  .string()
  .min(1)
  .max(BODY_MAX)
  .openapi({ description: 'The token, as it would be sent with Bearer' })
const example = { token: 'pt_EXAMPLEexampleEXAMPLEexampleEXAMP' }
const LoginSchema = z.strictObject({ token: TokenSchema }).openapi('Login', { example })
const LoginFormSchema = z.strictObject({ token: TokenSchema, next: NextSchema }).openapi('LoginForm', { example })

export function mountLogin(app: Api): void {
  mount(
    app,
    {
      ...common,
      method: 'get',
      path: '/login',
      operationId: 'getLogin',
      summary: 'The login page, for browsers',
      responses: {
        200: page('A form for a token, and a link to the identity provider where one is configured'),
        ...openProblems(),
      },
      // Links that people share gain parameters on their way
      query: z.looseObject({ next: NextSchema }),
    },
    async (context, { query }) => {
      const { sessions } = context.get('access')
      const value = readCookie(context, 'portolan')
      const principal = value === null ? null : await sessions.identify(value)
      return answerPage(context, {
        name: principal && (principal.name ?? principal.id),
        next: ownPath(query.next),
      })
    },
  )
  mount(
    app,
    {
      ...common,
      method: 'post',
      path: '/login',
      operationId: 'logIn',
      summary: 'Log in with a token',
      description:
        'Sets a cookie for browsers; other clients send the token with each request. The cookie is `__Host-portolan`, or ' +
        '`portolan-{port}` over http on loopback; over http from another host, login is refused. The session lasts 7 ' +
        'days at most, and ends after 12 hours without a request, or with its token. A form is answered with a page.',
      body: {
        required: true,
        content: {
          'application/json': { schema: LoginSchema },
          'application/x-www-form-urlencoded': { schema: LoginFormSchema },
        },
      },
      responses: {
        200: { description: 'Logged in, by JSON', content: { 'application/json': { schema: WhoamiSchema } } },
        303: { description: 'Logged in, by a form' },
        ...withProblemPages(
          openProblems('malformed_body', 'unauthenticated', 'forbidden', 'body_too_large', 'unsupported_media_type'),
        ),
      },
    },
    (context) =>
      withBody(context, ['json', 'form'], ({ text, type }) => logIn(context, text, type === 'form'), BODY_MAX),
  )
  mount(
    app,
    {
      ...common,
      method: 'post',
      path: '/logout',
      operationId: 'logOut',
      summary: 'Log out',
      description: 'The identity provider is not told, so logging in there again may need no password.',
      responses: { 303: { description: 'Logged out, to /login' }, ...openProblems('forbidden') },
    },
    async (context) => {
      refuseOtherOrigins(context)
      const value = readCookie(context, 'portolan')
      if (value !== null) {
        const { sessions } = context.get('access')
        const principal = await sessions.identify(value)
        await sessions.end(value, askingOf(context, principal ?? NOBODY))
      }
      dropCookie(context, 'portolan')
      return context.redirect('/login', 303)
    },
  )
  mountOidc(app)
}

function mountOidc(app: Api): void {
  mount(
    app,
    {
      ...common,
      method: 'get',
      path: '/login/oidc',
      operationId: 'beginOidcLogin',
      summary: 'Begin a login at the identity provider',
      responses: {
        302: { description: 'To the identity provider, with PKCE, state and nonce' },
        ...withProblemPages(openProblems('not_found', 'forbidden')),
      },
      query: z.strictObject({ next: NextSchema }),
    },
    (context, { query }) =>
      orPage(context, async () => {
        const oidc = oidcOf(context)
        const place = placeOf(context)
        const { url, sealed } = await oidc.begin(redirectUriOf(context, place.secure), ownPath(query.next))
        writeCookie(context, place, 'portolan-oidc', sealed, LOGIN_SECONDS)
        context.header('cache-control', 'no-store')
        return context.redirect(url, 302)
      }),
  )
  mount(
    app,
    {
      ...common,
      method: 'get',
      path: '/login/oidc/callback',
      operationId: 'finishOidcLogin',
      summary: 'Finish a login from the identity provider',
      description: 'The first rule of `PORTOLAN_JWT_RULES` that fits the ID token decides what the person may do.',
      query: z.looseObject({}),
      responses: { 303: { description: 'Logged in' }, ...withProblemPages(openProblems('not_found', 'forbidden')) },
    },
    (context) =>
      orPage(
        context,
        telling(context, 'issuer', () => finishOidc(context)),
      ),
  )
}

async function logIn(context: ApiContext, text: string, isForm: boolean): Promise<Response> {
  const form = isForm ? Object.fromEntries(new URLSearchParams(text)) : null
  const next = ownPath(form?.next)
  const act = telling(context, 'token', async () => {
    const { token } = form === null ? parseBody(LoginSchema, parseJson(text)) : parseBody(LoginFormSchema, form)
    const place = placeOf(context)
    const { principal, opener } = await holderOf(context, token.trim())
    const { sessions } = context.get('access')
    const opened = await sessions.open(
      ...([opener, principal.expiresAtMs, readCookie(context, 'portolan'), askingOf(context, principal)] as const),
    )
    finish(context, place, opened, principal.id)
    return isForm ? context.redirect(next, 303) : answerWhoami(context, principal, opened.value)
  })
  return isForm ? orPage(context, act, next) : act()
}

/** Has the audit log tell of a login that is refused to whoever asks. A request that is malformed is no login. */
const telling =
  (context: ApiContext, by: 'token' | 'issuer', act: () => Promise<Response>): (() => Promise<Response>) =>
  async () => {
    try {
      return await act()
    } catch (error) {
      const code = error instanceof JwtRefused ? 'forbidden' : error instanceof ProblemError ? error.code : null
      if (code === 'unauthenticated' || code === 'forbidden') {
        await noteFailedLogin(context, by, code)
      }
      throw error
    }
  }

async function noteFailedLogin(context: ApiContext, by: string, code: string): Promise<void> {
  const { store, log } = context.get('deps')
  try {
    await tellFailedLogin(actingAs(store, NOBODY, askingOf(context, NOBODY)), { by, code })
  } catch (cause) {
    // The refusal stands, whether or not it can be told of
    log.warn('failed_login_not_noted', { cause })
  }
}

/** Each token that an address has not sent before is a guess, until it is known, or cannot be looked at. */
async function holderOf(context: ApiContext, token: string): Promise<Found> {
  const digest = sha256Hex(token)
  countGuess(context, digest)
  try {
    const found = await findHolder(context.get('access'), token)
    if (found === null) {
      throw new ProblemError('unauthenticated', 'This token is not known here: it may be mistyped, expired or revoked.')
    }
    wasNoGuess(context, digest)
    return found
  } catch (error) {
    const refusal = error instanceof JwtRefused ? refusedJwt(error) : error
    if (!(refusal instanceof ProblemError && refusal.code === 'unauthenticated')) {
      wasNoGuess(context, digest)
    }
    throw refusal
  }
}

async function finishOidc(context: ApiContext): Promise<Response> {
  const oidc = oidcOf(context)
  const { sessions, jwts, rules } = context.get('access')
  const place = placeOf(context)
  const sealed = readCookie(context, 'portolan-oidc')
  // Whatever becomes of it, it is not used again.
  dropCookie(context, 'portolan-oidc')
  const { idToken, next } = await oidc.finish(new URL(context.req.url).searchParams, sealed)
  const { issuer, clientId } = oidc.client
  const { principal, claims } = await jwts.identify(idToken, { issuer, audience: clientId })
  const person = { ...principal, name: nameOf(claims) ?? principal.id, expiresAtMs: null }
  const opened = await sessions.open(
    ...([{ principal: person, rules }, null, readCookie(context, 'portolan'), askingOf(context, person)] as const),
  )
  finish(context, place, opened, principal.id)
  return context.redirect(ownPath(next), 303)
}

/** For people to read; who it is, is said by the subject. */
function nameOf(claims: Readonly<Record<string, unknown>>): string | null {
  const names = [claims.preferred_username, claims.email, claims.sub]
  return names.find((name) => typeof name === 'string' && name !== '' && name.length <= 200) as string | null
}

function finish(
  context: ApiContext,
  place: ReturnType<typeof placeOf>,
  { value, expiresAtMs }: { value: string; expiresAtMs: number },
  principal: string,
): void {
  const { clock, log } = context.get('deps')
  writeCookie(context, place, 'portolan', value, (expiresAtMs - clock.now()) / 1000)
  context.header('cache-control', 'no-store')
  log.info('logged_in', { requestId: context.get('requestId'), principal, clientAddress: context.get('clientAddress') })
}

function oidcOf(context: ApiContext) {
  const { oidc } = context.get('access')
  if (oidc === null) {
    throw new ProblemError('not_found', 'No identity provider is configured here: log in with a token, at /login.')
  }
  return oidc
}

/** Registered at the issuer, so it is the public address where there is one. */
function redirectUriOf(context: ApiContext, secure: boolean): string {
  const { publicUrl } = context.get('deps').settings
  const own = `${secure ? 'https' : 'http'}://${context.req.header('host') ?? ''}`
  return `${publicUrl ?? own}/login/oidc/callback`
}
