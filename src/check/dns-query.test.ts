import { describe, expect, it } from 'vitest'
import { aDnsExpectation, dnsQueryCheck } from '../../test/support/checks.ts'
import type { AnswerRrs, DnsQueryExpect } from '../plan/check.ts'
import { judgeDnsQuery } from './dns-query.ts'
import { atOnce, createMeter } from './meter.ts'
import { type DnsQueryExchange, NO_TIMINGS, noAnswerFrom } from './network.ts'

const A = 'toad.example.\t5\tIN\tA\t10.0.0.1'
const B = 'toad.example.\t5\tIN\tA\t10.0.0.2'

const exchange = (records: readonly string[], dns: Partial<DnsQueryExchange['dns']> = {}): DnsQueryExchange => ({
  timings: { ...NO_TIMINGS, totalMs: 5 },
  resolvedAddress: '10.96.0.10',
  localAddress: null,
  tls: null,
  failure: null,
  dns: { ...noAnswerFrom('10.96.0.10:53', 'toad.example', 'A'), rcode: 'NOERROR', ...dns },
  records,
})

const codeOf = (expected: DnsQueryExpect | null, seen: DnsQueryExchange): string | null =>
  atOnce(judgeDnsQuery(dnsQueryCheck({ expect: expected }), seen, createMeter()))?.code ?? null

describe('judgeDnsQuery()', () => {
  it.each(['NOERROR', 'NXDOMAIN', 'SERVFAIL', 'REFUSED'])(
    'takes %s for an answer where nothing is expected',
    (rcode) => {
      expect(codeOf(null, exchange([], { rcode }))).toBeNull()
    },
  )

  it('demands one of the codes that are expected, NOERROR where none is said', () => {
    expect(codeOf(aDnsExpectation(), exchange([], { rcode: 'NXDOMAIN' }))).toBe('unexpected_rcode')
    expect(codeOf(aDnsExpectation({ rcode: ['NXDOMAIN', 'REFUSED'] }), exchange([], { rcode: 'REFUSED' }))).toBeNull()
  })

  it.each<[keyof AnswerRrs, string[], string[], boolean]>([
    ['failIfMatchesRegexp', ['0\\.1$'], [A, B], false],
    ['failIfMatchesRegexp', ['0\\.3$'], [A, B], true],
    ['failIfMatchesRegexp', ['.'], [], true],
    ['failIfAllMatchRegexp', ['IN\tA'], [A, B], false],
    ['failIfAllMatchRegexp', ['IN\tA', '0\\.1$'], [A, B], true],
    ['failIfAllMatchRegexp', ['IN\tA'], [], true],
    ['failIfNotMatchesRegexp', ['IN\tA'], [A, B], true],
    ['failIfNotMatchesRegexp', ['0\\.1$'], [A, B], false],
    ['failIfNotMatchesRegexp', ['IN\tA'], [], false],
    ['failIfNoneMatchesRegexp', ['0\\.1$', 'never'], [A, B], true],
    ['failIfNoneMatchesRegexp', ['never'], [A, B], false],
    ['failIfNoneMatchesRegexp', ['.'], [], false],
  ])('%s %j of %j: passes is %s', (field, patterns, records, passes) => {
    const expected = aDnsExpectation({ validateAnswerRrs: { [field]: patterns } })
    expect(codeOf(expected, exchange(records))).toBe(passes ? null : 'unexpected_data')
  })

  it('passes an answer that is truncated, unless its records are to be judged', () => {
    const truncated = exchange([], { truncated: true })
    expect(codeOf(aDnsExpectation(), truncated)).toBeNull()
    const judged = aDnsExpectation({ validateAnswerRrs: { failIfMatchesRegexp: ['never'] } })
    expect(codeOf(judged, truncated)).toBe('unexpected_data')
  })

  it('judges the time last', () => {
    expect(codeOf(aDnsExpectation({ maxDurationMs: 4 }), exchange([A]))).toBe('too_slow')
    expect(codeOf(aDnsExpectation({ maxDurationMs: 4, rcode: ['REFUSED'] }), exchange([A]))).toBe('unexpected_rcode')
  })
})
