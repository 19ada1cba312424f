import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FailureCode } from '../../src/check/codes.ts'
import type { DnsQueryRequest } from '../../src/check/network.ts'
import { by } from '../contract/runtimes.ts'
import { type DnsServer, startDnsServer } from '../support/dns-server.ts'
import { openNetwork, type TestNetwork } from '../support/network.ts'
import { answerTo, ODD, type Odd, startOddDns } from '../support/odd-dns.ts'
import { BEHAVIOURS, keeper, refusedPort, serve } from '../support/servers.ts'
import { SHORT_MS } from './requests.ts'

let network: TestNetwork
let server: DnsServer
const { keep, closeAll } = keeper()
beforeAll(async () => {
  network = await openNetwork()
  server = await keep(
    startDnsServer({
      'toad.example': { A: ['10.96.0.7', '10.96.0.8'], ttl: 7 },
      'alias.example': { CNAME: 'toad.example', ttl: 3 },
      '_http._tcp.toad.example': { SRV: [{ priority: 1, weight: 2, port: 80, target: 'toad.example' }] },
      'broken.example': { rcode: 'SERVFAIL' },
      'refused.example': { rcode: 'REFUSED' },
      'silent.example': { silent: true },
      'large.example': { A: ['10.0.0.1'], truncateUdp: true },
    }),
  )
})
afterAll(() => Promise.all([network.close(), closeAll()]))

type To = { address: string; port: number }

const queryTo = ({ address, port }: To, more: Partial<DnsQueryRequest> = {}): DnsQueryRequest => ({
  ...{ address, port, timeoutMs: 10_000, signal: new AbortController().signal },
  ...{ transport: 'tcp', name: 'toad.example', type: 'A', recursionDesired: true },
  ...more,
})

const ask = (name: string, more: Partial<DnsQueryRequest> = {}) => network.query(queryTo(server, { name, ...more }))

const number = expect.any(Number)

describe('query() over TCP', () => {
  it('asks the server at the address, and keeps what it answered', async () => {
    expect(await ask('toad.example')).toEqual({
      timings: { dnsMs: null, connectMs: number, tlsMs: null, firstByteMs: number, downloadMs: null, totalMs: number },
      resolvedAddress: '127.0.0.1',
      localAddress: by('localAddress', { node: '127.0.0.1', workers: null }),
      tls: null,
      failure: null,
      dns: {
        ...{ server: server.server, name: 'toad.example', type: 'A', rcode: 'NOERROR', ttl: 7, cname: null },
        ...{ answers: ['10.96.0.7', '10.96.0.8'], lookup: null, transport: 'tcp' },
      },
      records: ['toad.example.\t7\tIN\tA\t10.96.0.7', 'toad.example.\t7\tIN\tA\t10.96.0.8'],
    })
  })

  it('shows aliases, and records of other types as zone files have them', async () => {
    const alias = await ask('alias.example')
    expect(alias.dns).toMatchObject({ cname: 'toad.example', answers: ['10.96.0.7', '10.96.0.8'], ttl: 7 })
    expect(alias.records[0]).toBe('alias.example.\t3\tIN\tCNAME\ttoad.example.')
    const srv = await ask('_http._tcp.toad.example', { type: 'SRV' })
    expect(srv.dns.answers).toEqual(['1 2 80 toad.example'])
    expect(srv.records).toEqual(['_http._tcp.toad.example.\t5\tIN\tSRV\t1 2 80 toad.example.'])
  })

  it.each([
    ['absent.example', 'NXDOMAIN'],
    ['broken.example', 'SERVFAIL'],
    ['refused.example', 'REFUSED'],
  ])('takes the answer about %s for one: %s', async (name, rcode) => {
    expect(await ask(name)).toMatchObject({ failure: null, dns: { rcode, answers: [] }, records: [] })
  })

  it('says that the connection was refused, closed, or left without an answer', async () => {
    const closing = await keep(serve(BEHAVIOURS.closeOnRequest))
    const refused = { address: '127.0.0.1', port: await refusedPort() }
    expect((await network.query(queryTo(refused))).failure).toMatchObject({
      ...{ code: 'connection_refused', phase: 'connect', source: 'target' },
    })
    expect((await network.query(queryTo(closing))).failure).toMatchObject({
      ...{ code: 'connection_closed', phase: 'response', source: 'target' },
    })
    expect((await ask('silent.example', { timeoutMs: SHORT_MS })).failure).toMatchObject({
      ...{ code: 'response_timeout', phase: 'response', source: 'target' },
    })
  })

  it.each<[Odd, FailureCode | null]>([
    ['echo', 'dns_answer_malformed'],
    ['garbage', 'dns_answer_malformed'],
    ['short', 'dns_answer_malformed'],
    ['cut', 'dns_answer_malformed'],
    ['otherOperation', 'dns_answer_malformed'],
    ['otherId', 'dns_answer_wrong_id'],
    ['otherQuestion', 'dns_answer_wrong_question'],
    ['otherType', 'dns_answer_wrong_question'],
    ['noQuestion', 'dns_answer_wrong_question'],
    ['formerr', null],
    ['refused', null],
  ])('judges an answer that is odd: %s', async (odd, code) => {
    const server = await keep(startOddDns(ODD[odd]))
    const { failure } = await network.query(queryTo(server))
    expect(failure).toEqual(code && { code, phase: 'response', source: 'target', message: expect.any(String) })
  })
})

