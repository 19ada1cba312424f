/**
 * Reads the annotation `portolan.dev/job`: YAML with those fields of a job that may be set so. Each field that may be is
 * in a table here, and what is in none is refused, whatever it is called (ADR 0042). Pure.
 *
 * @module
 */
import type { RegexpBudget } from '../check/regexp.ts'
import { faultsOf } from '../check/validate-check.ts'
import { isMapping } from '../kube/fields.ts'
import { readMapping } from '../kube/yaml/read-mapping.ts'
import { jsonPointer } from '../lib/json-pointer.ts'
import { nearMiss } from '../lib/near.ts'
import type { Check, HttpCheck, HttpExpect, TcpCheck } from '../plan/check.ts'
import { EXPECT_2XX, NO_TLS } from '../plan/check.ts'
import { PATH_KINDS, type PathKind } from '../plan/kinds.ts'
import { PLAIN_PATH } from '../plan/plain-path.ts'
import type { JobRequest } from '../plan/request.ts'

export type AnnotatedJob = Pick<JobRequest, 'checks' | 'samples' | 'timeoutMs' | 'deadlineMs' | 'expect'>

export type AnnotationFault = {
  /** A JSON pointer into the YAML; `null`: the whole. */
  field: string | null
  detail: string
}

/** The defaults of a job's own body. */
export const NOTHING_ASKED: AnnotatedJob = {
  checks: [],
  samples: 1,
  timeoutMs: 5000,
  deadlineMs: null,
  expect: { reachable: [], unreachable: [], sameResponder: false },
}

/** The most that annotations may ask for: less than a caller with a token may. */
const MOST = { checks: 5, samples: 10, timeoutMs: 30_000, deadlineMs: 60_000, list: 10, text: 200, faults: 20 }
/** All regular expressions of one annotation together: compiling so many takes some 25 ms. */
const REGEXPS_MOST = 1000
const DEPTH_MOST = 10

/** @returns the parts that may be asked for, over the defaults, and what is refused of the rest. */
export function readAnnotatedJob(text: string): { job: AnnotatedJob; faults: readonly AnnotationFault[] } {
  const found = readMapping(text, DEPTH_MOST)
  if ('fault' in found) {
    return { job: NOTHING_ASKED, faults: [{ field: null, detail: found.fault }] }
  }
  const told = new Faults()
  const asked = readJob(found.value, [], told) ?? {}
  const { expect, ...rest } = asked
  const job = { ...NOTHING_ASKED, ...rest, expect: { ...NOTHING_ASKED.expect, ...expect } }
  return { job, faults: told.list() }
}

type Place = readonly (string | number)[]

/** Gathers mistakes. A field that may not be set leaves the rest as it is; a wrong value spoils what it is part of. */
class Faults {
  readonly regexps: RegexpBudget = { left: REGEXPS_MOST }
  readonly #found: AnnotationFault[] = []
  wrong = 0

  refuse(at: Place, detail: string): void {
    this.#found.push({ field: jsonPointer(at.map((step) => String(step).slice(0, MOST.text))), detail })
  }

  mistake(at: Place, detail: string): undefined {
    this.wrong += 1
    this.refuse(at, detail)
  }

  list(): readonly AnnotationFault[] {
    const more = this.#found.length - MOST.faults
    const shown = this.#found.slice(0, MOST.faults)
    return more <= 0 ? shown : [...shown, { field: null, detail: `and ${more} more` }]
  }
}

/** `undefined`: nothing can be made of the value, which was told. */
type Reader<T> = (value: unknown, at: Place, told: Faults) => T | undefined

/** Reads the fields of a table, and refuses all others by their name alone: a value may be a secret. */
const fields =
  <T extends object>(table: { readonly [K in keyof T]-?: Reader<T[K]> }): Reader<Partial<T>> =>
  (value, at, told) => {
    if (!isMapping(value)) {
      return told.mistake(at, 'must be a mapping')
    }
    const read: Partial<T> = {}
    for (const [key, item] of Object.entries(value)) {
      if (isKey(table, key)) {
        const one = table[key](item, [...at, key], told)
        if (one !== undefined) {
          read[key] = one
        }
        continue
      }
      const near = nearMiss(key.slice(0, MOST.text), Object.keys(table))
      const hint = near === null ? `these may: ${Object.keys(table).join(', ')}` : `did you mean ${near}?`
      told.refuse([...at, key], `may not be set by an annotation; ${hint}`)
    }
    return read
  }

