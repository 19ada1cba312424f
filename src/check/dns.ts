/**
 * DNS expectations: what a name must resolve to. Pure.
 *
 * @module
 */
import ipaddr from 'ipaddr.js'
import type { DnsExpectation } from '../plan/path.ts'
import type { Failure } from './codes.ts'
import { failure } from './failure.ts'
import type { DnsEvidence } from './network.ts'

/**
 * Judges whether the answer is what the objects promise. The answer of a DNS server must hold all of it and nothing else;
 * that of a lookup, which may ask for one family only, must hold nothing else.
 */
export function judgeDns(expected: DnsExpectation, evidence: DnsEvidence): Failure | null {
  if (expected.values === null) {
    return null
  }
  const promised = new Set(expected.values.map((value) => normal(value)))
  const answered = new Set(evidence.answers.map((answer) => normal(withoutWeights(expected.type, answer))))
  const strange = [...answered].filter((answer) => !promised.has(answer))
  const missing = expected.how === 'lookup' ? [] : [...promised].filter((value) => !answered.has(value))
  if (strange.length === 0 && missing.length === 0) {
    return null
  }
  const said = `${evidence.name} ${expected.type}: answered ${shown([...strange, ...answered])}, promised ${shown([...missing, ...promised])}`
  return failure('wrong_address', 'dns', said)
}

const SHOWN_MAX = 4

/** The first are those that differ: addresses in one spelling, and names. A name that no host can have is not repeated. */
function shown(all: readonly string[]): string {
  const values = [...new Set(all)]
  const told = values.slice(0, SHOWN_MAX).map((value) => (/^[\w.:/ -]{1,253}$/.test(value) ? value : 'another name'))
  const more = values.length - told.length
  return `${told.join(', ') || 'nothing'}${more > 0 ? ` and ${more} more` : ''}`
}

/** `priority weight port target` → `port target`: the first two are the server's own choice. */
const withoutWeights = (type: DnsExpectation['type'], answer: string): string =>
  type === 'SRV' ? answer.split(' ').slice(2).join(' ') : answer

/** Names without case and final dot, addresses in one spelling. */
const normal = (value: string): string =>
  ipaddr.isValid(value) ? ipaddr.parse(value).toString() : value.toLowerCase().replace(/\.$/, '')
