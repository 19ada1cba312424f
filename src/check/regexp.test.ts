import fc from 'fast-check'
import { RE2JS } from 're2js'
import { describe, expect, it } from 'vitest'
import { ProblemError } from '../lib/problem.ts'
import { atOnce, createMeter, STEPS_MAX, TooCostlyError } from './meter.ts'
import { compileRegexp, regexpBudget } from './regexp.ts'

const test = (pattern: string, text: string) => atOnce(compileRegexp(pattern).test(text, createMeter()))
const extract = (pattern: string, text: string) => atOnce(compileRegexp(pattern).extract(text, createMeter()))

/** Steps of a search; what is spent where it is too costly. */
function cost(pattern: string, text: string, how: 'test' | 'extract' = 'extract'): number {
  const meter = createMeter()
  try {
    atOnce<unknown>(compileRegexp(pattern)[how](text, meter))
  } catch (error) {
    if (!(error instanceof TooCostlyError)) {
      throw error
    }
  }
  return meter.spent
}

const refusal = (compile: () => unknown): string | null => {
  try {
    compile()
  } catch (error) {
    if (error instanceof ProblemError) {
      return error.errors[0]?.detail ?? null
    }
    throw error
  }
  return null
}

/** Everything that RE2 has, put together at random. */
const pattern = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    tie('atom'),
    tie('pair'),
    tie('either'),
    tie('repeated'),
    tie('group'),
    tie('flagged'),
  ),
  atom: fc.constantFrom(
    ...[
      'a',
      'b',
      'A',
      '.',
      '[ab]',
      '[^a]',
      '\\d',
      '\\w',
      '\\s',
      '\\b',
      '\\B',
      '^',
      '$',
      '\\A',
      '\\z',
      '\\pL',
      '[a-zé]',
    ],
    ...['é', '😀', '', '[😀-😂]', '\\n', '-', ' '],
  ),
  pair: fc.tuple(tie('any'), tie('any')).map(([left, right]) => `${left}${right}`),
  either: fc.tuple(tie('any'), tie('any')).map(([left, right]) => `(?:${left}|${right})`),
  repeated: fc
    .tuple(tie('any'), fc.constantFrom('*', '+', '?', '*?', '+?', '??', '{2}', '{1,3}', '{0,2}?', '{2,}'))
    .map(([inner, how]) => `(?:${inner})${how}`),
  group: tie('any').map((inner) => `(${inner})`),
  flagged: fc
    .tuple(tie('any'), fc.constantFrom('i', 's', 'm', 'U', 'im'))
    .map(([inner, flag]) => `(?${flag}:${inner})`),
})).any as fc.Arbitrary<string>
const text = fc
  .array(fc.constantFrom('a', 'b', 'A', 'aa', 'ab', 'é', '😀', '\n', ' ', '1', '_', '-', 'K', 'K'), { maxLength: 14 })
  .map((parts) => parts.join(''))

