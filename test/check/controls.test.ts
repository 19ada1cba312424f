import type { Socket } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { CONTROLS_MAX, type Control, controlId } from '../../src/check/control.ts'
import { createPolicy } from '../../src/check/policy.ts'
import type { Result } from '../../src/check/result.ts'
import { createGate } from '../../src/check/try-limiter.ts'
import { createTurns } from '../../src/check/turns.ts'
import { systemClock } from '../../src/lib/clock.ts'
import type { PlannedPath } from '../../src/plan/path.ts'
import { createNodeNetwork } from '../../src/runtime/node/network.ts'
import { createAuthority } from '../support/certificates.ts'
import { aPlan, aWork, handed, httpCheck, JOB_ID, plannedPath, quietLog } from '../support/checks.ts'
import { startDnsServer } from '../support/dns-server.ts'
import { runOverJson } from '../support/run-over-json.ts'
import { BEHAVIOURS, keeper, refusedPort, serve, serveHttp } from '../support/servers.ts'

const { keep, closeAll } = keeper()
afterAll(closeAll)

async function ask(
  path: PlannedPath,
  controls: readonly (Pick<Control, 'kind' | 'ask'> & { port: number; address?: string; nth?: number })[],
  over: { signal?: AbortSignal; deadlineMs?: number; deny?: string[] } = {},
): Promise<Result[]> {
  const results: Result[] = []
  const work = aWork(aPlan([path]))
  await runOverJson(
    {
      ...{ network: createNodeNetwork(), clock: systemClock, log: quietLog(), turn: createTurns(setImmediate) },
      policy: createPolicy({ allow: ['127.0.0.0/8'], deny: over.deny ?? [] }),
      gate: createGate({ total: 64, perAddress: 8 }),
    },
    handed({
      ...work,
      request: { ...work.request, timeoutMs: 600 },
      deadlineAtMs: systemClock.now() + (over.deadlineMs ?? 10_000),
      controls: controls.map(({ kind, ask, port, address = '127.0.0.1', nth = 1 }) => ({
        ...{ kind, ask, nth, pathId: path.id, check: 'default', to: { address, port, family: 'IPv4' } },
      })),
    }),
    { signal: over.signal ?? new AbortController().signal, record: (result) => results.push(result) },
  )
  // They end in whatever order.
  const asked = ({ control }: Result): number =>
    controls.findIndex(
      ({ kind, port, address = '127.0.0.1', nth = 1 }) =>
        control?.kind === kind && control.to === `${address}:${port}` && control.nth === nth,
    )
  return results.toSorted((left, right) => asked(left) - asked(right))
}

const shown = ({ purpose, outcome, failure, control }: Result) => ({
  purpose,
  outcome,
  code: failure?.code ?? null,
  kind: control?.kind,
})
const http = { type: 'http', scheme: 'http', serverName: null } as const
const onData = (answer: (text: string, socket: Socket) => void) => (socket: Socket) => {
  socket.once('data', (bytes) => answer(bytes.toString('latin1'), socket))
}

