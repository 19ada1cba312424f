import ipaddr from 'ipaddr.js'
import { hostPort } from '../plan/ip.ts'
import type { PlannedPath } from '../plan/path.ts'
import { dialTls, judgeExpiry } from './certificate.ts'
import type { HttpCheck } from './check.ts'
import type { Failure } from './codes.ts'
import { failure, isBeyondVantage } from './failure.ts'
import { defaultPortOf, httpRequest, schemeOf } from './http-request.ts'
import type { HttpExchange, HttpRequest, Timings } from './network.ts'
import { type Found, lookUp } from './resolve.ts'
import { refusal, resolveContext, type TryContext } from './try.ts'

const REDIRECTS_MAX = 10
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** Not sent to another host than the one they were meant for (as fetch and curl do). */
const PRIVATE_HEADERS = ['authorization', 'cookie', 'proxy-authorization']

/**
 * `blocked`: why the last redirect was not followed. `unseen`: what nobody could see of a hop before the last, which
 * keeps a try from being a pass.
 */
export type Followed = { exchange: HttpExchange; blocked: Failure | null; unseen: Failure | null }

/**
 * Makes the request and, where the check asks for it, follows redirects: each hop is resolved, allowed and connected
 * anew. Phases are summed over all hops, as blackbox_exporter does; the rest of the evidence is the last hop's. How
 * long a certificate must last is asked of every hop: clients meet them all.
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
  if (!check.followRedirects) return { exchange, blocked: null, unseen: null }

  let url = new URL(`${schemeOf(path, check)}://${request.headers.host}${request.target}`)
  let unseen: Failure | null = null
  for (let hops = 1; ; hops++) {
    const { http } = exchange
    if (exchange.failure || http === null || http.location === null || !REDIRECTS.has(http.status)) {
      return { exchange, blocked: null, unseen }
    }
    const flaw = judgeExpiry(exchange.tls, check.tls.minDaysToExpiry, deps.clock.now())
    if (flaw !== null && !isBeyondVantage(flaw)) return { exchange, blocked: flaw, unseen }
    unseen ??= flaw
    if (hops > REDIRECTS_MAX)
      return {
        exchange,
        blocked: failure('too_many_redirects', 'response', `more than ${REDIRECTS_MAX} redirects`),
        unseen,
      }
    const next = nextUrl(http.location, url)
    if (next === null)
      return { exchange, blocked: failure('invalid_response', 'response', 'the Location is not an HTTP URL'), unseen }
    const leftMs = timeoutMs - (exchange.timings.totalMs ?? 0)
    if (leftMs <= 0) return { exchange, blocked: failure('response_timeout', 'response'), unseen }

    const hop = await dialOf({ ...context, timeoutMs: leftMs }, path, next, url, request)
    if ('code' in hop.to)
      return {
        exchange: withTimings(exchange, { ...NONE, dnsMs: hop.dnsMs, totalMs: hop.dnsMs }),
        blocked: hop.to,
        unseen,
      }
    request = redirected(request, http.status, url, next, hop.to, leftMs - (hop.dnsMs ?? 0), check)
    const spent = addTimings(exchange.timings, { ...NONE, dnsMs: hop.dnsMs, totalMs: hop.dnsMs })
    exchange = withTimings(await deps.network.http(request), spent)
    url = next
  }
}

const NONE: Timings = { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null, downloadMs: null, totalMs: null }

function nextUrl(location: string, from: URL): URL | null {
  const url = URL.canParse(location, from.href) ? new URL(location, from) : null
  return url && (url.protocol === 'http:' || url.protocol === 'https:') ? url : null
}

type Dial = { address: string; port: number }

/** Where a hop goes: the planned address as long as the host stays (as `curl --resolve`), else what its name resolves to. */
async function dialOf(
  context: TryContext,
  path: PlannedPath,
  next: URL,
  from: URL,
  request: HttpRequest,
): Promise<{ to: Dial | Failure; dnsMs: number | null }> {
  const scheme = next.protocol === 'https:' ? 'https' : 'http'
  const port = next.port === '' ? defaultPortOf(scheme) : Number(next.port)
  if (next.hostname === from.hostname) {
    const samePort = next.protocol === from.protocol && next.port === from.port
    return {
      to: { address: request.address, port: samePort ? request.port : (siblingPort(context, path, scheme) ?? port) },
      dnsMs: null,
    }
  }
  const literal = next.hostname.replace(/^\[|\]$/g, '')
  if (ipaddr.isValid(literal)) {
    const found: Found = { address: literal, family: ipaddr.parse(literal).kind() === 'ipv6' ? 'IPv6' : 'IPv4' }
    return { to: blockedHop(context, { ...found, port }) ?? { address: literal, port }, dnsMs: null }
  }
  const resolved = await lookUp(resolveContext(context), next.hostname, null)
  if (resolved.failure) return { to: resolved.failure, dnsMs: resolved.dnsMs }
  const refused = resolved.addresses.map((found) => blockedHop(context, { ...found, port }))
  const first = resolved.addresses[refused.indexOf(null)]
  return {
    to: first ? { address: first.address, port } : (refused[0] ?? failure('internal', 'dns')),
    dnsMs: resolved.dnsMs,
  }
}

const blockedHop = (context: TryContext, to: Found & { port: number }): Failure | null => {
  const refused = refusal(context, to)
  return refused && { ...refused, message: `a redirect to ${refused.message}` }
}

/** The port of the same way in for another scheme: a controller's https is wherever the plan says. */
const siblingPort = ({ plan }: TryContext, path: PlannedPath, scheme: 'http' | 'https'): number | null =>
  plan.paths.find(
    (other) =>
      other.kind === path.kind && other.address === path.address && other.host === path.host && other.scheme === scheme,
  )?.addressPort ?? null

/** RFC 9110 15.4: 303 becomes GET; so does a POST on 301 and 302, as every client does. */
function redirected(
  request: HttpRequest,
  status: number,
  from: URL,
  next: URL,
  dial: Dial,
  timeoutMs: number,
  check: HttpCheck,
): HttpRequest {
  const turnsToGet = request.method !== 'HEAD' && (status === 303 || (status < 303 && request.method === 'POST'))
  const headers: Record<string, string> = { ...request.headers }
  if (next.host !== from.host) for (const name of PRIVATE_HEADERS) delete headers[name]
  const scheme = next.protocol === 'https:' ? 'https' : 'http'
  headers.host = hostPort(next.hostname.replace(/^\[|\]$/g, ''), next.port === '' ? null : Number(next.port), scheme)
  if (turnsToGet) for (const name of Object.keys(headers)) if (name.startsWith('content-')) delete headers[name]
  return {
    ...request,
    ...dial,
    timeoutMs: Math.max(1, timeoutMs),
    method: turnsToGet ? 'GET' : request.method,
    body: turnsToGet ? null : request.body,
    target: `${next.pathname}${next.search}`,
    headers,
    tls: scheme === 'https' ? { ...dialTls(check.tls, null), serverName: next.hostname.replace(/^\[|\]$/g, '') } : null,
  }
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