describe('compileRegexp', () => {
  it('finds what the library finds that has compiled it, and the same groups', () => {
    fc.assert(
      fc.property(pattern, text, (pattern, text) => {
        const matcher = RE2JS.compile(pattern).matcher(text)
        const found = matcher.find()
        const own = compileRegexp(pattern)
        expect(test(pattern, text)).toBe(found)
        for (let group = 0; group <= matcher.groupCount(); group++) {
          expect(atOnce(own.group(text, String(group), createMeter()))).toBe(found ? matcher.group(group) : null)
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('knows groups by name, and none that a pattern does not have', () => {
    const regexp = compileRegexp('(?P<who>\\w+)@(\\w+)')
    const group = (name: string) => atOnce(regexp.group('to toad@pond now', name, createMeter()))
    expect(['0', '1', 'who', '2', '3', 'constructor', '__proto__'].map(group)).toEqual([
      'toad@pond',
      'toad',
      'toad',
      'pond',
      null,
      null,
      null,
    ])
  })

  it('takes the first group, else the whole match', () => {
    expect([extract('(?i)TOAD-(\\d+)', 'a toad-17'), extract('t..d', 'a toad'), extract('(x)|d', 'toad')]).toEqual([
      '17',
      'toad',
      'd',
    ])
    expect([test('^a$', 'a'), test('^a$', 'b\na'), test('(?m)^a$', 'b\na')]).toEqual([true, false, true])
  })

  it.each(['(', 'a(?=b)', '(?<=a)b', '\\1', 'x'.repeat(1001), '(x{1000}){1000}'])('refuses %s', (pattern) => {
    expect(refusal(() => compileRegexp(pattern, '/checks/0'))).toMatch(/^not a regular expression of RE2/)
  })

  it.each(['(((abcdefghij){1,10}){1,10}){1,9}', '(\\pL\\pN\\pS){90}', '([^\\pL]{30}){30}'])(
    'refuses %s for its size',
    (pattern) => expect(refusal(() => compileRegexp(pattern))).toMatch(/^too large a regular expression/),
  )

  it('refuses what is too large together, and compiles no more of it', () => {
    const budget = regexpBudget()
    const patterns = Array.from({ length: 2000 }, (_, index) => `x${index}(a|b){500}`)
    const refused = patterns.findIndex((each) => refusal(() => compileRegexp(each, '', budget)) !== null)
    expect(refused).toBeGreaterThan(5)
    expect(refused).toBeLessThan(20)
    const startedAt = performance.now()
    for (const each of patterns.slice(refused)) {
      refusal(() => compileRegexp(each, '', budget))
    }
    expect(performance.now() - startedAt).toBeLessThan(500)
  })
})

/** D2 of trials/security.md, and other members: each grows with what it grows by. */
const HOSTILE: readonly (readonly [name: string, pattern: string, body: (length: number) => string])[] = [
  ['counts', '(a|b)*a(a|b){100}[cd]', (n) => 'ab'.repeat(n / 2)],
  ['nested counts', '((((a|b){1,6}){1,6}){1,6})[cd]', (n) => 'a'.repeat(n)],
  ['a responder', "You've hit (\\S+)", (n) => "You've hit  ".repeat(n / 12)],
  ['a responder, nearly', "You've hit (\\S+) *!", (n) => "You've hit xxxxx ".repeat(n / 17)],
  ['alternatives', `(?:${Array.from({ length: 60 }, (_, i) => `a{${i}}c`).join('|')})`, (n) => 'a'.repeat(n)],
  ['letters of any case', '(?i)(k|ſ|straße)+z', (n) => 'KſK'.repeat(n / 3)],
  ['classes', '(\\pL\\pN?)+\\pS', (n) => 'éa'.repeat(n / 2)],
  ['stars in stars', '((a*)*)*b', (n) => 'a'.repeat(n)],
  ['empty alternatives', '(|a|)*(|b|)*c', (n) => 'ab'.repeat(n / 2)],
  ['ends of words', '(\\b\\w+\\b\\W*)+z', (n) => 'ab '.repeat(n / 3)],
  ['a prefix that nearly is there', `${'a'.repeat(300)}b`, (n) => 'a'.repeat(n)],
  ['lines', '(?m)(^.*$\\n)*x', (n) => 'ab\n'.repeat(n / 3)],
]

describe('what a search costs', () => {
  it.each(HOSTILE)('grows with the text alone: %s', (_name, pattern, body) => {
    for (const how of ['test', 'extract'] as const) {
      const [one, two, four] = [510, 1020, 2040].map((length) => cost(pattern, body(length), how)) as [
        number,
        number,
        number,
      ]
      // From one doubling to the next: what comes before the threads are all there is no growth
      expect((four - two) / (two - one)).toBeLessThan(2.3)
      expect(four).toBeLessThanOrEqual(2040 * 2 * compileRegexp(pattern).size + 1000)
    }
  })

  it('grows with the program alone, for any pattern and text', () => {
    fc.assert(
      fc.property(pattern, text, (pattern, text) => {
        expect(cost(pattern, text)).toBeLessThanOrEqual((text.length + 1) * (3 * compileRegexp(pattern).size + 2))
      }),
    )
  })

  it.each(HOSTILE)('is bounded over the largest body: %s', (_name, pattern, body) => {
    expect(cost(pattern, body(1024 * 1024))).toBeLessThanOrEqual(STEPS_MAX + 10_000)
  })

  it('is paid in pieces, so that others have their turn between them', () => {
    const meter = createMeter()
    let before = 0
    let longest = 0
    const steps = compileRegexp('(a|b)*a(a|b){100}[cd]').test('ab'.repeat(20_000), meter)
    for (let step = steps.next(); !step.done; step = steps.next()) {
      longest = Math.max(longest, meter.spent - before)
      before = meter.spent
    }
    expect(longest).toBeLessThan(25_000)
  })
})