describe('control probes over real sockets', () => {
  it('connect, and are recorded as what they are, under an id of their own', async () => {
    const open = await keep(serve(() => undefined))
    const path = plannedPath()
    const [takes, refuses] = await ask(path, [
      { kind: 'declared_port', ask: { type: 'connect' }, port: open.port },
      { kind: 'declared_port', ask: { type: 'connect' }, port: await refusedPort() },
    ])
    expect([takes, refuses].map((each) => each && shown(each))).toEqual([
      { purpose: 'control', outcome: 'pass', code: null, kind: 'declared_port' },
      { purpose: 'control', outcome: 'fail', code: 'connection_refused', kind: 'declared_port' },
    ])
    expect(takes?.control).toEqual({ kind: 'declared_port', to: `127.0.0.1:${open.port}`, nth: 1 })
    expect(new Set([takes?.id, refuses?.id]).size).toBe(2)
  })

  it('speak the PROXY protocol to who expects it, plain and before TLS, and take a 400 for no answer', async () => {
    const expects = await keep(
      serve(
        onData((text, socket) =>
          text.startsWith('PROXY ') ? socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n') : socket.destroy(),
        ),
      ),
    )
    const knowsNot = await keep(serve(onData((_text, socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))))
    const ask_ = { type: 'proxied', serverName: null } as const
    const [yes, no] = await ask(plannedPath(), [
      { kind: 'proxy_protocol', ask: ask_, port: expects.port },
      { kind: 'proxy_protocol', ask: ask_, port: knowsNot.port },
    ])
    expect([yes?.outcome, no?.outcome, no?.failure?.code]).toEqual(['pass', 'fail', 'unexpected_status'])
  })

  it('ask DNS over UDP and over TCP, each for itself', async () => {
    const name = 'kubernetes.default.svc.cluster.local'
    const dns = await keep(startDnsServer({ [name]: { A: ['10.96.0.1'] }, 'silent.example': { silent: true } }))
    const over = (way: 'udp' | 'tcp', asked: string) =>
      ({ kind: `dns_over_${way}`, ask: { type: 'dns', name: asked, over: way }, port: dns.port }) as const
    const results = await ask(plannedPath(), [
      over('udp', name),
      over('tcp', name),
      over('udp', 'silent.example'),
      over('tcp', 'no.example'),
    ])
    const outcomeOf = (kind: string) =>
      results.filter(({ control }) => control?.kind === kind).map(({ outcome }) => outcome)
    expect(outcomeOf('dns_over_udp').toSorted()).toEqual(['fail', 'pass'])
    // That a name does not exist is an answer as well
    expect(outcomeOf('dns_over_tcp')).toEqual(['pass', 'pass'])
    expect(dns.queries.filter(({ transport }) => transport === 'tcp').map((query) => query.name)).toEqual([
      name,
      'no.example',
    ])
  })

  it('make a request small, large, elsewhere, in another scheme and under another name', async () => {
    const seen: string[] = []
    const server = await keep(
      serveHttp((request, response) => {
        seen.push(
          `${request.method} ${request.headers.host} ${String(request.headers['x-portolan-padding'] ?? '').length}`,
        )
        response.end('toad')
      }),
    )
    const secure = await keep(
      serveHttp((_request, response) => response.end('toad'), { tls: await (await createAuthority()).issue() }),
    )
    const path = plannedPath({ addressPort: server.port, checks: [httpCheck({ headers: { 'x-own': 'kept' } })] })
    const results = await ask(path, [
      { kind: 'small_answer', ask: { ...http, method: 'HEAD' }, port: server.port },
      { kind: 'large_request', ask: { ...http, method: 'HEAD', padding: 2000 }, port: server.port },
      { kind: 'with_host', ask: { ...http, host: 'toad.example' }, port: server.port },
      { kind: 'other_scheme', ask: { ...http, scheme: 'https' }, port: secure.port },
    ])
    expect(seen.toSorted()).toEqual([
      `GET toad.example 0`,
      `HEAD 127.0.0.1:${server.port} 0`,
      `HEAD 127.0.0.1:${server.port} 2000`,
    ])
    expect(results.map(({ outcome }) => outcome)).toEqual(['pass', 'pass', 'pass', 'pass'])
    expect(results.find(({ control }) => control?.kind === 'other_scheme')?.tls).not.toBeNull()
  })

  it("ask a node for its health without anything that is the check's", async () => {
    const seen: unknown[] = []
    const node = await keep(
      serveHttp((request, response) => {
        seen.push([request.url, request.headers['x-own']])
        response.writeHead(503).end('{"localEndpoints":0}')
      }),
    )
    const path = plannedPath({ checks: [httpCheck({ headers: { 'x-own': 'secret' } })] })
    const [result] = await ask(path, [
      { kind: 'health_check_node_port', ask: { type: 'get', target: '/healthz' }, port: node.port },
    ])
    expect([seen, result?.http?.status, result?.outcome]).toEqual([[['/healthz', undefined]], 503, 'fail'])
  })

  it('are skipped where the policy forbids the address', async () => {
    const [result] = await ask(plannedPath(), [{ kind: 'again', ask: http, port: 80 }], { deny: ['127.0.0.1/32'] })
    expect([result?.outcome, result?.failure?.code]).toEqual(['skipped', 'blocked_by_policy'])
  })

  it.each([
    ['cancelled', { signal: AbortSignal.abort() }],
    ['out of time', { deadlineMs: 0 }],
  ])('leave no trace where the job is %s', async (_, over) => {
    const open = await keep(serve(() => undefined))
    expect(await ask(plannedPath(), [{ kind: 'again', ask: http, port: open.port }], over)).toEqual([])
  })

  it('leave no trace where they are cut while they wait', async () => {
    const silent = await keep(serve(BEHAVIOURS.silent))
    const cut = new AbortController()
    const asked = ask(plannedPath({ addressPort: silent.port }), [{ kind: 'again', ask: http, port: silent.port }], {
      signal: cut.signal,
    })
    while (silent.connections === 0) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    cut.abort()
    expect(await asked).toEqual([])
  })

  it('have ids that follow from the job and the question', () => {
    const control = (over: Partial<Control> = {}): Control => ({
      ...{
        kind: 'again',
        pathId: 'pth_1',
        check: 'default',
        ask: http,
        nth: 1,
        to: { address: '127.0.0.1', port: 80, family: 'IPv4' },
      },
      ...over,
    })
    const to = { address: '127.0.0.1', port: 81, family: 'IPv4' } as const
    const all = [
      control(),
      control({ nth: 2 }),
      control({ kind: 'with_host' }),
      control({ to }),
      control({ pathId: 'pth_2' }),
    ]
    expect(controlId(JOB_ID, control())).toBe(controlId(JOB_ID, control()))
    expect(new Set(all.map((each) => controlId(JOB_ID, each))).size).toBe(all.length)
    expect(CONTROLS_MAX).toBe(10)
  })
})
