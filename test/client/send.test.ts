import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  type Client,
  createClient,
  PortolanGateHalt,
  PortolanProblem,
  PortolanUnexpectedAnswer,
  PortolanUnreachable,
} from '../../src/client/index.ts'
import { json, refusal, refused, type Step, scriptedClient } from '../support/scripted-fetch.ts'

const busy = (seconds: string) => refusal(429, 'too_many_requests', { 'retry-after': seconds })
const page = (status: number, type = 'text/html') =>
  new Response('<h1>Log in', { status, headers: { 'content-type': type, ...(status === 302 && { location: '/in' }) } })
const down = (seconds: string) => refusal(503, 'unavailable', { 'retry-after': seconds })

const askFlagger = (client: Client) => client.askForFlagger({ name: 'toad', namespace: 'shop' })

/** What of a job is gone by. */
const JOB = { id: 'job_1', finishedAt: null }

describe('what is sent', () => {
  it('is the method, path, query and body of the operation, below the path of the base address', async () => {
    const { client, run, seen } = scriptedClient([json(JOB)], {
      ...{ token: 'pt_secret', userAgent: 'a-program/1', headers: { 'x-team': 'shop' } },
    })
    await run(client.createJob({ target: { service: 'toad' } }, { wait: 5, label: ['a=1', 'b=2'], history: false }))
    const [{ request, body } = { request: new Request('http://none'), body: '' }] = seen
    expect([request.method, request.url, JSON.parse(body), request.redirect]).toEqual([
      'POST',
      'http://portolan.test/base/v1/jobs?wait=5&label=a%3D1&label=b%3D2&history=false',
      { target: { service: 'toad' } },
      'manual',
    ])
    expect(Object.fromEntries(request.headers)).toEqual({
      ...{ accept: 'application/json', 'content-type': 'application/json', authorization: 'Bearer pt_secret' },
      ...{ 'user-agent': 'a-program/1', 'x-team': 'shop', 'idempotency-key': expect.stringMatching(/^[0-9a-f]{32}$/) },
    })
  })

  it('is a text or bytes as manifests, and nothing without a body', async () => {
    const { client, run, seen } = scriptedClient([json({}), json({}), json({})])
    await run(client.createPlan('kind: Service'))
    await run(client.createPlan(new TextEncoder().encode('kind: Node')))
    await run(client.createPlan(null, { service: 'toad' }))
    const sent = seen.map(({ request, body }) => [request.headers.get('content-type'), body])
    expect(sent).toEqual([
      ['application/yaml', 'kind: Service'],
      ['application/yaml', 'kind: Node'],
      [null, ''],
    ])
  })

  it('has names of a path as they are, and none that leads elsewhere', async () => {
    const { client, run, seen } = scriptedClient([json({})])
    await run(client.getService('shop', 'a/b?c'))
    expect(seen[0]?.request.url).toBe('http://portolan.test/base/v1/services/shop/a%2Fb%3Fc')
    await expect(client.getService('shop', '..')).rejects.toThrow(TypeError)
    await expect(client.getService('', 'toad')).rejects.toThrow(TypeError)
  })

  it('asks for the token before each request', async () => {
    const tokens = ['first', 'second']
    const { client, run, seen } = scriptedClient([down('1'), json(JOB)], { token: () => tokens.shift() ?? null })
    await run(client.whoami())
    expect(seen.map(({ request }) => request.headers.get('authorization'))).toEqual(['Bearer first', 'Bearer second'])
  })
})

