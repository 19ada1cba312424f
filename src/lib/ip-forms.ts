/**
 * IP addresses as packets go: one that is carried in another, and the ranges that lists of CIDRs mean.
 *
 * @module
 */
import ipaddr from 'ipaddr.js'

export type Ip = ipaddr.IPv4 | ipaddr.IPv6
export type IpRange = readonly [base: Ip, bits: number]

/** IPv6 forms that carry IPv4 addresses, and where in the 16 bytes these stand. */
type Embedded = readonly [cidr: string, bytes: readonly number[], isInverted?: true]

const LAST = [12, 13, 14, 15]
const EMBEDDED: readonly Embedded[] = [
  // IPv4-mapped, IPv4-translated, NAT64
  ['::ffff:0:0/96', LAST],
  ['::ffff:0:0:0/96', LAST],
  ['64:ff9b::/96', LAST],
  // 6to4
  ['2002::/16', [2, 3, 4, 5]],
  // Teredo (RFC 4380 4): the server, and the client with all bits inverted
  ['2001::/32', [4, 5, 6, 7]],
  ['2001::/32', LAST, true],
  // IPv4-compatible
  ['::/96', LAST],
]

const embeddedRanges = EMBEDDED.map(
  ([cidr, at, isInverted = false]) => [ipaddr.parseCIDR(cidr), at, isInverted ? 0xff : 0] as const,
)

/** Of local NAT64 a network takes a prefix of 48, 56, 64 or 96 bits (RFC 8215 4, RFC 6052 2.2), and nobody else knows which. */
const LOCAL_NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b:1::/48')
const LOCAL_PLACES = [[6, 7, 9, 10], [7, 9, 10, 11], [9, 10, 11, 12], LAST]
/** What is read here where a prefix is longer is no address of anything. */
const NO_ADDRESS = ipaddr.IPv4.parseCIDR('0.0.0.0/8')

const MAPPED = ipaddr.IPv6.parseCIDR('::ffff:0:0/96')
const MAPPED_BITS = 96
/** No carriers, with a zone or without, although they lie in the range of those (RFC 4291 2.5.5.1). */
const OF_ITS_OWN = [ipaddr.IPv6.parseCIDR('::/127')]

/** The address itself and the IPv4 addresses that it carries. */
export function formsOf(address: Ip): readonly [Ip, ...Ip[]] {
  if (address.kind() === 'ipv4') {
    return [address]
  }
  const bytes = address.toByteArray()
  const at = (places: readonly number[], mask = 0) =>
    ipaddr.fromByteArray(places.map((place) => (bytes[place] ?? 0) ^ mask))
  if (isIn(address, [LOCAL_NAT64])) {
    const carried = LOCAL_PLACES.map((places) => at(places)).filter((form) => !isIn(form, [NO_ADDRESS]))
    return [address, ...(carried.length > 0 ? carried : [at(LAST)])]
  }
  return [
    address,
    ...embeddedRanges.flatMap(([range, places, mask]) => (isIn(address, [range]) ? [at(places, mask)] : [])),
  ]
}

/** Leaves out a form that is only another way to write one of the others, and one that nothing carries. */
export function distinctFormsOf(address: Ip): readonly Ip[] {
  const [own, ...carried] = formsOf(address)
  if (carried.length === 0 || isIn(own, OF_ITS_OWN)) {
    return [own]
  }
  return own instanceof ipaddr.IPv6 && own.isIPv4MappedAddress() ? [own.toIPv4Address()] : [own, ...carried]
}

/**
 * The addresses that a CIDR covers. IPv4 addresses written as IPv6 (`::ffff:10.0.0.0/104`) are those IPv4 addresses. Bits
 * beyond the prefix count for nothing, as with iptables and Go.
 *
 * @throws Error for a CIDR that does not parse.
 */
export function rangeOf(cidr: string): IpRange {
  const [base, bits] = ipaddr.parseCIDR(cidr)
  if (!(base instanceof ipaddr.IPv6) || bits < MAPPED_BITS || !base.match(...MAPPED)) {
    return [base, bits]
  }
  return [base.toIPv4Address(), bits - MAPPED_BITS]
}

export const isIn = (address: Ip, ranges: readonly IpRange[]): boolean =>
  ranges.some(([base, bits]) => address.kind() === base.kind() && address.match(base, bits))

/** Tells whether ranges cover an address with all that it carries: a NAT64 address leads to the IPv4 address in it. */
export const areAllIn = (address: Ip, ranges: readonly IpRange[]): boolean =>
  distinctFormsOf(address).every((form) => isIn(form, ranges))

/** The ranges that both lists cover, as CIDRs. */
export function commonRanges(left: readonly string[], right: readonly string[]): readonly string[] {
  const both = left.flatMap((one) => {
    const [base, bits] = rangeOf(one)
    return right.flatMap((other) => {
      const [otherBase, otherBits] = rangeOf(other)
      if (base.kind() !== otherBase.kind() || !base.match(otherBase, Math.min(bits, otherBits))) {
        return []
      }
      return [bits >= otherBits ? one : other]
    })
  })
  return [...new Set(both)]
}
