import fc from 'fast-check'
import { JSONPathEnvironment, type JSONValue } from 'json-p3'
import { describe, expect, it } from 'vitest'
import { ProblemError } from '../lib/problem.ts'
import { compileJsonPath } from './json-path.ts'
import { createMeter, STEPS_MAX, TooCostlyError } from './meter.ts'

const refusal = (compile: () => unknown) => {
  try {
    compile()
  } catch (error) {
    if (error instanceof ProblemError) {
      return [error.code, error.errors[0]?.pointer, error.detail]
    }
    throw error
  }
  return null
}

const select = (path: string, document: unknown) => compileJsonPath(path).select(document, createMeter())

/** Steps of a selection; what is spent where it is too costly. */
function cost(path: string, document: unknown): number {
  const meter = createMeter()
  try {
    compileJsonPath(path).select(document, meter)
  } catch (error) {
    if (!(error instanceof TooCostlyError)) {
      throw error
    }
  }
  return meter.spent
}

/** Queries put together at random of all that may be asked. */
const name = fc.constantFrom('a', 'b', 'c')
const selector = fc.oneof(
  fc.constantFrom('*', '0', '-1', '1', '::2', '::-1', '1:', ':-1', '3:0:-1', '-9:9', '::0'),
  name.map((name) => `'${name}'`),
)
const singular = fc
  .tuple(
    fc.constantFrom('@', '$'),
    fc.array(
      fc.oneof(
        name.map((name) => `.${name}`),
        fc.constantFrom('[0]', '[-1]'),
      ),
      { maxLength: 2 },
    ),
  )
  .map(([root, parts]) => root + parts.join(''))
const nodes = fc.tuple(singular, fc.constantFrom('', '.*', '[*]', '[0,1]', '[::-1]')).map((parts) => parts.join(''))
const comparable = fc.oneof(
  singular,
  fc.constantFrom('1', '0', '"a"', "'b'", 'true', 'null', '-1.5'),
  nodes.map((query) => `count(${query})`),
  nodes.map((query) => `value(${query})`),
  singular.map((query) => `length(${query})`),
)
const basic = fc.oneof(
  nodes,
  nodes.map((query) => `!${query}`),
  fc
    .tuple(comparable, fc.constantFrom('==', '!=', '<', '<=', '>', '>='), comparable)
    .map(([left, operator, right]) => `${left} ${operator} ${right}`),
)
const filter = fc
  .tuple(basic, fc.constantFrom('&&', '||'), basic, fc.boolean())
  .map(([left, operator, right, negated]) => `?${negated ? '!' : ''}(${left} ${operator} ${right})`)
const segment = fc.oneof(
  name.map((name) => `.${name}`),
  fc.constant('.*'),
  fc.array(selector, { minLength: 1, maxLength: 2 }).map((parts) => `[${parts.join(',')}]`),
  filter.map((filter) => `[${filter}]`),
)
const query = fc
  .tuple(
    fc.array(segment, { maxLength: 2 }),
    fc.constantFrom('', '..a', '..*', '..[0,1]'),
    fc.array(segment, { maxLength: 1 }),
  )
  .map(([before, descendant, after]) => `$${before.join('')}${descendant}${after.join('')}`)
const document = fc.letrec<{ any: JSONValue }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<JSONValue>(0, 1, -1.5, 'a', 'b', 'é😀', true, false, null),
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(name, tie('any'), { maxKeys: 3 }),
  ) as fc.Arbitrary<JSONValue>,
})).any

/** The library as RFC 9535 has it: its own length() counts halves of characters, where Unicode scalar values are meant (2.4.4). */
const library = new JSONPathEnvironment()
const lengthOf = library.functionRegister.get('length')
if (lengthOf === undefined) {
  throw new Error('the library has no length()')
}
library.functionRegister.set('length', {
  argTypes: lengthOf.argTypes,
  returnType: lengthOf.returnType,
  call: (value) => (typeof value === 'string' ? [...value].length : lengthOf.call(value)),
})

