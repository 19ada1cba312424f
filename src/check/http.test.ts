import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anExpectation, httpCheck } from '../../test/support/checks.ts'
import type { HttpExpect } from '../plan/check.ts'
import { failure } from './failure.ts'
import { judgeHttp, responderOf } from './http.ts'
import { isSame } from './json-path-select.ts'
import { atOnce, createMeter } from './meter.ts'
import { type HttpExchange, NO_TIMINGS } from './network.ts'

const NOW_MS = Date.parse('2026-11-23T00:00:00Z')

const exchange = (over: Partial<HttpExchange> & { status?: number; text?: string } = {}): HttpExchange => {
  const { status = 200, text = '', ...more } = over
  return {
    timings: { ...NO_TIMINGS, totalMs: 10 },
    resolvedAddress: '10.0.0.1',
    localAddress: '10.0.0.2',
    tls: null,
    failure: null,
    http: {
      status,
      version: '1.1',
      headers: {},
      headerBytes: 0,
      location: null,
      bodyBytes: 0,
      bodySnippet: '',
      bodySha256: '',
    },
    headers: {},
    body: new TextEncoder().encode(text),
    ...more,
  }
}

const judge = (expected: Partial<HttpExpect> | null, of: HttpExchange) =>
  atOnce(judgeHttp(httpCheck({ expect: expected && anExpectation(expected) }), of, NOW_MS, createMeter()))

describe('judgeHttp', () => {
  it.each([200, 301, 404, 499])('passes a %i where nothing is expected', (status) => {
    expect(judge(null, exchange({ status }))).toBeNull()
  })

  it.each([500, 503, 599])('fails a %i where nothing is expected', (status) => {
    expect(judge(null, exchange({ status }))).toMatchObject({ code: 'unexpected_status', phase: 'expectation' })
  })

  it('takes classes and codes as valid, and 2xx where expectations name none', () => {
    const valid = (validStatusCodes: HttpExpect['validStatusCodes'], status: number) =>
      judge({ validStatusCodes }, exchange({ status })) === null
    expect([
      valid(['2xx', 304], 204),
      valid(['2xx', 304], 304),
      valid(['2xx', '304'], 304),
      valid(['2xx', 304], 301),
    ]).toEqual([true, true, true, false])
    expect([valid([], 204), valid([], 301)]).toEqual([true, false])
    expect(judge({ validStatusCodes: ['2xx', 304] }, exchange({ status: 404 }))?.message).toBe(
      'status 404, expected 2xx, 304',
    )
  })

  it('keeps the failure of the exchange', () => {
    const failed = failure('connection_refused', 'connect')
    expect(judge({}, exchange({ failure: failed, http: null, headers: null, body: null }))).toBe(failed)
  })

  it('judges bodies by RE2, failing on a match or on the lack of one', () => {
    const of = exchange({ text: 'toad is UP\nand well' })
    expect(judge({ failIfBodyMatchesRegexp: ['down', 'UP'] }, of)?.message).toBe(
      'failIfBodyMatchesRegexp[1]: the body matches',
    )
    expect(judge({ failIfBodyNotMatchesRegexp: ['toad', '(?i)up$'] }, of)?.message).toBe(
      'failIfBodyNotMatchesRegexp[1]: the body does not match',
    )
    expect(judge({ failIfBodyNotMatchesRegexp: ['toad', '(?im)up$'] }, of)).toBeNull()
  })

  it('never waits for a pattern that would blow up elsewhere', () => {
    const startedAt = performance.now()
    judge({ failIfBodyMatchesRegexp: ['^(a+)+$'] }, exchange({ text: `${'a'.repeat(5000)}!` }))
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })

  it('judges headers, whose names have no case, by any of their values', () => {
    const of = exchange({ headers: { 'x-app': ['one', 'two'], server: 'toad/1' } })
    const matches = (header: string, regexp: string, allowMissing = false) =>
      judge({ failIfHeaderMatches: [{ header, regexp, allowMissing }] }, of)?.code ?? null
    const misses = (header: string, regexp: string, allowMissing = false) =>
      judge({ failIfHeaderNotMatches: [{ header, regexp, allowMissing }] }, of)?.code ?? null
    expect([
      matches('X-App', 'two'),
      matches('X-App', 'three'),
      matches('X-None', '.'),
      matches('X-None', '.', true),
    ]).toEqual(['unexpected_header', null, 'unexpected_header', null])
    expect([
      misses('X-App', 'two'),
      misses('Server', 'frog'),
      misses('X-None', '.'),
      misses('X-None', '.', true),
    ]).toEqual([null, 'unexpected_header', 'unexpected_header', null])
  })

  it('judges JSON by RFC 9535 paths', () => {
    const of = exchange({
      text: '{"status":"up","pods":[{"name":"a","ready":true},{"name":"b","ready":true}],"x":{"b":1,"a":[]}}',
    })
    const json = (...jsonPath: HttpExpect['jsonPath']) => judge({ jsonPath }, of)?.message ?? null
    expect(json({ path: '$.status', equals: 'up' })).toBeNull()
    expect(json({ path: '$.status', equals: 'down' })).toBe('jsonPath[0]: the value differs')
    expect(json({ path: '$.pods[*].ready', equals: true })).toBeNull()
    expect(json({ path: '$.pods[?@.name == "b"].ready', equals: true })).toBeNull()
    expect(json({ path: '$.x', equals: { a: [], b: 1 } })).toBeNull()
    expect(json({ path: '$.status', matchesRegexp: '^u' }, { path: '$.nothing' })).toBe(
      'jsonPath[1]: the path selects nothing',
    )
    expect(judge({ jsonPath: [{ path: '$' }] }, exchange({ text: '<html>' }))?.message).toBe('the body is not JSON')
  })

  it('judges the time that it took', () => {
    expect(judge({ maxDurationMs: 10 }, exchange())).toBeNull()
    expect(judge({ maxDurationMs: 9.9 }, exchange())).toMatchObject({
      code: 'too_slow',
      message: 'took 10 ms, at most 9.9 ms are allowed',
    })
  })

  it('tells nothing of what the peer sent', () => {
    const of = exchange({ text: 'SECRET', headers: { 'x-a': 'SECRET' }, status: 500 })
    const said = [judge(null, of), judge({ failIfBodyMatchesRegexp: ['S'], validStatusCodes: [500] }, of)]
    expect(JSON.stringify(said)).not.toContain('SECRET')
  })
})

