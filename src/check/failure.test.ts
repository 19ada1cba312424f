import { describe, expect, it } from 'vitest'
import { FAILURE_CODES, type FailureCode, PHASES, type Phase } from './codes.ts'
import { meaningOf } from './error-codes.ts'
import { causeOf, codeOf, failure, failureOf } from './failure.ts'

const CODES = Object.keys(FAILURE_CODES) as FailureCode[]

describe('failureOf', () => {
  it.each<[string, Phase, FailureCode]>([
    ['ECONNREFUSED', 'connect', 'connection_refused'],
    ['ECONNREFUSED', 'dns', 'dns_server_failure'],
    ['ETIMEDOUT', 'connect', 'connect_timeout'],
    ['ETIMEDOUT', 'response', 'response_timeout'],
    ['EHOSTUNREACH', 'connect', 'host_unreachable'],
    ['ENETUNREACH', 'connect', 'network_unreachable'],
    ['ECONNRESET', 'tls', 'connection_reset'],
    ['EPIPE', 'request', 'connection_closed'],
    ['EMFILE', 'connect', 'local_resources_exhausted'],
    ['EADDRNOTAVAIL', 'connect', 'local_resources_exhausted'],
    ['ENOTFOUND', 'dns', 'dns_not_found'],
    ['ENODATA', 'dns', 'dns_no_data'],
    ['ESERVFAIL', 'dns', 'dns_server_failure'],
    ['EREFUSED', 'dns', 'dns_refused'],
    ['ETIMEOUT', 'dns', 'dns_timeout'],
    ['EAI_AGAIN', 'dns', 'dns_server_failure'],
    ['UND_ERR_HEADERS_OVERFLOW', 'response', 'response_too_large'],
    ['UND_ERR_SOCKET', 'body', 'connection_closed'],
    ['HPE_INVALID_CONSTANT', 'response', 'invalid_response'],
    ['MALFORMED', 'response', 'malformed_response'],
    ['HPE_INVALID_EOF_STATE', 'body', 'connection_closed'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls', 'tls_not_spoken'],
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'tls', 'tls_handshake_failed'],
    ['EPROTO', 'tls', 'tls_handshake_failed'],
    ['CERT_HAS_EXPIRED', 'tls', 'certificate_expired'],
    ['CERT_NOT_YET_VALID', 'tls', 'certificate_not_yet_valid'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls', 'certificate_name_mismatch'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls', 'certificate_untrusted'],
    ['UNSPECIFIED', 'tls', 'certificate_untrusted'],
    ['UNSAID', 'connect', 'connect_failed'],
    ['TIMEOUT', 'tls', 'tls_timeout'],
    ['TIMEOUT', 'body', 'body_timeout'],
  ])('takes %s in the %s phase for %s', (code, phase, meaning) => {
    expect(failureOf(code, phase)).toMatchObject({ code: meaning, phase })
  })

  it('makes what it does not know an error of ours, with the cause kept for the log', () => {
    const cause = new Error('out of cheese')
    const unknown = failureOf('ECHEESE', 'connect', cause)
    expect(unknown).toMatchObject({ code: 'internal', phase: 'connect', source: 'internal' })
    expect(causeOf(unknown)).toBe(cause)
    expect(JSON.stringify(unknown)).not.toContain('cheese')
  })

  it('knows no code by what objects inherit', () => {
    for (const name of ['constructor', 'toString', '__proto__']) {
      expect(meaningOf(name, 'connect')).toBeNull()
    }
  })

  it('says the code of the system, and not the words of ours', () => {
    expect(failureOf('ECONNREFUSED', 'connect').message).toBe('the connection was refused (ECONNREFUSED)')
    expect(failureOf('TIMEOUT', 'connect').message).toBe('no answer to the connection attempt')
  })
})

describe('failure', () => {
  it.each(CODES)('gives %s a source and a text', (code) => {
    const { source, message } = failure(code, PHASES[0])
    const expected = {
      dns: 'resolver',
      connect: 'target',
      tls: 'target',
      exchange: 'target',
      expectation: 'target',
      ours: 'internal',
    }
    expect(source).toBe(expected[FAILURE_CODES[code]])
    expect(message).not.toBe('')
  })
})

it.each<FailureCode>(['malformed_response', 'redirect_loop'])('lays %s to the target', (code) => {
  expect(failure(code, 'response').source).toBe('target')
})

describe('codeOf', () => {
  it('looks through an AggregateError, and has a word for what has none', () => {
    const refused = Object.assign(new Error(), { code: 'ECONNREFUSED' })
    expect(codeOf(new AggregateError([refused]))).toBe('ECONNREFUSED')
    expect([codeOf(new Error('x')), codeOf('x'), codeOf(null)]).toEqual(['UNKNOWN', 'UNKNOWN', 'UNKNOWN'])
  })
})
