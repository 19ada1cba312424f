import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aListener, aMatch, aRequest, aRoute, aRule, attached, commonHosts } from '../../../test/support/gateway.ts'
import { on, someListeners, someRequests, someRoutes } from '../../../test/support/gateway-worlds.ts'
import type { GatewayRoute, RouteMatch } from '../../kube/gateway-objects.ts'
import { compete, type Outcome, outcomeOf } from './competition.ts'
import type { Listener, RoutedRequest } from './types.ts'

const plain = (request: RoutedRequest) => ({ port: 80, transport: 'plain', serverName: null, request }) as const

const told = ({ winner, listener, status, rivals }: Outcome) => ({
  listener: listener?.listener.name ?? null,
  winner: winner && `${winner.way.route.meta.name} ${winner.way.ruleAt}.${winner.way.matchAt}`,
  status,
  rivals: rivals.map(({ contender, why }) => `${why}: ${contender?.way.route.meta.name ?? 'nobody'}`),
})

const path = (type: string, value: string) => aMatch({ path: { type, value } })
const header = (name: string, value: string, type = 'Exact') => ({ type, name, value })

describe('outcomeOf', () => {
  it('prefers an exact path, then the longest prefix by whole elements', () => {
    const route = aRoute('shop', {
      rules: [
        aRule({ matches: [path('PathPrefix', '/'), path('PathPrefix', '/cart/')] }),
        aRule({ matches: [path('PathPrefix', '/cart/items'), path('Exact', '/cart')] }),
      ],
    })
    const all = on([aListener()], [route])
    const winnerAt = (at: string) => told(outcomeOf(all, plain(aRequest({ path: at })))).winner
    expect(
      ['/', '/cart', '/cart/', '/cart/x', '/cart/items', '/cart/items/1?a=b', '/cartoon', '/cart/itemsize'].map(
        (at) => [at, winnerAt(at)],
      ),
    ).toEqual([
      ['/', 'shop 0.0'],
      ['/cart', 'shop 1.1'],
      ['/cart/', 'shop 0.1'],
      ['/cart/x', 'shop 0.1'],
      ['/cart/items', 'shop 1.0'],
      ['/cart/items/1?a=b', 'shop 1.0'],
      ['/cartoon', 'shop 0.0'],
      ['/cart/itemsize', 'shop 0.1'],
    ])
  })

  it('takes the listener with the most specific host, and tells what happens where listeners are not isolated', () => {
    const listeners = [
      aListener({ name: 'any' }),
      aListener({ name: 'wide', hostname: '*.example.com' }),
      aListener({ name: 'near', hostname: '*.shop.example.com' }),
      aListener({ name: 'exact', hostname: 'a.shop.example.com' }),
    ]
    const [any, , near] = listeners
    const all = compete(listeners, [
      ...(any === undefined ? [] : [attached(aRoute('fallback'), any)]),
      ...(near === undefined ? [] : [attached(aRoute('near-route'), near)]),
    ])
    const asked = (host: string) => told(outcomeOf(all, plain(aRequest({ host }))))
    expect(
      ['elsewhere.org:8080', 'example.com', 'b.c.example.com', 'x.y.shop.example.com', 'A.shop.example.com.'].map(
        asked,
      ),
    ).toEqual([
      { listener: 'any', winner: 'fallback 0.0', status: null, rivals: [] },
      { listener: 'any', winner: 'fallback 0.0', status: null, rivals: [] },
      { listener: 'wide', winner: null, status: 404, rivals: ['isolation: fallback'] },
      { listener: 'near', winner: 'near-route 0.0', status: null, rivals: ['isolation: fallback'] },
      { listener: 'exact', winner: null, status: 404, rivals: ['isolation: fallback', 'isolation: near-route'] },
    ])
  })
})

