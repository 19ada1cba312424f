/**
 * Every failure code that a server, a resolver or a network can cause on loopback, caused by a real one: the code, the
 * phase, whose fault it is, and the evidence of the phases before, as a try records them.
 */
import { readFileSync } from 'node:fs'
import type { ServingStatusMap } from 'grpc-health-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FAILURE_CODES, type FailureCode, type Phase } from '../../src/check/codes.ts'
import type { GrpcEvidence } from '../../src/check/grpc/answer.ts'
import type { DnsQueryCheck, HttpCheck } from '../../src/plan/check.ts'
import type { PlannedPath } from '../../src/plan/path.ts'
import { createNodeNetwork } from '../../src/runtime/node/network.ts'
import { type Authority, createAuthority, type ServerCertificate } from '../support/certificates.ts'
import {
  aDnsExpectation,
  anExpectation,
  dnsCheck,
  dnsQueryCheck,
  grpcCheck,
  httpCheck,
  plannedPath,
  runPath,
  tcpCheck,
} from '../support/checks.ts'
import { type DnsServer, startDnsServer } from '../support/dns-server.ts'
import { serveGrpc } from '../support/grpc-server.ts'
import { ODD, type Odd, startOddDns } from '../support/odd-dns.ts'
import { noAddresses } from '../support/request.ts'
import { BEHAVIOURS, type Behaviour, deafPort, keeper, refusedPort, serve, serveHttp } from '../support/servers.ts'
import { startWebSocketServer } from '../support/websocket.ts'

const DAY_MS = 86_400_000
const network = createNodeNetwork()
const { keep, closeAll } = keeper()
let authority: Authority
let dns: DnsServer
beforeAll(async () => {
  authority = await createAuthority()
  dns = await keep(
    startDnsServer({
      'other.example': { A: ['10.0.0.1'] },
      'six.example': { ttl: 5 },
      'broken.example': { rcode: 'SERVFAIL' },
      'refused.example': { rcode: 'REFUSED' },
      'silent.example': { silent: true },
    }),
  )
})
afterAll(closeAll)

/** A try that ends so, and what is kept of it. */
type Case = { path: Partial<PlannedPath>; phase: Phase; kept: Record<string, unknown>; timeoutMs?: number }

const number = expect.any(Number)
const NOTHING = { connectMs: null, tlsMs: null, firstByteMs: null, downloadMs: null }
const CONNECTED = { ...NOTHING, connectMs: number }
const SHOOK_HANDS = { ...CONNECTED, tlsMs: number }
const ANSWERED = { ...CONNECTED, firstByteMs: number }

const named = async (name: string, rcode: string | null): Promise<Case> => ({
  path: { kind: 'LoadBalancer', address: name, family: null },
  phase: 'dns',
  kept: {
    ...{ resolvedAddress: null, http: null, tls: null },
    timings: { ...NOTHING, dnsMs: number, totalMs: number },
    dns: { server: dns.server, name, rcode, answers: [] },
  },
})

const misbehaving = async (
  behaviour: Behaviour,
  phase: Phase,
  kept: Record<string, unknown>,
  over: Partial<HttpCheck> = {},
): Promise<Case> => ({
  path: { addressPort: (await keep(serve(BEHAVIOURS[behaviour]))).port, checks: [httpCheck(over)] },
  phase,
  kept: { resolvedAddress: '127.0.0.1', localAddress: '127.0.0.1', tls: null, ...kept },
})

const OVER_TLS = { scheme: 'https' } as const
const trusting = (over: object = {}) => ({
  ...{ serverName: 'toad.example', insecureSkipVerify: false, caPem: authority.caPem, minDaysToExpiry: null },
  ...over,
})

const shaking = (behaviour: Behaviour): Promise<Case> =>
  misbehaving(behaviour, 'tls', { timings: { ...CONNECTED, dnsMs: null, totalMs: number }, http: null }, OVER_TLS)

async function certified(
  issued: Promise<ServerCertificate>,
  options: object = {},
  over: Partial<Case> = {},
): Promise<Case> {
  const server = await keep(serveHttp((_request, response) => void response.end('ok'), { tls: await issued }))
  return {
    path: { addressPort: server.port, checks: [httpCheck({ ...OVER_TLS, tls: trusting(options) })] },
    phase: 'tls',
    kept: {
      timings: { ...SHOOK_HANDS, dnsMs: null, totalMs: number },
      tls: { subject: expect.stringMatching(/^CN=/), authorized: false, authorizationError: expect.any(String) },
      http: null,
    },
    ...over,
  }
}

const answering = async (
  over: Partial<HttpCheck>,
  headers: Record<string, string> = {},
  status = 200,
): Promise<Case> => {
  const server = await keep(
    serveHttp((_request, response) => void response.writeHead(status, { 'x-app': 'frog', ...headers }).end('{"a":1}')),
  )
  return {
    path: { addressPort: server.port, checks: [httpCheck(over)] },
    phase: 'expectation',
    kept: {
      timings: { ...ANSWERED, downloadMs: number, dnsMs: null, totalMs: number },
      http: { status, headers: { 'x-app': 'frog' }, bodyBytes: 7, bodySnippet: '{"a":1}' },
    },
  }
}

