/** Requests as arbitraries: each operation with its parameters, headers and body, valid and otherwise. */
import fc from 'fast-check'
import { hostileString } from '../fixtures/hostile.ts'
import { OPERATIONS, type Operation, type Parameter } from './document.ts'
import { fromSchema } from './from-schema.ts'
import type { Ids, Kind } from './ids.ts'
import { oddHeaders, oddTargets } from './odd.ts'
import { texts, type Wreck, wrecked, wrecks } from './wreck.ts'

export type How = 'plain' | 'valid' | 'nearly valid' | 'no JSON' | 'other content type' | 'odd'

export type Asked = {
  how: How
  operationId: string
  method: string
  /** Path and query. */
  target: string
  headers: readonly (readonly [string, string])[]
  body: string | Uint8Array | null
}

/** A request waits for ids until it is sent. */
export type Asking = (ids: Ids) => Asked

export type Known = {
  /** Whole bodies that work, by operation. */
  bodies: Readonly<Record<string, readonly object[]>>
  /** Values of `authorization`; `null`: none is sent. Repeat those that shall come often. */
  authorizations: readonly (string | null)[]
}

const KIND_OF: Readonly<Record<string, Kind>> = {
  jobs: 'job',
  batches: 'batch',
  schedules: 'schedule',
  compares: 'compare',
  tokens: 'token',
  'status-pages': 'statusPage',
}

const DOC_PAGES = ['paths', 'settings', 'README.md', 'none']
const DOCS = ['failures/connection_refused.md', 'diagnoses/README.md', 'errors/not_found.md', '../secret', 'failures/x']

/** `null` but for one of so many. */
const seldom = <T>(arbitrary: fc.Arbitrary<T>, many: number): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: many - 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary })

const at = fc.nat({ max: 1_000_000 })
const nonsense = fc.oneof(
  fc.constantFrom('toad', '0', 'job_', 'job_00000000000000000000000000', 'JOB_01KAXW0000EXAMPLE0000000AB', '%00', '-'),
  hostileString.map((text) => text.toWellFormed().slice(0, 80) || '-'),
)

/** Path parameters come from what is known; now and then they are nonsense, or of another kind. */
function pathOf({ path }: Operation): fc.Arbitrary<(ids: Ids) => string> {
  const known = KIND_OF[path.split('/')[2] ?? ''] ?? 'service'
  const kind = fc.oneof({ weight: 12, arbitrary: fc.constant(known) }, fc.constantFrom(...Object.values(KIND_OF)))
  return fc
    .record({
      at,
      kind,
      word: seldom(nonsense, 15),
      doc: fc.constantFrom(...DOCS),
      page: fc.constantFrom(...DOC_PAGES),
    })
    .map(({ at, kind, word, doc, page }) => (ids: Ids) => {
      const [namespace = '', name = ''] = (ids.pick('service', at) ?? 'default/toad-svc').split('/')
      const [folder = '', file = ''] = doc.split('/')
      const [statusPage, announcement] = path.includes('{announcement}')
        ? (ids.pick('announcement', at) ?? '').split('/')
        : []
      const given: Record<string, string | null | undefined> = {
        ...{ namespace, name, folder, file, page, announcement, cluster: 'default', slug: ids.pick('slug', at) },
        id: statusPage || ids.pick(kind, at, path.endsWith('/cancel')),
      }
      return path.replaceAll(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(word ?? given[key] ?? 'unknown'))
    })
}

/** A wait may be long by the document; whoever waits here would wait for all of it. */
const WAITS_S = 1

type Given = { parameter: Parameter; value: unknown }

