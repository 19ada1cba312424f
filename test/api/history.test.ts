import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/lib/clock.ts'
import type { HistoryResultDocument } from '../../src/report/history-document.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readJob, readProblem } from '../support/read.ts'
import { all, historyOf } from '../support/read-history.ts'
import { serve, type TestServer } from '../support/servers.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

const HOUR = 3_600_000
/** The last hour began half an hour ago, whatever the time is: jobs lie at known distances from a known now. */
const NOW = Date.UTC(2026, 10, 23, 9, 30)

let api: TestPortolan
let history: ReturnType<typeof historyOf>
let pod: Pod
let silent: TestServer
let nowMs = NOW
let status = 200
let first = 0
let lastJob = ''

type Asked = { atMs: number; service?: string; cluster?: string; port?: number; extra?: Record<string, unknown> }

async function run({ atMs, service = 'toad-svc', cluster = 'default', port = pod.port, extra = {} }: Asked) {
  nowMs = atMs
  const manifest = { ...toadService(port), metadata: { name: service, namespace: 'default' } }
  const json = {
    target: { cluster, manifests: [manifest] },
    paths: { include: ['ClusterIP'] },
    vantage: 'in-cluster',
    ...extra,
  }
  const job = await readJob(api.call('/v1/jobs?wait=20', { json }))
  expect(job.status).toBe('finished')
  return job
}

/** Over two days: every three hours three samples, in the middle failing, once cut by our own deadline. */
beforeAll(async () => {
  const started = systemClock.monotonic()
  // A job's own time passes, so that its tries have times of their own
  const clock = { ...systemClock, now: () => Math.floor(nowMs + ((systemClock.monotonic() - started) % 1000)) }
  ;[api, pod, silent] = await Promise.all([
    startTestPortolan({}, { clock }),
    startPod('toad-1', '127.0.0.1', (_request, response) => {
      response.writeHead(status)
      response.end('hello')
    }),
    serve(() => undefined),
  ])
  history = historyOf(api)
  first = NOW - 48 * HOUR
  for (let atMs = first; atMs < NOW; atMs += 3 * HOUR) {
    const failing = atMs >= NOW - 30 * HOUR && atMs < NOW - 24 * HOUR
    status = failing ? 503 : 200
    lastJob = (await run({ atMs, extra: { samples: 3 } })).id
  }
  await run({ atMs: NOW - HOUR, port: silent.port, service: 'cut', extra: { deadlineMs: 200 } })
  await run({ atMs: NOW - HOUR, service: 'cut' })
  await run({ atMs: NOW - HOUR, service: 'down', port: 1 })
  await run({ atMs: NOW - HOUR, service: 'twice' })
  await run({ atMs: NOW - HOUR, service: 'twice', cluster: 'east' })
  await run({ atMs: NOW - 10 * HOUR, service: 'moved' })
  const extra = { checks: [{ name: 'tcp', type: 'tcp' }] }
  await run({ atMs: NOW - 9 * HOUR, service: 'moved', port: silent.port, extra })
  nowMs = NOW
})
afterAll(() => Promise.all([api.close(), pod.close(), silent.close()]))

describe('GET /v1/services', () => {
  it('lists every Service with its last verdict, its availability and its last job', async () => {
    const { items, nextCursor } = await history.services('?window=49h')
    expect(nextCursor).toBeNull()
    expect(
      items.map(({ target, lastVerdict, availability }) => [target.cluster, target.service, lastVerdict, availability]),
    ).toEqual([
      ['default', 'cut', 'pass', 1],
      ['default', 'down', 'fail', 0],
      ['default', 'moved', 'pass', 1],
      ['default', 'toad-svc', 'pass', 42 / 48],
      ['default', 'twice', 'pass', 1],
      ['east', 'twice', 'pass', 1],
    ])
    expect(items[3]).toMatchObject({ lastJobId: lastJob, openIncidents: 0, counts: { pass: 42, fail: 6, error: 0 } })
    expect(items[1]).toMatchObject({ openIncidents: 2 })
  })

  it('pages through them, and filters by cluster and namespace', async () => {
    const pages = await all(history.services, '?limit=2')
    expect(pages.map(({ target }) => `${target.cluster}/${target.service}`)).toEqual([
      'default/cut',
      'default/down',
      'default/moved',
      'default/toad-svc',
      'default/twice',
      'east/twice',
    ])
    expect((await history.services('?cluster=east')).items).toHaveLength(1)
    expect((await history.services('?namespace=other')).items).toEqual([])
  })
})

