/** Ways through a Gateway that fail while others pass. */
import { describe, expect, it } from 'vitest'
import { gateway, httpRoute, routeOf } from '../../../test/support/gateway-manifests.ts'
import { service, slice } from '../../../test/support/manifests.ts'
import { type Did, type Saw, told } from '../../../test/support/scenario.ts'
import { KINDS } from '../../plan/kinds.ts'
import type { PlannedPath, Position } from '../../plan/path.ts'

const OBJECTS = [
  service(),
  slice([{ at: '10.244.0.9', pod: 'toad-1' }]),
  gateway(),
  httpRoute({ hostnames: ['toad.example.com'] }),
]

const through =
  (did: Did) =>
  ({ kind }: PlannedPath): Did =>
    KINDS[kind].router === 'gateway' ? did : 'pass'

const found = (did: Did, vantage: Position = 'in-cluster', objects: readonly unknown[] = OBJECTS) =>
  told({ manifests: objects, saw: through(did), vantage })

describe('a Gateway', () => {
  it.each([
    [404, 'gateway_does_not_route'],
    [500, 'gateway_backend_unresolved'],
    [502, 'gateway_backend_refuses'],
    [503, 'gateway_has_no_backend'],
    [504, 'gateway_backend_silent'],
    ['response_timeout', 'gateway_backend_silent'],
    ['connection_refused', 'gateway_unreachable'],
    ['connect_timeout', 'gateway_unreachable'],
  ] as const)('that gives %s while the Service answers directly is told by what that means: %s', (did, code) => {
    expect(found(did)).toEqual([`${code} likely: HTTPRoute`])
  })

  it('is possible at most where nothing else could be asked', () => {
    expect(found(503, 'edge')).toEqual(['gateway_has_no_backend possible: HTTPRoute'])
  })

  it('is not blamed for an error that the application gives on every way', () => {
    const manifests = OBJECTS
    expect(told({ manifests, saw: ({ dns }) => (dns === null ? 500 : 'pass') })).not.toContainEqual(
      expect.stringMatching(/^gateway_/),
    )
  })

  it('whose controller says that a reference is not resolved is told by that', () => {
    const condition = { type: 'ResolvedRefs', status: 'False', reason: 'BackendNotFound', observedGeneration: 1 }
    const route = httpRoute(
      { hostnames: ['toad.example.com'] },
      { generation: 1 },
      {
        parents: [
          {
            parentRef: { name: 'edge' },
            controllerName: 'example.net/some',
            conditions: [
              { ...condition, message: 'Service toad is not there', lastTransitionTime: '2026-11-30T00:00:00Z' },
            ],
          },
        ],
      },
    )
    expect(found(500, 'in-cluster', [...OBJECTS.slice(0, 3), route])).toEqual([
      'route_references_unresolved likely: HTTPRoute',
      'route_status_contradicts possible:',
    ])
  })
})

it('a Gateway that passes TLS on is not blamed for pods that speak none', () => {
  const tls = { name: 'tls', port: 443, protocol: 'TLS', tls: { mode: 'Passthrough' } }
  const manifests = [
    service({ ports: [{ name: 'https', port: 443, targetPort: 8443 }] }),
    slice([{ at: '10.244.0.9', pod: 'toad-1' }], { ports: [{ name: 'https', port: 8443 }] }),
    gateway({ listeners: [tls] }),
    routeOf('TLSRoute', {
      hostnames: ['toad.example.com'],
      rules: [{ backendRefs: [{ name: 'toad', port: 443 }] }],
    }),
  ]
  expect(told({ manifests, saw: ({ scheme }) => (scheme === 'https' ? 'tls_not_spoken' : 'pass') })).toEqual([
    'port_speaks_no_tls likely: DNS ClusterIP TLSRoute Endpoint',
  ])
})

it('a BackendTLSPolicy that asks pods for another name is what a Gateway answers 503 for', () => {
  const policy = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'BackendTLSPolicy',
    metadata: { name: 'toad', namespace: 'pond' },
    spec: {
      targetRefs: [{ group: '', kind: 'Service', name: 'toad' }],
      validation: { hostname: 'frog.pond.svc', wellKnownCACertificates: 'System' },
    },
  }
  const saw: Saw = ({ kind, scheme }) =>
    KINDS[kind].router === 'gateway' ? 503 : scheme === 'https' ? 'certificate_name_mismatch' : 'pass'
  expect(told({ manifests: [...OBJECTS, policy], saw })).toEqual([
    'backend_tls_policy_mismatch likely: DNS ClusterIP HTTPRoute Endpoint',
  ])
})
