/**
 * Compares two OpenAPI documents of this API and names what breaks callers, by the rules of `docs/versioning.md`:
 * requests must not be refused that were taken, and answers must not lack or contradict what they had.
 *
 * Knows the keywords that `openapi.yaml` uses, and throws at others that would change the result.
 *
 * @module
 */

type Json = Readonly<Record<string, unknown>>
/** What callers send may be narrowed in no way; what they get may grow by properties and by values of enumerations. */
type Direction = 'request' | 'response'

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options']
/** Keywords that say nothing about which values there are. */
const SILENT = ['description', 'example', 'default', 'deprecated', 'discriminator', 'title']
const KNOWN = new Set([
  ...SILENT,
  ...['$ref', 'type', 'enum', 'format', 'pattern', 'allOf', 'anyOf', 'oneOf'],
  ...['properties', 'required', 'additionalProperties', 'items'],
  ...['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'maximum', 'exclusiveMaximum', 'maxLength', 'maxItems'],
])
const LOWER = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems']
const UPPER = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems']

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const object = (value: unknown): Json => (isObject(value) ? value : {})
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const nameOf = (ref: unknown): string => String(ref).split('/').at(-1) ?? ''

/** Follows a reference, and merges what stands beside it and in `allOf`. */
function resolve(document: Json, schema: Json): Json {
  const strange = Object.keys(schema).find((keyword) => !KNOWN.has(keyword))
  if (strange !== undefined) {
    throw new Error(`scripts/breaking-changes.ts does not know the keyword ${strange}: add it`)
  }
  const { $ref, allOf, ...own } = schema
  const target = $ref === undefined ? [] : [object(object(object(document.components).schemas)[nameOf($ref)])]
  const parts = [...[...target, ...list(allOf).map(object)].map((part) => resolve(document, part)), own]
  const properties = Object.assign({}, ...parts.map((part) => object(part.properties)))
  const required = parts.flatMap((part) => list(part.required))
  return Object.assign({}, ...parts, Object.keys(properties).length > 0 && { properties, required })
}

/** The alternatives that a schema has: one for each entry of `anyOf` and each type. */
function alternatives(document: Json, schema: Json): Json[] {
  const resolved = resolve(document, schema)
  if (resolved.anyOf !== undefined || resolved.oneOf !== undefined) {
    return choices(resolved).flatMap((choice) => alternatives(document, choice))
  }
  const { type } = resolved
  return Array.isArray(type) ? type.map((each) => ({ ...resolved, type: each })) : [resolved]
}

/** The entries of `anyOf` as they are written, or the schema itself. */
function choices(schema: Json): readonly Json[] {
  const { anyOf = schema.oneOf } = schema
  return anyOf === undefined ? [schema] : list(anyOf).map(object)
}

/** The component that a schema is, and nothing else. */
const refOf = ({ $ref, allOf }: Json): string | null =>
  $ref === undefined || allOf !== undefined ? null : String($ref)

const typeOf = ({ type }: Json): string => String(type ?? 'anything')

/** Tells whether every value of type `inner` is one of type `outer`. */
const isWithin = (inner: Json, outer: Json): boolean =>
  outer.type === undefined || inner.type === outer.type || (inner.type === 'integer' && outer.type === 'number')

/** @returns a line for each change that breaks callers, each once, with the place that it stands in. */
export function breakingChanges(before: Json, after: Json): string[] {
  /** Components that both documents have are compared once for each direction, wherever they are referred to. */
  const components = new Map<string, string[]>()

  function compare(direction: Direction, was: Json, is: Json, at: string): string[] {
    const [oldChoices, newChoices] = [choices(was), choices(is)]
    const shared = new Set(oldChoices.map(refOf).filter((ref) => ref !== null && newChoices.map(refOf).includes(ref)))
    for (const ref of shared) {
      compareComponent(direction, nameOf(ref))
    }
    const olds = alternatives(before, was)
    const news = alternatives(after, is)
    const others = (document: Json, of: readonly Json[]): Json[] =>
      of.filter((choice) => !shared.has(refOf(choice))).flatMap((choice) => alternatives(document, choice))
    if (direction === 'request') {
      return others(before, oldChoices).flatMap((old) =>
        closest(
          news.filter((each) => isWithin(old, each)).map((each) => leaf(direction, old, each, at)),
          `${at}: ${typeOf(old)} is no longer accepted`,
        ),
      )
    }
    return others(after, newChoices).flatMap((each) =>
      closest(
        olds.filter((old) => isWithin(each, old)).map((old) => leaf(direction, old, each, at)),
        `${at}: may now be ${typeOf(each)}`,
      ),
    )
  }

  function compareComponent(direction: Direction, name: string): void {
    const key = `${name} in a ${direction}`
    if (components.has(key)) {
      return
    }
    components.set(key, [])
    const [was, is] = [before, after].map((document) => object(object(object(document.components).schemas)[name]))
    components.set(key, compare(direction, was ?? {}, is ?? {}, key))
  }

  function leaf(direction: Direction, was: Json, is: Json, at: string): string[] {
    return [
      ...compareValues(direction, was, is, at),
      ...(direction === 'request' ? compareBounds(was, is, at) : []),
      ...compareProperties(direction, was, is, at),
      ...(isObject(was.items) && isObject(is.items) ? compare(direction, was.items, is.items, `${at}[]`) : []),
    ]
  }

  function compareProperties(direction: Direction, was: Json, is: Json, at: string): string[] {
    const [olds, news] = [object(was.properties), object(is.properties)]
    const gone = Object.entries(olds).filter(([name, schema]) => !(name in news) && object(schema).deprecated !== true)
    const required = new Set(list(was.required))
    const nowRequired = list(is.required).filter((name) => !required.has(name))
    const noLongerThere = [...required].filter((name) => String(name) in news && !list(is.required).includes(name))
    const others = [was.additionalProperties, is.additionalProperties]
    return [
      ...gone.map(([name]) => `${at}: the property ${name} is gone`),
      ...(direction === 'request' ? nowRequired : []).map((name) => `${at}: the property ${name} is now required`),
      ...(direction === 'response' ? noLongerThere : []).map((name) => `${at}: the property ${name} may now be absent`),
      ...Object.entries(olds)
        .filter(([name]) => name in news)
        .flatMap(([name, schema]) => compare(direction, object(schema), object(news[name]), `${at}.${name}`)),
      ...(isObject(others[0]) && isObject(others[1]) ? compare(direction, others[0], others[1], `${at}.*`) : []),
      ...(direction === 'request' && typeOf(was) === 'object' && others[0] !== false && others[1] === false
        ? [`${at}: other properties are now refused`]
        : []),
    ]
  }

  function compareParameters(was: readonly Json[], is: readonly Json[], at: string): string[] {
    const keyOf = (parameter: Json): string => `${parameter.in} parameter ${parameter.name}`
    const news = new Map(is.map((parameter) => [keyOf(parameter), parameter]))
    const olds = new Set(was.map(keyOf))
    return [
      ...was.flatMap((old) => {
        const now = news.get(keyOf(old))
        if (now === undefined) {
          return old.deprecated === true ? [] : [`${at}: the ${keyOf(old)} is gone`]
        }
        const needed = now.required === true && old.required !== true
        return [
          ...(needed ? [`${at}: the ${keyOf(old)} is now required`] : []),
          ...compare('request', object(old.schema), object(now.schema), `${at} ${keyOf(old)}`),
        ]
      }),
      ...is
        .filter((parameter) => parameter.required === true && !olds.has(keyOf(parameter)))
        .map((parameter) => `${at}: the ${keyOf(parameter)} is new and required`),
    ]
  }

  function compareContents(direction: Direction, was: Json, is: Json, at: string): string[] {
    const [olds, news] = [object(was.content), object(is.content)]
    return Object.entries(olds).flatMap(([type, old]) =>
      type in news
        ? compare(direction, object(object(old).schema), object(object(news[type]).schema), `${at} ${type}`)
        : [`${at}: the content type ${type} is gone`],
    )
  }

  function compareResponses(was: Json, is: Json, at: string): string[] {
    return Object.entries(was).flatMap(([status, old]) => {
      const now = is[status]
      if (now === undefined) {
        return /^[23]/.test(status) ? [`${at}: the response ${status} is gone`] : []
      }
      const headers = Object.keys(object(object(old).headers)).filter((name) => !(name in object(object(now).headers)))
      return [
        ...headers.map((name) => `${at} ${status}: the header ${name} is gone`),
        ...compareContents('response', object(old), object(now), `${at} ${status}`),
      ]
    })
  }

  function compareOperation(was: Json, is: Json, at: string): string[] {
    const [oldBody, newBody] = [object(was.requestBody), object(is.requestBody)]
    return [
      ...(was.operationId === is.operationId ? [] : [`${at}: the operationId was ${was.operationId}`]),
      ...(isOpen(before, was) && !isOpen(after, is) ? [`${at}: now needs a token`] : []),
      ...compareParameters(parametersOf(before, was), parametersOf(after, is), at),
      ...(oldBody.required !== true && newBody.required === true ? [`${at}: a body is now required`] : []),
      ...compareContents('request', oldBody, newBody, `${at} body`),
      ...compareResponses(object(was.responses), object(is.responses), at),
    ]
  }

  const operations = Object.entries(object(before.paths)).flatMap(([path, old]) => {
    const now = object(object(after.paths)[path])
    return METHODS.filter((method) => method in object(old)).flatMap((method) => {
      const [was, at] = [object(object(old)[method]), `${method.toUpperCase()} ${path}`]
      if (!(method in now)) {
        return was.deprecated === true ? [] : [`${at}: is gone`]
      }
      return compareOperation(was, object(now[method]), at)
    })
  })
  return [...new Set([...operations, ...[...components.values()].flat()])]
}

/** Returns the reading that complains least. */
function closest(complaints: readonly string[][], none: string): string[] {
  return complaints.toSorted((a, b) => a.length - b.length)[0] ?? [none]
}

function compareValues(direction: Direction, was: Json, is: Json, at: string): string[] {
  const [olds, news] = [list(was.enum), list(is.enum)]
  const gone = news.length === 0 ? [] : olds.filter((value) => !news.includes(value))
  const says = direction === 'request' ? 'is no longer accepted' : 'is gone'
  return [
    ...gone.map((value) => `${at}: the value ${JSON.stringify(value)} ${says}`),
    ...(direction === 'request' && olds.length === 0 && news.length > 0
      ? [`${at}: now takes certain values only`]
      : []),
    ...(direction === 'response' && olds.length > 0 && news.length === 0
      ? [`${at}: may now be any ${typeOf(is)}`]
      : []),
    ...(was.format === is.format || (direction === 'request' && is.format === undefined)
      ? []
      : [`${at}: the format was ${was.format ?? 'none'}, and is ${is.format ?? 'none'}`]),
  ]
}

function compareBounds(was: Json, is: Json, at: string): string[] {
  if (was.enum !== undefined) {
    const refused = list(was.enum).filter((value) => typeof value === 'string' && !fits(value, is))
    return refused.map((value) => `${at}: the value ${JSON.stringify(value)} is no longer accepted`)
  }
  const narrower = (keyword: string, sign: 1 | -1): boolean => {
    const [old, now] = [was[keyword], is[keyword]]
    return typeof now === 'number' && (typeof old !== 'number' || sign * now > sign * old)
  }
  return [
    ...LOWER.filter((keyword) => narrower(keyword, 1)),
    ...UPPER.filter((keyword) => narrower(keyword, -1)),
    ...(is.pattern === undefined || is.pattern === was.pattern ? [] : ['pattern']),
  ].map((keyword) => `${at}: ${keyword} was ${was[keyword] ?? 'not set'}, and is ${is[keyword]}`)
}

const fits = (text: string, { minLength = 0, maxLength = text.length, pattern = '' }: Json): boolean =>
  text.length >= Number(minLength) && text.length <= Number(maxLength) && new RegExp(String(pattern), 'u').test(text)

function parametersOf(document: Json, { parameters }: Json): Json[] {
  const known = object(object(document.components).parameters)
  return list(parameters)
    .map(object)
    .map((parameter) => ('$ref' in parameter ? object(known[nameOf(parameter.$ref)]) : parameter))
}

/** Tells whether an operation can be called without a token. */
const isOpen = (document: Json, { security }: Json): boolean => {
  const needs = list(security ?? document.security)
  return needs.length === 0 || needs.some((each) => Object.keys(object(each)).length === 0)
}
