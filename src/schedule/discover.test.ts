import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ObjectsRead, Unread } from '../kube/object-source.ts'
import { parseManifests } from '../kube/parse.ts'
import type { Managed, Rejected } from '../store/managed-schedules.ts'
import { anchorOf, type Kept, type Reconciled, reconcile } from './discover.ts'

type Annotations = Record<string, string>
type Cluster = { services: Record<string, Annotations>; namespaces?: Record<string, Annotations>; unread?: Unread[] }

const OF = { cluster: 'default', mode: 'annotated', everyLeastMs: 1000 } as const
const YES = { 'portolan.dev/probe': 'true' }
const NO = { 'portolan.dev/probe': 'false' }
const BAD = { 'portolan.dev/probe': 'perhaps' }

/** @param services by `namespace/name`. */
function readOf({ services, namespaces = {}, unread = [] }: Cluster): ObjectsRead {
  const manifests = [
    ...Object.entries(services).map(([key, annotations]) => {
      const [namespace, name] = key.split('/')
      const metadata = { name, namespace, annotations }
      return { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port: 80 }] } }
    }),
    ...Object.entries(namespaces).map(([name, annotations]) => ({
      ...{ apiVersion: 'v1', kind: 'Namespace', metadata: { name, annotations } },
    })),
  ]
  const { objects, ignored } = parseManifests(manifests, { pointer: '' })
  const provenance = { source: 'cluster', readAtMs: 0, resourceVersions: {}, stale: false, unread } as const
  return { objects, ignored, provenance }
}

const unreadAll = (kind: 'services' | 'namespaces', namespace: string | null): Unread => ({
  ...{ kind, namespace, besides: [], part: 'all', reason: 'forbidden', detail: 'may not be listed', refused: null },
})

const NOTHING: Kept = { managed: [], rejected: [] }

/** Returns what is kept when all of it has been done. */
function after(kept: Kept, { make, change, remove, rejected }: Reconciled): Kept {
  const gone = new Set(remove.map(({ id }) => id))
  const changed = new Map(change.map(({ before, wanted }) => [before.id, wanted.wish]))
  const managed: Managed[] = [
    ...kept.managed
      .filter(({ id }) => !gone.has(id))
      .map((each) => ({ ...each, wish: changed.get(each.id) ?? each.wish })),
    ...make.map(({ namespace, service, wish }) => ({ id: `sch_${namespace}/${service}`, namespace, service, wish })),
  ]
  const key = ({ namespace, service }: Rejected): string => `${namespace}/${service}`
  const told = new Map([...kept.rejected, ...rejected].map((each) => [key(each), each]))
  return { managed, rejected: [...told.values()].filter((each) => each.rejected.length > 0) }
}

const brief = ({ make, change, remove, rejected }: Reconciled) => ({
  make: make.map(({ namespace, service }) => `${namespace}/${service}`),
  change: change.map(({ before }) => `${before.namespace}/${before.service}`),
  remove: remove.map(({ namespace, service }) => `${namespace}/${service}`),
  rejected: rejected.map(({ namespace, service, rejected }) => `${namespace}/${service} ${rejected.length}`),
})
const DONE = { make: [], change: [], remove: [], rejected: [] }

const keptOf = (cluster: Cluster): Kept => after(NOTHING, reconcile(OF, readOf(cluster), NOTHING))
const next = (cluster: Cluster, kept: Kept) => brief(reconcile(OF, readOf(cluster), kept))

describe('discovery', () => {
  it('makes a schedule for each Service that asks, and for those whose Namespace does', () => {
    const cluster = {
      services: { 'pond/toad': {}, 'pond/frog': NO, 'lake/newt': YES, 'lake/eel': {} },
      namespaces: { pond: YES, lake: {} },
    }
    expect(next(cluster, NOTHING)).toEqual({ ...DONE, make: ['lake/newt', 'pond/toad'] })
  })

  it('follows a change, and removes what is gone or refuses', () => {
    const kept = keptOf({ services: { 'pond/toad': YES, 'pond/frog': YES, 'pond/newt': YES, 'pond/eel': YES } })
    const services = { 'pond/toad': { ...YES, 'portolan.dev/every': '60s' }, 'pond/frog': NO, 'pond/eel': YES }
    expect(next({ services }, kept)).toEqual({ ...DONE, change: ['pond/toad'], remove: ['pond/frog', 'pond/newt'] })
  })

  it('tells what is refused once, and what is no more', () => {
    const kept = keptOf({ services: { 'pond/toad': BAD } })
    expect(next({ services: { 'pond/toad': BAD } }, kept)).toEqual(DONE)
    expect(next({ services: { 'pond/toad': YES } }, kept)).toEqual({
      ...{ ...DONE, make: ['pond/toad'], rejected: ['pond/toad 0'] },
    })
    expect(next({ services: {} }, kept)).toEqual({ ...DONE, rejected: ['pond/toad 0'] })
  })

  it('tells what a Namespace says in vain once, however many Services it has', () => {
    const namespaces = { pond: { ...YES, 'portolan.dev/every': 'often', 'portolan.dev/job': '{headers: {}}' } }
    const services = { 'pond/a': {}, 'pond/b': {}, 'pond/c': { 'portolan.dev/job': '{host: x}' } }
    expect(next({ services, namespaces }, NOTHING).rejected.toSorted()).toEqual(['pond/ 2', 'pond/c 1'])
  })

  it('keeps a bad annotation from stopping the others', () => {
    const services = { 'pond/a': BAD, 'pond/b': { ...YES, 'portolan.dev/job': '[' }, 'pond/c': YES }
    expect(next({ services }, NOTHING).make).toEqual(['pond/b', 'pond/c'])
  })
})

