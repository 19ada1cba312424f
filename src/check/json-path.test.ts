import { describe, expect, it } from 'vitest'
import { ProblemError } from '../lib/problem.ts'
import { compileJsonPath } from './json-path.ts'
import { compileRegexp } from './regexp.ts'

const refusal = (compile: () => unknown) => {
  try {
    compile()
  } catch (error) {
    if (error instanceof ProblemError) return [error.code, error.errors[0]?.pointer, error.detail]
    throw error
  }
  return null
}

describe('compileJsonPath', () => {
  it.each([
    ['$.a[0].b', { a: [{ b: 1 }] }, [1]],
    ['$..b', { a: [{ b: 1 }, { b: 2 }] }, [1, 2]],
    ['$.a[?@.b > 1].b', { a: [{ b: 1 }, { b: 2 }] }, [2]],
    ['$.a[?length(@.b) == 2]', { a: [{ b: 'xy' }, { b: 'x' }] }, [{ b: 'xy' }]],
    ['$["a","b"]', { a: 1, b: 2 }, [1, 2]],
  ])('selects %s', (path, document, selected) => {
    expect(compileJsonPath(path).select(document)).toEqual(selected)
  })

  it.each([
    ['$.', 'RFC 9535 does not read it'],
    ['a.b', 'RFC 9535 does not read it'],
    ['$..*..*', 'more than 1 descendant segment (..)'],
    ['$.a[?@..b]', 'a descendant segment (..) within a filter'],
    ['$.a[?@.b[?@.c]]', 'a filter within a filter'],
    ['$.a[?match(@.b, "(a+)+")]', 'the function match(): use matchesRegexp'],
    ['$.a[?search(@.b, "(a+)+")]', 'the function search(): use matchesRegexp'],
    ['$[*,*,*][*,*,*][*,*,*]', 'too many selectors in brackets'],
    [`$.${'a'.repeat(600)}`, 'longer than 500 characters'],
  ])('refuses %s: %s', (path, why) => {
    expect(refusal(() => compileJsonPath(path, '/checks/0/expect/jsonPath/0/path'))).toEqual([
      'invalid_request',
      '/checks/0/expect/jsonPath/0/path',
      `not a JSONPath that can be asked here: ${why}`,
    ])
  })

  it('is bounded over the largest document that is queried', () => {
    const document = Array.from({ length: 40_000 }, (_, index) => ({ a: index % 2 }))
    const startedAt = performance.now()
    expect(compileJsonPath('$..[?@.a == 1]').select(document)).toHaveLength(10_000)
    expect(performance.now() - startedAt).toBeLessThan(2000)
  })
})

describe('compileRegexp', () => {
  it('reads what RE2 reads', () => {
    expect(compileRegexp('(?i)TOAD-(\\d+)').extract('a toad-17')).toBe('17')
    expect([compileRegexp('^a$').test('a'), compileRegexp('^a$').test('b\na')]).toEqual([true, false])
  })

  it.each(['(', 'a(?=b)', '\\1', 'x'.repeat(1001)])('refuses %s', (pattern) => {
    expect(refusal(() => compileRegexp(pattern, '/checks/0'))?.slice(0, 2)).toEqual(['invalid_request', '/checks/0'])
  })
})