describe('compileJsonPath', () => {
  it.each([
    ['$.a[0].b', { a: [{ b: 1 }] }, [1]],
    ['$..b', { a: [{ b: 1 }, { b: 2 }] }, [1, 2]],
    ['$.a[?@.b > 1].b', { a: [{ b: 1 }, { b: 2 }] }, [2]],
    ['$.a[?length(@.b) == 2]', { a: [{ b: 'xy' }, { b: 'x' }] }, [{ b: 'xy' }]],
    ['$.a[?length(@) == 2]', { a: ['é😀', '😀', 'xy'] }, ['é😀', 'xy']],
    ['$["a","b"]', { a: 1, b: 2 }, [1, 2]],
    ['$.constructor', {}, []],
  ])('selects %s', (path, document, selected) => {
    expect(select(path, document)).toEqual(selected)
  })

  it('selects what the library selects that has read it', () => {
    fc.assert(
      fc.property(query, document, (path, document) => {
        if (refusal(() => compileJsonPath(path)) !== null) {
          return
        }
        expect(select(path, document)).toEqual(library.query(path, document).values())
      }),
      { numRuns: 3000 },
    )
  })

  it.each([
    ['$.', 'RFC 9535 does not read it'],
    ['a.b', 'RFC 9535 does not read it'],
    ['$[?nothing(@)]', 'RFC 9535 does not read it'],
    ['$[?count(1) == 1]', 'RFC 9535 does not read it'],
    ['$..*..*', 'more than 1 descendant segment (..)'],
    ['$.a[?@..b]', 'a descendant segment (..) within a filter'],
    ['$.a[?@.b[?@.c]]', 'a filter within a filter'],
    ['$.a[?count(@.b[?@.c]) == 1]', 'a filter within a filter'],
    ['$.a[?match(@.b, "(a+)+")]', 'the function match(): use matchesRegexp'],
    ['$.a[?!search(@.b, "(a+)+")]', 'the function search(): use matchesRegexp'],
    ['$[*,*,*][*,*,*][*,*,*]', 'too many selectors in brackets'],
    [`$${'[?@'.repeat(17)}${']'.repeat(17)}`, 'brackets nested deeper than 16'],
    [`$.${'a'.repeat(600)}`, 'longer than 500 characters'],
  ])('refuses %s: %s', (path, why) => {
    expect(refusal(() => compileJsonPath(path, '/checks/0/expect/jsonPath/0/path'))).toEqual([
      'invalid_request',
      '/checks/0/expect/jsonPath/0/path',
      `not a JSONPath that can be asked here: ${why}`,
    ])
  })

  it('takes no bracket in a name for one that nests', () => {
    expect(select(`$['${'['.repeat(40)}\\'(']`, { [`${'['.repeat(40)}'(`]: 1 })).toEqual([1])
  })
})

/** D1 of trials/security.md, and others that make a parser go back: as long as they may be. */
const NESTED: readonly (readonly [string, (depth: number) => string])[] = [
  ['functions', (depth) => `$[?${'count('.repeat(depth)}@.a`],
  ['functions that are closed', (depth) => `$[?${'length('.repeat(depth)}@.a${')'.repeat(depth)} == 1]`],
  ['parentheses', (depth) => `$[?${'('.repeat(depth)}@.a`],
  ['parentheses that are closed', (depth) => `$[?${'('.repeat(depth)}@.a${')'.repeat(depth)}]`],
  ['negations', (depth) => `$[?${'!('.repeat(depth)}@.a${')'.repeat(depth)}]`],
  ['negations without parentheses', (depth) => `$[?${'!'.repeat(depth)}@.a]`],
  ['filters', (depth) => `$${'[?@'.repeat(depth)}${']'.repeat(depth)}`],
  ['conditions', (depth) => `$[?${'@.a && '.repeat(depth)}@.a`],
  ['comparisons', (depth) => `$[?${'@.a == 1 || '.repeat(depth)}`],
  ['spaces', (depth) => `$[?@.a${' '.repeat(depth)}`],
  ['quotes', (depth) => `$["${"\\'".repeat(depth)}`],
  ['minus', (depth) => `$[${'-'.repeat(depth)}1]`],
  ['slices', (depth) => `$[${':'.repeat(depth)}]`],
]

