import type { RequestListener } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import type { Network } from '../../src/check/network.ts'
import type { PlannedPath } from '../../src/plan/path.ts'
import { createNodeNetwork } from '../../src/runtime/node/network.ts'
import { createAuthority } from '../support/certificates.ts'
import { anExpectation, dnsCheck, httpCheck, plannedPath, quietLog, runPath, tcpCheck } from '../support/checks.ts'
import { startDnsServer, type Zone } from '../support/dns-server.ts'
import { noAddresses } from '../support/request.ts'
import { BEHAVIOURS, deafPort, keeper, refusedPort, serve, serveHttp } from '../support/servers.ts'

const network = createNodeNetwork()
const { keep, closeAll } = keeper()
afterEach(closeAll)
const start = (listener: RequestListener, address = '127.0.0.1', port = 0) =>
  keep(serveHttp(listener, { address, port }))
const hello: RequestListener = (_request, response) => void response.end('hello')
const at = (to: { address: string; port: number }, over: Partial<PlannedPath> = {}) =>
  plannedPath({ address: to.address, addressPort: to.port, ...over })

const codeOf = async (path: PlannedPath, more: object = {}) => {
  const { results, judgement } = await runPath(path, { network, ...more })
  return [judgement.outcome, results.at(-1)?.failure?.code ?? null]
}

describe('an HTTP check', () => {
  it('records the evidence of a pass', async () => {
    const server = await start((_request, response) => void response.setHeader('x-pod-name', 'toad-1').end('hello'))
    const path = at(server, { checks: [httpCheck({ responder: { header: 'X-Pod-Name' } })] })
    const { results } = await runPath(path, { network })
    expect(results).toEqual([
      {
        id: expect.stringMatching(/^res_01KB000000[0-9A-Z]{16}$/),
        jobId: 'job_01KB0000000000000000000000',
        pathId: path.id,
        check: 'default',
        address: '127.0.0.1',
        sample: 1,
        try: 1,
        round: 1,
        purpose: 'check',
        outcome: 'pass',
        startedAtMs: expect.any(Number),
        resolvedAddress: '127.0.0.1',
        localAddress: '127.0.0.1',
        timings: expect.objectContaining({ dnsMs: null, connectMs: expect.any(Number), tlsMs: null }),
        dns: null,
        http: expect.objectContaining({ status: 200, bodySnippet: 'hello' }),
        tls: null,
        responder: 'toad-1',
        failure: null,
      },
    ])
  })

  it('sends the address as Host where the check names none, and our name as the user agent', async () => {
    let seen: object = {}
    const server = await start(({ headers }, response) => {
      seen = headers
      response.end()
    })
    await runPath(at(server), { network })
    expect(seen).toEqual({
      host: `127.0.0.1:${server.port}`,
      'user-agent': 'portolan',
      accept: '*/*',
      connection: 'close',
    })
  })

  it('passes on an endless body that nobody asks about, and fails where somebody does', async () => {
    const server = await keep(serve(BEHAVIOURS.endlessBody))
    expect(await codeOf(at(server))).toEqual(['pass', null])
    const asks = httpCheck({ expect: anExpectation({ failIfBodyMatchesRegexp: ['never'] }) })
    expect(await codeOf(at(server, { checks: [asks] }))).toEqual(['fail', 'response_too_large'])
  })

  it('is skipped where nothing is promised, with the failure kept', async () => {
    const path = plannedPath({ addressPort: await refusedPort(), expected: 'unknown' })
    const { results, judgement } = await runPath(path, { network })
    expect(judgement).toMatchObject({ outcome: 'skipped', skipped: { reason: 'not_expected' } })
    expect(results[0]).toMatchObject({ outcome: 'skipped', failure: { code: 'connection_refused' } })
  })

  // trials/diagnosis.md, wrong verdicts: a dead load balancer whose source ranges hold the prober
  it('decides where only some clients are let in, and the try left from among them', async () => {
    const deaf = await keep(deafPort())
    const outcomeFrom = async (range: string) => {
      const path = plannedPath({ addressPort: deaf.port, expected: 'unknown', onlyFrom: [range] })
      return (await runPath(path, { network, request: { timeoutMs: 150 } })).judgement.outcome
    }
    expect(await outcomeFrom('127.0.0.0/8')).toBe('fail')
    expect(await outcomeFrom('10.0.0.0/8')).toBe('skipped')
  })

  it('judges days to expiry over a certificate that is valid', async () => {
    const authority = await createAuthority()
    const certificate = await authority.issue({ notAfterMs: Date.now() + 10 * 86_400_000 })
    const server = await keep(serveHttp(hello, { tls: certificate }))
    const check = (minDaysToExpiry: number) =>
      httpCheck({
        tls: { serverName: 'toad.example', insecureSkipVerify: false, caPem: authority.caPem, minDaysToExpiry },
      })
    const path = (days: number) => at(server, { scheme: 'https', checks: [check(days)] })
    expect(await codeOf(path(9))).toEqual(['pass', null])
    expect(await codeOf(path(11))).toEqual(['fail', 'certificate_expires_soon'])
  })
})

