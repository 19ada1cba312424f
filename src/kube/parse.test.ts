import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { dump } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { POINTER, read } from '../../test/support/read-manifests.ts'
import { ProblemError } from '../lib/problem.ts'
import { type KubeObject, type KubeObjects, refOf } from './objects.ts'
import { parseManifests } from './parse.ts'

const FIXTURES = new URL('../../test/fixtures/kubernetes-api/', import.meta.url)
const EXAMPLES = new URL('../../examples/manifests/', import.meta.url)

const recorded = (situation: string) => readFileSync(new URL(`${situation}.json`, FIXTURES), 'utf8')
const all = (objects: KubeObjects): readonly KubeObject[] => Object.values(objects).flat()
const names = (objects: KubeObjects) => all(objects).map(refOf)
const service = (name: string, namespace = 'pond') => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace },
  spec: { ports: [{ port: 80 }] },
})

describe('what is not read', () => {
  it('is named with the reason, and of a Secret nothing else is kept or told', () => {
    const text = `
apiVersion: v1
kind: Secret
metadata: {name: toad-tls, annotations: {note: hunter2}}
stringData: {password: hunter2}
---
apiVersion: v1
kind: SecretList
items: [{metadata: {name: other}, stringData: {password: hunter2}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: toad}
---
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: knative}
spec: {template: {}}
---
apiVersion: gateway.networking.k8s.io/v1alpha1
kind: UDPRoute
metadata: {name: dns}
---
apiVersion: batch/v1
kind: CronJob
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader}`
    const parsed = read(text)
    expect(all(parsed.objects)).toEqual([])
    expect(parsed.ignored).toEqual([
      { object: 'Secret/toad-tls', reason: 'Secrets are never read' },
      { object: 'Secret/other', reason: 'Secrets are never read' },
      { object: 'ConfigMap/toad', reason: 'kind is not read' },
      { object: 'Service/knative', reason: 'Service of serving.knative.dev/v1 is not read' },
      {
        object: 'UDPRoute/dns',
        reason:
          'UDPRoute of gateway.networking.k8s.io/v1alpha1 is not read; gateway.networking.k8s.io/v1 or gateway.networking.k8s.io/v1alpha2 is',
      },
      { object: 'CronJob', reason: 'kind is not read' },
      { object: 'Role/reader', reason: 'kind is not read' },
    ])
  })

  it('is not told of in the mistakes of other objects either', () => {
    const text = 'kind: Secret\nmetadata: {name: a}\nstringData: {password: hunter2}\n---\nkind: Service'
    expect(() => read(text)).toThrow(ProblemError)
    try {
      read(text)
    } catch (error) {
      expect(JSON.stringify(error)).not.toContain('hunter2')
    }
  })
})

describe('Lists', () => {
  const items = [service('a'), service('b')]

  it.each<[string, unknown]>([
    ['a List as kubectl prints it', { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '' }, items }],
    ['a List of Lists', { apiVersion: 'v1', kind: 'List', items: [{ apiVersion: 'v1', kind: 'ServiceList', items }] }],
    [
      'a typed List as the API server answers, without kind and version in its items',
      {
        apiVersion: 'v1',
        kind: 'ServiceList',
        metadata: { resourceVersion: '392' },
        items: items.map(({ metadata, spec }) => ({ metadata, spec })),
      },
    ],
    ['a bare sequence', items],
  ])('are their items: %s', (_name, value) => {
    const expected = parseManifests(items, { pointer: '' })
    expect(read(JSON.stringify(value))).toEqual(expected)
    expect(read(dump(value))).toEqual(expected)
    expect(read([value])).toEqual(expected)
  })

  it.each([['items: []'], ['items: null'], ['']])('may be empty: %s', (rest) => {
    expect(all(read(`apiVersion: v1\nkind: List\n${rest}`).objects)).toEqual([])
  })

  it('hold lists', () => {
    expect(() => read('{apiVersion: v1, kind: ServiceList, items: {a: b}}')).toThrow(
      'invalid_manifest: ServiceList items: found a mapping, expected a list. Begin each item with "- ".',
    )
  })
})

