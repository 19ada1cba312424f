import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { joinManifests } from './join-manifests.ts'
import { parseManifests } from './parse.ts'

const yaml = (name: string): string =>
  `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\nspec: {ports: [{port: 80}]}\n`
const json = (name: string): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ port: 80 }] } }, null, 2)
const named = (...texts: readonly string[]) => texts.map((text, at) => ({ path: `${at}.yaml`, text }))
const read = (text: string): string[] =>
  parseManifests(text, { pointer: '' }).objects.services.map(({ meta }) => meta.name)

describe('several files of manifests', () => {
  it('are left as they are where there is one', () => {
    const text = `\n${yaml('a')}---`
    expect(joinManifests(named(text)).text).toBe(text)
  })

  const FORMS: readonly ((name: string) => string)[] = [
    yaml,
    json,
    (name) => `\uFEFF${yaml(name)}`,
    (name) => `---\n${yaml(name)}`,
    (name) => `# a remark\n\n---\n${yaml(name)}---\n`,
    (name) => `${yaml(name).trimEnd()}`,
    (name) => `${yaml(name)}...\n`,
    (name) => `[${json(name)}]`,
    (name) => `${json(name)}\n${json(`${name}-more`)}`,
    (name) => `${json(name)}\n---\n${yaml(`${name}-more`)}`,
    (name) => `# nothing of ${name}\n`,
    // Escapes of JSON that YAML does not know
    (name) => json(name).replace('"v1"', '"v1", "x": "\\/ \\ud83d\\ude00"'),
  ]

  it('are read as each of them is, whatever they are written in', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(FORMS.length - 1), { minLength: 1, maxLength: 5 }), (forms) => {
        const texts = forms.map((form, at) => FORMS[form]?.(`s${at}`) ?? '')
        const each = texts.flatMap((text) => (text.startsWith('# nothing') ? [] : read(text)))
        fc.pre(each.length > 0)
        expect(read(joinManifests(named(...texts)).text)).toEqual(each)
      }),
      { numRuns: 200 },
    )
  })

  it('are found again by line and by document', () => {
    const { text, fileOfLine, fileOfDocument } = joinManifests(
      named(yaml('a'), `---\n${yaml('b')}---\n${yaml('c')}`, json('d'), yaml('e')),
    )
    const line = (word: string) => text.split('\n').findIndex((each) => each.includes(word)) + 1
    expect(['name: a', 'name: b', 'name: c', 'name: e'].map((word) => fileOfLine(line(word)))).toEqual([
      { path: '0.yaml', line: 4 },
      { path: '1.yaml', line: 5 },
      { path: '1.yaml', line: 11 },
      { path: '3.yaml', line: 4 },
    ])
    expect(fileOfLine(line('"name": "d"'))).toBeNull()
    expect([1, 2, 3, 4, 5].map(fileOfDocument)).toEqual(['0.yaml', '1.yaml', '1.yaml', '2.yaml', '3.yaml'])
  })
})
