import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { planOf } from '../../test/support/plan-text.ts'
import { read, refusalOf } from '../../test/support/read-manifests.ts'
import { readDocuments } from './documents.ts'

const trial = (name: string) =>
  readFileSync(new URL(`../../test/fixtures/trials/${name}.yaml`, import.meta.url), 'utf8')

describe('rows of the trials', () => {
  it('01: a flow collection may close at the margin', () => {
    expect(read(trial('01-flow-closing-bracket')).objects.services).toMatchObject([
      { selector: { app: 'toad' }, ports: [{ port: 80, targetPort: 8080 }] },
    ])
  })

  it('02: a quoted text may go on further left', () => {
    const { values } = readDocuments(trial('02-quoted-scalar-continues-left'), '')
    expect(values).toMatchObject([{ metadata: { annotations: { 'example.com/remark': 'two lines of one remark' } } }])
  })

  it('11: a node port without type NodePort is refused', () => {
    expect(refusalOf(trial('11-nodeport-on-clusterip-type')).errors.map(({ field }) => field)).toEqual([
      'spec.ports[0].nodePort',
    ])
  })

  it('17: of two Deployments of one name the last counts, and the plan says so', () => {
    const { objects, ignored } = read(trial('17-unrelated-duplicate'))
    expect(objects.workloads.map(({ meta, replicas }) => [meta.name, replicas])).toEqual([['frog', 2]])
    expect(ignored.map(({ object }) => object)).toEqual(['Deployment/frog'])
  })

  it('18: the Service of the namespace asked for wins', () => {
    const manifests = readDocuments(trial('18-same-name-with-and-without-namespace'), '').values
    expect(planOf([...manifests], { target: { service: 'a', namespace: 'other' } }).target).toMatchObject({
      namespace: 'other',
      service: 'a',
    })
  })
})

describe('reading is bounded, whatever is sent', () => {
  it.each<[string, string]>([
    ['names of objects', `service/${'a/'.repeat(20_000)}!`],
    ['keys in one line', 'apiVersion:'.repeat(20_000)],
    ['Base64 with blanks', `${'A'.repeat(30)}${' '.repeat(200_000)}!`],
    ['quotes', `{"${'"a'.repeat(100_000)}`],
    ['describe', 'Name: a\n'.repeat(20_000)],
    ['odd places', `${'a:'.repeat(100_000)}\u00a0`],
    ['open brackets', '['.repeat(200_000)],
    ['open braces', '{'.repeat(200_000)],
    ['keys', '? '.repeat(100_000)],
    ['dashes', '- '.repeat(100_000)],
    ['anchors', '&a '.repeat(100_000)],
    ['one key, again and again', 'a: 1\n'.repeat(100_000)],
    ['separators', '---\n'.repeat(9_000)],
    ['JSON mappings', '{}'.repeat(9_000)],
    ['JSON that does not end', `${'{}'.repeat(5_000)}{`],
  ])('%s', (_name, text) => {
    const before = process.cpuUsage().user
    try {
      read(text)
    } catch {
      // Refused is as good as read here.
    }
    expect((process.cpuUsage().user - before) / 1000).toBeLessThan(2_000)
  })
})

describe('a text as long as a body may be is no fault of ours', () => {
  const LENGTH = 2 ** 24
  it.each<[string, string]>([
    ['JSON with a long text, and more behind it', `{"a": "${'x'.repeat(LENGTH - 20)}"}{"b": 1}`],
    ['JSON with a long text that nothing closes', `{"a": "${'x'.repeat(LENGTH - 20)}`],
    ['dashes in one line', '- '.repeat(LENGTH / 2)],
    ['a number with underscores', `.1${'_1'.repeat(LENGTH / 2 - 1)}`],
  ])('%s', (_name, text) => {
    expect(refusalOf(text).status).toBeOneOf([400, 422])
  })
})
