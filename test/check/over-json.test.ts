import type { IncomingMessage } from 'node:http'
import { afterAll, describe, expect, it } from 'vitest'
import { createPolicy } from '../../src/check/policy.ts'
import type { Result } from '../../src/check/result.ts'
import { runChecks } from '../../src/check/run-checks.ts'
import { createGate } from '../../src/check/try-limiter.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { createNodeNetwork } from '../../src/runtime/node/network.ts'
import { anExpectation, aPlan, aWork, handed, httpCheck, plannedPath, quietLog, tcpCheck } from '../support/checks.ts'
import { overJson } from '../support/over-json.ts'
import { runOverJson } from '../support/run-over-json.ts'
import { BEHAVIOURS, keeper, refusedPort, serve, serveHttp } from '../support/servers.ts'

const { keep, closeAll } = keeper()
afterAll(closeAll)

const deps = () => ({
  network: createNodeNetwork(),
  clock: systemClock,
  policy: createPolicy({ allow: ['127.0.0.0/8'], deny: ['127.0.0.9/32'] }),
  gate: createGate({ total: 8, perAddress: 8 }),
  log: quietLog(),
})

/** All of a result but when and how long, in the order of ids. */
const told = (results: readonly Result[]) =>
  results
    .map(({ startedAtMs: _startedAtMs, timings: _timings, ...rest }) => rest)
    .toSorted((left, right) => (left.id < right.id ? -1 : 1))

/** Paths to real listeners with every kind of check, expectation and end, and what the HTTP listener was asked. */
async function everything() {
  const asked: IncomingMessage[] = []
  const http = await keep(
    serveHttp((message, response) => {
      asked.push(message)
      response.setHeader('date', 'Mon, 30 Nov 2026 00:00:00 GMT')
      response.end('{"ready":true}')
    }),
  )
  const echo = await keep(serve(BEHAVIOURS.echo))
  const expectation = anExpectation({
    failIfBodyNotMatchesRegexp: ['"ready": ?true'],
    failIfHeaderMatches: [{ header: 'x-sick', regexp: '.', allowMissing: true }],
    jsonPath: [{ path: '$.ready', equals: true }],
    maxDurationMs: 60_000,
  })
  const conversation = [
    { expect: '^220 (\\w+)', send: 'HELO $1', startTls: false },
    { expect: '^HELO toad$', send: null, startTls: false },
  ]
  const plan = aPlan([
    plannedPath({
      addressPort: http.port,
      checks: [
        httpCheck({ name: 'all', expect: expectation, headers: { authorization: 'Bearer s3cr3t-token' }, body: 'a' }),
        httpCheck({ name: 'refused', expect: anExpectation({ validStatusCodes: ['5xx'] }) }),
        tcpCheck({ name: 'connects' }),
      ],
    }),
    plannedPath({
      addressPort: echo.port,
      scheme: 'tcp',
      checks: [tcpCheck({ name: 'talks', queryResponse: conversation })],
    }),
    plannedPath({
      addressPort: await refusedPort(),
      expected: 'unreachable',
      checks: [tcpCheck({ name: 'kept out' })],
    }),
    plannedPath({ address: '127.0.0.9', checks: [tcpCheck({ name: 'forbidden' })] }),
    plannedPath({ kind: 'Environment', variable: { name: 'TOAD_PORT', value: '80', found: null }, checks: [] }),
  ])
  return { plan, asked }
}

describe('a work', () => {
  it('that travels as JSON with its results has the results that it has here', async () => {
    const { plan } = await everything()
    const work = handed(aWork(plan))
    const [here, there]: [Result[], Result[]] = [[], []]
    const { signal } = new AbortController()
    await runChecks(deps(), work, { signal, record: (result) => here.push(result) })
    await runOverJson(deps(), work, { signal, record: (result) => there.push(result) })
    expect(here.map(({ check, outcome, failure }) => `${check}: ${outcome} ${failure?.code ?? ''}`).toSorted()).toEqual(
      [
        'all: pass ',
        'connects: pass ',
        'default: fail environment_mismatch',
        'forbidden: skipped blocked_by_policy',
        'kept out: pass connection_refused',
        'refused: fail unexpected_status',
        'talks: pass ',
      ],
    )
    const alike = (results: readonly Result[]) => told(results).map((each) => ({ ...each, localAddress: null }))
    expect(alike(there)).toEqual(alike(here))
  })

  it('holds no secret of its checks; who makes the tries puts them in', async () => {
    const { plan, asked } = await everything()
    const given = handed(aWork(plan))
    expect(JSON.stringify(given.work)).not.toMatch(/s3cr3t|HELO/)
    expect(JSON.stringify(given.secrets)).toMatch(/s3cr3t.*HELO/)
    await runOverJson(deps(), given, { signal: new AbortController().signal, record: () => undefined })
    expect(asked.map(({ headers }) => headers.authorization).toSorted()).toEqual(['Bearer s3cr3t-token', undefined])
  })
})

describe('overJson', () => {
  it.each<[string, unknown]>([
    ['what is undefined, and not absent', { a: undefined }],
    ['a RegExp', { a: /a/ }],
    ['a Date', { a: new Date(0) }],
    ['a Map', { a: new Map([['b', 1]]) }],
    ['a Set', { a: new Set(['b']) }],
    ['bytes', { a: new Uint8Array([1]) }],
    ['a number without end', { a: Number.POSITIVE_INFINITY }],
    ['what is no number', { a: Number.NaN }],
    ['a function', { a: () => 1 }],
    ['an instance of a class', { a: new Error('b') }],
  ])('lets no %s pass', (_what, value) => {
    expect(() => overJson(value)).toThrow('does not arrive over JSON as it was sent')
    expect(() => overJson([value])).toThrow('does not arrive over JSON as it was sent')
  })

  it('lets pass what JSON has', () => {
    const value = { a: [null, true, 1.5, -1, 'ä'], b: {} }
    expect(overJson(value)).toEqual(value)
  })
})
