import { describe, expect, it } from 'vitest'
import { aBackend, aMatch, aRoute, aRule } from '../../../test/support/gateway.ts'
import type { RouteFilter, RouteRule } from '../../kube/gateway-objects.ts'
import { becauseText } from '../because.ts'
import { answerOf, type Expected } from './answers.ts'
import { locationOf, locationPattern, locationText, modifiedPath, type Redirect } from './location.ts'

const redirect = (of: Partial<Redirect>): Redirect => ({
  ...{ type: 'RequestRedirect', scheme: null, hostname: null, path: null, port: null, statusCode: 302 },
  ...of,
})

function answer(rule: Partial<RouteRule>, of: Partial<Expected['request']> = {}) {
  const route = aRoute('shop', { rules: [aRule({ backends: [aBackend('toad')], ...rule })] })
  const [written] = route.rules
  if (written === undefined) {
    throw new Error('no rule')
  }
  const {
    expect: expected,
    behind,
    because,
  } = answerOf({
    way: { route, rule: written, ruleAt: 0, match: written.matches[0] ?? null, matchAt: 0 },
    backend: written.backends[0] === undefined ? null : { of: written.backends[0], at: 0 },
    request: { scheme: 'http', host: 'shop.example.com', path: '/cart/1?a=b', port: 80, ...of },
    timeoutMs: 5_000,
  })
  return {
    expect: expected,
    behind: behind?.('/cart/1?a=b') ?? null,
    because: because.map((each) => `${each.doubt === undefined ? '' : '? '}${becauseText(each)}`),
  }
}

describe('modifiedPath', () => {
  // The table of HTTPPathModifier.replacePrefixMatch.
  it.each([
    ['/foo/bar', '/foo', '/xyz', '/xyz/bar'],
    ['/foo/bar', '/foo', '/xyz/', '/xyz/bar'],
    ['/foo/bar', '/foo/', '/xyz', '/xyz/bar'],
    ['/foo/bar', '/foo/', '/xyz/', '/xyz/bar'],
    ['/foo', '/foo', '/xyz', '/xyz'],
    ['/foo/', '/foo', '/xyz', '/xyz/'],
    ['/foo/bar', '/foo', '', '/bar'],
    ['/foo/', '/foo', '', '/'],
    ['/foo', '/foo', '', '/'],
    ['/foo/', '/foo', '/', '/'],
    ['/foo', '/foo', '/', '/'],
    ['/foo/a?b=/foo', '/foo', '/xyz', '/xyz/a?b=/foo'],
  ])('makes of %s, prefix %s, replaced by %j: %s', (path, prefix, value, made) => {
    const match = aMatch({ path: { type: 'PathPrefix', value: prefix } })
    expect(modifiedPath({ type: 'ReplacePrefixMatch', value }, match, path)).toBe(made)
  })

  it('replaces the whole path and keeps the query; a prefix only where the match has one', () => {
    const exact = aMatch({ path: { type: 'Exact', value: '/a' } })
    expect(modifiedPath({ type: 'ReplaceFullPath', value: '/x' }, exact, '/a?b=c')).toBe('/x?b=c')
    expect(modifiedPath({ type: 'ReplacePrefixMatch', value: '/x' }, exact, '/a')).toBeNull()
  })
})

