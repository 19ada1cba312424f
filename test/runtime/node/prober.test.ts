import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failure } from '../../../src/check/failure.ts'
import { type Result, triedOf } from '../../../src/check/result.ts'
import { ProberGoneError, type Work, type WorkHooks } from '../../../src/check/work.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { createProber, type Prober } from '../../../src/runtime/node/prober.ts'
import {
  anExpectation,
  aPlan,
  aWork,
  handed,
  httpCheck,
  plannedPath,
  quietLog,
  tcpCheck,
} from '../../support/checks.ts'
import { proberWith } from '../../support/prober.ts'
import { aRequest } from '../../support/request.ts'

const SETTINGS = {
  egressAllow: ['127.0.0.0/8'],
  egressDeny: ['127.0.0.9/32'],
  concurrency: 8,
  concurrencyPerAddress: 4,
}

/** In a process of its own, since this one's threads are what is tested. `/hangs` is never answered. */
const SERVER = `require('node:http').createServer((request, response) => {
  if (request.url === '/large') response.end('ab'.repeat(512 * 1024))
  else if (request.url === '/slow') setTimeout(() => response.end('slow'), 50)
  else if (request.url !== '/hangs') response.writeHead(request.url === '/sick' ? 500 : 200).end('ok')
}).listen(0, '127.0.0.1', function () { process.stdout.write(String(this.address().port)) })`
let server: ChildProcess
let port = 0
beforeAll(async () => {
  const child = spawn(process.execPath, ['-e', SERVER], { stdio: ['ignore', 'pipe', 'inherit'] })
  server = child
  port = Number(String((await once(child.stdout, 'data'))[0]))
})
afterAll(() => server.kill())

type Over = Partial<Work> & Partial<WorkHooks>

/** A run of one path, and the results that it records. */
function aRun(path: string, { signal, record, room, ...over }: Over = {}) {
  const results: Result[] = []
  const checks = [httpCheck({ name: 'http', path }), tcpCheck({ name: 'tcp' })]
  const plan = aPlan([plannedPath({ addressPort: port, checks })])
  const work = aWork(plan, { request: aRequest({ samples: 3, timeoutMs: 30_000 }), ...over })
  const hooks: WorkHooks = {
    signal: signal ?? new AbortController().signal,
    record: record ?? ((result) => results.push(result)),
    ...(room && { room }),
  }
  return { results, work, hooks, in: (prober: Pick<Prober, 'runChecks'>) => prober.runChecks(handed(work), hooks) }
}

/** All of a result but when and how long, in the order of ids. */
const told = (results: readonly Result[]) =>
  results
    .map(({ startedAtMs: _startedAtMs, timings: _timings, localAddress: _localAddress, http, ...rest }) => ({
      ...rest,
      http: http && { ...http, headers: Object.keys(http.headers) },
    }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))

async function withProber<T>(use: (prober: Prober) => Promise<T>): Promise<T> {
  const prober = createProber(SETTINGS, quietLog())
  try {
    return await use(prober)
  } finally {
    await prober.close()
  }
}

