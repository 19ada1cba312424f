/**
 * The address of the client that sends a request: of the connection, or what the proxies in front of this server say.
 *
 * @module
 */
import ipaddr from 'ipaddr.js'

type Ip = ipaddr.IPv4 | ipaddr.IPv6

/** Tells whether an address belongs to a proxy that is believed. */
export type IsTrusted = (address: string) => boolean

/** @param cidrs of the proxies in front of this server. */
export function trustedProxies(cidrs: readonly string[]): IsTrusted {
  const ranges = cidrs.map((cidr) => ipaddr.parseCIDR(cidr))
  return (address) => {
    const ip = readIp(address)
    return ip !== null && ranges.some(([range, bits]) => range.kind() === ip.kind() && ip.match(range, bits))
  }
}

/**
 * Finds the client: the rightmost address that is of no trusted proxy. A proxy adds at the right the address that it has
 * heard from, and what stands left of that is the client's own words. Whoever connects without a trusted proxy is the
 * client, whatever its headers say. A hop that is no address ends the walk at the proxy that passed it on.
 *
 * @param remote the other end of the connection; `null`: it is not known.
 * @param forwardedFor the value of `X-Forwarded-For`; several of them are joined with commas.
 * @returns normalised: IPv4 where IPv6 only carries it, no zone, no port. `null`: it is not known.
 */
export function clientAddressOf(
  remote: string | null,
  forwardedFor: string | undefined,
  isTrusted: IsTrusted,
): string | null {
  let client = remote === null ? null : normalAddress(remote)
  const hops = (forwardedFor ?? '').split(',')
  while (client !== null && isTrusted(client)) {
    const before = addressOfHop(hops.pop() ?? '')
    if (before === null) {
      break
    }
    client = before
  }
  return client
}

/**
 * Tells whether the client came by TLS that a trusted proxy has ended. The rightmost word is that of the proxy that has
 * connected; what stands left of it is what others said.
 */
export const isForwardedSecure = (
  remote: string | null,
  forwardedProto: string | undefined,
  isTrusted: IsTrusted,
): boolean =>
  remote !== null && isTrusted(remote) && forwardedProto?.split(',').at(-1)?.trim().toLowerCase() === 'https'

/** A hop is an address; some proxies add the port, and some put IPv6 into brackets or everything into quotes. */
function addressOfHop(hop: string): string | null {
  const text = hop.trim().replace(/^"(.*)"$/, '$1')
  const [, bracketed, plain] = /^(?:\[([^\]]+)\]|([\d.]+))(?::\d{1,5})?$/.exec(text) ?? []
  return normalAddress(bracketed ?? plain ?? text)
}

/** Reads an address as it is compared: IPv4 where IPv6 only carries it, without a zone. `null`: the text is none. */
export const normalAddress = (text: string): string | null => readIp(text)?.toString() ?? null

function readIp(text: string): Ip | null {
  const address = text.replace(/%[^%]*$/, '')
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) {
    return ipaddr.IPv4.parse(address)
  }
  return address.includes(':') && ipaddr.IPv6.isValid(address) ? ipaddr.process(address) : null
}

/** The bits of an IPv6 address that one client has: of a /64 it may take any address that it likes. */
const IPV6_CLIENT_BITS = 64

/** Names the client behind an address: IPv6 by its /64, since one client has all of that. */
export function clientGroup(address: string): string {
  const ip = readIp(address)
  return ip === null || ip.kind() === 'ipv4'
    ? address
    : `${ipaddr.IPv6.networkAddressFromCIDR(`${ip.toString()}/${IPV6_CLIENT_BITS}`)}/${IPV6_CLIENT_BITS}`
}
