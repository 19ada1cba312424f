import type { RequestListener } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import type { PlannedPath } from '../../src/plan/path.ts'
import { createNodeNetwork } from '../../src/runtime/node/network.ts'
import { createAuthority } from '../support/certificates.ts'
import { httpCheck, plannedPath, runPath } from '../support/checks.ts'
import { refusedPort, serveHttp, type TestServer } from '../support/servers.ts'

const network = createNodeNetwork()
const servers: TestServer[] = []
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())))
const start = async (listener: RequestListener) => {
  const server = await serveHttp(listener)
  servers.push(server)
  return server
}
const answer =
  (status: number, body: string): RequestListener =>
  (_request, response) =>
    void response.writeHead(status).end(body)

/** Routes `shop.example` as told, and answers 404 for everybody else, as controllers do. */
const controller =
  (status: number, body: string): RequestListener =>
  ({ headers }, response) =>
    headers.host === 'shop.example'
      ? void response.writeHead(status).end(body)
      : void response.writeHead(404).end('no route')

const ingress = (to: TestServer, over: Partial<PlannedPath> = {}) =>
  plannedPath({
    kind: 'Ingress',
    address: to.address,
    addressPort: to.port,
    host: 'shop.example',
    checks: [httpCheck({ host: 'shop.example' })],
    ...over,
  })
const direct = (port: number, over: Partial<PlannedPath> = {}) => plannedPath({ addressPort: port, ...over })

const run = async (path: PlannedPath, ...others: PlannedPath[]) => {
  const { results, judgement } = await runPath(path, { network, others })
  return {
    outcome: judgement.outcome,
    failure: results.find(({ purpose }) => purpose === 'check')?.failure?.message ?? null,
    asked: results.map(({ purpose, http }) => `${purpose} ${http?.status ?? '-'}`),
  }
}

