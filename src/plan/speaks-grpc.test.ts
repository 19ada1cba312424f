import { describe, expect, it } from 'vitest'
import { service } from '../../test/support/manifests.ts'
import { planOf } from '../../test/support/plan-text.ts'
import type { ServicePort } from '../kube/objects.ts'
import { speaksGrpc } from './speaks-grpc.ts'

const port = (name: string, over: Partial<ServicePort> = {}): ServicePort => ({
  name,
  protocol: 'TCP',
  port: 9000,
  targetPort: 9000,
  nodePort: null,
  appProtocol: null,
  ...over,
})

describe('a port', () => {
  it.each([
    ['grpc', { tls: null }],
    ['otlp-grpc', { tls: null }],
    ['grpcs', { tls: true }],
    ['grpc-https', { tls: true }],
    ['tls-grpc', { tls: true }],
    ['grpc-plaintext', { tls: false }],
    ['grpc-web', null],
    ['grpc-metrics', null],
    ['http-grpc', null],
    ['grpcweb', null],
    ['http', null],
  ])('that is called %s speaks gRPC: %o', (name, expected) => {
    expect(speaksGrpc(port(name))).toEqual(expected)
  })

  it('is what its appProtocol says, unless that is only beneath gRPC', () => {
    expect(speaksGrpc(port('x', { appProtocol: 'grpc' }))).toEqual({ tls: null })
    expect(speaksGrpc(port('grpc', { appProtocol: 'http' }))).toBeNull()
    expect(speaksGrpc(port('x', { appProtocol: 'kubernetes.io/h2c' }))).toBeNull()
    expect(speaksGrpc(port('grpc', { appProtocol: 'kubernetes.io/h2c' }))).toEqual({ tls: false })
    expect(speaksGrpc(port('x', { targetPort: 'grpc' }))).toEqual({ tls: null })
    expect(speaksGrpc(port('grpc', { protocol: 'UDP' }))).toBeNull()
  })
})

describe('a prober that speaks no gRPC over TLS', () => {
  it('skips for where it stands the paths of which every check is one, and no others', () => {
    const ports = [
      { name: 'grpcs', port: 9443 },
      { name: 'grpc', port: 9000 },
      { name: 'https', port: 443 },
    ]
    const plan = planOf([service({ ports })], { prober: { unspoken: { grpcs: 'no ALPN here' } } })
    const told = plan.paths.flatMap(({ kind, port, skipped }) =>
      kind === 'ClusterIP' ? [[port?.name, skipped && [skipped.reason, skipped.detail]]] : [],
    )
    expect(told).toEqual([
      ['grpcs', ['vantage', 'no ALPN here']],
      ['grpc', null],
      ['https', null],
    ])
  })
})
