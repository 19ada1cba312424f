import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aBackend, aListener, aMatch, aRoute, aRule, attached, commonHosts } from '../../../test/support/gateway.ts'
import { on, someListeners, someRequests, someRoutes } from '../../../test/support/gateway-worlds.ts'
import type { GatewayRoute, RouteMatch } from '../../kube/gateway-objects.ts'
import { becauseText } from '../because.ts'
import { type Competition, isSameWay, outcomeOf } from './competition.ts'
import { requestFor } from './request.ts'
import type { Listener, RouteWay } from './types.ts'

const waysOf = (route: GatewayRoute): RouteWay[] =>
  route.rules.flatMap((rule, ruleAt): RouteWay[] =>
    rule.matches.length === 0
      ? [{ route, rule, ruleAt, match: null, matchAt: 0 }]
      : rule.matches.map((match, matchAt) => ({ route, rule, ruleAt, match, matchAt })),
  )

/** The first way of a route, asked for at its first host on a listener. */
function made(all: Competition, route: GatewayRoute, listener: Listener, at = 0) {
  const [way, attachment] = [waysOf(route)[at], attached(route, listener)]
  if (way === undefined) {
    throw new Error('no such way')
  }
  const { because, routes, shadowed, ...request } = requestFor(all, {
    way,
    attachment,
    host: attachment.hosts[0] ?? null,
  })
  return {
    ...request,
    because: because.map((each) => `${each.doubt === undefined ? '' : '? '}${becauseText(each)}`),
    shadowed: shadowed?.reason ?? null,
    routes,
  }
}

const listener = aListener()
const rules = (...matches: Partial<RouteMatch>[]) => ({
  rules: matches.map((each, at) => aRule({ matches: [aMatch(each)], backends: [aBackend(`service-${at}`)] })),
})
const path = (type: string, value: string) => ({ path: { type, value } })