describe('what is sent again', () => {
  it.each<[string, Step[], number[]]>([
    ['429, after what Retry-After says', [busy('3'), json(JOB)], [0, 3000]],
    ['503, after what Retry-After says', [down('2'), json(JOB)], [0, 2000]],
    ['a broken connection, with growing pauses', [refused(), refused(), json(JOB)], [0, 250, 750]],
  ])('is what changes nothing: %s', async (_, steps, sentAt) => {
    const script = scriptedClient(steps)
    await script.run(script.client.getJob('job_1'))
    expect(script.sentAt()).toEqual(sentAt)
  })

  it('is what makes something, with the same key', async () => {
    const { client, run, seen } = scriptedClient([refused(), down('1'), json(JOB)])
    await run(client.createJob('kind: Service'))
    const keys = seen.map(({ request }) => request.headers.get('idempotency-key'))
    expect([keys.length, new Set(keys).size, keys[0]]).toEqual([3, 1, expect.stringMatching(/^[0-9a-f]{32}$/)])
  })

  it.each<[string, Step, number]>([
    ['what changes something, when the connection broke', refused(), 1],
    ['what changes something, when a proxy may have passed it on', down('1'), 1],
    ['what changes something, when it was not begun', busy('1'), 2],
  ])('%s', async (_, step, times) => {
    const { client, run, seen } = scriptedClient([step, json(JOB)])
    await run(client.changeSchedule('sch_1', { enabled: false }).catch(() => undefined))
    expect(seen).toHaveLength(times)
  })

  it.each<[string, Step[], number]>([
    ['more than twice', [busy('1'), busy('1'), busy('1'), json(JOB)], 3],
    ['after a longer pause than it may wait', [busy('21'), json(JOB)], 1],
    ['without Retry-After', [refusal(503, 'unavailable'), json(JOB)], 1],
    ['after a refusal', [refusal(422, 'no_cluster', { 'retry-after': '1' }), json(JOB)], 1],
  ])('is nothing %s', async (_, steps, times) => {
    const { client, run, seen } = scriptedClient(steps)
    await expect(run(client.getJob('job_1'))).rejects.toBeInstanceOf(PortolanProblem)
    expect(seen).toHaveLength(times)
  })

  it('is nothing at all, if the client says so', async () => {
    const { client, run, seen } = scriptedClient([busy('1'), json(JOB)], { retry: { limit: 0 } })
    await expect(run(client.getJob('job_1'))).rejects.toMatchObject({ status: 429, retryAfterMs: 1000 })
    expect(seen).toHaveLength(1)
  })
})

