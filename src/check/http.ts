/**
 * Expectations over the evidence of an HTTP exchange (blackbox_exporter's meanings). Pure.
 *
 * @module
 */

import type { HttpCheck, HttpExpect } from '../plan/check.ts'
import { judgeExpiry, judgeNames } from './certificate.ts'
import type { Failure } from './codes.ts'
import { failure } from './failure.ts'
import { compileJsonPath } from './json-path.ts'
import { isSame } from './json-path-select.ts'
import { createMeter, type Meter, type Steps } from './meter.ts'
import type { HttpExchange } from './network.ts'
import { compileRegexp } from './regexp.ts'
import { judgeWebSocket } from './websocket.ts'

/** A status below this passes where the caller expects nothing. */
const DEFAULT_STATUS_BELOW = 500
/** blackbox_exporter's default where expectations are given, but no status. */
const VALID_STATUS: HttpExpect['validStatusCodes'] = ['2xx']

/** Bytes of a body that are read: expectations see no more, and a body that nobody asks about is not read to its end. */
export const BODY_LIMIT_BYTES = 1024 * 1024
/** A body that announces no end, and of which nothing is expected, is read for so long. */
export const STREAM_MS = 1000
/** A larger document is not queried. */
const JSON_LIMIT_BYTES = 256 * 1024
/** Nor one of more levels: what writes and compares values calls itself for each. */
const JSON_LEVELS_MAX = 500
/** Steps of one JSONPath, which are taken at once: some 60 ms. */
const JSON_WORK_MAX = 2_000_000

/**
 * In pieces: expressions of the caller's meet bodies of strangers.
 *
 * @param nowMs for days to expiry.
 * @throws TooCostlyError
 * @returns the first expectation that is not met; `null`: all are. Behind a router a `null` of a default check is still to
 * be looked at (`routed-control.ts`).
 */
export function* judgeHttp(
  check: HttpCheck,
  exchange: HttpExchange,
  nowMs: number,
  meter: Meter,
): Steps<Failure | null> {
  const { expect } = check
  if (exchange.failure) {
    return exchange.failure
  }
  if (exchange.http === null) {
    return failure('internal', 'response')
  }
  return (
    judgeNames(exchange.tls, check.tls.names) ??
    (check.upgrade === 'websocket' ? judgeWebSocket(exchange) : judgeStatus(exchange.http.status, expect)) ??
    (expect && ((yield* judgeHeaders(exchange, expect, meter)) ?? (yield* judgeBody(exchange, expect, meter)))) ??
    judgeDuration(exchange.timings.totalMs, expect?.maxDurationMs ?? null) ??
    judgeExpiry(exchange.tls, check.tls.minDaysToExpiry, nowMs)
  )
}

const asksBody = (expect: HttpExpect | null): boolean =>
  expect !== null &&
  expect.failIfBodyMatchesRegexp.length + expect.failIfBodyNotMatchesRegexp.length + expect.jsonPath.length > 0

/**
 * Milliseconds for which a body without an announced end is read; `null` if expectations need it whole. If the time of
 * the answer is judged, the body is read for as long as the try lasts.
 */
export const streamMs = (expect: HttpExpect | null, timeoutMs: number): number | null =>
  asksBody(expect) ? null : expect !== null && expect.maxDurationMs !== null ? timeoutMs : STREAM_MS

function judgeStatus(status: number, expect: HttpExpect | null): Failure | null {
  if (expect === null) {
    if (status < DEFAULT_STATUS_BELOW) {
      return null
    }
    return failure('unexpected_status', 'expectation', `status ${status}, expected below ${DEFAULT_STATUS_BELOW}`)
  }
  const valid = expect.validStatusCodes.length > 0 ? expect.validStatusCodes : VALID_STATUS
  if (valid.some((code) => isStatus(code, status))) {
    return null
  }
  return failure('unexpected_status', 'expectation', `status ${status}, expected ${valid.join(', ')}`)
}

const isStatus = (code: number | string, status: number): boolean =>
  typeof code === 'string' && /^[1-5]xx$/i.test(code)
    ? status >= Number(code[0]) * 100 && status < Number(code[0]) * 100 + 100
    : Number(code) === status

function* judgeHeaders(exchange: HttpExchange, expect: HttpExpect, meter: Meter): Steps<Failure | null> {
  return (
    (yield* judgeMatches(exchange, expect, 'failIfHeaderMatches', meter)) ??
    (yield* judgeMatches(exchange, expect, 'failIfHeaderNotMatches', meter))
  )
}

function* judgeMatches(
  { headers }: HttpExchange,
  expect: HttpExpect,
  list: 'failIfHeaderMatches' | 'failIfHeaderNotMatches',
  meter: Meter,
): Steps<Failure | null> {
  const wanted = list === 'failIfHeaderNotMatches'
  for (const [index, { header, regexp, allowMissing }] of expect[list].entries()) {
    const value = headers?.[header.toLowerCase()]
    const values = value === undefined ? [] : typeof value === 'string' ? [value] : value
    if (values.length === 0) {
      if (allowMissing) {
        continue
      }
      return failure('unexpected_header', 'expectation', `${list}[${index}]: there is no header ${header}`)
    }
    if ((yield* matchesAny(regexp, values, meter)) === wanted) {
      continue
    }
    const does = wanted ? 'does not match' : 'matches'
    return failure('unexpected_header', 'expectation', `${list}[${index}]: the header ${header} ${does}`)
  }
  return null
}