describe('locationOf', () => {
  // HTTPRequestRedirectFilter.port: given, else that of the scheme, else that of the listener; never a default one.
  it.each<[Partial<Redirect>, 'http' | 'https', number, string]>([
    [{}, 'http', 80, 'http://a.org/p'],
    [{}, 'http', 8080, 'http://a.org:8080/p'],
    [{}, 'https', 443, 'https://a.org/p'],
    [{ scheme: 'https' }, 'http', 8080, 'https://a.org/p'],
    [{ scheme: 'http' }, 'https', 8443, 'http://a.org/p'],
    [{ scheme: 'https', port: 8443 }, 'http', 80, 'https://a.org:8443/p'],
    [{ port: 443 }, 'https', 8443, 'https://a.org/p'],
    [{ port: 443 }, 'http', 80, 'http://a.org:443/p'],
    [{ hostname: 'b.org' }, 'http', 80, 'http://b.org/p'],
    [
      { scheme: 'https', hostname: 'b.org', path: { type: 'ReplaceFullPath', value: '/q' } },
      'http',
      80,
      'https://b.org/q',
    ],
  ])('leads by %j on %s:%i to %s', (of, scheme, port, to) => {
    const location = locationOf(redirect(of), aMatch(), { scheme, host: 'a.org', path: '/p', port })
    expect(location && locationText(location)).toBe(to)
  })

  it('is expected exactly, but for what the specification leaves open', () => {
    const pattern = (of: Partial<Redirect>, path = '/p.html') => {
      const location = locationOf(redirect(of), aMatch(), { scheme: 'http', host: 'a.org', path, port: 80 })
      return new RegExp((location === null ? '' : locationPattern(location)).replaceAll('(?i:', '(?:'))
    }
    const takes = (regexp: RegExp, ...all: string[]) => all.map((each) => regexp.test(each))
    expect(
      takes(
        pattern({ scheme: 'https' }),
        ...['https://a.org/p.html', 'https://a.org:443/p.html', 'https://a.org/p.html?q=1'],
        ...[
          'http://a.org/p.html',
          'https://a.org:8443/p.html',
          'https://aXorg/p.html',
          'https://a.org/p.html/x',
          '/p.html',
        ],
      ),
    ).toEqual([true, true, true, false, false, false, false, false])
    expect(takes(pattern({}, '/'), 'http://a.org', 'http://a.org/', 'http://a.org/x')).toEqual([true, true, false])
    const toPrefix = pattern({ path: { type: 'ReplacePrefixMatch', value: '/x' } }, '/')
    expect(takes(toPrefix, 'http://a.org/x', 'http://a.org/x/', 'http://a.org/xy')).toEqual([true, true, false])
  })
})

describe('answerOf', () => {
  it('expects the status and the Location of a redirect, of the rule or of the backend', () => {
    const filters: RouteFilter[] = [redirect({ statusCode: 301, scheme: 'https' })]
    const field = (of: string) =>
      `HTTPRoute/shop spec.rules[0]${of}.filters[0]: the Gateway answers 301 with Location https://shop.example.com/cart/1?a=b, and the Service is not asked`
    const expected = {
      validStatusCodes: [301],
      failIfHeaderNotMatches: [
        {
          header: 'location',
          regexp: '^(?i:https)://(?i:shop\\.example\\.com)(:443)?/cart/1(\\?.*)?$',
          allowMissing: false,
        },
      ],
    }
    expect(answer({ filters })).toMatchObject({ expect: expected, because: [field('')], behind: null })
    expect(answer({ backends: [{ ...aBackend('toad'), filters }] })).toMatchObject({
      expect: expected,
      because: [field('.backendRefs[0]')],
    })
  })

  it('tells what a rewrite and header filters make of the request', () => {
    const filters: RouteFilter[] = [
      { type: 'URLRewrite', hostname: 'inside.example', path: { type: 'ReplacePrefixMatch', value: '/v2' } },
      { type: 'RequestHeaderModifier', set: [{ name: 'X-A', value: '1' }], add: [], remove: ['Accept'] },
      { type: 'ResponseHeaderModifier', set: [{ name: 'x-b', value: '1' }], add: [], remove: [] },
      { type: 'CORS', allowOrigins: ['*'], allowMethods: [], allowHeaders: [], allowCredentials: false },
      { type: 'RequestMirror', backend: { group: '', kind: 'Service', namespace: null, name: 'copy', port: 80 } },
    ]
    expect(answer({ filters, matches: [aMatch({ path: { type: 'PathPrefix', value: '/cart' } })] })).toEqual({
      expect: null,
      behind: { host: 'inside.example', path: '/v2/1?a=b', headers: { 'x-a': '1', accept: null } },
      because: [],
    })
  })

  it('doubts a filter of which nobody knows what it does', () => {
    const filters: RouteFilter[] = [
      { type: 'ExtensionRef', ref: { group: 'gateway.example', kind: 'Login', namespace: null, name: 'staff' } },
      { type: 'Unknown', written: 'ExternalAuth' },
    ]
    expect(answer({ filters }).because).toEqual([
      '? HTTPRoute/shop spec.rules[0].filters[0]: what Login/staff does to requests is not known',
      '? HTTPRoute/shop spec.rules[0].filters[1]: what a filter of type ExternalAuth does is not known',
    ])
  })

  it('names a timeout of the rule that ends before that of the check', () => {
    expect(answer({ timeouts: { requestMs: 500, backendRequestMs: 10_000 } }).because).toEqual([
      'HTTPRoute/shop spec.rules[0].timeouts.request: the Gateway answers 504 to what takes longer than 500 ms; the check waits 5000 ms',
    ])
  })
})
