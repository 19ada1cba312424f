import { beyondVantage, failureOf } from '../../check/failure.ts'
import { type DialOptions, type DialTls, type Exchange, type Network, NO_TIMINGS } from '../../check/network.ts'
import { exchangeTcp } from '../socket/tcp.ts'
import type { Calls } from './calls.ts'
import { lookupName, resolveName, type Ways, waysOf } from './dns.ts'
import { inspectHandshake } from './handshake.ts'
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
        ? calls.make('connect', () => exchangeTcp(edgeTransport, request)).then((made) => explain(request, made, calls))
        : Promise.resolve({ ...unmade(request.address), failedStep: null, received: '' }),
    http: (request) =>
      calls.probesLeft > 0
        ? calls.make('connect', () => exchangeHttp(request)).then((made) => explain(request, made, calls))
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

/** Less time than this is not worth a second connection. */
const LOOK_MS = 20

/**
 * Finds out why a handshake failed. Without verification, which the runtime cannot leave out, a certificate that it
 * does not take says nothing about the target.
 */
async function explain<T extends Exchange>(
  { tls, ...dial }: DialOptions & { tls: DialTls | null },
  exchange: T,
  calls: Calls,
): Promise<T> {
  const { failure } = exchange
  if (tls === null || failure?.phase !== 'tls' || failure.code !== 'tls_handshake_failed') return exchange
  const timeoutMs = dial.timeoutMs - (exchange.timings.totalMs ?? 0)
  const { serverName, verify } = tls
  const look = () => inspectHandshake({ ...dial, timeoutMs, serverName }, Date.now())
  const seen = timeoutMs >= LOOK_MS && calls.probesLeft > 0 ? await calls.make('connect', look) : null
  const told = seen === null || seen.failure.code === 'tls_timeout' ? exchange : { ...exchange, ...seen }
  const isCertificate = told.tls !== null || told.failure?.code === 'tls_handshake_failed'
  if (verify || !isCertificate) return told
  const message = `the edge cannot leave the certificate unverified: ${told.failure?.message}`
  return { ...told, failure: beyondVantage('tls_handshake_failed', 'tls', message) }
}

const unmade = (address: string): Exchange => ({
  timings: NO_TIMINGS,
  resolvedAddress: address,
  localAddress: null,
  tls: null,
  failure: failureOf('NO_SLOT', 'connect'),
})
