/** What may be dialled, as the API tells it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { by } from '../contract/runtimes.ts'
import { service, slice } from '../support/manifests.ts'
import { RUNTIME, startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readJob, readProblem } from '../support/read.ts'
import { startPod, toadService } from '../support/toad.ts'

let api: TestPortolan

beforeAll(async () => {
  api = await startTestPortolan({
    PORTOLAN_EGRESS_ALLOW: '127.0.0.0/8,203.0.113.7',
    PORTOLAN_EGRESS_DENY: '10.9.0.0/16',
    PORTOLAN_PUBLIC_URL: 'https://portolan.example',
  })
})
afterAll(() => api.close())

const explain = async (address: string, port?: number) => {
  const query = new URLSearchParams({ address, ...(port !== undefined && { port: String(port) }) })
  const response = await api.call(`/v1/egress?${query}`)
  expect(response.status).toBe(200)
  return (await response.json()) as Record<string, unknown>
}

const FROM_THE_EDGE = 'is not a public address: it cannot be dialled from the edge'

describe('GET /v1/egress', () => {
  it.each([
    ['8.8.8.8', 443, 'none', null],
    ['8.8.8.8', 25, 'deny_port', '25'],
    ['203.0.113.7', 25, 'allow_entry', '203.0.113.7/32'],
    ['::ffff:127.0.0.1', 80, 'allow_entry', '127.0.0.0/8'],
    ['::1', 80, 'default_range', '::1/128'],
    ['169.254.169.254', 80, 'default_range', '169.254.169.254/32'],
    ['10.9.1.1', 80, 'deny_entry', '10.9.0.0/16'],
  ])('says what decides about %s, port %i: %s, by %s', async (address, port, rule, entry) => {
    const found = await explain(address, port)
    const isAllowed = rule === 'none' || rule === 'allow_entry'
    expect([found.allowed, found.rule, found.entry, found.lift === null]).toEqual([isAllowed, rule, entry, isAllowed])
  })

  it('shows every form of an address that was judged, the reason and what lifts it', async () => {
    expect(await explain('64:ff9b::a9fe:a9fe', 80)).toEqual({
      address: '64:ff9b::a9fe:a9fe',
      port: 80,
      allowed: false,
      rule: 'default_range',
      entry: '169.254.169.254/32',
      reason: '64:ff9b::a9fe:a9fe is a cloud metadata service',
      lift: 'PORTOLAN_EGRESS_ALLOW can lift that',
      forms: ['64:ff9b::a9fe:a9fe', '169.254.169.254'],
      egressOnly: null,
      beyond: null,
    })
  })

  it('understands an address as a system would that takes inet_aton forms', async () => {
    expect((await explain('0xa9fea9fe')).forms).toEqual(['169.254.169.254'])
  })

  it('knows what the edge does not reach although it is allowed', async () => {
    expect((await explain('10.0.0.7', 80)).beyond).toEqual(
      by('vantage', { node: null, workers: `10.0.0.7 ${FROM_THE_EDGE}` }),
    )
  })

  it('asks for the address of a name, and does not become a resolver', async () => {
    const response = await api.call('/v1/egress?address=toad.example')
    const problem = await readProblem(response)
    expect([response.status, problem.code, problem.errors]).toEqual([
      400,
      'invalid_request',
      [{ pointer: '?address', detail: expect.stringContaining('resolve it first (dig +short NAME)') }],
    ])
  })
})

describe('Portolan itself', () => {
  const own = () => new URL(api.url)

  it.runIf(RUNTIME === 'node')('is not probed, at whichever address of its listener', async () => {
    for (const host of [own().hostname, 'localhost', '[::ffff:127.0.0.1]']) {
      const response = await api.call(`/probe?${new URLSearchParams({ target: `http://${host}:${own().port}/livez` })}`)
      const problem = await readProblem(response)
      expect([host, response.status, problem.errors?.[0]?.detail]).toEqual([
        host,
        400,
        expect.stringMatching(/is Portolan's own listener: nothing lifts that/),
      ])
    }
    expect((await explain('127.0.0.1', Number(own().port))).rule).toBe('own_listener')
  })

  it.runIf(RUNTIME === 'node')('is skipped on every path of its Service, with that reason', async () => {
    const port = Number(own().port)
    const manifests = [
      service({ ports: [{ name: 'http', port: 80, targetPort: port }] }),
      slice([{ at: '127.0.0.1' }], { ports: [{ name: 'http', port, protocol: 'TCP' }] }),
    ]
    const response = await api.call('/v1/jobs?wait=30', {
      json: { target: { manifests }, paths: { include: ['ClusterIP', 'Endpoint'] } },
    })
    const { paths } = await readJob(response)
    const told = paths.filter(({ kind }) => kind === 'ClusterIP' || kind === 'Endpoint')
    expect(told.map(({ kind, skipped }) => [kind, skipped])).toEqual([
      ['ClusterIP', { reason: 'policy', detail: "it leads to Portolan's own listener, which is never dialled" }],
      ['Endpoint', { reason: 'policy', detail: "it leads to Portolan's own listener, which is never dialled" }],
    ])
  })

  it('is not asked for by its public name, whoever answers there', async () => {
    const asked = new URLSearchParams({ target: 'http://127.0.0.1:80', hostname: 'portolan.example' })
    const response = await api.call(`/probe?${asked}`)
    const problem = await readProblem(response)
    expect([response.status, problem.errors?.[0]?.detail]).toEqual([
      400,
      expect.stringMatching(/^portolan\.example \(PORTOLAN_PUBLIC_URL\) is Portolan's own listener/),
    ])
  })
})

describe('a job that reads more than it may', () => {
  it('ends with an error of ours, and blames nobody', async () => {
    const [small, pod] = await Promise.all([
      startTestPortolan({ PORTOLAN_JOB_BYTES_LIMIT: '100KiB', PORTOLAN_CONCURRENCY_PER_ADDRESS: '1' }),
      startPod('toad-1', '127.0.0.1', (_request, response) => response.end('x'.repeat(60 * 1024))),
    ])
    const json = { target: { manifests: [toadService(pod.port)] }, paths: { include: ['ClusterIP'] }, samples: 6 }
    const job = await readJob(small.call('/v1/jobs?wait=20', { json }))
    await Promise.all([small.close(), pod.close()])
    const codes = job.paths.flatMap(({ results }) => results.map(({ failure }) => failure?.code ?? null))
    expect([job.verdict, new Set(codes)]).toEqual(['error', new Set([null, 'limit_exceeded'])])
  })
})

describe('a token with egressOnly', () => {
  it('has nothing else dialled for it, nor do those who run its schedules', async () => {
    const admin = { authorization: 'Bearer of-the-egress-test-0123456789' }
    const [server, pod] = await Promise.all([
      startTestPortolan({ PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: 'of-the-egress-test-0123456789' }),
      startPod('toad-1'),
    ])
    const scopes = ['plan', 'jobs:read', 'jobs:write', 'schedules:read', 'schedules:write']
    const made = await server.call('/v1/tokens', {
      headers: admin,
      json: { name: 'narrow', scopes, egressOnly: ['10.0.0.0/8'] },
    })
    const { token } = (await made.json()) as { token: string }
    const narrow = { authorization: `Bearer ${token}` }
    const job = { target: { manifests: [toadService(pod.port)] }, paths: { include: ['ClusterIP'] } }
    const skipped = async (response: Promise<Response>) =>
      (await readJob(response)).paths.filter(({ kind }) => kind === 'ClusterIP').map((path) => path.skipped)

    const own = await skipped(server.call('/v1/jobs?wait=20', { headers: narrow, json: job }))
    const schedule = await server.call('/v1/schedules', { headers: narrow, json: { name: 's', cron: '@yearly', job } })
    const { id } = (await schedule.json()) as { id: string }
    const run = await skipped(server.call(`/v1/schedules/${id}/run?wait=20`, { method: 'POST', headers: admin }))
    const probed = await server.call(`/probe?target=${encodeURIComponent(`http://127.0.0.1:${pod.port}/`)}`, {
      headers: narrow,
    })
    const explained = await server.call('/v1/egress?address=127.0.0.1', { headers: narrow })
    const free = await readJob(server.call('/v1/jobs?wait=20', { headers: admin, json: job }))

    const told = [{ reason: 'policy', detail: '127.0.0.1 is outside egressOnly' }]
    expect([own, run, probed.status]).toEqual([told, told, 400])
    expect(await explained.json()).toMatchObject({ rule: 'egress_only', egressOnly: ['10.0.0.0/8'] })
    // The admin alone has reached it
    expect([free.verdict, pod.requests.length]).toEqual(['pass', 1])
    await Promise.all([server.close(), pod.close()])
  })
})
