import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Failure, FailureCode, Phase } from '../../src/check/codes.ts'
import { by } from '../contract/runtimes.ts'
import { openNetwork, type TestNetwork } from '../support/network.ts'
import { BEHAVIOURS, type Behaviour, deafPort, keeper, refusedPort, serve, serveHttp } from '../support/servers.ts'
import { httpTo, reached, SHORT_MS } from './requests.ts'

let network: TestNetwork
const { keep, closeAll } = keeper()
beforeAll(async () => {
  network = await openNetwork()
})
afterAll(() => Promise.all([network.close(), closeAll()]))

const HEAD_ONLY = ['connectMs', 'firstByteMs']
const LOCAL = by('localAddress', { node: '127.0.0.1', workers: null })

describe('http() against servers that misbehave', () => {
  it.each<[Behaviour, FailureCode, Phase, string[]]>([
    ['silent', 'response_timeout', 'response', ['connectMs']],
    ['resetOnRequest', 'connection_reset', 'response', ['connectMs']],
    ['closeOnRequest', 'connection_closed', 'response', ['connectMs']],
    ['closeInHeader', 'connection_closed', 'response', HEAD_ONLY],
    ['closeInBody', 'connection_closed', 'body', HEAD_ONLY],
    ['closeInChunk', 'connection_closed', 'body', HEAD_ONLY],
    ['garbage', 'invalid_response', 'response', HEAD_ONLY],
    ['badHttp', 'malformed_response', 'response', HEAD_ONLY],
    ['upgrade', 'invalid_response', 'response', HEAD_ONLY],
    ['slowHeader', 'response_timeout', 'response', HEAD_ONLY],
    ['slowBody', 'body_timeout', 'body', HEAD_ONLY],
    ['endlessHeader', 'response_too_large', 'response', HEAD_ONLY],
    ['endlessInterim', 'response_too_large', 'response', HEAD_ONLY],
    ['endlessLines', 'response_too_large', 'response', HEAD_ONLY],
    ['endlessBody', 'response_too_large', 'body', HEAD_ONLY],
    ['hugeHeader', 'response_too_large', 'response', HEAD_ONLY],
  ])('%s: %s in the %s phase, with the phases before it kept', async (behaviour, code, phase, phases) => {
    const server = await keep(serve(BEHAVIOURS[behaviour]))
    const endsByTime = code === 'response_timeout' || code === 'body_timeout'
    const exchange = await network.http(httpTo(server, endsByTime ? { timeoutMs: SHORT_MS } : {}))
    expect(exchange.failure).toMatchObject({ code, phase, source: 'target' })
    expect(reached(exchange.timings)).toEqual(phases)
    expect(exchange.timings.totalMs).toBeLessThan(endsByTime ? 5000 : 10_000)
    expect([exchange.resolvedAddress, exchange.localAddress]).toEqual(['127.0.0.1', LOCAL])
    expect(exchange.http === null).toBe(phase !== 'body')
  })

  it('keeps the part of a body that came before the connection was reset', async () => {
    const server = await keep(serve(BEHAVIOURS.resetInBody))
    const exchange = await network.http(httpTo(server))
    expect(exchange.failure).toMatchObject({ phase: 'body', source: 'target' })
    expect(exchange.http).toMatchObject({ status: 200 })
  })

  it('says that the connection was refused, with nothing reached', async () => {
    const exchange = await network.http(httpTo({ address: '127.0.0.1', port: await refusedPort() }))
    expect(exchange.failure).toEqual({
      code: 'connection_refused',
      phase: 'connect',
      source: 'target',
      message: 'the connection was refused (ECONNREFUSED)',
    })
    expect(reached(exchange.timings)).toEqual([])
    expect(exchange.localAddress).toBeNull()
  })

  it('says that nobody answered the attempt to connect', async () => {
    const deaf = await deafPort()
    const exchange = await network.http(httpTo(deaf, { timeoutMs: SHORT_MS }))
    await deaf.close()
    expect(exchange.failure).toEqual({
      code: 'connect_timeout',
      phase: 'connect',
      source: 'target',
      message: 'no answer to the connection attempt',
    })
    expect(reached(exchange.timings)).toEqual([])
    expect(exchange.timings.totalMs).toBeGreaterThanOrEqual(SHORT_MS - 1)
  })

  it('says that a connection was closed before the request was read', async () => {
    const server = await keep(serve(BEHAVIOURS.close))
    const exchange = await network.http(httpTo(server))
    expect(exchange.failure).toMatchObject({ code: 'connection_closed', source: 'target' })
    expect(reached(exchange.timings)).toEqual(['connectMs'])
  })

  it('says that a connection was reset at once, in the connect phase where the kernel tells so early', async () => {
    const server = await keep(serve(BEHAVIOURS.reset))
    const { failure } = await network.http(httpTo(server))
    const codes = by('reset', { node: ['connection_reset'], workers: ['connection_reset', 'connect_failed'] })
    expect(codes).toContain(failure?.code)
    expect(failure?.source).toBe('target')
    expect(['connect', 'request', 'response']).toContain(failure?.phase)
  })

  it('ends with the reason of an abort, in the phase that it cut', async () => {
    const { promise: heard, resolve: hear } = Promise.withResolvers<void>()
    const server = await keep(serve((socket) => void socket.once('data', () => hear())))
    const cut = new AbortController()
    const exchange = network.http(httpTo(server, { signal: cut.signal }))
    await heard
    const reason: Failure = { code: 'deadline_exceeded', phase: 'connect', source: 'internal', message: 'late' }
    cut.abort(reason)
    expect((await exchange).failure).toEqual({ ...reason, phase: 'response' })
    expect((await network.http(httpTo(server, { signal: cut.signal }))).failure).toEqual(reason)
    expect(server.connections).toBe(1)
  })
})

