import ipaddr from 'ipaddr.js'
import { hostPort } from '../lib/address.ts'
import type { HttpCheck } from '../plan/check.ts'
import type { PlannedPath } from '../plan/path.ts'
import { dialTls, judgeExpiry } from './certificate.ts'
import type { Failure } from './codes.ts'
import { type CookieJar, cookiesFor, keepCookies } from './cookies.ts'
import { failure, isBeyondVantage } from './failure.ts'
import { defaultPortOf, httpRequest, OWN_HEADERS, schemeOf } from './http-request.ts'
import { FLAWS, malformed } from './malformed.ts'
import type { HttpExchange, HttpRequest, Timings } from './network.ts'
import { type Found, lookUp } from './resolve.ts'
import { refusal, type TryContext } from './try.ts'
import { resolveContext } from './try-name.ts'

const REDIRECTS_MAX = 10
const REDIRECTS = new Set([301, 302, 303, 307, 308])
/** One URL is asked once more than it should take, as it may answer otherwise with the cookie that it set. */
const ASKED_MAX = 2

/**
 * `blocked`: why the last redirect was not followed. `unseen`: what nobody could see of a hop before the last, which
 * keeps a try from being a pass.
 */
export type Followed = { exchange: HttpExchange; blocked: Failure | null; unseen: Failure | null }

/**
 * Makes the request and, where the check asks for it, follows redirects: each hop is resolved, allowed and connected
 * anew. Phases are summed over all hops, as blackbox_exporter does; the rest of the evidence is the last hop's. How
 * long a certificate must last is asked of every hop: clients meet them all.
 *
 * A redirect that leads to the very URL that was asked is no answer, whether or not redirects are followed: it is asked
 * once more, with the cookies that were set, and the second answer decides.
 */
export async function followRedirects(
  context: TryContext,
  path: PlannedPath,
  check: HttpCheck,
  address: string,
): Promise<Followed> {
  const { deps, signal, timeoutMs } = context
  let request = httpRequest(path, check, { address, timeoutMs, signal })
  let exchange = await deps.network.http(request)
  let url: URL | null = null
  let unseen: Failure | null = null
  const jar: CookieJar = new Map()
  const asked = new Map<string, number>()
  for (let hops = 1; ; hops++) {
    const { http } = exchange
    const end = (blocked: Failure | null): Followed => ({ exchange, blocked, unseen })
    if (exchange.failure || http === null || http.location === null || !REDIRECTS.has(http.status)) {
      return end(null)
    }
    url ??= urlOf(path, check, request)
    if (url === null) {
      return end(null)
    }
    const next = nextUrl(http.location, url)
    const method = methodAfter(http.status, request.method)
    asked.set(keyOf(request.method, url), (asked.get(keyOf(request.method, url)) ?? 0) + 1)
    const leadsBack = next !== null && keyOf(method, next) === keyOf(request.method, url)
    if (!check.followRedirects && !leadsBack) {
      return end(null)
    }
    const flaw = judgeExpiry(exchange.tls, check.tls.minDaysToExpiry, deps.clock.now())
    if (flaw !== null && !isBeyondVantage(flaw)) {
      return end(flaw)
    }
    unseen ??= flaw
    if (next === null) {
      return endMalformed(exchange, http.location, unseen)
    }
    keepCookies(jar, url, exchange.headers?.['set-cookie'])
    if ((asked.get(keyOf(method, next)) ?? 0) >= ASKED_MAX) {
      return end(loop(http.status, leadsBack, jar.size > 0))
    }
    if (hops > REDIRECTS_MAX) {
      return end(failure('too_many_redirects', 'response', `more than ${REDIRECTS_MAX} redirects, each to another URL`))
    }
    const leftMs = timeoutMs - (exchange.timings.totalMs ?? 0)
    if (leftMs <= 0) {
      return end(failure('response_timeout', 'response'))
    }

    const hop = await dialOf({ ...context, timeoutMs: leftMs }, path, next, url, request)
    const spent = addTimings(exchange.timings, { ...NONE, dnsMs: hop.dnsMs, totalMs: hop.dnsMs })
    if ('code' in hop.to) {
      return { exchange: { ...exchange, timings: spent }, blocked: hop.to, unseen }
    }
    request = redirected(request, check, {
      method,
      from: url,
      to: next,
      dial: hop.to,
      timeoutMs: leftMs - (hop.dnsMs ?? 0),
      cookies: cookiesFor(jar, next),
    })
    exchange = withTimings(await deps.network.http(request), spent)
    url = next
  }
}

