import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gateway, http, httpRoute, https, listenerSet, routeOf } from '../../../test/support/gateway-manifests.ts'
import { service } from '../../../test/support/manifests.ts'
import { planInput, planOf } from '../../../test/support/plan-text.ts'
import { indexObjects } from '../../kube/object-index.ts'
import { PATH_KINDS } from '../kinds.ts'
import { sum } from '../size.ts'
import { SOURCES } from '../sources.ts'

/** A plan of each world is a small cluster. */
const RUNS = { numRuns: 40 }

const toad = { target: { service: 'toad', namespace: 'pond' } }

const hosts = fc.uniqueArray(fc.constantFrom('a.example.com', '*.example.com', 'b.a.example.com', 'example.org'), {
  maxLength: 3,
})
const matches = fc.uniqueArray(
  fc.record({
    path: fc.record({
      type: fc.constantFrom('PathPrefix', 'Exact'),
      value: fc.constantFrom('/', '/a', '/a/b', '/c'),
    }),
    method: fc.constantFrom(undefined, 'GET', 'POST'),
    headers: fc.constantFrom(
      [],
      [{ name: 'X-A', value: '1' }],
      [
        { name: 'X-A', value: '1' },
        { name: 'x-b', value: '2' },
      ],
    ),
  }),
  { minLength: 1, maxLength: 3, selector: (match) => JSON.stringify(match) },
)
const backendRefs = fc.constantFrom(
  [{ name: 'toad', port: 80 }],
  [{ name: 'frog', port: 80 }],
  [
    { name: 'toad', port: 80, weight: 3 },
    { name: 'frog', port: 80 },
  ],
)
const routes = fc.array(
  fc.record({
    hostnames: hosts,
    rules: fc.array(fc.record({ matches, backendRefs }), { minLength: 1, maxLength: 3 }),
    parentRefs: fc.constantFrom(
      [{ name: 'edge' }],
      [{ name: 'edge', sectionName: 'https' }],
      [{ kind: 'ListenerSet', name: 'more' }],
    ),
  }),
  { minLength: 1, maxLength: 3 },
)
const listeners = fc.shuffledSubarray(
  [http(), https(), http({ name: 'narrow', hostname: '*.example.com' }), http({ name: 'far', port: 8080 })],
  { minLength: 1 },
)
const worlds = fc.record({ listeners, routes })

type World = { listeners: unknown[]; routes: Record<string, unknown>[] }

const objectsOf = ({ listeners: own, routes: all }: World) => [
  gateway(
    { listeners: own, allowedListeners: { namespaces: { from: 'All' } } },
    {},
    {
      addresses: [
        { type: 'IPAddress', value: '203.0.113.80' },
        { type: 'Hostname', value: 'edge.example.net' },
      ],
    },
  ),
  listenerSet({ listeners: [http({ name: 'own', port: 9000 })] }),
  ...all.map((spec, at) => httpRoute(spec, { name: `route-${at}`, createdAt: `2026-01-0${at + 1}T00:00:00Z` })),
]

const idsOf = (objects: unknown[]): string[] =>
  planOf([service(), ...objects], toad)
    .paths.filter(({ kind }) => kind === 'HTTPRoute')
    .map(({ id }) => id)
    .toSorted()

describe('paths by routes', () => {
  it('keep their ids when documents and routes change places', () => {
    fc.assert(
      fc.property(worlds, fc.infiniteStream(fc.nat()), (world, order) => {
        const objects = objectsOf(world)
        const shuffled = objects
          .map((object) => ({ object, at: order.next().value }))
          .toSorted((a, b) => a.at - b.at)
          .map(({ object }) => object)
        expect(idsOf(shuffled)).toEqual(idsOf(objects))
      }),
      RUNS,
    )
  })

  it('keep their ids when rules, matches, headers, hosts and listeners change places', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const turned: World = {
          listeners: world.listeners.toReversed(),
          routes: world.routes.map((route) => ({
            ...route,
            hostnames: route.hostnames.toReversed(),
            rules: route.rules.toReversed().map((rule) => ({
              ...rule,
              matches: rule.matches.toReversed().map((match) => ({ ...match, headers: [...match.headers].reverse() })),
            })),
          })),
        }
        // The order of rules tells which of two that ask for the same comes first: those are left out.
        const claims = world.routes.map(({ rules }) =>
          rules.flatMap((rule) => rule.matches.map((each) => JSON.stringify(each))),
        )
        fc.pre(claims.every((each) => new Set(each).size === each.length))
        expect(idsOf(objectsOf(turned))).toEqual(idsOf(objectsOf(world)))
      }),
      RUNS,
    )
  })

  it('have one id each, unlike each other', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const ids = idsOf(objectsOf(world))
        expect(new Set(ids).size).toBe(ids.length)
      }),
      RUNS,
    )
  })

  it('are no more than were counted before any was made', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const input = planInput([service(), ...objectsOf(world)], toad)
        const index = indexObjects(input.objects)
        const [of] = index.servicesAt('pond', 'toad')
        const target = { cluster: 'default', namespace: 'pond', service: 'toad' }
        const sizes =
          of === undefined ? [] : SOURCES.HTTPRoute.sizes({ target, service: of, index, request: input.request })
        expect(idsOf(objectsOf(world)).length).toBeLessThanOrEqual(sum(sizes.map(({ paths = 0 }) => paths)))
      }),
      RUNS,
    )
  })

  it('are cut to what a plan lists where there are very many, and the plan says how many there are', () => {
    const rules = (from: number) =>
      Array.from({ length: 16 }, (_, rule) => ({
        matches: Array.from({ length: 8 }, (_each, at) => ({ path: { value: `/p${from}-${rule}-${at}` } })),
        backendRefs: [{ name: 'toad', port: 80 }],
      }))
    const many = Array.from({ length: 80 }, (_, at) => httpRoute({ rules: rules(at) }, { name: `route-${at}` }))
    const plan = planOf([service(), gateway(), ...many], toad)
    const made = plan.paths.filter(({ kind }) => kind === 'HTTPRoute')
    expect([made.length, plan.notApplicable.filter(({ kind }) => kind === 'HTTPRoute')]).toEqual([
      500,
      [
        {
          kind: 'HTTPRoute',
          reason:
            '10240 rules × 1 address make up to 10240 paths, too many to list: some of each are chosen by a hash, always the same, those that the request names first',
        },
      ],
    ])
  })

  it('are none of another kind', () => {
    const kinds = planOf([service(), gateway(), routeOf('GRPCRoute')], toad).paths.map(({ kind }) => kind)
    expect(PATH_KINDS.filter((kind) => kind.endsWith('Route') && kinds.includes(kind))).toEqual(['GRPCRoute'])
  })
})
