import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { dump } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { readDocuments } from './documents.ts'
import { fieldName, isMapping, type Step } from './fields.ts'
import { placesIn, stepsOf } from './manifest-places.ts'

const TEXT = `# a toad and its pond
apiVersion: v1
kind: Service
metadata:
  name: toad
  labels: {app.kubernetes.io/name: "toad", 'quoted': x}
spec:
  ports:
  - name: http # the only one
    port: 80
    targetPort: 8080
---
{
  "apiVersion": "v1", "kind": "List",
  "items": [
    {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "frog", "namespace": "pond"},
     "spec": {"ports": [{"port": 80}, {"port": 443}]}},
    {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "frog", "namespace": "lake"}}
  ]
}
`
const files = [{ path: 'k8s/toad.yaml', text: TEXT }]
const lines = TEXT.split('\n')
/** The text of the place, and its line. */
const shown = (object: string, field: string, namespace = 'pond') => {
  const place = placesIn(files).find(object, field, namespace)
  return place && [place.line, lines[place.line - 1]?.slice(place.column - 1, place.endColumn - 1)]
}

describe('the place of a field', () => {
  it.each([
    ['Service/toad', 'metadata.name', [5, 'name: toad']],
    ['Service/toad', 'spec.ports[0].targetPort', [11, 'targetPort: 8080']],
    ['Service/toad', 'spec.ports[0].name', [9, 'name: http']],
    ['Service/toad', 'spec.ports[0]', [9, 'name: http']],
    ['Service/toad', 'spec.ports', [8, 'ports']],
    ['Service/toad', 'metadata.labels["app.kubernetes.io/name"]', [6, 'app.kubernetes.io/name: "toad"']],
    ['Service/toad', 'metadata.labels["quoted"]', [6, "'quoted': x"]],
    ['Service/frog', 'spec.ports[1].port', [17, '"port": 443']],
  ])('%s %s is that of its key', (object, field, expected) => {
    expect(shown(object, field)).toEqual(expected)
  })

  it('is that of as much as is written', () => {
    expect(shown('Service/toad', 'spec.selector')).toEqual([7, 'spec'])
    expect(shown('Service/toad', 'spec.ports[].port')).toEqual([8, 'ports'])
    expect(shown('Service/toad', 'status.loadBalancer')).toEqual([2, 'apiVersion: v1'])
  })

  it('is in the object of that namespace, else in one without, else in the last', () => {
    expect(shown('Service/frog', 'metadata.name', 'lake')).toEqual([18, '"name": "frog"'])
    expect(shown('Service/frog', 'metadata.name', 'pond')).toEqual([16, '"name": "frog"'])
    expect(shown('Service/frog', 'metadata.name', 'river')).toEqual([18, '"name": "frog"'])
    expect(shown('Service/newt', 'metadata.name')).toBeNull()
  })

  it('is in the file that holds it; one that cannot be read holds nothing', () => {
    const [own] = files
    const several = [{ path: 'a.yaml', text: 'a: b: c' }, ...(own ? [own] : []), { path: 'b.json', text: '{"kind": ' }]
    expect(placesIn(several).find('Service/toad', 'spec', 'pond')?.path).toBe('k8s/toad.yaml')
  })

  it('counts as editors do, with a mark at the beginning and line breaks of Windows', () => {
    const text = `\uFEFF${TEXT.replaceAll('\n', '\r\n')}`
    expect(placesIn([{ path: 'a', text }]).find('Service/toad', 'spec.ports[0].port', 'pond')).toEqual({
      ...{ path: 'a', line: 10, column: 5, endLine: 10, endColumn: 13 },
    })
  })

  it('follows what is merged and what aliases stand for', () => {
    const text = `
apiVersion: v1
kind: Service
metadata: {name: toad}
common: &common
  type: NodePort
  ports: &ports
  - port: 80
spec:
  <<: *common
  sessionAffinity: None
  others: *ports
`
    const line = (field: string) => placesIn([{ path: 'a', text }]).find('Service/toad', field, 'pond')?.line
    expect([line('spec.type'), line('spec.ports[0].port'), line('spec.sessionAffinity')]).toEqual([6, 8, 11])
    expect(line('spec.others[0].port')).toBe(8)
  })
})