describe('reading a path', () => {
  it.each(NESTED)('ends at once, however deep: %s', (_name, path) => {
    const startedAt = performance.now()
    for (const depth of [1, 2, 4, 8, 12, 16, 17, 30, 70, 200, 1000]) {
      refusal(() => compileJsonPath(path(depth)))
    }
    // The parser that D1 was about took 7 s for the fifth of these
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })

  it('ends at once, whatever is written', () => {
    const token = fc.constantFrom(
      ...['$', '@', '.', '..', '[', ']', '(', ')', '?', '!', '*', ',', ':', '&&', '||', '==', '<', '-', '1', '1e9'],
      ...['"', "'", '\\', 'a', 'count(', 'length(', 'value(', 'match(', ' ', '\n', '😀', '#', '^', 'null'],
    )
    fc.assert(
      fc.property(
        fc.array(token, { minLength: 1, maxLength: 120 }),
        fc.constantFrom('', '$[?', '$.a[?@.b == '),
        (parts, head) => {
          const startedAt = performance.now()
          refusal(() => compileJsonPath(`${head}${parts.join('')}`))
          expect(performance.now() - startedAt).toBeLessThan(500)
        },
      ),
      { numRuns: 2000 },
    )
  })
})

const nested = (depth: number): unknown => {
  let value: unknown = 1
  for (let level = 0; level < depth; level++) {
    value = [value]
  }
  return value
}
const flat = (length: number) => Array.from({ length }, (_, index) => ({ a: index % 2, b: 'xy' }))

/** Products of a path and a body: each would take minutes where nobody counts. */
const PRODUCTS: readonly (readonly [path: string, body: unknown])[] = [
  ['$[?count($[*]) > 1]', flat(20_000)],
  ['$[?$[*]]', flat(20_000)],
  ['$[?length($.s) == 1]', { s: 'x'.repeat(100_000), ...flat(20_000) }],
  ['$..[?@ == $]', nested(60_000)],
  ['$..[?@ == @]', nested(60_000)],
  ['$..*', nested(100_000)],
  ['$..[*,*,*,*,*,*,*,*]', flat(40_000)],
  ['$[*,*][*,*][?@ == 1 || @ == 2 || @ == 3]', [flat(40_000)]],
  ['$..[?count(@.*) == count($.*) && count(@[*]) == count($[*])]', flat(40_000)],
  ['$[?@.b < $[0].b || @.b > $[0].b]', flat(40_000)],
  ['$..[::-1]', flat(40_000)],
]

describe('what a selection costs', () => {
  it.each(PRODUCTS)('is bounded: %s', (path, body) => {
    // One more than is allowed is seen once it is spent; no single step spends more than looking at the body once
    expect(cost(path, body)).toBeLessThan(STEPS_MAX + 300_000)
  })

  it.each([
    ['$..a', flat],
    ['$[?@.a == 1]', flat],
    ['$[?count(@.*) == 2 && length(@.b) == 2].b', flat],
    ['$..*', nested],
    ['$..[0,1]', nested],
  ])('grows with the body alone: %s', (path, body) => {
    const [one, two, four] = [500, 1000, 2000].map((size) => cost(path, body(size))) as [number, number, number]
    expect([two / one < 2.1, four / two < 2.1]).toEqual([true, true])
  })

  it('is little for the largest document that is queried', () => {
    expect(select('$..[?@.a == 1]', flat(40_000))).toHaveLength(10_000)
    expect(cost('$..[?@.a == 1]', flat(40_000))).toBeLessThan(2_000_000)
  })
})
