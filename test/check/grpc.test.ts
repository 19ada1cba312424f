import { status } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { beyondVantage } from '../../src/check/failure.ts'
import { type Network, NO_TIMINGS } from '../../src/check/network.ts'
import type { GrpcCheck } from '../../src/plan/check.ts'
import type { PlannedPath } from '../../src/plan/path.ts'
import { createNodeNetwork } from '../../src/runtime/node/network.ts'
import { type Authority, createAuthority } from '../support/certificates.ts'
import { grpcCheck, plannedPath, runPath } from '../support/checks.ts'
import { type GrpcServer, serveGrpc } from '../support/grpc-server.ts'
import { keeper, serveHttp, serveHttp2 } from '../support/servers.ts'

const network = createNodeNetwork()
const { keep, closeAll } = keeper()
let authority: Authority
let healthy: GrpcServer
let bare: GrpcServer
let secured: GrpcServer
beforeAll(async () => {
  authority = await createAuthority()
  healthy = await keep(serveGrpc({ health: { '': 'SERVING', 'toad.Down': 'NOT_SERVING' } }))
  bare = await keep(
    serveGrpc({
      health: null,
      methods: {
        Hop: 'bytes',
        Watch: 'stream',
        Shy: { code: status.UNAUTHENTICATED },
        Picky: { code: status.INVALID_ARGUMENT },
        Gone: { code: status.UNAVAILABLE, details: 'the pond is dry' },
      },
    }),
  )
  secured = await keep(serveGrpc({ tls: await authority.issue() }))
})
afterAll(closeAll)

const SERVICE_PORT = { name: 'grpc', number: 9000, protocol: 'TCP' } as const
const at = (to: { port: number }, check: Partial<GrpcCheck> = {}, over: Partial<PlannedPath> = {}) =>
  plannedPath({ addressPort: to.port, scheme: 'tcp', port: SERVICE_PORT, checks: [grpcCheck(check)], ...over })
const told = async (path: PlannedPath, others: readonly PlannedPath[] = []) => {
  const { results } = await runPath(path, { network, others })
  const last = results.at(-1)
  return [last?.outcome, last?.failure?.code ?? null, last?.grpc?.health ?? last?.grpc?.status ?? null]
}
const SERVING = { status: 'SERVING', maxDurationMs: null } as const