describe('redirects', () => {
  const follow = (over: object = {}) => httpCheck({ followRedirects: true, expect: anExpectation(), ...over })

  it('are an answer like any other unless they are to be followed', async () => {
    const server = await start((_request, response) => void response.writeHead(302, { location: '/next' }).end())
    expect(await codeOf(at(server))).toEqual(['pass', null])
    expect(server.connections).toBe(1)
  })

  it('do not hide how long the certificate before them lasts', async () => {
    const authority = await createAuthority()
    const certificate = await authority.issue({ notAfterMs: Date.now() + 10 * 86_400_000 })
    const plain = await start((_request, response) => void response.end('there'))
    const server = await keep(
      serveHttp((_request, response) => void response.writeHead(302, { location: plain.url }).end(), {
        tls: certificate,
      }),
    )
    const lasting = async (minDaysToExpiry: number, by: Network = network) => {
      const tls = { serverName: 'toad.example', insecureSkipVerify: false, caPem: authority.caPem, minDaysToExpiry }
      const path = at(server, { scheme: 'https', checks: [follow({ tls })] })
      const { results } = await runPath(path, { network: by })
      return results.map(({ outcome, failure, http, tls: shown }) => [
        outcome,
        failure?.code,
        http?.status,
        shown?.subject,
      ])
    }
    expect(await lasting(9)).toEqual([['pass', undefined, 200, undefined]])
    expect(await lasting(11)).toEqual([['fail', 'certificate_expires_soon', 302, 'CN=toad.example']])
    const blind: Network = {
      ...network,
      async http(request) {
        const exchange = await network.http(request)
        return { ...exchange, tls: exchange.tls && { ...exchange.tls, notAfter: null } }
      },
    }
    expect(await lasting(9, blind)).toEqual([['skipped', 'certificate_not_seen', 200, undefined]])
  })

  it('are followed over a new connection each, the Host kept, phases summed', async () => {
    const seen: string[] = []
    const server = await start(({ url, headers }, response) => {
      seen.push(`${headers.host}${url}`)
      if (url === '/') {
        response.writeHead(302, { location: '/next?x=1' }).end()
      } else {
        response.end('there')
      }
    })
    const check = follow({ host: 'shop.example' })
    const { results } = await runPath(at(server, { checks: [check] }), { network })
    expect(seen).toEqual(['shop.example/', 'shop.example/next?x=1'])
    expect(server.connections).toBe(2)
    expect(results[0]).toMatchObject({ outcome: 'pass', http: { status: 200, bodySnippet: 'there' } })
  })

  it('end after ten', async () => {
    let hops = 0
    const server = await start((_request, response) => void response.writeHead(301, { location: `/${++hops}` }).end())
    expect(await codeOf(at(server, { checks: [follow()] }))).toEqual(['fail', 'too_many_redirects'])
    expect(server.connections).toBe(11)
  })

  it("are resolved by the caller's DNS servers, and asked about", async () => {
    const dns = await keep(
      startDnsServer({ 'other.example': { A: ['127.0.0.2'] }, 'meta.example': { A: ['169.254.169.254'] } }),
    )
    const request = { addresses: { ...noAddresses, dnsServers: [dns.server], clusterDomain: 'cluster.local' } }
    const there = await start(({ headers }, response) => void response.end(headers.host), '127.0.0.2')
    const to =
      (location: string): RequestListener =>
      (_request, response) =>
        void response.writeHead(307, { location }).end()
    const server = await start(to(`http://other.example:${there.port}/`))
    const { results } = await runPath(at(server, { checks: [follow()] }), { network, request })
    expect(results[0]).toMatchObject({
      outcome: 'pass',
      resolvedAddress: '127.0.0.2',
      http: { bodySnippet: `other.example:${there.port}` },
      timings: { dnsMs: expect.any(Number) },
    })
    for (const location of ['http://meta.example/', 'http://169.254.169.254/', 'http://[::ffff:a9fe:a9fe]/']) {
      const trap = await start(to(location))
      expect(await codeOf(at(trap, { checks: [follow()] }), { request })).toEqual(['error', 'blocked_by_policy'])
    }
    const nowhere = await start(to('http://absent.example/'))
    expect(await codeOf(at(nowhere, { checks: [follow()] }), { request })).toEqual(['fail', 'dns_not_found'])
    const mail = await start(to('mailto:toad@example'))
    expect(await codeOf(at(mail, { checks: [follow()] }), { request })).toEqual(['fail', 'malformed_response'])
  })

  it('turn a POST into a GET, and do not carry credentials to another host', async () => {
    const seen: unknown[] = []
    const there = await start(({ method, headers }, response) => {
      seen.push([method, headers.authorization, headers['content-type']])
      response.end()
    }, '127.0.0.2')
    const server = await start(
      (_request, response) => void response.writeHead(303, { location: `http://127.0.0.2:${there.port}/` }).end(),
    )
    const check = follow({
      method: 'POST',
      body: '{}',
      headers: { Authorization: 'Bearer x', 'content-type': 'application/json' },
    })
    expect(await codeOf(at(server, { checks: [check] }))).toEqual(['pass', null])
    expect(seen).toEqual([['GET', undefined, undefined]])
  })

  it('share the time of one try', async () => {
    const silent = await keep(serve(BEHAVIOURS.silent, { address: '127.0.0.2' }))
    const server = await start(
      (_request, response) => void response.writeHead(302, { location: `http://127.0.0.2:${silent.port}/` }).end(),
    )
    const { results } = await runPath(at(server, { checks: [follow()] }), { network, request: { timeoutMs: 300 } })
    expect(results[0]?.failure?.code).toBe('response_timeout')
    expect(results[0]?.timings.totalMs).toBeLessThan(500)
  })
})

