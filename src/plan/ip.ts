import ipaddr from 'ipaddr.js'
import { familyOf } from '../lib/address.ts'

/**
 * `public` addresses are routed on the Internet, `documentation` ones reserved for examples and tests, `private` ones of
 * some network; `loopback` and `link-local` ones are of one machine or link, never an endpoint (core/validation
 * ValidateNonSpecialIP).
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

/** Classifies an IP address by IANA's special-purpose registries; a name is `public`. */
export function scopeOf(address: string): AddressScope {
  if (familyOf(address) === null) {
    return 'public'
  }
  return SCOPES[ipaddr.parse(address).range()] ?? 'special'
}

/** Tells whether only a neighbour can dial it: any address that is neither public nor reserved for examples. */
export function isPrivate(address: string): boolean {
  const scope = scopeOf(address)
  return scope !== 'public' && scope !== 'documentation'
}

/** Tells whether an IP address lies in one of the ranges; a name lies in none. */
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

/** Tells whether it is of this very machine: a tunnel or a cluster on it, as people have for development. */
export const isLoopback = (address: string): boolean => scopeOf(address) === 'loopback'
