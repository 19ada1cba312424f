import { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FailureCode } from '../../src/check/codes.ts'
import type { DialTls } from '../../src/check/network.ts'
import { by } from '../contract/runtimes.ts'
import { type Authority, createAuthority, type ServerCertificate } from '../support/certificates.ts'
import { openNetwork, type TestNetwork } from '../support/network.ts'
import { BEHAVIOURS, type Behaviour, keeper, serve, serveHttp } from '../support/servers.ts'
import { trustedAuthority } from '../support/wrangler.ts'
import { httpTo, reached, SHORT_MS, tcpTo, tlsBy } from './requests.ts'

const DAY_MS = 86_400_000

let network: TestNetwork
let authority: Authority
let stranger: Authority
const { keep, closeAll } = keeper()
beforeAll(async () => {
  ;[authority, stranger] = await Promise.all([trustedAuthority(), createAuthority('Somebody')])
  network = await openNetwork()
})
afterAll(() => Promise.all([network.close(), closeAll()]))

const tls = (more: Partial<DialTls> = {}) => tlsBy(authority.caPem, more)
const secure = async (certificate: Promise<ServerCertificate>, options: object = {}) =>
  keep(serveHttp((_message, response) => void response.end('ok'), { tls: { ...(await certificate), ...options } }))

const CERTIFICATE = {
  subject: 'CN=toad.example',
  issuer: 'CN=Known to the runtime',
  altNames: ['toad.example', '127.0.0.1'],
  notBefore: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
  notAfter: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
}
const UNSEEN = { subject: null, issuer: null, altNames: [], notBefore: null, notAfter: null }
const VERIFIED = { authorized: true, authorizationError: null }

describe('a handshake that ends well', () => {
  it('is verified against the server name', async () => {
    const server = await secure(authority.issue())
    const exchange = await network.http(httpTo(server, { tls: tls() }))
    expect([exchange.failure, exchange.http?.status]).toEqual([null, 200])
    expect(exchange.tls).toEqual({
      ...VERIFIED,
      ...by('certificate', { node: { ...CERTIFICATE, protocol: 'TLSv1.3' }, workers: { ...UNSEEN, protocol: null } }),
    })
    expect(reached(exchange.timings)).toEqual(['connectMs', 'tlsMs', 'firstByteMs', 'downloadMs'])
    expect(server.connections).toBe(1)
  })

  it('shows the certificate where the check asks how long it lasts', async () => {
    const server = await secure(authority.issue())
    const exchanges = [
      await network.http(httpTo(server, { tls: tls({ wantsExpiry: true }) })),
      await network.tcp(tcpTo(server, { tls: tls({ wantsExpiry: true }) })),
    ]
    for (const exchange of exchanges) {
      expect(exchange.failure).toBeNull()
      expect(exchange.tls).toEqual({
        ...{ ...VERIFIED, ...CERTIFICATE },
        protocol: by('certificate', { node: 'TLSv1.3', workers: null }),
      })
    }
    expect(server.connections).toBe(by('certificate', { node: 2, workers: 4 }))
  })

  it('shows nothing of a server that speaks TLS 1.3 alone, where the runtime shows nothing', async () => {
    const server = await secure(authority.issue(), { minVersion: 'TLSv1.3' })
    const exchange = await network.http(httpTo(server, { tls: tls({ wantsExpiry: true }) }))
    expect(exchange.failure).toBeNull()
    expect(exchange.tls).toMatchObject(by('certificate', { node: CERTIFICATE, workers: UNSEEN }))
  })
})

describe('a certificate that is refused', () => {
  it.each<[string, FailureCode, () => Promise<ServerCertificate>, Partial<DialTls>]>([
    ['has expired', 'certificate_expired', () => authority.issue({ notAfterMs: Date.now() - DAY_MS / 2 }), {}],
    ['is not valid yet', 'certificate_not_yet_valid', () => authority.issue({ notBeforeMs: Date.now() + DAY_MS }), {}],
    ['is for another name', 'certificate_name_mismatch', () => authority.issue({ altNames: ['frog.example'] }), {}],
    ['is for another address', 'certificate_name_mismatch', () => authority.issue(), { serverName: '127.0.0.2' }],
    ['has signed itself', 'certificate_untrusted', () => authority.selfSigned(), {}],
    ['is of an unknown authority', 'certificate_untrusted', () => stranger.issue(), {}],
  ])('because it %s is kept', async (_what, code, certificate, more) => {
    const server = await secure(certificate())
    for (const exchange of [
      await network.http(httpTo(server, { tls: tls(more) })),
      await network.tcp(tcpTo(server, { tls: tls(more) })),
    ]) {
      expect(exchange.failure).toMatchObject({ code, phase: 'tls', source: 'target' })
      expect(exchange.tls).toMatchObject({
        authorized: false,
        authorizationError: by('handshake', { node: expect.any(String), workers: null }),
        protocol: by('certificate', { node: 'TLSv1.3', workers: null }),
      })
      expect(exchange.tls?.subject).toMatch(/^CN=/)
      expect(reached(exchange.timings)).toEqual(
        by('handshake', { node: ['connectMs', 'tlsMs'], workers: ['connectMs'] }),
      )
    }
  })

  it('is evidence alone where it is not to be verified, if the runtime can leave it at that', async () => {
    const server = await secure(stranger.issue())
    const exchange = await network.http(httpTo(server, { tls: tls({ verify: false }) }))
    expect(exchange.tls).toMatchObject({ subject: 'CN=toad.example', authorized: false })
    expect([exchange.failure?.code, exchange.failure?.source, exchange.http?.status]).toEqual(
      by('unverified', {
        node: [undefined, undefined, 200],
        workers: ['tls_handshake_failed', 'internal', undefined],
      }),
    )
  })
})

