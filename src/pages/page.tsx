/**
 * Declares a page, and answers with one: the shell around it, and the headers that every page has.
 *
 * @module
 */
import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import { prefersHtml } from '../api/accept.ts'
import { readCookie } from '../api/access/cookies.ts'
import { ANONYMOUS } from '../api/principal-of.ts'
import { type Api, type ApiContext, answersAnybody, answersWithPages, type Openness } from '../api/route.ts'
import { sha256Hex } from '../lib/hash.ts'
import { ProblemError } from '../lib/problem.ts'
import { hasScope, NOBODY, type Principal, refuseWithoutScope, type Scope } from '../record/principal.ts'
import { addressesOf, type BrowserFile } from './assets.ts'
import { refusing } from './refused.ts'
import { type NavItem, Shell } from './shell.tsx'
import { unhidden } from './unhidden.ts'

export type PageSpec = {
  /** A path as Hono takes it, like `/jobs/:id`. */
  path: string
  /** The scope that the reader needs. `open`, `docs`: as for routes of the API. `any`: every known reader. */
  scope: Scope | Openness | 'any'
  /** The path of the API with the same, like `/v1/jobs/{id}`, for clients that take no HTML. May be left out. */
  api?: string
  /** Answers clients that take no HTML. Left out, they get a 406 that names `api`. */
  otherwise?: (context: ApiContext, next: () => Promise<void>) => Promise<Response | undefined> | Response
  /** True if clients that take no HTML are answered without a token. */
  isOpenOtherwise?: boolean
}

type Handler = (context: ApiContext) => Promise<Response> | Response

/** Mounts a page, for clients that name `text/html` in `Accept`. */
export function page(
  app: Api,
  { path, scope, api, otherwise, isOpenOtherwise = false }: PageSpec,
  handler: Handler,
): void {
  const answer = async (context: ApiContext, next: () => Promise<void>) => {
    if (!wantsPage(context)) {
      context.header('vary', VARY)
      if (otherwise !== undefined) {
        return otherwise(context, next)
      }
      const same = api === undefined ? '' : ` The API has the same at ${api}.`
      throw new ProblemError('not_acceptable', `This is a page, for clients that accept text/html.${same}`)
    }
    await learnWhoLooks(context, scope)
    refuseOtherScopes(context, scope)
    return refusing(() => handler(context))
  }
  if (isOpen(scope)) {
    answersAnybody(answer, scope)
  } else if (isOpenOtherwise) {
    answersAnybody(answer, (context) => (wantsPage(context) ? null : 'open'))
  }
  app.get(path, answersWithPages(answer))
}

const wantsPage = (context: ApiContext): boolean => prefersHtml(context.req.header('accept'))

/**
 * Mounts what a form is posted to. It answers with a redirect (303), or with the page of the form and what is wrong.
 */
export function form(app: Api, { path, scope }: { path: string; scope: Scope | 'any' }, handler: Handler): void {
  const answer = (context: ApiContext) => {
    refuseOtherScopes(context, scope)
    return refusing(() => handler(context))
  }
  app.post(path, answersWithPages(answer))
}

const isOpen = (scope: PageSpec['scope']): scope is Openness => scope === 'open' || scope === 'docs'

/** Looks for a session on a page that anybody may see, as nobody was identified there, and the shell names who is. */
async function learnWhoLooks(context: ApiContext, scope: PageSpec['scope']): Promise<void> {
  if (!isOpen(scope) || context.get('principal') !== undefined) {
    return
  }
  const cookie = readCookie(context, 'portolan')
  const principal = cookie === null ? null : await context.get('access').sessions.identify(cookie)
  const { required } = context.get('deps').settings.auth
  lookers.set(context, principal ?? (required ? null : ANONYMOUS))
}

const lookers = new WeakMap<Context, Principal | null>()

/** Returns the reader of a page; null if it is not known, and need not be. */
export const lookerOf = (context: ApiContext): Principal | null =>
  context.get('principal') ?? lookers.get(context) ?? null

function refuseOtherScopes(context: ApiContext, scope: PageSpec['scope']): void {
  if (!isOpen(scope) && scope !== 'any') {
    refuseWithoutScope(context.get('principal') ?? NOBODY, scope)
  }
}

/** Tells whether whoever looks may do what needs a scope: what they may not do is not offered to them. */
export const mayUse = (context: ApiContext, scope: Scope): boolean => hasScope(lookerOf(context) ?? NOBODY, scope)

export type Page = {
  /** The subject of the page; the name of the product is put after it. */
  title: string
  /** The entry of the navigation that the page belongs to. */
  nav?: NavItem
  /** Modules of `src/pages/browser/` that this page needs besides `site.js`. */
  scripts?: readonly BrowserFile[]
  /** Style sheets that this page needs besides `site.css`. */
  styles?: readonly BrowserFile[]
  /** @default 200 */
  status?: number
  /**
   * `private`: kept by nobody where somebody has logged in, else asked for again each time. `public`: the same for
   * everybody, kept for so long.
   *
   * @default 'private'
   */
  cache?: 'private' | { publicSeconds: number }
}

export const VARY = 'Accept, Cookie'

/** Nothing of a page runs, looks or goes anywhere but to this server. */
export const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Answers with a page. */
export async function answerPage(context: ApiContext, of: Page, body: Child): Promise<Response> {
  const { title, nav = null, scripts = [], styles = [], status = 200, cache = 'private' } = of
  const looker = lookerOf(context)
  const { asset, settings } = context.get('deps')
  const addresses = await addressesOf(asset, [...styles, ...scripts])
  const shell = (
    <Shell
      {...{ title, nav, addresses }}
      version={settings.version}
      at={pathOf(context)}
      looker={looker}
      hasSession={readCookie(context, 'portolan') !== null && looker !== null && looker !== ANONYMOUS}
      may={(scope) => looker !== null && hasScope(looker, scope)}
    >
      {body}
    </Shell>
  )
  // HTML has no such character (WHATWG 13.2.3.5): a parser would put another there, and tools take the page for no text
  const text = `<!doctype html>\n${unhidden(await shell.toString())}`.replaceAll('\0', '\ufffd')
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': POLICY,
    // Without this a browser would not say which page a form comes from, and the form would be refused.
    'referrer-policy': 'same-origin',
    vary: VARY,
  }
  const isSignedIn = looker !== null && looker !== ANONYMOUS
  if (cache === 'private' && (isSignedIn || status !== 200)) {
    return new Response(text, { status, headers: { ...headers, 'cache-control': 'no-store' } })
  }
  const etag = `W/"${sha256Hex(text).slice(0, 32)}"`
  const control = cache === 'private' ? 'private, no-cache' : `public, max-age=${cache.publicSeconds}`
  const known = context.req.header('if-none-match')?.includes(etag.slice(2)) && context.req.method !== 'POST'
  const all = { ...headers, etag, 'cache-control': control }
  if (!known) {
    return new Response(text, { status, headers: all })
  }
  const { 'content-type': _type, ...kept } = all
  return new Response(null, { status: 304, headers: kept })
}

/** The address of a page without the origin. */
export function pathOf(context: ApiContext): string {
  const { pathname, search } = new URL(context.req.url)
  return pathname + search
}
