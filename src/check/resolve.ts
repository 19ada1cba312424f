/**
 * From a name to the addresses that are dialled, with the evidence of how they were found.
 *
 * @module
 */
import type { Family } from '../kube/words.ts'
import type { Failure } from './codes.ts'
import { failure } from './failure.ts'
import type { DnsEvidence, DnsType, Network } from './network.ts'

/** Results of one hostname: more addresses are not dialled (api.md "Hostnames"). */
const ADDRESSES_MAX = 8

export type Found = { address: string; family: Family }

/** What a name resolved to. `addresses` is empty exactly where there is a failure. */
export type Resolved = { addresses: readonly Found[]; dns: DnsEvidence; dnsMs: number; failure: Failure | null }

export type ResolveContext = {
  network: Network
  /** The caller's; `null`: the system's. */
  servers: readonly string[] | null
  /** Suffixes that an application in the target's namespace would try; used with `servers` only. */
  searchList: readonly string[]
  timeoutMs: number
  signal: AbortSignal
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
      dns: { ...evidenceOf(null, name, type), answers, lookup: answers },
      dnsMs: durationMs,
      failure,
    }
  }
  let spentMs = 0
  let last: Resolved | null = null
  for (const full of fullNames(name, context.searchList)) {
    last = await ask({ ...context, timeoutMs: Math.max(1, timeoutMs - spentMs) }, full, family)
    spentMs += last.dnsMs
    // As a stub resolver: on to the next suffix only where the name does not exist, or has no such record
    if (last.failure?.code !== 'dns_not_found' && last.failure?.code !== 'dns_no_data') break
  }
  if (last === null) throw new Error('a name has at least one full form')
  return { ...last, dnsMs: spentMs }
}

/** resolv.conf(5) with `ndots:5`, as kubelet writes it: the list first, then the name as it is. */
const fullNames = (name: string, searchList: readonly string[]): readonly string[] =>
  name.endsWith('.') || name.split('.').length > 5 ? [name] : [...searchList.map((suffix) => `${name}.${suffix}`), name]

/** For this very name: what DNS says, and beside it what applications see. */
export async function resolveName(context: ResolveContext, name: string, family: Family | null): Promise<Resolved> {
  const { network, servers, timeoutMs, signal } = context
  if (servers !== null || network.lookup === null) return ask(context, name, family)
  const [resolved, seen] = await Promise.all([
    ask(context, name, family),
    network.lookup({ name, family, timeoutMs, signal }),
  ])
  return { ...resolved, dns: { ...resolved.dns, lookup: seen.addresses.map(({ address }) => address) } }
}

async function ask(context: ResolveContext, name: string, family: Family | null): Promise<Resolved> {
  const families: readonly Family[] = family === null ? ['IPv4', 'IPv6'] : [family]
  const { network, servers, timeoutMs, signal } = context
  const asked = await Promise.all(
    families.map(async (of) => ({
      of,
      ...(await network.resolve({ name, type: TYPES[of], servers, timeoutMs, signal })),
    })),
  )
  const answered = asked.filter(({ evidence }) => evidence.answers.length > 0)
  const addresses = answered.flatMap(({ of, evidence }) => evidence.answers.map((address) => ({ address, family: of })))
  const [shown] = [...answered, ...asked.toSorted((left, right) => blame(right.failure) - blame(left.failure))]
  if (!shown) throw new Error('at least one family is asked for')
  return {
    addresses: addresses.slice(0, ADDRESSES_MAX),
    dns: { ...shown.evidence, answers: addresses.map(({ address }) => address) },
    dnsMs: Math.max(...asked.map(({ durationMs }) => durationMs)),
    failure: addresses.length > 0 ? null : (shown.failure ?? failure('dns_no_data', 'dns')),
  }
}

/** Of two families' failures the telling one is shown: that a name has no AAAA record says nothing about its A record. */
const blame = (of: Failure | null): number =>
  of === null || of.code === 'dns_no_data' ? 0 : of.code === 'dns_not_found' ? 1 : 2

const evidenceOf = (server: string | null, name: string, type: DnsType): DnsEvidence => ({
  server,
  name,
  type,
  rcode: null,
  answers: [],
  cname: null,
  ttl: null,
  lookup: null,
})
