import { describe, expect, it } from 'vitest'
import { ProblemError } from '../lib/problem.ts'
import { MAX_DEPTH, MAX_DOCUMENTS, MAX_EXPANDED_NODES, readDocuments } from './documents.ts'

const POINTER = '/target/manifests'

function refusalOf(text: string): { code: string; status: number; detail: string; errors: unknown } {
  try {
    readDocuments(text, POINTER)
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    return { code: error.code, status: error.status, detail: error.detail, errors: error.errors }
  }
  throw new Error('was read')
}

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)

describe('readDocuments', () => {
  it.each<[string, string, unknown[]]>([
    [
      'several documents, empty ones kept in the count',
      '# head\n---\na: 1\n---\n---\nb: 2\n',
      [{ a: 1 }, null, { b: 2 }],
    ],
    ['JSON, indented with tabs', '{\n\t"a": [\n\t\t1,\n\t\t"\\ud83d\\ude00"\n\t]\n}', [{ a: [1, '😀'] }]],
    ['a byte order mark', '\uFEFFa: 1', [{ a: 1 }]],
    [
      'one at the beginning of each document, as of files put together',
      '\uFEFFa: 1\n---\n\uFEFFb: 2\n\uFEFF---\nc: 3\n',
      [{ a: 1 }, { b: 2 }, { c: 3 }],
    ],
    ['CRLF', 'a: 1\r\nb:\r\n  - c\r\n', [{ a: 1, b: ['c'] }]],
    [
      'booleans of YAML 1.1, as kubectl does',
      'a: yes\nb: off\nc: "yes"\nd: Norway',
      [{ a: true, b: false, c: 'yes', d: 'Norway' }],
    ],
    [
      'times, versions and clock-like text as they are',
      'a: 2026-05-30T12:00:00Z\nb: 1.2.3\nc: 12:30',
      [{ a: '2026-05-30T12:00:00Z', b: '1.2.3', c: '12:30' }],
    ],
    [
      'anchors, aliases and merge keys',
      'a: &a {x: 1}\nb: *a\nc: {<<: *a, z: 2}',
      [{ a: { x: 1 }, b: { x: 1 }, c: { x: 1, z: 2 } }],
    ],
    [
      'a key that is special in JavaScript',
      'constructor: 1\nhasOwnProperty: 2',
      [{ constructor: 1, hasOwnProperty: 2 }],
    ],
    [`${MAX_DEPTH - 1} levels`, nested(MAX_DEPTH - 1), [JSON.parse(nested(MAX_DEPTH - 1))]],
  ])('reads %s', (_name, text, documents) => {
    expect(readDocuments(text, POINTER)).toEqual(documents)
  })

  it('keeps __proto__ an ordinary key', () => {
    const [document] = readDocuments('__proto__: {polluted: true}\na: 1', POINTER)
    expect(Object.getPrototypeOf(document)).toBe(Object.prototype)
    expect(Object.keys(Object(document))).toEqual(['__proto__', 'a'])
  })

  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
  for (const [at, name] of [...'bcdefghi'].entries()) {
    bomb.push(`${name}: &${name} [${Array(10).fill(`*${'abcdefghi'[at]}`).join(', ')}]`)
  }
  const deepBomb = ['k99: &k99 {}']
  for (let at = 98; at >= 0; at--) deepBomb.push(`k${at}: &k${at} {kind: List, items: [*k${at + 1}]}`)

  it.each<[string, string, string]>([
    ['nothing', '', 'The manifests are empty. Send at least one Service, as YAML or JSON.'],
    ['blanks', ' \n\n', 'The manifests are empty. Send at least one Service, as YAML or JSON.'],
    [
      'remarks only',
      '# Service\n---\n# nothing\n',
      'The manifests hold comments only, or empty documents. Send at least one Service, as YAML or JSON.',
    ],
    [
      'a tab in the indentation',
      'spec:\n\tports: []',
      'Line 2, column 1: tab characters must not be used in indentation. Indent with spaces.',
    ],
    ['an indentation that fits nothing', 'a:\n  b: 1\n c: 2', 'Line 3, column 2: bad indentation of a mapping entry.'],
    [
      'a list that does not end',
      'a: [1, 2',
      'Line 1, column 9: unexpected end of the stream within a flow collection.',
    ],
    ['a key twice', 'kind: Service\nspec: {}\nkind: Pod', 'Line 3, column 1: duplicated mapping key.'],
    ['a key twice in one line', 'ports: [{port: 80, port: 81}]', 'Line 1, column 20: duplicated mapping key.'],
    [
      'an alias of another document',
      'a: &a {x: 1}\n---\nmetadata: {<<: *a}',
      'Line 3, column 17: unidentified alias. An alias (*name) needs its anchor (&name) before it in the same document.',
    ],
    ['a key twice in JSON', '{"a": 1, "a": 2}', 'Line 1, column 11: duplicated mapping key.'],
    [
      'a value with ": " in it',
      'description: see: below',
      'Line 1, column 17: bad indentation of a mapping entry. Put a value with ": " in it in quotes.',
    ],
    [
      'a value that begins with @',
      'name: @toad',
      'Line 1, column 7: bad indentation of a mapping entry. Put a value that begins with @, ` or % in quotes.',
    ],
    [
      'JSON texts one after the other',
      '{"kind": "Service"}\n{"kind": "Pod"}',
      'Line 2, column 1: end of the stream or a document separator is expected. ' +
        'Separate several JSON texts by a line with ---, or put them into one List.',
    ],
    [
      'a template',
      'metadata:\n  name: {{ .Release.Name }}',
      'Line 1, column 1: object-based map does not support complex keys. ' +
        'Line 2 holds an unrendered template: render it first, as with `helm template`.',
    ],
    ['HTML', '<!doctype html>\n<p>Sign in</p>', 'Line 1: this looks like HTML or XML, not like YAML or JSON.'],
    ['NUL', 'a: 1\nb: \0', 'Line 2, column 4: found a NUL character. Send the text as UTF-8.'],
    [
      'what was not UTF-8',
      'a: caf\uFFFD',
      'Line 1, column 7: found a character that was not UTF-8. Send the text as UTF-8.',
    ],
    ['100 levels', `a: ${nested(100)}`, `Line 1, column ${MAX_DEPTH + 3}: nesting exceeded maxDepth (${MAX_DEPTH}).`],
    [
      'aliases that explode',
      bomb.join('\n'),
      `The aliases (*name) expand to 1234567900 values, expected at most ${MAX_EXPANDED_NODES} values. Write the objects out.`,
    ],
    [
      'an alias within what it names',
      'a: &a {b: [*a]}',
      `The aliases (*name) expand without end or too deep, expected at most ${MAX_EXPANDED_NODES} values. Write the objects out.`,
    ],
    [
      'aliases that nest too deep',
      deepBomb.join('\n'),
      `The aliases (*name) expand without end or too deep, expected at most ${MAX_EXPANDED_NODES} values. Write the objects out.`,
    ],
    [
      'too many documents',
      '--- {}\n'.repeat(MAX_DOCUMENTS + 1),
      `Found ${MAX_DOCUMENTS + 1} documents, expected at most ${MAX_DOCUMENTS}. Send fewer objects at once.`,
    ],
  ])('refuses %s', (_name, text, detail) => {
    expect(refusalOf(text)).toEqual({
      code: 'malformed_manifests',
      status: 400,
      detail,
      errors: [{ pointer: POINTER, detail }],
    })
  })

  it.each([
    ['an alias', 'kind: Secret\nstringData:\n  password: *hunter2'],
    ['a tag', 'kind: Secret\nstringData:\n  password: !hunter2 x'],
    ['an escape', 'kind: Secret\nstringData:\n  password: "hunter2\\q"'],
    ['a remainder', 'kind: Secret\nstringData:\n  password: "x" hunter2'],
  ])('never repeats a value that it cannot read: %s', (_name, text) => {
    expect(JSON.stringify(refusalOf(text))).not.toContain('hunter2')
  })
})
