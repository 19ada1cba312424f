import { describe, expect, it } from 'vitest'
import { withoutSecrets } from './without-secrets.ts'

const SERVICE = 'apiVersion: v1\nkind: Service\nmetadata: {name: toad}\nspec: {ports: [{port: 80}]}\n'
const SECRET =
  'apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\ndata:\n  a: aHVudGVyMg==\nstringData:\n  b: |\n    hunter2\n'
const item = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line, at) => `${at === 0 ? '- ' : '  '}${line}`)
    .join('\n')
const json = (...values: unknown[]) => values.map((value) => JSON.stringify(value)).join('\n')
const secret = { apiVersion: 'v1', kind: 'Secret', data: { a: 'aHVudGVyMg==' } }
const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'toad' } }

describe('without Secrets', () => {
  it.each([
    ['a document', `${SERVICE}---\n${SECRET}---\n${SERVICE}`, 1],
    ['the first document', `# x\n${SECRET}---\n${SERVICE}`, 1],
    ['quoted', `${SECRET.replace('kind: Secret', '"kind" : "Secret" # x')}---\n${SERVICE}`, 1],
    ['with a tag', `${SECRET.replace('Secret', '!!str Secret')}---\n${SERVICE}`, 1],
    ['with CRLF', `${SERVICE}---\n${SECRET}`.replaceAll('\n', '\r\n'), 1],
    ['kind last', `${SERVICE}---\n${SECRET.replace('kind: Secret\n', '')}kind: Secret\n`, 1],
    ['a SecretList', `${SERVICE}---\napiVersion: v1\nkind: SecretList\nitems:\n${item(SECRET)}\n`, 1],
    ['an item', `apiVersion: v1\nitems:\n${item(SERVICE)}\n${item(SECRET)}\n${item(SERVICE)}\nkind: List\n`, 1],
    [
      'items, deeper',
      `kind: List\nitems:\n${`${item(SECRET)}\n${item(SERVICE)}\n${item(SECRET)}`.replaceAll(/^/gm, '    ')}\n`,
      2,
    ],
    [
      'an item with its dash alone',
      `kind: List\nitems:\n-\n${SECRET.replaceAll(/^(?=.)/gm, '  ')}${item(SERVICE)}\n`,
      1,
    ],
    ['of a sequence', `${item(SECRET)}\n${item(SERVICE)}\n`, 1],
    ['JSON', json(service, secret), 1],
    ['JSON of a List', json({ kind: 'List', items: [service, secret, { kind: 'List', items: [secret] }] }), 2],
    ['JSON and YAML', `${json(secret)}\n---\n${SERVICE}---\n${SECRET}`, 2],
  ])('%s', (_name, text, taken) => {
    const found = withoutSecrets(text)
    expect([found.taken, found.isDoubtful]).toEqual([taken, false])
    expect(found.text).not.toMatch(/hunter2|aHVudGVyMg/)
    expect(found.text).toContain('toad')
  })

  it('keeps the lines of YAML where they were', () => {
    const lines = withoutSecrets(`${SERVICE}---\n${SECRET}---\n${SERVICE}`).text.split('\n')
    expect([lines.length, lines.indexOf('kind: Service', 5)]).toEqual([20, 16])
  })

  it.each([
    ['in braces', `${SERVICE}---\n{kind: Secret, data: {a: aHVudGVyMg==}}\n`],
    ['in a list in brackets', `kind: List\nitems: [{kind: Service}, {kind: Secret, data: {a: hunter2}}]\n`],
    ['an item in braces', `kind: List\nitems:\n- {kind: Secret, data: {a: hunter2}}\n${item(SERVICE)}\n`],
    ['JSON that is cut off', '{"kind": "List", "items": [{"kind": "Secret", "data": {"a": "hunter2"}}'],
  ])('tells where it cannot be sure: %s', (_name, text) => {
    expect(withoutSecrets(text).isDoubtful).toBe(true)
  })

  it.each([
    [
      'a reference of a Gateway',
      'kind: Gateway\nspec:\n  listeners:\n  - tls:\n      certificateRefs:\n      - kind: Secret\n        name: x\n',
    ],
    ['a word', `${SERVICE}# kind: Secret\n`],
    ['an annotation', `${SERVICE.replace('{name: toad}', '{name: toad, annotations: {a: "kind: Secrets"}}')}`],
    ['text in a ConfigMap', 'kind: ConfigMap\ndata:\n  a: |\n    kind: Secret\n    data: x\n'],
    ['nothing', ''],
  ])('leaves %s', (_name, text) => {
    expect(withoutSecrets(text)).toEqual({ text, taken: 0, isDoubtful: false })
  })
})