describe('a TCP check', () => {
  it('passes when it connects, and matches line by line where something is expected', async () => {
    const server = await keep(serve(BEHAVIOURS.echo))
    expect(await codeOf(at(server, { scheme: 'tcp', checks: [tcpCheck()] }))).toEqual(['pass', null])
    const talk = (expected: string) =>
      tcpCheck({
        queryResponse: [
          { send: null, expect: '^220 ', startTls: false },
          { send: 'one\r\ntwo\r\n', expect: null, startTls: false },
          { send: null, expect: expected, startTls: false },
        ],
      })
    expect(await codeOf(at(server, { checks: [talk('^two$')] }))).toEqual(['pass', null])
    const request = { timeoutMs: 300 }
    expect(await codeOf(at(server, { checks: [talk('^three$')] }), { request })).toEqual(['fail', 'unexpected_data'])
  })

  it('fails with how the waiting ended where nothing came at all', async () => {
    const server = await keep(serve(BEHAVIOURS.silent))
    const check = tcpCheck({ queryResponse: [{ send: null, expect: '.', startTls: false }] })
    const request = { timeoutMs: 200 }
    expect(await codeOf(at(server, { checks: [check] }), { request })).toEqual(['fail', 'response_timeout'])
  })
})

describe('a DNS server', () => {
  // Trials of safety: "DNS servers are checked when a job is accepted, not before each query"
  it('is asked about before each question, unless the operator has named it', async () => {
    const dns = await keep(startDnsServer({ 'lb.example': { A: ['127.0.0.1'] } }))
    const server = await start(hello)
    const path = plannedPath({ kind: 'LoadBalancer', address: 'lb.example', family: null, addressPort: server.port })
    const request = { addresses: { ...noAddresses, dnsServers: [dns.server] } }
    const deny = ['127.0.0.1/32']
    const refused = await runPath(path, { network, request, deny })
    expect(refused.results[0]).toMatchObject({
      outcome: 'error',
      failure: {
        code: 'blocked_by_policy',
        message: expect.stringContaining('the DNS server 127.0.0.1 is denied by') as string,
      },
    })
    expect(dns.queries).toEqual([])
    const own = await runPath(path, { network, request, deny, ownDnsServers: [dns.server] })
    expect(own.results[0]).toMatchObject({ outcome: 'skipped', dns: { answers: ['127.0.0.1'] } })
  })
})

