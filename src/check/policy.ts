/**
 * Decides which addresses may be dialled. It is asked with the resolved address before every dial: the first, each
 * redirect's, each control's. It is never asked about a name, only about the addresses that the name resolved to.
 *
 * @module
 */

import ipaddr from 'ipaddr.js'
import { boundedCache } from '../lib/bounded-cache.ts'
import { areAllIn, distinctFormsOf, formsOf, type Ip, isIn, rangeOf } from '../lib/ip-forms.ts'
import { EGRESS_SETTING } from '../plan/discover-egress.ts'
import { EGRESS_ONLY } from '../plan/egress-only.ts'
import { NOT_NARROWED_BY_ADDRESS } from '../plan/keep-to-cluster.ts'
import { createOwnListeners, NOWHERE, type OwnListeners } from './own-listener.ts'

export type Permission = { allowed: true } | { allowed: false; reason: string }

/**
 * Names of what can decide about an address: that it is none, that Portolan listens there, an entry of
 * `PORTOLAN_EGRESS_DENY`, a range that is denied by default, a port of `PORTOLAN_EGRESS_DENY_PORTS`, the ranges that
 * the caller is narrowed to, an entry of `PORTOLAN_EGRESS_ALLOW`, or nothing at all.
 */
export const POLICY_RULES = [
  'not_an_address',
  'own_listener',
  'deny_entry',
  'default_range',
  'deny_port',
  'egress_only',
  'allow_entry',
  'none',
] as const
export type PolicyRule = (typeof POLICY_RULES)[number]

export type Judgement = {
  allowed: boolean
  rule: PolicyRule
  /** The entry, or the range, that the rule goes by. */
  entry: string | null
  /** A sentence without its full stop. */
  reason: string
  /** The address as it was understood, and those that it carries: each is judged. */
  forms: readonly string[]
}

export type Policy = {
  /** @param port `null`: it is not known, so that no rule about ports holds. */
  check(address: string, port: number | null): Permission
  /** As `check`, with what decides. */
  explain(address: string, port: number | null): Judgement
  own: OwnListeners
}

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

const deniedRanges = DENIED.map(([cidr, reason]) => ({ cidr, range: rangeOf(cidr), reason }))

/** Whoever may dial anywhere on these ports of the Internet sends mail: submission, and its forms. */
export const MAIL_PORTS: readonly number[] = [25, 465, 587]

/** `denyPorts` do not hold for these: they belong to some network, machine or link, and not to the Internet. */
const NOT_PUBLIC = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16']
  .concat(['fc00::/7', 'fe80::/10', '::1/128'])
  .map(rangeOf)

const ALLOW = 'PORTOLAN_EGRESS_ALLOW'
const DENY = 'PORTOLAN_EGRESS_DENY'
const DENY_PORTS = 'PORTOLAN_EGRESS_DENY_PORTS'
const OWN = "Portolan's own listener"

/** Tells how a denial can be lifted, by its reason: an entry of the operator's own wins over all that is allowed. */
export function liftOf(reason: string): string {
  if (reason.includes(EGRESS_SETTING)) {
    return `${EGRESS_SETTING} names what discovery may dial besides`
  }
  if (reason.includes(NOT_NARROWED_BY_ADDRESS)) {
    return 'a token with an egressOnly that covers the address may have it dialled'
  }
  if (reason.includes(OWN)) {
    return 'nothing lifts that: ask /livez and /readyz from elsewhere whether Portolan answers'
  }
  if (reason.includes(EGRESS_ONLY)) {
    return `the caller is narrowed to ${EGRESS_ONLY}, which no setting widens: ask with a token that has other ranges`
  }
  if (reason.includes(DENY_PORTS)) {
    return `an entry of ${ALLOW} that covers the address can lift that, or ${DENY_PORTS} without the port`
  }
  return reason.includes(DENY) ? `${DENY} wins over ${ALLOW}: take the entry out of it` : `${ALLOW} can lift that`
}

/** Judgements that are kept: the same few addresses are asked about again and again. */
const KEPT_MAX = 4096

export type PolicyLists = {
  /**
   * CIDRs. They lift what is denied by default, ports included, and nothing else. `::/0` is every IPv6 address and no IPv4
   * one, also not where an IPv6 address carries it.
   */
  allow: readonly string[]
  /** CIDRs. They win over all that is allowed. */
  deny: readonly string[]
  /** Not dialled on public addresses; left out: those that take mail. */
  denyPorts?: readonly number[]
  /** Not dialled, and lifted by nothing; left out: there are none. */
  own?: OwnListeners
}

/** A judgement of an address that holds at every port. */
type OfAddress = Judgement & { isPublic: boolean }

