/**
 * The one table: what a runtime's error code means in the phase in which it came. Failure codes are never taken from
 * message text. A code that the table does not know is `internal`: it may be ours, so it must not count against the
 * target until somebody has looked at it; its cause is kept for the log ({@link causeOf}).
 *
 * @module
 */
import { FAILURE_CODES, type Failure, type FailureCode, type FailureSource, type Phase } from './codes.ts'

/** One meaning in every phase, or one per phase with `else` for the others. */
type Meaning = FailureCode | (Partial<Record<Phase, FailureCode>> & { else: FailureCode })

const TIMEOUT: Meaning = {
  dns: 'dns_timeout',
  connect: 'connect_timeout',
  tls: 'tls_timeout',
  body: 'body_timeout',
  else: 'response_timeout',
}
/** The peer ended the connection (FIN, or a TLS close) before the phase was over. */
const CLOSED: Meaning = { tls: 'tls_handshake_failed', else: 'connection_closed' }
const EXHAUSTED: Meaning = 'local_resources_exhausted'
const DNS_SERVER: Meaning = 'dns_server_failure'
const UNTRUSTED: Meaning = 'certificate_untrusted'

/**
 * Sources: errno of connect(2), read(2) and write(2); libuv's `EAI_*` for getaddrinfo; c-ares' `ARES_E*` as node:dns
 * spells them; undici's `UND_ERR_*` (docs/api/Errors.md); llhttp's `HPE_*`; Node's names for X509_V_ERR_*
 * (crypto_common.cc); OpenSSL's reasons as `ERR_SSL_*`.
 */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  // Our own timers and listeners report these
  TIMEOUT,
  CLOSED,
  /** The runtime knows that it failed and will not say why. */
  UNSAID: {
    dns: 'dns_server_failure',
    connect: 'connect_failed',
    tls: 'tls_handshake_failed',
    else: 'connection_closed',
  },
  TOO_LARGE: 'response_too_large',
  PROTOCOL: 'invalid_response',
  MALFORMED: 'malformed_response',

  // Sockets
  ECONNREFUSED: { dns: 'dns_server_failure', else: 'connection_refused' },
  ETIMEDOUT: TIMEOUT,
  EHOSTUNREACH: { dns: 'dns_server_failure', else: 'host_unreachable' },
  EHOSTDOWN: { dns: 'dns_server_failure', else: 'host_unreachable' },
  ENETUNREACH: { dns: 'dns_server_failure', else: 'network_unreachable' },
  ENETDOWN: { dns: 'dns_server_failure', else: 'network_unreachable' },
  ENONET: 'network_unreachable',
  EAFNOSUPPORT: 'network_unreachable',
  ECONNRESET: { dns: 'dns_server_failure', else: 'connection_reset' },
  ECONNABORTED: 'connection_reset',
  ENETRESET: 'connection_reset',
  EPIPE: CLOSED,
  ENOTCONN: CLOSED,
  ESHUTDOWN: CLOSED,
  ERR_STREAM_PREMATURE_CLOSE: CLOSED,
  ERR_SOCKET_CLOSED: CLOSED,
  ERR_STREAM_WRITE_AFTER_END: CLOSED,
  ERR_STREAM_DESTROYED: CLOSED,
  // A local firewall, a security module, or an eBPF hook on connect(2)
  EACCES: 'connect_failed',
  EPERM: 'connect_failed',
  EINVAL: 'connect_failed',
  EPROTONOSUPPORT: 'connect_failed',

  // Ours: out of ports, descriptors, memory, threads
  EADDRNOTAVAIL: EXHAUSTED,
  EADDRINUSE: EXHAUSTED,
  EMFILE: EXHAUSTED,
  ENFILE: EXHAUSTED,
  ENOBUFS: EXHAUSTED,
  ENOMEM: EXHAUSTED,
  EAGAIN: EXHAUSTED,
  OUT_OF_MEM: EXHAUSTED,
  EAI_MEMORY: EXHAUSTED,
  ERR_WORKER_OUT_OF_MEMORY: EXHAUSTED,
  NO_SLOT: EXHAUSTED,

  // getaddrinfo
  EAI_AGAIN: DNS_SERVER,
  EAI_FAIL: DNS_SERVER,
  EAI_SYSTEM: DNS_SERVER,
  EAI_NODATA: 'dns_no_data',
  EAI_ADDRFAMILY: 'dns_no_data',
  EAI_NONAME: 'dns_not_found',
  ENOTFOUND: 'dns_not_found',

  // c-ares
  ENODATA: 'dns_no_data',
  ESERVFAIL: DNS_SERVER,
  EFORMERR: DNS_SERVER,
  ENOTIMP: DNS_SERVER,
  EBADRESP: DNS_SERVER,
  EREFUSED: 'dns_refused',
  ETIMEOUT: 'dns_timeout',
  // The name cannot be asked for: a label over 63 bytes, an empty label
  EBADNAME: 'dns_not_found',
  EBADQUERY: 'dns_not_found',

  // undici
  UND_ERR_CONNECT_TIMEOUT: 'connect_timeout',
  UND_ERR_HEADERS_TIMEOUT: 'response_timeout',
  UND_ERR_BODY_TIMEOUT: 'body_timeout',
  UND_ERR_HEADERS_OVERFLOW: 'response_too_large',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'response_too_large',
  // Before the body there is nothing to be short of: two lengths, or one that is no number
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: { body: 'connection_closed', else: 'invalid_response' },
  UND_ERR_SOCKET: CLOSED,
  UND_ERR_INFO: CLOSED,
  UND_ERR_REDIRECT_MAX: 'too_many_redirects',

  // llhttp; every other HPE_* is `invalid_response`. The peer ended in the middle of a message:
  HPE_INVALID_EOF_STATE: 'connection_closed',
  HPE_HEADER_OVERFLOW: 'response_too_large',

  // HTTP/2
  ERR_HTTP2_STREAM_CANCEL: 'connection_closed',
  ERR_HTTP2_SESSION_ERROR: 'invalid_response',
  ERR_HTTP2_STREAM_ERROR: 'invalid_response',
  ERR_HTTP2_GOAWAY_SESSION: 'connection_closed',
  ERR_HTTP2_ERROR: 'invalid_response',

  // TLS: the first bytes were no TLS record
  ERR_SSL_WRONG_VERSION_NUMBER: 'tls_not_spoken',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'tls_not_spoken',
  ERR_SSL_UNKNOWN_PROTOCOL: 'tls_not_spoken',
  ERR_SSL_HTTP_REQUEST: 'tls_not_spoken',
  ERR_SSL_HTTPS_PROXY_REQUEST: 'tls_not_spoken',
  ERR_SSL_RECORD_TOO_SMALL: 'tls_not_spoken',
  ERR_SSL_BAD_RECORD_TYPE: 'tls_not_spoken',
  EPROTO: { tls: 'tls_handshake_failed', else: 'invalid_response' },
  ERR_TLS_HANDSHAKE_TIMEOUT: 'tls_timeout',

  // Certificates
  CERT_HAS_EXPIRED: 'certificate_expired',
  CERT_NOT_YET_VALID: 'certificate_not_yet_valid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate_name_mismatch',
  ERR_TLS_CERT_ALTNAME_FORMAT: 'certificate_name_mismatch',
  HOSTNAME_MISMATCH: 'certificate_name_mismatch',
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_DECRYPT_CERT_SIGNATURE: UNTRUSTED,
  UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY: UNTRUSTED,
  UNABLE_TO_GET_CRL: UNTRUSTED,
  UNABLE_TO_DECRYPT_CRL_SIGNATURE: UNTRUSTED,
  CERT_SIGNATURE_FAILURE: UNTRUSTED,
  CRL_SIGNATURE_FAILURE: UNTRUSTED,
  CRL_NOT_YET_VALID: UNTRUSTED,
  CRL_HAS_EXPIRED: UNTRUSTED,
  ERROR_IN_CERT_NOT_BEFORE_FIELD: UNTRUSTED,
  ERROR_IN_CERT_NOT_AFTER_FIELD: UNTRUSTED,
  ERROR_IN_CRL_LAST_UPDATE_FIELD: UNTRUSTED,
  ERROR_IN_CRL_NEXT_UPDATE_FIELD: UNTRUSTED,
  CERT_CHAIN_TOO_LONG: UNTRUSTED,
  CERT_REVOKED: UNTRUSTED,
  INVALID_CA: UNTRUSTED,
  PATH_LENGTH_EXCEEDED: UNTRUSTED,
  INVALID_PURPOSE: UNTRUSTED,
  CERT_UNTRUSTED: UNTRUSTED,
  CERT_REJECTED: UNTRUSTED,
  // Node's word for a verification error that it has no name for
  UNSPECIFIED: UNTRUSTED,
}

