/**
 * Decides which addresses may be dialled. It is asked with the resolved address before every dial: the first, each
 * redirect's, each control's. It is never asked about a name, only about the addresses that the name resolved to.
 *
 * @module
 */

import ipaddr from 'ipaddr.js'
import { boundedCache } from '../lib/bounded-cache.ts'
import { EGRESS_SETTING } from '../plan/keep-to-cluster.ts'

export type Permission = { allowed: true } | { allowed: false; reason: string }
export type Policy = { check(address: string): Permission }

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number]

/** Not dialled unless `allow` covers them. Private addresses (RFC 1918, fc00::/7) are where clusters live: allowed. */
const DENIED: readonly (readonly [cidr: string, reason: string])[] = [
  // Before the ranges that hold them, so that the reason is the telling one
  ['169.254.169.254/32', 'a cloud metadata service'],
  ['169.254.170.2/32', 'a cloud metadata service (ECS credentials)'],
  ['169.254.170.23/32', 'a cloud metadata service (EKS pod identity)'],
  ['168.63.129.16/32', 'a cloud metadata service (Azure wire server)'],
  ['100.100.100.200/32', 'a cloud metadata service (Alibaba)'],
  ['192.0.0.192/32', 'a cloud metadata service (Oracle)'],
  ['fd00:ec2::254/128', 'a cloud metadata service (EC2)'],
  ['fd00:ec2::23/128', 'a cloud metadata service (EKS pod identity)'],
  ['fd20:ce::254/128', 'a cloud metadata service (Google)'],
  ['0.0.0.0/8', 'unspecified (RFC 791 3.2)'],
  ['127.0.0.0/8', 'loopback (RFC 1122 3.2.1.3)'],
  ['169.254.0.0/16', 'link-local (RFC 3927)'],
  ['192.0.0.0/24', 'reserved (RFC 6890)'],
  ['192.88.99.0/24', 'reserved (RFC 7526)'],
  ['224.0.0.0/4', 'multicast (RFC 5771)'],
  ['255.255.255.255/32', 'broadcast (RFC 919)'],
  ['240.0.0.0/4', 'reserved (RFC 1112 4)'],
  ['::/128', 'unspecified (RFC 4291 2.5.2)'],
  ['::1/128', 'loopback (RFC 4291 2.5.3)'],
  ['fe80::/10', 'link-local (RFC 4291 2.5.6)'],
  ['fec0::/10', 'reserved (RFC 3879)'],
  ['ff00::/8', 'multicast (RFC 4291 2.7)'],
  ['100::/64', 'reserved (RFC 6666)'],
]

/** IPv6 forms that carry IPv4 addresses, and where in the 16 bytes these stand. */
type Embedded = readonly [cidr: string, bytes: readonly number[], isInverted?: true]

const LAST = [12, 13, 14, 15]
const EMBEDDED: readonly Embedded[] = [
  // IPv4-mapped, IPv4-translated, NAT64, local NAT64
  ['::ffff:0:0/96', LAST],
  ['::ffff:0:0:0/96', LAST],
  ['64:ff9b::/96', LAST],
  ['64:ff9b:1::/48', LAST],
  // 6to4
  ['2002::/16', [2, 3, 4, 5]],
  // Teredo (RFC 4380 4): the server, and the client with all bits inverted
  ['2001::/32', [4, 5, 6, 7]],
  ['2001::/32', LAST, true],
  // IPv4-compatible
  ['::/96', LAST],
]

const deniedRanges = DENIED.map(([cidr, reason]) => [ipaddr.parseCIDR(cidr), reason] as const)
const embeddedRanges = EMBEDDED.map(
  ([cidr, at, isInverted = false]) => [ipaddr.parseCIDR(cidr), at, isInverted ? 0xff : 0] as const,
)

const DENY = 'PORTOLAN_EGRESS_DENY'

/** Tells the operator how to lift a denial, by its reason: an entry of their own wins over all that is allowed. */
export function liftOf(reason: string): string {
  if (reason.includes(EGRESS_SETTING)) {
    return `${EGRESS_SETTING} names what discovery may dial besides`
  }
  return reason.includes(DENY)
    ? `${DENY} wins over PORTOLAN_EGRESS_ALLOW: take the entry out of it`
    : 'PORTOLAN_EGRESS_ALLOW can lift that'
}

const MAPPED = ipaddr.IPv6.parseCIDR('::ffff:0:0/96')
const MAPPED_BITS = 96

/**
 * The addresses that a CIDR covers. IPv4 addresses written as IPv6 (`::ffff:10.0.0.0/104`) are those IPv4 addresses. Bits
 * beyond the prefix count for nothing, as with iptables and Go.
 */
function rangeOf(cidr: string): Range {
  const [base, bits] = ipaddr.parseCIDR(cidr)
  if (!(base instanceof ipaddr.IPv6) || bits < MAPPED_BITS || !base.match(...MAPPED)) {
    return [base, bits]
  }
  return [base.toIPv4Address(), bits - MAPPED_BITS]
}

/** Judgements that are kept: the same few addresses are asked about again and again. */
const KEPT_MAX = 4096

/**
 * @param lists CIDRs; `::/0` is every IPv6 address and no IPv4 one. `allow` lifts default denials and nothing else; `deny` wins over everything.
 * @throws Error for a CIDR that does not parse; configuration checks it before.
 */
export function createPolicy(lists: { allow: readonly string[]; deny: readonly string[] }): Policy {
  const allow = lists.allow.map(rangeOf)
  const deny = lists.deny.map((cidr) => ({ cidr, range: rangeOf(cidr) }))
  const kept = boundedCache<Permission>(KEPT_MAX)
  return {
    check: (text) => kept.getOrMake(text, () => judge(text)),
  }

  function judge(text: string): Permission {
    if (!ipaddr.isValid(text)) {
      return { allowed: false, reason: `${text} is not an IP address` }
    }
    // `inet_aton` forms (0x7f.1, 2130706433) are valid to some libraries and mean 127.0.0.1: judged by what they mean
    const address = ipaddr.parse(text)
    const forms = formsOf(address)
    const entry = deny.find(({ range }) => forms.some((form) => within(form, [range])))
    if (entry) {
      return { allowed: false, reason: `${text} is denied by the entry ${entry.cidr} of ${DENY}` }
    }
    // An entry that lifts the plain address also lifts the address in an embedded form
    for (const form of forms) {
      const denied = deniedRanges.find(([range]) => within(form, [range]))
      if (denied && !forms.some((other) => within(other, allow))) {
        return { allowed: false, reason: `${text} is ${denied[1]}` }
      }
    }
    return { allowed: true }
  }
}

/** The address itself and the IPv4 addresses that it carries. */
function formsOf(address: ipaddr.IPv4 | ipaddr.IPv6): (ipaddr.IPv4 | ipaddr.IPv6)[] {
  if (address.kind() === 'ipv4') {
    return [address]
  }
  const forms: (ipaddr.IPv4 | ipaddr.IPv6)[] = [address]
  const bytes = address.toByteArray()
  for (const [range, places, mask] of embeddedRanges) {
    if (!within(address, [range])) {
      continue
    }
    forms.push(ipaddr.fromByteArray(places.map((place) => (bytes[place] ?? 0) ^ mask)))
  }
  return forms
}

const within = (address: ipaddr.IPv4 | ipaddr.IPv6, ranges: readonly Range[]) =>
  ranges.some(([base, bits]) => address.kind() === base.kind() && address.match(base, bits))
