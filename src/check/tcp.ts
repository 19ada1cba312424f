/**
 * TCP checks: the steps of a conversation, and expectations over its evidence. Pure.
 *
 * @module
 */

import type { TcpCheck } from '../plan/check.ts'
import { dialTls, judgeExpiry } from './certificate.ts'
import type { Failure } from './codes.ts'
import { failure } from './failure.ts'
import { judgeDuration } from './http.ts'
import { atOnce, createMeter, TooCostlyError } from './meter.ts'
import type { TcpExchange, TcpStep } from './network.ts'
import { compileRegexp } from './regexp.ts'

/** Bytes that are read while a step awaits what it expects. */
export const READ_LIMIT_BYTES = 64 * 1024

const NO_TLS = { serverName: null, insecureSkipVerify: false, caPem: null, minDaysToExpiry: null }

/** @param serverName the path's own, for `startTls`. */
export const tcpSteps = (check: TcpCheck, serverName: string | null): TcpStep[] =>
  check.queryResponse.map(({ send, expect, startTls }) => {
    const matcher = expect === null ? null : lineMatcher(expect)
    return {
      send: send === null ? null : () => new TextEncoder().encode(lineOf(matcher ? matcher.expand(send) : send)),
      expect: matcher?.match ?? null,
      startTls: startTls ? dialTls(check.tls ?? NO_TLS, serverName) : null,
    }
  })

/** blackbox_exporter sends lines and adds the end of each; who writes it himself means that one. */
const lineOf = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`)

/** A line that is still growing is tried up to here: every byte of it may come alone. */
const PARTIAL_LINE_MAX = 4096
/** Steps of one expectation over whole lines, and as many over lines that grow: 30 ms, as sockets wait meanwhile. */
const STEPS_MAX = 1_000_000

type LineMatcher = {
  match(received: string): number | Failure | null
  /** Puts what was matched into a template: `$1`, `${1}`, `${name}`; `$$` is `$` (Go's Regexp.Expand). */
  expand(template: string): string
}

/** Matches line by line, as blackbox_exporter does, so that `^` and `$` mean a line. Each whole line is tried once. */
function lineMatcher(pattern: string): LineMatcher {
  const regexp = compileRegexp(pattern)
  const lines = createMeter(STEPS_MAX)
  const growing = createMeter(STEPS_MAX)
  let tried = 0
  let matched = ''
  /** Once that is too costly, lines are awaited whole. */
  let triesGrowing = true
  const whole = (received: string): number | null => {
    for (let end = received.indexOf('\n', tried); end >= 0; end = received.indexOf('\n', tried)) {
      const line = received.slice(tried, end).replace(/\r$/, '')
      tried = end + 1
      if (atOnce(regexp.test(line, lines))) {
        matched = line
        return tried
      }
    }
    return null
  }
  const partial = (received: string): number | null => {
    const line = received.slice(tried)
    if (line === '' || line.length > PARTIAL_LINE_MAX || !atOnce(regexp.test(line, growing))) {
      return null
    }
    matched = line
    return received.length
  }
  return {
    match(received) {
      const used = unlessTooCostly(() => whole(received))
      if (used === undefined) {
        return failure('expectation_too_costly', 'expectation')
      }
      if (used !== null || !triesGrowing) {
        return used
      }
      const grown = unlessTooCostly(() => partial(received))
      triesGrowing = grown !== undefined
      return grown ?? null
    },
    expand: (template) =>
      template.replaceAll(/\$(?:(\$)|\{(\w+)\}|(\w+))/g, (_whole, dollar, braced, bare) =>
        dollar
          ? '$'
          : (unlessTooCostly(() => atOnce(regexp.group(matched, braced ?? bare, createMeter(STEPS_MAX)))) ?? ''),
      ),
  }
}

/** `undefined`: it was. */
function unlessTooCostly<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof TooCostlyError) {
      return undefined
    }
    throw error
  }
}

/** @param nowMs for days to expiry. */
export function judgeTcp(check: TcpCheck, exchange: TcpExchange, nowMs: number): Failure | null {
  const { failure: failed, failedStep, received, timings, tls } = exchange
  if (failed === null) {
    return (
      judgeDuration(timings.totalMs, check.maxDurationMs) ?? judgeExpiry(tls, check.tls?.minDaysToExpiry ?? null, nowMs)
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