describe('a gRPC check of an address', () => {
  it('passes where the server serves, and fails where a service does not', async () => {
    expect(await told(at(healthy))).toEqual(['pass', null, 'SERVING'])
    expect(await told(at(healthy, { service: 'toad.Down' }))).toEqual(['fail', 'not_serving', 'NOT_SERVING'])
    const down = { service: 'toad.Down', expect: { ...SERVING, status: 'NOT_SERVING' } } as const
    expect(await told(at(healthy, down))).toEqual(['pass', null, 'NOT_SERVING'])
    expect(await told(at(healthy, { service: 'no.such' }))).toEqual(['fail', 'not_serving', 'NOT_FOUND'])
  })

  it('passes by default where there is no health service, and fails where one is expected', async () => {
    expect(await told(at(bare))).toEqual(['pass', null, 'UNIMPLEMENTED'])
    expect(await told(at(bare, { expect: SERVING }))).toEqual(['fail', 'unexpected_grpc_status', 'UNIMPLEMENTED'])
  })

  it.each([
    ['Hop', ['pass', null, 'OK']],
    ['Shy', ['pass', null, 'UNAUTHENTICATED']],
    ['Picky', ['pass', null, 'INVALID_ARGUMENT']],
    ['Watch', ['pass', null, null]],
    ['Gone', ['fail', 'unexpected_grpc_status', 'UNAVAILABLE']],
  ])('of a method judges what an empty message is answered by: %s', async (method, expected) => {
    expect(await told(at(bare, { call: { service: 'toad.Pond', method } }))).toEqual(expected)
  })

  it('over TLS judges the certificate, and is told from one without', async () => {
    const tls = { serverName: 'toad.example', insecureSkipVerify: false, caPem: authority.caPem, minDaysToExpiry: null }
    const https = { scheme: 'https' } as const
    expect(await told(at(secured, { ...https, tls }))).toEqual(['pass', null, 'SERVING'])
    const other = { ...tls, serverName: 'frog.example' }
    expect(await told(at(secured, { ...https, tls: other }))).toEqual(['fail', 'certificate_name_mismatch', null])
    expect((await told(at(healthy, https)))[1]).toBe('tls_not_spoken')
    expect((await told(at(secured)))[0]).toBe('fail')
  })

  it('finds out whether TLS is spoken where nothing says it', async () => {
    const tls = { serverName: null, insecureSkipVerify: true, caPem: null, minDaysToExpiry: null }
    expect(await told(at(secured, { mayBeTls: true, tls }))).toEqual(['pass', null, 'SERVING'])
    expect(await told(at(healthy, { mayBeTls: true, tls }))).toEqual(['pass', null, 'SERVING'])
    const https = await keep(
      serveHttp((_, response) => response.end(), {
        tls: { ...(await authority.issue()), ALPNProtocols: ['http/1.1'] },
      }),
    )
    expect(await told(at(https, { mayBeTls: true, tls }))).toEqual(['fail', 'not_grpc', null])
  })

  it('is skipped where TLS may be spoken and the prober cannot go on over it', async () => {
    const failure = beyondVantage('tls_handshake_failed', 'tls', 'no ALPN here')
    const edge: Network = {
      ...network,
      grpc: async (request) => {
        const made = await network.grpc({ ...request, tls: null })
        return request.tls === null ? made : { ...made, timings: NO_TIMINGS, failure }
      },
    }
    const outcomes = async (to: GrpcServer) => {
      const { results } = await runPath(at(to, { mayBeTls: true }), { network: edge })
      return results.map((result) => [result.outcome, result.failure?.message ?? null])
    }
    expect(await outcomes(secured)).toEqual([['skipped', 'no ALPN here']])
    expect(await outcomes(healthy)).toEqual([['pass', null]])
  })

  it('tells HTTP/2 without gRPC from it, and what a proxy answers from the server', async () => {
    const answering = (httpStatus: number) => keep(serveHttp2(() => ({ status: httpStatus, body: 'hello' })))
    expect(await told(at(await answering(200)))).toEqual(['fail', 'not_grpc', 'UNKNOWN'])
    expect(await told(at(await answering(404)))).toEqual(['fail', 'not_grpc', 'UNIMPLEMENTED'])
    expect(await told(at(await answering(503)))).toEqual(['fail', 'unexpected_grpc_status', 'UNAVAILABLE'])
    expect(await told(at(await answering(403)))).toEqual(['pass', null, 'PERMISSION_DENIED'])
  })
})

describe('a gRPC check of a route', () => {
  const routed = (to: { port: number }) =>
    at(to, { host: 'toad.example' }, { kind: 'GRPCRoute', scheme: 'http', host: 'toad.example' })

  it('fails on UNIMPLEMENTED where the pods answer otherwise, and passes where they answer so', async () => {
    expect(await told(routed(bare), [at(healthy)])).toEqual(['fail', 'unexpected_grpc_status', 'UNIMPLEMENTED'])
    const own = await keep(serveGrpc({ health: null, methods: { Hop: 'bytes' } }))
    expect(await told(routed(bare), [at(own)])).toEqual(['pass', null, 'UNIMPLEMENTED'])
  })

  it('fails on a 404 that clients take for UNIMPLEMENTED, whatever the pods answer', async () => {
    const gateway = await keep(serveHttp2(() => ({ status: 404, body: 'no route' })))
    expect(await told(routed(gateway), [at(healthy)])).toEqual(['fail', 'unexpected_grpc_status', 'UNIMPLEMENTED'])
    expect(await told(routed(gateway), [at(bare)])).toEqual(['fail', 'unexpected_grpc_status', 'UNIMPLEMENTED'])
    expect(await told(routed(gateway))).toEqual(['fail', 'unexpected_grpc_status', 'UNIMPLEMENTED'])
  })
})
