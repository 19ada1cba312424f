import { describe, expect, it } from 'vitest'
import { grpcCheck, httpCheck } from '../../../test/support/checks.ts'
import {
  condition,
  gateway,
  gatewayClass,
  grant,
  http,
  httpRoute,
  https,
  listenerSet,
  namespace,
  parentStatus,
  routeOf,
} from '../../../test/support/gateway-manifests.ts'
import { node, service } from '../../../test/support/manifests.ts'
import { doubtsOf, linesOf, pathOf } from '../../../test/support/plan-lines.ts'
import { checkText, planOf } from '../../../test/support/plan-text.ts'
import type { Plan } from '../path.ts'

const toad = { target: { service: 'toad', namespace: 'pond' } }
const AT = 'at 203.0.113.80'
const plan = (...objects: unknown[]): Plan => planOf([service(), ...objects], toad)
const lines = (...objects: unknown[]): string[] => linesOf(plan(...objects), 'HTTPRoute')
const reasons = (of: Plan, kind = 'HTTPRoute'): string[] =>
  of.notApplicable.filter((each) => each.kind === kind).map(({ reason }) => reason)
const why = (...objects: unknown[]): string[] => reasons(plan(...objects))
const edge = (...listeners: unknown[]) => gateway({ listeners })

describe('paths by an HTTPRoute', () => {
  it('dial the address of the Gateway, with the Host of the route', () => {
    const made = plan(gateway(), httpRoute({ hostnames: ['toad.example.com'] }))
    expect(linesOf(made, 'HTTPRoute')).toEqual([`http://toad.example.com/ ${AT}:80`])
    expect(pathOf(made, 'HTTPRoute')).toMatchObject({
      ...{
        host: 'toad.example.com',
        port: { name: 'http', number: 80, protocol: 'TCP' },
        rulePath: null,
        pathType: null,
      },
      parent: { kind: 'Gateway', namespace: 'pond', name: 'edge', section: 'http' },
      match: { type: 'PathPrefix', path: '/', method: null, headers: [], query: [] },
      because: [
        'HTTPRoute/toad spec.rules[0]',
        'HTTPRoute/toad spec.rules[0].backendRefs[0]',
        'Gateway/edge spec.listeners[0]',
        'Gateway/edge status.addresses[0].value',
      ],
    })
    expect(pathOf(made, 'HTTPRoute').checks.map(checkText)).toEqual(['http GET http://toad.example.com/'])
  })

  it('are one for each address, listener, host and match', () => {
    const addresses = [
      { type: 'IPAddress', value: '203.0.113.80' },
      { type: 'Hostname', value: 'edge.example.net' },
      { type: 'example.net/pool', value: 'blue' },
    ]
    const route = httpRoute({
      hostnames: ['a.example.com', 'b.example.com'],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/x' } }, { path: { type: 'Exact', value: '/y' } }],
          backendRefs: [{ name: 'toad', port: 80 }],
        },
        { backendRefs: [{ name: 'frog', port: 80 }] },
      ],
    })
    const found = lines(
      gateway({ listeners: [http(), https({ hostname: 'b.example.com' })] }, {}, { addresses }),
      route,
    )
    expect(found.toSorted()).toEqual(
      ['203.0.113.80', 'edge.example.net']
        .flatMap((at) =>
          ['/x', '/y'].flatMap((path) => [
            `http://a.example.com${path} at ${at}:80`,
            `http://b.example.com${path} at ${at}:80`,
            `https://b.example.com${path} at ${at}:443`,
          ]),
        )
        .toSorted(),
    )
  })

  it('have the hosts that the listener and the route have in common', () => {
    const hosts = (hostname: string | undefined, hostnames: string[]) =>
      plan(edge(http({ hostname })), httpRoute({ hostnames })).paths.flatMap(({ kind, host }) =>
        kind === 'HTTPRoute' ? [host] : [],
      )
    expect(hosts('*.example.com', ['a.example.com', 'b.a.example.com', 'example.com', 'a.example.org'])).toEqual([
      'a.example.com',
      'b.a.example.com',
    ])
    expect(hosts('*.example.com', ['*.com', '*.a.example.com'])).toEqual(['probe.example.com', 'probe.a.example.com'])
    expect(hosts('a.example.com', ['*.example.com'])).toEqual(['a.example.com'])
    expect(hosts('a.example.com', [])).toEqual(['a.example.com'])
    expect(hosts(undefined, ['*.example.com'])).toEqual(['probe.example.com'])
  })

  it('are not on a listener where another one gets their host', () => {
    const listeners = [http(), http({ name: 'own', hostname: 'toad.example.com' })]
    const route = httpRoute({ hostnames: ['toad.example.com'], parentRefs: [{ name: 'edge', sectionName: 'http' }] })
    expect(why(edge(...listeners), route)).toEqual([
      'HTTPRoute/toad: listener own of Gateway/edge gets what is sent to toad.example.com, before listener http of Gateway/edge',
    ])
    const both = plan(edge(...listeners), httpRoute({ hostnames: ['toad.example.com'] }))
    expect([linesOf(both, 'HTTPRoute'), pathOf(both, 'HTTPRoute').parent?.section, reasons(both)]).toEqual([
      [`http://toad.example.com/ ${AT}:80`],
      'own',
      [],
    ])
  })

  it('send what the match asks for: method, headers, query', () => {
    const match = {
      path: { type: 'Exact', value: '/x' },
      method: 'POST',
      headers: [{ name: 'X-Tenant', value: 'frog' }],
      queryParams: [{ name: 'page', value: '2' }],
    }
    const route = httpRoute({ rules: [{ matches: [match], backendRefs: [{ name: 'toad', port: 80 }] }] })
    const path = pathOf(plan(gateway(), route), 'HTTPRoute')
    expect(path.match).toEqual({
      ...{ type: 'Exact', path: '/x', method: 'POST', headers: [{ name: 'x-tenant', value: 'frog' }] },
      query: [{ name: 'page', value: '2' }],
    })
    expect(path.checks).toMatchObject([{ method: 'POST', path: '/x?page=2', ruleHeaders: { 'x-tenant': 'frog' } }])
  })

  it("keep a caller's path and method only where the rule gets them", () => {
    const rules = [
      { backendRefs: [{ name: 'toad', port: 80 }] },
      { matches: [{ method: 'POST' }], backendRefs: [{ name: 'frog', port: 80 }] },
      { matches: [{ path: { type: 'PathPrefix', value: '/frog' } }], backendRefs: [{ name: 'frog', port: 80 }] },
    ]
    const asked = (method: string, path: string) => {
      const checks = [httpCheck({ method, path, isDefault: false })]
      const made = planOf([service(), gateway(), httpRoute({ rules })], { ...toad, checks })
      return pathOf(made, 'HTTPRoute').checks.map(checkText)
    }
    expect([asked('GET', '/x'), asked('DELETE', '/frog'), asked('POST', '/x')].flat()).toEqual([
      'default: http GET http://203.0.113.80/x',
      'default: http DELETE http://203.0.113.80/',
      'default: http GET http://203.0.113.80/',
    ])
  })

  it("keep a caller's headers, and are unknown where another rule gets the request with them", () => {
    const canary = { headers: [{ name: 'X-Canary', value: 'on' }] }
    const rules = [
      { backendRefs: [{ name: 'toad', port: 80 }] },
      { matches: [canary], backendRefs: [{ name: 'frog', port: 80 }] },
      {
        matches: [{ headers: [{ name: 'x-tenant', type: 'RegularExpression', value: 'a+' }] }],
        backendRefs: [{ name: 'frog', port: 80 }],
      },
    ]
    const asked = (headers: Record<string, string>, kind: 'toad' | 'frog' = 'toad') => {
      const target = { target: { namespace: 'pond', service: kind } }
      const checks = [httpCheck({ name: 'home', path: '/x', headers, isDefault: false })]
      const made = planOf([service({}, { name: kind }), gateway(), httpRoute({ rules })], { ...target, checks })
      const path = pathOf(made, 'HTTPRoute')
      return [doubtsOf(path), path.checks.map((each) => each.type === 'http' && [each.path, each.headers])]
    }
    const told = (names: string) => [`headers of check home: with ${names} another rule may get the request`]
    const sent = { 'x-canary': 'off', accept: 'text/html' }
    expect(asked(sent)).toEqual([[], [['/x', sent]]])
    const strays = { 'X-CANARY': 'on', accept: 'text/html' }
    expect(asked(strays)).toEqual([told('X-CANARY'), [['/x', strays]]])
    expect(asked({ 'x-tenant': 'secret-aa' })).toEqual([told('x-tenant'), [['/x', { 'x-tenant': 'secret-aa' }]]])
    // The rule's own header is sent in place of the caller's
    expect(asked({ 'x-canary': 'off' }, 'frog')).toEqual([[], [['/x', { 'x-canary': 'off' }]]])
  })

  it('are asked elsewhere with headers that send the request to another rule at the path of a check', () => {
    const match = { path: { type: 'PathPrefix', value: '/x' }, headers: [{ name: 'x-canary', value: 'on' }] }
    const rules = [
      { backendRefs: [{ name: 'toad', port: 80 }] },
      { matches: [match], backendRefs: [{ name: 'frog', port: 80 }] },
    ]
    const checks = [httpCheck({ name: 'home', path: '/x', headers: { 'x-canary': 'on' }, isDefault: false })]
    const path = pathOf(planOf([service(), gateway(), httpRoute({ rules })], { ...toad, checks }), 'HTTPRoute')
    expect([doubtsOf(path), path.checks.map(checkText)]).toEqual([[], ['home: http GET http://203.0.113.80/']])
  })

  it('are unknown for a call whose metadata another rule of a GRPCRoute asks for', () => {
    const route = routeOf('GRPCRoute', {
      rules: [
        { backendRefs: [{ name: 'toad', port: 80 }] },
        { matches: [{ headers: [{ name: 'x-canary', value: 'on' }] }], backendRefs: [{ name: 'frog', port: 80 }] },
      ],
    })
    const doubts = (metadata: Record<string, string>) =>
      doubtsOf(
        pathOf(
          planOf([service(), gateway(), route], { ...toad, checks: [grpcCheck({ name: 'home', metadata })] }),
          'GRPCRoute',
        ),
      )
    expect([doubts({ 'x-canary': 'off' }), doubts({ 'x-canary': 'on' })]).toEqual([
      [],
      ['metadata of check home: with x-canary another rule may get the request'],
    ])
  })

  it('are unknown where the authority of the backends is of a kind that a Gateway need not take', () => {
    const policy = (kind: string) => ({
      ...{ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'BackendTLSPolicy' },
      metadata: { name: 'toad', namespace: 'pond' },
      spec: {
        targetRefs: [{ group: '', kind: 'Service', name: 'toad' }],
        validation: { hostname: 'toad.example.com', caCertificateRefs: [{ group: '', kind, name: 'ca' }] },
      },
    })
    const doubts = (kind: string) => doubtsOf(pathOf(plan(gateway(), httpRoute(), policy(kind)), 'HTTPRoute'))
    expect([doubts('ConfigMap'), doubts('Secret')]).toEqual([
      [],
      [
        'BackendTLSPolicy/toad spec.validation.caCertificateRefs: no ConfigMap but Secret, which a Gateway need not take: it answers 5xx then',
      ],
    ])
  })

  it('are unknown where other backends have a share', () => {
    const backendRefs = [
      { name: 'toad', port: 80, weight: 9 },
      { name: 'frog', port: 80, weight: 1 },
    ]
    const path = pathOf(plan(gateway(), httpRoute({ rules: [{ backendRefs }] })), 'HTTPRoute')
    expect([path.expected, doubtsOf(path)]).toEqual([
      'unknown',
      [
        'HTTPRoute/toad spec.rules[0].backendRefs: 90 % of its requests get to this port of the Service, the rest elsewhere',
      ],
    ])
  })

  it('are one for each port of the Service that a rule leads to', () => {
    const two = service({ ports: ['http', 'web'].map((name, at) => ({ name, port: 80 + at })) })
    const backendRefs = [80, 81, 81].map((port) => ({ name: 'toad', port }))
    const made = planOf([two, gateway(), httpRoute({ rules: [{ backendRefs }] })], toad)
    const shown = made.paths.filter(({ kind }) => kind === 'HTTPRoute')
    expect(shown.map(({ port, because }) => [port?.number, because.at(-1)?.note])).toEqual([
      [80, '33.3 % of its requests get to this port of the Service, the rest elsewhere'],
      [81, '66.7 % of its requests get to this port of the Service, the rest elsewhere'],
    ])
  })

  it('are judged by the status and the Location of a redirect, and send to others what the rule wants', () => {
    const filters = [{ type: 'RequestRedirect', requestRedirect: { statusCode: 301, hostname: 'b.example.com' } }]
    const route = httpRoute({
      hostnames: ['a.example.com'],
      rules: [{ filters, backendRefs: [{ name: 'toad', port: 80 }] }],
    })
    const [check] = pathOf(plan(gateway(), route), 'HTTPRoute').checks
    expect(check).toMatchObject({
      expect: { validStatusCodes: [301], failIfHeaderNotMatches: [{ header: 'location' }] },
    })
  })

  it('are unknown where the listener demands client certificates', () => {
    const validation = (mode?: string) => ({ validation: { caCertificateRefs: [{ name: 'ca' }], mode } })
    const expected = (frontend: unknown) =>
      pathOf(plan(gateway({ listeners: [https()], tls: { frontend } }), httpRoute()), 'HTTPRoute').expected
    expect(expected({ default: validation() })).toBe('unknown')
    expect(expected({ default: validation('AllowInsecureFallback') })).toBe('reachable')
    expect(expected({ default: validation(), perPort: [{ port: 443, tls: {} }] })).toBe('reachable')
    expect(expected({ default: {}, perPort: [{ port: 443, tls: validation('AllowValidOnly') }] })).toBe('unknown')
    expect(expected({ default: {}, perPort: [{ port: 8443, tls: validation() }] })).toBe('reachable')
  })
})

