import { afterAll, describe, expect, it } from 'vitest'
import type { FailureCode, Phase } from '../../../src/check/codes.ts'
import type { TcpRequest, TcpStep } from '../../../src/check/network.ts'
import { createNodeNetwork } from '../../../src/runtime/node/network.ts'
import { createAuthority } from '../../support/certificates.ts'
import { BEHAVIOURS, type Behaviour, refusedPort, serve, type TestServer } from '../../support/servers.ts'

const network = createNodeNetwork()
const servers: TestServer[] = []
const keep = async (server: Promise<TestServer>): Promise<TestServer> => {
  servers.push(await server)
  return server
}
afterAll(() => Promise.all(servers.map((server) => server.close())))

const request = (to: { address: string; port: number }, more: Partial<TcpRequest> = {}): TcpRequest => ({
  address: to.address,
  port: to.port,
  timeoutMs: 300,
  signal: new AbortController().signal,
  tls: null,
  steps: [],
  readLimitBytes: 65_536,
  ...more,
})

const NOTHING: TcpStep = { send: null, startTls: null, expect: null }
const send = (text: string): TcpStep => ({ ...NOTHING, send: () => new TextEncoder().encode(text) })
/** Used up: everything up to the end of `text`. */
const await_ = (text: string): TcpStep => ({
  ...NOTHING,
  expect: (received) => (received.includes(text) ? received.indexOf(text) + text.length : null),
})

describe('tcp()', () => {
  it('connects, and is done', async () => {
    const server = await keep(serve(BEHAVIOURS.silent))
    const exchange = await network.tcp(request(server))
    expect(exchange).toEqual({
      timings: {
        dnsMs: null,
        connectMs: expect.any(Number),
        tlsMs: null,
        firstByteMs: null,
        downloadMs: null,
        totalMs: expect.any(Number),
      },
      resolvedAddress: '127.0.0.1',
      localAddress: '127.0.0.1',
      tls: null,
      failure: null,
      failedStep: null,
      received: '',
    })
  })

  it('dials IPv6', async () => {
    const server = await keep(serve(BEHAVIOURS.silent, { address: '::1' }))
    expect(await network.tcp(request(server))).toMatchObject({
      failure: null,
      resolvedAddress: '::1',
      localAddress: '::1',
    })
  })

  it('says that the connection was refused', async () => {
    const exchange = await network.tcp(request({ address: '127.0.0.1', port: await refusedPort() }))
    expect(exchange.failure).toMatchObject({ code: 'connection_refused', phase: 'connect', source: 'target' })
  })

  it('holds a conversation, several lines of one packet included', async () => {
    const server = await keep(serve(BEHAVIOURS.echo))
    const exchange = await network.tcp(
      request(server, { steps: [await_('220 toad'), send('a\r\nb\r\n'), await_('a\r\n'), await_('b\r\n')] }),
    )
    expect(exchange.failure).toBeNull()
    expect(exchange.timings.firstByteMs).toBeGreaterThan(0)
  })

  it.each<[Behaviour, FailureCode, Phase]>([
    ['silent', 'response_timeout', 'response'],
    ['close', 'connection_closed', 'response'],
    ['closeOnRequest', 'connection_closed', 'response'],
    ['resetOnRequest', 'connection_reset', 'response'],
    ['endlessBody', 'response_too_large', 'body'],
  ])('names the step that %s left unmet: %s', async (behaviour, code, phase) => {
    const server = await keep(serve(BEHAVIOURS[behaviour]))
    const exchange = await network.tcp(request(server, { steps: [send('hello\r\n'), await_('never')] }))
    expect(exchange.failure).toMatchObject({ code, phase })
    expect(exchange.failedStep).toBe(1)
    expect(exchange.timings.connectMs).toBeGreaterThan(0)
  })

  it('keeps what was received when what was expected does not come', async () => {
    const server = await keep(serve(BEHAVIOURS.echo))
    const exchange = await network.tcp(request(server, { steps: [await_('+OK')] }))
    expect([exchange.failure?.code, exchange.received]).toEqual(['response_timeout', '220 toad ready\r\n'])
  })

  it('takes data that came with the end of the connection', async () => {
    const server = await keep(serve((socket) => void socket.end('bye\r\n')))
    expect((await network.tcp(request(server, { steps: [await_('bye')] }))).failure).toBeNull()
  })

  it('speaks TLS from the start, or starts it in the conversation', async () => {
    const authority = await createAuthority()
    const certificate = await authority.issue()
    const tls = { serverName: 'toad.example', verify: true, caPem: authority.caPem }
    const secure = await keep(serve(BEHAVIOURS.echo, { tls: certificate }))
    const direct = await network.tcp(request(secure, { tls, steps: [await_('220')] }))
    expect(direct).toMatchObject({ failure: null, tls: { authorized: true, subject: 'CN=toad.example' } })

    const { TLSSocket } = await import('node:tls')
    const upgrading = await keep(
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
    const steps = [
      await_('ready\r\n'),
      send('STARTTLS\r\n'),
      { ...await_('ahead\r\n'), startTls: tls },
      send('ping'),
      await_('ping'),
    ]
    const started = await network.tcp(request(upgrading, { steps, timeoutMs: 2000 }))
    expect(started).toMatchObject({ failure: null, tls: { authorized: true } })
    expect(started.timings.tlsMs).toBeGreaterThan(0)

    const refused = await network.tcp(request(secure, { tls: { ...tls, serverName: 'frog.example' } }))
    expect(refused).toMatchObject({ failure: { code: 'certificate_name_mismatch' }, tls: { authorized: false } })
  })

  it('is an error of ours, and no crash, where the authority that it was given is none', async () => {
    const server = await keep(serve(BEHAVIOURS.echo))
    const tls = {
      serverName: null,
      verify: true,
      caPem: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
    }
    const direct = await network.tcp(request(server, { tls }))
    expect(direct.failure).toMatchObject({ code: 'internal', phase: 'tls' })
    const started = await network.tcp(request(server, { steps: [{ ...await_('220'), startTls: tls }] }))
    expect(started.failure).toMatchObject({ code: 'internal', phase: 'tls' })
  })
})