function parametersOf({ parameters }: Operation): fc.Arbitrary<Given[]> {
  const each = parameters
    .filter((parameter) => parameter.in !== 'path')
    .map((parameter) => {
      const value = fromSchema(parameter.schema).map((made) => ({
        parameter,
        value: parameter.name === 'wait' && typeof made === 'number' ? made % (WAITS_S + 1) : made,
      }))
      const chance = parameter.required === true || parameter.name === 'if-match' ? 50 : 3
      return fc.oneof({ weight: 10, arbitrary: fc.constant(null) }, { weight: chance, arbitrary: value })
    })
  return fc.tuple(...each).map((all) => all.filter((given): given is Given => given !== null))
}

const text = (value: unknown): string => (typeof value === 'string' ? value : String(value))

const inHeader = (value: string): string => value.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '?')

type Pair = [string, string]

function queryOf(given: readonly Given[], ids: Ids, nth: number): string {
  const pairs = given.flatMap(({ parameter, value }): Pair[] => {
    if (parameter.in !== 'query') {
      return []
    }
    const known =
      parameter.name === 'cursor' ? ids.pick('cursor', nth) : parameter.name === 'path' ? ids.pick('path', nth) : null
    return [value]
      .flat()
      .filter((one) => one !== null && one !== undefined)
      .map((one): Pair => [parameter.name, known ?? text(one).toWellFormed()])
  })
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`
}

function headersOf(given: readonly Given[], ids: Ids, target: string): [string, string][] {
  const id = target.match(/(?:sch|stp|ann)_\w+/g)?.at(-1) ?? ''
  return given.flatMap(({ parameter, value }) => {
    if (parameter.in !== 'header' || value === null || value === undefined) {
      return []
    }
    const etag = parameter.name === 'if-match' ? ids.etagOf(id) : null
    return [[parameter.name, etag ?? inHeader(text(value))]]
  })
}

/** A body by the schema; where one is known to work, that with other fields from the schema, mostly. */
function bodyOf(operation: Operation, known: Known): fc.Arbitrary<unknown> {
  if (operation.body === null) {
    return fc.constant(undefined)
  }
  const generated = fromSchema(operation.body)
  const whole = [...(known.bodies[operation.operationId] ?? []), ...operation.examples]
  if (whole.length === 0) {
    return generated
  }
  const working = fc.constantFrom(...whole)
  return fc.oneof(
    { weight: 2, arbitrary: working },
    {
      weight: 4,
      arbitrary: fc.tuple(generated, working).map(([other, body]) => ({ ...Object(other), ...Object(body) })),
    },
    { weight: 2, arbitrary: generated },
  )
}

/** A body that works, as it stands. */
function plainBodyOf({ operationId, body }: Operation, known: Known): fc.Arbitrary<unknown> {
  const whole = known.bodies[operationId] ?? []
  return body === null || whole.length === 0 ? fc.constant(undefined) : fc.constantFrom(...whole)
}

const JSON_TYPES = ['application/json', 'application/json', 'application/json; charset=utf-8']
const OTHER_TYPES = [
  ...['application/yaml', 'application/yaml', 'text/yaml', 'application/x-yaml', 'text/plain', 'text/html'],
  ...['application/json; charset=utf-16', 'application/problem+json', 'application/x-www-form-urlencoded'],
  ...['multipart/form-data; boundary=x', 'application/octet-stream', 'APPLICATION/JSON', 'json', ';', '*/*', ''],
]

function accepting(): fc.Arbitrary<string | null> {
  const types = [
    'application/json',
    '*/*',
    'text/plain',
    'text/markdown',
    'text/csv',
    'image/svg+xml',
    'text/html;q=0.1',
  ]
  return seldom(fc.constantFrom(...types, 'application/xml, */*;q=0', 'q=;,,,', 'application/openmetrics-text'), 4)
}

/** What one operation is asked, in every way. */
export function askedOf(operation: Operation, known: Known): fc.Arbitrary<Asking> {
  const how = fc.oneof(
    { weight: 8, arbitrary: fc.constant<How>('plain') },
    { weight: 8, arbitrary: fc.constant<How>('valid') },
    { weight: 6, arbitrary: fc.constant<How>('nearly valid') },
    { weight: 2, arbitrary: fc.constant<How>('odd') },
    ...(operation.body === null
      ? []
      : [{ weight: 2, arbitrary: fc.constantFrom<How>('no JSON', 'other content type') }]),
  )
  return fc
    .record({
      ...{ how, at, path: pathOf(operation), given: parametersOf(operation), body: bodyOf(operation, known) },
      plain: plainBodyOf(operation, known),
      ...{ wrecks: fc.array(wrecks, { minLength: 1, maxLength: 3 }), text: texts, odd: oddHeaders, target: oddTargets },
      ...{ type: fc.constantFrom(...JSON_TYPES), other: fc.constantFrom(...OTHER_TYPES), accept: accepting() },
      authorization: fc.constantFrom(...known.authorizations),
      revalidates: seldom(fc.constant(true), 8),
    })
    .map((made) => (ids: Ids) => {
      const { method, operationId } = operation
      const given = givenIn(made)
      const body = made.how === 'plain' ? made.plain : made.body
      const etag = made.revalidates === null ? null : ids.pick('etag', made.at)
      const type = made.how === 'other content type' ? made.other : made.type
      const hasBody = operation.body !== null && body !== undefined
      const target = made.path(ids) + queryOf(given, ids, made.at)
      const headers: [string, string][] = [
        ...headersOf(given, ids, target),
        ...(made.authorization === null ? [] : [['authorization', made.authorization] satisfies [string, string]]),
        ...(made.accept === null ? [] : [['accept', made.accept] satisfies [string, string]]),
        ...(etag === null ? [] : [['if-none-match', etag] satisfies [string, string]]),
        ...(hasBody && type !== '' ? [['content-type', type] satisfies [string, string]] : []),
      ]
      const asked = { how: made.how, operationId, method, target, headers, body: null }
      const whole = { ...asked, body: hasBody ? bodyText({ ...made, body }) : null }
      return made.how === 'odd' ? made.target(made.odd(whole)) : whole
    })
}

function givenIn({
  how,
  given,
  wrecks,
}: {
  how: How
  given: readonly Given[]
  wrecks: readonly Wreck[]
}): readonly Given[] {
  if (how === 'plain') {
    return given.filter(
      ({ parameter }) => parameter.required === true || parameter.name === 'wait' || parameter.name === 'if-match',
    )
  }
  return how === 'nearly valid' ? given.map((each, nth) => nearly(each, wrecks[nth])) : given
}

function nearly({ parameter, value }: Given, wreck: Wreck | undefined): Given {
  return {
    parameter,
    value:
      wreck === undefined ? value : typeof wreck.by === 'string' ? wreck.by.slice(0, 2000) : JSON.stringify(wreck.by),
  }
}

function bodyText(made: {
  how: How
  body: unknown
  wrecks: readonly Wreck[]
  text: (json: string) => string | Uint8Array
  other: string
}): string | Uint8Array {
  const { how, body } = made
  if (how === 'nearly valid') {
    return JSON.stringify(made.wrecks.reduce(wrecked, body)) ?? ''
  }
  const json = JSON.stringify(body)
  if (how === 'no JSON') {
    return made.text(json)
  }
  return how === 'other content type' && made.other.includes('yaml') ? yamlOf(body) : json
}

/** Under `application/yaml` the body is the manifests. */
function yamlOf(body: unknown): string {
  const manifests = Object(Object(body).target).manifests
  return typeof manifests === 'string'
    ? manifests
    : [manifests ?? body]
        .flat()
        .map((each) => JSON.stringify(each))
        .join('\n---\n')
}

/** Any operation: those that change something or dial are asked more often. */
export function anyAsked(known: Known): fc.Arbitrary<Asking> {
  return fc.oneof(
    ...OPERATIONS.map((operation) => ({
      weight: operation.body === null ? 2 : 6,
      arbitrary: askedOf(operation, known),
    })),
  )
}
