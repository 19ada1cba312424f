/**
 * Refuses requests that somebody else's page makes through the browser of a person who can reach this server. The
 * browser says so itself: by `Sec-Fetch-Site` (W3C Fetch Metadata; on HTTPS and loopback) and by `Origin` (RFC 6454; on
 * every request that may change something). A client that sends neither, like curl, CI or Prometheus, is no browser and
 * passes.
 *
 * @module
 */
import type { Context, MiddlewareHandler } from 'hono'
import { ProblemError } from '../lib/problem.ts'
import { mayAct } from './acts.ts'
import type { ApiEnv } from './route.ts'

export type Asking = {
  method: string
  path: string
  host: string | undefined
  origin: string | undefined
  secFetchSite: string | undefined
}

/**
 * Says why a request is refused; `null`: it is not. A read shows nothing to a foreign page (there is no CORS here), so
 * only requests that act are looked at. Navigations, which forms and links make, are no exception.
 *
 * @param publicUrl the address at which browsers reach this server, if a proxy passes on another Host.
 */
export function foreignTo(publicUrl: string | null, asking: Asking): string | null {
  const { method, path, host, origin, secFetchSite } = asking
  if (!mayAct(method, path)) {
    return null
  }
  // `none` is a person's own doing: typed, or a bookmark. Unknown values say nothing (Fetch Metadata 2.3).
  const site = secFetchSite?.trim().toLowerCase()
  if (site === 'cross-site' || site === 'same-site') {
    return `Sec-Fetch-Site: ${site}`
  }
  if (origin === undefined || isOwn(origin, host, publicUrl)) {
    return null
  }
  return `Origin: ${origin.slice(0, 200)}`
}

/** `null` is the origin of pages without one, like sandboxed frames and files: never ours. */
export function isOwn(origin: string, host: string | undefined, publicUrl: string | null): boolean {
  if (!/^https?:\/\//i.test(origin) || !URL.canParse(origin)) {
    return false
  }
  const { protocol, host: named, origin: whole } = new URL(origin)
  if (publicUrl !== null && whole === new URL(publicUrl).origin) {
    return true
  }
  // Behind TLS that ends at a proxy only the browser knows the scheme, which decides what the default port is.
  const own = `${protocol}//${host ?? ''}`
  return host !== undefined && URL.canParse(own) && new URL(own).host === named
}

export function refuseForeignPages(publicUrl: string | null): MiddlewareHandler<ApiEnv> {
  return async ({ req }, next) => {
    const found = foreignTo(publicUrl, {
      method: req.method,
      path: req.path,
      host: req.header('host'),
      origin: req.header('origin'),
      secFetchSite: req.header('sec-fetch-site'),
    })
    if (found === null) {
      return next()
    }
    throw new ProblemError(
      'forbidden',
      `A page of another site asked for this through a browser (${found}), which only Portolan's own pages may do. ` +
        'If the page is one of its own, served through a proxy, set PORTOLAN_PUBLIC_URL to the address in the browser.',
    )
  }
}

/**
 * Refuses what a browser sends with its cookie and does not come from a page of ours. A browser says where a form or a
 * script comes from with everything that may change something, so a request that says nothing is refused as well.
 *
 * @throws ProblemError `forbidden`
 */
export function refuseOtherOrigins({ req, get }: Context<ApiEnv>): void {
  const origin = req.header('origin')
  if (origin !== undefined && isOwn(origin, req.header('host'), get('deps').settings.publicUrl)) {
    return
  }
  throw new ProblemError(
    'forbidden',
    'With the cookie of a login only pages of this server may ask for that, and the request does not say that it comes ' +
      'from one (Origin). A program sends its token as "Authorization: Bearer TOKEN" instead.',
  )
}