function loop(status: number, leadsBack: boolean, hasCookie: boolean): Failure {
  const again = hasCookie ? 'and does so again with the cookie that was set' : 'and does so again when asked once more'
  const message = leadsBack
    ? `status ${status} leads back to the same URL, ${again}`
    : `status ${status} leads back to a URL that was asked before, ${again}`
  return failure('redirect_loop', 'response', message)
}

const endMalformed = (exchange: HttpExchange, location: string, unseen: Failure | null): Followed => ({
  exchange: { ...exchange, malformed: malformed('location', location) },
  blocked: failure('malformed_response', 'response', FLAWS.location.says),
  unseen,
})

/** `null`: its Host is none that a URL may have. */
function urlOf(path: PlannedPath, check: HttpCheck, { headers, target }: HttpRequest): URL | null {
  const text = `${schemeOf(path, check)}://${headers.host}${target}`
  return URL.canParse(text) ? new URL(text) : null
}

/** Two requests with one key ask for the same: the host in lower case, no default port, no fragment (RFC 3986 6.2). */
function keyOf(method: string, url: URL): string {
  const key = new URL(url)
  key.hash = ''
  key.hostname = withoutDot(key.hostname)
  return `${method} ${key.href}`
}

const withoutDot = (hostname: string): string => hostname.replace(/\.$/, '')

const NONE: Timings = { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null, downloadMs: null, totalMs: null }

function nextUrl(location: string, from: URL): URL | null {
  const url = URL.canParse(location, from.href) ? new URL(location, from) : null
  return url && (url.protocol === 'http:' || url.protocol === 'https:') ? url : null
}

type Dial = { address: string; port: number }

/** A hop goes to the planned address as long as the host stays (as `curl --resolve`), else to what its name resolves to. */
async function dialOf(
  context: TryContext,
  path: PlannedPath,
  next: URL,
  from: URL,
  request: HttpRequest,
): Promise<{ to: Dial | Failure; dnsMs: number | null }> {
  const scheme = next.protocol === 'https:' ? 'https' : 'http'
  const port = next.port === '' ? defaultPortOf(scheme) : Number(next.port)
  if (withoutDot(next.hostname) === withoutDot(from.hostname)) {
    const samePort = next.protocol === from.protocol && next.port === from.port
    const sibling = next.protocol !== from.protocol && next.port === '' ? siblingPort(context, path, scheme) : null
    const to = { address: request.address, port: samePort ? request.port : (sibling ?? port) }
    // Through the path's own name, if it has one: that vouches for the address
    const refused = samePort ? null : refusal(context, { ...to, family: familyIn(to.address) }, path)
    return { to: refused === null ? to : redirectTo(refused), dnsMs: null }
  }
  const literal = next.hostname.replace(/^\[|\]$/g, '')
  if (ipaddr.isValid(literal)) {
    const found: Found = { address: literal, family: familyIn(literal) }
    return { to: blockedHop(context, { ...found, port }) ?? { address: literal, port }, dnsMs: null }
  }
  const resolved = await lookUp(resolveContext(context), next.hostname, null)
  if (resolved.failure) {
    return { to: resolved.failure, dnsMs: resolved.dnsMs }
  }
  const refused = resolved.addresses.map((found) => blockedHop(context, { ...found, port }))
  const first = resolved.addresses[refused.indexOf(null)]
  return {
    to: first ? { address: first.address, port } : (refused[0] ?? failure('internal', 'dns')),
    dnsMs: resolved.dnsMs,
  }
}