const overUdp = (to: To, more: Partial<DnsQueryRequest> = {}) =>
  network.query(queryTo(to, { transport: 'udp', ...more }))

describe.runIf(by('udp', { node: true, workers: false }))('query() over UDP', () => {
  it.each(['127.0.0.1', '::1'])('asks the server at %s', async (address) => {
    const server = await keep(startOddDns((query) => answerTo(query), { address }))
    expect(await overUdp(server)).toEqual({
      timings: { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: number, downloadMs: null, totalMs: number },
      resolvedAddress: address,
      localAddress: address,
      tls: null,
      failure: null,
      dns: {
        server: address === '::1' ? `[::1]:${server.port}` : `127.0.0.1:${server.port}`,
        ...{ name: 'toad.example', type: 'A', rcode: 'NOERROR', ttl: null, cname: null },
        ...{ answers: [], lookup: null, transport: 'udp' },
      },
      records: [],
    })
  })

  it('takes a truncated answer for one, and says so', async () => {
    expect(await overUdp(server, { name: 'large.example' })).toMatchObject({
      failure: null,
      dns: { rcode: 'NOERROR', truncated: true },
    })
    const cut = await keep(startOddDns(ODD.cutAndTruncated))
    expect(await overUdp(cut)).toMatchObject({ failure: null, dns: { rcode: 'NOERROR', truncated: true, answers: [] } })
    expect((await ask('large.example')).dns).not.toHaveProperty('truncated')
  })

  it('asks again with the same query where an answer is dropped, and says how often', async () => {
    const dropping = await keep(startOddDns((query, nth) => (nth < 3 ? null : answerTo(query))))
    const { failure, dns } = await overUdp(dropping, { timeoutMs: 2000 })
    expect([failure, dns.resent]).toEqual([null, 2])
    expect(new Set(dropping.queries.map((query) => query.toString('hex'))).size).toBe(1)
  })

  it('says that nothing came back, or that the port is closed', async () => {
    const silent = await keep(startOddDns(ODD.silent))
    expect(await overUdp(silent, { timeoutMs: SHORT_MS })).toMatchObject({
      failure: { code: 'udp_timeout', phase: 'connect', source: 'target' },
      timings: { firstByteMs: null, totalMs: number },
      dns: { rcode: null, resent: 2 },
    })
    expect(silent.queries).toHaveLength(3)
    const closed = await refusedPort()
    expect(await overUdp({ address: '127.0.0.1', port: closed })).toMatchObject({
      failure: { code: 'connection_refused', phase: 'connect', source: 'target' },
    })
  })

  it.each<[Odd, FailureCode]>([
    ['echo', 'dns_answer_malformed'],
    ['garbage', 'dns_answer_malformed'],
    ['otherId', 'dns_answer_wrong_id'],
    ['otherQuestion', 'dns_answer_wrong_question'],
  ])('waits for a better answer than one that is odd, and tells of it where none comes: %s', async (odd, code) => {
    const odder = await keep(startOddDns(ODD[odd]))
    const alone = await overUdp(odder, { timeoutMs: SHORT_MS })
    expect(alone.failure).toEqual({ code, phase: 'response', source: 'target', message: expect.any(String) })
    const followed = await keep(startOddDns((query) => [ODD[odd](query) ?? [], answerTo(query)].flat()))
    expect((await overUdp(followed)).failure).toBeNull()
  })

  it('lets nobody else answer', async () => {
    const stranger = createSocket('udp4')
    stranger.bind(0, '127.0.0.1')
    await once(stranger, 'listening')
    const asked = createSocket('udp4')
    asked.bind(0, '127.0.0.1')
    await once(asked, 'listening')
    asked.on('message', (query, from) => stranger.send(answerTo(query), from.port, from.address))
    const { address, port } = asked.address()
    const { failure } = await overUdp({ address, port }, { timeoutMs: SHORT_MS })
    asked.close()
    stranger.close()
    expect(failure?.code).toBe('udp_timeout')
  })

  it('ends with the reason of an abort', async () => {
    const silent = await keep(startOddDns(ODD.silent))
    const cut = new AbortController()
    const reason = { code: 'cancelled', phase: 'connect', source: 'internal', message: 'the job was cancelled' }
    const asking = overUdp(silent, { signal: cut.signal })
    cut.abort(reason)
    expect((await asking).failure).toEqual({ ...reason, phase: 'response' })
    expect((await overUdp(silent, { signal: cut.signal })).failure).toEqual({ ...reason, phase: 'response' })
  })
})

it.runIf(by('udp', { node: false, workers: true }))('over UDP is beyond the vantage', async () => {
  expect((await overUdp(server)).failure).toMatchObject({ code: 'network_unreachable', source: 'internal' })
})
