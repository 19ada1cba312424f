import { describe, expect, it } from 'vitest'
import { read, refusalOf, toldOf } from '../../test/support/read-manifests.ts'
import type { GatewayRoute, RouteKind } from './gateway-objects.ts'

const route = (kind: RouteKind, spec: string, more = '') =>
  `{apiVersion: gateway.networking.k8s.io/v1, kind: ${kind}, metadata: {name: toad, namespace: pond}, spec: ${spec}${more}}`
const routeOf = (text: string): GatewayRoute | undefined => read(text).objects.gatewayRoutes[0]
const rulesOf = (kind: RouteKind, spec: string) => routeOf(route(kind, spec))?.rules

const gateway = { group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace: null, name: 'gate' }
const everyPath = { path: { type: 'PathPrefix', value: '/' }, method: null, headers: [], query: [], grpc: null }
const everyCall = { ...everyPath, path: null }
const toad = { group: '', kind: 'Service', namespace: null, name: 'toad', port: 80, weight: 1, filters: [] }
const noTimeouts = { requestMs: null, backendRequestMs: null }

describe('a route of the Gateway API', () => {
  it('has the defaults of its CRD where it says nothing', () => {
    expect(
      routeOf(route('HTTPRoute', '{parentRefs: [{name: gate}], rules: [{backendRefs: [{name: toad, port: 80}]}]}')),
    ).toEqual({
      kind: 'HTTPRoute',
      meta: {
        name: 'toad',
        namespace: 'pond',
        ...{ labels: {}, annotations: {}, createdAt: null, generation: null, deletedAt: null, owner: null },
      },
      parentRefs: [{ ...gateway, sectionName: null, port: null }],
      hostnames: [],
      rules: [{ name: null, matches: [everyPath], filters: [], backends: [toad], timeouts: noTimeouts }],
      parents: null,
    })
  })

  it.each<[RouteKind, string, unknown]>([
    ['HTTPRoute', '{}', [{ matches: [everyPath], backends: [] }]],
    ['GRPCRoute', '{}', []],
    ['GRPCRoute', '{rules: [{}]}', [{ matches: [everyCall], backends: [] }]],
    ['TLSRoute', '{rules: [{backendRefs: [{name: toad, port: 80}]}]}', [{ matches: [], backends: [toad] }]],
    ['TCPRoute', '{rules: [{backendRefs: [{name: toad, port: 80}]}]}', [{ matches: [], backends: [toad] }]],
    ['UDPRoute', '{rules: [{backendRefs: [{name: toad, port: 80}]}]}', [{ matches: [], backends: [toad] }]],
  ])('%s %s', (kind, spec, rules) => {
    expect(rulesOf(kind, spec)?.map(({ matches, backends }) => ({ matches, backends }))).toEqual(rules)
  })

  it('keeps matches of HTTP and of gRPC', () => {
    expect(
      rulesOf(
        'HTTPRoute',
        `{rules: [{matches: [
          {path: {value: /a}}, {path: {type: Exact}, method: POST},
          {path: {type: RegularExpression, value: '/a//b'}},
          {headers: [{name: x, value: z}], queryParams: [{type: RegularExpression, name: q, value: '[0-9]'}]}]}]}`,
      )?.[0]?.matches,
    ).toEqual([
      { ...everyPath, path: { type: 'PathPrefix', value: '/a' } },
      { ...everyPath, path: { type: 'Exact', value: '/' }, method: 'POST' },
      { ...everyPath, path: { type: 'RegularExpression', value: '/a//b' } },
      {
        ...everyPath,
        headers: [{ type: 'Exact', name: 'x', value: 'z' }],
        query: [{ type: 'RegularExpression', name: 'q', value: '[0-9]' }],
      },
    ])
    expect(
      rulesOf(
        'GRPCRoute',
        '{rules: [{matches: [{method: {service: a.B}}, {headers: [{name: x, value: z}], method: {type: RegularExpression, method: G.*}}]}]}',
      )?.[0]?.matches,
    ).toEqual([
      { ...everyCall, grpc: { type: 'Exact', service: 'a.B', method: null } },
      {
        ...everyCall,
        headers: [{ type: 'Exact', name: 'x', value: 'z' }],
        grpc: { type: 'RegularExpression', service: null, method: 'G.*' },
      },
    ])
  })

  it('keeps what filters do, and says of others only what they are called', () => {
    expect(
      rulesOf(
        'HTTPRoute',
        `{rules: [{filters: [
          {type: RequestRedirect, requestRedirect: {scheme: https}},
          {type: RequestRedirect, requestRedirect: {hostname: b.example, port: 8443, statusCode: 308,
            path: {type: ReplaceFullPath, replaceFullPath: /b}}},
          {type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: ''}}},
          {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: a, value: b}], remove: [c]}},
          {type: ResponseHeaderModifier, responseHeaderModifier: {add: [{name: a, value: b}]}},
          {type: RequestMirror, requestMirror: {backendRef: {name: frog, namespace: bog, port: 81}}},
          {type: CORS, cors: {allowOrigins: ['https://a.example'], allowMethods: ['*'], allowCredentials: true}},
          {type: ExtensionRef, extensionRef: {group: example.com, kind: Limit, name: l}},
          {type: ExternalAuth, externalAuth: {protocol: HTTP}}]}]}`,
      )?.[0]?.filters,
    ).toEqual([
      { type: 'RequestRedirect', scheme: 'https', hostname: null, path: null, port: null, statusCode: 302 },
      {
        type: 'RequestRedirect',
        scheme: null,
        hostname: 'b.example',
        path: { type: 'ReplaceFullPath', value: '/b' },
        port: 8443,
        statusCode: 308,
      },
      { type: 'URLRewrite', hostname: null, path: { type: 'ReplacePrefixMatch', value: '' } },
      { type: 'RequestHeaderModifier', set: [{ name: 'a', value: 'b' }], add: [], remove: ['c'] },
      { type: 'ResponseHeaderModifier', set: [], add: [{ name: 'a', value: 'b' }], remove: [] },
      { type: 'RequestMirror', backend: { group: '', kind: 'Service', namespace: 'bog', name: 'frog', port: 81 } },
      {
        type: 'CORS',
        allowOrigins: ['https://a.example'],
        allowMethods: ['*'],
        allowHeaders: [],
        allowCredentials: true,
      },
      { type: 'ExtensionRef', ref: { group: 'example.com', kind: 'Limit', namespace: null, name: 'l' } },
      { type: 'Unknown', written: 'ExternalAuth' },
    ])
  })

  it.each([
    ['500ms', 500],
    ['1m30s', 90_000],
    ['2h', 7_200_000],
    ['0s', null],
  ])('has a timeout of %s', (text, ms) => {
    expect(
      rulesOf('HTTPRoute', `{rules: [{timeouts: {request: ${text}, backendRequest: ${text}}}]}`)?.[0]?.timeouts,
    ).toEqual({ requestMs: ms, backendRequestMs: ms })
  })

  it('keeps the empty group of a parent, and calls a kind that has left the trials as it is called now', () => {
    const spec = `{parentRefs: [{group: '', kind: Service, name: toad, port: 80},
      {group: gateway.networking.x-k8s.io, kind: XListenerSet, name: set, sectionName: http}]}`
    expect(routeOf(route('HTTPRoute', spec))?.parentRefs).toEqual([
      { group: '', kind: 'Service', namespace: null, name: 'toad', sectionName: null, port: 80 },
      { ...gateway, kind: 'ListenerSet', name: 'set', sectionName: 'http', port: null },
    ])
  })

  it('keeps the conditions of each parent and controller', () => {
    const status = `, status: {parents: [{parentRef: {name: gate}, controllerName: example.com/a, conditions: [
      {type: Accepted, status: 'False', reason: NoMatchingParent, message: none, observedGeneration: 2,
        lastTransitionTime: '2026-01-01T00:00:00Z'}]}]}`
    expect(routeOf(route('TCPRoute', '{}', status))?.parents).toEqual([
      {
        parentRef: { ...gateway, sectionName: null, port: null },
        controllerName: 'example.com/a',
        conditions: [
          { type: 'Accepted', status: 'False', reason: 'NoMatchingParent', message: 'none', observedGeneration: 2 },
        ],
      },
    ])
  })
})

