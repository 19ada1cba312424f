/**
 * THE table of what a runtime's error code means in the phase in which it came. Failure codes are never taken from
 * message text.
 *
 * @module
 */
import type { FailureCode, Phase } from './codes.ts'

/** One meaning in every phase, or one per phase with `else` for the others. */
type Meaning = FailureCode | (Partial<Record<Phase, FailureCode>> & { else: FailureCode })

export const TIMEOUT: Meaning = {
  dns: 'dns_timeout',
  connect: 'connect_timeout',
  tls: 'tls_timeout',
  body: 'body_timeout',
  else: 'response_timeout',
}

/** The peer ended the connection (FIN, or a TLS close) before the phase was over. */
export const CLOSED: Meaning = { tls: 'tls_handshake_failed', else: 'connection_closed' }
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
