import { describe, expect, it } from 'vitest'
import { LABEL, POINTER, PORT, read, refusalOf, service, told } from '../../test/support/read-manifests.ts'
import { MAX_ERRORS } from './manifest-errors.ts'
import { MAX_OBJECTS } from './parse.ts'

describe('where a mistake is', () => {
  const bad = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'toad' }, spec: { ports: [{ port: 'http' }] } }
  const detail = `found "http", expected ${PORT}.`
  const here = { detail, object: 'Service/toad', field: 'spec.ports[0].port' }

  it('is told by document for text', () => {
    const text = `# one\n---\nkind: ConfigMap\n---\n${JSON.stringify(bad)}`
    const problem = refusalOf(text)
    expect(problem.errors).toEqual([{ ...here, pointer: POINTER, document: 2 }])
    expect([problem.code, problem.status, problem.detail]).toEqual([
      'invalid_manifest',
      422,
      `Service/toad spec.ports[0].port: ${detail}`,
    ])
  })

  it('is told by pointer for objects, also within Lists', () => {
    const list = { apiVersion: 'v1', kind: 'List', items: [{ apiVersion: 'v1', kind: 'ConfigMap' }, bad] }
    const annotated = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'node-1', labels: { 'example.com/a~b': 'x y' } },
    }
    const problem = refusalOf([bad, list, annotated])
    expect(problem.errors.map(({ pointer, object, field }) => [pointer, object, field])).toEqual([
      [`${POINTER}/0/spec/ports/0/port`, 'Service/toad', 'spec.ports[0].port'],
      [`${POINTER}/1/items/1/spec/ports/0/port`, 'Service/toad', 'spec.ports[0].port'],
      [`${POINTER}/2/metadata/labels/example.com~1a~0b`, 'Node/node-1', 'metadata.labels["example.com/a~b"]'],
    ])
    expect(problem.detail).toBe(
      `Service/toad spec.ports[0].port: ${detail} (3 mistakes in all, in 3 objects: see errors)`,
    )
  })

  it('is told by the place in the List where the object has no name', () => {
    const text = '{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Service, spec: {ports: [{port: 80}]}}]}'
    expect(refusalOf(text).errors).toEqual(
      told([['Service', 'items[0].metadata.name', `missing, expected the object's name: ${LABEL}.`]]),
    )
  })

  it('is counted beyond what is listed', () => {
    const many = Array.from({ length: MAX_ERRORS + 7 }, (_, at) => ({
      ...bad,
      metadata: { name: `toad-${at}` },
    }))
    const problem = refusalOf(many)
    expect(problem.errors).toHaveLength(MAX_ERRORS + 1)
    expect(problem.errors.at(-1)).toEqual({ pointer: POINTER, detail: '7 more mistakes not listed.' })
  })

  it('echoes no more than the beginning of a long value, whatever it holds', () => {
    const blanks = ' '.repeat(500_000)
    const [error] = refusalOf(service(`{type: "${'x'.repeat(500_000)}", ports: [{port: "80${blanks}"}]}`)).errors
    expect(error?.detail).toBe(
      `found "${'x'.repeat(80)}…", expected ClusterIP, NodePort, LoadBalancer or ExternalName.`,
    )
  })
})

