/**
 * Scheduling alone: the network here is made up (its answers and how long they take), so that time is ours. What a real
 * network does is tested over real sockets in test/check and test/runtime/node.
 */
import { describe, expect, it } from 'vitest'
import { aPlan, plannedPath, type RunOptions, runPlan } from '../../test/support/checks.ts'
import { VirtualClock } from '../../test/support/virtual-clock.ts'
import type { PlannedPath } from '../plan/path.ts'
import type { Failure } from './codes.ts'
import { failure } from './failure.ts'
import { type HttpExchange, type HttpRequest, type Network, NO_TIMINGS } from './network.ts'
import type { Result } from './result.ts'
import { createGate } from './try-limiter.ts'

const REFUSED = failure('connection_refused', 'connect')

/** @param answer the failure of the n-th request to that port, if any. */
const madeUp = (
  clock: VirtualClock,
  answer: (port: number, nth: number) => Failure | null = () => null,
  tookMs = 10,
): { network: Network; log: string[]; most: () => number } => {
  const log: string[] = []
  const asked = new Map<number, number>()
  let under = 0
  let most = 0
  const http = async ({ port, timeoutMs, signal }: HttpRequest): Promise<HttpExchange> => {
    const nth = (asked.get(port) ?? 0) + 1
    asked.set(port, nth)
    log.push(`${clock.elapsedMs} ${port}`)
    most = Math.max(most, ++under)
    await clock.sleep(Math.min(tookMs, timeoutMs), signal)
    under--
    const failed = signal.aborted
      ? (signal.reason as Failure)
      : tookMs > timeoutMs
        ? failure('response_timeout', 'response')
        : answer(port, nth)
    const http = {
      status: 200,
      version: '1.1',
      headers: {},
      headerBytes: 0,
      location: null,
      bodyBytes: 0,
      bodySnippet: '',
      bodySha256: '',
    }
    return {
      timings: { ...NO_TIMINGS, totalMs: tookMs },
      resolvedAddress: '127.0.0.1',
      localAddress: null,
      tls: null,
      failure: failed,
      http: failed ? null : http,
      headers: {},
      body: new Uint8Array(),
    }
  }
  const never = () => Promise.reject(new Error('not part of this test'))
  return {
    network: { resolve: never, lookup: null, tcp: never, query: never, http, grpc: never, cannotReach: () => null },
    log,
    most: () => most,
  }
}

const brief = (results: readonly Result[]) =>
  results.map(({ sample, try: number, round, outcome }) => `${sample}.${number}.${round} ${outcome}`)

const run = async (
  paths: readonly PlannedPath[],
  options: Partial<RunOptions> & { answer?: (port: number, nth: number) => Failure | null; tookMs?: number } = {},
) => {
  const clock = (options.clock as VirtualClock) ?? new VirtualClock()
  const made = madeUp(clock, options.answer, options.tookMs)
  const results = await clock.during(
    runPlan(aPlan(paths), { ...options, clock, network: options.network ?? made.network }),
  )
  return { results, brief: brief(results), clock, ...made }
}

describe('samples and retries', () => {
  it('makes every sample of every check on every path', async () => {
    const paths = [plannedPath({ addressPort: 1 }), plannedPath({ addressPort: 2 })]
    const { brief } = await run(paths, { request: { samples: 3 } })
    expect(brief.toSorted()).toEqual([
      '1.1.1 pass',
      '1.1.1 pass',
      '2.1.1 pass',
      '2.1.1 pass',
      '3.1.1 pass',
      '3.1.1 pass',
    ])
  })

  it('repeats a failed try after the delay until it passes, and records each', async () => {
    const { brief, log } = await run([plannedPath({ addressPort: 1 })], {
      answer: (_port, nth) => (nth < 3 ? REFUSED : null),
      request: { retries: { limit: 5, delayMs: 1000 } },
    })
    expect(brief).toEqual(['1.1.1 fail', '1.2.1 fail', '1.3.1 pass'])
    expect(log).toEqual(['0 1', '1010 1', '2020 1'])
  })

  it('in turn, begins no second sample before the first is made on every path', async () => {
    const paths = [plannedPath({ addressPort: 1 }), plannedPath({ addressPort: 2 })]
    const options = { request: { samples: 3, samplesInTurn: true as const } }
    const { log, results } = await run(paths, options)
    expect(log).toEqual(['0 1', '0 2', '10 1', '10 2', '20 1', '20 2'])
    const rest = await run(paths, { ...options, recorded: results.slice(0, 3) })
    expect(rest.brief).toEqual(['2.1.1 pass', '3.1.1 pass', '3.1.1 pass'])
  })

  it('gives up after the limit', async () => {
    const { brief } = await run([plannedPath()], {
      answer: () => REFUSED,
      request: { retries: { limit: 2, delayMs: 5 } },
    })
    expect(brief).toEqual(['1.1.1 fail', '1.2.1 fail', '1.3.1 fail'])
  })

  it('records each try as soon as it is decided', async () => {
    const clock = new VirtualClock()
    const seen: number[] = []
    await run([plannedPath()], {
      clock,
      answer: () => REFUSED,
      request: { retries: { limit: 1, delayMs: 100 } },
      onRecord: () => seen.push(clock.elapsedMs),
    })
    expect(seen).toEqual([10, 120])
  })

  it('skips what the plan skips', async () => {
    const skipped = { reason: 'pending', detail: 'no address yet' } as const
    expect((await run([plannedPath({ skipped })])).results).toEqual([])
  })
})