describe('a hostname', () => {
  const named = async (zone: Zone, port: number, over: Partial<PlannedPath> = {}, more: object = {}) => {
    const dns = await keep(startDnsServer(zone))
    const request = { addresses: { ...noAddresses, dnsServers: [dns.server] }, timeoutMs: 1000, ...more }
    const path = plannedPath({ kind: 'LoadBalancer', address: 'lb.example', family: null, addressPort: port, ...over })
    return runPath(path, { network, request })
  }

  it('is one path with a result for each address, and fails if one of them does', async () => {
    const server = await start(hello, '127.0.0.1')
    const { results, judgement } = await named({ 'lb.example': { A: ['127.0.0.1', '127.0.0.2'] } }, server.port)
    expect(results.map(({ address, outcome }) => [address, outcome]).toSorted()).toEqual([
      ['127.0.0.1', 'pass'],
      ['127.0.0.2', 'fail'],
    ])
    expect(results[0]?.dns).toMatchObject({ name: 'lb.example', answers: ['127.0.0.1', '127.0.0.2'], rcode: 'NOERROR' })
    expect(judgement.outcome).toBe('fail')
  })

  it('is not dialled where it resolves to what the policy forbids', async () => {
    const { results, judgement } = await named({ 'lb.example': { A: ['169.254.169.254'] } }, 80)
    expect(results).toMatchObject([
      { outcome: 'skipped', failure: { code: 'blocked_by_policy' }, resolvedAddress: null },
    ])
    expect(judgement.skipped).toEqual({ reason: 'policy', detail: '169.254.169.254 is a cloud metadata service' })
  })

  it('fails in the dns phase where it does not resolve, once for each try', async () => {
    const { results, judgement } = await named({}, 80, {}, { retries: { limit: 2, delayMs: 0 } })
    expect(results.map(({ address, try: number, failure }) => [address, number, failure?.code])).toEqual([
      ['', 1, 'dns_not_found'],
      ['', 2, 'dns_not_found'],
      ['', 3, 'dns_not_found'],
    ])
    expect(judgement).toMatchObject({ outcome: 'fail', flaky: false })
  })

  it('dials eight addresses at most', async () => {
    const server = await start(hello)
    const A = Array.from({ length: 12 }, (_, index) => `127.0.0.${index + 1}`)
    const { results } = await named({ 'lb.example': { A } }, server.port)
    expect(results).toHaveLength(8)
  })
})

describe('of several DNS servers', () => {
  const NAME = 'toad-svc.default.svc'
  const ZONE = { [`${NAME}.cluster.local`]: { A: ['10.96.0.7'] } }
  const WHOLE = `${NAME}.cluster.local`
  const asked = async (servers: readonly string[], name: string, timeoutMs = 1000) => {
    const request = { addresses: { ...noAddresses, dnsServers: servers }, timeoutMs }
    const dns = { name, type: 'A', values: null, how: name === WHOLE ? 'resolve' : 'lookup' } as const
    const path = plannedPath({ ...NOT_DIALLED, dns, checks: [dnsCheck()] })
    const { results } = await runPath(path, { network, request })
    const [result] = results
    return { code: result?.failure?.code ?? null, server: result?.dns?.server, unanswered: result?.dns?.unanswered }
  }
  const serving = (zone: Zone) => keep(startDnsServer(zone))
  /** Hears every question that a search list makes of the name, and answers none. */
  const mute = () =>
    serving(
      Object.fromEntries(
        ['.default.svc.cluster.local', '.svc.cluster.local', '.cluster.local', ''].map((end) => [
          `${NAME}${end}`,
          { silent: true },
        ]),
      ),
    )

  it('the next is asked where one is not there, is silent, fails or refuses; who answered is told', async () => {
    const good = await serving(ZONE)
    const nobody = `127.0.0.1:${await refusedPort()}`
    const silent = await mute()
    expect(await asked([nobody, good.server], WHOLE)).toEqual({ code: null, server: good.server, unanswered: [nobody] })
    expect(await asked([silent.server, good.server], WHOLE)).toEqual({
      code: null,
      server: good.server,
      unanswered: [silent.server],
    })
    for (const rcode of ['SERVFAIL', 'REFUSED'] as const) {
      const bad = await serving({ [WHOLE]: { rcode } })
      expect(await asked([bad.server, good.server], WHOLE)).toEqual({
        code: null,
        server: good.server,
        unanswered: undefined,
      })
    }
  })

  it('the next is not asked where one says that there is no such name', async () => {
    const [empty, good] = [await serving({}), await serving(ZONE)]
    expect(await asked([empty.server, good.server], WHOLE)).toEqual({
      code: 'dns_not_found',
      server: empty.server,
      unanswered: undefined,
    })
    expect(good.queries).toEqual([])
  })

  it('a silent one is asked once in a try, however many entries the search list has, and again in the next', async () => {
    const [silent, good] = [await mute(), await serving(ZONE)]
    for (const tries of [1, 2]) {
      expect((await asked([silent.server, good.server], NAME)).code).toBeNull()
      expect(silent.queries.filter(({ type }) => type === 'A')).toHaveLength(tries)
    }
  })

  it('what one has said is told before that another said nothing', async () => {
    const [silent, bad] = [await mute(), await serving({ [WHOLE]: { rcode: 'SERVFAIL' } })]
    const expected = { code: 'dns_server_failure', server: bad.server, unanswered: [silent.server] }
    expect(await asked([silent.server, bad.server], WHOLE)).toEqual(expected)
    expect(await asked([bad.server, silent.server], WHOLE)).toEqual(expected)
  })

  it('all silent is a timeout, in the time of one try', async () => {
    const [one, other] = [await mute(), await mute()]
    expect(await asked([one.server, other.server], WHOLE, 300)).toEqual({
      code: 'dns_timeout',
      server: one.server,
      unanswered: [one.server, other.server],
    })
  })
})

