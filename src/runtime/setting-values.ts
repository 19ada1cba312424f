/**
 * Reads the texts of settings: each kind says what it expects, and gives `null` for what it does not understand.
 *
 * @module
 */
import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { readJwtRules } from '../api/access/read-jwt-rules.ts'
import { addressOfServer, isName } from '../lib/address.ts'
import { readCidr } from '../lib/cidr.ts'
import { DURATION_EXAMPLES, parseDuration } from '../lib/duration.ts'
import { POSITIONS } from '../plan/path.ts'
import type { JwtRule } from '../record/jwt-rule.ts'

/** Says whether a file has a setting as one value, as a list too, or as any JSON; `schema` is its JSON Schema there. */
export type Form = { takes: 'text' | 'list' | 'json'; schema: Readonly<Record<string, unknown>> }

const TEXT: Form = { takes: 'text', schema: { type: 'string' } }
const FORMS = new WeakMap<z.ZodType, Form>()

const formed = <S extends z.ZodType>(setting: S, schema: Form['schema'], takes: Form['takes'] = 'text'): S => {
  FORMS.set(setting, { takes, schema })
  return setting
}

export function formIn(setting: z.ZodType): Form {
  let at: unknown = setting
  while (at instanceof z.ZodDefault || at instanceof z.ZodNullable) {
    at = at.unwrap()
  }
  return FORMS.get(at as z.ZodType) ?? TEXT
}

/** A variable whose text `read` understands; `null` from it means that the text is not what was expected. */
export const variable = <T>(expected: string, read: (text: string) => T | null) =>
  z.string().transform((text, context) => {
    const value = read(text)
    if (value !== null) {
      return value
    }
    context.addIssue({ code: 'custom', message: `expected ${expected}` })
    return z.NEVER
  })

export const matching = (expected: string, pattern: RegExp) =>
  formed(
    variable(expected, (text) => (pattern.test(text) ? text : null)),
    { type: 'string', pattern: pattern.source },
  )

export const wholeNumber = (least: number, most: number) =>
  formed(
    variable(`a whole number from ${least} to ${most}`, (text) => wholeWithin(text, least, most)),
    { type: 'integer', minimum: least, maximum: most },
  )

function wholeWithin(text: string, least: number, most: number): number | null {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : null
  return value !== null && value >= least && value <= most ? value : null
}

/** `off`: there is no limit. */
export const unlessOff = <T>(
  expected: string,
  read: (text: string) => T | null,
  schema: Form['schema'] = { type: 'string' },
) =>
  formed(
    variable(`${expected}, or off`, (text) => {
      const most = text === 'off' ? null : read(text)
      return text !== 'off' && most === null ? null : { most }
    }).transform(({ most }) => most),
    { anyOf: [schema, { const: 'off' }] },
  )

export const limitOf = (most: number) =>
  unlessOff(`a whole number from 1 to ${most}`, (text) => wholeWithin(text, 1, most), {
    ...{ type: 'integer', minimum: 1, maximum: most },
  })

export const oneOf = <const T extends string>(words: readonly T[]) =>
  formed(
    variable(`one of ${words.join(', ')}`, (text) => words.find((word) => word === text) ?? null),
    { enum: words },
  )

/** Written as YAML has it. */
export const yesOrNo = formed(
  variable('true or false', (text) => (text === 'true' || text === 'false' ? { is: text === 'true' } : null)).transform(
    ({ is }) => is,
  ),
  { type: 'boolean' },
)

export const duration = variable(`a duration like ${DURATION_EXAMPLES}`, parseDuration)

/** Comma or white space between the parts. */
export const listOf = (expected: string, read: (part: string) => string | null) =>
  formed(
    variable(`${expected}, comma-separated`, (text) => {
      const parts = text.split(/[\s,]+/).filter((part) => part !== '')
      const values = parts.map(read)
      return values.every((value) => value !== null) ? values : null
    }),
    { type: ['string', 'array'], items: { type: 'string' } },
    'list',
  )

export const readServer = (text: string): string | null => (addressOfServer(text) === null ? null : text)

/** A CIDR, a name, or `*.` before the name that all of them end in. */
export function readEgress(text: string): string | null {
  const name = text.toLowerCase().replace(/\.$/, '')
  return readCidr(text) ?? (isName(name.replace(/^\*\./, '')) ? name : null)
}

