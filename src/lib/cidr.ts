/**
 * Ranges of addresses, as settings and tokens name them.
 *
 * @module
 */
import ipaddr from 'ipaddr.js'
import { areAllIn, rangeOf } from './ip-forms.ts'

/** Nobody knows what `::ffff:10.0.0.0/8` means: it is `::/8`, and looks like 10.0.0.0/8. A zone is no range. */
const DOUBTFUL = /%|^[0:]*:ffff:.*\/\d{1,2}$/i

/** Reads a CIDR, or an address as the range of it alone. `null`: the text is neither. */
export function readCidr(text: string): string | null {
  if (DOUBTFUL.test(text)) {
    return null
  }
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) {
    return `${text}/32`
  }
  if (ipaddr.IPv6.isValid(text)) {
    return `${text}/128`
  }
  return ipaddr.IPv4.isValidCIDRFourPartDecimal(text) || ipaddr.IPv6.isValidCIDR(text) ? text : null
}

/** Tells whether all addresses of a CIDR are in one of others. */
export function isWithinRanges(cidr: string, others: readonly string[]): boolean {
  const [base, bits] = rangeOf(cidr)
  return others.some((other) => {
    const [otherBase, otherBits] = rangeOf(other)
    return base.kind() === otherBase.kind() && bits >= otherBits && base.match(otherBase, otherBits)
  })
}

/** Tells whether CIDRs cover an address, with all that it carries. Nothing covers a name. */
export const isCovered = (address: string, cidrs: readonly string[]): boolean =>
  cidrs.length > 0 && ipaddr.isValid(address) && areAllIn(ipaddr.parse(address), cidrs.map(rangeOf))
