/** A browser goes here after a login, unless it came from another page of this server. */
export const HOME = '/'

/** A browser is not led back to a longer address than this, in characters. */
export const NEXT_MAX = 2000

const ORIGIN = 'http://own.invalid'

/**
 * Gives a path of this server, and of no other: whatever is no such path is {@link HOME}. Browsers leave out tabs and
 * line ends of an address and take `\` for `/`, so it is read as they read it; and what then still begins with two
 * slashes names another host.
 */
export function ownPath(next: string | null | undefined): string {
  if (!next?.startsWith('/') || next.length > NEXT_MAX || !URL.canParse(next, ORIGIN)) {
    return HOME
  }
  const { origin, pathname, search } = new URL(next, ORIGIN)
  const isOwn = origin === ORIGIN && !pathname.startsWith('//')
  // Whoever has just logged in has no use for these
  return isOwn && !/^\/log(?:in|out)(?:\/|$)/.test(pathname) ? pathname + search : HOME
}
