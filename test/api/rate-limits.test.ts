import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readJob, readProblem } from '../support/read.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

const TOKEN = 'a-token-of-the-test-0123456789'
const METRICS_TOKEN = 'scrapes:only-0123456789'
const TOKENS = { PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: TOKEN, PORTOLAN_METRICS_TOKEN: METRICS_TOKEN }
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

/** The grammar of both fields: RFC 9651 lists of strings with whole numbers as parameters. */
const POLICY = /^"[a-z]+";q=\d+;w=60(, "[a-z]+";q=\d+;w=60)*$/
const STANDING = /^"[a-z]+";r=\d+;t=\d+(, "[a-z]+";r=\d+;t=\d+)*$/

let api: TestPortolan
afterAll(() => api.close())

describe('requests', () => {
  beforeAll(async () => {
    api = await startTestPortolan({
      ...TOKENS,
      PORTOLAN_RATE_LIMIT_REQUESTS: '5',
      PORTOLAN_RATE_LIMIT_ADDRESS: '8',
      PORTOLAN_RATE_LIMIT_FAILURES: '2',
    })
  })
  afterAll(() => api.close())

  it('of a token are told how many are left, whatever is answered, and then refused until there are more', async () => {
    for (const [left, path, status] of [
      [4, '/v1/jobs', 200],
      [3, '/v1/jobs?status=odd', 400],
      [2, '/v1/jobs/job_01KAXW0000EXAMPLE0000000AB', 404],
      [1, '/v1/nothing', 404],
      [0, '/v1/report', 200],
    ] as const) {
      const answer = await api.call(path, bearer(TOKEN))
      expect([path, answer.status]).toEqual([path, status])
      expect(answer.headers.get('ratelimit-policy')).toBe('"token";q=5;w=60')
      expect(answer.headers.get('ratelimit')).toMatch(new RegExp(`^"token";r=${left};t=([1-9]|[1-5]\\d|60)$`))
    }
    const refused = await api.call('/v1/jobs', bearer(TOKEN))
    const [, seconds] = /^"token";r=0;t=(\d+)$/.exec(refused.headers.get('ratelimit') ?? '') ?? []
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, seconds])
    expect(refused.headers.get('ratelimit-policy')).toBe('"token";q=5;w=60')
    expect((await readProblem(refused)).code).toBe('too_many_requests')
    expect((await api.call('/metrics', bearer(TOKEN))).status).toBe(200)
    expect((await api.call('/metrics', bearer(METRICS_TOKEN))).status).toBe(200)
  })

  it('without a known token are counted by address, and tokens that are not known are guesses besides', async () => {
    const page = await api.call('/docs')
    expect([page.status, page.headers.get('ratelimit-policy')]).toEqual([200, '"address";q=8;w=60'])
    expect((await api.call('/v1/jobs')).headers.get('ratelimit')).toMatch(/^"address";r=6;t=\d+$/)
    const wrong = await api.call('/v1/jobs', bearer('wrong-0'))
    expect([wrong.status, wrong.headers.get('ratelimit-policy')]).toEqual([
      401,
      '"address";q=8;w=60, "failures";q=2;w=60',
    ])
    expect(wrong.headers.get('ratelimit')).toMatch(/^"address";r=5;t=\d+, "failures";r=1;t=\d+$/)
    for (const field of [
      [wrong.headers.get('ratelimit-policy'), POLICY],
      [wrong.headers.get('ratelimit'), STANDING],
    ] as const) {
      expect(field[0]).toMatch(field[1])
    }
    expect((await api.call('/v1/jobs', bearer('wrong-1'))).status).toBe(401)
    const unread = await api.call('/v1/jobs', bearer('wrong-2'))
    expect([unread.status, unread.headers.get('ratelimit-policy')]).toEqual([429, '"failures";q=2;w=60'])
    // A token that was right before is read all the same; its own limit is what refuses it
    const right = await api.call('/v1/jobs', bearer(TOKEN))
    expect(right.headers.get('ratelimit-policy')).toBe('"token";q=5;w=60')
    // The same wrong token is no new guess
    expect((await api.call('/v1/jobs', bearer('wrong-1'))).status).toBe(401)
    for (const left of [2, 1, 0]) {
      expect((await api.call('/openapi.json')).headers.get('ratelimit')).toMatch(new RegExp(`^"address";r=${left};`))
    }
    const refused = await api.call('/docs')
    expect([refused.status, (await readProblem(refused)).code]).toEqual([429, 'too_many_requests'])
    for (const path of ['/livez', '/readyz']) {
      const answer = await api.call(path)
      expect([path, answer.status, answer.headers.get('ratelimit')]).toEqual([path, 200, null])
    }
  })
})

