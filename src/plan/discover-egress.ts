/**
 * Tells what the operator lets discovery dial beside the addresses that a cluster gave out.
 *
 * @module
 */
import { familyOf } from '../lib/address.ts'
import { isCovered } from '../lib/cidr.ts'
import type { PlannedPath } from './path.ts'

/** The operator lets discovery dial these as well (`PORTOLAN_DISCOVER_EGRESS`). */
export type DiscoverEgress = {
  /** CIDRs. */
  ranges: readonly string[]
  /** `db.example.com`, or `*.example.com` for every name below it. */
  names: readonly string[]
}

export const NO_EGRESS: DiscoverEgress = { ranges: [], names: [] }

export const EGRESS_SETTING = 'PORTOLAN_DISCOVER_EGRESS'

/** Tells whether the operator names an address or a name. */
export function isNamed(egress: DiscoverEgress, address: string): boolean {
  if (familyOf(address) !== null) {
    return isCovered(address, egress.ranges)
  }
  const name = address.toLowerCase().replace(/\.$/, '')
  return egress.names.some((each) => (each.startsWith('*.') ? name.endsWith(each.slice(1)) : name === each))
}

/** A name that is dialled is judged by what it resolves to, where there are ranges. One that is only resolved is not. */
export const mayBeNamed = (egress: DiscoverEgress, address: string, { dns }: Pick<PlannedPath, 'dns'>): boolean =>
  isNamed(egress, address) || (familyOf(address) === null && dns === null && egress.ranges.length > 0)

export const isEverywhere = ({ ranges }: DiscoverEgress): boolean =>
  ['0.0.0.0/0', '::/0'].every((all) => ranges.includes(all))
