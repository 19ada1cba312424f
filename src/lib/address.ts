import ipaddr from 'ipaddr.js'

/** RFC 1123 host names, with the underscores that DNS allows. */
const NAME = /^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/
const NAME_MAX = 253

/** A name that can be looked up. Digits and dots alone are an address, if a wrong one. */
export const isName = (text: string): boolean => text.length <= NAME_MAX && NAME.test(text) && !/^[\d.]+$/.test(text)

const isIp = (text: string): boolean => ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text)

/** An IP address or a name, without brackets or port. */
export const isHost = (text: string): boolean => isIp(text) || isName(text)

/**
 * Reads `ip` or `ip:port`; an IPv6 address with a port stands in brackets. `null`: the text is neither. `port` is `null`
 * where none is named.
 */
export function serverOf(text: string): { address: string; port: number | null } | null {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? []
  const port = digits === undefined ? null : Number(digits)
  if (port !== null && (port < 1 || port > 65_535)) {
    return null
  }
  if (plain !== undefined) {
    return ipaddr.IPv4.isValidFourPartDecimal(plain) ? { address: plain, port } : null
  }
  const address = bracketed ?? text
  return ipaddr.IPv6.isValid(address) ? { address, port } : null
}

/** A DNS server is asked here where none is named. */
export const DNS_PORT = 53

/** Reads the address of `ip` or `ip:port`; `null`: the text is neither. */
export const addressOfServer = (text: string): string | null => serverOf(text)?.address ?? null

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const IPV4 = new RegExp(`^(?:${OCTET}\\.){3}${OCTET}$`)

/** Tells the family of an IP address; `null`: it is a name. Every path asks, so the common case is one pattern. */
export function familyOf(address: string): 'IPv4' | 'IPv6' | null {
  if (IPV4.test(address)) {
    return 'IPv4'
  }
  return address.includes(':') && ipaddr.IPv6.isValid(address) ? 'IPv6' : null
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 }

/**
 * `host:port` as in a URL or a Host header: IPv6 in brackets, without a zone, which means something on this machine alone
 * (RFC 6874 4), the scheme's own port left out.
 */
export function hostPort(host: string, port: number | null, scheme: string): string {
  const bracketed = familyOf(host) === 'IPv6' ? `[${host.replace(/%.*/, '')}]` : host
  return port === null || DEFAULT_PORTS[scheme] === port ? bracketed : `${bracketed}:${port}`
}
