import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FailureCode, Phase } from '../../../src/check/codes.ts'
import type { HttpRequest, Timings } from '../../../src/check/network.ts'
import { createNodeNetwork } from '../../../src/runtime/node/network.ts'
import { type Authority, createAuthority } from '../../support/certificates.ts'
import {
  BEHAVIOURS,
  type Behaviour,
  deafPort,
  refusedPort,
  serve,
  serveHttp,
  serveHttp2,
  type TestServer,
} from '../../support/servers.ts'

const network = createNodeNetwork()
const servers: TestServer[] = []
const keep = async (server: Promise<TestServer>): Promise<TestServer> => {
  servers.push(await server)
  return server
}
afterAll(() => Promise.all(servers.map((server) => server.close())))

const request = (to: { address: string; port: number }, more: Partial<HttpRequest> = {}): HttpRequest => ({
  address: to.address,
  port: to.port,
  timeoutMs: 300,
  signal: new AbortController().signal,
  tls: null,
  method: 'GET',
  target: '/healthz?x=1',
  headers: { host: 'toad.example' },
  body: null,
  httpVersion: '1.1',
  bodyLimitBytes: 65_536,
  ...more,
})

/** Which phases have a number. */
const reached = (timings: Timings) =>
  (['connectMs', 'tlsMs', 'firstByteMs', 'downloadMs'] as const).filter((phase) => {
    const value = timings[phase]
    // An answer that came in one piece took no time to download
    if (value !== null) expect(value).toBeGreaterThan(phase === 'downloadMs' ? -1 : 0)
    return value !== null
  })

const HEAD_ONLY = ['connectMs', 'firstByteMs']