describe('requestFor', () => {
  it('asks with the method, the headers and the query of the match', () => {
    const route = aRoute('shop', {
      hostnames: ['shop.example.com'],
      ...rules({
        ...path('PathPrefix', '/cart/'),
        method: 'POST',
        headers: [
          { type: 'Exact', name: 'X-Tenant', value: 'blue' },
          { type: 'Exact', name: 'x-tenant', value: 'of no effect' },
          { type: 'RegularExpression', name: 'version', value: '^v[0-9]+(-beta)?$' },
        ],
        query: [{ type: 'Exact', name: 'q', value: 'a & b' }],
      }),
    })
    const { routes, ...request } = made(on([listener], [route]), route, listener)
    expect(request).toEqual({
      host: 'shop.example.com',
      urlPath: '/cart?q=a%20%26%20b',
      asks: { method: 'POST', headers: { 'x-tenant': 'blue', version: 'v0' }, query: { q: 'a & b' }, grpc: null },
      because: [],
      shadowed: null,
    })
    expect([routes?.('/cart/items', 'GET'), routes?.('/other', 'GET')]).toEqual([true, false])
  })

  it.each([
    ['Transfer-Encoding', 'chunked', "the header transfer-encoding is the connection's own"],
    ['Host', 'other.example.com', "the header host is the connection's own"],
    ['Content-Length', '5', "the header content-length is the connection's own"],
    ['X-Name', 'caf\u00e9', 'the value of header x-name cannot be sent'],
    ['X-Name', 'a\r\nx-injected: b', 'the value of header x-name cannot be sent'],
  ])('leaves out a header %s: %j, and is not sure of the path', (name, value, reason) => {
    const route = aRoute('shop', {
      hostnames: ['shop.example.com'],
      ...rules({ headers: [{ type: 'Exact', name, value }] }),
    })
    const { asks, because } = made(on([listener], [route]), route, listener)
    expect(asks?.headers).toEqual({})
    expect(because).toEqual([expect.stringContaining(reason)])
    expect(because[0]).toMatch(/^\? /)
  })

  it('makes up a host for a wildcard, with one label that nobody else takes', () => {
    const wide = aRoute('wide', { hostnames: ['*.example.com'] })
    const near = aRoute('near', { hostnames: ['probe.example.com'] })
    expect(made(on([listener], [wide, near]), wide, listener)).toMatchObject({
      host: 'probe-2.example.com',
      because: ['HTTPRoute/wide spec.rules[0]: asked with probe-2.example.com, made up to match *.example.com'],
      shadowed: null,
    })
  })

  it('asks below a path, or by another safe method, where another rule takes the first', () => {
    const route = aRoute('shop', rules(path('PathPrefix', '/a'), path('Exact', '/a'), { method: 'GET' }, {}))
    const all = on([listener], [route])
    expect(
      [0, 3]
        .map((at) => made(all, route, listener, at))
        .map(({ urlPath, asks, because }) => [urlPath, asks?.method, because]),
    ).toEqual([
      ['/a/', null, ['HTTPRoute/shop spec.rules[0]: asked at /a/, as another rule takes /a']],
      ['/', 'HEAD', ['HTTPRoute/shop spec.rules[3]: asked with HEAD, as another rule takes GET']],
    ])
  })

  it('names the rule that takes everything', () => {
    const old = aRoute('old', { createdAt: '2026-01-01T00:00:00Z' })
    const young = aRoute('a-young-one', { createdAt: '2026-01-02T00:00:00Z' })
    const all = on([listener], [old, young])
    expect(made(all, old, listener)).toMatchObject({ because: [], shadowed: null })
    expect(made(all, young, listener)).toMatchObject({
      because: [],
      shadowed:
        'every request that HTTPRoute/a-young-one spec.rules[0] would get goes to HTTPRoute/old spec.rules[0], which takes precedence',
    })
  })

  it('makes up no request that may change something, and does not say that nothing is left', () => {
    const reads = ['GET', 'HEAD', 'OPTIONS'].map((method) => aMatch({ method }))
    const [readers, writers] = [aBackend('readers'), aBackend('writers')]
    const route = aRoute('shop', {
      rules: [aRule({ matches: reads, backends: [readers] }), aRule({ matches: [aMatch({})], backends: [writers] })],
    })
    expect(made(on([listener], [route]), route, listener, 3).shadowed).toBe(
      'HTTPRoute/shop spec.rules[1] gets only POST, PUT, PATCH, DELETE (GET, HEAD, OPTIONS go to HTTPRoute/shop spec.rules[0].matches[0]), which are not sent unless a match names them',
    )
  })

  it('doubts what is decided by an age that nothing tells, unless it makes no difference', () => {
    const to = (name: string, service: string) => aRoute(name, { rules: [aRule({ backends: [aBackend(service)] })] })
    const [one, other, same] = [to('one', 'frog'), to('other', 'toad'), to('same', 'frog')]
    expect(made(on([listener], [one, other]), one, listener).because).toEqual([
      '? HTTPRoute/other spec.rules[0]: HTTPRoute/other spec.rules[0] asks for the same, and no creationTimestamp tells which route is the older one',
    ])
    expect(made(on([listener], [one, same]), one, listener)).toMatchObject({ because: [], shadowed: null })
  })

  it('is not sure of regular expressions: of its own path, nor of those of others', () => {
    const route = aRoute('shop', rules(path('RegularExpression', '/v[0-9]+/.*'), path('PathPrefix', '/v1')))
    const all = on([listener], [route])
    expect(made(all, route, listener)).toMatchObject({
      urlPath: '/v',
      because: [
        '? HTTPRoute/shop spec.rules[0]: a regular expression, asked at its literal beginning /v (ingressPath of a check gives a better one)',
      ],
      shadowed: null,
    })
    expect(made(all, route, listener, 1).because).toEqual([
      '? HTTPRoute/shop spec.rules[0]: HTTPRoute/shop spec.rules[0] has a pattern that may take the request first',
    ])
  })

  it('calls a gRPC method that the rule takes: the health of the server, where that is one', () => {
    const grpc = (service: string | null, method: string | null, type = 'Exact') => ({
      path: null,
      grpc: { type, service, method },
    })
    const route = aRoute('calls', {
      kind: 'GRPCRoute',
      ...rules(grpc('a.B', 'C'), grpc('a.B', null), grpc(null, 'Check'), grpc('a\\.[A-Z]', 'D', 'RegularExpression'), {
        path: null,
      }),
    })
    const all = on([listener], [route])
    const health = aRoute('health', { kind: 'GRPCRoute', ...rules({ path: null }) })
    expect(
      [0, 1, 2, 3, 4]
        .map((at) => made(all, route, listener, at))
        .map(({ asks, because }) => [asks?.grpc, because.length]),
    ).toEqual([
      [{ service: 'a.B', method: 'C' }, 0],
      [{ service: 'a.B', method: 'Probe' }, 0],
      [null, 1],
      [{ service: 'a.A', method: 'D' }, 1],
      [{ service: 'portolan.Probe', method: 'Probe' }, 0],
    ])
    expect(made(on([listener], [health]), health, listener)).toMatchObject({
      urlPath: '/',
      asks: { grpc: null },
      because: [],
    })
  })

  it('keeps HTTP and gRPC on one host apart: the older route is accepted', () => {
    const web = aRoute('web', { createdAt: '2026-01-01T00:00:00Z', hostnames: ['*.example.com'] })
    const calls = aRoute('calls', {
      kind: 'GRPCRoute',
      createdAt: '2026-01-02T00:00:00Z',
      hostnames: ['api.example.com'],
      ...rules({ path: null, grpc: { type: 'Exact', service: 'a.B', method: 'C' } }),
    })
    const undated = { ...calls, meta: { ...calls.meta, createdAt: null } }
    const isShadowed = (route: GatewayRoute) => made(on([listener], [web, route]), route, listener).shadowed !== null
    expect([isShadowed(calls), isShadowed(undated)]).toEqual([true, false])
  })

  it('makes requests that are won, and finds one wherever there is one', () => {
    const count = { won: 0, shadowed: 0 }
    fc.assert(
      fc.property(someListeners, someRoutes, fc.array(someRequests, { maxLength: 8 }), (listeners, routes, others) => {
        const all = on(listeners, routes)
        const wanted = routes.flatMap((route) =>
          listeners
            .filter((each) => commonHosts(route, each).length > 0)
            .flatMap((each) => waysOf(route).map((way) => ({ way, attachment: attached(route, each) }))),
        )
        for (const { way, attachment } of wanted) {
          for (const host of attachment.hosts) {
            const { shadowed, urlPath, asks, host: asked, because } = requestFor(all, { way, attachment, host })
            const [at = '', parameters] = urlPath.split('?')
            const pairs = (from: Iterable<[string, string]>) => [...from].map(([name, value]) => ({ name, value }))
            const request = {
              host: asked ?? '',
              path: at,
              method: asks?.method ?? 'GET',
              headers: pairs(Object.entries(asks?.headers ?? {})),
              query: pairs(new URLSearchParams(parameters ?? '')),
            }
            const { winner, listener: by } = outcomeOf(all, { port: 80, transport: 'plain', serverName: null, request })
            if (shadowed === null) {
              count.won++
              expect(
                because.some(({ doubt }) => doubt !== undefined) ||
                  (by === attachment.listener && isSameWay(winner, { way })),
              ).toBe(true)
              continue
            }
            count.shadowed++
            for (const { path: each, host: name } of others) {
              const tried = outcomeOf(all, {
                port: 80,
                transport: 'plain',
                serverName: null,
                request: { ...request, path: each, host: name },
              })
              const isIts = host === null || host === name || (host.startsWith('*') && name.endsWith(host.slice(1)))
              // A wildcard is asked with one label more than it has, so that a longer one may be there that is taken by nobody else.
              expect(
                isIts &&
                  !host?.startsWith('*') &&
                  tried.listener === attachment.listener &&
                  isSameWay(tried.winner, { way }),
              ).toBe(false)
            }
          }
        }
      }),
      { numRuns: 120, seed: 20261130 },
    )
    expect(count.won).toBeGreaterThan(300)
    expect(count.shadowed).toBeGreaterThan(50)
  })
})
