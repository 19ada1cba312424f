/**
 * TCP checks: the steps of a conversation, and expectations over its evidence. Pure.
 *
 * @module
 */

import { NO_TLS, type TcpCheck } from '../plan/check.ts'
import { dialTls, judgeExpiry, judgeNames } from './certificate.ts'
import type { Failure } from './codes.ts'
import { failure } from './failure.ts'
import { judgeDuration } from './http.ts'
import type { TcpExchange, TcpStep } from './network.ts'

/** Bytes that are read while a step awaits what it expects. */
export const READ_LIMIT_BYTES = 64 * 1024

/** @param serverName the path's own, for `startTls`. */
export const tcpSteps = (check: TcpCheck, serverName: string | null): TcpStep[] =>
  check.queryResponse.map(({ send, expect, startTls }) => ({
    expect: expect === null ? null : { regexp: expect },
    send: send === null ? null : { line: send },
    startTls: startTls ? dialTls(check.tls ?? NO_TLS, serverName) : null,
  }))

/** @param nowMs for days to expiry. */
export function judgeTcp(check: TcpCheck, exchange: TcpExchange, nowMs: number): Failure | null {
  const { failure: failed, failedStep, received, timings, tls } = exchange
  if (failed === null) {
    return (
      judgeNames(tls, check.tls?.names) ??
      judgeDuration(timings.totalMs, check.maxDurationMs) ??
      judgeExpiry(tls, check.tls?.minDaysToExpiry ?? null, nowMs)
    )
  }
  // Something came, and it was not what is expected: that says more than how the waiting ended
  const told = failed.source === 'target' && failedStep !== null && received !== ''
  if (!told) {
    return failed
  }
  return failure(
    'unexpected_data',
    'expectation',
    `queryResponse[${failedStep}].expect: ${received.length} characters came, none match`,
  )
}