describe('jobs', () => {
  let pod: Pod
  let released = Promise.withResolvers<void>()
  beforeAll(async () => {
    api = await startTestPortolan({ ...TOKENS, PORTOLAN_RATE_LIMIT_JOBS: '2', PORTOLAN_RATE_LIMIT_TRIES: '40' })
    pod = await startPod('toad', '127.0.0.1', async (_request, response) => {
      await released.promise
      response.end('ok')
    })
  })
  afterAll(async () => {
    released.resolve()
    await pod.close()
  })

  const post = (path: string, json: unknown, more: Record<string, string> = {}) =>
    api.call(path, { json, headers: { authorization: `Bearer ${TOKEN}`, ...more } })
  const work = (more: Record<string, unknown> = {}) => ({
    target: { manifests: [toadService(pod.port)] },
    paths: { include: ['ClusterIP'] },
    timeoutMs: 60_000,
    ...more,
  })
  const services = (count: number) =>
    Array.from({ length: count }, (_, at) => ({
      ...toadService(pod.port),
      metadata: { name: `toad-${at}`, namespace: 'default' },
    }))

  it('that wait or run are as many as a token may have, however many are asked for at once; one that ends makes room', async () => {
    const asked = await Promise.all(Array.from({ length: 6 }, () => post('/v1/jobs', work())))
    const refused = asked.filter(({ status }) => status === 429)
    expect([asked.filter(({ status }) => status === 202).length, refused.length]).toEqual([2, 4])
    for (const answer of refused) {
      expect([answer.headers.get('retry-after'), (await readProblem(answer)).code]).toEqual(['5', 'too_many_requests'])
    }
    const made = await Promise.all(asked.filter(({ status }) => status === 202).map((answer) => readJob(answer)))
    released.resolve()
    released = Promise.withResolvers()
    released.resolve()
    for (const { id } of made) {
      expect((await readJob(api.call(`/v1/jobs/${id}?wait=25`, bearer(TOKEN)))).status).toBe('finished')
    }
    expect((await post('/v1/jobs?wait=25', work())).status).toBe(200)
  })

  it('of a batch count each; more of them than a token may ever have are no matter of waiting', async () => {
    const batch = await post('/v1/batches?wait=25', {
      target: { manifests: services(2) },
      paths: { include: ['ClusterIP'] },
    })
    expect(batch.status).toBe(200)
    const large = await post('/v1/batches', { target: { manifests: services(3) }, paths: { include: ['ClusterIP'] } })
    expect([large.status, (await readProblem(large)).code]).toEqual([422, 'impossible_request'])
  })

  it('that a key names again are answered, whatever the limits have become', async () => {
    const key = { 'idempotency-key': 'again' }
    const first = await readJob(post('/v1/jobs?wait=25', work(), key))
    released = Promise.withResolvers()
    await Promise.all([post('/v1/jobs', work()), post('/v1/jobs', work())])
    expect((await post('/v1/jobs', work())).status).toBe(429)
    expect((await readJob(post('/v1/jobs?wait=25', work(), key))).id).toBe(first.id)
    released.resolve()
  })

  it('count their tries as they are planned, and are refused with when there may be as many', async () => {
    // Twelve tries at most have been counted so far
    const answer = await post('/v1/jobs', work({ samples: 40 }))
    expect(answer.status).toBe(429)
    expect((await readProblem(answer)).detail).toMatch(/^This is 40 tries, and .* are left of the 40 a minute/)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(30)
  })
})
