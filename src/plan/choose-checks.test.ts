import { describe, expect, it } from 'vitest'
import { ingress, node, service, slice } from '../../test/support/manifests.ts'
import { pathOf } from '../../test/support/plan-lines.ts'
import { checkText, planOf } from '../../test/support/plan-text.ts'
import type { Check, HttpCheck, TcpCheck } from './check.ts'
import type { PathKind } from './kinds.ts'
import type { Plan } from './path.ts'

const TLS = { serverName: null, insecureSkipVerify: false, caPem: null, minDaysToExpiry: null }
const http = (of: Partial<HttpCheck> = {}): HttpCheck => ({
  type: 'http',
  name: 'home',
  isDefault: false,
  port: null,
  method: 'GET',
  path: null,
  ingressPath: null,
  headers: {},
  body: null,
  scheme: null,
  host: null,
  expect: null,
  followRedirects: false,
  httpVersion: '1.1',
  upgrade: null,
  tls: TLS,
  responder: null,
  ...of,
})
const tcp = (of: Partial<TcpCheck> = {}): TcpCheck => ({
  type: 'tcp',
  name: 'open',
  isDefault: false,
  port: null,
  tls: null,
  queryResponse: [],
  maxDurationMs: null,
  ...of,
})

const ports = [
  { name: 'http', port: 80, targetPort: 8080, nodePort: 30080 },
  { name: 'https', port: 443, targetPort: 8443, nodePort: 30443 },
  { name: 'db', port: 5432, nodePort: 30543 },
]
const manifests = [
  service({ type: 'NodePort', ports }),
  node('node-1', { InternalIP: '10.0.0.11' }),
  slice([{ at: 'fd00::5' }], { addressType: 'IPv6', ports: [{ name: 'http', port: 8080 }] }),
  ingress([{ path: '/pond' }]),
]
const planWith = (...checks: Check[]): Plan => planOf(manifests, { checks })
const checksOf = (plan: Plan, kind: PathKind, number = 80): string[] =>
  pathOf(plan, kind, ({ port, dns }) => port?.number === number && dns === null).checks.map(checkText)

describe('default checks', () => {
  it('ask for what the port speaks, by the address alone', () => {
    const plan = planWith()
    expect(checksOf(plan, 'ClusterIP')).toEqual(['http GET http://10.96.0.7/'])
    expect(checksOf(plan, 'ClusterIP', 443)).toEqual(['http GET https://10.96.0.7/ SNI toad.pond.svc'])
    expect(checksOf(plan, 'ClusterIP', 5432)).toEqual(['tcp'])
    expect(checksOf(plan, 'NodePort')).toEqual(['http GET http://10.0.0.11:30080/'])
    expect(checksOf(plan, 'Endpoint')).toEqual(['http GET http://[fd00::5]:8080/'])
    expect(checksOf(plan, 'Ingress')).toEqual(['http GET http://toad.example.com/pond'])
    expect(pathOf(plan, 'DNS').checks.map(checkText)).toEqual(['dns'])
  })
})

