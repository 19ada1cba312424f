import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aPlan, aWork, handed, httpCheck, plannedPath } from '../../test/support/checks.ts'
import { keeper, serveHttp, type TestServer } from '../../test/support/servers.ts'
import { systemClock } from '../lib/clock.ts'
import { createNodeNetwork } from '../runtime/node/network.ts'
import type { CheckDeps } from './deps.ts'
import { createPolicy } from './policy.ts'
import type { Result } from './result.ts'
import { runChecks } from './run-checks.ts'
import { createGate } from './try-limiter.ts'
import { createUsage, type UsageLimits } from './usage.ts'

const NO_LIMITS: UsageLimits = { jobBytes: null, jobMs: null, tokenBytes: null, tokenMs: null }
const KiB = 1024

/** A clock that a test sets. */
function usageWith(limits: Partial<UsageLimits>) {
  const clock = { ms: 0, monotonic: () => clock.ms }
  return { clock, usage: createUsage(clock, { ...NO_LIMITS, ...limits }) }
}

describe('a job', () => {
  it('goes on without limits, whatever it uses', () => {
    const { usage, clock } = usageWith({})
    const run = usage.begin('job_1', 'toad')
    clock.ms = 1e9
    expect([run.used(2 ** 50), run.exceeded(), run.timeLeft().ms]).toEqual([null, null, Number.POSITIVE_INFINITY])
  })

  it('may use so many bytes, in all of its runs together', () => {
    const { usage } = usageWith({ jobBytes: 100 })
    const first = usage.begin('job_1', 'toad')
    expect(first.used(99)).toBeNull()
    first.end()
    const other = usage.begin('job_2', 'toad')
    expect(other.used(99)).toBeNull()
    const second = usage.begin('job_1', 'toad')
    expect([second.exceeded(), second.used(1)]).toEqual([
      null,
      {
        code: 'limit_exceeded',
        phase: 'connect',
        source: 'internal',
        message: 'the job has sent and read 100 bytes (PORTOLAN_JOB_BYTES_LIMIT)',
      },
    ])
  })

  it('may be under way for so long, without the time between its runs', () => {
    const { usage, clock } = usageWith({ jobMs: 60_000 })
    const first = usage.begin('job_1', 'toad')
    clock.ms = 40_000
    first.end()
    clock.ms = 90_000
    const second = usage.begin('job_1', 'toad')
    expect([second.timeLeft().ms, second.exceeded()]).toEqual([20_000, null])
    clock.ms = 110_000
    expect([second.timeLeft().ms, second.exceeded()?.message]).toEqual([
      0,
      'the job was under way for 1m (PORTOLAN_JOB_TIME_LIMIT)',
    ])
  })
})

describe('the jobs of a token', () => {
  it('share bytes while they are under way at once, and nothing with those of others', () => {
    const { usage } = usageWith({ tokenBytes: 2 * KiB })
    const first = usage.begin('job_1', 'toad')
    const second = usage.begin('job_2', 'toad')
    const foreign = usage.begin('job_3', 'newt')
    expect([first.used(KiB), foreign.used(KiB), second.used(KiB)?.message, foreign.exceeded()]).toEqual([
      null,
      null,
      'the jobs of its token that are under way have sent and read 2 KiB (PORTOLAN_TOKEN_BYTES_LIMIT)',
      null,
    ])
    second.end()
    expect(first.exceeded()).toBeNull()
  })

  it('share time, which goes as fast as there are jobs', () => {
    const { usage, clock } = usageWith({ tokenMs: 60_000 })
    const [first, second] = ['job_1', 'job_2'].map((id) => usage.begin(id, 'toad'))
    expect(first?.timeLeft().ms).toBe(30_000)
    clock.ms = 30_000
    expect(second?.exceeded()?.message).toBe(
      'the jobs of its token that are under way have taken 1m together (PORTOLAN_TOKEN_TIME_LIMIT)',
    )
  })

  it('that are of nobody have limits of their own alone', () => {
    const { usage } = usageWith({ tokenBytes: 1, jobBytes: 10 })
    expect([usage.begin('job_1', null).used(9), usage.begin('job_1', null).used(1)?.code]).toEqual([
      null,
      'limit_exceeded',
    ])
  })
})

describe('tries', () => {
  const { keep, closeAll } = keeper()
  let large: TestServer
  let silent: TestServer
  beforeAll(async () => {
    large = await keep(serveHttp((_request, response) => response.end('x'.repeat(64 * KiB))))
    silent = await keep(serveHttp(() => undefined))
  })
  afterAll(closeAll)

  async function run(server: TestServer, limits: Partial<UsageLimits>, samples: number) {
    const results: Result[] = []
    const deps: CheckDeps = {
      network: createNodeNetwork(),
      clock: systemClock,
      policy: createPolicy({ allow: ['127.0.0.0/8'], deny: [] }),
      gate: createGate({ total: 1, perAddress: 1 }),
      log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
      usage: createUsage(systemClock, { ...NO_LIMITS, ...limits }),
    }
    const path = plannedPath({ address: server.address, addressPort: server.port, checks: [httpCheck()] })
    const work = aWork(aPlan([path]), { share: { owner: 'toad', scheduled: false } })
    await runChecks(deps, handed({ ...work, request: { ...work.request, samples, timeoutMs: 20_000 } }), {
      signal: new AbortController().signal,
      record: (result) => results.push(result),
    })
    return results.map(({ outcome, failure }) => [outcome, failure?.code ?? null])
  }
  const quiet = () => undefined

  it('end as an error of ours where the bytes of their job are used up, those before stand', async () => {
    const told = await run(large, { jobBytes: 150 * KiB }, 5)
    expect(told).toEqual([...Array(3).fill(['pass', null]), ...Array(2).fill(['error', 'limit_exceeded'])])
  })

  it('end so where the time of their job is over, however long they may take themselves', async () => {
    expect(await run(silent, { jobMs: 50 }, 2)).toEqual(Array(2).fill(['error', 'limit_exceeded']))
  })
})