describe('answers recorded from an API server', () => {
  it('are read whole', () => {
    const { objects, ignored } = read(recorded('healthy'))
    expect(ignored).toEqual([])
    expect(names(objects)).toMatchSnapshot()
    expect(objects.services.find(({ meta }) => meta.name === 'toad-svc')).toMatchSnapshot()
    expect(objects.endpointSlices.find(({ serviceName }) => serviceName === 'toad-svc')).toMatchSnapshot()
    expect(objects.pods[0]).toMatchSnapshot()
    expect(objects.nodes[0]).toMatchSnapshot()
  })

  const toad = (situation: string) => {
    const { services, endpoints, endpointSlices, nodes, pods } = read(recorded(situation)).objects
    const isReady = (object: { conditions: readonly { type: string; status: string }[] }) =>
      object.conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
    return {
      selector: services.find(({ meta }) => meta.name === 'toad-svc')?.selector,
      targetPort: services.find(({ meta }) => meta.name === 'toad-svc')?.ports[0]?.targetPort,
      loadBalancer: services.find(({ meta }) => meta.name === 'toad-svc')?.loadBalancerIngress.map(({ ip }) => ip),
      addresses: endpoints
        .filter(({ meta }) => meta.name === 'toad-svc')
        .flatMap(({ subsets }) => subsets.map((subset) => [subset.addresses.length, subset.notReadyAddresses.length])),
      ready: endpointSlices
        .filter(({ serviceName }) => serviceName === 'toad-svc')
        .flatMap((slice) => slice.endpoints.map((endpoint) => endpoint.ready)),
      nodes: nodes.map(isReady),
      pods: pods.filter(({ meta }) => meta.labels.app === 'toad').map(isReady),
    }
  }

  it('tell the situations apart', () => {
    const healthy = toad('healthy')
    expect(healthy).toEqual({
      selector: { app: 'toad' },
      targetPort: 8080,
      loadBalancer: ['172.30.1.240'],
      addresses: [[4, 0]],
      ready: [true, true, true, true],
      nodes: [true, true, true],
      pods: [true, true, true, true],
    })
    expect(toad('selector-typo')).toEqual({ ...healthy, selector: { app: 'toadd' }, addresses: [], ready: [] })
    expect(toad('one-pod-notready')).toEqual({
      ...healthy,
      addresses: [[3, 1]],
      ready: expect.arrayContaining([false, true, true, true]),
      pods: [false, true, true, true],
    })
    expect(toad('targetport-unknown-name')).toMatchObject({ targetPort: 'nosuch' })
    expect(toad('node-notready-lb-pending')).toMatchObject({ loadBalancer: [], nodes: [true, false, true] })
  })
})

describe('the examples', () => {
  it.each(readdirSync(EXAMPLES).filter((name) => name.endsWith('.yaml')))('%s is read whole', (name) => {
    const { objects, ignored } = read(readFileSync(new URL(name, EXAMPLES), 'utf8'))
    expect(ignored).toEqual([])
    expect(names(objects)).toMatchSnapshot()
  })
})

describe('whatever is sent', () => {
  const sources = [
    ...readdirSync(EXAMPLES)
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => readFileSync(new URL(name, EXAMPLES), 'utf8')),
    recorded('healthy'),
  ]
  const documents = sources.flatMap((source) => source.split(/^---$/m))
  const values = (JSON.parse(recorded('healthy')) as { items: unknown[] }).items
  const some = fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 12 })
  const sorted = (objects: KubeObjects) =>
    all(objects)
      .map((object) => JSON.stringify(object))
      .toSorted()

  it('a List is its items', () => {
    fc.assert(
      fc.property(some, (items) => {
        expect(read([{ apiVersion: 'v1', kind: 'List', items }])).toEqual(read(items))
      }),
    )
  })

  it('the order of documents changes the order of the objects alone', () => {
    fc.assert(
      fc.property(
        some.chain((items) => fc.tuple(fc.constant(items), fc.shuffledSubarray(items, { minLength: items.length }))),
        ([items, shuffled]) => {
          expect(sorted(read(shuffled).objects)).toEqual(sorted(read(items).objects))
        },
      ),
    )
  })

  it('JSON text, YAML text and parsed objects are the same objects', () => {
    fc.assert(
      fc.property(some, (items) => {
        const expected = read(items)
        expect(read(JSON.stringify(items, null, 4))).toEqual(expected)
        expect(read(items.map((item) => dump(item)).join('---\n'))).toEqual(expected)
      }),
      { numRuns: 30 },
    )
  })

  it('text is read or refused, never a failure of ours', () => {
    const mangled = fc
      .tuple(fc.constantFrom(...documents), fc.nat(), fc.nat(20), fc.string({ unit: 'binary', maxLength: 12 }))
      .map(([document, at, length, insert]) => {
        const start = at % (document.length + 1)
        return document.slice(0, start) + insert + document.slice(start + length)
      })
    fc.assert(
      fc.property(fc.oneof(mangled, fc.string({ unit: 'binary' })), (text) => {
        expect(isReadOrRefused(text)).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  it('values are read or refused, never a failure of ours', () => {
    const kinds = ['Service', 'Ingress', 'Pod', 'Node', 'Endpoints', 'EndpointSlice', 'Deployment', 'Event', 'List']
    const key = fc.constantFrom('kind', 'apiVersion', 'metadata', 'spec', 'status', 'ports', 'rules', 'items', 'name')
    const word = fc.constantFrom(...kinds, 'v1', 'networking.k8s.io/v1', 'toad', '')
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        word,
        fc.integer(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 6 }),
      ),
    }))
    fc.assert(
      fc.property(fc.array(value, { maxLength: 3 }), (items) => {
        expect(isReadOrRefused(items)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  function isReadOrRefused(input: string | readonly unknown[]): boolean {
    try {
      parseManifests(input, { pointer: POINTER })
      return true
    } catch (error) {
      if (error instanceof ProblemError) {
        return error.status < 500
      }
      throw error
    }
  }

  it('five megabytes are read in one go', () => {
    const one = (at: number) =>
      `apiVersion: v1\nkind: Service\nmetadata:\n  name: toad-${at}\n  annotations:\n    padding: ${'x'.repeat(550)}\nspec:\n  ports:\n    - port: 80\n`
    const text = Array.from({ length: 8_000 }, (_, at) => one(at)).join('---\n')
    expect(text.length).toBeGreaterThan(5_000_000)
    expect(read(text).objects.services).toHaveLength(8_000)
  })
})
