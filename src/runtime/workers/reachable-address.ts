import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6

/** The platform's own ranges, which its sockets do not open (https://www.cloudflare.com/ips/, 2026-11). */
const OWN = [
  '173.245.48.0/20',
  '103.21.244.0/22',
  '103.22.200.0/22',
  '103.31.4.0/22',
  '141.101.64.0/18',
  '108.162.192.0/18',
  '190.93.240.0/20',
  '188.114.96.0/20',
  '197.234.240.0/22',
  '198.41.128.0/17',
  '162.158.0.0/15',
  '104.16.0.0/13',
  '104.24.0.0/14',
  '172.64.0.0/13',
  '131.0.72.0/22',
  '2400:cb00::/32',
  '2606:4700::/32',
  '2803:f800::/32',
  '2405:b500::/32',
  '2405:8100::/32',
  '2a06:98c0::/29',
  '2c0f:f248::/32',
].map((cidr) => ipaddr.parseCIDR(cidr))

/** Mail: refused by the platform's sockets. */
const SMTP = 25

/**
 * Why the edge cannot open a connection there; `null`: it may.
 *
 * @param allow CIDRs of addresses that are no public ones, yet can be reached: local workerd.
 */
export function createReach(allow: readonly string[]): (to: { address: string; port: number }) => string | null {
  const allowed = allow.map((cidr) => ipaddr.parseCIDR(cidr))
  return ({ address: text, port }) => {
    if (!ipaddr.isValid(text)) {
      return null
    }
    const address = ipaddr.process(text)
    if (port === SMTP) {
      return `connections to port ${SMTP} cannot be made from the edge`
    }
    if (within(address, OWN)) {
      return `${text} is the platform's own: it cannot be dialled from the edge`
    }
    if (address.range() === 'unicast' || within(address, allowed)) {
      return null
    }
    return `${text} is not a public address: it cannot be dialled from the edge`
  }
}

const within = (address: Address, ranges: readonly [Address, number][]): boolean =>
  ranges.some(([base, bits]) => address.kind() === base.kind() && address.match(base, bits))