/** A path with these is resolved only. */
const NOT_DIALLED = {
  kind: 'DNS',
  port: null,
  address: null,
  addressPort: null,
  family: null,
  scheme: 'dns',
} as const

describe('a DNS check', () => {
  const asked = async (zone: Zone, dns: NonNullable<PlannedPath['dns']>) => {
    const server = await keep(startDnsServer(zone))
    const request = { addresses: { ...noAddresses, dnsServers: [server.server] }, timeoutMs: 500 }
    const path = plannedPath({ ...NOT_DIALLED, dns, checks: [dnsCheck()] })
    const { results } = await runPath(path, { network, request })
    return { code: results[0]?.failure?.code ?? null, results, queries: server.queries }
  }
  const FQDN = 'toad-svc.default.svc.cluster.local'
  const resolve = (values: readonly string[] | null, type: 'A' | 'AAAA' | 'CNAME' | 'SRV' = 'A', name = FQDN) =>
    ({ name, type, values, how: 'resolve' }) as const

  it('passes on exactly the records that the objects promise, in any order and spelling', async () => {
    const zone = {
      [FQDN]: { A: ['10.96.0.8', '10.96.0.7'], AAAA: ['fd00:0:0::7'], ttl: 30 },
      'alias.example': { CNAME: 'Other.Example' },
      [`_http._tcp.${FQDN}`]: { SRV: [{ priority: 0, weight: 33, port: 80, target: FQDN }] },
    }
    const good = await asked(zone, resolve(['10.96.0.7', '10.96.0.8']))
    expect(good.code).toBeNull()
    expect(good.results[0]).toMatchObject({
      outcome: 'pass',
      address: '',
      timings: { dnsMs: expect.any(Number), totalMs: expect.any(Number), connectMs: null },
      dns: { rcode: 'NOERROR', ttl: 30, lookup: null },
    })
    expect((await asked(zone, resolve(['fd00::7'], 'AAAA'))).code).toBeNull()
    expect((await asked(zone, resolve(['other.example.'], 'CNAME', 'alias.example'))).code).toBeNull()
    expect((await asked(zone, resolve([`80 ${FQDN}`], 'SRV', `_http._tcp.${FQDN}`))).code).toBeNull()
    expect((await asked(zone, resolve(null))).code).toBeNull()
  })

  it('fails on an address that is not promised, and on a promised one that is missing', async () => {
    expect((await asked({ [FQDN]: { A: ['10.0.0.1'] } }, resolve(['10.96.0.7']))).code).toBe('wrong_address')
    expect((await asked({ [FQDN]: { A: ['10.96.0.7', '10.0.0.1'] } }, resolve(['10.96.0.7']))).code).toBe(
      'wrong_address',
    )
    expect((await asked({ [FQDN]: { A: ['10.96.0.7'] } }, resolve(['10.96.0.7', '10.96.0.8']))).code).toBe(
      'wrong_address',
    )
  })

  it.each([
    ['is absent', {}, 'dns_not_found', 'NXDOMAIN'],
    ['has no such record', { [FQDN]: { AAAA: ['fd00::7'] } }, 'dns_no_data', 'NOERROR'],
    ['fails in the server', { [FQDN]: { rcode: 'SERVFAIL' } }, 'dns_server_failure', 'SERVFAIL'],
    ['is refused', { [FQDN]: { rcode: 'REFUSED' } }, 'dns_refused', 'REFUSED'],
    ['is not answered', { [FQDN]: { silent: true } }, 'dns_timeout', null],
  ] as const)('tells that the name %s', async (_what, zone, code, rcode) => {
    const { results } = await asked(zone, resolve(['10.96.0.7']))
    expect(results[0]).toMatchObject({
      outcome: 'fail',
      failure: { code, phase: 'dns', source: 'resolver' },
      dns: { rcode },
    })
  })

  it('looks up short names along the search list of the namespace', async () => {
    const lookup = (name: string) => ({ name, type: 'A', values: ['10.96.0.7'], how: 'lookup' }) as const
    const zone = { [FQDN]: { A: ['10.96.0.7'] } }
    for (const name of ['toad-svc', 'toad-svc.default', 'toad-svc.default.svc', FQDN]) {
      const { code, results } = await asked(zone, lookup(name))
      expect([name, code, results[0]?.dns?.name]).toEqual([name, null, FQDN])
    }
    expect((await asked({ [FQDN]: { A: ['10.0.0.1'] } }, lookup('toad-svc'))).code).toBe('wrong_address')
    expect((await asked({}, lookup('toad-svc'))).code).toBe('dns_not_found')
  })
})

