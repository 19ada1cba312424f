import ipaddr from 'ipaddr.js'
import type { Family } from '../kube/objects.ts'

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const IPV4 = new RegExp(`^(?:${OCTET}\\.){3}${OCTET}$`)

/** The family of an IP address; `null`: it is a name. Asked for every path, so the common case is one pattern. */
export function familyOf(address: string): Family | null {
  if (IPV4.test(address)) {
    return 'IPv4'
  }
  return address.includes(':') && ipaddr.IPv6.isValid(address) ? 'IPv6' : null
}

/**
 * `public`: routed on the Internet; `documentation`: reserved for examples and tests; `private`: of some network;
 * `loopback`, `link-local`: of one machine or link, never an endpoint (core/validation ValidateNonSpecialIP).
 */
export type AddressScope = 'public' | 'private' | 'documentation' | 'loopback' | 'link-local' | 'special'

const SCOPES: Readonly<Record<string, AddressScope>> = {
  unicast: 'public',
  private: 'private',
  uniqueLocal: 'private',
  carrierGradeNat: 'private',
  reserved: 'documentation',
  loopback: 'loopback',
  linkLocal: 'link-local',
}

/** What an IP address is good for (IANA's special-purpose registries); a name is `public`. */
export function scopeOf(address: string): AddressScope {
  if (familyOf(address) === null) {
    return 'public'
  }
  return SCOPES[ipaddr.parse(address).range()] ?? 'special'
}

/** Whether only a neighbour can dial it: everything but public addresses and the reserved ones of examples. */
export function isPrivate(address: string): boolean {
  const scope = scopeOf(address)
  return scope !== 'public' && scope !== 'documentation'
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

/** @param address an IP address; a name is within none. */
export function isWithin(address: string, cidrs: readonly string[]): boolean {
  if (cidrs.length === 0 || familyOf(address) === null) {
    return false
  }
  const parsed = ipaddr.process(address)
  return cidrs.some((cidr) => {
    const [base, bits] = ipaddr.parseCIDR(cidr)
    return parsed.kind() === base.kind() && parsed.match(base, bits)
  })
}

/** Of this very machine: a tunnel or a cluster on it, as people have for development. */
export const isLoopback = (address: string): boolean => scopeOf(address) === 'loopback'