describe('what was not read', () => {
  const kept = keptOf({ services: { 'pond/toad': YES, 'lake/newt': BAD, 'lake/frog': YES } })

  it.each<[string, Unread[]]>([
    ['of any namespace', [unreadAll('services', null)]],
    ['of every namespace but another', [{ ...unreadAll('services', null), besides: ['moor'] }]],
    ['of both', [unreadAll('services', 'pond'), unreadAll('services', 'lake')]],
  ])('is not gone: Services %s', (_name, unread) => {
    expect(next({ services: {}, unread }, kept)).toEqual(DONE)
  })

  it('does not keep what is gone elsewhere', () => {
    expect(next({ services: {}, unread: [unreadAll('services', 'pond')] }, kept)).toEqual({
      ...{ ...DONE, remove: ['lake/frog'], rejected: ['lake/newt 0'] },
    })
  })

  it('says nothing against a Service that its Namespace asked for', () => {
    const cluster = { services: { 'pond/toad': {} }, namespaces: { pond: { ...YES, 'portolan.dev/every': 'often' } } }
    const byNamespace = keptOf(cluster)
    const unread = [unreadAll('namespaces', null)]
    expect(next({ services: { 'pond/toad': {} }, unread }, byNamespace)).toEqual(DONE)
    expect(next({ services: { 'pond/toad': NO }, unread }, byNamespace)).toEqual({ ...DONE, remove: ['pond/toad'] })
    expect(next({ services: {}, unread }, byNamespace)).toEqual({ ...DONE, remove: ['pond/toad'] })
  })
})

const annotations = fc.constantFrom<Annotations>(
  {},
  YES,
  NO,
  BAD,
  { 'prometheus.io/probe': 'true' },
  { ...YES, 'portolan.dev/every': '60s' },
  { ...YES, 'portolan.dev/every': 'often' },
  { ...YES, 'portolan.dev/job': '{samples: 2, headers: {}}' },
)
const someCluster = fc
  .record({
    services: fc.dictionary(fc.constantFrom('pond/a', 'pond/b', 'lake/a', 'lake/b', 'moor/a'), annotations),
    namespaces: fc.dictionary(fc.constantFrom('pond', 'lake', 'moor'), annotations),
    unread: fc.subarray([
      unreadAll('services', 'pond'),
      unreadAll('namespaces', null),
      { ...unreadAll('services', null), besides: ['lake'] },
    ]),
  })
  .map(({ services, namespaces, unread }): Cluster => {
    const isUnread = (key: string): boolean =>
      unread.some(({ kind, namespace, besides }) => {
        const [own = ''] = key.split('/')
        return kind === 'services' && (namespace === own || (namespace === null && !besides.includes(own)))
      })
    const read = Object.entries(services).filter(([key]) => !isUnread(key))
    const known = unread.some(({ kind }) => kind === 'namespaces') ? {} : namespaces
    return { services: Object.fromEntries(read), namespaces: known, unread }
  })

describe('any clusters, one after the other', () => {
  it('leave nothing to be done again', () => {
    fc.assert(
      fc.property(fc.array(someCluster, { minLength: 1, maxLength: 4 }), (clusters) => {
        let kept = NOTHING
        for (const cluster of clusters) {
          const done = reconcile(OF, readOf(cluster), kept)
          const unreadBefore = kept.managed.filter(({ namespace }) =>
            (cluster.unread ?? []).some(
              (each) =>
                each.kind === 'services' &&
                (each.namespace === namespace || (each.namespace === null && !each.besides.includes(namespace))),
            ),
          )
          kept = after(kept, done)
          expect(brief(reconcile(OF, readOf(cluster), kept))).toEqual(DONE)
          expect(kept.managed).toEqual(expect.arrayContaining(unreadBefore))
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('starts', () => {
  const wanted = (service: string) => {
    const [made] = reconcile(OF, readOf({ services: { [`pond/${service}`]: YES } }), NOTHING).make
    if (made === undefined) {
      throw new Error('it is made')
    }
    return made
  }
  const START = Date.parse('2026-11-30T12:00:00Z')

  it('are spread over the interval, each in its own place whenever it is made', () => {
    const all = Array.from({ length: 300 }, (_, n) => wanted(`toad-${n}`))
    const phases = all.map((each) => (START - anchorOf('default', each, START)) % each.everyMs)
    const parts = Map.groupBy(phases, (phase) => Math.floor(phase / 30_000))
    expect([...parts.keys()].toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(Math.max(...[...parts.values()].map(({ length }) => length))).toBeLessThan(60)
    for (const each of all.slice(0, 20)) {
      const anchor = anchorOf('default', each, START)
      expect(START - anchor).toBeGreaterThanOrEqual(0)
      expect(START - anchor).toBeLessThan(each.everyMs)
      expect((anchorOf('default', each, START + 86_400_123) - anchor) % each.everyMs).toBe(0)
      expect(anchorOf('other', each, START)).not.toBe(anchor)
    }
  })
})
