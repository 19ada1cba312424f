import { beyondVantage, failureOf } from '../../check/failure.ts'
import {
  type DialOptions,
  type DialTls,
  type DnsQueryExchange,
  type DnsQueryRequest,
  type Exchange,
  type GrpcExchange,
  type GrpcRequest,
  type Network,
  NO_TIMINGS,
  type TcpRequest,
} from '../../check/network.ts'
import { describeCertificate } from '../socket/describe-certificate.ts'
import { dnsExchange } from '../socket/dns-message.ts'
import { queryOverTcp } from '../socket/dns-tcp.ts'
import { exchangeGrpc } from '../socket/grpc.ts'
import { exchangeHttp1 } from '../socket/http1.ts'
import { exchangeTcp } from '../socket/tcp.ts'
import type { Calls } from './call-budget.ts'
import { lookupName, resolveName, type Ways, waysOf } from './dns.ts'
import { type Handshake, inspectHandshake, judgeCertificate } from './handshake.ts'
import { createReach } from './reachable-address.ts'
import { edgeTransport } from './transport.ts'

/** Why a path over UDP is not tried on Workers. */
export const NO_UDP = 'Workers speak no UDP: over TCP the same server can be asked'

/**
 * Why gRPC is not tried over TLS: `node:tls` of workerd refuses `ALPNProtocols`, and `cloudflare:sockets` offers none.
 * Servers of gRPC insist on it.
 */
export const NO_GRPC_OVER_TLS =
  'Workers cannot agree on HTTP/2 in a TLS handshake (ALPN): from Node gRPC over TLS can be asked'

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
        ? calls
            .make('connect', () => exchangeHttp1(edgeTransport, request))
            .then((made) => explain(request, made, calls))
        : Promise.resolve({ ...unmade(request.address), http: null, headers: null, body: null }),
    query: (request) => queryAtEdge(request, calls),
    grpc: (request) => callGrpc(request, calls),
    cannotReach: createReach(egressAllow),
  }
}

/** Workers have no UDP: such paths are not tried there, and whatever asks nevertheless is told so. */
async function queryAtEdge(request: DnsQueryRequest, calls: Calls): Promise<DnsQueryExchange> {
  if (request.transport === 'udp') {
    const failure = beyondVantage('network_unreachable', 'connect', NO_UDP)
    return dnsExchange({ ...unmade(request.address), failure }, request, null)
  }
  return calls.probesLeft > 0
    ? calls.make('connect', () => queryOverTcp(edgeTransport, request))
    : dnsExchange(unmade(request.address), request, null)
}

async function callGrpc(request: GrpcRequest, calls: Calls): Promise<GrpcExchange> {
  const nothing = { ...unmade(request.address), http: null, headers: null, body: null }
  if (request.tls !== null) {
    return { ...nothing, failure: beyondVantage('tls_handshake_failed', 'tls', NO_GRPC_OVER_TLS) }
  }
  return calls.probesLeft > 0 ? calls.make('connect', () => exchangeGrpc(edgeTransport, request)) : nothing
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
 * By a second connection, what the runtime does not say of a handshake: the certificate, where the check asks how long
 * it lasts, and why it failed.
 */
async function explain<T extends Exchange>(request: Dialled, exchange: T, calls: Calls): Promise<T> {
  const { failure } = exchange
  if (failure === null) {
    if (exchange.tls === null || !request.tls?.wantsExpiry) {
      return exchange
    }
    const seen = await look(request, exchange, calls)
    if (seen === null || 'failure' in seen) {
      return exchange
    }
    return { ...exchange, tls: { ...exchange.tls, ...describeCertificate(seen.certificate) } }
  }
  if (failure.phase !== 'tls' || failure.code !== 'tls_handshake_failed') {
    return exchange
  }
  const told = withReason(exchange, await look(request, exchange, calls), request)
  // Without verification, which the runtime cannot leave out, a certificate that it does not take says nothing
  const isCertificate = told.tls !== null || told.failure?.code === 'tls_handshake_failed'
  if (lastTls(request)?.verify !== false || !isCertificate) {
    return told
  }
  const message = `the edge cannot leave the certificate unverified: ${told.failure?.message}`
  return { ...told, failure: beyondVantage('tls_handshake_failed', 'tls', message) }
}

type Dialled = DialOptions & { tls: DialTls | null; steps?: TcpRequest['steps'] }

/** The options of the handshake that may have failed: a conversation that starts TLS does so in the clear, and once. */
const lastTls = ({ tls, steps = [] }: Dialled): DialTls | null =>
  tls ?? steps.find(({ startTls }) => startTls !== null)?.startTls ?? null

/** `null`: there is no look to be had. TLS that a conversation starts would take the conversation again. */
async function look({ tls, ...dial }: Dialled, { timings }: Exchange, calls: Calls): Promise<Handshake | null> {
  const timeoutMs = dial.timeoutMs - (timings.totalMs ?? 0)
  if (tls === null || timeoutMs < LOOK_MS || calls.probesLeft <= 0) {
    return null
  }
  return calls.make('connect', () => inspectHandshake({ ...dial, timeoutMs, serverName: tls.serverName }))
}

function withReason<T extends Exchange>(exchange: T, seen: Handshake | null, { tls, address }: Dialled): T {
  if (seen === null) {
    return exchange
  }
  if ('certificate' in seen) {
    return { ...exchange, ...judgeCertificate(seen.certificate, tls?.serverName ?? address, Date.now()) }
  }
  return seen.failure.code === 'tls_timeout' ? exchange : { ...exchange, failure: seen.failure }
}

const unmade = (address: string): Exchange => ({
  timings: NO_TIMINGS,
  resolvedAddress: address,
  localAddress: null,
  tls: null,
  failure: failureOf('NO_SLOT', 'connect'),
})
