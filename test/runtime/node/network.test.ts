/** Node alone can do this of the network; what both runtimes must do is in `test/network/`. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FailureCode, Phase } from '../../../src/check/codes.ts'
import { failure } from '../../../src/check/failure.ts'
import type { HttpRequest } from '../../../src/check/network.ts'
import { createNodeNetwork } from '../../../src/runtime/node/network.ts'
import { createRoutes } from '../../../src/runtime/node/route.ts'
import { httpTo, tcpTo, tlsBy } from '../../network/requests.ts'
import { type Authority, createAuthority } from '../../support/certificates.ts'
import {
  BEHAVIOURS,
  type Behaviour,
  keeper,
  refusedPort,
  serve,
  serveHttp,
  serveHttp2,
  type TestServer,
} from '../../support/servers.ts'

const network = createNodeNetwork()
const { keep, closeAll } = keeper()
let authority: Authority
beforeAll(async () => {
  authority = await createAuthority()
})
afterAll(closeAll)

describe('http() over HTTP/2', () => {
  it('speaks it over TLS where the peer does, HTTP/1.1 where it does not, and in clear text at once', async () => {
    const certificate = await authority.issue()
    const tls = tlsBy(authority.caPem)
    const answer = (path: string) => ({ status: 200, body: `h2 ${path}` })
    const h2 = await keep(serveHttp2(answer, { tls: certificate }))
    const h1 = await keep(
      serveHttp((_message, response) => void response.end('h1'), {
        tls: { ...certificate, ALPNProtocols: ['http/1.1'] },
      }),
    )
    const clear = await keep(serveHttp2(answer))
    const ask = async (to: TestServer, more: Partial<HttpRequest>) => {
      const { failure, http } = await network.http(httpTo(to, { httpVersion: '2', ...more }))
      return [failure, http?.version, http?.bodySnippet]
    }
    expect(await ask(h2, { tls })).toEqual([null, '2', 'h2 /healthz?x=1'])
    expect(await ask(h1, { tls })).toEqual([null, '1.1', 'h1'])
    expect(await ask(clear, {})).toEqual([null, '2', 'h2 /healthz?x=1'])
  })

  it.each<[Behaviour, FailureCode[], Phase[]]>([
    ['silent', ['response_timeout'], ['request', 'response']],
    ['closeOnRequest', ['connection_closed'], ['request', 'response']],
    ['resetOnRequest', ['connection_reset', 'connection_closed'], ['request', 'response']],
    ['garbage', ['invalid_response', 'connection_closed'], ['request', 'response']],
    ['endlessInterim', ['invalid_response', 'connection_closed'], ['request', 'response']],
  ])('%s, in clear text: one of %j', async (behaviour, codes, phases) => {
    const server = await keep(serve(BEHAVIOURS[behaviour]))
    const exchange = await network.http(httpTo(server, { httpVersion: '2', timeoutMs: 400 }))
    expect(codes).toContain(exchange.failure?.code)
    expect(phases).toContain(exchange.failure?.phase)
    expect(exchange.failure?.source).toBe('target')
    expect(exchange.timings.connectMs).toBeGreaterThan(0)
    expect(exchange.http).toBeNull()
  })

  it('takes an event stream for an answer, unless the body is needed whole', async () => {
    const server = await keep(
      serveHttp2(() => ({
        status: 200,
        body: 'data: 1\n\n',
        headers: { 'content-type': 'text/event-stream' },
        isOpen: true,
      })),
    )
    const taken = await network.http(httpTo(server, { httpVersion: '2', streamMs: 10_000 }))
    expect(taken).toMatchObject({ failure: null, http: { status: 200, version: '2', bodyCut: 'time' } })
    expect(taken.timings.totalMs).toBeLessThan(5000)
    const whole = await network.http(httpTo(server, { httpVersion: '2', timeoutMs: 400 }))
    expect([whole.failure?.code, whole.http?.bodySnippet]).toEqual(['body_timeout', 'data: 1\n\n'])
    const promised = { 'content-length': '100' }
    const stalled = await keep(serveHttp2(() => ({ status: 200, body: 'short', headers: promised, isOpen: true })))
    const { failure } = await network.http(httpTo(stalled, { httpVersion: '2', timeoutMs: 400, streamMs: 100 }))
    expect(failure?.code).toBe('body_timeout')
  })

  it('is recognised where HTTP/1.1 was spoken to a server that knows no other', async () => {
    const clear = await keep(serveHttp2(() => ({ status: 200, body: 'h2' })))
    const inClear = await Promise.all(Array.from({ length: 20 }, () => network.http(httpTo(clear))))
    expect(inClear.map(({ failure, speaks }) => [failure?.code, speaks])).toEqual(
      Array(20).fill(['invalid_response', 'http2']),
    )
    const tls = { ...(await authority.issue()), ALPNProtocols: ['h2'] }
    const secure = await keep(serveHttp2(() => ({ status: 200, body: 'h2' }), { tls }))
    const { failure, speaks } = await network.http(httpTo(secure, { tls: tlsBy(authority.caPem) }))
    expect([failure?.code, failure?.phase, speaks]).toEqual(['tls_handshake_failed', 'tls', 'http2'])
  })

  it('reads a body up to the limit, and not from a stream that is reset', async () => {
    const server = await keep(serveHttp2(() => ({ status: 200, body: '0123456789' })))
    const cut = await network.http(httpTo(server, { httpVersion: '2', bodyLimitBytes: 9 }))
    expect([cut.failure?.code, cut.failure?.phase, cut.http?.bodySnippet]).toEqual([
      'response_too_large',
      'body',
      '012345678',
    ])
  })
})

describe('http() over HTTP/2 to a peer that gives up in the middle of the body', () => {
  /** Returns a frame of HTTP/2 (RFC 9113 4.1). */
  const frame = (type: number, flags: number, stream: number, ...payload: number[]) =>
    Buffer.from([0, 0, payload.length, type, flags, 0, 0, 0, stream, ...payload])
  const [DATA, HEADERS, RST_STREAM, SETTINGS] = [0, 1, 3, 4]
  const [CANCEL, INTERNAL_ERROR] = [8, 2]

  it.each<[string, number, FailureCode]>([
    ['CANCEL', CANCEL, 'connection_closed'],
    ['INTERNAL_ERROR', INTERNAL_ERROR, 'invalid_response'],
  ])('by %s: its status is kept, and is no answer', async (_name, code, expected) => {
    const server = await keep(
      serve((socket) => {
        // `:status: 200` is the eighth of the static table (RFC 7541 A)
        const begun = [frame(SETTINGS, 0, 0), frame(HEADERS, 4, 1, 0x88), frame(DATA, 0, 1, ...Buffer.from('to'))]
        socket.once('data', () => socket.write(Buffer.concat([...begun, frame(RST_STREAM, 0, 1, 0, 0, 0, code)])))
      }),
    )
    const { failure, http } = await network.http(httpTo(server, { httpVersion: '2' }))
    expect([failure?.code, failure?.phase, http?.status]).toEqual([expected, 'body', 200])
  })
})

