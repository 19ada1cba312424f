/**
 * Lists all that a `portolan.yaml` may say that was found in the working folder and not named. Whoever changes it, say
 * by a pull request from a fork, is not trusted, while the command that reads it may hold a token and reach what others
 * cannot. So the file may say what is expected of Services, but not whom else to ask, with which secrets, or how to
 * change something: all that is outside these rules is refused. The JSON Schema for editors is made of them, too.
 *
 * @module
 */

import { nearMiss } from '../lib/near.ts'
import { type Placed, type PlacedEntry, quoted } from './placed-yaml.ts'
import type { Part } from './settings-file.ts'

export type Rule =
  | { kind: 'any' }
  /** Is refused, with the reason. */
  | { kind: 'never'; why: string }
  /** One of these, as it is written. */
  | { kind: 'words'; words: readonly string[]; why: string }
  /** By the name of the field; a field that has no rule is refused. */
  | { kind: 'fields'; fields: Rules }
  | { kind: 'each'; item: Rule }
  /** By what `type` says. */
  | { kind: 'types'; types: Rules }

type Rules = Readonly<Record<string, Rule>>

const ANY: Rule = { kind: 'any' }
const any = (...names: readonly string[]): Rules => Object.fromEntries(names.map((name) => [name, ANY]))
const never = (why: string): Rule => ({ kind: 'never', why })
const words = (list: readonly string[], why: string): Rule => ({ kind: 'words', words: list, why })
const fields = (rules: Rules): Rule => ({ kind: 'fields', fields: rules })
const each = (item: Rule): Rule => ({ kind: 'each', item })

const CHANGES = 'it may change something in what is asked'
const ELSEWHERE = 'it may lead to something else than the Service'
const SECRET = 'it may carry a secret, or make a request mean something else'
const ADDRESSES = 'it says which addresses are dialled'

const TLS = fields({ ...any('insecureSkipVerify', 'caPem', 'minDaysToExpiry'), serverName: never(ELSEWHERE) })
const EVERY: Rules = any('type', 'name', 'port')

const CHECK: Rule = {
  kind: 'types',
  types: {
    http: fields({
      ...EVERY,
      ...any('path', 'ingressPath', 'scheme', 'httpVersion', 'upgrade', 'responder', 'expect'),
      method: words(['GET', 'HEAD', 'OPTIONS'], CHANGES),
      body: never(CHANGES),
      // Names of headers are the same however they are written, and these are the usual ways
      headers: fields(any('accept', 'Accept', 'accept-language', 'Accept-Language', 'user-agent', 'User-Agent')),
      host: never(ELSEWHERE),
      followRedirects: words(['false'], ELSEWHERE),
      tls: TLS,
    }),
    tcp: fields({
      ...EVERY,
      ...any('maxDurationMs'),
      queryResponse: each(fields({ ...any('expect', 'startTls'), send: never(CHANGES) })),
      tls: TLS,
    }),
    grpc: fields({
      ...EVERY,
      ...any('service', 'scheme', 'expect'),
      metadata: never(SECRET),
      host: never(ELSEWHERE),
      tls: TLS,
    }),
    dns: fields(EVERY),
    dnsQuery: fields({ ...EVERY, ...any('queryName', 'queryType', 'transportProtocol', 'recursionDesired', 'expect') }),
  },
}

const WORK: Rules = {
  ...any('paths', 'limits', 'samples', 'retries', 'settleMs', 'expect', 'timeoutMs', 'deadlineMs', 'vantage'),
  ...any('history', 'labels'),
  checks: each(CHECK),
  addresses: never(ADDRESSES),
}
const target = (...names: readonly string[]): Rule =>
  fields({ ...any('cluster', 'namespace', ...names), manifests: never(ADDRESSES) })

/** For one item of the list that a part is. */
export const PROJECT_RULES: Readonly<Record<Part, Rule>> = {
  checks: CHECK,
  schedules: fields({
    ...any('name', 'cron', 'timeZone', 'jitterMs', 'overlap', 'enabled'),
    job: fields({ ...WORK, target: target('service') }),
    batch: fields({ ...WORK, target: target('namespaces', 'allNamespaces', 'selector') }),
  }),
}

export type Refusal = { line: number; what: string }

/** The first thing of each item in the list that a found file may not say. */
export function refusedIn(part: Part, list: Placed): Refusal[] {
  const items = list.kind === 'list' ? list.items : []
  return items.flatMap(
    (value) => refused(PROJECT_RULES[part], { key: part.slice(0, -1), line: value.line, value }) ?? [],
  )
}

function refused(rule: Rule, entry: PlacedEntry): Refusal | null {
  const { key, line, value } = entry
  switch (rule.kind) {
    case 'any':
      return null
    case 'never':
      return { line, what: `${key}: ${rule.why}` }
    case 'words':
      return value.kind === 'scalar' && rule.words.includes(value.text) ? null : { line, what: `${key}: ${rule.why}` }
    case 'fields':
      return firstOf(value.kind === 'map' ? value.entries : [], (field) => refusedField(rule.fields, field))
    case 'each':
      return firstOf(value.kind === 'list' ? value.items : [], (item) =>
        refused(rule.item, { key, line: item.line, value: item }),
      )
    case 'types':
      return refusedType(rule.types, entry)
  }
}

function refusedField(rules: Rules, field: PlacedEntry): Refusal | null {
  const rule = Object.hasOwn(rules, field.key) ? rules[field.key] : undefined
  return rule === undefined
    ? { line: field.line, what: `${quoted(field.key)}: it is none of ${Object.keys(rules).join(', ')}` }
    : refused(rule, field)
}

function refusedType(types: Rules, entry: PlacedEntry): Refusal | null {
  const type = entry.value.kind === 'map' ? entry.value.entries.find(({ key }) => key === 'type') : undefined
  const word = type?.value.kind === 'scalar' ? type.value.text : ''
  const rule = Object.hasOwn(types, word) ? types[word] : undefined
  const { key, line } = type ?? entry
  return rule === undefined
    ? {
        line,
        what: `${key}: expected the type of a check, one of ${Object.keys(types).join(', ')}${meant(word, types)}`,
      }
    : refused(rule, entry)
}

function meant(word: string, types: Rules): string {
  const near = nearMiss(word, Object.keys(types))
  return near === null ? '' : ` (did you mean ${near}?)`
}

function firstOf<T>(items: readonly T[], refusalOf: (item: T) => Refusal | null): Refusal | null {
  for (const item of items) {
    const refusal = refusalOf(item)
    if (refusal !== null) {
      return refusal
    }
  }
  return null
}
