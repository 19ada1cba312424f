/**
 * From a name to the addresses that are dialled, with the evidence of how they were found.
 *
 * @module
 */

import type { Family } from '../kube/objects.ts'
import type { Failure, FailureCode } from './codes.ts'
import { failure } from './failure.ts'
import type { DnsEvidence, DnsType, Network, Resolution } from './network.ts'
import { noAnswerFrom } from './network.ts'

/** The most addresses of one hostname that are dialled. */
const ADDRESSES_MAX = 8

export type Found = { address: string; family: Family }

/** The addresses of a name. They are empty exactly if there is a failure. */
export type Resolved = { addresses: readonly Found[]; dns: DnsEvidence; dnsMs: number; failure: Failure | null }

export type ResolveContext = {
  network: Pick<Network, 'resolve' | 'lookup'>
  /** The caller's; `null`: the system's. */
  servers: readonly string[] | null
  /** The names that an application in the target's namespace would ask for in turn; used with `servers` only. */
  namesOf(name: string): readonly string[]
  timeoutMs: number
  signal: AbortSignal
  /** Tells why a server is not asked, because the policy may have changed since the job was accepted; `null`: it is. */
  forbids(server: string): Failure | null
  /** Holds the `servers` that have given no answer in this try: they are asked again only when no other is left. */
  unanswered: Set<string>
}

const TYPES: Readonly<Record<Family, DnsType>> = { IPv4: 'A', IPv6: 'AAAA' }

/**
 * As an application would: through getaddrinfo where the system's resolver is asked, else by the caller's servers with
 * the search list.
 */
export async function lookUp(context: ResolveContext, name: string, family: Family | null): Promise<Resolved> {
  const { network, servers, timeoutMs, signal } = context
  if (servers === null && network.lookup !== null) {
    const { addresses, durationMs, failure } = await network.lookup({ name, family, timeoutMs, signal })
    const answers = addresses.map(({ address }) => address)
    const type = addresses.some((found) => found.family === 'IPv4') || family !== 'IPv6' ? 'A' : 'AAAA'
    return {
      addresses: addresses.slice(0, ADDRESSES_MAX),
      dns: { ...noAnswerFrom(null, name, type), answers, lookup: answers },
      dnsMs: durationMs,
      failure,
    }
  }
  let spentMs = 0
  let last: Resolved | null = null
  for (const full of context.namesOf(name)) {
    last = await ask({ ...context, timeoutMs: Math.max(1, timeoutMs - spentMs) }, full, family)
    spentMs += last.dnsMs
    // As a stub resolver: on to the next suffix only where the name does not exist, or has no such record
    if (last.failure?.code !== 'dns_not_found' && last.failure?.code !== 'dns_no_data') {
      break
    }
  }
  if (last === null) {
    throw new Error('a name has at least one full form')
  }
  return { ...last, dnsMs: spentMs }
}

/**
 * The names that a stub resolver asks for in turn (resolv.conf(5)): one with fewer dots than `ndots` as it is only after
 * the search list.
 */
export function fullNames(name: string, searchList: readonly string[], ndots: number): readonly string[] {
  if (name.endsWith('.')) {
    return [name]
  }
  const searched = searchList.map((suffix) => `${name}.${suffix}`)
  const dots = name.split('.').length - 1
  if (ndots === 5 && dots >= 5) {
    return [name]
  }
  return dots >= ndots ? [name, ...searched] : [...searched, name]
}

/** Resolves this very name, without the search list: what DNS says, and beside it what applications see. */
export async function resolveName(context: ResolveContext, name: string, family: Family | null): Promise<Resolved> {
  const { network, servers, timeoutMs, signal } = context
  const [resolved, seen, other] = await Promise.all([
    ask(context, name, family),
    servers === null && network.lookup !== null ? network.lookup({ name, family, timeoutMs, signal }) : null,
    family === 'IPv4' ? resolveRecord(context, name, 'AAAA') : null,
  ])
  const aaaa = resolved.failure === null ? strangeOf(other) : null
  return {
    ...resolved,
    dns: {
      ...resolved.dns,
      ...(seen !== null && { lookup: seen.addresses.map(({ address }) => address) }),
      ...(aaaa !== null && { aaaa }),
    },
  }
}

