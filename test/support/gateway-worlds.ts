import fc from 'fast-check'
import type { GatewayRoute } from '../../src/kube/gateway-objects.ts'
import { compete } from '../../src/plan/gateway/competition.ts'
import type { Listener } from '../../src/plan/gateway/types.ts'
import { aListener, aRoute, aRule, attached, commonHosts } from './gateway.ts'

/** Every route on every listener that takes it. */
export const on = (listeners: readonly Listener[], routes: readonly GatewayRoute[]) =>
  compete(
    listeners,
    routes.flatMap((route) =>
      listeners.filter((listener) => commonHosts(route, listener).length > 0).map((each) => attached(route, each)),
    ),
  )

/** Routes, listeners and requests of a small alphabet, so that they meet. */
const HOSTS = ['a.x.org', '*.x.org', '*.a.x.org']
const PATHS = ['/', '/a', '/a/', '/a/b', '/ab']
const pairs = fc
  .tuple(fc.constantFrom(null, null, '1', '2'), fc.constantFrom(null, null, '1', '2'))
  .map((values) => values.flatMap((value, at) => (value === null ? [] : [{ name: at === 0 ? 'p' : 'q', value }])))
const matchesOf = fc.record({
  path: fc.record({ type: fc.constantFrom('Exact', 'PathPrefix'), value: fc.constantFrom(...PATHS) }),
  method: fc.constantFrom(null, null, 'GET', 'POST'),
  headers: pairs.map((all) => all.map((each) => ({ ...each, type: 'Exact' }))),
  query: pairs.map((all) => all.map((each) => ({ ...each, type: 'Exact' }))),
  grpc: fc.constant(null),
})
export const someRoutes = fc
  .array(
    fc.record({
      hostnames: fc.oneof(fc.constant([]), fc.uniqueArray(fc.constantFrom(...HOSTS), { maxLength: 2 })),
      rules: fc.array(
        fc.array(matchesOf, { minLength: 1, maxLength: 2 }).map((matches) => aRule({ matches })),
        {
          maxLength: 3,
        },
      ),
      createdAt: fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'),
    }),
    { maxLength: 6 },
  )
  .map((all) => all.map((each, at) => aRoute(`route-${at}`, each)))
export const someListeners = fc
  .uniqueArray(fc.constantFrom(null, ...HOSTS), { minLength: 2, maxLength: 4 })
  .map((hostnames) => hostnames.map((hostname) => aListener({ name: hostname ?? 'any', hostname })))
export const someRequests = fc.record({
  host: fc.constantFrom('a.x.org', 'b.a.x.org', 'c.x.org', 'd.c.a.x.org', 'org'),
  path: fc.constantFrom(...PATHS, '/a/b/c', '/abc'),
  method: fc.constantFrom('GET', 'POST'),
  headers: fc.constantFrom(
    [],
    [
      { name: 'p', value: '1' },
      { name: 'q', value: '1' },
    ],
    [{ name: 'p', value: '2' }],
  ),
  query: fc.constantFrom(
    [],
    [
      { name: 'p', value: '1' },
      { name: 'q', value: '1' },
    ],
    [{ name: 'p', value: '2' }],
  ),
})