describe('responderOf', () => {
  const who = (responder: NonNullable<ReturnType<typeof httpCheck>['responder']>, of: HttpExchange) =>
    atOnce(responderOf(httpCheck({ responder }), of, createMeter()))

  it('is who the header or the first group says', () => {
    expect(who({ header: 'X-Pod-Name' }, exchange({ headers: { 'x-pod-name': 'toad-1' } }))).toBe('toad-1')
    expect(who({ header: 'X-Pod-Name' }, exchange())).toBeNull()
    expect(who({ bodyRegexp: "You've hit (\\S+)" }, exchange({ text: "You've hit toad-2\n" }))).toBe('toad-2')
    expect(who({ bodyRegexp: 'toad-\\d' }, exchange({ text: 'I am toad-3' }))).toBe('toad-3')
    expect(who({ bodyRegexp: 'frog' }, exchange({ text: 'toad' }))).toBeNull()
  })
})

describe('isSame', () => {
  it('is equality of what is written, members in any order', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
        expect(same(left, JSON.parse(JSON.stringify(left)))).toBe(true)
        if (same(left, right)) {
          expect(sortedText(left)).toBe(sortedText(right))
        }
      }),
    )
    expect([same([], {}), same([1], [1, 2]), same({ a: undefined }, { b: undefined }), same(null, {})]).toEqual([
      false,
      false,
      false,
      false,
    ])
  })
})

const same = (left: unknown, right: unknown): boolean => isSame(left, right, createMeter())

const sortedText = (value: unknown): string =>
  JSON.stringify(value, (_key, member) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )
