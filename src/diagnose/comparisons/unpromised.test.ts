import { describe, expect, it } from 'vitest'
import { answerJob, type World } from '../../../test/support/answering.ts'
import { ingress, loadBalancerStatus, node, service, slice } from '../../../test/support/manifests.ts'
import type { Position } from '../../plan/path.ts'

const SERVICE = service({ type: 'NodePort', ports: [{ name: 'http', port: 80, targetPort: 8080, nodePort: 30080 }] })
const ENDPOINT = slice([{ at: '10.244.1.5', node: 'node-1' }])
const regex = (annotations: Record<string, string> = {}) =>
  ingress([{ path: '/v[0-9]+', pathType: 'ImplementationSpecific' }], {}, { annotations })
const failing =
  (...addresses: string[]): World =>
  ({ to }) =>
    addresses.includes(to) ? { failure: 'connect_timeout' } : {}

const told = (manifests: readonly unknown[], world: World, vantage: Position = 'in-cluster') => {
  const { diagnosis } = answerJob(manifests, world, { vantage })
  const finding = diagnosis.findings.find(({ code }) => code === 'unpromised_ways_fail')
  return { status: diagnosis.status, title: finding?.title, paths: finding?.explains.length }
}
const SILENT = { status: 'healthy', title: undefined, paths: undefined }

describe('a kind of which every path is unknown, and fails', () => {
  it('makes a job that passes degraded, and is told', () => {
    expect(told([SERVICE, ENDPOINT, regex()], failing('203.0.113.80:80'))).toEqual({
      status: 'degraded',
      title: 'No path of kind Ingress works, and none of them was promised',
      paths: 1,
    })
  })

  it('is the same of nodes that are not Ready', () => {
    const nodes = ['11', '12'].map((last) => node(`node-${last}`, { InternalIP: `10.0.0.${last}` }, { ready: 'False' }))
    const world = failing('10.0.0.11:30080', '10.0.0.12:30080')
    expect(told([SERVICE, ENDPOINT, ...nodes], world)).toMatchObject({ status: 'degraded', paths: 2 })
  })

  it('is silent where one of them passes', () => {
    const two = ingress([{ path: '/v[0-9]+', pathType: 'ImplementationSpecific' }, { path: '/plain' }])
    expect(told([SERVICE, ENDPOINT, regex()], failing())).toEqual(SILENT)
    expect(
      told([SERVICE, ENDPOINT, two], ({ path }) =>
        path.expected === 'unknown' ? { failure: 'unexpected_status', status: 500 } : {},
      ),
    ).toEqual(SILENT)
  })

  it.each<[string, readonly unknown[], World, Position]>([
    [
      'private addresses of nodes, from outside',
      [
        service(
          { type: 'LoadBalancer', ports: [{ name: 'http', port: 80, nodePort: 30080 }] },
          {},
          loadBalancerStatus({ ip: '203.0.113.7' }),
        ),
        node('node-1', { InternalIP: '10.0.0.11' }),
      ],
      failing('10.0.0.11:30080'),
      'outside',
    ],
    [
      'an internal load balancer, from outside',
      [
        service(
          { type: 'LoadBalancer', ports: [{ name: 'http', port: 80, nodePort: 30080 }] },
          { annotations: { 'service.beta.kubernetes.io/azure-load-balancer-internal': 'true' } },
          loadBalancerStatus({ ip: '203.0.113.7' }),
        ),
        node('node-1', { ExternalIP: '203.0.113.11' }),
      ],
      failing('203.0.113.7:80'),
      'outside',
    ],
    [
      'node ports under policy Local, on nodes without an endpoint',
      [
        service({
          type: 'NodePort',
          externalTrafficPolicy: 'Local',
          ports: [{ name: 'http', port: 80, targetPort: 8080, nodePort: 30080 }],
        }),
        ENDPOINT,
        node('node-2', { InternalIP: '10.0.0.12' }),
      ],
      failing('10.0.0.12:30080'),
      'in-cluster',
    ],
    [
      'an Ingress that asks for a client certificate',
      [
        SERVICE,
        ENDPOINT,
        ingress(
          [{}],
          { tls: [{ hosts: ['toad.example.com'] }] },
          { annotations: { 'nginx.ingress.kubernetes.io/auth-tls-secret': 'pond/ca' } },
        ),
      ],
      ({ path }) => (path.kind === 'Ingress' ? { status: 400, failure: 'unexpected_status' } : {}),
      'in-cluster',
    ],
  ])('is silent where that is as meant: %s', (_what, manifests, world, vantage) => {
    expect(told(manifests, world, vantage)).toEqual(SILENT)
  })
})