const blockedHop = (context: TryContext, to: Found & { port: number }): Failure | null => {
  const refused = refusal(context, to)
  return refused && redirectTo(refused)
}

const redirectTo = (refused: Failure): Failure => ({ ...refused, message: `a redirect to ${refused.message}` })

const familyIn = (address: string): Found['family'] => (ipaddr.parse(address).kind() === 'ipv6' ? 'IPv6' : 'IPv4')

/** The port of the same way in for another scheme: a controller's https is wherever the plan says. */
const siblingPort = ({ plan }: TryContext, path: PlannedPath, scheme: 'http' | 'https'): number | null =>
  plan.paths.find(
    (other) =>
      other.kind === path.kind && other.address === path.address && other.host === path.host && other.scheme === scheme,
  )?.addressPort ?? null

/** RFC 9110 15.4: 303 becomes GET; so does a POST on 301 and 302, as every client does. */
const methodAfter = (status: number, method: string): string =>
  method !== 'HEAD' && (status === 303 || (status < 303 && method === 'POST')) ? 'GET' : method

type Hop = {
  method: string
  from: URL
  to: URL
  dial: Dial
  timeoutMs: number
  /** Cookies that answers have set for it. */
  cookies: string | null
}

/**
 * The request of the next hop. All that the caller has put into a check – headers, whatever their names, and the body –
 * was given for one origin (RFC 6454 4) and does not leave it, nor does it come back by way of another.
 */
function redirected(
  request: HttpRequest,
  check: HttpCheck,
  { method, from, to, dial, timeoutMs, cookies }: Hop,
): HttpRequest {
  const isSameOrigin = to.origin === from.origin
  const keepsBody = isSameOrigin && method === request.method
  const headers: Record<string, string> = isSameOrigin ? { ...request.headers } : { ...OWN_HEADERS }
  const scheme = to.protocol === 'https:' ? 'https' : 'http'
  const host = to.hostname.replace(/^\[|\]$/g, '')
  headers.host = hostPort(host, to.port === '' ? null : Number(to.port), scheme)
  const given = isSameOrigin ? givenCookie(request, check) : null
  const cookie = [given, cookies].filter((each) => each !== null).join('; ')
  if (cookie === '') {
    delete headers.cookie
  } else {
    headers.cookie = cookie
  }
  if (!keepsBody) {
    for (const name of Object.keys(headers)) {
      if (name.startsWith('content-')) {
        delete headers[name]
      }
    }
  }
  return {
    ...request,
    ...dial,
    timeoutMs: Math.max(1, timeoutMs),
    method,
    body: keepsBody ? request.body : null,
    target: `${to.pathname}${to.search}`,
    headers,
    tls: isSameOrigin
      ? request.tls
      : scheme === 'https'
        ? { ...dialTls(check.tls, null), serverName: withoutDot(host) }
        : null,
  }
}

/** The caller's own cookies, as long as they are sent. */
function givenCookie(request: HttpRequest, check: HttpCheck): string | null {
  const [, given = null] = Object.entries(check.headers).find(([name]) => name.toLowerCase() === 'cookie') ?? []
  return given !== null && request.headers.cookie?.startsWith(given) ? given : null
}

const withTimings = (exchange: HttpExchange, spent: Timings): HttpExchange => ({
  ...exchange,
  timings: addTimings(exchange.timings, spent),
})

const sum = (left: number | null, right: number | null): number | null =>
  left === null || right === null ? (left ?? right) : left + right

const addTimings = (left: Timings, right: Timings): Timings => ({
  dnsMs: sum(left.dnsMs, right.dnsMs),
  connectMs: sum(left.connectMs, right.connectMs),
  tlsMs: sum(left.tlsMs, right.tlsMs),
  firstByteMs: sum(left.firstByteMs, right.firstByteMs),
  downloadMs: sum(left.downloadMs, right.downloadMs),
  totalMs: sum(left.totalMs, right.totalMs),
})