export const HOST_NAME = /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/
export const readHost = (text: string) =>
  text.length <= 253 && (ipaddr.IPv6.isValid(text) || HOST_NAME.test(text)) ? text : null

/** RFC 1123 label, as the API server has it for namespaces. */
export const readNamespace = (text: string) => (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text) ? text : null)

export const readHttpUrl = (text: string) =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) ? text : null

/** Links are made of it, so it is an origin and nothing more: what follows it are the paths of the API. */
export function readOrigin(text: string): string | null {
  if (readHttpUrl(text) === null) {
    return null
  }
  const { origin, href } = new URL(text)
  return href === `${origin}/` ? origin : null
}

/** The API lies below it; what stands in it is shown and logged, so it holds no password. */
export function readServerUrl(text: string): string | null {
  if (readHttpUrl(text) === null) {
    return null
  }
  const { username, password, search, hash, href } = new URL(text)
  return username + password + search + hash === '' ? href.replace(/\/+$/, '') : null
}

/** A name that says another position than the prober's would be believed. */
export const readVantageName = (text: string): string | null =>
  /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text) && !POSITIONS.some((position) => position === text) ? text : null

export const TOKEN = matching('16 to 512 visible ASCII characters without spaces', /^[\x21-\x7e]{16,512}$/)

/** As long as the tokens (JWT) of identity providers get. */
export const SENT_TOKEN = /^[\x21-\x7e]{1,16384}$/

/** A name that jobs call a cluster by, and the context of a kubeconfig that leads there. */
export type ClusterContext = { name: string; context: string }

export const CLUSTER_NAME = /^[\w.:/@-]{1,253}$/

/**
 * `a=context-a,b=context-b`; the name ends at the first `=`, and is the context where there is none. A context with a
 * comma needs JSON: `{"a": "context,a"}`.
 */
function readClusters(text: string): ClusterContext[] | null {
  const pairs = text.startsWith('{') ? pairsOfJson(text) : text.split(/[,\n]/).flatMap(readPair)
  const names = new Set(pairs?.map(({ name }) => name))
  const isGood = pairs?.every(({ name, context }) => CLUSTER_NAME.test(name) && context !== '')
  return pairs !== null && isGood && names.size === pairs.length && names.size > 0 ? pairs : null
}

export const clusterContexts = formed(
  variable('names with contexts like a=context-a,b=context-b, each name once, or both in JSON', readClusters),
  { type: ['string', 'object'], additionalProperties: { type: 'string' } },
  'json',
)

function readPair(text: string): ClusterContext[] {
  const [name = '', ...rest] = text.trim().split('=')
  return text.trim() === ''
    ? []
    : [{ name: name.trim(), context: rest.length === 0 ? name.trim() : rest.join('=').trim() }]
}

function pairsOfJson(text: string): ClusterContext[] | null {
  try {
    const parsed = z.record(z.string(), z.string()).safeParse(JSON.parse(text))
    return parsed.success ? Object.entries(parsed.data).map(([name, context]) => ({ name, context })) : null
  } catch {
    return null
  }
}

export const portList = formed(
  variable('ports like 25,465,587, comma-separated, or none', (text) => {
    const ports = text === 'none' ? [] : text.split(/[\s,]+/).filter((part) => part !== '')
    return ports.every((port) => wholeWithin(port, 1, 65_535) !== null) ? ports.map(Number) : null
  }),
  { type: ['string', 'integer', 'array'], items: { type: 'integer', minimum: 1, maximum: 65_535 } },
  'list',
)

export const SECRET_KEY = /^[A-Za-z0-9+/]{43}=$/

const RULE_READERS = {
  cidr: readCidr,
  namespace: readNamespace,
  cluster: (text: string) => (CLUSTER_NAME.test(text) ? text : null),
}

/** Says of each rule what is wrong with it. */
export const jwtRules = formed(
  z.string().transform((text, context): JwtRule[] => {
    const read = readJwtRules(text, RULE_READERS)
    if (!('wrong' in read)) {
      return read
    }
    for (const message of read.wrong) {
      context.addIssue({ code: 'custom', message })
    }
    return z.NEVER
  }),
  { type: ['string', 'array'], items: { type: 'object' } },
  'json',
)