describe('the address of a Gateway', () => {
  const own = (spec: Record<string, unknown>, status: Record<string, unknown> = {}) =>
    service(
      {
        clusterIP: '10.96.0.80',
        ports: [{ name: 'http', port: 80, ...('type' in spec && { nodePort: 30080 }) }],
        ...spec,
      },
      { name: 'edge-some', labels: { 'gateway.networking.k8s.io/gateway-name': 'edge' } },
      status,
    )
  const without = gateway({}, {}, { addresses: [] })
  const at = (objects: unknown[], asked = {}) =>
    linesOf(planOf([service(), ...objects], { ...toad, ...asked }), 'HTTPRoute')

  it('is what the caller says, at the ports that the caller says', () => {
    const addresses = { ingressController: ['198.51.100.7'] }
    expect(at([gateway(), httpRoute()], { addresses })).toEqual(['http://198.51.100.7/ at 198.51.100.7:80'])
    const moved = { ...addresses, controllerPorts: { http: 8080, https: 8443 } }
    const listeners = [http(), https(), http({ name: 'third', port: 9000 })]
    expect(at([gateway({ listeners }), httpRoute()], { addresses: moved })).toEqual([
      'http://198.51.100.7:8080/ at 198.51.100.7:8080',
      'https://198.51.100.7:8443/ at 198.51.100.7:8443',
      'http://198.51.100.7:9000/ at 198.51.100.7:9000',
    ])
  })

  it("is that of the Gateway's own Service where the status has none", () => {
    const status = { loadBalancer: { ingress: [{ ip: '203.0.113.9' }] } }
    expect(at([without, httpRoute(), own({ type: 'LoadBalancer' }, status)])).toEqual([
      'http://203.0.113.9/ at 203.0.113.9:80 short cut',
    ])
    expect(at([without, httpRoute(), own({})])).toEqual(['http://10.96.0.80/ at 10.96.0.80:80'])
    expect(at([without, httpRoute(), own({ type: 'NodePort' }), node('node-1', { InternalIP: '10.0.0.11' })])).toEqual([
      'http://10.0.0.11:30080/ at 10.0.0.11:30080',
    ])
  })

  it('is a short cut where kube-proxy answers for it, and leads to node ports where it is that of a node', () => {
    const status = { loadBalancer: { ingress: [{ ip: '203.0.113.80' }] } }
    const balanced = [gateway(), httpRoute(), own({ type: 'LoadBalancer' }, status)]
    expect(at(balanced)).toEqual([`http://203.0.113.80/ ${AT}:80 short cut`])
    expect(at(balanced, { vantage: 'outside' })).toEqual([`http://203.0.113.80/ ${AT}:80`])
    const byNode = [gateway(), httpRoute(), own({ type: 'NodePort' }), node('node-1', { InternalIP: '203.0.113.80' })]
    expect(at(byNode)).toEqual([`http://203.0.113.80:30080/ ${AT}:30080`])
  })

  it('is of no use outside where it is a cluster IP, or the name of a Service', () => {
    const inside = (value: string, type: string) => gateway({}, {}, { addresses: [{ type, value }] })
    for (const [value, type] of [
      ['10.96.0.80', 'IPAddress'],
      ['edge-some.pond.svc.cluster.local', 'Hostname'],
    ] as const) {
      const objects = [inside(value, type), httpRoute(), own({})]
      expect(at(objects)).toEqual([`http://${value}/ at ${value}:80`])
      expect(at(objects, { vantage: 'outside' })).toEqual([`http://${value}/ at ${value}:80 skipped vantage`])
    }
  })

  it('is pending where there is none, with what the controller says', () => {
    const programmed = condition('Programmed', 'False', 'AddressNotAssigned')
    const path = pathOf(
      plan(gateway({}, { generation: 1 }, { addresses: [], conditions: [programmed] }), httpRoute()),
      'HTTPRoute',
    )
    expect(path.skipped).toEqual({
      reason: 'pending',
      detail:
        'no controller has given Gateway/edge an address yet (AddressNotAssigned: told of Programmed); name it in addresses.ingressController',
    })
  })

  it('is unknown from outside where it is private', () => {
    const addresses = [{ type: 'IPAddress', value: '10.1.2.3' }]
    expect(at([gateway({}, {}, { addresses }), httpRoute()], { vantage: 'outside' })).toEqual([
      'http://10.1.2.3/ at 10.1.2.3:80 unknown',
    ])
  })
})

