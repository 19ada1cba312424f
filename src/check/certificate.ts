import type { TlsOptions } from './check.ts'
import type { Failure } from './codes.ts'
import { failure } from './failure.ts'
import type { DialTls, TlsEvidence } from './network.ts'

const DAY_MS = 86_400_000

/** @param serverName the path's own, where the check names none. */
export const dialTls = (tls: TlsOptions, serverName: string | null): DialTls => ({
  serverName: tls.serverName ?? serverName,
  verify: !tls.insecureSkipVerify,
  caPem: tls.caPem,
})

/** Whether the certificate lasts as long as the check asks; that it is valid at all was judged by the handshake. */
export function judgeExpiry(tls: TlsEvidence | null, minDaysToExpiry: number | null, nowMs: number): Failure | null {
  if (minDaysToExpiry === null || tls === null || tls.notAfter === null) return null
  const days = (Date.parse(tls.notAfter) - nowMs) / DAY_MS
  if (days >= minDaysToExpiry) return null
  const message = `the certificate expires in ${days.toFixed(1)} days, at least ${minDaysToExpiry} are asked for`
  return failure('certificate_expires_soon', 'expectation', message)
}
