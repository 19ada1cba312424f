/**
 * What Kubernetes accepts as a name, a label, an address: apimachinery util/validation and core/validation.
 * `expected` completes "expected …" in an error.
 *
 * @module
 */
import ipaddr from 'ipaddr.js'

export type Rule = {
  expected: string
  test: (text: string) => boolean
  /** What was probably meant, if it fits the rule. */
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
    if (more.length > 0) return false
    const name = second ?? first
    return name.length <= 63 && QUALIFIED.test(name) && (second === undefined || subdomain.test(first))
  },
}

const isIPv4 = (text: string): boolean => ipaddr.IPv4.isValidFourPartDecimal(text)
const isIPv6 = (text: string): boolean => ipaddr.IPv6.isValid(text) && !text.includes('%')

export const ip: Rule = {
  expected: 'an IP address, like 10.0.0.11 or 2001:db8::11',
  test: (text) => isIPv4(text) || isIPv6(text),
}
export const ipv4: Rule = { expected: 'an IPv4 address', test: isIPv4 }
export const ipv6: Rule = { expected: 'an IPv6 address', test: isIPv6 }

export const cidr: Rule = {
  expected: 'a CIDR, like 203.0.113.0/24',
  test: (text) => ipaddr.IPv4.isValidCIDRFourPartDecimal(text) || ipaddr.IPv6.isValidCIDR(text),
}

/** The host of an Ingress rule: a name, or one with `*` as its first label. Never an address (API validation). */
export const ingressHost: Rule = {
  expected: 'a DNS name, like quay.example.com or *.example.com, without scheme, port or path',
  test: (text) => subdomain.test(text.replace(/^\*\./, '')) && !isIPv4(text),
  suggest: hostOnly,
}

/** A name as an EndpointSlice of addressType FQDN has it: the dot of an absolute name is allowed (IsFullyQualifiedDomainName). */
export const absoluteName: Rule = { ...subdomain, test: (text) => subdomain.test(text.replace(/\.$/, '')) }

/** The target of an ExternalName Service. API servers take an IPv4 address for a name; DNS servers do not serve it. */
export const externalName: Rule = {
  expected: 'a DNS name, like api.example.com, without scheme, port or path',
  test: absoluteName.test,
  suggest: (text) => (isIPv6(text) ? '' : hostOnly(text)),
}

export const absolutePath: Rule = {
  expected: 'a path that begins with "/", without spaces',
  test: (text) => text.startsWith('/') && !/\s/.test(text),
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
