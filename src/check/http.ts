/**
 * Expectations over the evidence of an HTTP exchange (blackbox_exporter's meanings). Pure.
 *
 * @module
 */
import { judgeExpiry } from './certificate.ts'
import type { HeaderMatch, HttpCheck, HttpExpect } from './check.ts'
import type { Failure } from './codes.ts'
import { failure } from './failure.ts'
import { compileJsonPath } from './json-path.ts'
import type { HttpExchange } from './network.ts'
import { compileRegexp } from './regexp.ts'

/** What an answer must be below to pass where the caller expects nothing. */
const DEFAULT_STATUS_BELOW = 500
/** blackbox_exporter's default where expectations are given, but no status. */
const VALID_STATUS: HttpExpect['validStatusCodes'] = ['2xx']

/** Bytes of a body that are read: expectations see no more, and a body that nobody asks about is not read to its end. */
export const BODY_LIMIT_BYTES = 1024 * 1024
/** A body that announces no end, and of which nothing is expected, is read for so long. */
const STREAM_MS = 1000
/** A larger document is not queried. */
const JSON_LIMIT_BYTES = 256 * 1024

/**
 * @param nowMs for days to expiry.
 * @returns the first expectation that is not met; `null`: all are. On Ingress a `null` of a default check is still to
 * be looked at (`ingress.ts`).
 */
export function judgeHttp(check: HttpCheck, exchange: HttpExchange, nowMs: number): Failure | null {
  const { expect } = check
  if (exchange.failure) return exchange.failure
  if (exchange.http === null) return failure('internal', 'response')
  return (
    judgeStatus(exchange.http.status, expect) ??
    (expect && (judgeHeaders(exchange, expect) ?? judgeBody(exchange, expect))) ??
    judgeDuration(exchange.timings.totalMs, expect?.maxDurationMs ?? null) ??
    judgeExpiry(exchange.tls, check.tls.minDaysToExpiry, nowMs)
  )
}

const asksBody = (expect: HttpExpect | null): boolean =>
  expect !== null &&
  expect.failIfBodyMatchesRegexp.length + expect.failIfBodyNotMatchesRegexp.length + expect.jsonPath.length > 0

/**
 * How long a body without an announced end is read: `null` where expectations need it whole. Where the time of the answer
 * is judged, it is waited for as long as the try lasts.
 */
export const streamMs = (expect: HttpExpect | null, timeoutMs: number): number | null =>
  asksBody(expect) ? null : expect !== null && expect.maxDurationMs !== null ? timeoutMs : STREAM_MS

function judgeStatus(status: number, expect: HttpExpect | null): Failure | null {
  if (expect === null) {
    if (status < DEFAULT_STATUS_BELOW) return null
    return failure('unexpected_status', 'expectation', `status ${status}, expected below ${DEFAULT_STATUS_BELOW}`)
  }
  const valid = expect.validStatusCodes.length > 0 ? expect.validStatusCodes : VALID_STATUS
  if (valid.some((code) => isStatus(code, status))) return null
  return failure('unexpected_status', 'expectation', `status ${status}, expected ${valid.join(', ')}`)
}

const isStatus = (code: number | string, status: number): boolean =>
  typeof code === 'string' && /^[1-5]xx$/i.test(code)
    ? status >= Number(code[0]) * 100 && status < Number(code[0]) * 100 + 100
    : Number(code) === status