describe('a route that does not apply', () => {
  it.each<[string, unknown[], string]>([
    ['names no parent', [gateway(), httpRoute({ parentRefs: [] })], 'spec.parentRefs is empty'],
    ['has no Gateway', [httpRoute()], 'Gateway pond/edge is not among the objects'],
    [
      'is of the mesh',
      [httpRoute({ parentRefs: [{ group: '', kind: 'Service', name: 'toad' }] })],
      'Service toad is a parent within the mesh, which is no way in',
    ],
    [
      'names a listener that is not there',
      [gateway(), httpRoute({ parentRefs: [{ name: 'edge', sectionName: 'web' }] })],
      'Gateway/edge has no listener called web',
    ],
    [
      'names a port that is not there',
      [gateway(), httpRoute({ parentRefs: [{ name: 'edge', port: 81 }] })],
      'Gateway/edge has no listener on port 81',
    ],
    [
      'is of a kind that the protocol does not take',
      [edge({ name: 'tcp', port: 80, protocol: 'TCP' }), httpRoute()],
      'listener tcp of Gateway/edge is of protocol TCP, which takes no HTTPRoute',
    ],
    [
      'is of a kind that is not allowed',
      [edge(http({ allowedRoutes: { kinds: [{ kind: 'GRPCRoute' }] } })), httpRoute()],
      'listener http of Gateway/edge takes only routes of kind GRPCRoute',
    ],
    [
      'is of another namespace',
      [gateway({}, { namespace: 'infra' }), httpRoute({ parentRefs: [{ name: 'edge', namespace: 'infra' }] })],
      'listener http of Gateway/edge takes no routes of namespace pond (allowedRoutes: Same)',
    ],
    [
      'has no host in common',
      [edge(http({ hostname: '*.example.com' })), httpRoute({ hostnames: ['example.com'] })],
      'no hostname of the route (example.com) is one of listener http of Gateway/edge (*.example.com)',
    ],
    [
      'has weight 0',
      [gateway(), httpRoute({ rules: [{ backendRefs: [{ name: 'toad', port: 80, weight: 0 }] }] })],
      'its weight for Service pond/toad is 0, so that it gets nothing',
    ],
    [
      'names a port that the Service does not have',
      [gateway(), httpRoute({ rules: [{ backendRefs: [{ name: 'toad', port: 81 }] }] })],
      'Service pond/toad has no port 81',
    ],
    [
      'is refused by its controller',
      [gateway(), httpRoute({}, { generation: 1 }, parentStatus([condition('Accepted', 'False', 'NoMatchingParent')]))],
      'example.net/some does not accept it at Gateway edge (NoMatchingParent: told of Accepted)',
    ],
    [
      'is of a Gateway without a controller',
      [
        gateway(),
        httpRoute(),
        gatewayClass(
          {},
          { conditions: [{ ...condition('Accepted', 'Unknown', 'Pending'), observedGeneration: undefined }] },
        ),
      ],
      'no controller has taken GatewayClass/some: example.net/some is not running, or does not know it',
    ],
    [
      'is of a class that its controller refuses',
      [gateway(), httpRoute(), gatewayClass({}, { conditions: [condition('Accepted', 'False', 'InvalidParameters')] })],
      'controller example.net/some does not accept GatewayClass/some (InvalidParameters: told of Accepted)',
    ],
    [
      'is of a Gateway that is not accepted',
      [gateway({}, { generation: 1 }, { conditions: [condition('Accepted', 'False', 'Invalid')] }), httpRoute()],
      'its controller does not accept Gateway/edge (Invalid: told of Accepted)',
    ],
    [
      'is of a listener that is not programmed',
      [
        gateway(
          {},
          { generation: 1 },
          {
            listeners: [
              {
                name: 'http',
                attachedRoutes: 1,
                supportedKinds: [],
                conditions: [condition('Programmed', 'False', 'Invalid')],
              },
            ],
          },
        ),
        httpRoute(),
      ],
      'the controller has not programmed listener http of Gateway/edge (Invalid: told of Programmed)',
    ],
  ])('as it %s', (_what, objects, reason) => {
    const made = plan(...objects)
    expect([linesOf(made, 'HTTPRoute'), reasons(made)]).toEqual([[], [`HTTPRoute/toad: ${reason}`]])
  })

  it('is told by what the objects say, where a condition says it as well', () => {
    const status = parentStatus([condition('Accepted', 'False', 'NoMatchingListenerHostname')])
    const route = httpRoute({ hostnames: ['toad.example.org'] }, { generation: 1 }, status)
    const told = why(gatewayClass(), edge(http({ hostname: '*.example.com' })), route)
    expect(told).toEqual([
      'HTTPRoute/toad: no hostname of the route (toad.example.org) is one of listener http of Gateway/edge (*.example.com)',
    ])
  })

  it('to one listener and does to another is told beside the paths of the other', () => {
    const listeners = [
      { name: 'https', conditions: [condition('ResolvedRefs', 'False', 'InvalidCertificateRef')], attachedRoutes: 0 },
    ]
    const of = gateway({ listeners: [http(), https()] }, { generation: 1 }, { listeners })
    const made = plan(gatewayClass(), of, httpRoute({ hostnames: ['toad.example.com'] }))
    expect(linesOf(made, 'HTTPRoute')).toEqual([`http://toad.example.com/ ${AT}:80`])
    expect(reasons(made)).toEqual([
      'HTTPRoute/toad: the controller says of listener https of Gateway/edge that it has no valid certificate (InvalidCertificateRef: told of ResolvedRefs)',
    ])
  })

  it('is believed of conditions of this generation and of the controller of the class alone', () => {
    const refused = (observed: number, of = {}) =>
      lines(
        gateway(),
        gatewayClass(),
        httpRoute({}, { generation: 2 }, parentStatus([condition('Accepted', 'False', 'Pending', observed)], of)),
      )
    expect(refused(2)).toEqual([])
    expect(refused(1)).toHaveLength(1)
    expect(refused(2, { controllerName: 'example.org/other' })).toHaveLength(1)
    expect(refused(2, { parentRef: { name: 'edge', sectionName: 'http' } })).toHaveLength(1)
  })

  it('needs a ReferenceGrant for a backend in another namespace', () => {
    const far = httpRoute(
      { rules: [{ backendRefs: [{ name: 'toad', namespace: 'pond', port: 80 }] }] },
      { namespace: 'web' },
    )
    const there = gateway({}, { namespace: 'web' })
    expect(why(there, far)).toEqual([
      'HTTPRoute/toad: no ReferenceGrant of namespace pond lets HTTPRoutes of namespace web refer to Service toad',
    ])
    const granted = (from: object, to: object, of?: string) =>
      lines(there, far, grant({ ...from }, { ...to }, of)).length
    expect([
      granted({ namespace: 'web' }, {}),
      granted({ namespace: 'web' }, { name: 'toad' }),
      granted({ namespace: 'web' }, { name: 'frog' }),
      granted({ namespace: 'pond' }, {}),
      granted({ namespace: 'web', kind: 'TCPRoute' }, {}),
      granted({ namespace: 'web' }, { kind: 'Secret' }),
      granted({ namespace: 'web' }, {}, 'web'),
    ]).toEqual([1, 1, 0, 0, 0, 0, 0])
  })

  it('is let in by labels of its namespace, and is uncertain where these are not known', () => {
    const selector = (matchLabels: object) =>
      gateway(
        { listeners: [http({ allowedRoutes: { namespaces: { from: 'Selector', selector: { matchLabels } } } })] },
        { namespace: 'infra' },
      )
    const route = httpRoute({ parentRefs: [{ name: 'edge', namespace: 'infra' }] })
    const wet = namespace('pond', { wet: 'yes' })
    expect(lines(selector({ wet: 'yes' }), route, wet)).toEqual([`http://203.0.113.80/ ${AT}:80`])
    expect(lines(selector({ wet: 'no' }), route, wet)).toEqual([])
    expect(lines(selector({ 'kubernetes.io/metadata.name': 'pond' }), route)).toEqual([`http://203.0.113.80/ ${AT}:80`])
    expect(lines(selector({ 'kubernetes.io/metadata.name': 'lake' }), route)).toEqual([])
    expect(lines(selector({ wet: 'yes' }), route)).toEqual([`http://203.0.113.80/ ${AT}:80 unknown`])
  })
})

