import { expect, it } from 'vitest'
import { createManualClock } from '../../../test/support/manual-clock.ts'
import type { Reviewed } from '../../kube/live-clusters.ts'
import { createTokenReviews } from './token-reviews.ts'

const CI: Reviewed = { username: 'system:serviceaccount:shop:ci', audiences: ['portolan'] }

/** Reviews that are answered when the test says so. */
function reviewing() {
  const clock = createManualClock(0)
  const waiting: { token: string; answer(reviewed: Reviewed | null): void; fail(): void }[] = []
  const reviews = createTokenReviews(
    {
      reviewToken: (_cluster, { token }) =>
        new Promise((resolve, reject) =>
          waiting.push({ token, answer: resolve, fail: () => reject(new Error('away')) }),
        ),
    },
    clock,
  )
  return { clock, waiting, ask: (token: string) => reviews.ask('prod', token, ['portolan']) }
}

it('an answer is as old as its question: one that came late is not believed longer', async () => {
  const { clock, waiting, ask } = reviewing()
  const first = ask('a')
  clock.advance(3_999)
  const second = ask('a')
  waiting[0]?.answer(CI)
  expect([await first, await second]).toEqual([CI, CI])
  clock.advance(1)
  const third = ask('a')
  waiting[1]?.answer(null)
  expect(await third).toBeNull()
  expect(waiting.map(({ token }) => token)).toEqual(['a', 'a'])
})

it('a flood of tokens asks 32 questions at once, and the rest is a 503 that no token is refused for', async () => {
  const { waiting, ask } = reviewing()
  const asked = Array.from({ length: 200 }, (_, at) => ask(`token-${at}`).catch(({ code }: { code: string }) => code))
  await Promise.all(asked.slice(32))
  expect(waiting).toHaveLength(32)
  for (const { answer } of waiting) {
    answer(CI)
  }
  const answers = await Promise.all(asked)
  expect(answers.filter((each) => each === CI)).toHaveLength(32)
  expect(answers.filter((each) => each === 'unavailable')).toHaveLength(168)
  const after = ask('token-199')
  waiting[32]?.answer(CI)
  expect(await after).toEqual(CI)
})

it('a failure is shared by those who wait for it, and by nobody after', async () => {
  const { waiting, ask } = reviewing()
  const both = Promise.allSettled([ask('a'), ask('a')])
  waiting[0]?.fail()
  expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  const again = ask('a')
  waiting[1]?.answer(CI)
  expect(await again).toEqual(CI)
})

it('what thousands of tokens are worth is forgotten, the oldest first', async () => {
  const { waiting, ask } = reviewing()
  for (let at = 0; at < 2_001; at++) {
    const asked = ask(`token-${at}`)
    waiting[at]?.answer(null)
    await asked
  }
  void ask('token-2000')
  expect(waiting).toHaveLength(2_001)
  void ask('token-0')
  expect(waiting).toHaveLength(2_002)
})
