import { afterAll, expect, it } from 'vitest'
import { startOnWorkers, WORKERS_TOKEN, type WorkersPortolan } from '../support/portolan-on-workers.ts'

let portolan: WorkersPortolan | null = null
afterAll(() => portolan?.close())

it('asks the rate-limiting binding for callers with the limits of the server, beside what the isolate counts', async () => {
  portolan = await startOnWorkers({}, { requestsShared: 3 })
  const { url } = portolan
  const ask = (headers: Record<string, string>) => fetch(`${url}/v1/jobs`, { headers })
  const token = { authorization: `Bearer ${WORKERS_TOKEN}` }
  // Its minutes are those of the clock: two of them allow six at most
  const answers: Response[] = []
  for (let request = 0; request < 7; request++) {
    answers.push(await ask(token))
  }
  expect(answers.slice(0, 3).map(({ status }) => status)).toEqual([200, 200, 200])
  const refused = answers.find(({ status }) => status === 429)
  expect(refused?.headers.get('ratelimit')).toBe('"token";r=0;t=10')
  expect(refused?.headers.get('retry-after')).toBe('10')
  // What others have asked is no matter of this client
  expect((await ask({ 'cf-connecting-ip': '203.0.113.1' })).status).toBe(401)
  expect((await fetch(`${url}/livez`)).status).toBe(200)
})

it('counts requests without a token by the address that the platform says, IPv6 by /64', async () => {
  await portolan?.close()
  portolan = await startOnWorkers({ PORTOLAN_RATE_LIMIT_ADDRESS: '1' })
  const { url } = portolan
  const statuses: number[] = []
  for (const address of ['203.0.113.1', '203.0.113.2', '203.0.113.1', '2001:db8::1', '2001:db8::2']) {
    statuses.push((await fetch(`${url}/v1/jobs`, { headers: { 'cf-connecting-ip': address } })).status)
  }
  expect(statuses).toEqual([401, 401, 429, 401, 429])
})
