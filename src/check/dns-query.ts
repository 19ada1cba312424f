/**
 * Queries to the DNS server that a path leads to, and expectations over what it answers. Pure.
 *
 * @module
 */
import type { AnswerRrs, DnsQueryCheck } from '../plan/check.ts'
import type { PlannedPath } from '../plan/path.ts'
import type { Failure } from './codes.ts'
import { failure } from './failure.ts'
import { judgeDuration } from './http.ts'
import type { Meter, Steps } from './meter.ts'
import type { DialOptions, DnsQueryExchange, DnsQueryRequest } from './network.ts'
import { compileRegexp } from './regexp.ts'

const DNS_PORT = 53

/** The question of a check; the planner has filled it in. */
export const queryOf = (
  path: PlannedPath,
  check: DnsQueryCheck,
): Omit<DnsQueryRequest, Exclude<keyof DialOptions, 'port'>> => ({
  port: path.addressPort ?? DNS_PORT,
  transport: check.transportProtocol ?? (path.port?.protocol === 'UDP' ? 'udp' : 'tcp'),
  name: check.queryName ?? '.',
  type: check.queryType ?? 'A',
  recursionDesired: check.recursionDesired,
})

/**
 * Judges the answer, which is well-formed where the exchange did not fail. One that is truncated is as good as any: that
 * the rest is to be had over TCP is for the path over TCP to show (ADR 0048).
 */
export function* judgeDnsQuery(
  { expect }: DnsQueryCheck,
  { failure: failed, dns, records, timings }: DnsQueryExchange,
  meter: Meter,
): Steps<Failure | null> {
  if (failed !== null || expect === null) {
    return failed
  }
  const { rcode } = dns
  if (rcode === null || !expect.rcode.some((valid) => valid === rcode)) {
    return failure('unexpected_rcode', 'expectation', `rcode ${rcode}, expected ${expect.rcode.join(', ')}`)
  }
  const { validateAnswerRrs } = expect
  if (dns.truncated && Object.values(validateAnswerRrs).some(({ length }) => length > 0)) {
    return unexpected('the answer is truncated, so that its records cannot be judged: ask over TCP (transportProtocol)')
  }
  return (
    (yield* judgeRecords(records, validateAnswerRrs, meter)) ?? judgeDuration(timings.totalMs, expect.maxDurationMs)
  )
}

const unexpected = (message: string): Failure => failure('unexpected_data', 'expectation', message)

/**
 * blackbox_exporter's four (prober/dns.go, validRRs), by how many pairs of a record and an expression match. Where
 * records are demanded, an answer without any fails.
 */
const RULES: readonly { field: keyof AnswerRrs; fails(matching: number, pairs: number): boolean; says: string }[] = [
  { field: 'failIfMatchesRegexp', fails: (matching) => matching > 0, says: 'a record of the answer matches' },
  {
    field: 'failIfAllMatchRegexp',
    fails: (matching, pairs) => pairs > 0 && matching === pairs,
    says: 'all records of the answer match',
  },
  {
    field: 'failIfNotMatchesRegexp',
    fails: (matching, pairs) => pairs === 0 || matching < pairs,
    says: 'a record of the answer does not match, or there is none',
  },
  { field: 'failIfNoneMatchesRegexp', fails: (matching) => matching === 0, says: 'no record of the answer matches' },
]

function* judgeRecords(records: readonly string[], asked: AnswerRrs, meter: Meter): Steps<Failure | null> {
  for (const { field, fails, says } of RULES) {
    const patterns = asked[field]
    const matching = yield* countMatches(records, patterns, meter)
    if (patterns.length > 0 && fails(matching, records.length * patterns.length)) {
      return unexpected(`validateAnswerRrs.${field}: ${says}`)
    }
  }
  return null
}

function* countMatches(records: readonly string[], patterns: readonly string[], meter: Meter): Steps<number> {
  let matching = 0
  for (const pattern of patterns) {
    const regexp = compileRegexp(pattern)
    for (const record of records) {
      matching += (yield* regexp.test(record, meter)) ? 1 : 0
    }
  }
  return matching
}