describe('GET /v1/services/{namespace}/{name}', () => {
  it('tells the state of each path, since when, and its last failure', async () => {
    const service = await history.service('default/toad-svc')
    const [path, ...others] = service.paths.filter(({ kind }) => kind === 'ClusterIP')
    expect(others).toEqual([])
    expect(path).toMatchObject({
      address: '127.0.0.1',
      state: 'pass',
      sinceAt: expect.stringMatching(/^2026-11-22T09:30:00/),
      lastFailure: { at: expect.stringMatching(/^2026-11-22T06:30:00/), code: 'unexpected_status' },
      retiredAt: null,
    })
    expect(path?.states).toMatchObject([
      { check: 'default', vantage: 'in-cluster', state: 'pass', lastOutcome: 'pass' },
    ])
    expect(service.diagnosis).toMatchObject({ status: expect.any(String) })
  })

  it('keeps a path that is planned no more, retired, with its results', async () => {
    const { paths } = await history.service('default/moved')
    const retired = paths.filter(({ retiredAt, kind }) => retiredAt !== null && kind === 'ClusterIP')
    expect(retired).toMatchObject([
      { port: { number: pod.port }, retiredAt: expect.stringMatching(/^2026-11-22T23:30/) },
    ])
    const { items } = await history.results(`default/moved/results?path=${retired[0]?.id}`)
    expect(items).toHaveLength(1)
    const report = await history.report('default/moved/report?window=24h')
    expect(report.paths.find(({ id }) => id === retired[0]?.id)).toMatchObject({
      availability: 1,
      retiredAt: retired[0]?.retiredAt,
    })
  })

  it('is a 404 for what was never probed, and asks for the cluster where there are several', async () => {
    for (const path of ['', '/results', '/series', '/report', '/incidents', '/badge.svg']) {
      const missing = await api.call(`/v1/services/default/nobody${path}`)
      expect([missing.status, (await readProblem(missing)).code]).toEqual([404, 'not_found'])
      const ambiguous = await api.call(`/v1/services/default/twice${path}`)
      expect(ambiguous.status).toBe(400)
      expect((await readProblem(ambiguous)).errors).toEqual([
        { pointer: '?cluster', detail: 'default/twice is in several: default, east' },
      ])
      expect((await api.call(`/v1/services/default/twice${path}?cluster=east`)).status).toBe(200)
    }
  })
})

describe('GET …/results', () => {
  it('pages through every try, newest first, with the job and the path that it belongs to', async () => {
    const results = await all(history.results, 'default/toad-svc/results?limit=7')
    expect(results).toHaveLength(48)
    expect(new Set(results.map(({ id }) => id)).size).toBe(48)
    const times = results.map(({ startedAt }) => startedAt)
    expect(times).toEqual(times.toSorted().reverse())
    expect(results[0]).toMatchObject({
      jobId: lastJob,
      pathId: expect.stringMatching(/^pth_/),
      vantage: 'in-cluster',
      counted: true,
    })
    expect((await api.call('/v1/services/default/toad-svc/results?limit=7')).headers.get('link')).toMatch(/rel="next"/)
  })

  it('knows tries, jobs and paths by the ids that the jobs know them by, the same each time', async () => {
    const results = await all(history.results, 'default/toad-svc/results?limit=200')
    const job = await readJob(api.call(`/v1/jobs/${lastJob}`))
    const own = results.filter(({ jobId }) => jobId === lastJob).toReversed()
    expect(
      own.map(({ jobId: _job, pathId: _path, vantage: _vantage, counted: _counted, ...result }) => result),
    ).toEqual(job.paths.find(({ results: tries }) => tries.length > 0)?.results)
    const planned = new Set(job.paths.map(({ id }) => id))
    expect([...new Set(results.map(({ pathId }) => pathId))].filter((id) => !planned.has(id))).toEqual([])
    const ids = async () => (await all(history.incidents, 'default/toad-svc/incidents?limit=1')).map(({ id }) => id)
    expect(await ids()).toEqual(await ids())
  })

  it('filters by outcome, kind, check and time', async () => {
    const of = (query: string) => all(history.results, `default/toad-svc/results?${query}`)
    expect((await of('outcome=fail')).map(({ failure }) => failure?.code)).toEqual(Array(6).fill('unexpected_status'))
    expect(await of('kind=NodePort')).toEqual([])
    expect(await of('check=other')).toEqual([])
    const [from, to] = [NOW - 30 * HOUR, NOW - 27 * HOUR].map((ms) => new Date(ms).toISOString())
    expect(await of(`from=${from}&to=${to}`)).toHaveLength(3)
  })
})

