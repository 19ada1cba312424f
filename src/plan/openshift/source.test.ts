import { describe, expect, it } from 'vitest'
import { service } from '../../../test/support/manifests.ts'
import { linesOf, pathOf } from '../../../test/support/plan-lines.ts'
import { planOf } from '../../../test/support/plan-text.ts'

type Spec = Record<string, unknown>

const HOST = 'toad.apps.example.com'
const ROUTER = 'router-default.apps.example.com'

const admitted = (more: Spec = {}, conditions: unknown[] = [{ type: 'Admitted', status: 'True' }]) => ({
  ingress: [{ host: HOST, routerName: 'default', routerCanonicalHostname: ROUTER, conditions, ...more }],
})
const refusedBy = (reason: string) =>
  admitted({}, [{ type: 'Admitted', status: 'False', reason, message: 'route frog already exposes it' }])

/** Route `toad` to Service `toad`, port `http`, at a router that tells its name. */
const route = (spec: Spec = {}, { status = admitted(), ...meta }: Spec = {}) => ({
  apiVersion: 'route.openshift.io/v1',
  kind: 'Route',
  metadata: { name: 'toad', namespace: 'pond', ...meta },
  spec: { host: HOST, to: { kind: 'Service', name: 'toad' }, port: { targetPort: 'http' }, ...spec },
  status,
})

const named = (port: number, name: string) => ({ name, port, protocol: 'TCP' })
const routerService = {
  ...service(
    { type: 'LoadBalancer', clusterIP: '172.30.0.9', selector: null, ports: [named(80, 'http'), named(443, 'https')] },
    {
      ...{ name: 'router-default', namespace: 'openshift-ingress' },
      labels: { 'ingresscontroller.operator.openshift.io/owning-ingresscontroller': 'default' },
    },
  ),
  status: { loadBalancer: { ingress: [{ ip: '203.0.113.7' }] } },
}

const toad = { target: { service: 'toad', namespace: 'pond' } }
const plan = (objects: unknown[], more: Spec = {}) => planOf([service(), ...objects], { ...toad, ...more })
const lines = (...objects: unknown[]) => linesOf(plan(objects), 'Route')
const AT = `at ${ROUTER}`
const why = (...objects: unknown[]) =>
  plan(objects)
    .notApplicable.filter(({ kind }) => kind === 'Route')
    .map(({ reason }) => reason)

describe('paths by a Route of OpenShift', () => {
  it('dial the router by the name that it tells, with the host of the Route', () => {
    const made = plan([route()])
    expect(linesOf(made, 'Route')).toEqual([`http://${HOST}/ ${AT}:80`])
    expect(pathOf(made, 'Route')).toMatchObject({
      ...{ host: HOST, port: { name: 'http', number: 80, protocol: 'TCP' }, serverName: null },
      parent: { kind: 'IngressController', namespace: 'openshift-ingress-operator', name: 'default', section: null },
      match: { type: 'PathPrefix', path: '/', method: null, headers: [], query: [] },
      because: [
        'Route/toad spec.to',
        'Route/toad spec.port.targetPort=http',
        'Route/toad status.ingress[0].routerCanonicalHostname',
      ],
    })
  })

  it('dial the Service of the router, and before all what the caller names', () => {
    expect(lines(route(), routerService)).toEqual([`http://${HOST}/ at 203.0.113.7:80 short cut`])
    const made = plan([route(), routerService], { addresses: { ingressController: ['198.51.100.1'] } })
    expect(linesOf(made, 'Route')).toEqual([`http://${HOST}/ at 198.51.100.1:80`])
  })

  it('are pending where no router tells an address, or a host', () => {
    expect(lines(route({}, { status: {} }))).toEqual([`http skipped pending`])
    expect(lines(route({ host: null }, { status: admitted({ host: null }) }))).toEqual([
      `http://${ROUTER}/ ${AT}:80 skipped pending`,
    ])
  })

  it.each([
    ['edge', 'None', [`https://${HOST}/ ${AT}:443`]],
    ['edge', 'Allow', [`https://${HOST}/ ${AT}:443`, `http://${HOST}/ ${AT}:80`]],
    ['reencrypt', 'Redirect', [`https://${HOST}/ ${AT}:443`, `http://${HOST}/ ${AT}:80`]],
    ['passthrough', 'None', [`https://${HOST}/ ${AT}:443`]],
    ['magic', 'None', [`https://${HOST}/ ${AT}:443 unknown`]],
  ])('are those that TLS of %s with %s serves', (termination, insecureEdgeTerminationPolicy, expected) => {
    const made = lines(route({ tls: { termination, insecureEdgeTerminationPolicy } }))
    expect(made.toSorted()).toEqual(expected.toSorted())
  })

  it('expect the redirect where plain HTTP is sent to https', () => {
    const tls = { termination: 'edge', insecureEdgeTerminationPolicy: 'Redirect' }
    const plain = plan([route({ tls, path: '/a' })]).paths.find(
      ({ kind, scheme }) => kind === 'Route' && scheme === 'http',
    )
    expect(plain?.checks).toMatchObject([
      {
        type: 'http',
        expect: {
          validStatusCodes: [302],
          failIfHeaderNotMatches: [
            { header: 'location', regexp: '^(?i:https)://(?i:toad\\.apps\\.example\\.com)(:443)?/a(\\?.*)?$' },
          ],
        },
      },
    ])
  })

  it('judge the certificate where the router ends TLS, and not where the pods do', () => {
    const names = ['edge', 'passthrough'].map((termination) => {
      const { checks, serverName } = pathOf(plan([route({ tls: { termination } })]), 'Route')
      return [serverName, checks.map((check) => ('tls' in check ? check.tls?.insecureSkipVerify : null))]
    })
    expect(names).toEqual([
      [HOST, [false]],
      [HOST, [true]],
    ])
  })

  it('make the pods speak TLS where the router encrypts anew', () => {
    const ports = [{ name: 'main', port: 5555, targetPort: 5556, protocol: 'TCP' }]
    const objects = [route({ tls: { termination: 'reencrypt' }, port: { targetPort: 'main' } })]
    const made = planOf([service({ ports }), ...objects], toad)
    expect(pathOf(made, 'ClusterIP').scheme).toBe('https')
  })
})

