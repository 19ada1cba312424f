/**
 * The cookies of a browser that is logged in, and of one that is logging in. Their names say where they hold: `__Host-`
 * over https alone, for this host alone; over http on loopback the port, since cookies do not know ports.
 *
 * @module
 */
import { getCookie, setCookie } from 'hono/cookie'
import { ProblemError } from '../../lib/problem.ts'
import type { ApiContext } from '../route.ts'
import { isOwn } from '../same-origin.ts'

export type CookieName = 'portolan' | 'portolan-oidc'

/** Describes the connection of the browser, as the names and flags of cookies depend on it. */
type Place = { secure: boolean; port: string }

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::(\d{1,5}))?$/i

const hostOf = (context: ApiContext): string => context.req.header('host') ?? ''

/**
 * Tells whether the browser uses https, as far as it can be known behind a proxy: by the address of the page that asks,
 * by what the runtime or a trusted proxy says of the connection, by the public address.
 */
function isSecure(context: ApiContext): boolean {
  const { settings, isSecure: isSecureConnection } = context.get('deps')
  const { publicUrl } = settings
  const origin = context.req.header('origin')
  if (origin !== undefined && isOwn(origin, hostOf(context), publicUrl)) {
    return origin.toLowerCase().startsWith('https:')
  }
  return isSecureConnection(context) || (publicUrl?.startsWith('https:') === true && !LOOPBACK.test(hostOf(context)))
}

/**
 * Tells how a cookie may be set for this browser.
 *
 * @throws ProblemError `forbidden` over http from another host: the token and the cookie could be read on the way.
 */
export function placeOf(context: ApiContext): Place {
  const [isLoopback, port = '80'] = LOOPBACK.exec(hostOf(context)) ?? []
  if (isSecure(context)) {
    return { secure: true, port }
  }
  if (isLoopback !== undefined) {
    return { secure: false, port }
  }
  throw new ProblemError(
    'forbidden',
    'Login is refused over http, because anyone on the network could read the token. Use https. If a proxy ends TLS in ' +
      'front of this server, set PORTOLAN_PUBLIC_URL to the https address that browsers use.',
  )
}

const fullName = (name: CookieName, { secure, port }: Place): string => (secure ? `__Host-${name}` : `${name}-${port}`)

/** Reads a cookie under the name that holds here. What is set over http counts on loopback alone. */
export function readCookie(context: ApiContext, name: CookieName): string | null {
  const secure = getCookie(context, `__Host-${name}`)
  const [isLoopback, port = '80'] = LOOPBACK.exec(hostOf(context)) ?? []
  const plain = isLoopback === undefined ? undefined : getCookie(context, fullName(name, { secure: false, port }))
  return secure ?? plain ?? null
}

/** No script reads it, no other site's request carries it but a link that is followed. */
export function writeCookie(context: ApiContext, place: Place, name: CookieName, value: string, seconds: number): void {
  setCookie(context, fullName(name, place), value, {
    ...{ httpOnly: true, secure: place.secure, sameSite: 'Lax', path: '/' },
    maxAge: Math.max(0, Math.floor(seconds)),
  })
}

/** Takes a cookie from the browser that it has sent, under whichever name. */
export function dropCookie(context: ApiContext, name: CookieName): void {
  const [, port = '80'] = LOOPBACK.exec(hostOf(context)) ?? []
  for (const place of [
    { secure: true, port },
    { secure: false, port },
  ]) {
    if (getCookie(context, fullName(name, place)) !== undefined) {
      writeCookie(context, place, name, '', 0)
    }
  }
}
