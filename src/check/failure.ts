/**
 * Makes failures, with their texts and their sources. An error code of a runtime that is in no table is `internal`: it
 * may be ours, so it must not count against the target until somebody has looked at it. Its cause is kept for the log
 * ({@link causeOf}).
 *
 * @module
 */
import { FAILURE_CODES, type Failure, type FailureCode, type FailureSource, type Phase } from './codes.ts'
import { meaningOf } from './error-codes.ts'

/** Codes of ours, which would tell a reader nothing. */
const OWN = new Set(['TIMEOUT', 'CLOSED', 'UNSAID', 'TOO_LARGE', 'PROTOCOL', 'MALFORMED', 'NO_SLOT'])

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

/** Returns the cause of an `internal` failure, for the log; `undefined` for any other. */
export const causeOf = (of: Failure): unknown => causes.get(of)

/** Makes the failure that `code` means in `phase`. `cause` is kept where no table knows the code. */
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

/** Makes a failure that is nobody's but ours: a bug, or something nobody has met before. */
export function internal(phase: Phase, cause: unknown, code?: string): Failure {
  const unknown = failure('internal', phase, code === undefined ? TEXTS.internal : `${TEXTS.internal} (${code})`)
  causes.set(unknown, cause)
  return unknown
}

/** Reads the code of a thrown value, also within an `AggregateError`; `UNKNOWN` where there is none. */
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
