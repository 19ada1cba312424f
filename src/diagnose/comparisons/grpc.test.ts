/** Servers that tell of themselves by the health service of gRPC. */
import { describe, expect, it } from 'vitest'
import { gateway, routeOf } from '../../../test/support/gateway-manifests.ts'
import { service, slice } from '../../../test/support/manifests.ts'
import { type Did, diagnosed, type Saw, told } from '../../../test/support/scenario.ts'
import type { Failure } from '../../check/codes.ts'
import type { Result } from '../../check/result.ts'
import { KINDS } from '../../plan/kinds.ts'

const MANIFESTS = [
  service({ ports: [{ name: 'grpc', port: 9090, targetPort: 9090 }] }),
  slice([{ at: '10.244.0.9' }, { at: '10.244.0.10' }], { ports: [{ name: 'grpc', port: 9090 }] }),
]

it('pods that all say that they do not serve are told as that', () => {
  const saw: Saw = ({ dns }) => (dns?.how === 'resolve' ? 'pass' : 'not_serving')
  expect(told({ manifests: MANIFESTS, saw })).toEqual(['grpc_not_serving likely: DNS ClusterIP Endpoint'])
})

it('servers that do not know the service that was asked about are not said to be ill', () => {
  const unknown = failed(
    'not_serving',
    { grpc: { ...STATUS, status: 'NOT_FOUND', code: 5, message: 'unknown service' } },
    'expectation',
  )
  const saw: Saw = ({ dns }) => (dns?.how === 'resolve' ? 'pass' : unknown)
  const { findings } = diagnosed({ manifests: MANIFESTS, saw }).diagnosis
  expect(findings.map(({ code, title }) => [code, title])).toEqual([
    ['grpc_not_serving', 'The health service on port 9090 does not know the service that was asked about'],
  ])
})

it('one pod of two that says so is told as that pod', () => {
  const saw: Saw = ({ address }) => (address === '10.244.0.9' ? 'not_serving' : 'pass')
  expect(told({ manifests: MANIFESTS, saw })).toEqual(['some_endpoints_fail certain: Endpoint'])
})

const ROUTED = [
  ...MANIFESTS,
  gateway(),
  routeOf('GRPCRoute', { hostnames: ['toad.example.com'], rules: [{ backendRefs: [{ name: 'toad', port: 9090 }] }] }),
]

/** Answers one way straight at the Service, and another through the Gateway. */
const seen =
  (direct: Did, through: Did): Saw =>
  ({ kind, dns }) =>
    KINDS[kind].router === 'gateway' ? through : dns?.how === 'resolve' ? 'pass' : direct

const failed = (code: Failure['code'], evidence: Partial<Result>, phase: Failure['phase'] = 'response'): Did => ({
  as: code,
  evidence: { ...evidence, failure: { code, phase, source: 'target', message: 'as it was' } } as object,
})
const HTTP = {
  ...{ status: 404, version: '2', headers: {}, headerBytes: 0, location: null },
  ...{ bodyBytes: 0, bodySnippet: '', bodySha256: '' },
}
const STATUS = { call: '/grpc.health.v1.Health/Check', message: null, health: null }
const status = (name: 'UNAVAILABLE' | 'UNIMPLEMENTED', code: number | null, http = 200): Did =>
  failed('unexpected_grpc_status', { grpc: { ...STATUS, status: name, code }, http: { ...HTTP, status: http } })

describe('a port that is called grpc and speaks none', () => {
  it.each<[Did, string]>([
    [failed('not_grpc', { speaks: 'tls' }), 'speaks TLS, and was called without'],
    [failed('not_grpc', { speaks: 'http1' }), 'speaks HTTP/1.1, and no gRPC'],
    [failed('not_grpc', { http: HTTP }), 'speaks HTTP/2, and no gRPC'],
    [failed('not_grpc', {}, 'tls'), 'speaks TLS, and no HTTP/2 over it'],
    [failed('not_grpc', { speaks: 'ssh' }), 'speaks no gRPC'],
  ])('is told by what comes back: %#', (did, title) => {
    for (const through of [did, status('UNAVAILABLE', null, 502)]) {
      const { findings } = diagnosed({ manifests: ROUTED, saw: seen(did, through) }).diagnosis
      expect(findings.map((each) => [each.code, each.confidence, each.title])).toEqual([
        ['port_speaks_no_grpc', 'likely', `Port 9090 ${title}`],
      ])
    }
  })

  it('explains what a Gateway makes of it', () => {
    const saw = seen(failed('not_grpc', { speaks: 'http1' }), status('UNAVAILABLE', null, 502))
    expect(told({ manifests: ROUTED, saw })).toEqual(['port_speaks_no_grpc likely: DNS ClusterIP GRPCRoute Endpoint'])
  })
})

describe('a Gateway before pods that answer gRPC', () => {
  it.each<[Did, string]>([
    [failed('not_grpc', { speaks: 'http1' }), 'gateway_speaks_no_grpc'],
    [status('UNIMPLEMENTED', 12), 'gateway_does_not_route'],
    [status('UNIMPLEMENTED', null, 404), 'gateway_does_not_route'],
    [status('UNAVAILABLE', 14), 'gateway_has_no_backend'],
    [status('UNAVAILABLE', null, 502), 'gateway_backend_refuses'],
    [status('UNAVAILABLE', null, 504), 'gateway_backend_silent'],
  ])('is blamed for its own answer: %#', (did, code) => {
    expect(told({ manifests: ROUTED, saw: seen('pass', did) })).toEqual([`${code} likely: GRPCRoute`])
  })

  it('is not blamed for pods that say themselves that they do not serve', () => {
    expect(told({ manifests: ROUTED, saw: seen('not_serving', 'not_serving') })).toEqual([
      'grpc_not_serving likely: DNS ClusterIP GRPCRoute Endpoint',
    ])
  })

  it('is not blamed for a status that every way brings', () => {
    expect(told({ manifests: ROUTED, saw: seen(status('UNAVAILABLE', 14), status('UNAVAILABLE', 14)) })).toEqual([
      'answer_unexpected likely: DNS ClusterIP GRPCRoute Endpoint',
    ])
  })
})

it('an answer that no check expects is confirmed by the very call, without reflection of the server', () => {
  const saw = seen(status('UNAVAILABLE', 14), status('UNAVAILABLE', 14))
  const { findings } = diagnosed({ manifests: ROUTED, saw }).diagnosis
  expect(findings.map(({ confirm }) => confirm)).toEqual([
    expect.stringMatching(
      /^printf '(\\000){5}' \| curl .*--http2-prior-knowledge .*--data-binary @- http:\/\/[^/ ]+:9090\/[\w.]+\/\w+$/,
    ),
  ])
})
