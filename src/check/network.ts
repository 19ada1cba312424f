/**
 * The port to the network: evidence of one try. An implementation makes one new connection to the address it is
 * given, times each phase by the transport's own events, and never throws for a network failure. It neither
 * resolves names on the way (callers do, then ask the policy) nor judges what came back.
 *
 * @module
 */
import type { Family } from '../kube/objects.ts'
import type { GrpcCall, QueryType } from '../plan/check.ts'
import type { Failure } from './codes.ts'
import type { GrpcEvidence } from './grpc/answer.ts'
import type { HandshakeFlaw } from './handshake.ts'
import type { Malformed } from './malformed.ts'
import type { Spoken } from './speaks.ts'

/** Milliseconds; `null` = not reached, or not observable on this runtime. Never 0 for "not reached". */
export type Timings = {
  dnsMs: number | null
  connectMs: number | null
  tlsMs: number | null
  /** Runs from the request being sent to the first byte of the answer. */
  firstByteMs: number | null
  /** Runs from the first byte to the last. */
  downloadMs: number | null
  totalMs: number | null
}

export const NO_TIMINGS: Timings = {
  dnsMs: null,
  connectMs: null,
  tlsMs: null,
  firstByteMs: null,
  downloadMs: null,
  totalMs: null,
}

export type DnsType = 'A' | 'AAAA' | 'CNAME' | 'SRV'

export type DnsEvidence = {
  /** The server that was asked, `ip` or `ip:port`; `null` for the system's resolver, which does not say. */
  server: string | null
  name: string
  type: QueryType
  /** `NOERROR`, `NXDOMAIN`, `SERVFAIL`, `REFUSED` …; `null` where no answer came. */
  rcode: string | null
  /** Addresses, the CNAME's target, or `priority weight port target` for SRV. */
  answers: readonly string[]
  cname: string | null
  /** Seconds, the smallest of the answer's; `null` where the runtime does not say. */
  ttl: number | null
  /** The addresses that an application's lookup of the same name saw; `null` if there was none. */
  lookup: readonly string[] | null
  /** Servers that gave no answer in this try before another did; absent if there were none. */
  unanswered?: readonly string[]
  /**
   * The rcode of an answer for the AAAA record, or the failure's code if no answer came, where the name has an A record
   * and the answer is not that there is no AAAA record. Absent: as it should be, or not asked.
   */
  aaaa?: string
  /** The protocol, where a check asks the path's own DNS server. */
  transport?: 'udp' | 'tcp'
  /** The answer had TC set: there is more of it, over TCP. Absent: it was whole. */
  truncated?: true
  /** The times that the question was sent anew, as no answer had come; absent: none. */
  resent?: number
}

export type HttpEvidence = {
  status: number
  version: string
  /** Lower-case names; repeated values joined by `, `; `set-cookie` values are dropped. */
  headers: Readonly<Record<string, string>>
  /** Bytes of all header lines as they came, also of those whose values are dropped. */
  headerBytes: number
  location: string | null
  /** Bytes read, which is the body's length unless a limit was met. */
  bodyBytes: number
  /** The first bytes as text, for people. */
  bodySnippet: string
  bodySha256: string
  /** Tells why the body was not read to its end; absent: it was. */
  bodyCut?: BodyCut
  /** Parts that are compared; absent: none is. Not part of the API's evidence. */
  sketch?: Sketch
}

/** The part of an answer that is compared with others, without anything that may be secret (`compare/sketch.ts`). */
export type Sketch = {
  /** Headers whose values are not kept (lower-case names) → a hash of the value. `set-cookie` is apart. */
  hidden: Readonly<Record<string, string>>
  /** Name → attributes, without values: `path=/; secure`. */
  cookies: Readonly<Record<string, string>>
  /** The hashes of its pieces, six characters each, without what has the form of a moment or of chance. */
  body: string
}

/** `limit`: it is longer than is read. `time`: it had no end that was announced, and the time for it was over. */
export const BODY_CUTS = ['limit', 'time'] as const
export type BodyCut = (typeof BODY_CUTS)[number]

/** Tells what came in place of an answer. */
export type Misspoken = {
  /** HTTP that is malformed; absent: it was not. */
  malformed?: Malformed
  /** Another protocol, as far as its first bytes tell; absent: none that is known. */
  speaks?: Spoken
}

export type TlsEvidence = {
  subject: string | null
  issuer: string | null
  altNames: readonly string[]
  notBefore: string | null
  notAfter: string | null
  /** `null` where the runtime does not say. */
  authorized: boolean | null
  /** The error code of verification. */
  authorizationError: string | null
  protocol: string | null
}

/** Evidence that few tries have: absent where there is none. */
export type Rare = Misspoken & {
  /** The answer to a gRPC call. */
  grpc?: GrpcEvidence
}

/** The part of what holds more. */
export const rareIn = ({ malformed, speaks, grpc }: Rare): Rare => ({
  ...(malformed && { malformed }),
  ...(speaks && { speaks }),
  ...(grpc && { grpc }),
})

/** Every exchange leaves this behind, failed or not: a phase that was reached keeps its evidence. */
export type Exchange = {
  timings: Timings
  resolvedAddress: string | null
  localAddress: string | null
  tls: TlsEvidence | null
  failure: Failure | null
}