describe('http() against a server that answers', () => {
  it('sends method, target, Host, headers and body as given, over a new connection each time', async () => {
    const seen: unknown[] = []
    const server = await keep(
      serveHttp((message, response) => {
        let body = ''
        message.on('data', (chunk) => (body += chunk))
        message.on('end', () => {
          seen.push([message.method, message.url, message.headers, body])
          response.end('ok')
        })
      }),
    )
    const headers = { host: 'shop.example:8080', 'x-a': 'b' }
    const post = httpTo(server, { method: 'POST', headers, body: 'hellö' })
    const [first] = [await network.http(post), await network.http(post)]
    const sent = { host: 'shop.example:8080', 'x-a': 'b', 'content-length': '6', connection: 'close' }
    expect(seen).toEqual([
      ['POST', '/healthz?x=1', sent, 'hellö'],
      ['POST', '/healthz?x=1', sent, 'hellö'],
    ])
    expect(server.connections).toBe(2)
    expect([first?.failure, first && reached(first.timings)]).toEqual([
      null,
      ['connectMs', 'firstByteMs', 'downloadMs'],
    ])
  })

  it('says itself where the request ends, and sends other headers as they are, a byte for each character', async () => {
    const seen: string[] = []
    const server = await keep(
      serve((socket) => {
        socket.once('data', (request) => {
          seen.push(request.toString('latin1'))
          socket.end('HTTP/1.1 204 Nothing\r\n\r\n')
        })
      }),
    )
    const headers = { host: 'a', connection: 'keep-alive', 'content-length': '99', upgrade: 'x', 'x-a': 'hell\u00f6' }
    await network.http(httpTo(server, { method: 'PUT', target: '/\u00f6', headers, body: 'toad' }))
    await network.http(httpTo(server, { headers: { host: 'a', 'content-length': '5' } }))
    expect(seen).toEqual([
      'PUT /\u00f6 HTTP/1.1\r\nhost: a\r\nupgrade: x\r\nx-a: hell\u00f6\r\nconnection: close\r\ncontent-length: 4\r\n\r\ntoad',
      'GET /healthz?x=1 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n',
    ])
  })

  it('keeps status, headers and body, but no value that may be a secret', async () => {
    const server = await keep(
      serveHttp((_message, response) => {
        response.writeHead(418, {
          'Set-Cookie': ['a=1', 'b=2'],
          'X-Auth-Token': 'secret',
          'X-Many': ['1', '2'],
          Location: '/next',
        })
        response.end('short and stout\u0000')
      }),
    )
    const exchange = await network.http(httpTo(server))
    const { date, ...headers } = exchange.http?.headers ?? {}
    expect(date).toMatch(/GMT$/)
    expect({ ...exchange.http, headers }).toEqual({
      status: 418,
      version: '1.1',
      headers: { 'x-many': '1, 2', location: '/next', connection: 'close', 'transfer-encoding': 'chunked' },
      headerBytes: 179,
      location: '/next',
      bodyBytes: 16,
      bodySnippet: 'short and stout\ufffd',
      bodySha256: 'ae0fdc433417442f35012e743c2142a20541a070683776aec7771cad152c4474',
    })
    expect(exchange.headers?.['set-cookie']).toEqual(['a=1', 'b=2'])
    expect(new TextDecoder().decode(exchange.body ?? new Uint8Array())).toBe('short and stout\u0000')
  })

  it('reads a body up to the limit and not a byte further', async () => {
    const server = await keep(serveHttp((_message, response) => void response.end('0123456789')))
    const whole = await network.http(httpTo(server, { bodyLimitBytes: 10 }))
    expect([whole.failure, whole.http?.bodyBytes]).toEqual([null, 10])
    const cut = await network.http(httpTo(server, { bodyLimitBytes: 9 }))
    expect([cut.failure?.code, cut.failure?.phase, cut.http?.bodySnippet]).toEqual([
      'response_too_large',
      'body',
      '012345678',
    ])
  })

  it('takes an answer to HEAD, a 204 and a body that ends with the connection as complete', async () => {
    const server = await keep(serveHttp((_message, response) => void response.writeHead(204).end()))
    expect((await network.http(httpTo(server))).failure).toBeNull()
    const head = await keep(serveHttp((_message, response) => void response.end('body')))
    expect((await network.http(httpTo(head, { method: 'HEAD' }))).http).toMatchObject({ status: 200, bodyBytes: 0 })
    const open = await keep(serve((socket) => void socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\nall'))))
    expect(await network.http(httpTo(open))).toMatchObject({
      failure: null,
      http: { bodySnippet: 'all', version: '1.0' },
    })
  })

  it('takes what comes after interim answers, and a body in chunks with trailers', async () => {
    const server = await keep(
      serve((socket) => {
        socket.once('data', () => {
          socket.write('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n')
          socket.write(
            'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nx-end: 1\r\n\r\n',
          )
        })
      }),
    )
    expect(await network.http(httpTo(server))).toMatchObject({
      failure: null,
      http: { status: 200, bodySnippet: 'abcde', bodyBytes: 5 },
    })
  })

  it('dials IPv6', async () => {
    const server = await keep(serveHttp((_message, response) => void response.end('six'), { address: '::1' }))
    expect(await network.http(httpTo(server))).toMatchObject({
      ...{ failure: null, resolvedAddress: '::1', http: { bodySnippet: 'six' } },
      localAddress: by('localAddress', { node: '::1', workers: null }),
    })
  })

  it('sends nothing where a header would end its line early', async () => {
    const server = await keep(serveHttp((_message, response) => void response.end('ok')))
    const { failure } = await network.http(httpTo(server, { headers: { host: 'a', 'x-a': 'b\r\nx-c: d' } }))
    expect([failure?.code, failure?.source]).toEqual(['internal', 'internal'])
  })

  it.each([
    ['a header that no line can hold', { 'x-a': '\u65e5' }],
    ['a coding that contradicts the length', { 'transfer-encoding': 'chunked' }],
  ])('sends nothing with %s', async (_what, more) => {
    const server = await keep(serveHttp((_message, response) => void response.end('ok')))
    const { failure } = await network.http(httpTo(server, { headers: { host: 'a', ...more }, body: 'ok' }))
    expect([failure?.code, failure?.source, failure?.phase]).toEqual(['internal', 'internal', 'request'])
  })
})
