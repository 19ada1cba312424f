import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HandshakeFlaw } from '../../src/check/handshake.ts'
import type { HttpRequest } from '../../src/check/network.ts'
import { openNetwork, type TestNetwork } from '../support/network.ts'
import { RUNTIME } from '../support/portolan.ts'
import { keeper, serveHttp } from '../support/servers.ts'
import { handshake, startWebSocketServer } from '../support/websocket.ts'
import { httpTo, reached } from './requests.ts'

let network: TestNetwork
const { keep, closeAll } = keeper()
beforeAll(async () => {
  network = await openNetwork()
})
afterAll(() => Promise.all([network.close(), closeAll()]))

const askFor = (to: { address: string; port: number }, headers: HttpRequest['headers'] = {}) =>
  network.http(httpTo(to, { upgrade: 'websocket', headers: { host: 'toad.example', ...headers } }))

describe('http() that asks for WebSocket', () => {
  it('sends a handshake with a key of its own, and sees that the answer is to it', async () => {
    const server = await keep(startWebSocketServer())
    const exchange = await askFor(server)
    expect(exchange).toMatchObject({ failure: null, handshake: null, http: { status: 101, bodyBytes: 0 } })
    expect(reached(exchange.timings)).toEqual(['connectMs', 'firstByteMs', 'downloadMs'])
    await askFor(server)
    const [first, second] = server.requests
    expect(first).toMatchObject({
      ...{ method: 'GET', httpVersion: '1.1', url: '/healthz?x=1' },
      headers: { host: 'toad.example', connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' },
    })
    expect(first?.headers).not.toHaveProperty('content-length')
    const keys = [first, second].map((request) => request?.headers['sec-websocket-key'] ?? '')
    expect(keys.map((key) => Buffer.from(key, 'base64').length)).toEqual([16, 16])
    expect(new Set(keys).size).toBe(2)
  })

  it('says goodbye, and leaves it to the server to end the connection', async () => {
    const server = await keep(startWebSocketServer())
    const left = server.left()
    await askFor(server)
    // An invocation of a Worker that has ended drops what it has open, so that the server may be too late there
    const ended = RUNTIME === 'workers' ? expect.any(String) : 'FIN'
    expect(await left).toEqual({ status: 1000, masked: true, ended })
  })

  it('keeps an answer that is plain HTTP', async () => {
    const server = await keep(serveHttp((_request, response) => void response.end('plain')))
    const exchange = await askFor(server)
    expect(exchange).toMatchObject({ failure: null, http: { status: 200, bodyBytes: 5 } })
    expect(exchange).not.toHaveProperty('handshake')
  })

  it.each<[string, Record<string, string | null>, HandshakeFlaw | null]>([
    ['the accept of another key', { 'sec-websocket-accept': 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=' }, 'accept'],
    ['no accept', { 'sec-websocket-accept': null }, 'accept'],
    ['another protocol', { upgrade: 'h2c' }, 'upgrade'],
    ['no Connection', { connection: null }, 'connection'],
    ['an extension', { 'sec-websocket-extensions': 'permessage-deflate' }, 'extensions'],
    ['a subprotocol that was not offered', { 'sec-websocket-protocol': 'mqtt' }, 'protocol'],
    ['a subprotocol that was offered', { 'sec-websocket-protocol': 'frog' }, null],
    ['other cases and a list', { upgrade: 'WebSocket', connection: 'keep-alive, upgrade' }, null],
  ])('finds %s', async (_what, over, flaw) => {
    const server = await keep(
      startWebSocketServer((request) =>
        Object.fromEntries(
          Object.entries({ ...handshake(request), ...over }).flatMap(([name, value]) =>
            value === null ? [] : [[name, value]],
          ),
        ),
      ),
    )
    const exchange = await askFor(server, { 'sec-websocket-protocol': 'toad, frog' })
    expect([exchange.failure, exchange.http?.status, exchange.handshake]).toEqual([null, 101, flaw])
  })
})