describe('http() to a peer that does not wait to be asked', () => {
  /** So many at once that this side is late for some of them. */
  const askMany = (to: TestServer, more: Partial<HttpRequest> = {}) =>
    Promise.all(Array.from({ length: 60 }, () => network.http(httpTo(to, more))))

  it.each(['1.1', '2'] as const)(
    'and hangs up: that is the end, and it is dialled once (HTTP/%s)',
    async (httpVersion) => {
      const server = await keep(serve(BEHAVIOURS.close))
      const exchanges = await askMany(server, { httpVersion })
      expect(exchanges.map(({ failure }) => failure?.code)).toEqual(Array(60).fill('connection_closed'))
      expect(server.connections).toBe(60)
    },
  )

  it('and resets: that is said, not that it hung up', async () => {
    const exchanges = await askMany(await keep(serve(BEHAVIOURS.reset)))
    expect(exchanges.map(({ failure }) => failure?.code)).toEqual(Array(60).fill('connection_reset'))
  })

  it('and answers: the answer counts, and nothing of it took less than no time', async () => {
    const server = await keep(
      serve((socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nto')
        socket.once('data', () => socket.end('ad'))
      }),
    )
    const exchanges = await askMany(server)
    expect(exchanges.map(({ failure, http }) => failure ?? http?.bodySnippet)).toEqual(Array(60).fill('toad'))
    expect(exchanges.flatMap(({ timings }) => Object.values(timings).filter((ms) => ms !== null && ms < 0))).toEqual([])
  })

  it('and says what is no HTTP: that is told at once', async () => {
    const server = await keep(serve((socket) => void socket.write('SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n')))
    const exchanges = await askMany(server)
    expect(exchanges.map(({ failure }) => failure?.code)).toEqual(Array(60).fill('invalid_response'))
  })
})

