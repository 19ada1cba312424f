import { describe, expect, it } from 'vitest'
import { LABEL, POINTER, PORT, read, refusalOf, service, told } from '../../test/support/read-manifests.ts'
import { MAX_ERRORS } from './mistakes.ts'
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

  it('is a mistake if the two differ', () => {
    expect(refusalOf([toad(80, 'a'), toad(80, 'b'), toad(81, 'a')].join('\n---\n')).errors).toEqual([
      {
        pointer: POINTER,
        document: 3,
        object: 'Service/toad',
        field: 'metadata.name',
        detail:
          'found a second Service toad in namespace a that differs from the first, expected each object once. Leave one out.',
      },
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
  for (let level = 0; level < 100_000; level++) value = [value]
  expect(refusalOf([value]).errors.map(({ detail }) => detail)).toEqual([
    'found a list, expected a Kubernetes object (apiVersion, kind, metadata, …).',
  ])
})
