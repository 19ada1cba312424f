import { lookup as systemLookup } from 'node:dns'
import { Resolver } from 'node:dns/promises'
import { performance } from 'node:perf_hooks'
import type { Failure, FailureCode } from '../../check/codes.ts'
import { codeOf, failure, failureOf } from '../../check/failure.ts'
import type { DnsEvidence, Lookup, LookupRequest, Resolution, ResolveRequest } from '../../check/network.ts'
import { since } from '../socket/attempt.ts'

/** What c-ares says of an answer, as the DNS does (RFC 1035 4.1.1); what is absent came with no answer. */
const RCODES: Readonly<Record<string, string>> = {
  ENODATA: 'NOERROR',
  EFORMERR: 'FORMERR',
  ESERVFAIL: 'SERVFAIL',
  ENOTFOUND: 'NXDOMAIN',
  ENOTIMP: 'NOTIMP',
  EREFUSED: 'REFUSED',
}

type Records = { answers: string[]; ttl: number | null }

/**
 * Asks DNS for this very name: no search list, no hosts file. A resolver for each question: c-ares keeps a cache in a
 * resolver, and a probe must not be answered from one.
 */
export async function resolveName(request: ResolveRequest): Promise<Resolution> {
  const { name, type, server, timeoutMs, signal } = request
  const startedAt = performance.now()
  const evidence: DnsEvidence = {
    server,
    name,
    type,
    rcode: null,
    answers: [],
    cname: null,
    ttl: null,
    lookup: null,
  }
  const end = (failure: Failure | null, found: Partial<DnsEvidence>): Resolution => ({
    evidence: { ...evidence, ...found },
    durationMs: since(startedAt),
    failure,
  })
  if (signal.aborted) return end({ ...(signal.reason as Failure), phase: 'dns' }, {})

  const resolver = new Resolver({ timeout: Math.ceil(timeoutMs), tries: 1 })
  let timeUp = false
  const timer = setTimeout(() => {
    timeUp = true
    resolver.cancel()
  }, timeoutMs)
  const abort = () => resolver.cancel()
  signal.addEventListener('abort', abort)
  try {
    if (server !== null) resolver.setServers([server])
    const canonical = type === 'A' || type === 'AAAA' ? canonicalName(resolver, name) : null
    const { answers, ttl } = await ask(resolver, name, type)
    return end(null, {
      rcode: 'NOERROR',
      answers,
      ttl,
      cname: (await canonical) ?? (type === 'CNAME' ? (answers[0] ?? null) : null),
    })
  } catch (error) {
    if (signal.aborted) return end({ ...(signal.reason as Failure), phase: 'dns' }, {})
    const code = timeUp ? 'ETIMEOUT' : codeOf(error)
    return end(failureOf(code, 'dns', error), { rcode: RCODES[code] ?? null })
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}

async function ask(resolver: Resolver, name: string, type: DnsEvidence['type']): Promise<Records> {
  switch (type) {
    case 'A':
    case 'AAAA': {
      const records = await (type === 'A'
        ? resolver.resolve4(name, { ttl: true })
        : resolver.resolve6(name, { ttl: true }))
      return { answers: records.map((record) => record.address), ttl: Math.min(...records.map((record) => record.ttl)) }
    }
    case 'CNAME':
      return { answers: await resolver.resolveCname(name), ttl: null }
    case 'SRV': {
      const records = await resolver.resolveSrv(name)
      return {
        answers: records.map(({ priority, weight, port, name: target }) => `${priority} ${weight} ${port} ${target}`),
        ttl: null,
      }
    }
  }
}

/** Node shows the addresses at the end of a chain of aliases, not the chain: asked for beside them. */
const canonicalName = (resolver: Resolver, name: string): Promise<string | null> =>
  resolver.resolveCname(name).then(
    ([first]) => first ?? null,
    () => null,
  )

/**
 * getaddrinfo runs on libuv's pool (4 threads), cannot be cut, and can hang for as long as the system's resolver
 * likes. Two at a time leave the others to whoever needs them. What never got its turn in time says so – unless the
 * resolver, asked beside the pool, does not answer at all: then those before it hang on that, and so would it.
 */
const LOOKUPS_MAX = 2
let lookups = 0
const waiting: (() => void)[] = []

/** What applications see: getaddrinfo, with the hosts file and the search list. */
export function lookupName(request: LookupRequest): Promise<Lookup> {
  const { name, family, timeoutMs, signal } = request
  const startedAt = performance.now()
  return new Promise((resolve) => {
    let begun = false
    let silent = false
    const end = (failure: Failure | null, addresses: Lookup['addresses'] = []) => {
      clearTimeout(timer)
      clearTimeout(halfTime)
      signal.removeEventListener('abort', abort)
      const turn = waiting.indexOf(begin)
      if (turn >= 0) waiting.splice(turn, 1)
      resolve({ addresses, durationMs: since(startedAt), failure })
    }
    const abort = () => end({ ...(signal.reason as Failure), phase: 'dns' })
    const begin = () => {
      begun = true
      lookups++
      systemLookup(name, { all: true, family: family === null ? 0 : family === 'IPv4' ? 4 : 6 }, (error, found) => {
        lookups--
        waiting.shift()?.()
        if (error) return end(failureOf(codeOf(error), 'dns', error))
        end(
          null,
          found.map(({ address, family }) => ({ address, family: family === 6 ? 'IPv6' : 'IPv4' })),
        )
      })
    }
    const timer = setTimeout(() => {
      const code: FailureCode = begun || silent ? 'dns_timeout' : 'local_resources_exhausted'
      end(failure(code, 'dns'))
    }, timeoutMs)
    const halfTime = setTimeout(() => {
      if (begun) return
      silent = true
      void resolveName({ name, type: 'A', server: null, timeoutMs: timeoutMs / 2, signal }).then(({ evidence }) => {
        silent = evidence.rcode === null
      })
    }, timeoutMs / 2)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort)
    if (lookups < LOOKUPS_MAX) begin()
    else waiting.push(begin)
  })
}
