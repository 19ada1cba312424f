/** Failure codes: part of the contract, one page each under `docs/failures/`. */
export const FAILURE_CODES = {
  // dns
  dns_not_found: 'dns',
  dns_no_data: 'dns',
  dns_server_failure: 'dns',
  dns_refused: 'dns',
  dns_timeout: 'dns',
  wrong_address: 'dns',
  // connect
  connection_refused: 'connect',
  connect_timeout: 'connect',
  host_unreachable: 'connect',
  network_unreachable: 'connect',
  connection_reset: 'connect',
  connect_failed: 'connect',
  udp_timeout: 'connect',
  // tls
  tls_handshake_failed: 'tls',
  tls_not_spoken: 'tls',
  tls_timeout: 'tls',
  certificate_expired: 'tls',
  certificate_not_yet_valid: 'tls',
  certificate_name_mismatch: 'tls',
  certificate_untrusted: 'tls',
  certificate_expires_soon: 'tls',
  // exchange
  response_timeout: 'exchange',
  body_timeout: 'exchange',
  connection_closed: 'exchange',
  invalid_response: 'exchange',
  not_grpc: 'exchange',
  malformed_response: 'exchange',
  response_too_large: 'exchange',
  too_many_redirects: 'exchange',
  redirect_loop: 'exchange',
  dns_answer_malformed: 'exchange',
  dns_answer_wrong_id: 'exchange',
  dns_answer_wrong_question: 'exchange',
  // expectation
  unexpected_status: 'expectation',
  unexpected_header: 'expectation',
  unexpected_body: 'expectation',
  unexpected_data: 'expectation',
  unexpected_rcode: 'expectation',
  websocket_not_upgraded: 'expectation',
  websocket_handshake_invalid: 'expectation',
  not_serving: 'expectation',
  unexpected_grpc_status: 'expectation',
  too_slow: 'expectation',
  unexpectedly_reachable: 'expectation',
  environment_mismatch: 'expectation',
  // ours
  blocked_by_policy: 'ours',
  deadline_exceeded: 'ours',
  cancelled: 'ours',
  limit_exceeded: 'ours',
  certificate_not_seen: 'ours',
  expectation_too_costly: 'ours',
  local_resources_exhausted: 'ours',
  internal: 'ours',
} as const satisfies Record<string, 'dns' | 'connect' | 'tls' | 'exchange' | 'expectation' | 'ours'>

export type FailureCode = keyof typeof FAILURE_CODES

export const PHASES = ['dns', 'connect', 'tls', 'request', 'response', 'body', 'expectation'] as const
export type Phase = (typeof PHASES)[number]

/** Whose fault. `internal` makes an outcome `error`, never `fail`. */
export type FailureSource = 'target' | 'resolver' | 'internal'

/** `message` is ours, made from codes and numbers: never a peer's bytes, never a secret. */
export type Failure = { code: FailureCode; phase: Phase; source: FailureSource; message: string }
