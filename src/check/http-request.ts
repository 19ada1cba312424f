import { hostPort } from '../lib/address.ts'
import type { HttpCheck } from '../plan/check.ts'
import type { PlannedPath } from '../plan/path.ts'
import { dialTls } from './certificate.ts'
import { BODY_LIMIT_BYTES, streamMs } from './http.ts'
import type { DialOptions, HttpRequest } from './network.ts'

export type HttpScheme = 'http' | 'https'

const DEFAULT_PORTS: Readonly<Record<HttpScheme, number>> = { http: 80, https: 443 }
export const defaultPortOf = (scheme: HttpScheme): number => DEFAULT_PORTS[scheme]

/** Returns the scheme that the planner filled in. A check without one takes the scheme of its path, or else no TLS. */
export const schemeOf = (path: Pick<PlannedPath, 'scheme'>, check: Pick<HttpCheck, 'scheme'>): HttpScheme =>
  check.scheme ?? (path.scheme === 'https' ? 'https' : 'http')

export const OWN_HEADERS = { 'user-agent': 'portolan', accept: '*/*' }

/** The request of one check on one path: complete, and dialled as planned. */
export function httpRequest(
  path: PlannedPath,
  check: HttpCheck,
  dial: Pick<DialOptions, 'address' | 'timeoutMs' | 'signal'>,
): HttpRequest {
  const { address, timeoutMs, signal } = dial
  const scheme = schemeOf(path, check)
  return {
    address,
    port: path.addressPort ?? DEFAULT_PORTS[scheme],
    timeoutMs,
    signal,
    tls: scheme === 'https' ? dialTls(check.tls, path.serverName) : null,
    method: check.method,
    target: check.path ?? '/',
    headers: headersOf(check, check.host ?? hostPort(path.host ?? address, path.addressPort, scheme)),
    body: check.body,
    httpVersion: check.httpVersion,
    ...(check.upgrade !== null && { upgrade: check.upgrade }),
    bodyLimitBytes: BODY_LIMIT_BYTES,
    streamMs: streamMs(check.expect, timeoutMs),
  }
}

/** The caller's headers, in lower case, win over ours; those without which the path is another one over both. */
function headersOf(check: HttpCheck, host: string): Record<string, string> {
  const headers: Record<string, string> = { host, ...OWN_HEADERS }
  for (const name in check.headers) {
    headers[name.toLowerCase()] = check.headers[name] ?? ''
  }
  return { ...headers, ...check.ruleHeaders }
}
