/** Ways through a Gateway that fail while others pass. */
import { describe, expect, it } from 'vitest'
import { gateway, httpRoute } from '../../../test/support/gateway-manifests.ts'
import { service, slice } from '../../../test/support/manifests.ts'
import { type Did, told } from '../../../test/support/scenario.ts'
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