/** @throws Error for a CIDR that does not parse; configuration checks it before. */
export function createPolicy(lists: PolicyLists): Policy {
  const { denyPorts = MAIL_PORTS, own = createOwnListeners(NOWHERE) } = lists
  const allow = lists.allow.map((cidr) => ({ cidr, range: rangeOf(cidr) }))
  const deny = lists.deny.map((cidr) => ({ cidr, range: rangeOf(cidr) }))
  const kept = boundedCache<OfAddress>(KEPT_MAX)
  const isLifted = (form: Ip): boolean => allow.some(({ range }) => isIn(form, [range]))

  function explain(text: string, port: number | null): Judgement {
    const { isPublic, ...judged } = kept.getOrMake(text, () => judge(text))
    if (port === null || judged.rule === 'not_an_address') {
      return judged
    }
    if (own.isAt(text, port)) {
      return { ...judged, allowed: false, rule: 'own_listener', entry: null, reason: `${text}:${port} is ${OWN}` }
    }
    if (judged.allowed && judged.rule !== 'allow_entry' && isPublic && denyPorts.includes(port)) {
      const reason = `${text} is a public address, whose port ${port} is denied by ${DENY_PORTS}`
      return { ...judged, allowed: false, rule: 'deny_port', entry: String(port), reason }
    }
    return judged
  }

  function judge(text: string): OfAddress {
    if (!ipaddr.isValid(text)) {
      const reason = `${text} is not an IP address`
      return { allowed: false, rule: 'not_an_address', entry: null, reason, forms: [], isPublic: false }
    }
    // `inet_aton` forms (0x7f.1, 2130706433) are valid to some libraries and mean 127.0.0.1: judged by what they mean
    const address = ipaddr.parse(text)
    const forms = formsOf(address)
    const seen = { forms: forms.map(String), isPublic: isPublic(address) }
    const denied = deny.find(({ range }) => forms.some((form) => isIn(form, [range])))
    if (denied) {
      const reason = `${text} is denied by the entry ${denied.cidr} of ${DENY}`
      return { ...seen, allowed: false, rule: 'deny_entry', entry: denied.cidr, reason }
    }
    // Each form is where the connection may end, so each is lifted by an entry of its own, or is not denied at all
    const refused = distinctFormsOf(address).flatMap((form) => {
      const found = isLifted(form) ? undefined : deniedRanges.find(({ range }) => isIn(form, [range]))
      return found === undefined ? [] : [found]
    })[0]
    if (refused) {
      const reason = `${text} is ${refused.reason}`
      return { ...seen, allowed: false, rule: 'default_range', entry: refused.cidr, reason }
    }
    const ends = endsOf(address)
    const lifted = ends.every(isLifted)
      ? allow.find(({ range }) => ends.some((form) => isIn(form, [range])))
      : undefined
    if (lifted) {
      const reason = `${text} is allowed by the entry ${lifted.cidr} of ${ALLOW}`
      return { ...seen, allowed: true, rule: 'allow_entry', entry: lifted.cidr, reason }
    }
    return { ...seen, allowed: true, rule: 'none', entry: null, reason: `nothing denies ${text}` }
  }

  return { explain, check: permissionBy(explain), own }
}

/**
 * The same policy for a caller who is narrowed to ranges: it denies besides whatever they do not cover, and allows
 * nothing that was denied.
 *
 * @param egressOnly CIDRs; none: nothing may be dialled.
 */
export function narrowedPolicy(policy: Policy, egressOnly: readonly string[]): Policy {
  const ranges = egressOnly.map(rangeOf)
  const kept = boundedCache<boolean>(KEPT_MAX)
  const isInside = (text: string) => kept.getOrMake(text, () => areAllIn(ipaddr.parse(text), ranges))
  const explain: Policy['explain'] = (text, port) => {
    const judged = policy.explain(text, port)
    if (!judged.allowed || isInside(text)) {
      return judged
    }
    const entry = egressOnly.length === 0 ? null : egressOnly.join(',')
    return { ...judged, allowed: false, rule: 'egress_only', entry, reason: `${text} is outside ${EGRESS_ONLY}` }
  }
  return { explain, check: permissionBy(explain), own: policy.own }
}

const permissionBy =
  (explain: Policy['explain']): Policy['check'] =>
  (address, port) => {
    const { allowed, reason } = explain(address, port)
    return allowed ? { allowed } : { allowed, reason }
  }

/** Where a connection to an address ends: at what it carries, where it carries something. */
function endsOf(address: Ip): readonly Ip[] {
  const [own = address, ...carried] = distinctFormsOf(address)
  return carried.length > 0 ? carried : [own]
}

const isPublic = (address: Ip): boolean => endsOf(address).some((form) => !isIn(form, NOT_PUBLIC))
