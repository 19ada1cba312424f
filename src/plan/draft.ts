/**
 * A path while it is being planned, as its source knows it. {@link finishPath} turns it into a {@link PlannedPath}, in one
 * place for all sources: it adds the id, the URL, and what follows from the vantage.
 *
 * @module
 */

import type { PathType, ServicePort, TrafficPolicy } from '../kube/objects.ts'
import { familyOf, hostPort } from '../lib/address.ts'
import { type Because, inOrder } from './because.ts'
import { type Behind, CHECKED_OVER, type Check, type GrpcCall, type HttpCheck, type HttpExpect } from './check.ts'
import type { PlanContext } from './context.ts'
import { isPrivate, isWithin } from './ip.ts'
import { KINDS, type PathKind } from './kinds.ts'
import type { DnsExpectation, PlannedPath, Scheme, Skipped } from './path.ts'
import { pathId } from './path.ts'
import { schemeOf } from './scheme.ts'

/** A router sends a request to the Service only if it is so. */
export type Asks = {
  /** The method of an HTTP request; `null`: any. */
  method: string | null
  /** Headers, or metadata of a gRPC call, by lower-case name. */
  headers: Readonly<Record<string, string>>
  /** Parameters of the query, decoded. */
  query: Readonly<Record<string, string>>
  /** The gRPC method to call; `null`: any, so that the health of the server can be asked for. */
  grpc: GrpcCall | null
}

export type PathDraft = {
  kind: PathKind
  port: ServicePort | null
  address: string | null
  addressPort: number | null
  scheme: Scheme
  /** Its provenance, and the reasons against a promise. */
  because: readonly Because[]
  /** Tells it apart from other paths of its kind, port, family and scheme. */
  discriminator: readonly (string | number | null)[]
  /** `cluster`: only from inside. `given`: the caller named the address, so that no vantage is held against it. */
  reach: 'cluster' | 'anywhere' | 'given'
  /** The reason why it does not exist yet. */
  pending: string | null
  /** The reason why the prober, where it stands, cannot see it. */
  blind: string | null
  /** Overrides the family of the address: DNS records ask for one. */
  family?: PlannedPath['family']
  node: string | null
  /** Ranges of clients that are let in, one of the excuses; empty: everybody is. */
  onlyFrom: readonly string[]
  /** The pod of an endpoint. */
  pod: string | null
  /** The policy of the Service that decides which endpoints the address leads to; `null`: nothing translates it. */
  trafficPolicy: TrafficPolicy | null
  host: string | null
  /** SNI of any TLS on it; `null` if none is sent. */
  sni: string | null
  /** The conversation is within TLS, although the scheme does not say so. */
  overTls: boolean
  /** A default check judges the certificate, as the name is known. */
  judgesCertificate: boolean
  /** A default check judges that the certificate is for one of these names, whoever signed it. Empty: it does not. */
  judgesName: readonly string[]
  rulePath: string | null
  pathType: PathType | null
  parent: PlannedPath['parent']
  match: PlannedPath['match']
  /** A default check asks for this. */
  urlPath: string
  shortCut: boolean
  variable: PlannedPath['variable']
  dns: DnsExpectation | null
  /** Paths of one group stay together when a limit is met: a node, an endpoint. */
  group: string | null
  /**
   * Routed by the request: tells whether the rule gets one for that path, with that method. With headers of the caller:
   * whether it gets it as surely as without them.
   */
  routes: ((urlPath: string, method: string, headers?: HttpCheck['headers']) => boolean) | null
  /** Weights send this part of the requests, of 1, to the Service; `null`: all of them, or nobody knows. */
  share: number | null
  /** `null`: the router, if there is one, asks for no more than host and path. */
  asks: Asks | null
  /** A default check expects this of an answer; `null`: any of the application will do. */
  expect: HttpExpect | null
  /** A router that rewrites makes this of a request for that path; `null`: it hands on what it gets. */
  behind: ((urlPath: string) => Behind) | null
}

type Needed = 'kind' | 'port' | 'because' | 'discriminator' | 'reach'

/** Makes a draft, with defaults for everything else. */
export function draft(of: Pick<PathDraft, Needed> & Partial<PathDraft>): PathDraft {
  return {
    address: null,
    addressPort: null,
    scheme: of.port === null ? 'dns' : schemeOf(of.port),
    pending: null,
    blind: null,
    node: null,
    pod: null,
    trafficPolicy: null,
    onlyFrom: [],
    host: null,
    overTls: false,
    judgesCertificate: false,
    judgesName: [],
    rulePath: null,
    pathType: null,
    parent: null,
    match: null,
    urlPath: '/',
    shortCut: false,
    variable: null,
    dns: null,
    group: null,
    routes: null,
    share: null,
    asks: null,
    expect: null,
    behind: null,
    ...of,
    sni: of.sni ? serverNameOf(of.sni) : null,
  }
}