/** Codes of ours, which would tell a reader nothing. */
const OWN = new Set(['TIMEOUT', 'CLOSED', 'UNSAID', 'TOO_LARGE', 'PROTOCOL', 'MALFORMED', 'NO_SLOT'])

/** Families of codes, asked after the table: their members differ by library version, their meaning does not. */
const FAMILIES: readonly (readonly [prefix: string, meaning: Meaning])[] = [
  ['HPE_', 'invalid_response'],
  // A certificate, or a key in the handshake, that OpenSSL cannot decode
  ['ERR_OSSL_', { tls: 'tls_handshake_failed', else: 'connection_closed' }],
  ['ERR_SSL_', { tls: 'tls_handshake_failed', else: 'connection_closed' }],
  ['ERR_HTTP2_', 'invalid_response'],
]

/** Translates `code` as it is meant in `phase`; `null` if the table does not have it. */
export function meaningOf(code: string, phase: Phase): FailureCode | null {
  const meaning = Object.hasOwn(MEANINGS, code)
    ? MEANINGS[code]
    : FAMILIES.find(([prefix]) => code.startsWith(prefix))?.[1]
  if (meaning === undefined) {
    return null
  }
  return typeof meaning === 'string' ? meaning : (meaning[phase] ?? meaning.else)
}

