/**
 * Hostnames of listeners and routes: `*.x` takes one or more labels here, where an Ingress's takes one.
 *
 * @module
 */

/** Writes a host as hostnames are compared: in lower case, without its port and without the dot of an absolute name. */
export const canonicalHost = (host: string): string => host.replace(/:\d+$/, '').replace(/\.$/, '').toLowerCase()

/**
 * Lists every hostname that takes a host, the most specific first: itself, wildcards from the longest to the shortest,
 * and `null`, which takes every host. A host that is not known is taken by `null` alone. Of a wildcard, it lists itself
 * and those that take all that it does.
 */
export function* hostnamesFor(host: string | null): Generator<string | null> {
  if (host !== null) {
    yield host
    for (let dot = host.indexOf('.', host.startsWith('*.') ? 2 : 0); dot !== -1; dot = host.indexOf('.', dot + 1)) {
      yield `*${host.slice(dot)}`
    }
  }
  yield null
}
