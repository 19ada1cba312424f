import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Failure, FailureCode, Phase } from '../../src/check/codes.ts'
import { by } from '../contract/runtimes.ts'
import { openNetwork, type TestNetwork } from '../support/network.ts'
import { BEHAVIOURS, type Behaviour, deafPort, keeper, refusedPort, serve } from '../support/servers.ts'
import { SHORT_MS, tcpTo } from './requests.ts'

let network: TestNetwork
const { keep, closeAll } = keeper()
beforeAll(async () => {
  network = await openNetwork()
})
afterAll(() => Promise.all([network.close(), closeAll()]))

describe('tcp()', () => {
  it.each(['127.0.0.1', '::1'])('connects to %s, and is done', async (address) => {
    const server = await keep(serve(BEHAVIOURS.silent, { address }))
    expect(await network.tcp(tcpTo(server))).toEqual({
      timings: {
        dnsMs: null,
        connectMs: expect.any(Number),
        tlsMs: null,
        firstByteMs: null,
        downloadMs: null,
        totalMs: expect.any(Number),
      },
      resolvedAddress: address,
      localAddress: by('localAddress', { node: address, workers: null }),
      tls: null,
      failure: null,
      failedStep: null,
      received: '',
    })
  })

  it('says that the connection was refused, or that nobody answered', async () => {
    const refused = await network.tcp(tcpTo({ address: '127.0.0.1', port: await refusedPort() }))
    expect(refused.failure).toMatchObject({ code: 'connection_refused', phase: 'connect', source: 'target' })
    const deaf = await deafPort()
    const unanswered = await network.tcp(tcpTo(deaf, { timeoutMs: SHORT_MS }))
    await deaf.close()
    expect(unanswered.failure).toMatchObject({ code: 'connect_timeout', phase: 'connect', source: 'target' })
  })

  it('holds a conversation, several lines of one packet included', async () => {
    const server = await keep(serve(BEHAVIOURS.echo))
    const exchange = await network.tcp(
      tcpTo(server, {
        steps: [{ expect: '220 toad' }, { send: 'ä\r\nb\r\n' }, { expect: '^ä$' }, { expect: '^b$' }],
      }),
    )
    expect([exchange.failure, exchange.failedStep]).toEqual([null, null])
    expect(exchange.timings.firstByteMs).toBeGreaterThanOrEqual(0)
  })

  it.each<[Behaviour, FailureCode, Phase]>([
    ['silent', 'response_timeout', 'response'],
    ['close', 'connection_closed', 'response'],
    ['closeOnRequest', 'connection_closed', 'response'],
    ['resetOnRequest', 'connection_reset', 'response'],
    ['endlessBody', 'response_too_large', 'body'],
  ])('names the step that %s left unmet: %s', async (behaviour, code, phase) => {
    const server = await keep(serve(BEHAVIOURS[behaviour]))
    const time = code === 'response_timeout' ? { timeoutMs: SHORT_MS } : {}
    const exchange = await network.tcp(tcpTo(server, { ...time, steps: [{ send: 'hello\r\n' }, { expect: 'never' }] }))
    expect(exchange.failure).toMatchObject({ code, phase })
    expect(exchange.failedStep).toBe(1)
    expect(exchange.timings.connectMs).toBeGreaterThanOrEqual(0)
  })

  it('keeps what was received when what was expected does not come', async () => {
    const server = await keep(serve(BEHAVIOURS.echo))
    const exchange = await network.tcp(tcpTo(server, { timeoutMs: SHORT_MS, steps: [{ expect: '^[+]OK' }] }))
    expect([exchange.failure?.code, exchange.received]).toEqual(['response_timeout', '220 toad ready\r\n'])
  })

  it('takes data that came with the end of the connection', async () => {
    const server = await keep(serve((socket) => void socket.end('bye\r\n')))
    expect((await network.tcp(tcpTo(server, { steps: [{ expect: 'bye' }] }))).failure).toBeNull()
  })

  it('ends with the reason of an abort in the middle of a conversation', async () => {
    const { promise: heard, resolve: hear } = Promise.withResolvers<void>()
    const server = await keep(serve((socket) => void socket.once('data', () => hear())))
    const cut = new AbortController()
    const steps = [{ send: 'hello\r\n' }, { expect: 'never' }]
    const exchange = network.tcp(tcpTo(server, { signal: cut.signal, steps }))
    await heard
    const reason: Failure = { code: 'cancelled', phase: 'connect', source: 'internal', message: 'gone' }
    cut.abort(reason)
    expect(await exchange).toMatchObject({ failure: { ...reason, phase: 'response' }, failedStep: 1 })
  })
})