describe('checks of the caller', () => {
  it('without a port are for what speaks HTTP; the rest keeps its default', () => {
    const plan = planWith(http({ path: '/healthz' }))
    expect(checksOf(plan, 'ClusterIP')).toEqual(['home: http GET http://10.96.0.7/healthz'])
    expect(checksOf(plan, 'ClusterIP', 443)).toEqual([
      'home: http GET https://10.96.0.7/healthz SNI toad.pond.svc, certificate judged',
    ])
    expect(checksOf(plan, 'ClusterIP', 5432)).toEqual(['tcp'])
    expect(pathOf(plan, 'DNS').checks.map(checkText)).toEqual(['dns'])
  })

  it('without a port are for every port where none is known to speak HTTP', () => {
    const plan = planOf([service({ ports: [{ port: 9999 }] })], { checks: [http()] })
    expect(checksOf(plan, 'ClusterIP', 9999)).toEqual(['home: http GET http://10.96.0.7:9999/'])
  })

  it('with a port are for that port, by name or number, whatever it seems to speak', () => {
    const plan = planWith(http({ port: 5432, scheme: 'https' }), tcp({ port: 'http' }))
    expect(checksOf(plan, 'ClusterIP', 5432)).toEqual([
      'home: http GET https://10.96.0.7:5432/ SNI toad.pond.svc, certificate judged',
    ])
    expect(checksOf(plan, 'ClusterIP', 80)).toEqual(['open: tcp'])
    expect(checksOf(plan, 'ClusterIP', 443)).toEqual(['http GET https://10.96.0.7/ SNI toad.pond.svc'])
  })

  it('all run on a path, in order', () => {
    expect(checksOf(planWith(http(), tcp()), 'ClusterIP')).toEqual(['home: http GET http://10.96.0.7/', 'open: tcp'])
  })

  it('of TCP never run on an Ingress, where a connection says nothing about the Service', () => {
    expect(checksOf(planWith(tcp()), 'Ingress')).toEqual(['http GET http://toad.example.com/pond'])
  })

  it('of DNS are for names that are resolved', () => {
    const plan = planWith({ type: 'dns', name: 'name', isDefault: false, port: null })
    expect(pathOf(plan, 'DNS').checks.map(checkText)).toEqual(['name: dns'])
    expect(checksOf(plan, 'DNS')).toEqual(['http GET http://toad.pond.svc.cluster.local/'])
  })

  it('leave the dot of an absolute name in Host, and out of SNI', () => {
    const checks = [http({ host: 'www.example.com.' })]
    expect(checksOf(planWith(...checks), 'ClusterIP', 443)).toEqual([
      'home: http GET https://www.example.com./ SNI www.example.com, certificate judged',
    ])
    const plan = planOf([service({ type: 'LoadBalancer', ports: [{ name: 'https', port: 443 }] })], {
      addresses: { loadBalancer: ['lb.example.com.'] },
    })
    expect(pathOf(plan, 'LoadBalancer').serverName).toBe('lb.example.com')
  })

  it('may set Host; SNI follows it, unless it is said apart', () => {
    const host = 'www.example.com:8443'
    expect(checksOf(planWith(http({ host })), 'ClusterIP', 443)).toEqual([
      'home: http GET https://www.example.com:8443/ SNI www.example.com, certificate judged',
    ])
    expect(
      checksOf(planWith(http({ host, tls: { ...TLS, serverName: 'sni.example.com' } })), 'ClusterIP', 443),
    ).toEqual(['home: http GET https://www.example.com:8443/ SNI sni.example.com, certificate judged'])
    expect(checksOf(planWith(http({ host: '10.1.1.1' })), 'ClusterIP', 443)).toEqual([
      'home: http GET https://10.1.1.1/ SNI toad.pond.svc, certificate judged',
    ])
  })

  it('keep the scheme of an Ingress, which is its controller’s', () => {
    expect(checksOf(planWith(http({ scheme: 'https' })), 'Ingress')).toEqual([
      'home: http GET http://toad.example.com/pond',
    ])
  })

  it('use their path on an Ingress where its rule gets it, else the path of the rule', () => {
    expect(checksOf(planWith(http({ path: '/pond/healthz' })), 'Ingress')).toEqual([
      'home: http GET http://toad.example.com/pond/healthz',
    ])
    expect(checksOf(planWith(http({ path: '/healthz' })), 'Ingress')).toEqual([
      'home: http GET http://toad.example.com/pond',
    ])
    expect(checksOf(planWith(http({ path: '/pondering' })), 'Ingress')).toEqual([
      'home: http GET http://toad.example.com/pond',
    ])
    expect(checksOf(planWith(http({ path: '/healthz', ingressPath: '/up' })), 'Ingress')).toEqual([
      'home: http GET http://toad.example.com/up',
    ])
  })

  it('do not use a path on an Ingress that another rule takes', () => {
    const paths = [{ path: '/' }, { path: '/healthz', pathType: 'Exact', to: 'frog' }]
    const plan = planOf([service(), ingress(paths)], { checks: [http({ path: '/healthz' })] })
    expect(checksOf(plan, 'Ingress')).toEqual(['home: http GET http://toad.example.com/'])
  })

  it('fill in SNI for TCP with TLS', () => {
    expect(checksOf(planWith(tcp({ port: 'db', tls: TLS })), 'ClusterIP', 5432)).toEqual([
      'open: tcp TLS SNI toad.pond.svc, certificate judged',
    ])
  })
})