describe('a variable', () => {
  const variable = (found: string | null, expected: PlannedPath['expected'] = 'reachable') =>
    plannedPath({
      kind: 'Environment',
      address: null,
      scheme: 'dns',
      variable: { name: 'TOAD_SVC_SERVICE_HOST', value: '10.96.0.7', found },
      expected,
      checks: [],
    })

  it('is compared with what Kubernetes would set', async () => {
    expect(await codeOf(variable('10.96.0.7'))).toEqual(['pass', null])
    expect(await codeOf(variable('10.96.0.8'))).toEqual(['fail', 'environment_mismatch'])
    expect(await codeOf(variable(null))).toEqual(['fail', 'environment_mismatch'])
    expect(await codeOf(variable(null, 'unknown'))).toEqual(['skipped', 'environment_mismatch'])
  })
})

describe('the end of the time', () => {
  it("is the target's fault for a try that had all of its own, and ours for one that had not", async () => {
    const server = await keep(serve(BEHAVIOURS.silent))
    const own = await codeOf(at(server), { request: { timeoutMs: 200 }, deadlineMs: 60_000 })
    expect(own).toEqual(['fail', 'response_timeout'])
    const cut = await codeOf(at(server), { request: { timeoutMs: 60_000 }, deadlineMs: 200 })
    expect(cut).toEqual(['error', 'deadline_exceeded'])
  })

  it('makes an error of every path that never got its turn', async () => {
    const server = await keep(serve(BEHAVIOURS.silent))
    const { results } = await runPath(at(server), { network, deadlineMs: -1 })
    expect(results).toMatchObject([
      { outcome: 'error', failure: { code: 'deadline_exceeded' }, timings: { totalMs: null } },
    ])
    expect(server.connections).toBe(0)
  })
})

describe('what the table does not know', () => {
  it('is an error of ours, and is logged with its cause', async () => {
    const log = quietLog()
    const path = plannedPath({ addressPort: 70_000 })
    const { judgement } = await runPath(path, { network, log })
    expect(judgement.outcome).toBe('error')
    expect(log.events).toMatchObject([
      { level: 'error', event: 'probe_failed', fields: { cause: { code: 'ERR_SOCKET_BAD_PORT' } } },
    ])
  })

  it('is an error of that try alone where it is our bug', async () => {
    const log = quietLog()
    const server = await start(hello)
    const broken = httpCheck({ name: 'broken', expect: anExpectation({ failIfBodyMatchesRegexp: ['('] }) })
    const path = at(server, { checks: [broken, httpCheck({ name: 'good' })] })
    const { results } = await runPath(path, { network, log })
    expect(results.map(({ check, outcome }) => [check, outcome]).toSorted()).toEqual([
      ['broken', 'error'],
      ['good', 'pass'],
    ])
    expect(log.events).toMatchObject([{ event: 'probe_failed', fields: { cause: { code: 'invalid_request' } } }])
  })
})