/** The specification read one sentence after the other, with every match looked at. */
function naive(listeners: readonly Listener[], routes: readonly GatewayRoute[], request: RoutedRequest) {
  const covers = (pattern: string | null, host: string) =>
    pattern === null || pattern === host || (pattern.startsWith('*.') && host.endsWith(pattern.slice(1)))
  const dots = (pattern: string | null) =>
    pattern === null ? -1 : pattern.split('.').length + (pattern.startsWith('*') ? 0 : 100)
  const [listener] = listeners
    .filter(({ listener: { hostname } }) => covers(hostname, request.host))
    .toSorted((a, b) => dots(b.listener.hostname) - dots(a.listener.hostname))
  if (listener === undefined) {
    return null
  }
  const matches = ({ path: at, method, headers, query }: RouteMatch) =>
    (at?.type === 'Exact'
      ? at.value === request.path
      : `${request.path}/`.startsWith(`${at?.value.replace(/\/$/, '')}/`)) &&
    (method === null || method === request.method) &&
    headers.every((each) => request.headers.some(({ name, value }) => name === each.name && value === each.value)) &&
    query.every((each) => request.query.some(({ name, value }) => name === each.name && value === each.value))
  const candidates = routes.flatMap((route) => {
    if (commonHosts(route, listener).length === 0) {
      return []
    }
    const hosts = route.hostnames.length === 0 ? [null] : route.hostnames.filter((host) => covers(host, request.host))
    return hosts.flatMap((host) =>
      route.rules.flatMap((rule, ruleAt) =>
        rule.matches
          .filter(matches)
          .map((match, matchAt) => ({ route, host, match, key: `${route.meta.name} ${ruleAt}`, ruleAt, matchAt })),
      ),
    )
  })
  const score = ({ host, match: { path: at, method, headers, query } }: (typeof candidates)[number]) => [
    host === null || host.startsWith('*') ? 0 : host.length,
    host?.length ?? 0,
    at?.type === 'Exact' ? 1 : 0,
    at?.value.replace(/\/$/, '').length ?? 0,
    method === null ? 0 : 1,
    headers.length,
    query.length,
  ]
  const [best] = candidates.toSorted((a, b) => {
    const [left, right] = [score(a), score(b)]
    const at = left.findIndex((each, place) => each !== right[place])
    return (
      (at === -1 ? 0 : (right[at] ?? 0) - (left[at] ?? 0)) ||
      Date.parse(a.route.meta.createdAt ?? '') - Date.parse(b.route.meta.createdAt ?? '') ||
      (a.route.meta.name < b.route.meta.name ? -1 : a.route.meta.name > b.route.meta.name ? 1 : 0) ||
      a.ruleAt - b.ruleAt
    )
  })
  return best?.key ?? null
}

describe('the winner', () => {
  it('is the one of the specification read sentence after sentence', () => {
    let won = 0
    fc.assert(
      fc.property(someListeners, someRoutes, someRequests, (listeners, routes, request) => {
        const { winner } = outcomeOf(on(listeners, routes), plain(request))
        won += winner === null ? 0 : 1
        expect(winner && `${winner.way.route.meta.name} ${winner.way.ruleAt}`).toBe(naive(listeners, routes, request))
      }),
      { numRuns: 3_000, seed: 20261130 },
    )
    expect(won).toBeGreaterThan(400)
  })

  it('is found among 10,000 rules without a look at each', () => {
    const routes = Array.from({ length: 625 }, (_, route) =>
      aRoute(`route-${route}`, {
        createdAt: '2026-01-01T00:00:00Z',
        rules: Array.from({ length: 16 }, (__, rule) =>
          aRule({
            matches: [
              aMatch({ headers: [header('tenant', `${route}-${rule}`)] }),
              path('PathPrefix', `/${route}/${rule}`),
            ],
          }),
        ),
      }),
    )
    const all = on([aListener()], routes)
    const startedAt = performance.now()
    for (const [at] of routes.entries()) {
      const byHeader = aRequest({ headers: [{ name: 'Tenant', value: `${at}-7` }] })
      expect(told(outcomeOf(all, plain(byHeader)))).toEqual({
        listener: 'http',
        winner: `route-${at} 7.0`,
        status: null,
        rivals: [],
      })
      expect(told(outcomeOf(all, plain(aRequest({ path: `/${at}/9/x` })))).winner).toBe(`route-${at} 9.1`)
    }
    // All matches are tried by a quadratic search: 12,500,000 of them, which take many times as long.
    expect(performance.now() - startedAt).toBeLessThan(3_000)
  })
})