describe('an authority', () => {
  it('is trusted only where it is named', async () => {
    const certificate = await authority.issue()
    const server = await keep(serveHttp((_message, response) => void response.end('ok'), { tls: certificate }))
    const codeBy = async (caPem: string | null) =>
      (await network.http(httpTo(server, { tls: tlsBy(caPem) }))).failure?.code
    expect([await codeBy(null), await codeBy(authority.caPem)]).toEqual(['certificate_untrusted', undefined])
  })

  it('that is none is an error of ours, and no crash', async () => {
    const server = await keep(serve(BEHAVIOURS.echo))
    const tls = tlsBy('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', { serverName: null })
    const direct = await network.tcp({ ...tcpTo(server, { tls }), steps: [] })
    expect(direct.failure).toMatchObject({ code: 'internal', phase: 'tls' })
    const steps = [{ expect: { regexp: '220' }, send: null, startTls: tls }]
    const started = await network.tcp({ ...tcpTo(server), steps })
    expect(started.failure).toMatchObject({ code: 'internal', phase: 'tls' })
  })
})

// Row "A name with A and AAAA, prober with a ULA or link-local IPv6 address and no route out" of the trials
describe('an address without a route', () => {
  /** Linux has no route to the broadcast address of loopback for TCP. */
  const NOWHERE = { address: '127.255.255.255', port: 9 }
  const failed = async (to: typeof NOWHERE, hasRoute: boolean) => {
    const asked: string[] = []
    const routes = createRoutes(async (address) => {
      asked.push(address)
      return hasRoute
    })
    const { http, tcp, cannotReach } = createNodeNetwork(routes)
    const exchanges = [await http(httpTo(to)), await tcp({ ...tcpTo(to), steps: [] })]
    return {
      seen: exchanges.map(({ failure: f }) => [f?.code, f?.source]),
      asked,
      cannotReach: cannotReach({ ...to, family: 'IPv4' }),
    }
  }

  it('says nothing about the target where the kernel has no route to it, and is not dialled again at once', async () => {
    expect(await failed(NOWHERE, false)).toEqual({
      seen: Array(2).fill(['network_unreachable', 'internal']),
      asked: Array(2).fill(NOWHERE.address),
      cannotReach: 'the prober has no route to 127.255.255.255',
    })
  })

  it('is a failure of the target where there is a route, and no other failure asks for one', async () => {
    expect(await failed(NOWHERE, true)).toEqual({
      seen: Array(2).fill(['network_unreachable', 'target']),
      asked: Array(2).fill(NOWHERE.address),
      cannotReach: null,
    })
    expect(await failed({ address: '127.0.0.1', port: await refusedPort() }, false)).toMatchObject({ asked: [] })
  })

  it('is asked of the kernel, which has one to loopback', async () => {
    const { failure } = await network.http(httpTo(NOWHERE))
    expect([failure?.code, failure?.source]).toEqual(['network_unreachable', 'target'])
    expect(network.cannotReach({ address: '::1', port: 80, family: 'IPv6' })).toBeNull()
  })
})

describe('hundreds of exchanges at once, some aborted in the middle', () => {
  it('with peers of every behaviour each end once, and what they leave behind breaks nothing', async () => {
    const certificate = await authority.issue()
    const tls = tlsBy(authority.caPem, { verify: false })
    const peers: { to: TestServer; more: Partial<HttpRequest> }[] = []
    for (const [name, behave] of Object.entries(BEHAVIOURS)) {
      peers.push({ to: await keep(serve(behave)), more: {} })
      // Node cannot reset what runs over TLS
      if (!name.startsWith('reset')) {
        peers.push({ to: await keep(serve(behave, { tls: certificate })), more: { tls } })
      }
    }
    peers.push({ to: await keep(serveHttp2(() => ({ status: 200, body: 'h2' }))), more: {} })
    const asked = peers.flatMap(({ to, more }) =>
      (['1.1', '2'] as const).flatMap((httpVersion) =>
        [0, 1, 5, null].map((abortMs) => ({ request: httpTo(to, { ...more, httpVersion, timeoutMs: 60 }), abortMs })),
      ),
    )
    let ended = 0
    await Promise.all(
      asked.map(async ({ request, abortMs }) => {
        const cut = new AbortController()
        if (abortMs !== null) {
          setTimeout(() => cut.abort(failure('cancelled', 'connect')), abortMs)
        }
        await network.http({ ...request, signal: cut.signal })
        ended++
      }),
    )
    expect(ended).toBe(asked.length)
    // Whatever is thrown by what was left behind fails the test: it is nobody's to catch. And the next one is answered
    const well = await keep(serveHttp((_message, response) => void response.end('ok')))
    expect((await network.http(httpTo(well))).http?.bodySnippet).toBe('ok')
  })
})