export type DialOptions = {
  /** An IP address, already allowed by the policy. */
  address: string
  port: number
  /** Bounds all phases of this exchange together. */
  timeoutMs: number
  /** Aborted with a reason of type `Failure` (`deadline_exceeded`, `cancelled`). */
  signal: AbortSignal
  /** Told once, when the exchange ends: the bytes that went over the connection, both ways. Left out: nobody counts. */
  counts?(bytes: number): void
}

export type DialTls = {
  /** SNI and the name to verify; `null`: none is sent, the chain alone is verified. */
  serverName: string | null
  /** `false`: the certificate is evidence only; a bad one does not end the exchange. */
  verify: boolean
  caPem: string | null
  /** The check asks how long the certificate lasts: a runtime that must look for it does so only then. */
  wantsExpiry: boolean
}

export type HttpRequest = DialOptions & {
  tls: DialTls | null
  method: string
  /** Path and query. */
  target: string
  /** Complete: Host included. */
  headers: Readonly<Record<string, string>>
  body: string | null
  httpVersion: '1.1' | '2'
  /** WebSocket is asked for: an answer of 101 ends the exchange, and the peer is told that nothing more comes. */
  upgrade?: 'websocket'
  /** The body is read up to here. More is `response_too_large` where it is needed whole. */
  bodyLimitBytes: number
  /**
   * The body is needed only as far as it comes: how long one is read that announces no end. `null`: it is needed whole.
   */
  streamMs: number | null
}

/** `headers` (lower-case names) and `body`: what was read, whole, for expectations; not recorded. */
export type HttpExchange = Exchange &
  Misspoken & {
    http: HttpEvidence | null
    headers: Readonly<Record<string, string | readonly string[] | undefined>> | null
    body: Uint8Array | null
    /** Tells what is wrong with an answer of 101 to a request for WebSocket, `null`: nothing. Absent: no such answer. */
    handshake?: HandshakeFlaw | null
  }

/** A unary call of gRPC, over HTTP/2 alone. */
export type GrpcRequest = Omit<HttpRequest, 'method' | 'target' | 'body' | 'httpVersion'> & {
  call: GrpcCall
  /** Named in the message of a health check; any other message is empty. */
  service: string
}

/** An answer that is none of gRPC has `http` as well, and the status that clients make of it. */
export type GrpcExchange = HttpExchange & Rare

/**
 * One step of a conversation, as data that can be sent to whoever holds it: what is expected is awaited first, then
 * `send` is sent, then TLS is started. `conversation.ts` makes it into what is asked at the socket.
 */
export type TcpStep = { expect: TcpExpect | null; send: TcpSend | null; startTls: DialTls | null }

/**
 * `regexp`: a line that it matches, in RE2's syntax. `answer`: the answer to what was sent before, a request after a
 * header of the PROXY protocol.
 */
export type TcpExpect = { regexp: string } | { answer: 'proxied' }

/**
 * `line`: its end is added where it is missing; with what the step's `regexp` has matched put in for `$1`. `text`: as it
 * is.
 */
export type TcpSend = { line: string } | { text: string }

export type TcpRequest = DialOptions & { tls: DialTls | null; steps: readonly TcpStep[]; readLimitBytes: number }

export type TcpExchange = Exchange & {
  /** The step that failed to see what it expected. */
  failedStep: number | null
  received: string
}

/** One question to the DNS server at an address. */
export type DnsQueryRequest = DialOptions & {
  transport: 'udp' | 'tcp'
  name: string
  type: QueryType
  recursionDesired: boolean
}

export type DnsQueryExchange = Exchange & {
  dns: DnsEvidence
  /** All records of the answer section, each as a line of a zone file, for expectations; not recorded. */
  records: readonly string[]
}

export type ResolveRequest = {
  name: string
  type: DnsType
  /** The one to ask, `ip` or `ip:port`; `null`: the system's. */
  server: string | null
  timeoutMs: number
  signal: AbortSignal
}

/** The evidence of a question that no answer has come to yet. */
export const noAnswerFrom = (server: string | null, name: string, type: QueryType): DnsEvidence => ({
  server,
  name,
  type,
  rcode: null,
  answers: [],
  cname: null,
  ttl: null,
  lookup: null,
})

export type Resolution = { evidence: DnsEvidence; durationMs: number; failure: Failure | null }

export type LookupRequest = { name: string; family: Family | null; timeoutMs: number; signal: AbortSignal }

export type Lookup = {
  addresses: readonly { address: string; family: Family }[]
  durationMs: number
  failure: Failure | null
}

export type Network = {
  /** Asks DNS for this very name (no search list, no hosts file). */
  resolve(request: ResolveRequest): Promise<Resolution>
  /** Looks a name up as applications do (getaddrinfo); `null` if this runtime has no such thing. */
  lookup: ((request: LookupRequest) => Promise<Lookup>) | null
  tcp(request: TcpRequest): Promise<TcpExchange>
  http(request: HttpRequest): Promise<HttpExchange>
  /** Asks a DNS server, and takes no answer but one to this question. A runtime without UDP is not asked over it. */
  query(request: DnsQueryRequest): Promise<DnsQueryExchange>
  grpc(request: GrpcRequest): Promise<GrpcExchange>
  /** Tells why the prober, where it stands, can reach nothing there, whatever the policy says; `null`: it may. */
  cannotReach(to: { address: string; port: number; family: Family }): string | null
}