describe('settle rounds', () => {
  const request = { settleMs: 10_000 }

  it('tries failing paths again until they pass, and no others', async () => {
    const paths = [plannedPath({ addressPort: 1 }), plannedPath({ addressPort: 2 })]
    const { brief, log } = await run(paths, {
      answer: (port, nth) => (port === 2 && nth < 3 ? REFUSED : null),
      request,
    })
    expect(brief).toEqual(['1.1.1 pass', '1.1.1 fail', '1.1.2 fail', '1.1.3 pass'])
    expect(log).toEqual(['0 1', '0 2', '2010 2', '4020 2'])
  })

  it('stops when the time is up', async () => {
    const { brief, clock } = await run([plannedPath()], { answer: () => REFUSED, request })
    expect(brief).toEqual(['1.1.1 fail', '1.1.2 fail', '1.1.3 fail', '1.1.4 fail', '1.1.5 fail', '1.1.6 fail'])
    expect(clock.elapsedMs).toBeLessThan(10_100)
  })

  it('come further apart where each is dear, so that their rows are bounded and the last is at the end', async () => {
    const { results, clock } = await run([plannedPath()], {
      answer: () => REFUSED,
      request: { samples: 100, retries: { limit: 9, delayMs: 0 }, settleMs: 300_000 },
      deadlineMs: 900_000,
      tookMs: 1,
    })
    const rounds = Map.groupBy(results, ({ round }) => round)
    expect([...rounds.values()].map(({ length }) => length)).toEqual(Array(11).fill(1000))
    expect(clock.elapsedMs).toBeGreaterThanOrEqual(300_000)
    expect(clock.elapsedMs).toBeLessThan(301_000)
  })

  it('does not wait for paths of which nothing is promised', async () => {
    const { brief } = await run([plannedPath({ expected: 'unknown' })], { answer: () => REFUSED, request })
    expect(brief).toEqual(['1.1.1 skipped'])
  })

  it('records a later round whole or not at all', async () => {
    const { brief } = await run([plannedPath()], { answer: () => REFUSED, request, deadlineMs: 2015 })
    expect(brief).toEqual(['1.1.1 fail'])
  })
})

describe('the deadline', () => {
  it('cuts what is under way and what has not begun, as errors of ours', async () => {
    const paths = [plannedPath({ addressPort: 1 }), plannedPath({ addressPort: 2 })]
    const gate = createGate({ total: 1, perAddress: 1 })
    const { results, log, clock } = await run(paths, {
      gate,
      tookMs: 1000,
      request: { timeoutMs: 5000 },
      deadlineMs: 300,
    })
    expect(results.map(({ outcome, failure }) => [outcome, failure?.code])).toEqual([
      ['error', 'deadline_exceeded'],
      ['error', 'deadline_exceeded'],
    ])
    expect([log, clock.elapsedMs, gate.active]).toEqual([['0 1'], 300, 0])
  })

  it('leaves a try that had all of its own time to the target', async () => {
    const { results } = await run([plannedPath()], { tookMs: 1000, request: { timeoutMs: 200 }, deadlineMs: 300 })
    expect(results).toMatchObject([{ outcome: 'fail', failure: { code: 'response_timeout' } }])
  })

  it('lets the last try that was made decide', async () => {
    const { brief } = await run([plannedPath()], {
      answer: () => REFUSED,
      request: { retries: { limit: 9, delayMs: 1000 } },
      deadlineMs: 500,
    })
    expect(brief).toEqual(['1.1.1 fail'])
  })
})

