/**
 * Cookies that a target sets on the way of one try, to be sent back to it (RFC 6265 5). Pure.
 *
 * @module
 */

type Cookie = { name: string; value: string; path: string }

/** Keyed by origin, which is narrower than the RFC: what one origin has set is never shown to another. */
export type CookieJar = Map<string, Cookie[]>

/** Takes in what an answer sets, as far as a browser would. */
export function keepCookies(jar: CookieJar, url: URL, setCookie: string | readonly string[] | undefined): void {
  for (const line of typeof setCookie === 'string' ? [setCookie] : (setCookie ?? [])) {
    const [pair = '', ...attributes] = line.split(';')
    const at = pair.indexOf('=')
    const name = pair.slice(0, Math.max(0, at)).trim()
    if (name === '') {
      continue
    }
    const of = new Map(attributes.map(attribute))
    const domain = of.get('domain')?.replace(/^\./, '').toLowerCase()
    const isForeign = domain !== undefined && domain !== url.hostname && !url.hostname.endsWith(`.${domain}`)
    if (isForeign || (of.has('secure') && url.protocol !== 'https:')) {
      continue
    }
    const path = of.get('path')?.startsWith('/') ? (of.get('path') ?? '/') : folderOf(url.pathname)
    const others = (jar.get(url.origin) ?? []).filter((each) => each.name !== name || each.path !== path)
    const isOver = Number(of.get('max-age')) <= 0 || Date.parse(of.get('expires') ?? '') <= 0
    jar.set(url.origin, isOver ? others : [...others, { name, value: pair.slice(at + 1).trim(), path }])
  }
}

/** The value of `cookie` for a request there; `null`: none was set for it. */
export function cookiesFor(jar: CookieJar, url: URL): string | null {
  const fit = (jar.get(url.origin) ?? []).filter(({ path }) => isWithin(url.pathname, path))
  return fit.length === 0 ? null : fit.map(({ name, value }) => `${name}=${value}`).join('; ')
}

const attribute = (text: string): [name: string, value: string] => {
  const at = text.indexOf('=')
  const name = (at === -1 ? text : text.slice(0, at)).trim().toLowerCase()
  return [name, at === -1 ? '' : text.slice(at + 1).trim()]
}

/** The default path (RFC 6265 5.1.4). */
const folderOf = (pathname: string): string => pathname.slice(0, Math.max(1, pathname.lastIndexOf('/')))

const isWithin = (pathname: string, path: string): boolean =>
  pathname === path || (pathname.startsWith(path) && (path.endsWith('/') || pathname[path.length] === '/'))