/** A DNS server that is asked over UDP. */
const odd = async (how: Odd, over: Partial<Case> = {}, check: Partial<DnsQueryCheck> = {}): Promise<Case> => ({
  path: {
    ...{ port: { name: 'dns', number: 53, protocol: 'UDP' }, scheme: 'udp' },
    ...{ addressPort: (await keep(startOddDns(ODD[how]))).port, checks: [dnsQueryCheck(check)] },
  },
  phase: 'response',
  timeoutMs: 300,
  kept: { resolvedAddress: '127.0.0.1', localAddress: '127.0.0.1', http: null, dns: { rcode: null } },
  ...over,
})

/** Each answer leads to another URL. */
const further = async (): Promise<Case> => {
  let hops = 0
  const server = await keep(
    serveHttp((_request, response) => void response.writeHead(302, { location: `/${++hops}` }).end()),
  )
  const check = httpCheck({ followRedirects: true, expect: anExpectation() })
  return { path: { addressPort: server.port, checks: [check] }, phase: 'response', kept: { http: { status: 302 } } }
}

const CASES: Readonly<Partial<Record<FailureCode, () => Promise<Case>>>> = {
  dns_not_found: () => named('absent.example', 'NXDOMAIN'),
  dns_no_data: () => named('six.example', 'NOERROR'),
  dns_server_failure: () => named('broken.example', 'SERVFAIL'),
  dns_refused: () => named('refused.example', 'REFUSED'),
  dns_timeout: async () => ({ ...(await named('silent.example', null)), timeoutMs: 300 }),
  wrong_address: async () => ({
    path: {
      ...{
        kind: 'DNS',
        port: null,
        address: null,
        addressPort: null,
        family: null,
        scheme: 'dns',
        checks: [dnsCheck()],
      },
      dns: { name: 'other.example', type: 'A', values: ['10.96.0.7'], how: 'resolve' },
    },
    phase: 'dns',
    kept: { dns: { rcode: 'NOERROR', answers: ['10.0.0.1'], ttl: 5 }, timings: { ...NOTHING, dnsMs: number } },
  }),
  connection_refused: async () => ({
    path: { addressPort: await refusedPort() },
    phase: 'connect',
    kept: { timings: { ...NOTHING, totalMs: number }, http: null, tls: null, localAddress: null },
  }),
  connect_timeout: async () => ({
    path: { addressPort: (await keep(deafPort())).port },
    phase: 'connect',
    timeoutMs: 300,
    kept: { timings: { ...NOTHING, totalMs: number }, http: null },
  }),
  // Linux has no route to the broadcast address of loopback for TCP.
  network_unreachable: async () => ({
    path: { address: '127.255.255.255', addressPort: 9 },
    phase: 'connect',
    kept: { timings: { ...NOTHING, totalMs: number }, http: null },
  }),
  connection_reset: () => misbehaving('resetOnRequest', 'response', { timings: { ...CONNECTED }, http: null }),
  udp_timeout: () => odd('silent', { phase: 'connect', kept: { dns: { rcode: null, resent: 2, transport: 'udp' } } }),
  dns_answer_malformed: () => odd('echo'),
  dns_answer_wrong_id: () => odd('otherId'),
  dns_answer_wrong_question: () => odd('otherQuestion'),
  unexpected_rcode: () =>
    odd('refused', { phase: 'expectation', kept: { dns: { rcode: 'REFUSED' } } }, { expect: aDnsExpectation() }),
  tls_handshake_failed: () => shaking('closeOnRequest'),
  tls_not_spoken: () => shaking('garbage'),
  tls_timeout: async () => ({ ...(await shaking('silent')), timeoutMs: 300 }),
  certificate_expired: () => certified(authority.issue({ notAfterMs: Date.now() - DAY_MS / 2 })),
  certificate_not_yet_valid: () => certified(authority.issue({ notBeforeMs: Date.now() + DAY_MS })),
  certificate_name_mismatch: () => certified(authority.issue({ altNames: ['frog.example'] })),
  certificate_untrusted: () => certified(authority.selfSigned()),
  certificate_expires_soon: () =>
    certified(
      authority.issue({ notAfterMs: Date.now() + 10 * DAY_MS }),
      { minDaysToExpiry: 11 },
      {
        phase: 'expectation',
        kept: {
          tls: { subject: 'CN=toad.example', authorized: true, notAfter: expect.any(String) },
          http: { status: 200 },
        },
      },
    ),
  response_timeout: async () => ({
    ...(await misbehaving('silent', 'response', { timings: { ...CONNECTED }, http: null })),
    timeoutMs: 300,
  }),
  body_timeout: async () => ({
    ...(await misbehaving('slowBody', 'body', { timings: { ...ANSWERED }, http: { status: 200 } })),
    timeoutMs: 300,
  }),
  connection_closed: () => misbehaving('closeInBody', 'body', { timings: { ...ANSWERED }, http: { status: 200 } }),
  invalid_response: () => misbehaving('garbage', 'response', { timings: { ...ANSWERED }, http: null }),
  response_too_large: () => misbehaving('hugeHeader', 'response', { timings: { ...ANSWERED }, http: null }),
  malformed_response: async () => ({
    path: {
      addressPort: (await keep(serve((socket) => void socket.once('data', () => socket.end('HTTP/1.1 200 OK\n\n')))))
        .port,
    },
    phase: 'response',
    kept: { http: null, malformed: { flaw: 'line_end', quote: 'HTTP/1.1 200 OK\\n' } },
  }),
  too_many_redirects: async () => ({
    ...(await further()),
    phase: 'response',
  }),
  redirect_loop: async () => ({ ...(await answering({}, { location: '/' }, 308)), phase: 'response' }),
  unexpected_status: () => answering({ expect: anExpectation({ validStatusCodes: [204] }) }),
  unexpected_header: () =>
    answering({
      expect: anExpectation({ failIfHeaderNotMatches: [{ header: 'X-App', regexp: '^toad$', allowMissing: false }] }),
    }),
  unexpected_body: () => answering({ expect: anExpectation({ jsonPath: [{ path: '$.a', equals: 2 }] }) }),
  websocket_not_upgraded: () => answering({ upgrade: 'websocket' }),
  websocket_handshake_invalid: async () => ({
    path: {
      addressPort: (await keep(startWebSocketServer(() => ({ upgrade: 'websocket', connection: 'upgrade' })))).port,
      checks: [httpCheck({ upgrade: 'websocket' })],
    },
    phase: 'expectation',
    kept: { timings: { ...ANSWERED, downloadMs: number }, http: { status: 101, bodyBytes: 0 } },
  }),
  too_slow: () => answering({ expect: anExpectation({ maxDurationMs: 0.001 }) }),
  not_grpc: async () => ({
    path: {
      addressPort: (await keep(serveHttp((_request, response) => void response.end()))).port,
      scheme: 'tcp',
      checks: [grpcCheck()],
    },
    phase: 'response',
    kept: { speaks: 'http1', http: null, timings: { ...ANSWERED } },
  }),
  not_serving: () => calling({ '': 'NOT_SERVING' }, { status: 'OK', health: 'NOT_SERVING' }),
  unexpected_grpc_status: () => calling(null, { status: 'UNIMPLEMENTED', code: 12, health: null }),
  unexpected_data: async () => ({
    path: {
      ...{ addressPort: (await keep(serve(BEHAVIOURS.echo))).port, scheme: 'tcp' },
      checks: [tcpCheck({ queryResponse: [{ send: null, expect: '^\\+OK', startTls: false }] })],
    },
    phase: 'expectation',
    timeoutMs: 300,
    kept: { timings: { ...ANSWERED }, http: null },
  }),
  unexpectedly_reachable: async () => {
    const { path, kept } = await answering({})
    return { path: { ...path, expected: 'unreachable' }, phase: 'expectation', kept }
  },
}