const TEXTS: Readonly<Record<FailureCode, string>> = {
  dns_not_found: 'the name does not exist',
  dns_no_data: 'the name exists, but has no record of that type',
  dns_server_failure: 'the DNS server failed to answer',
  dns_refused: 'the DNS server refused the question',
  dns_timeout: 'the DNS server did not answer in time',
  wrong_address: 'the name does not resolve to what the objects say',
  connection_refused: 'the connection was refused',
  connect_timeout: 'no answer to the connection attempt',
  host_unreachable: 'the host cannot be reached',
  network_unreachable: 'there is no route to the network',
  connection_reset: 'the connection was reset',
  connect_failed: 'the connection could not be made',
  udp_timeout: 'nothing came back over UDP',
  tls_handshake_failed: 'the TLS handshake failed',
  tls_not_spoken: 'the peer does not speak TLS on this port',
  tls_timeout: 'the TLS handshake did not end in time',
  certificate_expired: 'the certificate has expired',
  certificate_not_yet_valid: 'the certificate is not valid yet',
  certificate_name_mismatch: 'the certificate is for another name',
  certificate_untrusted: 'the certificate is not trusted',
  certificate_expires_soon: 'the certificate expires soon',
  response_timeout: 'no complete response header in time',
  body_timeout: 'the response body did not end in time',
  connection_closed: 'the peer closed the connection before the answer was complete',
  invalid_response: 'the answer is not the protocol that was asked for',
  not_grpc: 'the peer does not speak gRPC on this port',
  malformed_response: 'the answer is HTTP, but malformed',
  response_too_large: 'the answer exceeds the limit',
  too_many_redirects: 'too many redirects',
  redirect_loop: 'the answer is a redirect that leads back to the same URL',
  dns_answer_malformed: 'what came back is no DNS answer that can be read',
  dns_answer_wrong_id: 'the DNS answer has the id of another query',
  dns_answer_wrong_question: 'the DNS answer is to another question',
  unexpected_status: 'the status is not among the valid ones',
  unexpected_header: 'a response header is not as expected',
  unexpected_body: 'the response body is not as expected',
  unexpected_data: 'what was received is not as expected',
  unexpected_rcode: 'the code of the DNS answer is not among the valid ones',
  websocket_not_upgraded: 'the answer is not 101: WebSocket is not spoken there',
  websocket_handshake_invalid: 'the answer is 101, but no valid handshake of WebSocket',
  not_serving: 'the gRPC health status is not as expected',
  unexpected_grpc_status: 'the gRPC status says that the call failed',
  too_slow: 'it took longer than allowed',
  unexpectedly_reachable: 'it can be reached, but must not be',
  environment_mismatch: 'the variable is not what Kubernetes would set',
  blocked_by_policy: 'the policy does not allow this address to be dialled',
  deadline_exceeded: 'the deadline of the job came first',
  cancelled: 'the job was cancelled',
  limit_exceeded: 'a limit of the job, or of its token, came first',
  certificate_not_seen: 'from where the prober stands the certificate cannot be seen, nor when it expires',
  expectation_too_costly: 'judging this answer takes more work than a try may: simplify the expectations of the check',
  local_resources_exhausted: 'the prober ran out of ports, descriptors or threads',
  internal: 'the prober failed for a reason that it does not know',
}