const isKey = <T extends object>(table: T, key: string): key is Extract<keyof T, string> => Object.hasOwn(table, key)

const number =
  (least: number, most: number, isWhole = true): Reader<number> =>
  (value, at, told) =>
    typeof value === 'number' && (!isWhole || Number.isInteger(value)) && value >= least && value <= most
      ? value
      : told.mistake(at, `must be a ${isWhole ? 'whole ' : ''}number from ${least} to ${most}`)

const word =
  <const T extends string>(...words: readonly T[]): Reader<T> =>
  (value, at, told) =>
    words.find((each) => each === value) ?? told.mistake(at, `must be ${words.join(' or ')}`)

const flag: Reader<boolean> = (value, at, told) =>
  typeof value === 'boolean' ? value : told.mistake(at, 'must be true or false')

const matching =
  (pattern: RegExp, most: number, expected: string): Reader<string> =>
  (value, at, told) =>
    typeof value === 'string' && value.length <= most && pattern.test(value)
      ? value
      : told.mistake(at, `must be ${expected}, of at most ${most} characters`)

const list =
  <T>(each: Reader<T>, most: number): Reader<T[]> =>
  (value, at, told) => {
    if (!Array.isArray(value) || value.length > most) {
      return told.mistake(at, `must be a list of at most ${most}`)
    }
    return value.flatMap((item, position) => {
      const read = each(item, [...at, position], told)
      return read === undefined ? [] : [read]
    })
  }

const regexp = matching(/./s, MOST.text, 'a regular expression of RE2')

const headerMatch: Reader<HttpExpect['failIfHeaderMatches'][number]> = (value, at, told) => {
  const read = fields<HttpExpect['failIfHeaderMatches'][number]>({
    header: matching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, MOST.text, 'the name of a header'),
    regexp,
    allowMissing: flag,
  })(value, at, told)
  if (read?.header === undefined || read.regexp === undefined) {
    return told.mistake(at, 'must have header and regexp')
  }
  return { header: read.header, regexp: read.regexp, allowMissing: read.allowMissing ?? false }
}

/** Any JSON value is compared as it is; the annotation's own length bounds it. */
const anything: Reader<unknown> = (value) => value

const jsonPath: Reader<HttpExpect['jsonPath'][number]> = (value, at, told) => {
  const { path, ...rest } =
    fields<Required<HttpExpect['jsonPath'][number]>>({
      path: matching(/^\$/, MOST.text, 'a JSONPath that begins with "$"'),
      equals: anything,
      matchesRegexp: regexp,
    })(value, at, told) ?? {}
  return path === undefined ? told.mistake(at, 'must have path') : { path, ...rest }
}

const status: Reader<number | string> = (value, at, told) =>
  typeof value === 'string'
    ? matching(/^[1-5]xx$/, 3, 'a code, or a class like 2xx')(value, at, told)
    : number(100, 599)(value, at, told)

const EXPECT: { readonly [K in keyof HttpExpect]-?: Reader<HttpExpect[K]> } = {
  validStatusCodes: list(status, MOST.list),
  failIfBodyMatchesRegexp: list(regexp, MOST.list),
  failIfBodyNotMatchesRegexp: list(regexp, MOST.list),
  failIfHeaderMatches: list(headerMatch, MOST.list),
  failIfHeaderNotMatches: list(headerMatch, MOST.list),
  jsonPath: list(jsonPath, MOST.list),
  maxDurationMs: number(1, MOST.timeoutMs, false),
}

const expect: Reader<HttpExpect> = (value, at, told) => {
  const read = fields<HttpExpect>(EXPECT)(value, at, told)
  return read && { ...EXPECT_2XX, ...read }
}

