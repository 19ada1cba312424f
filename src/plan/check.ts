/**
 * The checks that are made on a path, with defaults filled in. Field names and meanings follow blackbox_exporter, in
 * camelCase; regular expressions are RE2's, as there.
 *
 * @module
 */
import { PROTOCOLS, type Protocol } from '../kube/objects.ts'

export type HttpExpect = {
  /** Classes (`2xx`) and codes. */
  validStatusCodes: readonly (number | string)[]
  failIfBodyMatchesRegexp: readonly string[]
  failIfBodyNotMatchesRegexp: readonly string[]
  failIfHeaderMatches: readonly HeaderMatch[]
  failIfHeaderNotMatches: readonly HeaderMatch[]
  /** RFC 9535; `equals` compares JSON values deeply; without it the path must select something. */
  jsonPath: readonly { path: string; equals?: unknown; matchesRegexp?: string }[]
  maxDurationMs: number | null
}

/** The defaults of an expectation in a job's own body. */
export const EXPECT_2XX: HttpExpect = {
  validStatusCodes: ['2xx'],
  failIfBodyMatchesRegexp: [],
  failIfBodyNotMatchesRegexp: [],
  failIfHeaderMatches: [],
  failIfHeaderNotMatches: [],
  jsonPath: [],
  maxDurationMs: null,
}

export type HeaderMatch = { header: string; regexp: string; allowMissing: boolean }

export type TlsOptions = {
  serverName: string | null
  insecureSkipVerify: boolean
  caPem: string | null
  minDaysToExpiry: number | null
  /** The certificate has to be for one of these, whoever signed it. Not part of the API's check. */
  names?: readonly string[]
}

/** The options of a connection about which nothing was said. */
export const NO_TLS: TlsOptions = {
  serverName: null,
  insecureSkipVerify: false,
  caPem: null,
  minDaysToExpiry: null,
}

/** The place in an answer that says who answered. */
export type Responder = { header: string } | { bodyRegexp: string }

/** A request as it arrives behind a router, which may rewrite it. */
export type Behind = {
  /** `null`: the host that was asked for. */
  host: string | null
  path: string
  /** They are keyed by lower-case name; `null`: removed. */
  headers: Readonly<Record<string, string | null>>
}

export type HttpCheck = {
  type: 'http'
  name: string
  /** `true`: chosen by Portolan, judged by the default rule (below 500 passes; behind a router a control may be asked). */
  isDefault: boolean
  /** The Service port it is for, by name or number; `null`: every port that speaks HTTP. */
  port: string | number | null
  method: string
  path: string | null
  ingressPath: string | null
  headers: Readonly<Record<string, string>>
  /**
   * The rule of a route asks for these, so that they are sent in place of others of the same name, which is in lower
   * case. The path tells them as well: they are no secret. Not part of the API's check.
   */
  ruleHeaders?: Readonly<Record<string, string>>
  body: string | null
  /** `null`: the path's own scheme. */
  scheme: 'http' | 'https' | null
  /** `null`: the path's own host. */
  host: string | null
  /** `null`: the default rule. */
  expect: HttpExpect | null
  followRedirects: boolean
  httpVersion: '1.1' | '2'
  /** The answer must be 101 with the accept key of RFC 6455; `null`: HTTP is all that is asked for. */
  upgrade: 'websocket' | null
  tls: TlsOptions
  /**
   * The certificate is judged where a default check judges it: on paths whose name is known. `tls` says nothing about
   * trust then. Not part of the API's check.
   */
  trustsAsDefault?: true
  /** The router makes this of the request, for comparisons past it. Not part of the API's check. */
  behind?: Behind
  responder: Responder | null
  /** One request, whose answer is kept for comparing (`check/compare/sketch.ts`). Not part of the API's check. */
  isCompared?: true
}

/**
 * Statuses of the health protocol (grpc/health/v1/health.proto). `NOT_FOUND`, which is how `Check` answers for a service
 * that it does not know, counts as `SERVICE_UNKNOWN`.
 */
export const HEALTH_STATUSES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const
export type HealthStatus = (typeof HEALTH_STATUSES)[number]

/** A method of a gRPC service, as in `/{service}/{method}`. */
export type GrpcCall = { service: string; method: string }

/** The method by which the health of a server is asked for. */
export const HEALTH_CHECK: GrpcCall = { service: 'grpc.health.v1.Health', method: 'Check' }

export const isHealthCheck = ({ service, method }: GrpcCall): boolean =>
  service === HEALTH_CHECK.service && method === HEALTH_CHECK.method