describe('what is thrown', () => {
  const thrownBy = (steps: readonly Step[], options = {}) => {
    const { client, run } = scriptedClient(steps, { retry: { limit: 0 }, ...options })
    return run(client.getJob('job_1', { requestTimeoutMs: 5000 })).then(
      () => expect.fail('nothing is thrown'),
      (error: Error) => error,
    )
  }
  const asked = 'GET http://portolan.test/base/v1/jobs/job_1'

  it('is a problem, with all that the server tells', async () => {
    const error = await thrownBy([refusal(404, 'not_found', {}, 'There is no job.')])
    expect(error).toBeInstanceOf(PortolanProblem)
    expect({ ...error, message: error.message, name: error.name }).toEqual({
      ...{ name: 'PortolanProblem', message: '404 not_found: There is no job.' },
      ...{ type: '/docs/errors/not_found.md', status: 404, code: 'not_found', title: 'not_found' },
      ...{ detail: 'There is no job.', errors: [], requestId: 'req_1', retryAfterMs: null },
    })
  })

  it('says why nobody answered, and keeps the cause', async () => {
    const cause = refused()
    const error = await thrownBy([cause])
    expect(error).toMatchObject({ reason: 'network', message: `${asked} was not answered: ECONNREFUSED.`, cause })
    expect(error).toBeInstanceOf(PortolanUnreachable)
  })

  it('is a timeout where nothing comes, also from what does not look at signals', async () => {
    const error = await thrownBy([() => new Promise(() => undefined)])
    expect(error).toBeInstanceOf(PortolanUnreachable)
    expect(error).toMatchObject({ reason: 'timeout', message: `${asked} was not answered within 5 s.` })
  })

  it('is a timeout where the body never ends', async () => {
    const endless = new Response(new ReadableStream(), { headers: { 'content-type': 'application/json' } })
    expect(await thrownBy([endless])).toMatchObject({ name: 'PortolanUnreachable', reason: 'timeout' })
  })

  it.each<[string, Response, number, string | null]>([
    [
      'a page of a proxy',
      new Response('<h1>Bad Gateway', { status: 502, headers: { 'content-type': 'text/html' } }),
      502,
      'text/html',
    ],
    ['a login page', new Response('<h1>Hello', { headers: { 'content-type': 'text/html' } }), 200, 'text/html'],
    [
      'a document cut short',
      new Response('{"id":', { headers: { 'content-type': 'application/json' } }),
      200,
      'application/json',
    ],
    ['a redirect', new Response(null, { status: 302, headers: { location: 'https://else.where/' } }), 302, null],
    [
      'a problem that is none',
      new Response('[]', { status: 500, headers: { 'content-type': 'application/problem+json' } }),
      500,
      'application/problem+json',
    ],
  ])("tells what is none of Portolan's: %s", async (_, response, status, contentType) => {
    const error = await thrownBy([response])
    expect(error).toBeInstanceOf(PortolanUnexpectedAnswer)
    expect(error).toMatchObject({ status, contentType, message: expect.stringContaining(`${asked} was answered with`) })
  })

  it.each<[number, string]>([
    [412, 'does not let go on'],
    [503, 'does not know whether to let go on'],
  ])('is the report of a gate that halts by a %i, and no doubt about who answered', async (status, said) => {
    const report = 'FAIL  shop/toad-canary  4 passed, 3 failed\n\n    nothing_listens\n'
    const headers = { 'content-type': 'text/plain; charset=utf-8', 'retry-after': '5' }
    const { client, run, seen } = scriptedClient([new Response(report, { status, headers })])
    const error = await run(askFlagger(client)).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(PortolanGateHalt)
    expect({ ...error, message: error.message }).toEqual({
      ...{ name: 'PortolanGateHalt', status, report, retryAfterMs: 5000 },
      message: `The gate ${said}: FAIL  shop/toad-canary  4 passed, 3 failed`,
    })
    expect(seen).toHaveLength(1)
  })

  it.each<[string, (client: Client) => Promise<unknown>, Response, string]>([
    ['a problem of a gate', askFlagger, refusal(503, 'no_cluster'), 'PortolanProblem'],
    ['a page in place of a gate', askFlagger, page(412), 'PortolanUnexpectedAnswer'],
    ['a text in place of a gate, with another status', askFlagger, page(502, 'text/plain'), 'PortolanUnexpectedAnswer'],
    [
      'a text in place of a job',
      (client) => client.getJob('job_1'),
      page(412, 'text/plain'),
      'PortolanUnexpectedAnswer',
    ],
  ])('is no halt of a gate: %s', async (_, ask, response, name) => {
    const { client, run } = scriptedClient([response])
    await expect(run(ask(client))).rejects.toMatchObject({ name })
  })

  it('says of a 304 that the caller has the answer, where the caller asked for it', async () => {
    const { client, run } = scriptedClient([new Response(null, { status: 304, headers: { etag: 'W/"1"' } })])
    const error = await run(client.getJob('job_1', { headers: { 'if-none-match': 'W/"1"' } })).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(PortolanUnexpectedAnswer)
    expect([error.status, error.message]).toEqual([
      304,
      `${asked} was answered with 304: it is as it was when the answer came whose ETag If-None-Match names, and nothing was sent.`,
    ])
  })

  it.each<[string, (client: Client) => Promise<unknown>, Response]>([
    ['that nothing is left', (client) => client.deleteSchedule('sch_1'), page(200)],
    ['that nothing is left, by a redirect', (client) => client.deleteSchedule('sch_1'), page(302)],
    ['figures', (client) => client.getMetrics(), page(200)],
    ['figures, by a redirect', (client) => client.getMetrics(), page(302, 'text/plain')],
    ['a report, by a redirect', (client) => client.getJobReport('job_1', { format: 'text' }), page(302, 'text/plain')],
    ['a job', (client) => client.getJob('job_1'), json(null)],
    ['a job, by a list', (client) => client.getJob('job_1'), json([])],
    ['a job, by a document without id', (client) => client.createJob('kind: Service'), json({}, 201)],
    ['a job, by an id that is none', (client) => client.getJob('job_1'), json({ ...JOB, id: 5 })],
    ['a job, by an end that is none', (client) => client.cancelJob('job_1'), json({ id: 'job_1' })],
  ])('takes no answer of somebody else for %s', async (_, ask, response) => {
    const { client, run } = scriptedClient([response])
    await expect(run(ask(client))).rejects.toBeInstanceOf(PortolanUnexpectedAnswer)
  })

  it('names what was asked, what came, and what it lacks', async () => {
    const error = await thrownBy([json({ id: 'job_1' })])
    expect(error.message).toBe(
      `${asked} was answered with 200 application/json without a proper "finishedAt", which Portolan does not answer: ` +
        'is it there, and not a proxy or a login page?',
    )
  })

  it('is the refusal of others in the same form, with the parts that are as they have to be', async () => {
    const errors = [null, 'odd', { pointer: 5, detail: 'odd' }, { pointer: '/target', detail: 'is missing' }]
    const body = { code: 'no_way', title: 'No way', detail: 5, requestId: null, errors }
    const odd = json(body, 422, { 'content-type': 'application/problem+json' })
    expect(await thrownBy([odd])).toMatchObject({
      ...{ name: 'PortolanProblem', message: '422 no_way: No way\n  /target: is missing', requestId: '' },
      ...{ detail: 'No way', errors: [{ pointer: '/target', detail: 'is missing' }] },
    })
  })

  it('is the reason of the signal that ended it, of the call or of the client', async () => {
    const silent: Step = () => new Promise(() => undefined)
    for (const where of ['call', 'client']) {
      const stop = new AbortController()
      const reason = new Error('enough')
      const { client, run } = scriptedClient([silent], where === 'client' ? { signal: stop.signal } : {})
      const asking = run(client.getJob('job_1', where === 'call' ? { signal: stop.signal } : {}))
      stop.abort(reason)
      await expect(asking).rejects.toBe(reason)
      await expect(client.getJob('job_1', where === 'call' ? { signal: stop.signal } : {})).rejects.toBe(reason)
    }
  })

  it('holds no token, whatever the server says or the runtime quotes', async () => {
    const token = 'pt_0123456789abcdef'
    const told = await thrownBy([refusal(400, 'invalid_request', {}, `Bearer ${token} is odd`)], { token })
    const html = new Response(`your token ${token}`, { status: 401, headers: { 'content-type': 'text/plain' } })
    const proxied = await thrownBy([html], { token })
    const odd = await thrownBy([], { token: `${token}\n` })
    const header = await thrownBy([], { headers: { 'x-key': `${token}\n\u{1f511}` } })
    for (const error of [told, proxied, odd, header]) {
      expect(error.message).not.toContain(token)
      expect(JSON.stringify(error)).not.toContain(token)
    }
    expect([odd.name, header.name, told.message]).toEqual([
      ...['TypeError', 'TypeError', '400 invalid_request: Bearer (the token) is odd'],
    ])
  })
})

describe('a base address', () => {
  it.each(['portolan', 'ftp://portolan', 'https://user:secret@portolan', 'https://portolan/?a=1'])(
    'is not %s',
    (baseUrl) => {
      expect(() => createClient({ baseUrl })).toThrow(TypeError)
      expect(() => createClient({ baseUrl })).not.toThrow(/secret/)
    },
  )
})

it('waits for as long as it is told, also for longer than a timer of the system lasts', async () => {
  const WEEK_MS = 7 * 24 * 3_600_000
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const client = createClient({
    baseUrl: 'http://portolan.test',
    fetch: () => new Promise((resolve) => setTimeout(() => resolve(json(JOB)), WEEK_MS)),
  })
  for (const requestTimeoutMs of [Number.POSITIVE_INFINITY, 3e9]) {
    const asking = client.getJob('job_1', { requestTimeoutMs })
    await vi.advanceTimersByTimeAsync(WEEK_MS)
    expect(await asking).toEqual(JOB)
  }
})
