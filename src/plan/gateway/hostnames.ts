/**
 * Hostnames of listeners and routes. A wildcard stands for one **or more** labels here, where one of an Ingress stands
 * for exactly one.
 *
 * @see https://gateway-api.sigs.k8s.io/reference/spec (HTTPRouteSpec.hostnames, Listener.hostname)
 * @module
 */

const isWildcard = (hostname: string): boolean => hostname.startsWith('*.')

/** Tells whether every host that the second stands for is one that the first stands for. `null` stands for all. */
export function covers(pattern: string | null, hostname: string | null): boolean {
  if (pattern === null) {
    return true
  }
  if (hostname === null) {
    return false
  }
  const [all, one] = [pattern.toLowerCase(), hostname.toLowerCase()]
  // `foo.example.com` and `*.foo.example.com` are below `*.example.com`; `example.com` is not.
  return all === one || (isWildcard(all) && one.replace(/^\*/, '').endsWith(all.slice(1)))
}

/** Ranks hostnames by how specific they are: exact, then wildcards by their length, then none. */
export const specificity = (hostname: string | null): number =>
  hostname === null ? -1 : isWildcard(hostname) ? hostname.length : Number.MAX_SAFE_INTEGER

/**
 * Lists the hosts of a route that a listener takes: of a pair the narrower one. A route without hostnames has the
 * listener's. Empty: they do not intersect.
 */
export function intersection(listener: string | null, hostnames: readonly string[]): readonly (string | null)[] {
  if (hostnames.length === 0) {
    return [listener]
  }
  const found = hostnames.flatMap((hostname) => {
    if (covers(listener, hostname)) {
      return [hostname]
    }
    return covers(hostname, listener) ? [listener] : []
  })
  return [...new Set(found)]
}