describe('the default check on Ingress', () => {
  it('passes on anything below 500 that only a backend says', async () => {
    const path = ingress(await start(controller(200, 'ok')))
    expect(await run(path)).toEqual({ outcome: 'pass', failure: null, asked: ['check 200'] })
    expect(await run(ingress(await start(controller(401, 'who'))))).toEqual({
      outcome: 'pass',
      failure: null,
      asked: ['check 401'],
    })
  })

  it('fails a 503 of the controller', async () => {
    const path = ingress(await start(controller(503, 'no endpoints')))
    expect(await run(path)).toMatchObject({ outcome: 'fail', failure: 'status 503, expected below 500' })
  })

  it("fails a 404 that the application does not give, and keeps the application's own answer", async () => {
    const app = await start(answer(200, 'hello'))
    const path = ingress(await start(controller(404, 'no route')))
    expect(await run(path, direct(app.port))).toEqual({
      outcome: 'fail',
      failure: 'status 404 from the controller, 200 from ClusterIP 127.0.0.1',
      asked: ['control 200', 'check 404'],
    })
  })

  it.each([404, 400, 421])("passes a %i that is the application's", async (status) => {
    const app = await start(answer(status, 'mine'))
    const path = ingress(await start(controller(status, 'mine')))
    expect(await run(path, direct(app.port))).toEqual({
      outcome: 'pass',
      failure: null,
      asked: [`control ${status}`, `check ${status}`],
    })
  })

  it.each([400, 421])('fails a %i of the controller only where a direct path can be asked', async (status) => {
    const app = await start(answer(200, 'hello'))
    const path = ingress(await start(controller(status, 'bad')))
    expect(await run(path, direct(app.port))).toMatchObject({ outcome: 'fail' })
    expect(await run(path)).toEqual({ outcome: 'pass', failure: null, asked: [`check ${status}`] })
  })

  // trials/diagnosis.md, wrong verdicts: one of three pods answers 404, and the Ingress meets it
  it("takes an answer that one of the pods gives for the application's, whatever the others say", async () => {
    const met = await start(controller(404, 'no such toad'))
    const [one, other] = [await start(answer(200, 'toad')), await start(answer(404, 'no such toad'))]
    const ends = [direct(one.port), direct(other.port, { kind: 'Endpoint' })]
    expect(await run(ingress(met), ...ends)).toEqual({
      ...{ outcome: 'pass', failure: null, asked: ['control 200', 'control 404', 'check 404'] },
    })
  })

  it("needs no second opinion where the answer is a controller's own", async () => {
    const path = ingress(await start(controller(404, 'default backend - 404')))
    const ends = [direct((await start(answer(200, 'toad'))).port), direct((await start(answer(200, 'toad'))).port)]
    expect(await run(path, ...ends)).toEqual({
      outcome: 'fail',
      failure: 'status 404 from the default backend of ingress-nginx, 200 from ClusterIP 127.0.0.1',
      asked: ['control 200', 'check 404'],
    })
  })

  // Row "The comparing request of an Ingress try" of the trials
  it("asks an endpoint of HTTPS by the Ingress' name in Host and SNI alike", async () => {
    const seen: unknown[] = []
    const app = await serveHttp(
      ({ socket, headers }, response) => {
        const serverName = Reflect.get(socket, 'servername')
        seen.push([serverName, headers.host])
        response.writeHead(serverName === headers.host ? 200 : 421).end()
      },
      { tls: await (await createAuthority()).issue() },
    )
    servers.push(app)
    const path = ingress(await start(controller(421, 'misdirected')))
    const over = { scheme: 'https', serverName: 'toad.pond.svc' } as const
    expect(await run(path, direct(app.port, over))).toMatchObject({
      outcome: 'fail',
      failure: 'status 421 from the controller, 200 from ClusterIP 127.0.0.1',
    })
    expect(seen).toEqual([['shop.example', 'shop.example']])
  })

  it('sends the direct address the same URL and Host', async () => {
    const seen: (string | undefined)[] = []
    const app = await start(({ url, headers }, response) => {
      seen.push(`${headers.host}${url}`)
      response.writeHead(404).end()
    })
    const path = ingress(await start(controller(404, 'no')), {
      checks: [httpCheck({ host: 'shop.example', path: '/cart?x=1' })],
    })
    await run(path, direct(app.port))
    expect(seen).toEqual(['shop.example/cart?x=1'])
  })

  it('asks the next direct address where the first cannot be reached', async () => {
    const app = await start(answer(404, 'mine'))
    const path = ingress(await start(controller(404, 'mine')))
    const others = [direct(await refusedPort()), direct(app.port, { kind: 'Endpoint' })]
    expect(await run(path, ...others)).toMatchObject({
      outcome: 'pass',
      asked: ['control -', 'control 404', 'check 404'],
    })
  })

  it('asks the controller with a host that no rule names where no direct path can be asked', async () => {
    const same = ingress(await start(controller(404, 'no route')))
    expect(await run(same)).toEqual({
      outcome: 'fail',
      failure: 'status 404, as the controller answers for a host that no rule names',
      asked: ['control 404', 'check 404'],
    })
    const another = ingress(await start(controller(404, 'no such page')))
    expect(await run(another)).toEqual({ outcome: 'pass', failure: null, asked: ['control 404', 'check 404'] })
  })

  it("does not take an answer for the controller's by another host where the rule takes every host", async () => {
    const everybody = { host: null, checks: [httpCheck({ host: null })] }
    const path = ingress(await start(answer(404, 'nothing at /')), everybody)
    expect(await run(path)).toEqual({ outcome: 'pass', failure: null, asked: ['check 404'] })
    const own = ingress(await start(answer(404, 'default backend - 404')), everybody)
    expect(await run(own)).toEqual({
      outcome: 'fail',
      failure: 'status 404 from the default backend of ingress-nginx',
      asked: ['check 404'],
    })
  })

  it('asks direct addresses for what the router makes of the request', async () => {
    const asked: unknown[] = []
    const app = await start(({ url, headers }, response) => {
      asked.push([url, headers.host, headers['x-added'], headers.accept])
      response.writeHead(404).end('mine')
    })
    const behind = { host: 'inside.example', path: '/v2/1', headers: { 'x-added': 'yes', accept: null } }
    const checks = [httpCheck({ host: 'shop.example', path: '/cart/1', behind })]
    const path = ingress(await start(controller(404, 'mine')), { checks })
    expect(await run(path, direct(app.port))).toMatchObject({ outcome: 'pass' })
    expect(asked).toEqual([['/v2/1', 'inside.example', 'yes', undefined]])
  })

  it('does not ask paths that this vantage cannot reach, that are of another port, or that speak no HTTP', async () => {
    const app = await start(answer(404, 'mine'))
    const path = ingress(await start(controller(404, 'no route')))
    const others = [
      direct(app.port, { skipped: { reason: 'vantage', detail: '' } }),
      direct(app.port, { port: { name: null, number: 81, protocol: 'TCP' } }),
      direct(app.port, { scheme: 'tcp' }),
    ]
    expect(await run(path, ...others)).toMatchObject({ outcome: 'fail', asked: ['control 404', 'check 404'] })
    expect(app.connections).toBe(0)
  })

  it("leaves the caller's own expectations alone", async () => {
    const check = httpCheck({
      host: 'shop.example',
      expect: {
        validStatusCodes: [404],
        failIfBodyMatchesRegexp: [],
        failIfBodyNotMatchesRegexp: [],
        failIfHeaderMatches: [],
        failIfHeaderNotMatches: [],
        jsonPath: [],
        maxDurationMs: null,
      },
    })
    const path = ingress(await start(controller(404, 'no route')), { checks: [check] })
    expect(await run(path)).toEqual({ outcome: 'pass', failure: null, asked: ['check 404'] })
  })
})

describe('a path that must not be reached', () => {
  const must = (path: PlannedPath) => run({ ...path, expected: 'unreachable' })

  it('passes where the connection is refused, which stays as evidence', async () => {
    const path = plannedPath({ addressPort: await refusedPort(), expected: 'unreachable' })
    const { results, judgement } = await runPath(path, { network })
    expect(judgement.outcome).toBe('pass')
    expect(results[0]?.failure?.code).toBe('connection_refused')
  })

  it('fails where anything answers, well or badly', async () => {
    for (const status of [200, 500, 503]) {
      const app = await start(answer(status, ''))
      const { results, judgement } = await runPath(direct(app.port, { expected: 'unreachable' }), { network })
      expect([judgement.outcome, results[0]?.failure?.code]).toEqual(['fail', 'unexpectedly_reachable'])
    }
  })

  it.each([502, 503, 504])('is met on Ingress by a %i of the controller', async (status) => {
    expect(await must(ingress(await start(controller(status, ''))))).toMatchObject({ outcome: 'pass' })
  })

  it("is met on Ingress by the controller's 404, and not by the application's", async () => {
    expect(await must(ingress(await start(controller(404, 'no route'))))).toMatchObject({ outcome: 'pass' })
    expect(await must(ingress(await start(controller(404, 'mine'))))).toMatchObject({ outcome: 'fail' })
  })
})
