import { failureOf } from '../../check/failure.ts'
import { type Exchange, type Network, NO_TIMINGS } from '../../check/network.ts'
import { exchangeTcp } from '../socket/tcp.ts'
import type { Calls } from './calls.ts'
import { lookupName, resolveName, type Ways, waysOf } from './dns.ts'
import { exchangeHttp } from './http.ts'
import { createReach } from './reach.ts'
import { edgeTransport } from './transport.ts'

export type EdgeNetworkOptions = {
  /** URL that speaks DNS over HTTPS. */
  dohUrl: string
  /** CIDRs that can be reached although they are no public addresses. */
  egressAllow: readonly string[]
}

/**
 * The network as an invocation on Workers sees it.
 *
 * @param calls what the invocation may spend; a try that needs more is an error of ours.
 */
export function createEdgeNetwork({ dohUrl, egressAllow }: EdgeNetworkOptions, calls: Calls): Network {
  const ways = counted(waysOf(dohUrl), calls)
  return {
    resolve: (request) => resolveName(ways, request),
    lookup: (request) => lookupName(ways, request),
    tcp: (request) =>
      calls.probesLeft > 0
        ? calls.make('connect', () => exchangeTcp(edgeTransport, request))
        : Promise.resolve({ ...unmade(request.address), failedStep: null, received: '' }),
    http: (request) =>
      calls.probesLeft > 0
        ? calls.make('connect', () => exchangeHttp(request))
        : Promise.resolve({ ...unmade(request.address), http: null, headers: null, body: null }),
    cannotReach: createReach(egressAllow),
  }
}

const counted = (ways: Ways, calls: Calls): Ways => {
  const count =
    (ask: Ways['overHttps']): Ways['overHttps'] =>
    (query, signal) =>
      calls.probesLeft > 0
        ? calls.make('dns', () => ask(query, signal))
        : Promise.reject(Object.assign(new Error('no call left'), { code: 'NO_SLOT' }))
  return { ...ways, overHttps: count(ways.overHttps), overTcp: (server) => count(ways.overTcp(server)) }
}

const unmade = (address: string): Exchange => ({
  timings: NO_TIMINGS,
  resolvedAddress: address,
  localAddress: null,
  tls: null,
  failure: failureOf('NO_SLOT', 'connect'),
})
