import { type LookupAddress, type LookupAllOptions, lookup as systemLookup } from 'node:dns'
import { Resolver } from 'node:dns/promises'
import { performance } from 'node:perf_hooks'
import type { Failure } from '../../check/codes.ts'
import { codeOf, failure, failureOf } from '../../check/failure.ts'
import type { DnsEvidence, DnsType, Lookup, LookupRequest, Resolution, ResolveRequest } from '../../check/network.ts'
import { noAnswerFrom } from '../../check/network.ts'
import { since } from '../socket/attempt.ts'
import { lookUpBeside } from './system-names.ts'

/** The DNS's words for codes of c-ares (RFC 1035 4.1.1); a code that is absent came with no answer. */
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
  const end = (failure: Failure | null, found: Partial<DnsEvidence>): Resolution => ({
    evidence: { ...noAnswerFrom(server, name, type), ...found },
    durationMs: since(startedAt),
    failure,
  })
  if (signal.aborted) {
    return end({ ...(signal.reason as Failure), phase: 'dns' }, {})
  }

  const options = { timeout: Math.ceil(timeoutMs), tries: 1 }
  const resolver = new Resolver(options)
  // On a connection of its own: a server may close one after each answer, and the other question would be lost with it
  const aliases = new Resolver(options)
  const resolvers = [resolver, aliases]
  let timeUp = false
  const timer = setTimeout(() => {
    timeUp = true
    for (const each of resolvers) {
      each.cancel()
    }
  }, timeoutMs)
  const abort = () => {
    for (const each of resolvers) {
      each.cancel()
    }
  }
  signal.addEventListener('abort', abort)
  try {
    if (server !== null) {
      for (const each of resolvers) {
        each.setServers([server])
      }
    }
    const canonical = type === 'A' || type === 'AAAA' ? canonicalName(aliases, name) : null
    const { answers, ttl } = await ask(resolver, name, type)
    return end(null, {
      rcode: 'NOERROR',
      answers,
      ttl,
      cname: (await canonical) ?? (type === 'CNAME' ? (answers[0] ?? null) : null),
    })
  } catch (error) {
    if (signal.aborted) {
      return end({ ...(signal.reason as Failure), phase: 'dns' }, {})
    }
    const code = timeUp ? 'ETIMEOUT' : codeOf(error)
    return end(failureOf(code, 'dns', error), { rcode: RCODES[code] ?? null })
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}

async function ask(resolver: Resolver, name: string, type: DnsType): Promise<Records> {
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
 * getaddrinfo runs on libuv's pool, which gives it half of its threads (4), cannot be cut, and can hang for as long as
 * the system's resolver likes: a zone whose servers are dead holds a thread for each of its names. What gets no turn
 * soon is asked beside it, so that no name waits for another.
 */
const LOOKUPS_MAX = 2
/** Longer than a name takes whose servers answer. */
const TURN_MS = 500

type Asked = (
  name: string,
  options: LookupAllOptions,
  found: (error: Error | null, all: LookupAddress[]) => void,
) => void

/**
 * Looks names up as applications do: by getaddrinfo, with the hosts file and the search list.
 *
 * @param getaddrinfo the system's.
 * @param beside the same without it.
 */
export function createLookup(
  getaddrinfo: Asked = systemLookup,
  beside: (request: LookupRequest) => Promise<Lookup> = (request) => lookUpBeside(resolveName, request),
): (request: LookupRequest) => Promise<Lookup> {
  let under = 0
  const waiting: (() => void)[] = []

  return (request) => {
    const { name, family, timeoutMs, signal } = request
    const startedAt = performance.now()
    return new Promise((resolve) => {
      const end = (failure: Failure | null, addresses: Lookup['addresses'] = []) => {
        clearTimeout(timer)
        clearTimeout(turn)
        signal.removeEventListener('abort', abort)
        giveUp()
        resolve({ addresses, durationMs: since(startedAt), failure })
      }
      const giveUp = () => {
        const at = waiting.indexOf(begin)
        if (at >= 0) {
          waiting.splice(at, 1)
        }
        return at >= 0
      }
      const abort = () => end({ ...(signal.reason as Failure), phase: 'dns' })
      const begin = () => {
        under++
        getaddrinfo(name, { all: true, family: family === null ? 0 : family === 'IPv4' ? 4 : 6 }, (error, found) => {
          under--
          waiting.shift()?.()
          if (error) {
            return end(failureOf(codeOf(error), 'dns', error))
          }
          end(
            null,
            found.map((each) => ({ address: each.address, family: each.family === 6 ? 'IPv6' : 'IPv4' })),
          )
        })
      }
      const timer = setTimeout(() => end(failure('dns_timeout', 'dns')), timeoutMs)
      const turn = setTimeout(
        () => {
          if (!giveUp()) {
            return
          }
          const leftMs = Math.max(1, timeoutMs - (performance.now() - startedAt))
          void beside({ ...request, timeoutMs: leftMs }).then((found) => end(found.failure, found.addresses))
        },
        Math.min(TURN_MS, timeoutMs / 4),
      )
      if (signal.aborted) {
        return abort()
      }
      signal.addEventListener('abort', abort)
      if (under < LOOKUPS_MAX) {
        begin()
      } else {
        waiting.push(begin)
      }
    })
  }
}