async function calling(health: ServingStatusMap | null, grpc: Partial<GrpcEvidence>): Promise<Case> {
  const server = await keep(serveGrpc({ health }))
  const check = grpcCheck({ expect: { status: 'SERVING', maxDurationMs: null } })
  return {
    path: { addressPort: server.port, scheme: 'tcp', checks: [check] },
    phase: 'expectation',
    kept: { grpc, http: { status: 200, version: '2' } },
  }
}

/** No server, resolver or network on loopback causes these; each names the file that does. */
const ELSEWHERE: Readonly<Partial<Record<FailureCode, string>>> = {
  host_unreachable: 'test/cluster/suite/faults.ts',
  connect_failed: 'src/check/failure.test.ts',
  certificate_not_seen: 'test/workers/edge.test.ts',
  environment_mismatch: 'test/check/checks.test.ts',
  blocked_by_policy: 'test/check/checks.test.ts',
  deadline_exceeded: 'test/check/checks.test.ts',
  cancelled: 'src/check/run-checks.test.ts',
  limit_exceeded: 'src/check/usage.test.ts',
  expectation_too_costly: 'test/runtime/node/prober.test.ts',
  local_resources_exhausted: 'src/check/failure.test.ts',
  internal: 'src/check/failure.test.ts',
}

describe('failure codes', () => {
  it('are all caused here, or known to be caused elsewhere', () => {
    expect([...Object.keys(CASES), ...Object.keys(ELSEWHERE)].toSorted()).toEqual(Object.keys(FAILURE_CODES).toSorted())
    const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
    for (const [code, file] of Object.entries(ELSEWHERE)) {
      expect(read(file)).toContain(`'${code}'`)
    }
  })

  it.each(Object.entries(CASES))('%s', async (code, make) => {
    const { path, phase, kept, timeoutMs = 5000 } = await make()
    const request = { timeoutMs, addresses: { ...noAddresses, dnsServers: [dns.server] } }
    const { results } = await runPath(plannedPath(path), { network, request })
    const source = FAILURE_CODES[code as FailureCode] === 'dns' ? 'resolver' : 'target'
    expect(results).toMatchObject([
      { outcome: 'fail', purpose: 'check', failure: { code, phase, source, message: expect.any(String) }, ...kept },
    ])
  })
})
