import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../test/support/manual-clock.ts'
import { ProblemError } from '../lib/problem.ts'
import { type Principal, UNBOUNDED } from '../record/principal.ts'
import { createRequestLimits, limitFields } from './request-limits.ts'

const token = (id: string, requestsPerMinute: number | null = null): Principal => ({
  ...UNBOUNDED,
  id,
  scopes: 'all',
  rateLimit: { requestsPerMinute, jobsUnderWay: null, triesPerMinute: null },
})
const from = (clientAddress: string | null, path = '/v1/jobs') => ({ path, clientAddress })

function limitsOf(shared?: (key: string) => Promise<boolean>) {
  const clock = createManualClock(0)
  return { clock, limits: createRequestLimits(clock, { requests: 3, address: 2, failures: 2 }, shared) }
}

/** The refusal: its fields, or `null` where there was none. */
async function refusal(act: () => unknown): Promise<Readonly<Record<string, string>> | null> {
  try {
    await act()
    return null
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'too_many_requests') {
      return error.headers
    }
    throw error
  }
}

describe('requests', () => {
  it('of a token are counted by token, whatever addresses it comes from', async () => {
    const { clock, limits } = limitsOf()
    await limits.count(from('203.0.113.1'), token('a'))
    clock.advance(20_000)
    await limits.count(from('203.0.113.2'), token('a'))
    expect(limitFields(await limits.count(from('203.0.113.3'), token('a')))).toEqual({
      'ratelimit-policy': '"token";q=3;w=60',
      ratelimit: '"token";r=0;t=40',
    })
    expect(await refusal(() => limits.count(from('203.0.113.4'), token('a')))).toEqual({
      'retry-after': '40',
      'ratelimit-policy': '"token";q=3;w=60',
      ratelimit: '"token";r=0;t=40',
    })
    expect(await refusal(() => limits.count(from('203.0.113.1'), token('b')))).toBeNull()
    clock.advance(40_000)
    expect(await refusal(() => limits.count(from('203.0.113.1'), token('a')))).toBeNull()
  })

  it('of a token with a limit of its own are counted by that', async () => {
    const { limits } = limitsOf()
    expect(await limits.count(from(null), token('small', 1))).toMatchObject([{ limit: 1, remaining: 0 }])
    expect(await refusal(() => limits.count(from(null), token('small', 1)))).not.toBeNull()
    for (let request = 0; request < 10; request++) {
      await limits.count(from(null), token('large', 10))
    }
    expect(await refusal(() => limits.count(from(null), token('large', 10)))).not.toBeNull()
  })

  it('of nobody known are counted by address: IPv6 by /64, and all of those that are not known as one', async () => {
    const { limits } = limitsOf()
    for (const [first, second, third] of [
      ['203.0.113.1', '203.0.113.1', '203.0.113.1'],
      ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', '2001:db8:1:2:3:4:5:6'],
      [null, null, null],
    ] as const) {
      await limits.count(from(first), null)
      await limits.count(from(second), null)
      expect(await refusal(() => limits.count(from(third), null))).toMatchObject({
        'ratelimit-policy': '"address";q=2;w=60',
      })
    }
    expect(await refusal(() => limits.count(from('2001:db8:1:3::1'), null))).toBeNull()
  })

  it('for status pages are counted by themselves, ten times as many, and nowhere else', async () => {
    const { limits } = limitsOf(() => Promise.resolve(false))
    for (let request = 0; request < 20; request++) {
      await limits.count(from('203.0.113.1', request % 2 === 0 ? '/status/pond' : '/assets/site.css'), null)
    }
    expect(await refusal(() => limits.count(from('203.0.113.1', '/status/pond'), null))).toMatchObject({
      'ratelimit-policy': '"address";q=20;w=60',
    })
    expect(await refusal(() => limits.count(from('203.0.113.2', '/status/pond'), null))).toBeNull()
    const own = createRequestLimits(createManualClock(0), { requests: 3, address: 2, failures: 2 })
    await own.count(from('203.0.113.1', '/status/pond'), null)
    expect(await own.count(from('203.0.113.1'), null)).toMatchObject([{ limit: 2, remaining: 1 }])
  })

  it('about how the server does are never refused; /metrics is not where its caller is known', async () => {
    const { limits } = limitsOf()
    for (let request = 0; request < 9; request++) {
      expect(await limits.count(from('203.0.113.1', '/livez'), null)).toEqual([])
      expect(await limits.count(from('203.0.113.1', '/readyz'), null)).toEqual([])
      expect(await limits.count(from('203.0.113.1', '/metrics'), token('scraper'))).toEqual([])
    }
    await limits.count(from('203.0.113.1', '/metrics'), null)
    await limits.count(from('203.0.113.1', '/metrics'), null)
    expect(await refusal(() => limits.count(from('203.0.113.1', '/metrics'), null))).not.toBeNull()
  })

  it('are also counted where all processes do, by the limits of the server, and not by those of a token', async () => {
    const asked: string[] = []
    const { limits } = limitsOf(async (key) => asked.push(key) < 3)
    await limits.count(from('203.0.113.1'), null)
    await limits.count(from(null), token('a'))
    await limits.count(from(null), token('own', 5))
    expect(await refusal(() => limits.count(from(null), token('a')))).toEqual({
      'retry-after': '10',
      'ratelimit-policy': '"token";q=3;w=60',
      ratelimit: '"token";r=0;t=10',
    })
    expect(asked).toEqual(['address:203.0.113.1', 'token:a', 'token:a'])
  })
})

describe('tokens that are not known', () => {
  it('are looked at some times a minute for one address, and then none that it has not sent before', async () => {
    const { clock, limits } = limitsOf()
    const address = from('203.0.113.1')
    limits.guess(address, 'right')
    limits.right(address, 'right')
    expect(limits.guess(address, 'wrong 1')).toMatchObject([{ policy: 'failures', limit: 2, remaining: 1 }])
    expect(limits.guess(address, 'wrong 2')).toMatchObject([{ remaining: 0 }])
    expect(await refusal(() => limits.guess(address, 'wrong 3'))).toEqual({
      'retry-after': '60',
      'ratelimit-policy': '"failures";q=2;w=60',
      ratelimit: '"failures";r=0;t=60',
    })
    // Nobody is shut out by a neighbour, and who sends an old token again and again guesses once
    expect(await refusal(() => limits.guess(address, 'right'))).toBeNull()
    expect(await refusal(() => limits.guess(address, 'wrong 1'))).toBeNull()
    expect(await refusal(() => limits.guess(from('203.0.113.2'), 'wrong 3'))).toBeNull()
    clock.advance(60_000)
    expect(await refusal(() => limits.guess(address, 'wrong 3'))).toBeNull()
  })

  it('are counted before they are looked at, so that many at once are no way round', async () => {
    const { limits } = limitsOf()
    const address = from('203.0.113.1')
    const looked = await Promise.all(
      Array.from({ length: 50 }, (_, at) => refusal(() => limits.guess(address, `guess ${at}`))),
    )
    expect(looked.filter((each) => each === null)).toHaveLength(2)
  })

  it('are no guesses where they turn out to be known, however many come at once', async () => {
    const { limits } = limitsOf()
    const address = from('203.0.113.1')
    for (let request = 0; request < 50; request++) {
      limits.guess(address, 'right')
    }
    limits.right(address, 'right')
    limits.guess(address, 'wrong 1')
    limits.guess(address, 'wrong 2')
    expect(await refusal(() => limits.guess(address, 'wrong 3'))).not.toBeNull()
  })
})