describe('a route that Kubernetes would refuse is refused', () => {
  const where = (field: string) => `spec.${field}`
  it.each([
    ['{parentRefs: [{kind: Gateway}]}', where('parentRefs[0].name'), 'missing, expected the name of the object.'],
    [
      '{rules: [{backendRefs: [{name: toad}]}]}',
      where('rules[0].backendRefs[0].port'),
      'missing, expected the port of the Service, its number.',
    ],
    [
      '{rules: [{matches: [{path: {type: Prefix, value: /}}]}]}',
      where('rules[0].matches[0].path.type'),
      'found "Prefix", expected Exact, PathPrefix or RegularExpression.',
    ],
    [
      '{rules: [{matches: [{path: {value: /a//b}}]}]}',
      where('rules[0].matches[0].path.value'),
      "must not contain '//'.",
    ],
    [
      '{rules: [{matches: [{path: {value: "/a?b"}}]}]}',
      where('rules[0].matches[0].path.value'),
      'must not contain "?". Write it percent-encoded.',
    ],
    [
      '{rules: [{filters: [{type: URLRewrite}]}]}',
      where('rules[0].filters[0].urlRewrite'),
      'missing, expected what the filter of type URLRewrite does.',
    ],
    [
      '{rules: [{filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath}}}]}]}',
      where('rules[0].filters[0].urlRewrite.path.replaceFullPath'),
      "must be specified when type is set to 'ReplaceFullPath'.",
    ],
    [
      '{hostnames: ["https://a.example"]}',
      where('hostnames[0]'),
      'found "https://a.example", expected a DNS name, like quay.example.com or *.example.com, without scheme, port or path. Did you mean "a.example"?',
    ],
    [
      '{rules: [{timeouts: {request: 1 minute}}]}',
      where('rules[0].timeouts.request'),
      'found "1 minute", expected a duration of hours, minutes, seconds and milliseconds, like 1m30s or 500ms.',
    ],
  ])('%s', (spec, place, detail) => {
    expect(refusalOf(route('HTTPRoute', spec)).errors).toEqual(toldOf('HTTPRoute/toad', [[place, detail]]))
  })
})