describe('http() against servers that misbehave', () => {
  it.each<[Behaviour, FailureCode, Phase, string[]]>([
    ['silent', 'response_timeout', 'response', ['connectMs']],
    ['resetOnRequest', 'connection_reset', 'response', ['connectMs']],
    ['closeOnRequest', 'connection_closed', 'response', ['connectMs']],
    ['closeInHeader', 'connection_closed', 'response', HEAD_ONLY],
    ['closeInBody', 'connection_closed', 'body', HEAD_ONLY],
    ['closeInChunk', 'connection_closed', 'body', HEAD_ONLY],
    ['garbage', 'invalid_response', 'response', HEAD_ONLY],
    ['badHttp', 'invalid_response', 'response', HEAD_ONLY],
    ['upgrade', 'invalid_response', 'response', HEAD_ONLY],
    ['slowHeader', 'response_timeout', 'response', HEAD_ONLY],
    ['slowBody', 'body_timeout', 'body', HEAD_ONLY],
    ['endlessHeader', 'response_too_large', 'response', HEAD_ONLY],
    ['endlessInterim', 'response_timeout', 'response', HEAD_ONLY],
    ['endlessBody', 'response_too_large', 'body', HEAD_ONLY],
    ['hugeHeader', 'response_too_large', 'response', HEAD_ONLY],
  ])('%s: %s in the %s phase, with the phases before it kept', async (behaviour, code, phase, phases) => {
    const server = await keep(serve(BEHAVIOURS[behaviour]))
    const exchange = await network.http(request(server))
    expect(exchange.failure).toMatchObject({ code, phase, source: 'target' })
    expect(reached(exchange.timings)).toEqual(phases)
    expect(exchange.timings.totalMs).toBeLessThan(3000)
    expect(exchange.resolvedAddress).toBe('127.0.0.1')
    expect(exchange.localAddress).toBe('127.0.0.1')
    expect(exchange.http === null).toBe(phase !== 'body')
  })

  it('keeps the part of a body that came before the connection was reset', async () => {
    const server = await keep(serve(BEHAVIOURS.resetInBody))
    const exchange = await network.http(request(server))
    expect(exchange.failure).toMatchObject({ phase: 'body', source: 'target' })
    expect(exchange.http).toMatchObject({ status: 200 })
  })

  it('says that the connection was refused, with nothing reached', async () => {
    const exchange = await network.http(request({ address: '127.0.0.1', port: await refusedPort() }))
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
    const exchange = await network.http(request(deaf))
    await deaf.close()
    expect(exchange.failure).toEqual({
      code: 'connect_timeout',
      phase: 'connect',
      source: 'target',
      message: 'no answer to the connection attempt',
    })
    expect(reached(exchange.timings)).toEqual([])
    expect(exchange.timings.totalMs).toBeGreaterThanOrEqual(299)
  })

  it('says that a connection was closed before the request was read', async () => {
    const server = await keep(serve(BEHAVIOURS.close))
    const exchange = await network.http(request(server))
    expect(exchange.failure).toMatchObject({ code: 'connection_closed', source: 'target' })
    expect(reached(exchange.timings)).toEqual(['connectMs'])
  })

  it('says that a connection was reset at once, in the connect phase where the kernel tells so early', async () => {
    const server = await keep(serve(BEHAVIOURS.reset))
    const exchange = await network.http(request(server))
    expect(exchange.failure).toMatchObject({ code: 'connection_reset', source: 'target' })
    expect(['connect', 'request', 'response']).toContain(exchange.failure?.phase)
  })

  it('ends with the reason of an abort, in the phase that it cut', async () => {
    const server = await keep(serve(BEHAVIOURS.silent))
    const cut = new AbortController()
    const exchange = network.http(request(server, { signal: cut.signal, timeoutMs: 10_000 }))
    while (server.connections === 0) await new Promise((resolve) => setImmediate(resolve))
    const reason = { code: 'deadline_exceeded', phase: 'connect', source: 'internal', message: 'late' }
    cut.abort(reason)
    expect((await exchange).failure).toMatchObject({ code: 'deadline_exceeded', source: 'internal' })
    expect((await network.http(request(server, { signal: cut.signal }))).failure).toEqual(reason)
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
    const post = request(server, { method: 'POST', headers, body: 'hello' })
    const [first] = [await network.http(post), await network.http(post)]
    const sent = { host: 'shop.example:8080', 'x-a': 'b', 'content-length': '5', connection: 'close' }
    expect(seen).toEqual([
      ['POST', '/healthz?x=1', sent, 'hello'],
      ['POST', '/healthz?x=1', sent, 'hello'],
    ])
    expect(server.connections).toBe(2)
    expect(first?.failure).toBeNull()
    expect(reached(first?.timings as Timings)).toEqual(['connectMs', 'firstByteMs', 'downloadMs'])
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
    const exchange = await network.http(request(server))
    const { date, ...headers } = exchange.http?.headers ?? {}
    expect(date).toMatch(/GMT$/)
    expect({ ...exchange.http, headers }).toEqual({
      status: 418,
      version: '1.1',
      headers: { 'x-many': '1, 2', location: '/next', connection: 'close', 'transfer-encoding': 'chunked' },
      location: '/next',
      bodyBytes: 16,
      bodySnippet: 'short and stout\ufffd',
      bodySha256: 'ae0fdc433417442f35012e743c2142a20541a070683776aec7771cad152c4474',
    })
    expect(exchange.headers?.['set-cookie']).toEqual(['a=1', 'b=2'])
  })

  it('reads a body up to the limit and not a byte further', async () => {
    const server = await keep(serveHttp((_message, response) => void response.end('0123456789')))
    const whole = await network.http(request(server, { bodyLimitBytes: 10 }))
    expect([whole.failure, whole.http?.bodyBytes]).toEqual([null, 10])
    const cut = await network.http(request(server, { bodyLimitBytes: 9 }))
    expect([cut.failure?.code, cut.failure?.phase, cut.http?.bodySnippet]).toEqual([
      'response_too_large',
      'body',
      '012345678',
    ])
  })

  it('takes an answer to HEAD, a 204 and a body that ends with the connection as complete', async () => {
    const server = await keep(serveHttp((_message, response) => void response.writeHead(204).end()))
    expect((await network.http(request(server))).failure).toBeNull()
    const head = await keep(serveHttp((_message, response) => void response.end('body')))
    expect((await network.http(request(head, { method: 'HEAD' }))).http).toMatchObject({ status: 200, bodyBytes: 0 })
    const open = await keep(serve((socket) => void socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\nall'))))
    expect(await network.http(request(open))).toMatchObject({
      failure: null,
      http: { bodySnippet: 'all', version: '1.0' },
    })
  })

  it('speaks HTTP/2 over TLS where the peer does, HTTP/1.1 where it does not, and in clear text at once', async () => {
    const authority = await createAuthority()
    const certificate = await authority.issue()
    const tls = { serverName: 'toad.example', verify: true, caPem: authority.caPem }
    const answer = (path: string) => ({ status: 200, body: `h2 ${path}` })
    const h2 = await keep(serveHttp2(answer, { tls: certificate }))
    const h1 = await keep(
      serveHttp((_message, response) => void response.end('h1'), {
        tls: { ...certificate, ALPNProtocols: ['http/1.1'] },
      }),
    )
    const clear = await keep(serveHttp2(answer))
    const ask = async (to: TestServer, more: Partial<HttpRequest>) => {
      const { failure, http } = await network.http(request(to, { httpVersion: '2', timeoutMs: 2000, ...more }))
      return [failure, http?.version, http?.bodySnippet]
    }
    expect(await ask(h2, { tls })).toEqual([null, '2', 'h2 /healthz?x=1'])
    expect(await ask(h1, { tls })).toEqual([null, '1.1', 'h1'])
    expect(await ask(clear, {})).toEqual([null, '2', 'h2 /healthz?x=1'])
  })
})

describe('http() over HTTP/2 in clear text', () => {
  it.each<[Behaviour, FailureCode[], Phase[]]>([
    ['silent', ['response_timeout'], ['request', 'response']],
    ['closeOnRequest', ['connection_closed'], ['request', 'response']],
    ['resetOnRequest', ['connection_reset', 'connection_closed'], ['request', 'response']],
    ['garbage', ['invalid_response', 'connection_closed'], ['request', 'response']],
    ['endlessInterim', ['invalid_response', 'connection_closed'], ['request', 'response']],
  ])('%s: one of %j', async (behaviour, codes, phases) => {
    const server = await keep(serve(BEHAVIOURS[behaviour]))
    const exchange = await network.http(request(server, { httpVersion: '2' }))
    expect(codes).toContain(exchange.failure?.code)
    expect(phases).toContain(exchange.failure?.phase)
    expect(exchange.failure?.source).toBe('target')
    expect(exchange.timings.connectMs).toBeGreaterThan(0)
    expect(exchange.http).toBeNull()
  })

  it('reads a body up to the limit, and not from a stream that is reset', async () => {
    const server = await keep(serveHttp2(() => ({ status: 200, body: '0123456789' })))
    const cut = await network.http(request(server, { httpVersion: '2', bodyLimitBytes: 9, timeoutMs: 2000 }))
    expect([cut.failure?.code, cut.failure?.phase, cut.http?.bodySnippet]).toEqual([
      'response_too_large',
      'body',
      '012345678',
    ])
  })
})

describe('http() over TLS', () => {
  const DAY_MS = 86_400_000
  let authority: Authority
  beforeAll(async () => {
    authority = await createAuthority()
  })

  const secure = async (certificate: Promise<{ cert: string; key: string }>) =>
    keep(serveHttp((_message, response) => void response.end('ok'), { tls: await certificate }))
  const tlsOf = (more: object = {}) => ({ serverName: 'toad.example', verify: true, caPem: authority.caPem, ...more })

  it('verifies against the server name and keeps the certificate', async () => {
    const server = await secure(authority.issue())
    const exchange = await network.http(request(server, { tls: tlsOf() }))
    expect(exchange.failure).toBeNull()
    expect(exchange.tls).toEqual({
      subject: 'CN=toad.example',
      issuer: 'CN=Portolan test CA',
      altNames: ['toad.example', '127.0.0.1'],
      notBefore: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      notAfter: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      authorized: true,
      authorizationError: null,
      protocol: 'TLSv1.3',
    })
    expect(reached(exchange.timings)).toEqual(['connectMs', 'tlsMs', 'firstByteMs', 'downloadMs'])
  })

  it.each<[string, FailureCode, () => Promise<{ cert: string; key: string }>, object]>([
    ['has expired', 'certificate_expired', () => authority.issue({ notAfterMs: Date.now() - DAY_MS / 2 }), {}],
    ['is not valid yet', 'certificate_not_yet_valid', () => authority.issue({ notBeforeMs: Date.now() + DAY_MS }), {}],
    ['is for another name', 'certificate_name_mismatch', () => authority.issue({ altNames: ['frog.example'] }), {}],
    ['is for another address', 'certificate_name_mismatch', () => authority.issue(), { serverName: '127.0.0.2' }],
    ['has signed itself', 'certificate_untrusted', () => authority.selfSigned(), {}],
    ['is of an unknown authority', 'certificate_untrusted', () => authority.issue(), { caPem: null }],
  ])('refuses a certificate that %s, with the certificate kept', async (_what, code, certificate, more) => {
    const server = await secure(certificate())
    const exchange = await network.http(request(server, { tls: tlsOf(more) }))
    expect(exchange.failure).toMatchObject({ code, phase: 'tls', source: 'target' })
    expect(exchange.tls).toMatchObject({
      authorized: false,
      authorizationError: expect.any(String),
      protocol: 'TLSv1.3',
    })
    expect(exchange.tls?.subject).toMatch(/^CN=/)
    expect(exchange.http).toBeNull()
    expect(reached(exchange.timings)).toEqual(['connectMs', 'tlsMs'])

    const evidence = await network.http(request(server, { tls: tlsOf({ ...more, verify: false }) }))
    expect(evidence).toMatchObject({ failure: null, tls: { authorized: false }, http: { status: 200 } })
  })

  it('sends the server name as SNI, and none for an address or where there is none', async () => {
    const names: (string | false | null)[] = []
    const certificate = await authority.issue()
    const server = await keep(
      serve(
        (socket) => {
          if ('servername' in socket) names.push(socket.servername as string | false)
          socket.end('HTTP/1.1 200 OK\r\n\r\n')
        },
        { tls: certificate },
      ),
    )
    for (const serverName of ['toad.example', '127.0.0.1', null]) {
      expect((await network.http(request(server, { tls: tlsOf({ serverName }) }))).failure).toBeNull()
    }
    expect(names).toEqual(['toad.example', false, false])
  })

  it.each<[string, Behaviour, FailureCode]>([
    ['plain HTTP', 'garbage', 'tls_not_spoken'],
    ['silence', 'silent', 'tls_timeout'],
    ['the end of the connection', 'closeOnRequest', 'tls_handshake_failed'],
    ['a reset', 'resetOnRequest', 'connection_reset'],
  ])('tells %s in the handshake', async (_what, behaviour, code) => {
    const server = await keep(serve(BEHAVIOURS[behaviour]))
    const exchange = await network.http(request(server, { tls: tlsOf() }))
    expect(exchange.failure).toMatchObject({ code, phase: 'tls', source: 'target' })
    expect(reached(exchange.timings)).toEqual(['connectMs'])
    expect(exchange.tls).toBeNull()
  })

  it('tells that the peer found no common protocol version', async () => {
    const certificate = await authority.issue()
    const server = await keep(
      serve(() => undefined, { tls: { ...certificate, maxVersion: 'TLSv1.1', minVersion: 'TLSv1' } }),
    )
    const exchange = await network.http(request(server, { tls: tlsOf() }))
    expect(exchange.failure).toMatchObject({ code: 'tls_handshake_failed', phase: 'tls' })
  })

  it('tells plain HTTP sent to a TLS port by the answer that is none', async () => {
    const server = await secure(authority.issue())
    const exchange = await network.http(request(server))
    expect(['connection_closed', 'connection_reset', 'invalid_response']).toContain(exchange.failure?.code)
    expect(exchange.failure?.phase).toBe('response')
  })
})
