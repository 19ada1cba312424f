import type { Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openNetwork, type TestNetwork } from '../support/network.ts'
import { BEHAVIOURS, keeper, serve } from '../support/servers.ts'
import { httpTo, SHORT_MS } from './requests.ts'

let network: TestNetwork
const { keep, closeAll } = keeper()
beforeAll(async () => {
  network = await openNetwork()
})
afterAll(() => Promise.all([network.close(), closeAll()]))

const answering = (answer: string) => keep(serve((socket) => void socket.once('data', () => socket.write(answer))))
const OK = 'HTTP/1.1 200 OK\r\n'
const STREAM_MS = 200
/** A body that ends by itself is far from this when it does. */
const LONG_MS = 10_000

// Row "An event stream: 200 at once, body without end" of the trials, and its kin.
describe('http() that needs a body only as far as it comes', () => {
  it.each([
    ['an event stream', `${OK}content-type: text/event-stream\r\n\r\ndata: 1\n\n`],
    [
      'an event stream in chunks',
      `${OK}content-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n`,
    ],
    ['pictures that replace each other', `${OK}content-type: multipart/x-mixed-replace; boundary=x\r\n\r\n--x\r\n\r\n`],
  ])('takes %s for an answer at once', async (_what, answer) => {
    const exchange = await network.http(httpTo(await answering(answer), { streamMs: LONG_MS, timeoutMs: 2 * LONG_MS }))
    expect(exchange).toMatchObject({ failure: null, http: { status: 200, bodyCut: 'time' } })
    expect(exchange.timings.downloadMs).toBeNull()
    expect(exchange.timings.totalMs).toBeLessThan(LONG_MS / 2)
  })

  it.each([
    ['a long poll', `${OK}transfer-encoding: chunked\r\n\r\n`, ''],
    ['chunks that wait for the next', `${OK}transfer-encoding: chunked\r\n\r\n2\r\nok\r\n`, 'ok'],
    ['a body that ends with the connection, and does not', `${OK}\r\nok`, 'ok'],
  ])('reads %s for a while, and counts the time up to its last byte', async (_what, answer, bodySnippet) => {
    const startedAt = performance.now()
    const exchange = await network.http(httpTo(await answering(answer), { streamMs: STREAM_MS }))
    expect(exchange).toMatchObject({ failure: null, http: { bodySnippet, bodyCut: 'time' } })
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(STREAM_MS - 1)
    expect(exchange.timings.totalMs).toBeLessThan(performance.now() - startedAt)
  })

  it('takes a body beyond the limit for an answer', async () => {
    const server = await keep(serve(BEHAVIOURS.endlessBody))
    expect(await network.http(httpTo(server, { streamMs: LONG_MS }))).toMatchObject({
      failure: null,
      http: { bodyBytes: 65_536, bodyCut: 'limit' },
    })
  })

  it.each([
    ['a length was promised', `${OK}content-length: 100\r\n\r\nshort`],
    ['a chunk was promised', `${OK}transfer-encoding: chunked\r\n\r\n64\r\nshort`],
  ])('says that a body stands still where %s', async (_what, answer) => {
    const asked = { streamMs: STREAM_MS, timeoutMs: SHORT_MS }
    const { failure, http } = await network.http(httpTo(await answering(answer), asked))
    expect([failure?.code, failure?.phase, http?.bodySnippet]).toEqual(['body_timeout', 'body', 'short'])
  })

  it('takes a long body that was still coming when the time was over for an answer', async () => {
    const dribble = (socket: Socket) => {
      socket.once('data', () => socket.write(`${OK}content-length: 1000000\r\n\r\n`))
      const timer = setInterval(() => socket.write('x'), 20)
      socket.once('close', () => clearInterval(timer))
    }
    const exchange = await network.http(
      httpTo(await keep(serve(dribble)), { streamMs: STREAM_MS, timeoutMs: SHORT_MS }),
    )
    expect(exchange).toMatchObject({ failure: null, http: { status: 200, bodyCut: 'time' } })
    expect(exchange.http?.bodyBytes).toBeGreaterThan(0)
  })

  it('says nothing of a cut where the body ended, or there was none', async () => {
    const whole = await network.http(
      httpTo(await answering(`${OK}content-length: 2\r\n\r\nok`), { streamMs: STREAM_MS }),
    )
    expect(whole.http).not.toHaveProperty('bodyCut')
    const head = await network.http(
      httpTo(await answering(`${OK}content-type: text/event-stream\r\n\r\n`), { method: 'HEAD', streamMs: STREAM_MS }),
    )
    expect(head).toMatchObject({ failure: null, http: { status: 200, bodyBytes: 0 } })
    expect(head.http).not.toHaveProperty('bodyCut')
  })
})

it('waits for the end of an event stream whose body is needed whole', async () => {
  const server = await answering(`${OK}content-type: text/event-stream\r\n\r\ndata: 1\n\n`)
  const { failure } = await network.http(httpTo(server, { timeoutMs: SHORT_MS }))
  expect([failure?.code, failure?.phase]).toEqual(['body_timeout', 'body'])
})
