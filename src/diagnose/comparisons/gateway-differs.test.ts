/** A data plane that does not do what the objects of its Gateway say. */
import { describe, expect, it } from 'vitest'
import { gateway, http, httpRoute, routeOf } from '../../../test/support/gateway-manifests.ts'
import { service, slice } from '../../../test/support/manifests.ts'
import { diagnosed, type Saw, told } from '../../../test/support/scenario.ts'

const OBJECTS = [service(), slice([{ at: '10.244.0.9', pod: 'toad-1' }])]

const withTcp = [
  ...OBJECTS,
  gateway({ listeners: [http(), { name: 'tcp', port: 9000, protocol: 'TCP' }] }),
  httpRoute({ hostnames: ['toad.example.com'] }),
  routeOf('TCPRoute', { parentRefs: [{ name: 'edge', sectionName: 'tcp' }] }),
]

const at =
  (port: number): Saw =>
  ({ address, addressPort }) =>
    address === '203.0.113.80' && addressPort === port ? 'connection_refused' : 'pass'

const redirecting = [
  ...OBJECTS,
  gateway(),
  httpRoute({
    hostnames: ['toad.example.com'],
    rules: [
      {
        backendRefs: [{ name: 'toad', port: 80 }],
        filters: [{ type: 'RequestRedirect', requestRedirect: { hostname: 'pond.example.com', statusCode: 301 } }],
      },
    ],
  }),
]

const answered =
  (status: number, location?: string): Saw =>
  ({ kind }) =>
    kind === 'HTTPRoute' ? { as: 'unexpected_status', status, ...(location !== undefined && { location }) } : 'pass'

describe('a port of a Gateway', () => {
  it('that is closed while another is open is told, whichever it is', () => {
    expect(told({ manifests: withTcp, saw: at(9000) })).toEqual(['gateway_port_closed likely: TCPRoute'])
    expect(told({ manifests: withTcp, saw: at(80) })).toEqual(['gateway_port_closed likely: HTTPRoute'])
  })

  it('is not what is told where all of them are closed', () => {
    const saw: Saw = ({ address }) => (address === '203.0.113.80' ? 'connection_refused' : 'pass')
    expect(told({ manifests: withTcp, saw })).toEqual(['gateway_unreachable likely: HTTPRoute TCPRoute'])
  })
})

describe('a redirect of a route', () => {
  it.each([
    [302, 'http://pond.example.com/'],
    [301, 'http://toad.example.com/'],
    [200, undefined],
  ])('that is answered with %s and Location %s is told', (status, location) => {
    expect(told({ manifests: redirecting, saw: answered(status, location) })).toEqual([
      'gateway_redirect_differs likely: HTTPRoute',
    ])
  })

  it('that is answered with 404 is a route that the Gateway does not have', () => {
    expect(told({ manifests: redirecting, saw: answered(404) })).toEqual(['gateway_does_not_route likely: HTTPRoute'])
  })
})

it('the request that confirms what a rule does not get has its method and headers', () => {
  const matches = [{ path: { value: '/pond' }, method: 'POST', headers: [{ name: 'X-Tenant', value: 'blue frog' }] }]
  const rules = [{ matches, backendRefs: [{ name: 'toad', port: 80 }] }]
  const manifests = [...OBJECTS, gateway(), httpRoute({ hostnames: ['toad.example.com'], rules })]
  const [finding] = diagnosed({ manifests, saw: answered(404) }).diagnosis.findings
  expect(finding?.confirm).toMatch(/ -X POST -H 'x-tenant: blue frog' http:\/\/toad\.example\.com\/pond; kubectl /)
})
