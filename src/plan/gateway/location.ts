/**
 * Redirects and rewrites: where a filter leads a request (HTTPRequestRedirectFilter, HTTPURLRewriteFilter,
 * HTTPPathModifier).
 *
 * @module
 */
import type { PathModifier, RouteFilter, RouteMatch } from '../../kube/gateway-objects.ts'
import { encodePath } from '../ingress-rules.ts'

export type Redirect = Extract<RouteFilter, { type: 'RequestRedirect' }>

/** The parts of a request that a redirect is made of. */
export type Redirected = {
  scheme: 'http' | 'https'
  /** `null`: the address is asked, whatever it is. */
  host: string | null
  /** The path with its query. */
  path: string
  /** The port of the listener. */
  port: number
}

const WELL_KNOWN: Readonly<Record<string, number>> = { http: 80, https: 443 }

/**
 * Modifies a path. The query stays.
 *
 * @returns `null` where that is not defined: a prefix is replaced that no match of type PathPrefix takes.
 */
export function modifiedPath(modifier: PathModifier | null, match: RouteMatch | null, path: string): string | null {
  if (modifier === null) {
    return path
  }
  const [before = '', ...query] = path.split('?')
  const rest = query.length === 0 ? '' : `?${query.join('?')}`
  if (modifier.type === 'ReplaceFullPath') {
    return `${modifier.value === '' ? '/' : modifier.value}${rest}`
  }
  const prefix = match?.path?.type === 'PathPrefix' ? encodePath(match.path.value).replace(/\/$/, '') : null
  if (modifier.type !== 'ReplacePrefixMatch' || prefix === null || !before.startsWith(prefix)) {
    return null
  }
  const made = `${modifier.value.replace(/\/$/, '')}${before.slice(prefix.length)}`
  return `${made.startsWith('/') ? '' : '/'}${made}${rest}`
}

export type Location = {
  scheme: string
  /** `null`: that of the request, which is not known. */
  host: string | null
  /** `null`: none is written, as it is the scheme's own. */
  port: number | null
  path: string
  /** A last slash may be there or not: the specification does not say what becomes of `/` where it is the prefix. */
  isLoose: boolean
}

/** Tells where a redirect leads; `null`: it is not defined. */
export function locationOf(redirect: Redirect, match: RouteMatch | null, request: Redirected): Location | null {
  const path = modifiedPath(redirect.path, match, request.path)
  if (path === null) {
    return null
  }
  const scheme = redirect.scheme ?? request.scheme
  const port =
    redirect.port ?? (redirect.scheme === null ? request.port : (WELL_KNOWN[redirect.scheme] ?? request.port))
  const isLoose =
    redirect.path?.type === 'ReplacePrefixMatch' && match?.path?.value === '/' && /^\/(\?|$)/.test(request.path)
  return {
    scheme,
    host: redirect.hostname ?? request.host,
    port: port === WELL_KNOWN[scheme] ? null : port,
    path,
    isLoose,
  }
}

export const locationText = ({ scheme, host, port, path }: Location): string =>
  `${scheme}://${host ?? '…'}${port === null ? '' : `:${port}`}${path}`

/**
 * Writes a regular expression (RE2) for the Location: a default port may be written, which SHOULD NOT be there, and the
 * query of the request may be kept or not, as the specification does not say.
 */
export function locationPattern({ scheme, host, port, path, isLoose }: Location): string {
  const own = WELL_KNOWN[scheme]
  const ports = port === null ? (own === undefined ? '' : `(:${own})?`) : `:${port}`
  const [before = ''] = path.split('?')
  const authority = host === null ? '[^/?#]+' : `(?i:${escaped(host)})${ports}`
  return `^(?i:${scheme})://${authority}${before === '/' || isLoose ? `${escaped(before.replace(/\/$/, ''))}/?` : escaped(before)}(\\?.*)?$`
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