function* matchesAny(pattern: string, values: readonly string[], meter: Meter): Steps<boolean> {
  for (const value of values) {
    if (yield* compileRegexp(pattern).test(value, meter)) {
      return true
    }
  }
  return false
}

function* judgeBody({ body }: HttpExchange, expect: HttpExpect, meter: Meter): Steps<Failure | null> {
  if (!asksBody(expect)) {
    return null
  }
  const text = new TextDecoder().decode(body ?? new Uint8Array())
  for (const [index, pattern] of expect.failIfBodyMatchesRegexp.entries()) {
    if (yield* compileRegexp(pattern).test(text, meter)) {
      return unexpectedBody(`failIfBodyMatchesRegexp[${index}]: the body matches`)
    }
  }
  for (const [index, pattern] of expect.failIfBodyNotMatchesRegexp.entries()) {
    if (!(yield* compileRegexp(pattern).test(text, meter))) {
      return unexpectedBody(`failIfBodyNotMatchesRegexp[${index}]: the body does not match`)
    }
  }
  return yield* judgeJson(text, expect.jsonPath, meter)
}

const unexpectedBody = (message: string): Failure => failure('unexpected_body', 'expectation', message)

function* judgeJson(text: string, asked: HttpExpect['jsonPath'], meter: Meter): Steps<Failure | null> {
  if (asked.length === 0) {
    return null
  }
  if (text.length > JSON_LIMIT_BYTES) {
    return unexpectedBody(`the body is larger than ${JSON_LIMIT_BYTES} bytes`)
  }
  const document = parseJson(text)
  if (document === undefined) {
    return unexpectedBody('the body is not JSON')
  }
  if (levelsOf(text) > JSON_LEVELS_MAX) {
    return unexpectedBody(`the body nests deeper than ${JSON_LEVELS_MAX} levels`)
  }
  for (const [index, expected] of asked.entries()) {
    const own = createMeter(JSON_WORK_MAX)
    const selected = compileJsonPath(expected.path).select(document, own)
    const where = `jsonPath[${index}]`
    if (selected.length === 0) {
      return unexpectedBody(`${where}: the path selects nothing`)
    }
    if ('equals' in expected && !selected.every((value) => isSame(value, expected.equals, own))) {
      return unexpectedBody(`${where}: the value differs`)
    }
    meter.spend(own.spent)
    if (expected.matchesRegexp === undefined) {
      continue
    }
    const regexp = compileRegexp(expected.matchesRegexp)
    for (const value of selected) {
      const written = typeof value === 'string' ? value : JSON.stringify(value)
      meter.spend(written.length / 4)
      if (!(yield* regexp.test(written, meter))) {
        return unexpectedBody(`${where}: the value does not match`)
      }
    }
  }
  return null
}

/** Counts the levels of a text that is JSON. */
function levelsOf(text: string): number {
  let deepest = 0
  let level = 0
  let isQuoted = false
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (isQuoted) {
      if (char === BACKSLASH) {
        at++
      } else if (char === QUOTE) {
        isQuoted = false
      }
    } else if (char === QUOTE) {
      isQuoted = true
    } else if (char === ARRAY || char === OBJECT) {
      deepest = Math.max(deepest, ++level)
    } else if (char === ARRAY_END || char === OBJECT_END) {
      level--
    }
  }
  return deepest
}

const [QUOTE, BACKSLASH, ARRAY, ARRAY_END, OBJECT, OBJECT_END] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d]

/** `undefined`: not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Shared with TCP checks. */
export function judgeDuration(totalMs: number | null, maxDurationMs: number | null): Failure | null {
  if (maxDurationMs === null || totalMs === null || totalMs <= maxDurationMs) {
    return null
  }
  return failure('too_slow', 'expectation', `took ${totalMs} ms, at most ${maxDurationMs} ms are allowed`)
}

/** Characters of what names who answered. */
export const RESPONDER_MAX = 256

/** Reads who answered from where the check says; `null` if the answer does not tell. */
export function* responderOf(
  { responder }: HttpCheck,
  { headers, body }: HttpExchange,
  meter: Meter,
): Steps<string | null> {
  if (responder === null) {
    return null
  }
  if ('header' in responder) {
    const value = headers?.[responder.header.toLowerCase()]
    return (typeof value === 'string' ? value : value?.[0])?.slice(0, RESPONDER_MAX) ?? null
  }
  if (body === null) {
    return null
  }
  const text = new TextDecoder().decode(body)
  return (yield* compileRegexp(responder.bodyRegexp).extract(text, meter))?.slice(0, RESPONDER_MAX) ?? null
}
