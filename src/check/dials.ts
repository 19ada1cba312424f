/**
 * Asks, before each dial of a job that nobody with a token asked for, whether its plan allows the address: a name that
 * was the cluster's own when it was planned may lead elsewhere by now.
 *
 * @module
 */
import ipaddr from 'ipaddr.js'
import { isCovered } from '../lib/cidr.ts'
import type { Dials } from '../plan/path.ts'

/** Each address in one spelling, with its port where only that is meant, for plans that live as long as their job. */
const known = new WeakMap<Dials, ReadonlySet<string>>()

/** @param pathId the path whose own name the address was resolved from; `null`: it was come by in another way. */
export function isAmong(
  dials: Dials,
  { address, port }: { address: string; port: number },
  pathId: string | null,
): boolean {
  const all = known.get(dials) ?? spelledOf(dials)
  known.set(dials, all)
  const own = spelled(address)
  return (
    all.has(own) ||
    all.has(`${own} ${port}`) ||
    isCovered(address, dials.ranges) ||
    (pathId !== null && dials.byName.includes(pathId))
  )
}

const spelledOf = ({ addresses, at }: Dials): ReadonlySet<string> =>
  new Set([...addresses.map(spelled), ...at.map(({ address, port }) => `${spelled(address)} ${port}`)])

/** IPv6 has many spellings, and IPv4 one within it. */
const spelled = (address: string): string => (ipaddr.isValid(address) ? ipaddr.process(address).toString() : address)
