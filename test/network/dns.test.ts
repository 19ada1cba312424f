import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Failure, FailureCode } from '../../src/check/codes.ts'
import type { ResolveRequest } from '../../src/check/network.ts'
import { type DnsServer, startDnsServer } from '../support/dns-server.ts'
import { openNetwork, type TestNetwork } from '../support/network.ts'
import { refusedPort } from '../support/servers.ts'
import { SHORT_MS } from './requests.ts'

let network: TestNetwork
let server: DnsServer

beforeAll(async () => {
  network = await openNetwork()
  server = await startDnsServer({
    'toad.default.svc.cluster.local': { A: ['10.96.0.7', '10.96.0.8'], ttl: 7 },
    'alias.example': { CNAME: 'toad.default.svc.cluster.local', ttl: 3 },
    'six.example': { AAAA: ['fd00::7'] },
    '_http._tcp.toad.default.svc.cluster.local': {
      SRV: [{ priority: 1, weight: 2, port: 80, target: 'toad.default.svc.cluster.local' }],
    },
    'broken.example': { rcode: 'SERVFAIL' },
    'refused.example': { rcode: 'REFUSED' },
    'notimp.example': { rcode: 'NOTIMP' },
    'silent.example': { silent: true },
    'large.example': { A: ['10.0.0.1'], truncateUdp: true },
  })
})
afterAll(() => Promise.all([network.close(), server.close()]))

const ask = (name: string, more: Partial<ResolveRequest> = {}) =>
  network.resolve({
    name,
    type: 'A',
    server: server.server,
    timeoutMs: 10_000,
    signal: new AbortController().signal,
    ...more,
  })

describe('resolve()', () => {
  it('asks the given server for this very name, and keeps TTL, alias and order', async () => {
    expect(await ask('toad.default.svc.cluster.local')).toEqual({
      evidence: {
        server: server.server,
        name: 'toad.default.svc.cluster.local',
        type: 'A',
        rcode: 'NOERROR',
        answers: ['10.96.0.7', '10.96.0.8'],
        cname: null,
        ttl: 7,
        lookup: null,
      },
      durationMs: expect.any(Number),
      failure: null,
    })
    expect((await ask('alias.example')).evidence).toMatchObject({
      answers: ['10.96.0.7', '10.96.0.8'],
      cname: 'toad.default.svc.cluster.local',
    })
    expect((await ask('six.example', { type: 'AAAA' })).evidence.answers).toEqual(['fd00::7'])
    expect((await ask('alias.example', { type: 'CNAME' })).evidence.answers).toEqual(['toad.default.svc.cluster.local'])
    expect((await ask('_http._tcp.toad.default.svc.cluster.local', { type: 'SRV' })).evidence.answers).toEqual([
      '1 2 80 toad.default.svc.cluster.local',
    ])
    expect((await ask('large.example')).evidence.answers).toEqual(['10.0.0.1'])
  })

  it('asks anew each time', async () => {
    const before = server.queries.length
    await ask('toad.default.svc.cluster.local')
    await ask('toad.default.svc.cluster.local')
    const asked = server.queries.slice(before).filter(({ type }) => type === 'A')
    expect(asked).toHaveLength(2)
  })

  it.each<[string, FailureCode, string | null]>([
    ['absent.example', 'dns_not_found', 'NXDOMAIN'],
    ['six.example', 'dns_no_data', 'NOERROR'],
    ['broken.example', 'dns_server_failure', 'SERVFAIL'],
    ['refused.example', 'dns_refused', 'REFUSED'],
    ['notimp.example', 'dns_server_failure', 'NOTIMP'],
    ['silent.example', 'dns_timeout', null],
    [`${'x'.repeat(64)}.example`, 'dns_not_found', null],
  ])('tells %s as %s', async (name, code, rcode) => {
    const { failure, evidence, durationMs } = await ask(name, code === 'dns_timeout' ? { timeoutMs: SHORT_MS } : {})
    expect(failure).toMatchObject({ code, phase: 'dns', source: 'resolver' })
    expect([evidence.rcode, evidence.answers]).toEqual([rcode, []])
    expect(durationMs).toBeLessThan(5000)
  })

  it('takes the answer of a server that closes each connection after one', async () => {
    const closing = await startDnsServer(
      { 'large.example': { A: ['10.0.0.1'], truncateUdp: true } },
      { closesTcp: true },
    )
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask('large.example', { server: closing.server })))
    await closing.close()
    expect(answers.map(({ failure, evidence }) => [failure, evidence.answers])).toEqual(
      Array(5).fill([null, ['10.0.0.1']]),
    )
  })

  it('tells that no server listens', async () => {
    const { failure } = await ask('toad.example', { server: `127.0.0.1:${await refusedPort()}` })
    expect(failure).toMatchObject({ code: 'dns_server_failure', phase: 'dns' })
  })

  it('ends with the reason of an abort', async () => {
    const reason: Failure = { code: 'cancelled', phase: 'connect', source: 'internal', message: 'gone' }
    const cut = new AbortController()
    const asking = ask('silent.example', { signal: cut.signal })
    await server.asked('silent.example')
    cut.abort(reason)
    expect((await asking).failure).toEqual({ ...reason, phase: 'dns' })
  })
})

describe('lookup()', () => {
  const lookup = (name: string, signal = new AbortController().signal) =>
    network.lookup({ name, family: 'IPv4', timeoutMs: 10_000, signal })

  it('sees what applications see', async () => {
    expect(await lookup('localhost')).toEqual({
      addresses: [{ address: '127.0.0.1', family: 'IPv4' }],
      durationMs: expect.any(Number),
      failure: null,
    })
  })

  it('ends with the reason of an abort', async () => {
    const reason: Failure = { code: 'cancelled', phase: 'dns', source: 'internal', message: 'gone' }
    expect((await lookup('localhost', AbortSignal.abort(reason))).failure).toEqual(reason)
  })
})