describe('the thread that probes', () => {
  it.each(['/', '/sick'])('records of %s what this thread would', async (path) => {
    const here = aRun(path)
    await here.in(proberWith(systemClock)(SETTINGS, quietLog()))
    const there = aRun(path, { plan: here.work.plan })
    await withProber((prober) => there.in(prober))
    expect(here.results.length).toBe(6)
    expect(told(there.results)).toEqual(told(here.results))
  })

  it('asks the policy', async () => {
    const denied = aRun('/', {
      plan: aPlan([plannedPath({ address: '127.0.0.9', addressPort: port, checks: [tcpCheck()] })]),
    })
    await withProber((prober) => denied.in(prober))
    expect(denied.results.map(({ failure }) => failure?.code)).toEqual(Array(3).fill('blocked_by_policy'))
  })

  // D2 of trials/security.md
  it('keeps no job waiting for what another expects of a body, and ends that when it is asked to', async () => {
    const costly = { failIfBodyMatchesRegexp: ['(a|b)*a(a|b){100}[cd]', "You've hit (\\S+)x"] }
    const check = httpCheck({ name: 'http', path: '/large', expect: anExpectation(costly) })
    const plan = aPlan([plannedPath({ addressPort: port, checks: [check] })])
    await withProber(async (prober) => {
      await aRun('/').in(prober)
      const cancel = new AbortController()
      const first = Promise.withResolvers<void>()
      const results: Result[] = []
      const greedy = aRun('/', {
        ...{ jobId: 'job_01KB0000000000000000000001', plan, signal: cancel.signal },
        request: aRequest({ samples: 100, timeoutMs: 30_000 }),
        record(result) {
          results.push(result)
          first.resolve()
        },
      })
      const ended = greedy.in(prober)
      await first.promise
      const small = aRun('/', { deadlineAtMs: Date.now() + 20_000 })
      await small.in(prober)
      expect(small.results.map(({ outcome }) => outcome)).toEqual(Array(6).fill('pass'))
      expect(results[0]?.failure).toEqual(failure('expectation_too_costly', 'expectation'))
      expect(results[0]?.outcome).toBe('error')
      const costlyOnes = () => results.filter(({ failure: why }) => why?.code === 'expectation_too_costly').length
      expect(costlyOnes()).toBeLessThan(100)
      cancel.abort(failure('cancelled', 'connect'))
      await ended
      // It ends with what was under way, long before all that it costs is spent.
      expect(costlyOnes()).toBeLessThan(100)
    })
  })

  it('goes on while this one is busy', async () => {
    await withProber(async (prober) => {
      await aRun('/').in(prober)
      const run = aRun('/slow')
      const ended = run.in(prober)
      const givenUpAtMs = performance.now() + 30_000
      // Nothing of this thread runs in here: no message, no timer, no socket
      while (prober.triesUnderWay === 0 && performance.now() < givenUpAtMs) {
        // The thread is to hear nothing meanwhile.
      }
      while (prober.triesUnderWay > 0 && performance.now() < givenUpAtMs) {
        // The thread is to hear nothing meanwhile.
      }
      expect(prober.triesUnderWay).toBe(0)
      expect(run.results).toEqual([])
      await ended
      expect(run.results.map(({ outcome }) => outcome)).toEqual(Array(6).fill('pass'))
    })
  })

  it.each([
    ['with a failure: records it', failure('deadline_exceeded', 'connect'), Array(3).fill('deadline_exceeded')],
    ['without one: leaves no trace', undefined, []],
  ])('an abort %s', async (_what, reason, codes) => {
    await withProber(async (prober) => {
      const cut = new AbortController()
      const run = aRun('/hangs', { signal: cut.signal })
      const ended = prober.runChecks(handed(run.work), {
        ...run.hooks,
        record(result) {
          run.hooks.record(result)
          if (run.results.length === 3) {
            cut.abort(reason)
          }
        },
      })
      await ended
      const http = run.results.filter(({ check }) => check === 'http')
      expect(http.map(({ failure }) => failure?.code)).toEqual(codes)
    })
  })

  it('begins no more tries of a run that has no room for results, until it has; those of others pass', async () => {
    await withProber(async (prober) => {
      const [room, request] = [Promise.withResolvers<void>(), aRequest({ samples: 1000 })]
      const plan = aPlan([plannedPath({ addressPort: port, checks: [tcpCheck()] })])
      const full = aRun('/', { plan, request, room: () => room.promise })
      const ended = full.in(prober)
      const other = aRun('/', { jobId: 'job_01KB0000000000000000000001', plan, request })
      await other.in(prober)
      expect(other.results.length).toBe(1000)
      expect(full.results.length).toBeLessThanOrEqual(256 + SETTINGS.concurrency)
      room.resolve()
      await ended
      expect(full.results.length).toBe(1000)
    })
  })

  it('takes up a run again that was cut while it had no room', async () => {
    await withProber(async (prober) => {
      const cut = new AbortController()
      const plan = aPlan([plannedPath({ addressPort: port, checks: [tcpCheck()] })])
      const over = { plan, request: aRequest({ samples: 1000 }) }
      const full = aRun('/', { ...over, signal: cut.signal, room: () => new Promise(() => undefined) })
      const ended = full.in(prober)
      const other = aRun('/', { ...over, jobId: 'job_01KB0000000000000000000001' })
      await other.in(prober)
      cut.abort()
      await ended
      const again = aRun('/', { ...over, recorded: full.results.map(triedOf) })
      await again.in(prober)
      expect(full.results.length + again.results.length).toBe(1000)
      expect(again.results.length).toBeGreaterThan(0)
    })
  })

  it('that ends under a run rejects it, says so, and another takes its place', async () => {
    const log = quietLog()
    const works = `
      import { parentPort, workerData } from 'node:worker_threads'
      parentPort.on('message', ({ number }) => {
        if (number === 1) throw new Error('a bug')
        parentPort.postMessage({ log: { level: 'info', event: 'performed', fields: { number } } })
        parentPort.postMessage({ number, sent: { generation: 1, results: [], done: true } })
      })`
    const prober = createProber(SETTINGS, log, new URL(`data:text/javascript,${encodeURIComponent(works)}`))
    await expect(aRun('/').in(prober)).rejects.toThrow(ProberGoneError)
    await aRun('/').in(prober)
    await prober.close()
    expect(log.events).toEqual([
      { level: 'error', event: 'prober_ended', fields: { cause: new Error('a bug'), runs: 1 } },
      { level: 'info', event: 'performed', fields: { number: 2 } },
    ])
  })

  it('rejects what still runs when it is closed, and what comes later', async () => {
    const prober = createProber(SETTINGS, quietLog())
    const hanging = expect(aRun('/hangs').in(prober)).rejects.toThrow(ProberGoneError)
    await prober.close()
    await hanging
    await expect(aRun('/').in(prober)).rejects.toThrow(ProberGoneError)
  })
})
