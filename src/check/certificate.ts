import type { TlsOptions } from '../plan/check.ts'
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