const path = matching(PLAIN_PATH, 1024, 'a path like /healthz, in visible ASCII and without "..", "//host" or "#"')
const port: Reader<string | number> = (value, at, told) =>
  typeof value === 'string'
    ? matching(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 63, "a port's name or number")(value, at, told)
    : number(1, 65_535)(value, at, told)
const name = matching(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, 63, 'letters, digits, "_", "." and "-"')

type HttpFields = Pick<HttpCheck, 'type' | 'name'> & {
  port: string | number
  method: 'GET' | 'HEAD'
  path: string
  scheme: 'http' | 'https'
  expect: HttpExpect
}
type TcpFields = Pick<TcpCheck, 'type' | 'name'> & { port: string | number; maxDurationMs: number }

const httpFields = fields<HttpFields>({
  type: word('http'),
  name,
  port,
  method: word('GET', 'HEAD'),
  path,
  scheme: word('http', 'https'),
  expect,
})
const tcpFields = fields<TcpFields>({
  type: word('tcp'),
  name,
  port,
  maxDurationMs: number(1, MOST.timeoutMs, false),
})

/** A check with a value that is wrong would ask for something else than was meant, so that it is left out. */
const check: Reader<Check> = (value, at, told) => {
  const before = told.wrong
  const read = readCheck(value, at, told)
  if (read === undefined || told.wrong > before) {
    return undefined
  }
  const faults = faultsOf(read, told.regexps)
  for (const { pointer, detail } of faults) {
    told.mistake([...at, ...pointer.split('/').slice(1)], detail)
  }
  return faults.length > 0 ? undefined : read
}

function readCheck(value: unknown, at: Place, told: Faults): Check | undefined {
  const type = isMapping(value) && Object.hasOwn(value, 'type') ? value.type : undefined
  const ownName = `check-${Number(at.at(-1)) + 1}`
  if (type === 'http') {
    const read = httpFields(value, at, told)
    return read && httpCheck(ownName, read)
  }
  if (type === 'tcp') {
    const { name = ownName, port = null, maxDurationMs = null } = tcpFields(value, at, told) ?? {}
    return { type, name, port, maxDurationMs, isDefault: false, tls: null, queryResponse: [] }
  }
  return told.mistake([...at, 'type'], 'must be http or tcp')
}

const httpCheck = (ownName: string, read: Partial<HttpFields>): HttpCheck => ({
  type: 'http',
  name: read.name ?? ownName,
  isDefault: false,
  port: read.port ?? null,
  method: read.method ?? 'GET',
  path: read.path ?? null,
  ingressPath: null,
  headers: {},
  body: null,
  scheme: read.scheme ?? null,
  host: null,
  expect: read.expect ?? null,
  followRedirects: false,
  httpVersion: '1.1',
  upgrade: null,
  tls: NO_TLS,
  trustsAsDefault: true,
  responder: null,
})

const kinds: Reader<{ kind: PathKind }[]> = list((value, at, told) => {
  const kind = word(...PATH_KINDS)(value, at, told)
  return kind && { kind }
}, PATH_KINDS.length)

type JobFields = Pick<AnnotatedJob, 'checks' | 'samples' | 'timeoutMs'> & {
  deadlineMs: number
  expect: Partial<AnnotatedJob['expect']>
}

const readJob = fields<JobFields>({
  checks: (value, at, told) => {
    const read = list(check, MOST.checks)(value, at, told) ?? []
    return read.filter((each, position) => {
      const isFirst = read.findIndex((other) => other.name === each.name) === position
      if (!isFirst) {
        told.refuse([...at, position], 'has the name of a check before it, and is left out')
      }
      return isFirst
    })
  },
  samples: number(1, MOST.samples),
  timeoutMs: number(10, MOST.timeoutMs),
  deadlineMs: number(100, MOST.deadlineMs),
  expect: fields<Required<AnnotatedJob['expect']>>({ reachable: kinds, unreachable: kinds, sameResponder: flag }),
})
