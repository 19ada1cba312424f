/**
 * Asks, before each dial of a job that nobody with a token asked for, whether its plan allows the address: a name that
 * was the cluster's own when it was planned may lead elsewhere by now.
 *
 * @module
 */
import ipaddr from 'ipaddr.js'
import { isWithin } from '../plan/ip.ts'
import type { Dials } from '../plan/path.ts'

/** Each address in one spelling, for plans that live as long as their job. */
const known = new WeakMap<Dials, ReadonlySet<string>>()

/** @param pathId the path whose own name the address was resolved from; `null`: it was come by in another way. */
export function isAmong(dials: Dials, address: string, pathId: string | null): boolean {
  const addresses = known.get(dials) ?? new Set(dials.addresses.map(spelled))
  known.set(dials, addresses)
  return (
    addresses.has(spelled(address)) ||
    isWithin(address, dials.ranges) ||
    (pathId !== null && dials.byName.includes(pathId))
  )
}

/** IPv6 has many spellings, and IPv4 one within it. */
const spelled = (address: string): string => (ipaddr.isValid(address) ? ipaddr.process(address).toString() : address)