function judgeHeaders({ headers }: HttpExchange, expect: HttpExpect): Failure | null {
  const valuesOf = ({ header }: HeaderMatch): readonly string[] => {
    const value = headers?.[header.toLowerCase()]
    return value === undefined ? [] : typeof value === 'string' ? [value] : value
  }
  const judge = (list: 'failIfHeaderMatches' | 'failIfHeaderNotMatches', wanted: boolean): Failure | null => {
    for (const [index, match] of expect[list].entries()) {
      const values = valuesOf(match)
      if (values.length === 0) {
        if (match.allowMissing) continue
        return failure('unexpected_header', 'expectation', `${list}[${index}]: there is no header ${match.header}`)
      }
      const regexp = compileRegexp(match.regexp)
      if (values.some((value) => regexp.test(value)) === wanted) continue
      const does = wanted ? 'does not match' : 'matches'
      return failure('unexpected_header', 'expectation', `${list}[${index}]: the header ${match.header} ${does}`)
    }
    return null
  }
  return judge('failIfHeaderMatches', false) ?? judge('failIfHeaderNotMatches', true)
}

function judgeBody({ body }: HttpExchange, expect: HttpExpect): Failure | null {
  if (!asksBody(expect)) return null
  const text = new TextDecoder().decode(body ?? new Uint8Array())
  const matched = expect.failIfBodyMatchesRegexp.findIndex((pattern) => compileRegexp(pattern).test(text))
  if (matched >= 0) return unexpectedBody(`failIfBodyMatchesRegexp[${matched}]: the body matches`)
  const missed = expect.failIfBodyNotMatchesRegexp.findIndex((pattern) => !compileRegexp(pattern).test(text))
  if (missed >= 0) return unexpectedBody(`failIfBodyNotMatchesRegexp[${missed}]: the body does not match`)
  return judgeJson(text, expect.jsonPath)
}

const unexpectedBody = (message: string): Failure => failure('unexpected_body', 'expectation', message)

function judgeJson(text: string, asked: HttpExpect['jsonPath']): Failure | null {
  if (asked.length === 0) return null
  if (text.length > JSON_LIMIT_BYTES) return unexpectedBody(`the body is larger than ${JSON_LIMIT_BYTES} bytes`)
  const document = parseJson(text)
  if (document === undefined) return unexpectedBody('the body is not JSON')
  for (const [index, expected] of asked.entries()) {
    const selected = compileJsonPath(expected.path).select(document)
    const where = `jsonPath[${index}]`
    if (selected.length === 0) return unexpectedBody(`${where}: the path selects nothing`)
    if ('equals' in expected && !selected.every((value) => sameJson(value, expected.equals))) {
      return unexpectedBody(`${where}: the value is another`)
    }
    if (expected.matchesRegexp !== undefined) {
      const regexp = compileRegexp(expected.matchesRegexp)
      const matches = (value: unknown) => regexp.test(typeof value === 'string' ? value : JSON.stringify(value))
      if (!selected.every(matches)) return unexpectedBody(`${where}: the value does not match`)
    }
  }
  return null
}

/** `undefined`: not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Equality of JSON values (RFC 6902 4.6): members in any order. */
export function sameJson(left: unknown, right: unknown): boolean {
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return left === right
  if (Array.isArray(left) !== Array.isArray(right)) return false
  const names = Object.keys(left)
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && sameJson(memberOf(left, name), memberOf(right, name)))
  )
}

const memberOf = (value: object, name: string): unknown => Reflect.get(value, name)

/** Shared with TCP checks. */
export function judgeDuration(totalMs: number | null, maxDurationMs: number | null): Failure | null {
  if (maxDurationMs === null || totalMs === null || totalMs <= maxDurationMs) return null
  return failure('too_slow', 'expectation', `took ${totalMs} ms, at most ${maxDurationMs} ms are allowed`)
}

const RESPONDER_MAX = 256

/** Who answered, as the check says where to look; `null`: not told. */
export function responderOf({ responder }: HttpCheck, { headers, body }: HttpExchange): string | null {
  if (responder === null) return null
  if ('header' in responder) {
    const value = headers?.[responder.header.toLowerCase()]
    return (typeof value === 'string' ? value : value?.[0])?.slice(0, RESPONDER_MAX) ?? null
  }
  if (body === null) return null
  return compileRegexp(responder.bodyRegexp).extract(new TextDecoder().decode(body))?.slice(0, RESPONDER_MAX) ?? null
}
