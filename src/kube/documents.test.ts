import { describe, expect, it } from 'vitest'
import { ProblemError } from '../lib/problem.ts'
import { MAX_DEPTH, MAX_DOCUMENTS, readDocuments } from './documents.ts'

const POINTER = '/target/manifests'

function refusalOf(text: string): { code: string; status: number; detail: string; errors: unknown } {
  try {
    readDocuments(text, POINTER)
  } catch (error) {
    if (!(error instanceof ProblemError)) {
      throw error
    }
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
    expect(readDocuments(text, POINTER).values).toEqual(documents)
  })

  it('reads JSON texts one after the other, as kubectl does', () => {
    expect(readDocuments('{"a": 1}\n{"b": 2}{"c": 3}\n', POINTER).values).toEqual([{ a: 1 }, { b: 2 }, { c: 3 }])
    expect(readDocuments('{"a": 1}\n---\nb: 2\n', POINTER).values).toEqual([{ a: 1 }, { b: 2 }])
  })

  it('takes the last of equal keys, as kubectl does, and says so', () => {
    expect(readDocuments('kind: Service\nspec: {a: 1, a: 2}\nkind: Pod\n', POINTER)).toEqual({
      values: [{ kind: 'Pod', spec: { a: 2 } }],
      oddities: [
        {
          document: 1,
          reason:
            'Line 2, column 14: this key is there already; the last one counts, as with kubectl (and 1 more key in this document)',
        },
      ],
    })
  })

  it('reads nothing behind the end of a document, as kubectl does, and says so', () => {
    expect(readDocuments('a: 1\n...\nb: 2\n---\nc: 3\n', POINTER)).toEqual({
      values: [{ a: 1 }, { c: 3 }],
      oddities: [
        {
          document: 1,
          reason: 'Line 3, column 1: the document has ended here; what follows is not read, as with kubectl',
        },
      ],
    })
  })

  it('bounds what aliases stand for in all documents together', () => {
    // Each by itself is taken: 98.8 % of 324,000 nodes.
    const one = `a: &a [${'x, '.repeat(3999)}x]\nb: [${Array(80).fill('*a').join(', ')}]\n`
    expect(refusalOf(Array(5).fill(one).join('---\n')).detail).toMatch(/^Line 11, .*excessive aliasing/)
  })

  it('keeps __proto__ an ordinary key', () => {
    const [document] = readDocuments('__proto__: {polluted: true}\na: 1', POINTER).values
    expect(Object.getPrototypeOf(document)).toBe(Object.prototype)
    expect(Object.keys(Object(document))).toEqual(['__proto__', 'a'])
  })

  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
  for (const [at, name] of [...'bcdefghi'].entries()) {
    bomb.push(`${name}: &${name} [${Array(10).fill(`*${'abcdefghi'[at]}`).join(', ')}]`)
  }
  const deepBomb = ['k99: &k99 {}']
  for (let at = 98; at >= 0; at--) {
    deepBomb.push(`k${at}: &k${at} {kind: List, items: [*k${at + 1}]}`)
  }

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
      'Line 2, column 1: found character that cannot start any token. Indent with spaces, not with tabs.',
    ],
    [
      'an indentation that fits nothing',
      'a:\n  b: 1\n c: 2',
      'Line 3, column 2: did not find expected key in a mapping that begins in line 1.',
    ],
    [
      'a list that does not end',
      'a: [1, 2',
      "Line 1, column 9: did not find expected ',' or ']' in a list in brackets that begins in line 1. " +
        'Close it with "]", or put a comma between what is in it.',
    ],
    [
      'a brace that is not closed, by the line of the brace',
      'kind: Service\nspec: {\n  a: 1\n---\nkind: Pod',
      "Line 4, column 1: did not find expected ',' or '}' in a mapping in braces that begins in line 2. " +
        'Close it with "}", or put a comma between what is in it.',
    ],
    [
      'a quoted text that does not end, by the line where it begins',
      'a: 1\nb: "x\nc: 2',
      'Line 3, column 5: found unexpected end of stream in a quoted text that begins in line 2.',
    ],
    [
      'an alias of another document',
      'a: &a {x: 1}\n---\nmetadata: {<<: *a}',
      'Line 3, column 16: unknown anchor referenced. An alias (*name) needs its anchor (&name) before it in the same document.',
    ],
    [
      'a value with ": " in it',
      'description: see: below',
      'Line 1, column 17: mapping values are not allowed in this context. Put a value with ": " in it in quotes.',
    ],
    [
      'a value that begins with @',
      'name: @toad',
      'Line 1, column 7: found character that cannot start any token. Put a value that begins with @, ` or % in quotes.',
    ],
    [
      'YAML behind several JSON texts',
      '{"kind": "Service"}\n{"kind": "Pod"}\n---\nkind: Node',
      'Line 3, column 1: this is no JSON, as what stands before it is. ' +
        'Separate all texts by a line with ---, or send JSON alone.',
    ],
    [
      'something behind a separator',
      'a: 1\n--- {b: 2}\n',
      'Line 2, column 4: something stands behind the document separator (---). Put --- on a line of its own.',
    ],
    [
      'a directive',
      '%YAML 1.2\n---\na: 1\n',
      'Line 1, column 1: found incompatible YAML document. Leave out the line with %YAML.',
    ],
    [
      'a number that JSON has not',
      'a: .inf',
      'Line 1, column 1: unsupported value .inf or .nan. JSON, which kubectl sends, has no such number.',
    ],
    [
      'a template',
      'metadata:\n  name: {{ .Release.Name }}',
      'Line 2, column 10: invalid map key. ' +
        'Line 2 holds an unrendered template: render it first, as with `helm template`.',
    ],
    [
      'NUL',
      'a: 1\nb: \0',
      'Line 2, column 4: control characters are not allowed. Leave the character out, or send the text as UTF-8.',
    ],
    ['100 levels', `a: ${nested(100)}`, `Line 1, column ${MAX_DEPTH + 3}: exceeded max depth of ${MAX_DEPTH}.`],
    [
      'aliases that explode',
      bomb.join('\n'),
      'Line 4, column 16: document contains excessive aliasing. Write the objects out.',
    ],
    [
      'an alias within what it names',
      'a: &a {b: [*a]}',
      'Line 1, column 12: anchor value contains itself. Write the objects out.',
    ],
    ['aliases that nest too deep', deepBomb.join('\n'), `Line 33, column 32: exceeded max depth of ${MAX_DEPTH}.`],
    [
      'too many documents',
      '---\n{}\n'.repeat(MAX_DOCUMENTS + 1),
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
    ['a tag', 'kind: Secret\nstringData:\n  password: !<hunter2 x'],
    ['an escape', 'kind: Secret\nstringData:\n  password: "hunter2\\q"'],
    ['a remainder', 'kind: Secret\nstringData:\n  password: "x" hunter2'],
  ])('never repeats a value that it cannot read: %s', (_name, text) => {
    expect(JSON.stringify(refusalOf(text))).not.toContain('hunter2')
  })
})
