import { afterEach, expect, it } from 'vitest'
import { startTestPortolan, type TestPortolan } from '../../support/portolan.ts'

let api: TestPortolan | null = null
afterEach(() => api?.close())

/** One request a minute for each client: who it is taken for is told by who is refused. */
const ONE = { PORTOLAN_RATE_LIMIT_ADDRESS: '1' }

async function statusesOf(env: Record<string, string>, forwarded: readonly string[]): Promise<number[]> {
  api = await startTestPortolan({ ...ONE, ...env })
  const statuses: number[] = []
  for (const each of forwarded) {
    statuses.push((await api.call('/v1/jobs', { headers: { 'x-forwarded-for': each } })).status)
  }
  return statuses
}

it('takes whoever connects for the client, and no header of it', async () => {
  expect(await statusesOf({}, ['203.0.113.1', '203.0.113.2'])).toEqual([200, 429])
})

it('takes for the client whom a trusted proxy has heard, and not what that client has written itself', async () => {
  const forwarded = [
    '203.0.113.1',
    '203.0.113.2',
    '198.51.100.7, 203.0.113.1',
    '2001:db8::1',
    '198.51.100.7, [2001:db8::2]:4711',
    'rubbish',
    'other rubbish',
  ]
  expect(await statusesOf({ PORTOLAN_TRUSTED_PROXIES: '127.0.0.1' }, forwarded)).toEqual([
    200, 200, 429, 200, 429, 200, 429,
  ])
})