/** Removes the dot of an absolute name, as TLS requires (RFC 6066, 3). */
export const serverNameOf = (name: string): string => name.replace(/\.$/, '')

export function finishPath(context: PlanContext, of: PathDraft, checks: readonly Check[]): PlannedPath {
  const family = of.family !== undefined ? of.family : of.address === null ? null : familyOf(of.address)
  const port = of.port && { name: of.port.name, number: of.port.port, protocol: of.port.protocol }
  const identity = { kind: of.kind, port, family, scheme: of.scheme }
  const doubts = of.because.filter(({ doubt }) => doubt !== undefined)
  return {
    id: pathId(context.target, identity, of.discriminator),
    ...identity,
    address: of.address,
    addressPort: of.addressPort,
    node: of.node,
    ...(of.pod !== null && { pod: of.pod }),
    ...(of.trafficPolicy !== null && { trafficPolicy: of.trafficPolicy }),
    host: of.host,
    serverName: of.scheme === 'https' || of.overTls ? of.sni : null,
    rulePath: of.rulePath,
    pathType: of.pathType,
    parent: of.parent,
    match: of.match,
    url: urlOf(of),
    expected: doubts.length === 0 ? 'reachable' : 'unknown',
    because: inOrder(of.because),
    shortCut: of.shortCut,
    skipped: skippedOf(context, of, checks),
    variable: of.variable,
    dns: of.dns,
    checks,
    ...(doubts.some(({ doubt }) => doubt === 'excused') ? { excused: true as const } : {}),
    ...(of.share !== null && { share: of.share }),
    ...(of.onlyFrom.length > 0 && doubts.length === 1 ? { onlyFrom: of.onlyFrom } : {}),
  }
}

function urlOf({ scheme, host, address, addressPort, urlPath, dns, variable }: PathDraft): string | null {
  if (variable !== null) {
    return null
  }
  // RFC 4501.
  if (dns !== null) {
    return `dns:${dns.name}?type=${dns.type}`
  }
  const authority = host ?? address
  if (authority === null || address === null) {
    return null
  }
  const path = scheme === 'http' || scheme === 'https' ? urlPath : ''
  return `${scheme}://${hostPort(authority, addressPort, scheme)}${path}`
}

/** Reasons why there is nothing to ask at ports of these schemes, unless a check has a question for them. */
const UNASKED: Readonly<Partial<Record<Scheme, string>>> = {
  udp: 'silence on UDP says neither that a port is open nor that it is closed; HTTP, TCP and DNS are tested',
  sctp: 'SCTP is not spoken here; HTTP, TCP and DNS are tested',
}

const isGrpcOverTls = (check: Check): boolean => check.type === 'grpc' && check.scheme === 'https'

function skippedOf(
  { position, target, place: { reaches = [], elsewhere = false, unspoken = {} } }: PlanContext,
  { scheme, address, reach, pending, blind, kind, port }: PathDraft,
  checks: readonly Check[],
): Skipped | null {
  const unasked = UNASKED[scheme]
  if (
    unasked !== undefined &&
    !checks.some(({ type }) => port !== null && CHECKED_OVER[type].includes(port.protocol))
  ) {
    return { reason: 'unprobeable', detail: unasked }
  }
  const cannot = unspoken[checks.length > 0 && checks.every(isGrpcOverTls) ? 'grpcs' : scheme]
  if (cannot !== undefined) {
    return { reason: 'vantage', detail: cannot }
  }
  if (blind !== null) {
    return { reason: 'vantage', detail: blind }
  }
  if (position !== 'in-cluster' && reach === 'cluster') {
    return {
      reason: 'vantage',
      detail: `${KINDS[kind].within ?? 'this address works'} only inside the cluster, and the prober stands outside`,
    }
  }
  if (pending !== null) {
    return { reason: 'pending', detail: pending }
  }
  if (reach === 'given' || address === null || !isPrivate(address) || isWithin(address, reaches)) {
    return null
  }
  if (position === 'edge') {
    return { reason: 'vantage', detail: `${address} is not a public address: it cannot be dialled from the edge` }
  }
  if (elsewhere) {
    const detail =
      `${address} is a private address of cluster ${target.cluster}, and the prober does not stand there: ` +
      'here it may be another machine (name it in addresses if it is routed)'
    return { reason: 'vantage', detail }
  }
  return null
}
