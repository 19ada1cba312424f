import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readJob, readProblem } from '../support/read.ts'
import { all } from '../support/read-history.ts'
import { toadService } from '../support/toad.ts'
import { HOUR, NOW, startTwoDays, type TwoDays } from '../support/two-days.ts'

let made: TwoDays
let api: TwoDays['api']
let history: TwoDays['history']

beforeAll(async () => {
  made = await startTwoDays()
  ;({ api, history } = made)
})
afterAll(() => made.close())

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
    expect(items[3]).toMatchObject({
      lastJobId: made.lastJob,
      openIncidents: 0,
      counts: { pass: 42, fail: 6, error: 0 },
    })
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

  it('puts problems first, and filters by how Services are now and by a part of the name', async () => {
    const names = (items: readonly { target: { service: string } }[]) => items.map(({ target }) => target.service)
    const pages = await all(history.services, '?sort=problems&limit=2')
    const fine = pages.slice(1).map(({ state, sinceAt }) => [state, sinceAt])
    expect([pages[0]?.target.service, pages[0]?.state, pages.length]).toEqual(['down', 'fail', 6])
    expect(fine).toEqual(fine.toSorted(([, a], [, b]) => (b ?? '').localeCompare(a ?? '')))
    expect(names((await history.services('?verdict=fail')).items)).toEqual(['down'])
    expect(names((await history.services('?verdict=pass&sort=name&q=Default/T')).items)).toEqual([
      'toad-svc',
      'twice',
      'twice',
    ])
    expect((await history.services('?verdict=unknown')).items).toEqual([])
    const { items, totals } = await history.services('?totals=true&verdict=fail&limit=1')
    expect([items.length, totals]).toEqual([1, { fail: 1, unknown: 0, pass: 5 }])
    expect((await history.services()).totals).toBeUndefined()
    const { nextCursor } = await history.services('?sort=problems&limit=1')
    const mixed = await readProblem(api.call(`/v1/services?cursor=${nextCursor}`))
    expect(mixed.errors).toMatchObject([{ pointer: '?cursor' }])
  })

  it('tells why a Service fails in the words of its diagnosis, and nothing of one that passes', async () => {
    const { items } = await history.services('?namespace=default')
    const down = await history.service('default/down')
    const { code, layer, confidence, title } = down.diagnosis?.findings[0] ?? {}
    expect(items.find(({ target }) => target.service === 'down')?.cause).toEqual({ code, layer, confidence, title })
    expect(down.cause).toEqual({ code, layer, confidence, title })
    expect(items.filter(({ state }) => state === 'pass').map(({ cause }) => cause)).toEqual([
      null,
      null,
      null,
      null,
      null,
    ])
  })

  it('tells the last days of each, and its latency of late, where they are asked for', async () => {
    const { items } = await history.services('?days=3&q=toad-svc&window=49h')
    const [toad] = items
    const day = (back: number) => new Date(NOW - back * 24 * HOUR).toISOString().slice(0, 10)
    expect(toad?.days?.map((each) => each.day)).toEqual([day(2), day(1), day(0)])
    const sum = (of: 'pass' | 'fail' | 'error') => toad?.days?.reduce((total, each) => total + each[of], 0)
    expect([sum('pass'), sum('fail'), sum('error')]).toEqual([42, 6, 0])
    for (const { pass, fail, availability, state } of toad?.days ?? []) {
      expect(availability).toBe(pass + fail === 0 ? null : pass / (pass + fail))
      expect(state).toBe(fail > 0 ? 'fail' : pass > 0 ? 'pass' : null)
    }
    expect(toad?.p95Ms).toBeGreaterThan(0)
    const [down] = (await history.services('?days=90&q=default/down')).items
    expect([down?.days?.length, down?.days?.at(-1)?.state, down?.days?.[0], down?.p95Ms]).toEqual([
      ...[90, 'fail'],
      { day: day(89), pass: 0, fail: 0, error: 0, availability: null, state: null },
      null,
    ])
    const bare = (await history.services()).items[0]
    expect([bare?.days, bare?.p95Ms]).toEqual([undefined, undefined])
    const many = await readProblem(api.call('/v1/services?days=91'))
    expect(many.errors).toMatchObject([{ pointer: '?days' }])
  })
})

describe('GET /v1/services/{namespace}/{name}', () => {
  it('tells the state of each path, since when, and its last failure', async () => {
    const service = await history.service('default/toad-svc')
    const [path, ...others] = service.paths.filter(({ kind }) => kind === 'ClusterIP')
    expect(others).toEqual([])
    expect(path).toMatchObject({
      ...{ address: '127.0.0.1', pod: null, trafficPolicy: 'Cluster' },
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
      { port: { number: made.pod.port }, retiredAt: expect.stringMatching(/^2026-11-22T23:30/) },
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
      jobId: made.lastJob,
      pathId: expect.stringMatching(/^pth_/),
      vantage: 'in-cluster',
      counted: true,
    })
    expect((await api.call('/v1/services/default/toad-svc/results?limit=7')).headers.get('link')).toMatch(/rel="next"/)
  })

  it('knows tries, jobs and paths by the ids that the jobs know them by, the same each time', async () => {
    const results = await all(history.results, 'default/toad-svc/results?limit=200')
    const job = await readJob(api.call(`/v1/jobs/${made.lastJob}`))
    const own = results.filter(({ jobId }) => jobId === made.lastJob).toReversed()
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

describe('a path where Kubernetes promises nothing', () => {
  it('is shown with its tries when it fails, and counts in no availability and no incident', async () => {
    const metadata = { name: 'unready', namespace: 'default' }
    const slice = {
      ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4' },
      metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'unready' } },
      ports: [{ name: 'http', port: 1 }],
      endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready: false } }],
    }
    const manifests = [{ ...toadService(made.pod.port), metadata }, slice]
    const json = { target: { manifests }, paths: { include: ['ClusterIP', 'Endpoint'] }, vantage: 'in-cluster' }
    expect((await readJob(api.call('/v1/jobs?wait=20', { json }))).verdict).toBe('pass')
    const { items } = await history.results('default/unready/results?kind=Endpoint')
    expect(items.map(({ outcome, failure }) => [outcome, failure?.code])).toEqual([['skipped', 'connection_refused']])
    const report = await history.report('default/unready/report')
    expect(report).toMatchObject({ availability: 1, verdict: 'pass', counts: { pass: 1, fail: 0, error: 0 } })
    expect(report.paths.find(({ kind }) => kind === 'Endpoint')).toMatchObject({ availability: null, failures: {} })
    expect((await history.incidents('default/unready/incidents')).items).toEqual([])
  })
})