const HEADER_TOO_LARGE = 'the header of the answer is larger than the limit of 64 KiB'
const BODY_TOO_LARGE = 'the answer is larger than the limit, and an expectation needs all of it'

const SOURCES: Readonly<Record<(typeof FAILURE_CODES)[FailureCode], FailureSource>> = {
  dns: 'resolver',
  connect: 'target',
  tls: 'target',
  exchange: 'target',
  expectation: 'target',
  ours: 'internal',
}

/** A failure with its source filled in. `message` must be made from codes and numbers only; default: a fixed text. */
export function failure(code: FailureCode, phase: Phase, message: string = TEXTS[code]): Failure {
  return { code, phase, source: SOURCES[FAILURE_CODES[code]], message }
}

/**
 * A prober that stands here cannot find this out: it says nothing about the target, and is no error of ours either.
 */
export const beyondVantage = (code: BeyondVantage, phase: Phase, message: string = TEXTS[code]): Failure => ({
  code,
  phase,
  source: 'internal',
  message,
})

const BEYOND_VANTAGE = [
  'network_unreachable',
  'tls_handshake_failed',
  'certificate_not_seen',
] as const satisfies readonly FailureCode[]
type BeyondVantage = (typeof BEYOND_VANTAGE)[number]

export const isBeyondVantage = ({ code, source }: Failure): boolean =>
  source === 'internal' && BEYOND_VANTAGE.some((beyond) => beyond === code)

const causes = new WeakMap<Failure, unknown>()

/** The cause of an `internal` failure, for the log; `undefined` for any other. */
export const causeOf = (of: Failure): unknown => causes.get(of)

/** The failure that `code` means in `phase`. `cause` is kept where the table does not know the code. */
export function failureOf(code: string, phase: Phase, cause?: unknown): Failure {
  const meaning = meaningOf(code, phase)
  if (meaning === 'response_too_large') {
    return failure(meaning, phase, phase === 'body' ? BODY_TOO_LARGE : HEADER_TOO_LARGE)
  }
  if (meaning !== null) {
    return failure(meaning, phase, OWN.has(code) ? TEXTS[meaning] : `${TEXTS[meaning]} (${code})`)
  }
  return internal(phase, cause ?? code, code.slice(0, 64))
}

/** A failure that is nobody's but ours: a bug, or something nobody has met before. */
export function internal(phase: Phase, cause: unknown, code?: string): Failure {
  const unknown = failure('internal', phase, code === undefined ? TEXTS.internal : `${TEXTS.internal} (${code})`)
  causes.set(unknown, cause)
  return unknown
}

/** The code of a thrown value, looking through the errors of an `AggregateError`; `UNKNOWN` where there is none. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) {
    return 'UNKNOWN'
  }
  if ('code' in error && typeof error.code === 'string') {
    return error.code
  }
  if (error instanceof AggregateError && error.errors.length > 0) {
    return codeOf(error.errors[0])
  }
  return 'UNKNOWN'
}