describe('listeners of a ListenerSet', () => {
  const allowed = { allowedListeners: { namespaces: { from: 'Same' } } }
  const route = httpRoute({ parentRefs: [{ kind: 'ListenerSet', name: 'more' }] })

  it('are served where the Gateway allows them, which it does not by default', () => {
    const made = plan(gateway(allowed), listenerSet(), route)
    expect(linesOf(made, 'HTTPRoute')).toEqual([`http://203.0.113.80:8080/ ${AT}:8080`])
    expect(pathOf(made, 'HTTPRoute').parent).toEqual({
      ...{ kind: 'ListenerSet', namespace: 'pond', name: 'more', section: 'extra' },
    })
    expect(why(gateway(), listenerSet(), route)).toEqual([
      'HTTPRoute/toad: Gateway/edge takes no ListenerSet of namespace pond (spec.allowedListeners is None)',
    ])
    expect(lines(gateway(allowed), listenerSet(), httpRoute())).toEqual([`http://203.0.113.80/ ${AT}:80`])
  })

  it('give way to those of the Gateway, then to those of older sets', () => {
    const same = { listeners: [http({ name: 'extra' })] }
    expect(why(gateway(allowed), listenerSet(same), route)).toEqual([
      'HTTPRoute/toad: listener extra of ListenerSet/more is in conflict with http of Gateway/edge: both take every host on port 80',
    ])
    const tcp = {
      listeners: [{ name: 'extra', port: 80, protocol: 'HTTPS', tls: { certificateRefs: [{ name: 'c' }] } }],
    }
    expect(why(gateway(allowed), listenerSet(tcp), route)).toEqual([
      'HTTPRoute/toad: listener extra of ListenerSet/more is in conflict with http of Gateway/edge: HTTPS and HTTP share port 80',
    ])
    const older = listenerSet({}, { name: 'zoo', createdAt: '2026-01-01T00:00:00Z' })
    expect(lines(gateway(allowed), older, listenerSet({}, { createdAt: '2026-02-01T00:00:00Z' }), route)).toEqual([])
    expect(lines(gateway(allowed), older, listenerSet({}, { createdAt: '2025-12-01T00:00:00Z' }), route)).toHaveLength(
      1,
    )
    expect(lines(gateway(allowed), listenerSet({}, { name: 'zoo' }), listenerSet(), route)).toHaveLength(1)
  })

  it('are not in conflict with one of their set that gives way itself', () => {
    const listeners = [http({ name: 'extra' }), { name: 'wire', port: 80, protocol: 'TCP' }]
    const hosted = gateway({ ...allowed, listeners: [http({ hostname: 'own.example.com' })] })
    expect(lines(hosted, listenerSet({ listeners }), route)).toEqual([`http://203.0.113.80/ ${AT}:80`])
  })

  it('are in conflict with each other within one object, so that none of them is served', () => {
    const twice = edge(http(), http({ name: 'again', protocol: 'TCP' }), http({ name: 'own', port: 81 }))
    expect(lines(twice, httpRoute())).toEqual([`http://203.0.113.80:81/ ${AT}:81`])
    expect(lines(edge(http(), { name: 'quic', port: 80, protocol: 'UDP' }), httpRoute())).toHaveLength(1)
  })
})