/** Every place in a value, the way there and its key. */
const within = (value: unknown, path: readonly Step[] = []): (readonly Step[])[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, each]) => {
        const step = Array.isArray(value) ? Number(key) : key
        return [[...path, step], ...within(each, [...path, step])]
      })

/** Tells whether a text begins as that value is written, in one form or another. */
function begins(rest: string, value: unknown): boolean {
  if (Array.isArray(value)) {
    return /^[[-]/.test(rest)
  }
  if (isMapping(value)) {
    const [first] = Object.keys(value)
    return (
      rest.startsWith('{') || [first, JSON.stringify(first), `'${first}`].some((key) => key && rest.startsWith(key))
    )
  }
  return typeof value === 'string' ? /^["'|>]/.test(rest) || rest.startsWith(value) : rest.startsWith(String(value))
}

/** Tells whether the entry's text begins at the place that is told. */
function isThere(text: string, value: Record<string, unknown>, path: readonly Step[]): boolean {
  const place = placesIn([{ path: 'a', text }]).find('Service/toad', fieldName(path), 'pond')
  const rest = (text.split('\n')[(place?.line ?? 0) - 1] ?? '').slice((place?.column ?? 0) - 1)
  const key = path.at(-1)
  if (typeof key === 'number') {
    return begins(
      rest,
      path.reduce<unknown>((here, step) => (here as Record<Step, unknown>)[step], value),
    )
  }
  return [key, JSON.stringify(key), `'${key}'`].some((written) => rest.startsWith(`${written}`))
}

function isRead(text: string): boolean {
  try {
    return readDocuments(text, '').values.length === 1
  } catch {
    return false
  }
}

describe('the places of any object', () => {
  const json = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.string({ maxLength: 8 }),
      fc.integer(),
      fc.constantFrom(true, null),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.stringMatching(/^[a-zA-Z][\w./-]{0,8}$/), tie('value'), { maxKeys: 3 }),
    ),
  })).value

  it.each([
    ['YAML', (value: unknown) => dump(value)],
    ['YAML in one line', (value: unknown) => dump(value, { flowLevel: 1, lineWidth: -1 })],
    ['JSON', (value: unknown) => JSON.stringify(value, null, 2)],
    ['JSON in one line', (value: unknown) => JSON.stringify(value)],
  ])('are where its keys stand: %s', (_form, write) => {
    fc.assert(
      fc.property(json, (spec) => {
        const value = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'toad' }, spec }
        const text = write(value)
        // js-yaml writes YAML 1.2, which kubectl cannot always read
        fc.pre(isRead(text))
        for (const path of within(value)) {
          expect([path, isThere(text, value, path)]).toEqual([path, true])
        }
      }),
      { numRuns: 60 },
    )
  })

  it('are found by every name of a field that is written', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(20), fc.string({ minLength: 1 }))), (path) => {
        expect(stepsOf(fieldName(path))).toEqual(path)
      }),
    )
  })

  it.each(readdirSync(new URL('../../examples/manifests/', import.meta.url)).filter((name) => name.endsWith('.yaml')))(
    'stand in %s',
    (name) => {
      const text = readFileSync(new URL(`../../examples/manifests/${name}`, import.meta.url), 'utf8')
      const named = [...text.matchAll(/^kind: (\w+)\nmetadata:\n(?: {2}namespace: .*\n)? {2}name: (\S+)/gm)]
      expect(named.length).toBeGreaterThan(0)
      for (const [, kind, own] of named) {
        const place = placesIn([{ path: name, text }]).find(`${kind}/${own}`, 'metadata.name', 'default')
        expect(text.split('\n')[(place?.line ?? 0) - 1]).toBe(`  name: ${own}`)
      }
    },
  )
})
