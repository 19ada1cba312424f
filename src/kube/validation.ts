/**
 * Kubernetes' rules for names, labels and addresses: apimachinery util/validation and core/validation.
 * `expected` completes "expected …" in an error.
 *
 * @module
 */
import ipaddr from 'ipaddr.js'

export type Rule = {
  expected: string
  test: (text: string) => boolean
  /** Converts a text that fits as Kubernetes does; without it the text stays as it is. */
  normal?: (text: string) => string
  /** Suggests what was probably meant, if that fits the rule. */
  suggest?: (text: string) => string
}

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const PORT_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const QUALIFIED = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/

const asLabel = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')

/**
 * RFC 1123 label. Services too: RFC 1035, which forbids a digit at the beginning, is what API servers ask for
 * without the feature gate RelaxedServiceNameValidation (KEP-5311), and nothing here depends on it.
 */
export const label: Rule = {
  expected: 'lower-case letters, digits and "-", at most 63 (RFC 1123 label)',
  test: (text) => text.length <= 63 && LABEL.test(text),
  suggest: asLabel,
}

/** RFC 1123 subdomain: labels with dots between. */
export const subdomain: Rule = {
  expected: 'lower-case letters, digits, "-" and ".", at most 253 (RFC 1123 subdomain)',
  test: (text) => text.length <= 253 && SUBDOMAIN.test(text),
  suggest: (text) => text.split('.').map(asLabel).join('.'),
}

/** A port's name in a pod: IANA service name (RFC 6335). */
export const portName: Rule = {
  expected: 'a port\'s name: at most 15 lower-case letters, digits and "-", at least one letter',
  test: (text) => text.length <= 15 && PORT_NAME.test(text) && /[a-z]/.test(text) && !text.includes('--'),
  suggest: asLabel,
}

export const labelValue: Rule = {
  expected: 'at most 63 letters, digits, "-", "_" and ".", beginning and ending with a letter or digit',
  test: (text) => text === '' || (text.length <= 63 && QUALIFIED.test(text)),
}

export const labelKey: Rule = {
  expected: 'a name of at most 63 letters, digits, "-", "_" and ".", with or without a DNS name and "/" before it',
  test(text) {
    const [first = '', second, ...more] = text.split('/')
    if (more.length > 0) {
      return false
    }
    const name = second ?? first
    return name.length <= 63 && QUALIFIED.test(name) && (second === undefined || subdomain.test(first))
  },
}

/**
 * Accepts leading zeros, which make no octal number: all API servers without StrictIPCIDRValidation (KEP-4858) read old
 * fields by k8s.io/utils/net ParseIPSloppy.
 */
const withoutZeros = (text: string): string => text.replace(/(^|\.)0+(?=\d)/g, '$1')
const isIPv4 = (text: string): boolean => ipaddr.IPv4.isValidFourPartDecimal(withoutZeros(text))
const isIPv6 = (text: string): boolean => ipaddr.IPv6.isValid(text) && !text.includes('%')
const isMapped = (text: string): boolean => isIPv6(text) && ipaddr.IPv6.parse(text).isIPv4MappedAddress()

/** One spelling of an IPv4 address; `::ffff:10.0.0.1` is one to Go. */
function normalAddress(text: string): string {
  if (isIPv4(text)) {
    return withoutZeros(text)
  }
  return isMapped(text) ? ipaddr.IPv6.parse(text).toIPv4Address().toString() : text
}

export const ip: Rule = {
  expected: 'an IP address, like 10.0.0.11 or 2001:db8::11',
  test: (text) => isIPv4(text) || isIPv6(text),
  normal: normalAddress,
}
export const ipv4: Rule = {
  expected: 'an IPv4 address',
  test: (text) => isIPv4(text) || isMapped(text),
  normal: normalAddress,
}
export const ipv6: Rule = { expected: 'an IPv6 address', test: (text) => isIPv6(text) && !isMapped(text) }

export const cidr = {
  expected: 'a CIDR, like 203.0.113.0/24',
  test: (text) => ipaddr.IPv4.isValidCIDRFourPartDecimal(withoutZeros(text)) || ipaddr.IPv6.isValidCIDR(text),
  normal: (text: string) => (text.includes(':') ? text : withoutZeros(text)),
} satisfies Rule

/** Tells whether a range is a proper part of another (ValidateIPBlock). */
export function isStrictSubset(part: string, whole: string): boolean {
  const [address, bits] = ipaddr.parseCIDR(part)
  const [around, fewer] = ipaddr.parseCIDR(whole)
  return address.kind() === around.kind() && bits > fewer && address.match(around, fewer)
}

/**
 * Tells why nothing can listen at the address of an endpoint or an external IP, in the words of ValidateEndpointIP.
 * Loopback and link-local addresses are taken although it refuses them: people who try Portolan on their own machine
 * have nothing else. The address policy decides whether they may be probed.
 */
export function unlistenable(address: string): string | null {
  if (!ip.test(address)) {
    return null
  }
  const parsed = ipaddr.parse(normalAddress(address))
  if (['0.0.0.0', '::'].includes(parsed.toString())) {
    return `may not be unspecified (${address})`
  }
  const [multicast, bits] = ipaddr.parseCIDR(parsed.kind() === 'ipv4' ? '224.0.0.0/24' : 'ff02::/16')
  return parsed.match(multicast, bits) ? 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)' : null
}

/** The host of an Ingress rule: a name, or one with `*` as its first label. Never an address (API validation). */
export const ingressHost: Rule = {
  expected: 'a DNS name, like quay.example.com or *.example.com, without scheme, port or path',
  test: (text) => text.length <= 253 && subdomain.test(text.replace(/^\*\./, '')) && !isIPv4(text),
  suggest: hostOnly,
}
/** A host of an Ingress' TLS, which may be an address (validateIngressTLS). */
export const tlsHost: Rule = { ...ingressHost, test: (text) => ingressHost.test(text) || isIPv4(text) }

/** The dot of an absolute name is allowed. */
const absoluteName = (text: string): boolean => subdomain.test(text.replace(/\.$/, ''))

/** A name as an EndpointSlice of addressType FQDN has it: IsFullyQualifiedDomainName. */
export const fullName: Rule = {
  expected: 'a domain with at least two segments separated by dots, each of lower-case letters, digits and "-"',
  test: (text) => absoluteName(text) && text.replace(/\.$/, '').split('.').every(label.test) && /\../.test(text),
}

/** `spec.controller` of an IngressClass: IsDomainPrefixedPath, at most 250 characters. */
export const controllerName: Rule = {
  expected: 'a domain-prefixed path (such as "acme.io/foo")',
  test(text) {
    const at = text.indexOf('/')
    return (
      text.length <= 250 &&
      at > 0 &&
      subdomain.test(text.slice(0, at)) &&
      /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(text.slice(at + 1))
    )
  },
}

/** The target of an ExternalName Service. API servers take an IPv4 address for a name; DNS servers do not serve it. */
export const externalName: Rule = {
  expected: 'a DNS name, like api.example.com, without scheme, port or path',
  test: absoluteName,
  suggest: (text) => (isIPv6(text) ? '' : hostOnly(text)),
}

export const absolutePath: Rule = {
  expected: 'a path that begins with "/"',
  test: (text) => text.startsWith('/'),
}

export const instant: Rule = {
  expected: 'an instant, like 2026-05-30T12:00:00Z (RFC 3339)',
  test: (text) => /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text)),
}

function hostOnly(text: string): string {
  return text
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/[:/?#].*$/, '')
    .toLowerCase()
}