describe('GET …/series', () => {
  it('plots the Service or one path, empty steps too', async () => {
    const { step, points } = await history.series('default/toad-svc/series?window=30h&step=6h')
    expect(step).toBe('6h')
    // From a step's beginning: 0:00, 6:00 … UTC
    expect(points.map(({ at, pass, fail }) => [at.slice(5, 16), pass, fail])).toEqual([
      ['11-22T00:00', 3, 3],
      ['11-22T06:00', 3, 3],
      ['11-22T12:00', 6, 0],
      ['11-22T18:00', 6, 0],
      ['11-23T00:00', 6, 0],
      ['11-23T06:00', 3, 0],
    ])
    const { paths } = await history.service('default/toad-svc')
    const path = paths.find(({ kind }) => kind === 'ClusterIP')?.id
    const own = await history.series(`default/toad-svc/series?window=30h&step=6h&path=${path}`)
    // What was not probed is counted with its own path, and with the Service
    expect(own.points).toEqual(points.map((point) => ({ ...point, skipped: 0 })))
  })

  it('refuses a path that the Service never had, and more points than a plot can show', async () => {
    const other = (await history.service('default/down')).paths[0]?.id
    expect((await api.call(`/v1/services/default/toad-svc/series?path=${other}`)).status).toBe(404)
    const many = await api.call('/v1/services/default/toad-svc/series?window=30d&step=1s')
    expect((await readProblem(many)).errors).toEqual([
      { pointer: '?step', detail: '2592000 points, at most 2000: a longer step' },
    ])
  })
})

describe('GET …/incidents', () => {
  it('lists them newest first, with what failed, for the path and for the Service', async () => {
    const incidents = await all(history.incidents, 'default/toad-svc/incidents?limit=1')
    expect(incidents).toHaveLength(2)
    for (const incident of incidents) {
      expect(incident).toMatchObject({
        startedAt: expect.stringMatching(/^2026-11-22T03:30/),
        endedAt: expect.stringMatching(/^2026-11-22T09:30/),
        failures: { unexpected_status: 6 },
      })
    }
    expect(incidents.map(({ path }) => path === null).toSorted()).toEqual([false, true])
    const open = await history.incidents('default/down/incidents')
    expect(open.items.map(({ endedAt }) => endedAt)).toEqual([null, null])
    expect((await history.incidents('default/toad-svc/incidents?window=6h')).items).toEqual([])
  })
})