export type GrpcCheck = {
  type: 'grpc'
  name: string
  isDefault: boolean
  /** The Service port it is for, by name or number; `null`: every port that speaks gRPC. */
  port: string | number | null
  /** The health of this service is asked for; empty: that of the server. */
  service: string
  /**
   * This is called with an empty message in place of `grpc.health.v1.Health/Check`: a router may send nothing else to the
   * Service. Not part of the API's check.
   */
  call: GrpcCall | null
  /** Sent with the call, by lower-case key; values of keys that end in `-bin` are base64. */
  metadata: Readonly<Record<string, string>>
  /** They are as those of an HTTP check. Not part of the API's check. */
  ruleHeaders?: Readonly<Record<string, string>>
  /** `https`: over TLS; `http`: HTTP/2 with prior knowledge. `null`: as the path says, else the latter. */
  scheme: 'http' | 'https' | null
  /** Nothing says whether TLS is spoken: what does not take the call without is asked over it. Not part of the API's check. */
  mayBeTls?: true
  /** The `:authority`; `null`: the path's own host. */
  host: string | null
  /** `null`: the default rule. */
  expect: { status: HealthStatus; maxDurationMs: number | null } | null
  tls: TlsOptions
}

export type QueryResponse = { send: string | null; expect: string | null; startTls: boolean }

export type TcpCheck = {
  type: 'tcp'
  name: string
  isDefault: boolean
  port: string | number | null
  /** `null`: plain TCP. */
  tls: TlsOptions | null
  queryResponse: readonly QueryResponse[]
  maxDurationMs: number | null
}

/** The name is resolved, and nothing is dialled. */
export type DnsCheck = { type: 'dns'; name: string; isDefault: boolean; port: string | number | null }

/** The types of records that a query may ask for: those whose data can be shown as text. */
export const QUERY_TYPES = [
  ...['A', 'AAAA', 'ANY', 'CAA', 'CNAME', 'DNSKEY', 'DS', 'MX', 'NAPTR', 'NS', 'PTR', 'SOA', 'SRV'],
  'TXT',
] as const
export type QueryType = (typeof QUERY_TYPES)[number]

/** The codes of an answer that has no OPT record (RFC 1035 4.1.1, RFC 2136 2.2). */
export const RCODES = [
  ...['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED', 'YXDOMAIN', 'YXRRSET', 'NXRRSET', 'NOTAUTH'],
  'NOTZONE',
] as const
export type Rcode = (typeof RCODES)[number]

/** Judges the records of an answer, each as a line of a zone file: `name. ttl IN A 10.0.0.1`, with tabs between. */
export type AnswerRrs = {
  /** One of the records matches one of them. */
  failIfMatchesRegexp: readonly string[]
  /** All records match one of them. */
  failIfAllMatchRegexp: readonly string[]
  /** One of the records does not match one of them. */
  failIfNotMatchesRegexp: readonly string[]
  /** No record matches any of them. */
  failIfNoneMatchesRegexp: readonly string[]
}

export type DnsQueryExpect = {
  rcode: readonly Rcode[]
  validateAnswerRrs: AnswerRrs
  maxDurationMs: number | null
}

/** The DNS server at the path's address is asked, over the protocol of the path's port. */
export type DnsQueryCheck = {
  type: 'dnsQuery'
  name: string
  isDefault: boolean
  /** `null`: every port that speaks DNS. */
  port: string | number | null
  /** `null`: the question that a default check asks. */
  queryName: string | null
  /** `null`: an A record, or that of the default question. */
  queryType: QueryType | null
  /** The check is for ports of this protocol; `null`: for both. */
  transportProtocol: 'udp' | 'tcp' | null
  recursionDesired: boolean
  /** `null`: any well-formed answer passes; of the cluster's DNS its own name is demanded. */
  expect: DnsQueryExpect | null
}

export type Check = HttpCheck | TcpCheck | GrpcCheck | DnsCheck | DnsQueryCheck

/** The protocols of ports that each type of check has something to ask over. */
export const CHECKED_OVER: Readonly<Record<Check['type'], readonly Protocol[]>> = {
  http: ['TCP'],
  tcp: ['TCP'],
  grpc: ['TCP'],
  dns: PROTOCOLS,
  dnsQuery: ['TCP', 'UDP'],
}

/** A check that dials the path's address. */
export type DiallingCheck = HttpCheck | TcpCheck | GrpcCheck | DnsQueryCheck

/** The options of TLS that a check has; `null`: none, as it speaks none. */
export const tlsOf = (check: Check): TlsOptions | null => ('tls' in check ? check.tls : null)

/** The protocols of the ports that a check is for. */
export function protocolsOf(check: Check): readonly Protocol[] {
  const all = CHECKED_OVER[check.type]
  const wanted = check.type === 'dnsQuery' ? (check.transportProtocol?.toUpperCase() ?? null) : null
  return wanted === null ? all : all.filter((protocol) => protocol === wanted)
}
