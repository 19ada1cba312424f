import { status } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { by } from '../contract/runtimes.ts'
import type { Authority } from '../support/certificates.ts'
import { type GrpcServer, serveGrpc } from '../support/grpc-server.ts'
import { openNetwork, type TestNetwork } from '../support/network.ts'
import { keeper } from '../support/servers.ts'
import { trustedAuthority } from '../support/wrangler.ts'
import { grpcTo, SHORT_MS, tlsBy } from './requests.ts'

let network: TestNetwork
let server: GrpcServer
let authority: Authority
const { keep, closeAll } = keeper()
beforeAll(async () => {
  authority = await trustedAuthority()
  network = await openNetwork()
  server = await keep(
    serveGrpc({
      health: { '': 'SERVING', 'toad.Down': 'NOT_SERVING' },
      methods: {
        Refuse: { code: status.PERMISSION_DENIED, details: 'kröte\n% nicht' },
        Hop: 'bytes',
        Watch: 'stream',
        Sleep: 'never',
      },
    }),
  )
})
afterAll(() => Promise.all([network.close(), closeAll()]))

const pond = (method: string) => ({ call: { service: 'toad.Pond', method } })

describe('a call to a real server of gRPC', () => {
  it('tells the health of the server and of a service', async () => {
    const whole = await network.grpc(grpcTo(server))
    expect(whole.failure).toBeNull()
    expect(whole.grpc).toEqual({
      call: '/grpc.health.v1.Health/Check',
      status: 'OK',
      code: 0,
      message: 'OK',
      health: 'SERVING',
    })
    expect(whole.http).toMatchObject({ status: 200, version: '2', bodySnippet: '', bodyBytes: 7 })
    const down = await network.grpc(grpcTo(server, { service: 'toad.Down' }))
    expect(down.grpc).toMatchObject({ status: 'OK', health: 'NOT_SERVING' })
  })

  it('tells a status that is no success, with its message', async () => {
    const { grpc, failure } = await network.grpc(grpcTo(server, pond('Refuse')))
    expect([grpc, failure]).toEqual([
      { call: '/toad.Pond/Refuse', status: 'PERMISSION_DENIED', code: 7, message: 'kröte\ufffd% nicht', health: null },
      null,
    ])
    expect((await network.grpc(grpcTo(server, { service: 'no.such' }))).grpc).toMatchObject({ status: 'NOT_FOUND' })
    expect((await network.grpc(grpcTo(server, pond('Gone')))).grpc).toMatchObject({ status: 'UNIMPLEMENTED', code: 12 })
  })

  it('goes over TLS where a handshake can agree on HTTP/2', async () => {
    const secured = await keep(serveGrpc({ tls: await authority.issue() }))
    const { grpc, failure } = await network.grpc(grpcTo(secured, { tls: tlsBy(authority.caPem) }))
    expect([grpc?.health ?? null, failure]).toEqual(
      by('grpc', {
        node: ['SERVING', null],
        workers: [
          null,
          {
            code: 'tls_handshake_failed',
            phase: 'tls',
            source: 'internal',
            message: 'Workers cannot agree on HTTP/2 in a TLS handshake (ALPN): from Node gRPC over TLS can be asked',
          },
        ],
      }),
    )
  })

  it('does not wait for the end of a stream', async () => {
    const { grpc, failure, http } = await network.grpc(grpcTo(server, { ...pond('Watch'), streamMs: 50 }))
    expect([grpc?.status, failure, http?.bodyCut]).toEqual([null, null, 'time'])
  })

  it('times out where no answer comes, and says until when it waits', async () => {
    const before = Date.now()
    const { failure } = await network.grpc(grpcTo(server, { ...pond('Sleep'), timeoutMs: SHORT_MS }))
    expect(failure).toMatchObject({ code: 'response_timeout', source: 'target' })
    const deadline = Number(server.calls.findLast(({ method }) => method === 'Sleep')?.deadline)
    expect(deadline).toBeGreaterThanOrEqual(before + SHORT_MS)
    expect(deadline).toBeLessThan(before + SHORT_MS + 5000)
  })
})
