import ipaddr from 'ipaddr.js'

/** RFC 1123 host names, with the underscores that DNS allows. */
const NAME = /^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/
const NAME_MAX = 253

/** A name that can be looked up. Digits and dots alone are an address, if a wrong one. */
export const isName = (text: string): boolean => text.length <= NAME_MAX && NAME.test(text) && !/^[\d.]+$/.test(text)

const isIp = (text: string): boolean => ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text)

/** An IP address or a name, without brackets or port. */
export const isHost = (text: string): boolean => isIp(text) || isName(text)

/** `ip` or `ip:port`; an IPv6 address with a port stands in brackets. `null`: neither. */
export function addressOfServer(text: string): string | null {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? []
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) {
    return null
  }
  if (plain !== undefined) {
    return ipaddr.IPv4.isValidFourPartDecimal(plain) ? plain : null
  }
  const address = bracketed ?? text
  return ipaddr.IPv6.isValid(address) ? address : null
}