describe('an abort', () => {
  const aborted = async (reason: unknown) => {
    const clock = new VirtualClock()
    const cut = new AbortController()
    const { network } = madeUp(clock, () => null, 1000)
    const paths = [plannedPath({ addressPort: 1 }), plannedPath({ addressPort: 2 })]
    const gate = createGate({ total: 1, perAddress: 1 })
    const work = runPlan(aPlan(paths), { clock, network, gate, signal: cut.signal })
    const abort = clock.sleep(1500).then(() => cut.abort(reason))
    const results = await clock.during(Promise.all([work, abort])).then(([results]) => results)
    return { brief: results.map(({ outcome, failure }) => `${outcome} ${failure?.code ?? ''}`), clock }
  }

  it('with a failure is recorded with it', async () => {
    const { brief, clock } = await aborted(failure('cancelled', 'connect'))
    expect(brief).toEqual(['pass ', 'error cancelled'])
    expect(clock.elapsedMs).toBe(1500)
  })

  it('with anything else leaves no trace, so that the tries are made again', async () => {
    expect((await aborted(new Error('draining'))).brief).toEqual(['pass '])
  })
})

describe('a restart', () => {
  it('makes each try once, wherever it came', async () => {
    const paths = [plannedPath({ addressPort: 1 }), plannedPath({ addressPort: 2 }), plannedPath({ addressPort: 3 })]
    const options = {
      answer: (port: number, nth: number) => (port === 1 && nth < 3 ? REFUSED : null),
      request: { samples: 2, retries: { limit: 2, delayMs: 10 } },
    }
    const whole = await run(paths, options)
    const keys = (results: readonly Result[]) => results.map(({ id }) => id).toSorted()
    for (let kept = 0; kept <= whole.results.length; kept++) {
      const recorded = whole.results.slice(0, kept)
      // The answers of port 1 depend on how often it was asked, so after the restart it passes like the others
      const rest = await run(paths, { ...options, recorded, answer: () => null })
      const ids = keys([...recorded, ...rest.results])
      expect(new Set(ids).size).toBe(ids.length)
      const decided = Map.groupBy([...recorded, ...rest.results], ({ pathId, sample }) => `${pathId} ${sample}`)
      expect(decided.size).toBe(6)
      for (const tries of decided.values()) {
        expect(tries.at(-1)?.outcome).toBe('pass')
      }
    }
    expect((await run(paths, { ...options, recorded: whole.results })).results).toEqual([])
  })

  it('goes on in the round that it had reached', async () => {
    const paths = [plannedPath({ addressPort: 1 })]
    const options = { answer: () => REFUSED, request: { settleMs: 10_000 } }
    const whole = await run(paths, options)
    const clock = new VirtualClock(Date.parse('2026-11-23T00:00:05Z'))
    const rest = await run(paths, { ...options, clock, recorded: whole.results.slice(0, 2) })
    expect(rest.brief[0]).toBe('1.1.3 fail')
    expect(clock.elapsedMs).toBeLessThan(5100)
  })

  it('waits no second time for the rounds that it had made', async () => {
    const options = { answer: () => REFUSED, request: { settleMs: 60_000 } }
    const whole = await run([plannedPath({ addressPort: 1 })], options)
    const rest = await run([plannedPath({ addressPort: 1, id: whole.results[0]?.pathId ?? '' })], {
      ...options,
      recorded: whole.results.slice(0, 20),
    })
    expect([rest.brief[0], rest.log[0]]).toEqual(['1.1.21 fail', '2000 1'])
  })
})

describe('a job that several runners share', () => {
  it('is made by all of them together, each try once', async () => {
    const paths = [plannedPath({ addressPort: 1 }), plannedPath({ addressPort: 2 }), plannedPath({ addressPort: 3 })]
    const [one, two, three] = paths.map(({ id }) => id)
    const chunks = [
      { [one ?? '']: { first: 1, last: 3 } },
      { [two ?? '']: { first: 1, last: 2 } },
      { [two ?? '']: { first: 3, last: 3 }, [three ?? '']: { first: 1, last: 3 } },
    ]
    const options = { request: { samples: 3 } }
    const whole = await run(paths, options)
    const parts = await Promise.all(chunks.map((only) => run(paths, { ...options, only })))
    expect(parts.map(({ results }) => results.length)).toEqual([3, 2, 4])
    const ids = (results: readonly Result[]) => results.map(({ id }) => id).toSorted()
    expect(ids(parts.flatMap(({ results }) => results))).toEqual(ids(whole.results))
  })
})

describe('concurrency', () => {
  it('keeps to the gate, over all jobs together', async () => {
    const clock = new VirtualClock()
    const { network, most } = madeUp(clock, () => null, 50)
    const gate = createGate({ total: 3, perAddress: 8 })
    const paths = () => Array.from({ length: 10 }, (_, index) => plannedPath({ address: `127.0.0.${index + 1}` }))
    const jobs = [runPlan(aPlan(paths()), { clock, network, gate }), runPlan(aPlan(paths()), { clock, network, gate })]
    await clock.during(Promise.all(jobs))
    expect([most(), gate.active]).toEqual([3, 0])
  })
})
