import type { TlsOptions } from '../plan/check.ts'
import { coversHost } from '../plan/ingress-rules.ts'
import type { Failure } from './codes.ts'
import { beyondVantage, failure } from './failure.ts'
import type { DialTls, TlsEvidence } from './network.ts'

const DAY_MS = 86_400_000

/** @param serverName the path's own, where the check names none. */
export const dialTls = (tls: TlsOptions, serverName: string | null): DialTls => ({
  serverName: tls.serverName ?? serverName,
  verify: !tls.insecureSkipVerify,
  caPem: tls.caPem,
  wantsExpiry: tls.minDaysToExpiry !== null,
})

/**
 * Judges whether the certificate lasts as long as the check asks. The handshake has judged whether it is valid at all. A
 * certificate that this runtime was not shown is no pass, as nothing is known of it.
 *
 * @param tls `null`: no TLS was spoken.
 */
export function judgeExpiry(tls: TlsEvidence | null, minDaysToExpiry: number | null, nowMs: number): Failure | null {
  if (minDaysToExpiry === null || tls === null) {
    return null
  }
  if (tls.notAfter === null) {
    return beyondVantage('certificate_not_seen', 'expectation')
  }
  const days = (Date.parse(tls.notAfter) - nowMs) / DAY_MS
  if (days >= minDaysToExpiry) {
    return null
  }
  const message = `the certificate expires in ${days.toFixed(1)} days, at least ${minDaysToExpiry} are asked for`
  return failure('certificate_expires_soon', 'expectation', message)
}

/**
 * Judges whether the certificate is for one of the names that a check asks for, as clients compare them (RFC 9525: a
 * wildcard is the whole first label). Whether it is trusted is not asked.
 */
export function judgeNames(tls: TlsEvidence | null, names: readonly string[] | undefined): Failure | null {
  if (tls === null || names === undefined || names.length === 0) {
    return null
  }
  if (tls.subject === null && tls.altNames.length === 0) {
    return beyondVantage('certificate_not_seen', 'expectation')
  }
  if (names.some((name) => tls.altNames.some((pattern) => coversHost(pattern, name)))) {
    return null
  }
  const has = tls.altNames.length === 0 ? 'no name' : tls.altNames.slice(0, 4).join(', ')
  return failure('certificate_name_mismatch', 'tls', `the certificate is for ${has}, not for ${names.join(' or ')}`)
}
