import { getServers } from 'node:dns'
import { existsSync, readFileSync } from 'node:fs'
import ipaddr from 'ipaddr.js'
import type { Lookup, LookupRequest, Network } from '../../check/network.ts'
import { fullNames, lookUp } from '../../check/resolve.ts'
import { familyOf } from '../../lib/address.ts'

export type SystemNames = { resolvConf: string; hosts: string }

const SYSTEM: SystemNames = { resolvConf: '/etc/resolv.conf', hosts: '/etc/hosts' }

/** The last `search` line counts; `options ndots:n` says which names are tried as they are first (resolv.conf(5)). */
export function searchOf(resolvConf: string): { searchList: readonly string[]; ndots: number } {
  const last = [...resolvConf.matchAll(/^(?:search|domain)[ \t]+(.*)$/gm)].at(-1)?.[1]?.trim() ?? ''
  const ndots = Number([...resolvConf.matchAll(/^options\b.*?\bndots:(\d+)/gm)].at(-1)?.[1] ?? 1)
  return { searchList: last === '' ? [] : last.split(/\s+/).map((each) => each.replace(/\.$/, '')), ndots }
}

/** Addresses that the hosts file gives a name (hosts(5)). */
export const inHosts = (hosts: string, name: string): readonly string[] =>
  hosts.split('\n').flatMap((line) => {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    const wanted = name.toLowerCase().replace(/\.$/, '')
    return ipaddr.isValid(address) && names.some((each) => each.toLowerCase() === wanted) ? [address] : []
  })

/**
 * Answers as getaddrinfo would, without it: by the system's hosts file, search list and servers, with sockets of its
 * own instead of a thread for each name. `nsswitch.conf` is taken to say `files dns`, as in every base image.
 *
 * @param servers the system's.
 */
export async function lookUpBeside(
  resolve: Network['resolve'],
  request: LookupRequest,
  files: SystemNames = SYSTEM,
  servers: readonly string[] = getServers(),
): Promise<Lookup> {
  const { name, family, timeoutMs, signal } = request
  const written = inHosts(readIfThere(files.hosts), name)
    .map((address) => ({ address, family: familyOf(address) ?? ('IPv4' as const) }))
    .filter((found) => family === null || found.family === family)
  if (written.length > 0) {
    return { addresses: written, durationMs: 0, failure: null }
  }
  const { searchList, ndots } = searchOf(readIfThere(files.resolvConf))
  const asked = {
    network: { resolve, lookup: null },
    servers,
    timeoutMs,
    signal,
    forbids: () => null,
    namesOf: (of: string) => fullNames(of, searchList, ndots),
    unanswered: new Set<string>(),
  }
  const { addresses, dnsMs, failure } = await lookUp(asked, name, family)
  return { addresses, durationMs: dnsMs, failure }
}

const readIfThere = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '')