describe('GET …/report', () => {
  const countsOf = (results: readonly HistoryResultDocument[]) => {
    const having = (outcome: string) => results.filter((result) => result.counted && result.outcome === outcome).length
    return { pass: having('pass'), fail: having('fail'), error: having('error') }
  }

  it.each([
    ['window=23h', NOW - 23 * HOUR, NOW],
    ['window=28h', NOW - 28 * HOUR, NOW],
    ['window=49h', NOW - 49 * HOUR, NOW],
    ['window=90s', NOW - 90_000, NOW],
    [`from=${new Date(NOW - 29 * HOUR).toISOString()}`, NOW - 29 * HOUR, NOW],
    ...[7, 13, 29].map((n): [string, number, number] => {
      const [from, to] = [NOW - n * HOUR - n * 61_000, NOW - n * 100_000]
      return [`from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`, from, to]
    }),
  ])('adds up to what /results lists: %s', async (query, fromMs, toMs) => {
    const results = await all(history.results, 'default/toad-svc/results?limit=200')
    const within = results.filter(({ startedAt }) => Date.parse(startedAt) >= fromMs && Date.parse(startedAt) < toMs)
    const report = await history.report(`default/toad-svc/report?${query}`)
    const { pass, fail, error } = countsOf(within)
    expect(report.counts).toMatchObject({ pass, fail, error })
    expect(report.availability).toBe(pass + fail === 0 ? null : pass / (pass + fail))
    expect(report.failures).toEqual(fail > 0 ? { unexpected_status: fail } : {})
    expect(report.verdict).toBe(fail > 0 ? 'fail' : pass > 0 ? 'pass' : 'inconclusive')
    for (const path of report.paths) {
      expect(path.counts).toMatchObject(countsOf(within.filter(({ pathId }) => pathId === path.id)))
    }
  })

  it('turns availability into a verdict by the objective', async () => {
    const verdict = async (query: string) =>
      (await history.report(`default/toad-svc/report?window=49h&${query}`)).verdict
    expect(await Promise.all(['objective=0.875', 'objective=0.876', ''].map(verdict))).toEqual(['pass', 'fail', 'fail'])
  })

  it('is not lowered by our own errors, and shows them', async () => {
    const report = await history.report('default/cut/report')
    expect(report).toMatchObject({ availability: 1, verdict: 'pass', counts: { pass: 1, fail: 0, error: 1 } })
    expect(report.incidents).toEqual([])
  })

  it('answers failStatus=424 for what is no pass, in any format, so that curl can fail', async () => {
    const status = async (path: string) => (await api.call(path)).status
    expect(await status('/v1/services/default/down/report?failStatus=424&format=text')).toBe(424)
    expect(await status('/v1/services/default/cut/report?failStatus=424&format=text')).toBe(200)
    expect(await status('/v1/services/default/down/report?format=text')).toBe(200)
  })

  it.each([
    ['json', 'application/json', /^\{"target"/],
    ['text', 'text/plain; charset=utf-8', /^FAIL {2}default\/toad-svc {2}87\.5 % available, 42 passed, 6 failed/],
    ['markdown', 'text/markdown; charset=utf-8', /^### ❌ FAIL: `default\/toad-svc`\n/],
    ['junit', 'application/xml; charset=utf-8', /<failure type="fail" message="6 of 48 failed: unexpected_status ×6/],
    [
      'csv',
      'text/csv; charset=utf-8; header=present',
      /^cluster,namespace,service,from,to,path,kind[^\r]*\r\ndefault,default,toad-svc,2026/,
    ],
  ])('comes as %s, by format and by Accept', async (format, type, content) => {
    const path = '/v1/services/default/toad-svc/report?window=49h'
    for (const response of [
      await api.call(`${path}&format=${format}`),
      await api.call(path, { headers: { accept: type.split(';')[0] ?? '' } }),
    ]) {
      expect([response.status, response.headers.get('content-type')]).toEqual([200, type])
      expect(await response.text()).toMatch(content)
    }
  })

  it('refuses what is no window, all at once', async () => {
    const errors = async (query: string) =>
      (await readProblem(api.call(`/v1/services/default/down/report?${query}`))).errors
    expect(await errors('window=soon&objective=2&wndow=1h')).toMatchObject([
      { pointer: '?window', detail: 'expected a duration like 90s, 15m, 24h or 30d' },
      { pointer: '?objective' },
      { pointer: '?wndow', detail: 'There is no property "wndow"; did you mean "window"?' },
    ])
    expect(await errors('window=1h&from=2026-11-23T00:00:00Z')).toMatchObject([{ pointer: '?window' }])
    expect(await errors('from=2026-11-23T00:00:00Z&to=2026-11-22T00:00:00Z')).toMatchObject([{ pointer: '?to' }])
  })
})

describe('GET /v1/report', () => {
  it('says whether everything is fine', async () => {
    const report = await history.overall('?window=2h')
    expect(report).toMatchObject({
      verdict: 'fail',
      objective: 1,
      counts: { pass: 3, fail: 1, error: 1 },
      availability: 3 / 4,
    })
    expect(report.services.map(({ target, verdict }) => [target.service, target.cluster, verdict])).toEqual([
      ['cut', 'default', 'pass'],
      ['down', 'default', 'fail'],
      ['moved', 'default', 'inconclusive'],
      ['toad-svc', 'default', 'inconclusive'],
      ['twice', 'default', 'pass'],
      ['twice', 'east', 'pass'],
    ])
    expect((await history.overall('?window=2h&cluster=east')).verdict).toBe('pass')
    const text = await (await api.call('/v1/report?window=2h&cluster=east&format=text')).text()
    expect(text).toMatch(/^PASS {2}1 Service {2}1 pass, 0 do not; 100 % available, 1 passed/)
  })

  it('is in words where there is nothing at all', async () => {
    const report = await history.overall('?namespace=nowhere')
    expect(report).toMatchObject({ verdict: 'inconclusive', availability: null, services: [] })
  })
})

describe('GET …/badge.svg', () => {
  it('is an image that other pages may show', async () => {
    const response = await api.call('/v1/services/default/toad-svc/badge.svg?window=49h')
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/svg+xml',
      'cross-origin-resource-policy': 'cross-origin',
      'cache-control': 'max-age=60',
    })
    expect(await response.text()).toContain('<title>toad-svc: 87.5 %</title>')
    const other = await api.call('/v1/services/default/toad-svc')
    expect(other.headers.get('cross-origin-resource-policy')).toBe('same-origin')
  })
})