describe('paths by other routes', () => {
  const tls = (mode: string) => ({
    ...{ name: 'tls', port: 8443, protocol: 'TLS', hostname: '*.example.com' },
    tls: { mode, ...(mode === 'Terminate' && { certificateRefs: [{ name: 'cert' }] }) },
  })
  const named = (name: string, number: number) => service({ ports: [{ name, port: number }] })
  const shown = (kind: 'TLSRoute' | 'TCPRoute' | 'UDPRoute' | 'GRPCRoute', target: unknown, ...objects: unknown[]) => {
    const made = planOf([target, ...objects], toad)
    return made.paths
      .filter((path) => path.kind === kind)
      .map(({ url, address, addressPort, serverName, checks, skipped }) => ({
        ...{ url, at: `${address}:${addressPort}`, serverName, skipped: skipped?.reason ?? null },
        checks: checks.map(checkText),
      }))
  }
  const byTls = (port: number) =>
    routeOf('TLSRoute', { hostnames: ['toad.example.com'], rules: [{ backendRefs: [{ name: 'toad', port }] }] })

  it('of kind TLSRoute ask for the host by SNI, and judge the certificate that the Gateway shows', () => {
    const at = { at: '203.0.113.80:8443', serverName: 'toad.example.com', skipped: null }
    const url = 'https://toad.example.com:8443/'
    const check = `http GET ${url} SNI toad.example.com`
    expect(shown('TLSRoute', named('https', 443), edge(tls('Passthrough')), byTls(443))).toEqual([
      { ...at, url, checks: [check] },
    ])
    expect(shown('TLSRoute', named('http', 80), edge(tls('Terminate')), byTls(80))).toEqual([
      { ...at, url, checks: [`${check}, certificate judged`] },
    ])
    expect(shown('TLSRoute', named('mqtt', 1883), edge(tls('Terminate')), byTls(1883))).toEqual([
      { ...at, url: 'tcp://toad.example.com:8443', checks: ['tcp TLS SNI toad.example.com, certificate judged'] },
    ])
  })

  it('of kind TCPRoute ask for the host of a listener that ends TLS', () => {
    const route = routeOf('TCPRoute', { rules: [{ backendRefs: [{ name: 'toad', port: 1883 }] }] })
    const one = { ...tls('Terminate'), hostname: 'mqtt.example.com' }
    expect(shown('TCPRoute', named('mqtt', 1883), edge(one), route)).toEqual([
      {
        ...{ url: 'tcp://mqtt.example.com:8443', at: '203.0.113.80:8443', serverName: 'mqtt.example.com' },
        ...{ skipped: null, checks: ['tcp TLS SNI mqtt.example.com, certificate judged'] },
      },
    ])
    expect(shown('TCPRoute', named('mqtt', 1883), edge({ ...one, hostname: undefined }), route)).toMatchObject([
      { url: 'tcp://203.0.113.80:8443', serverName: null },
    ])
  })

  it('of kinds TCPRoute and UDPRoute dial the port of the listener', () => {
    const tcp = { name: 'tcp', port: 5432, protocol: 'TCP' }
    const route = routeOf('TCPRoute', { rules: [{ backendRefs: [{ name: 'toad', port: 5432 }] }] })
    expect(shown('TCPRoute', named('postgres', 5432), edge(tcp), route)).toEqual([
      {
        ...{ url: 'tcp://203.0.113.80:5432', at: '203.0.113.80:5432', serverName: null, skipped: null },
        checks: ['tcp'],
      },
    ])
    const dns = service({ ports: [{ name: 'syslog', port: 514, protocol: 'UDP' }] })
    const udp = routeOf('UDPRoute', { rules: [{ backendRefs: [{ name: 'toad', port: 514 }] }] })
    expect(shown('UDPRoute', dns, edge({ name: 'udp', port: 514, protocol: 'UDP' }), udp)).toMatchObject([
      { at: '203.0.113.80:514', skipped: 'unprobeable' },
    ])
    const ports = [
      { name: 'dns', port: 53, protocol: 'UDP' },
      { name: 'dns-tcp', port: 53, protocol: 'TCP' },
    ]
    const at53 = { rules: [{ backendRefs: [{ name: 'toad', port: 53 }] }] }
    const asked = 'PTR 1.0.0.127.in-addr.arpa'
    const edgeOf = (protocol: string) => edge({ name: 'dns', port: 5353, protocol })
    expect(shown('UDPRoute', service({ ports }), edgeOf('UDP'), routeOf('UDPRoute', at53))).toMatchObject([
      { at: '203.0.113.80:5353', skipped: null, checks: [`dnsQuery udp ${asked}`] },
    ])
    expect(shown('TCPRoute', service({ ports }), edgeOf('TCP'), routeOf('TCPRoute', at53))).toMatchObject([
      { at: '203.0.113.80:5353', skipped: null, checks: [`dnsQuery tcp ${asked}`] },
    ])
  })

  it('of kind GRPCRoute are on listeners for HTTP', () => {
    const grpc = routeOf('GRPCRoute', {
      rules: [{ matches: [{ method: { service: 'a.B', method: 'C' } }], backendRefs: [{ name: 'toad', port: 80 }] }],
    })
    const made = planOf([named('grpc', 80), gateway(), grpc], toad)
    const path = pathOf(made, 'GRPCRoute')
    expect(path).toMatchObject({ scheme: 'http', match: { type: 'Exact', path: '/a.B/C' } })
    expect(path.checks.map(checkText)).toEqual(['grpc http://203.0.113.80/a.B/C'])
  })
})