describe('a Route gets what no other one takes', () => {
  const frog = (spec: Spec, meta: Spec = {}) =>
    route({ to: { kind: 'Service', name: 'frog' }, ...spec }, { name: 'frog', status: {}, ...meta })
  const at = (creationTimestamp: string) => ({ creationTimestamp })
  const [older, newer] = ['2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z']

  it('splits a host by path, the longest first, and asks below its own', () => {
    expect(lines(route({ path: '/a' }), frog({ path: '/a/b' }))).toEqual([`http://${HOST}/a ${AT}:80`])
    expect(lines(route(), frog({ path: '/a' }))).toEqual([`http://${HOST}/ ${AT}:80`])
  })

  it('loses to an older one of the same host and path, unless a router admitted it', () => {
    const unheard = { status: {}, ...at(newer) }
    expect(why(route({}, unheard), frog({}, at(older)))).toEqual([
      'Route/toad: Route/frog of namespace pond is older and has the same host and path',
    ])
    expect(lines(route({}, at(newer)), frog({}, at(older)))).toEqual([`http://${HOST}/ ${AT}:80`])
    expect(lines(route({}, { status: {}, ...at(older) }), frog({}, at(newer)))).toEqual(['http skipped pending'])
  })

  it('is unknown where nobody knows which is older, or another namespace has the host', () => {
    expect(lines(route({}, { status: {} }), frog({}))).toEqual(['http unknown skipped pending'])
    expect(
      lines(
        route({ path: '/a' }, { status: {}, ...at(newer) }),
        frog({ path: '/b' }, { namespace: 'bog', ...at(older) }),
      ),
    ).toEqual(['http unknown skipped pending'])
  })

  it('does not apply where every router refused it, with the words of the first', () => {
    expect(why(route({}, { status: refusedBy('HostAlreadyClaimed') }))).toEqual([
      'Route/toad: router default has not admitted it (HostAlreadyClaimed: route frog already exposes it)',
    ])
  })

  it.each([
    ['{ kind: Service, name: toad, weight: 0 }', 0, []],
    ['a third of the weight', 1, [`http://${HOST}/ ${AT}:80 unknown`]],
  ])('gets its share: %s', (_name, weight, expected) => {
    const alternateBackends = [{ kind: 'Service', name: 'frog', weight: 2 }]
    expect(lines(route({ to: { kind: 'Service', name: 'toad', weight }, alternateBackends }))).toEqual(expected)
  })

  it.each<[unknown, number | undefined]>([
    ['http', 80],
    [8080, 80],
    [80, undefined],
    ['other', undefined],
    [undefined, 80],
  ])('leads to the port that %s means', (targetPort, number) => {
    const objects = [route({ port: targetPort === undefined ? null : { targetPort } })]
    const made = planOf([service({ ports: [{ name: 'http', port: 80, targetPort: 8080 }] }), ...objects], toad)
    expect(made.paths.find(({ kind }) => kind === 'Route')?.port?.number).toBe(number)
  })

  it('lets in the clients that an annotation names', () => {
    const annotations = { 'haproxy.router.openshift.io/ip_whitelist': '192.0.2.0/24 198.51.100.7' }
    const path = pathOf(plan([route({}, { annotations })]), 'Route')
    expect([path.expected, path.onlyFrom]).toEqual(['unknown', ['192.0.2.0/24', '198.51.100.7/32']])
  })
})
