/**
 * Arbitraries of fast-check from the schemas of `openapi.yaml`: values that the document allows, and often such as mean
 * something to Portolan.
 *
 * @module
 */
import fc from 'fast-check'
import { hostileString } from '../fixtures/hostile.ts'
import { resolved, type Schema } from './document.ts'

/** Beyond it nothing optional is made, so that recursive schemas end. */
const DEPTH_MAX = 7

/** Names that something in the server has, and values that mean much to it. */
const WORDS = [
  ...['toad', 'toad-svc', 'default', 'pond', 'frog', 'shop', 'http', 'https', 'edge', 'app', 'kube-system'],
  ...['127.0.0.1', '127.0.0.2', '10.96.0.7', '::1', '203.0.113.7', '0.0.0.0', '169.254.169.254', '127.0.0.1/8'],
  ...['toad.example', 'localhost', 'toad-svc.default.svc.cluster.local', 'http://127.0.0.1/', '*.example', '/healthz'],
  ...['5m', '24h', '7d', 'now', '2026-11-30T00:00:00Z', '1', '0', '-1', 'true', 'null', '', '*', 'a=b', 'app in (a,b)'],
  ...['$.a', '^ok$', '2xx', '200-299', '*/5 * * * *', '@daily', 'UTC', 'Europe/Berlin', 'W/"1"', 'wait=1', '99.9%'],
]

const words = fc.constantFrom(...WORDS)

const clamp = ({ minLength = 0, maxLength = Number.POSITIVE_INFINITY }: Schema, text: string): string =>
  [...text.padEnd(minLength, 'x')].slice(0, Math.min(maxLength, 4096)).join('')

const LENGTHS = fc.constantFrom(0, 1, 62, 63, 64, 253, 254, 1024)

function strings(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.format === 'date-time') {
    return fc
      .date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString())
  }
  const long = LENGTHS.map((length) => 'toad-'.repeat(length).slice(0, length))
  const free = fc.oneof({ weight: 6, arbitrary: words }, { weight: 1, arbitrary: hostileString }, long)
  const fitting = free.map((text) => clamp(schema, text))
  return schema.pattern === undefined
    ? fitting
    : fc.oneof({ weight: 3, arbitrary: fc.stringMatching(new RegExp(schema.pattern)) }, fitting)
}

function numbers(schema: Schema, isWhole: boolean): fc.Arbitrary<unknown> {
  const least = schema.minimum ?? (schema.exclusiveMinimum === undefined ? -1000 : schema.exclusiveMinimum + 1)
  const most = Math.max(least, schema.maximum ?? least + 100_000)
  const small = Math.min(most, least + 5)
  const whole = (max: number) => fc.integer({ min: Math.ceil(least), max: Math.max(Math.ceil(least), Math.floor(max)) })
  const edges = fc.constantFrom(least, most)
  return isWhole
    ? fc.oneof({ weight: 6, arbitrary: whole(small) }, { weight: 2, arbitrary: whole(most) }, edges)
    : fc.oneof(whole(small), edges, fc.double({ min: least, max: most, noNaN: true }))
}

function objects(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  const required = new Set(schema.required ?? [])
  const known = Object.entries(schema.properties ?? {}).filter(([name]) => required.has(name) || depth < DEPTH_MAX)
  const values = known.map(([name, of]) => {
    const value = fromSchema(of, depth + 1)
    return required.has(name) ? value.map((given) => [name, given] as const) : rarely(name, value)
  })
  const named = fc
    .tuple(...values)
    .map((pairs) => Object.fromEntries(pairs.filter((pair): pair is readonly [string, unknown] => pair !== null)))
  const { additionalProperties: more } = schema
  if (typeof more !== 'object' || depth >= DEPTH_MAX) {
    return named
  }
  const others = fc.dictionary(words, fromSchema(more, depth + 1), { maxKeys: 3 })
  return fc.tuple(others, named).map(([first, second]) => ({ ...first, ...second }))
}

/** An object of thirty optional fields has a few of them. */
const rarely = (name: string, value: fc.Arbitrary<unknown>): fc.Arbitrary<readonly [string, unknown] | null> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: value.map((given) => [name, given] as const) },
  )

function lists(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  const { minItems = 0, maxItems = 3, items = {} } = schema
  const most = Math.max(minItems, Math.min(maxItems, depth >= DEPTH_MAX ? minItems : minItems + 3))
  return fc.array(fromSchema(items, depth + 1), { minLength: minItems, maxLength: most })
}

/** All parts of an `allOf` as one schema; of its alternatives the caller takes one. */
function merged(parts: readonly Schema[]): Schema {
  const flat = parts.map((part) => {
    const { allOf, ...own } = resolved(part)
    return allOf === undefined ? own : merged([own, ...allOf])
  })
  return {
    ...Object.assign({}, ...flat),
    properties: Object.assign({}, ...flat.map(({ properties }) => properties)),
    required: flat.flatMap(({ required }) => required ?? []),
  }
}

/** @returns values that the schema allows, or nearly: where a pattern or an alternative is narrower than its example. */
export function fromSchema(of: Schema, depth = 0): fc.Arbitrary<unknown> {
  const schema = of.allOf === undefined ? resolved(of) : merged([of])
  if (schema.const !== undefined) {
    return fc.constant(schema.const)
  }
  if (schema.enum !== undefined) {
    return fc.constantFrom(...schema.enum)
  }
  const alternatives = schema.anyOf ?? schema.oneOf
  if (alternatives !== undefined && alternatives.length > 0) {
    return oneOf(alternatives, depth)
  }
  const types = [schema.type ?? []].flat()
  const made = types.map((type) => ofType(type, schema, depth))
  const value = made.length === 0 ? fc.oneof(words, fc.jsonValue({ maxDepth: 2 })) : fc.oneof(...made)
  return schema.example === undefined
    ? value
    : fc.oneof({ weight: 2, arbitrary: fc.constant(schema.example) }, { weight: 3, arbitrary: value })
}

function oneOf(alternatives: readonly Schema[], depth: number): fc.Arbitrary<unknown> {
  const simple = alternatives.filter((each) => !['object', 'array'].includes(String(resolved(each).type)))
  const taken = depth >= DEPTH_MAX && simple.length > 0 ? simple : alternatives
  return fc.oneof(...taken.map((each) => fromSchema(each, depth + 1)))
}

function ofType(type: string, schema: Schema, depth: number): fc.Arbitrary<unknown> {
  switch (type) {
    case 'string':
      return strings(schema)
    case 'integer':
      return numbers(schema, true)
    case 'number':
      return numbers(schema, false)
    case 'boolean':
      return fc.boolean()
    case 'array':
      return lists(schema, depth)
    case 'object':
      return objects(schema, depth)
    case 'null':
      return fc.constant(null)
    default:
      throw new Error(`openapi.yaml has a type ${type}, which nothing is generated from`)
  }
}