/** A name that has an A record exists: of its AAAA record nothing else can be said than its value, or that it has none. */
const strangeOf = (other: Resolution | null): string | null =>
  other === null || other.failure === null || other.failure.code === 'dns_no_data'
    ? null
    : (other.evidence.rcode ?? other.failure.code)

async function ask(context: ResolveContext, name: string, family: Family | null): Promise<Resolved> {
  const families: readonly Family[] = family === null ? ['IPv4', 'IPv6'] : [family]
  const asked = await Promise.all(
    families.map(async (of) => ({ of, ...(await resolveRecord(context, name, TYPES[of])) })),
  )
  const answered = asked.filter(({ evidence }) => evidence.answers.length > 0)
  const addresses = answered.flatMap(({ of, evidence }) => evidence.answers.map((address) => ({ address, family: of })))
  const [shown] = [...answered, ...asked.toSorted((left, right) => blame(right.failure) - blame(left.failure))]
  if (!shown) {
    throw new Error('at least one family is asked for')
  }
  return {
    addresses: addresses.slice(0, ADDRESSES_MAX),
    dns: { ...shown.evidence, answers: addresses.map(({ address }) => address) },
    dnsMs: Math.max(...asked.map(({ durationMs }) => durationMs)),
    failure: addresses.length > 0 ? null : (shown.failure ?? failure('dns_no_data', 'dns')),
  }
}

/** After these the next server is asked, as stub resolvers do; that a name does not exist is an answer. */
const NEXT_SERVER: ReadonlySet<FailureCode> = new Set(['dns_timeout', 'dns_server_failure', 'dns_refused'])

/**
 * One record of this very name. Of several servers each is asked in turn until one answers. Those before the last get
 * half of the time together, so that however many are silent, the last has the other half. What gave no answer is
 * remembered for this try, and for no longer: a try is to see what an application would, which forgets as well.
 */
export async function resolveRecord(context: ResolveContext, name: string, type: DnsType): Promise<Resolution> {
  const { network, servers, timeoutMs, signal, unanswered } = context
  if (servers === null) {
    return network.resolve({ name, type, server: null, timeoutMs, signal })
  }
  const order = servers.toSorted((left, right) => Number(unanswered.has(left)) - Number(unanswered.has(right)))
  const shareMs = timeoutMs / (2 * order.length)
  let told: Resolution | null = null
  let spentMs = 0
  for (const [at, server] of order.entries()) {
    const restMs = Math.max(1, timeoutMs - spentMs)
    const isLast = at === order.length - 1
    const refused = context.forbids(server)
    if (refused !== null) {
      told ??= { evidence: noAnswerFrom(server, name, type), durationMs: 0, failure: refused }
      continue
    }
    const asked = await network.resolve({
      name,
      type,
      server,
      timeoutMs: isLast ? restMs : Math.min(shareMs, restMs),
      signal,
    })
    spentMs += asked.durationMs
    if (asked.failure !== null && NEXT_SERVER.has(asked.failure.code) && asked.evidence.rcode === null) {
      unanswered.add(server)
    }
    // An answer tells more than the silence of another server
    const isRefused = told?.failure?.code === 'blocked_by_policy'
    if (told === null || isRefused || (told.evidence.rcode === null && asked.evidence.rcode !== null)) {
      told = asked
    }
    if (asked.failure === null || !NEXT_SERVER.has(asked.failure.code)) {
      told = asked
      break
    }
  }
  if (told === null) {
    throw new Error('there is at least one server')
  }
  const evidence = unanswered.size === 0 ? told.evidence : { ...told.evidence, unanswered: [...unanswered] }
  return { ...told, evidence, durationMs: spentMs }
}

/** The more telling of two families' failures is shown: a missing AAAA record says nothing about the A record. */
const blame = (of: Failure | null): number =>
  of === null || of.code === 'dns_no_data' ? 0 : of.code === 'dns_not_found' ? 1 : 2
