import type { PlannedPath } from '../../plan/path.ts'

const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' }

/**
 * Writes in one way where a redirect leads to: RFC 9110 10.2.2 (a reference is resolved against the URL that was asked
 * for) and 4.2.3 (an empty path is `/`, the scheme's own port says nothing, scheme and host have no case). A path of dots
 * is left as it is.
 */
export function absolute(location: string, path: Pick<PlannedPath, 'scheme' | 'host' | 'checks'>): string {
  const base = `${path.scheme}://${path.host ?? '⟨address⟩'}`
  const whole = /^[a-z][a-z0-9+.-]*:/i.test(location)
    ? location
    : location.startsWith('//')
      ? `${path.scheme}:${location}`
      : `${base}${location.startsWith('/') ? location : besides(askedOf(path), location)}`
  const [, scheme, authority = '', rest = ''] = /^(https?):\/\/([^/?#]*)(.*)$/is.exec(whole) ?? []
  if (scheme === undefined) {
    return whole
  }
  const [own, port] = [scheme.toLowerCase(), `:${DEFAULT_PORTS[scheme.toLowerCase()]}`]
  const host = authority.toLowerCase()
  const shown = host.endsWith(port) ? host.slice(0, -port.length) : host
  return `${own}://${shown}${rest.startsWith('/') ? rest : `/${rest}`}`
}

const askedOf = ({ checks }: Pick<PlannedPath, 'checks'>): string => {
  const [check] = checks
  return (check?.type === 'http' && check.path) || '/'
}

/** RFC 3986 5.2.3, but for dots: what stands behind the last slash of the path that was asked for gives way. */
function besides(asked: string, location: string): string {
  const [whole = '/'] = asked.split('#', 1)
  const [path = '/'] = whole.split('?', 1)
  if (location === '' || location.startsWith('#')) {
    return whole + location
  }
  return location.startsWith('?') ? path + location : path.slice(0, path.lastIndexOf('/') + 1) + location
}
