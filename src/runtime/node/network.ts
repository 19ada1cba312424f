import { networkInterfaces } from 'node:os'
import { performance } from 'node:perf_hooks'
import type { Network } from '../../check/network.ts'
import type { Family } from '../../kube/words.ts'
import { exchangeTcp } from '../socket/tcp.ts'
import { lookupName, resolveName } from './dns.ts'
import { exchangeHttp } from './http.ts'
import { nodeTransport } from './transport.ts'

/** Interfaces come and go while a process lives (CNI, VPN); asking for them on every try would be a waste. */
const INTERFACES_MAX_AGE_MS = 5000

/** The network as Node sees it. */
export function createNodeNetwork(): Network {
  let families: ReadonlySet<Family> = new Set()
  let readAt = Number.NEGATIVE_INFINITY
  return {
    resolve: resolveName,
    lookup: lookupName,
    tcp: (request) => exchangeTcp(nodeTransport, request),
    http: exchangeHttp,
    cannotReach({ address, family }) {
      if (performance.now() - readAt > INTERFACES_MAX_AGE_MS) {
        families = routedFamilies()
        readAt = performance.now()
      }
      return families.has(family) || isLoopback(address) ? null : `the prober has no route for ${family}`
    },
  }
}

/** Families with an address that reaches beyond this machine and its link. */
function routedFamilies(): Set<Family> {
  const families = new Set<Family>()
  for (const addresses of Object.values(networkInterfaces())) {
    for (const { internal, family, address } of addresses ?? []) {
      if (!internal && !address.startsWith('fe80:') && !address.startsWith('169.254.')) families.add(family)
    }
  }
  return families
}

const isLoopback = (address: string): boolean => address === '::1' || address.startsWith('127.')