describe('one object twice', () => {
  const toad = (port: number, namespace = '') =>
    service(`{ports: [{port: ${port}}]}`).replace(
      '{name: toad}',
      `{name: toad${namespace && `, namespace: ${namespace}`}}`,
    )

  it('is the last one, which is said if the two differ: trials row 17', () => {
    const { objects, ignored } = read([toad(80, 'a'), toad(80, 'b'), toad(81, 'a')].join('\n---\n'))
    expect(objects.services.map(({ meta, ports }) => [meta.namespace, ports[0]?.port])).toEqual([
      ['a', 81],
      ['b', 80],
    ])
    expect(ignored).toEqual([
      {
        object: 'Service/toad',
        reason:
          'document 1 holds another one of namespace a that differs: of several objects of one name the last counts, as with kubectl apply, that of document 3',
      },
    ])
  })

  it('is told by its place within Lists, and in objects that are sent as such', () => {
    const service = (port: number) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'toad' },
      spec: { ports: [{ port }] },
    })
    const list = (...items: unknown[]) => ({ apiVersion: 'v1', kind: 'List', items })
    const nested = [list(service(80), list(service(81))), { ...list(service(82)), kind: 'ServiceList' }]
    const inText = read(nested.map((each) => JSON.stringify(each)).join('\n---\n'))
    expect(inText.objects.services.map(({ ports }) => ports[0]?.port)).toEqual([82])
    expect(inText.ignored.map(({ reason }) => reason.replace(/ holds.*apply, /, ' < '))).toEqual([
      'items[0] of document 1 < that of items[0] of document 2',
      'items[1].items[0] of document 1 < that of items[0] of document 2',
    ])
    expect(read(nested).ignored.map(({ reason }) => reason.replace(/ holds.*apply, /, ' < '))).toEqual([
      'manifests[0].items[0] < that of manifests[1].items[0]',
      'manifests[0].items[1].items[0] < that of manifests[1].items[0]',
    ])
  })

  it('is one of each kind and namespace, whatever the API version', () => {
    const text = `
apiVersion: extensions/v1beta1
kind: Deployment
metadata: {name: toad}
spec: {replicas: 1, template: {spec: {containers: [{name: a}]}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: toad}
spec: {replicas: 2, template: {spec: {containers: [{name: a}]}}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: toad}
spec: {replicas: 3, template: {spec: {containers: [{name: a}]}}}`
    expect(read(text).objects.workloads.map(({ kind, replicas }) => [kind, replicas])).toEqual([
      ['Deployment', 2],
      ['StatefulSet', 3],
    ])
  })

  it('counts once if the two are alike', () => {
    const { objects } = read([toad(80), toad(80), toad(80, 'b')].join('\n---\n'))
    expect(objects.services.map(({ meta }) => [meta.name, meta.namespace])).toEqual([
      ['toad', null],
      ['toad', 'b'],
    ])
  })
})

it('refuses more objects than it would read', () => {
  const item = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } }
  const detail = `Found ${MAX_OBJECTS + 1} objects, expected at most ${MAX_OBJECTS}. Send fewer at once.`
  const problem = refusalOf(Array(MAX_OBJECTS + 1).fill(item))
  expect([problem.code, problem.detail, problem.errors]).toEqual([
    'invalid_manifest',
    detail,
    [{ pointer: POINTER, detail }],
  ])
})

it('refuses Lists within Lists without end', () => {
  let value: unknown = []
  for (let level = 0; level < 100_000; level++) {
    value = [value]
  }
  expect(refusalOf([value]).errors.map(({ detail }) => detail)).toEqual([
    'found a list, expected a Kubernetes object (apiVersion, kind, metadata, …).',
  ])
})

describe('a character that looks like another', () => {
  const TEXT = 'apiVersion: v1\nkind: Service\nmetadata:\n  name: toad\nspec:\n  ports:\n  - port: 80\n'
  const NO_PORTS = 'missing, expected a list with at least one port: [{port: 80, targetPort: 8080}].'

  it.each([
    ['an en dash in front of an item', TEXT.replace('- port', '\u2013 port'), 'Line 7 begins with an en dash (U+2013)'],
    ['a bullet in front of an item', TEXT.replace('- port', '\u2022 port'), 'Line 7 begins with a bullet (U+2022)'],
  ])('is told beside the field that is missing for it: %s', (_, text, begins) => {
    const hint = `${begins} where "-" should be. Replace it by a plain hyphen.`
    const problem = refusalOf(text)
    expect([problem.detail, problem.errors]).toEqual([
      `Service/toad spec.ports: ${NO_PORTS} ${hint}`,
      [
        { pointer: POINTER, detail: NO_PORTS, document: 1, object: 'Service/toad', field: 'spec.ports' },
        { pointer: POINTER, detail: hint },
      ],
    ])
  })

  it.each([
    ['a no-break space', TEXT.replace('80', '80\u00a0'), 'It holds a no-break space (U+00A0)'],
    ['a zero-width space', TEXT.replace('80', '"80\u200b"'), 'It holds a zero-width space (U+200B)'],
  ])('is named with the value that holds it: %s', (_, text, holds) => {
    const [error] = refusalOf(text).errors
    expect([error?.field, error?.detail.slice(error.detail.indexOf('It holds'))]).toEqual([
      'spec.ports[0].port',
      `${holds}: leave it out, or replace it by a plain space.`,
    ])
  })
})