describe('a handshake that does not end', () => {
  it.each<[string, Behaviour, FailureCode]>([
    ['plain HTTP', 'garbage', 'tls_not_spoken'],
    ['silence', 'silent', 'tls_timeout'],
    ['the end of the connection', 'closeOnRequest', 'tls_handshake_failed'],
    ['a reset', 'resetOnRequest', 'connection_reset'],
  ])('tells %s', async (_what, behaviour, code) => {
    const server = await keep(serve(BEHAVIOURS[behaviour]))
    const time = code === 'tls_timeout' ? { timeoutMs: SHORT_MS } : {}
    const exchange = await network.http(httpTo(server, { ...time, tls: tls() }))
    expect(exchange.failure).toMatchObject({ code, phase: 'tls', source: 'target' })
    expect(reached(exchange.timings)).toEqual(['connectMs'])
    expect(exchange.tls).toBeNull()
  })

  it('tells that the peer found no common protocol version', async () => {
    const server = await secure(authority.issue(), { maxVersion: 'TLSv1.1', minVersion: 'TLSv1' })
    const exchange = await network.http(httpTo(server, { tls: tls() }))
    expect(exchange.failure).toMatchObject({ code: 'tls_handshake_failed', phase: 'tls', source: 'target' })
  })

  it('tells plain HTTP sent to a TLS port by the answer that is none', async () => {
    const server = await secure(authority.issue())
    const exchange = await network.http(httpTo(server))
    expect(['connection_closed', 'connection_reset', 'invalid_response']).toContain(exchange.failure?.code)
    expect(exchange.failure?.phase).toBe('response')
  })
})

describe('SNI', () => {
  it('is the server name, and none for an address or where there is none', async () => {
    const names: (string | false | null)[] = []
    const server = await keep(
      serve(
        (socket) => {
          if ('servername' in socket) {
            names.push(socket.servername as string | false)
          }
          socket.end('HTTP/1.1 200 OK\r\n\r\n')
        },
        { tls: await authority.issue() },
      ),
    )
    for (const serverName of ['toad.example', '127.0.0.1', null]) {
      expect((await network.http(httpTo(server, { tls: tls({ serverName }) }))).failure).toBeNull()
    }
    expect(names).toEqual(['toad.example', false, false])
  })
})

describe('a conversation over TLS', () => {
  const upgrading = async (certificate: ServerCertificate) =>
    keep(
      serve((socket) => {
        socket.write('220 ready\r\n')
        socket.once('data', () => {
          socket.write('220 go ahead\r\n', () => {
            const upgraded = new TLSSocket(socket, { isServer: true, ...certificate })
            upgraded.on('error', () => upgraded.destroy())
            upgraded.on('data', (chunk) => upgraded.write(chunk))
          })
        })
      }),
    )
  const steps = (startTls: DialTls) => [
    { expect: 'ready$' },
    { send: 'STARTTLS\r\n' },
    { expect: 'ahead$', startTls },
    { send: 'ping' },
    { expect: 'ping' },
  ]

  it('is held from the start, or started in the middle', async () => {
    const certificate = await authority.issue()
    const direct = await keep(serve(BEHAVIOURS.echo, { tls: certificate }))
    const held = await network.tcp(tcpTo(direct, { tls: tls(), steps: [{ expect: '220' }] }))
    expect(held).toMatchObject({ failure: null, tls: VERIFIED })

    const started = await network.tcp(tcpTo(await upgrading(certificate), { steps: steps(tls()) }))
    expect(started).toMatchObject({ failure: null, failedStep: null, tls: VERIFIED })
    expect(started.timings.tlsMs).toBeGreaterThanOrEqual(0)
  })

  it('does not go on over a certificate that is refused', async () => {
    const server = await upgrading(await authority.issue({ altNames: ['frog.example'] }))
    const exchange = await network.tcp(tcpTo(server, { steps: steps(tls()) }))
    expect(exchange.failure).toMatchObject({
      code: by('startTls', { node: 'certificate_name_mismatch', workers: 'tls_handshake_failed' }),
      ...{ phase: 'tls', source: 'target' },
    })
  })

  it('says nothing against the target where a certificate cannot be left unverified', async () => {
    const server = await upgrading(await stranger.issue())
    const { failure } = await network.tcp(tcpTo(server, { steps: steps(tls({ verify: false })) }))
    expect([failure?.code, failure?.source]).toEqual(
      by('unverified', { node: [undefined, undefined], workers: ['tls_handshake_failed', 'internal'] }),
    )
  })
})
