import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { by } from '../contract/runtimes.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readBatch, readJob, readJobs, readProblem, readSchedule, readSchedules } from '../support/read.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

let api: TestPortolan
let pod: Pod

beforeAll(async () => {
  ;[api, pod] = await Promise.all([startTestPortolan(), startPod('toad-xueq1')])
})
afterAll(() => Promise.all([api.close(), pod.close()]))

const job = (extra: Record<string, unknown> = {}) => ({
  target: { manifests: [toadService(pod.port)] },
  paths: { include: ['ClusterIP'] },
  ...extra,
})
const schedule = (extra: Record<string, unknown> = {}) => ({
  name: 'smoke',
  cron: '*/5 * * * *',
  timeZone: 'Europe/Berlin',
  job: job(),
  ...extra,
})
const post = (extra: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  api.call('/v1/schedules', { json: schedule(extra), headers })
const patch = (id: string, json: unknown, ifMatch?: string | null) =>
  api.call(`/v1/schedules/${id}`, { method: 'PATCH', json, headers: ifMatch ? { 'if-match': ifMatch } : {} })
/** A paused one, with its tag. */
async function made(extra: Record<string, unknown> = {}): Promise<{ id: string; etag: string }> {
  const response = await post({ enabled: false, ...extra })
  return { id: (await readSchedule(response)).id, etag: response.headers.get('etag') ?? '' }
}

describe('POST /v1/schedules', () => {
  it('answers 201 with Location, ETag and the schedule', async () => {
    const response = await post({ jitterMs: 1000 })
    expect(response.status).toBe(201)
    const body = await readSchedule(response)
    expect(response.headers.get('location')).toBe(`/v1/schedules/${body.id}`)
    expect(response.headers.get('etag')).toBe('"1"')
    expect(body).toMatchObject({
      ...{ name: 'smoke', cron: '*/5 * * * *', timeZone: 'Europe/Berlin', jitterMs: 1000 },
      ...{ overlap: 'skip', enabled: true, lastRun: null, failing: null, lastJob: null, lastBatch: null, batch: null },
      job: { objects: { services: 1, pods: 0 }, paths: { include: [{ kind: 'ClusterIP' }] }, writeOnly: {} },
    })
    const nextMs = Date.parse(String(body.nextRunAt))
    expect(nextMs % 300_000).toBeLessThanOrEqual(1000)
    expect(nextMs - Date.parse(body.createdAt)).toBeLessThanOrEqual(301_000)
  })

  it('never shows the secrets of its checks, but which fields have one', async () => {
    const checks = [
      { name: 'home', type: 'http', headers: { authorization: 'Bearer super-secret-token' }, body: 'pass=hunter22' },
      { name: 'port', type: 'tcp', queryResponse: [{ send: 'AUTH hunter22' }] },
    ]
    const { id } = await made({ job: job({ checks }) })
    const text = await (await api.call(`/v1/schedules/${id}`)).text()
    expect(text).not.toMatch(/super-secret|hunter22/)
    expect(JSON.parse(text).job).toMatchObject({
      checks: [
        { name: 'home', headers: {}, body: null },
        { name: 'port', queryResponse: [] },
      ],
      writeOnly: { home: ['headers', 'body'], port: ['queryResponse'] },
    })
    const list = await (await api.call('/v1/schedules')).text()
    expect(list + api.lines.join('\n')).not.toMatch(/super-secret|hunter22/)
  })

  it('makes one schedule of concurrent posts with one Idempotency-Key', async () => {
    const responses = await Promise.all(
      Array.from({ length: 20 }, () => post({ enabled: false }, { 'idempotency-key': 'setup-1' })),
    )
    const ids = new Set(await Promise.all(responses.map(async (response) => (await readSchedule(response)).id)))
    expect(ids.size).toBe(1)
    expect(responses.filter((response) => response.headers.get('idempotent-replayed') !== 'true')).toHaveLength(1)
    const other = await post({ name: 'other' }, { 'idempotency-key': 'setup-1' })
    expect([other.status, (await readProblem(other)).code]).toEqual([422, 'idempotency_key_reused'])
  })

  it('refuses one more than PORTOLAN_SCHEDULE_LIMIT, and says so, until one is deleted', async () => {
    const small = await startTestPortolan({ PORTOLAN_SCHEDULE_LIMIT: '2' })
    try {
      const make = () => small.call('/v1/schedules', { json: schedule({ enabled: false }) })
      const [{ id }] = [await readSchedule(make()), await readSchedule(make())]
      const refused = await make()
      const { code, detail } = await readProblem(refused)
      expect([refused.status, code, detail]).toEqual([
        ...[409, 'conflict'],
        'The limit of 2 schedules is reached (PORTOLAN_SCHEDULE_LIMIT). Delete one, or raise the limit.',
      ])
      await small.call(`/v1/schedules/${id}`, { method: 'DELETE' })
      expect((await make()).status).toBe(201)
    } finally {
      await small.close()
    }
  })

  it.each([
    ['a cron that is none', { cron: '* * * *' }, 400, 'invalid_request', '/cron'],
    ['a time zone that is none', { timeZone: 'Europe/Berln' }, 400, 'invalid_request', '/timeZone'],
    ['a date that never comes', { cron: '0 0 30 2 *' }, 422, 'impossible_request', '/cron'],
    ['a jitter beyond the next run', { jitterMs: 300_000 }, 422, 'impossible_request', '/jitterMs'],
    ['neither job nor batch', { job: undefined }, 400, 'invalid_request', '/job'],
    ['both', { batch: { target: {} } }, 400, 'invalid_request', '/job'],
    ['a property of the job that is none', { job: { target: {}, sampels: 2 } }, 400, 'invalid_request', '/job/sampels'],
    [
      'a Service that is not there',
      { job: { target: { service: 'frog', manifests: [toadService(80)] } } },
      422,
      'service_not_found',
      '/job/target/service',
    ],
    [
      'a manifest that is not valid',
      { job: { target: { manifests: [{ kind: 'Service' }] } } },
      422,
      'invalid_manifest',
      /^\/job\/target\/manifests\/0/,
    ],
    [
      'no manifests and no cluster',
      { job: { target: { service: 'toad' } } },
      422,
      'no_cluster',
      '/job/target/manifests',
    ],
    [
      'a batch of nothing',
      { job: undefined, batch: { target: { namespace: 'moon', manifests: [toadService(80)] } } },
      422,
      'service_not_found',
      '/batch/target/namespace',
    ],
  ] as const)('refuses %s', async (_name, extra, status, code, pointer) => {
    const response = await post(extra)
    const problem = await readProblem(response)
    expect([response.status, problem.code]).toEqual([status, code])
    expect(problem.errors[0]?.pointer).toEqual(typeof pointer === 'string' ? pointer : expect.stringMatching(pointer))
  })

  it.each([
    [
      'of its text',
      { cron: '* * * *', timeZone: 'Europe/Berln', jitterMs: -1, nam: 'x' },
      400,
      ['/cron', '/jitterMs', '/nam', '/timeZone'],
    ],
    [
      'of its text and of its job',
      { cron: 'x', job: { target: {}, sampels: 2, samples: 'many' } },
      400,
      ['/cron', '/job/sampels', '/job/samples'],
    ],
    [
      'of its timing and of its objects',
      { jitterMs: 300_000, job: { target: { manifests: [{ kind: 'Service' }] } } },
      422,
      ['/job/target/manifests/0/metadata', '/jitterMs'],
    ],
    [
      'of its timing and of what is asked for',
      { cron: '0 0 30 2 *', job: { target: { service: 'frog', manifests: [toadService(80)] } } },
      422,
      ['/cron', '/job/target/service'],
    ],
  ] as const)('tells all faults at once: %s', async (_name, extra, status, pointers) => {
    const problem = await readProblem(await post(extra))
    expect(problem.status).toBe(status)
    const found = problem.errors.map(({ pointer }) => pointer)
    for (const pointer of pointers) {
      expect(found).toContainEqual(expect.stringMatching(new RegExp(`^${pointer}`)))
    }
  })

  it('takes @every from the shortest of the runtime up', async () => {
    const { least, below } = by('every', {
      node: { least: '1s', below: { cron: '@every 0s', status: 400 } },
      workers: { least: '60s', below: { cron: '@every 59s', status: 422 } },
    })
    expect((await post({ cron: `@every ${least}`, enabled: false })).status).toBe(201)
    const short = await post({ cron: below.cron })
    expect([short.status, (await readProblem(short)).errors[0]?.pointer]).toEqual([below.status, '/cron'])
    const refused = await post({ cron: '@every 0s' })
    expect([refused.status, (await readProblem(refused)).errors[0]?.pointer]).toEqual([400, '/cron'])
  })
})

describe('GET /v1/schedules', () => {
  it('pages through all, newest first, each once', async () => {
    const ids: string[] = []
    for (let i = 0; i < 5; i++) {
      ids.unshift((await made()).id)
    }
    const seen: string[] = []
    let next: string | null = '/v1/schedules?limit=2'
    while (next !== null && seen.length < 5) {
      const response: Response = await api.call(next)
      seen.push(...(await readSchedules(response)).items.map(({ id }) => id))
      next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1] ?? null
    }
    expect(seen.slice(0, 5).toSorted()).toEqual(ids.toSorted())
  })

  it('lists those whose job or batch has each label', async () => {
    const labelled = async (name: string, labels: Record<string, string>, rest: Record<string, unknown> = {}) =>
      made({ name, ...rest, job: job({ labels, paths: { include: ['DNS', 'ClusterIP'] } }) })
    const owner = 'portolan.dev/applied-by'
    const a = await labelled('a', { [owner]: 'labels', team: 'pond' })
    const b = await labelled('b', { [owner]: 'labels', team: 'lake' })
    await labelled('c', { [owner]: 'label' })
    const ids = async (...labels: string[]) => {
      const query = new URLSearchParams(labels.map((label): [string, string] => ['label', label]))
      return (await readSchedules(api.call(`/v1/schedules?${query}`))).items.map(({ id }) => id)
    }
    expect(await ids(`${owner}=labels`)).toEqual([b.id, a.id])
    expect(await ids(`${owner}=labels`, 'team=pond')).toEqual([a.id])
    expect(await ids(`${owner}=%`)).toEqual([])
    expect(await ids('"$.=labels')).toEqual([])
    const refused = await api.call('/v1/schedules?label=team')
    expect([refused.status, (await readProblem(refused)).errors]).toEqual([
      400,
      [{ pointer: '?label', detail: '"team" is not key=value' }],
    ])
  })

  it('answers 404 for one that is not there', async () => {
    for (const id of ['sch_01KAXW0000EXAMPLE0000000AB', '7']) {
      expect((await api.call(`/v1/schedules/${id}`)).status).toBe(404)
    }
  })
})

describe('PATCH /v1/schedules/{id}', () => {
  it('needs If-Match, of the version that is there', async () => {
    const { id, etag } = await made()
    expect((await patch(id, { name: 'other' })).status).toBe(428)
    expect((await patch(id, { name: 'other' }, '"7"')).status).toBe(412)
    const changed = await patch(id, { name: 'other' }, etag)
    expect([changed.status, changed.headers.get('etag'), (await readSchedule(changed)).name]).toEqual([
      ...[200, '"2"', 'other'],
    ])
    expect((await patch(id, { name: 'third' }, etag)).status).toBe(412)
    expect((await patch(id, { name: 'third' }, 'W/"2"')).status).toBe(200)
    expect((await patch(id, { name: 'fourth' }, '*')).status).toBe(200)
  })

  it('lets one of many concurrent changes win', async () => {
    const { id, etag } = await made()
    const statuses = await Promise.all(
      Array.from({ length: 10 }, async (_, i) => (await patch(id, { name: `n${i}` }, etag)).status),
    )
    expect(statuses.toSorted()).toEqual([200, ...Array.from({ length: 9 }, () => 412)])
  })

  it('changes what is given and nothing else', async () => {
    const checks = [{ name: 'home', type: 'http', headers: { 'x-token': 'super-secret' } }]
    const { id, etag } = await made({ job: job({ checks, samples: 2 }), jitterMs: 7 })
    const before = await readSchedule(api.call(`/v1/schedules/${id}`))
    const after = await readSchedule(patch(id, { cron: '@hourly' }, etag))
    expect({ ...after, updatedAt: '' }).toEqual({ ...before, cron: '@hourly', updatedAt: '' })

    const replaced = await readSchedule(patch(id, { job: job({ samples: 3 }) }, '"2"'))
    expect(replaced.job).toMatchObject({ samples: 3, checks: [], writeOnly: {} })
  })

  it('leaves it as it is, for the audit log too, where the same is said again', async () => {
    const secret = (value: string) => [
      { name: 'home', type: 'http', headers: { authorization: `Bearer ${value}`, accept: 'text/html' } },
      { name: 'port', type: 'tcp', queryResponse: [{ send: value }] },
    ]
    const asked = { ...schedule({ enabled: false, job: job({ checks: secret('hunter22') }) }) }
    const { id, etag } = await made(asked)
    const same = await patch(id, asked, etag)
    expect([same.status, same.headers.get('etag')]).toEqual([200, etag])
    expect((await patch(id, {}, etag)).headers.get('etag')).toBe(etag)
    const audit = (await (await api.call(`/v1/audit?resource=${id}`)).json()) as { items: { action: string }[] }
    expect(audit.items.map(({ action }) => action)).toEqual(['schedule.created'])

    const next = async (change: Record<string, unknown>) => {
      const { etag: before } = Object.fromEntries((await api.call(`/v1/schedules/${id}`)).headers)
      const changed = await patch(id, { ...asked, ...change }, before ?? '')
      const again = await patch(id, { ...asked, ...change }, changed.headers.get('etag'))
      return [before, changed.headers.get('etag'), again.headers.get('etag')]
    }
    // What no answer shows counts as well
    expect(await next({ job: job({ checks: secret('hunter23') }) })).toEqual(['"1"', '"2"', '"2"'])
    const elsewhere = { target: { manifests: [toadService(pod.port + 1)] }, checks: secret('hunter23') }
    expect(await next({ job: { ...job(), ...elsewhere } })).toEqual(['"2"', '"3"', '"3"'])
    expect(await next({ job: { ...job(), ...elsewhere }, overlap: 'queue' })).toEqual(['"3"', '"4"', '"4"'])
  })

  it('pauses and resumes', async () => {
    const { id } = await made({ enabled: true })
    const paused = await readSchedule(patch(id, { enabled: false }, '"1"'))
    expect([paused.nextRunAt, paused.nextRuns]).toEqual([null, []])
    const resumed = await readSchedule(patch(id, { enabled: true }, '"2"'))
    const [first = '', second = '', third = '', ...more] = resumed.nextRuns
    expect([resumed.nextRunAt, more]).toEqual([first, []])
    expect([Date.parse(second) - Date.parse(first), Date.parse(third) - Date.parse(second)]).toEqual([300_000, 300_000])
  })

  describe('with keep', () => {
    const home = (extra: Record<string, unknown> = {}) => ({ name: 'home', type: 'http', path: '/healthz', ...extra })
    const secret = { headers: { 'x-token': 'super-secret' }, body: 'pass=hunter22' }
    /** What the pod of the schedule has been sent, as header and body. */
    let echo: Pod
    let sent: string[] = []
    beforeAll(async () => {
      echo = await startPod('toad-echo', '127.0.0.1', (request, response) => {
        request.setEncoding('utf8')
        let text = ''
        request.on('data', (part: string) => {
          text += part
        })
        request.on('end', () => {
          sent.push(`${request.url} ${request.headers['x-token']} ${text}`)
          response.end('ok')
        })
      })
    })
    afterAll(() => echo.close())
    const asked = (check: Record<string, unknown>, extra: Record<string, unknown> = {}) => ({
      ...{ target: { manifests: [toadService(echo.port)] }, paths: { include: ['ClusterIP'] }, checks: [check] },
      ...extra,
    })
    const keep = { manifests: true, writeOnly: { home: ['headers', 'body'] } }
    const withoutManifests = (check: Record<string, unknown>, extra: Record<string, unknown> = {}) => ({
      ...asked(check, extra),
      target: {},
    })

    it('keeps manifests and secrets that it does not show, and what is beside them is changed', async () => {
      const { id, etag } = await made({ job: asked(home({ method: 'POST', ...secret })) })
      const changed = await patch(
        id,
        { job: withoutManifests(home({ method: 'POST', path: '/ready' }), { samples: 2 }), keep },
        etag,
      )
      expect(changed.status).toBe(200)
      expect((await readSchedule(changed)).job).toMatchObject({
        ...{ samples: 2, objects: { services: 1 }, writeOnly: { home: ['headers', 'body'] } },
        checks: [{ path: '/ready', headers: {}, body: null }],
      })
      sent = []
      const { verdict } = await readJob(api.call(`/v1/schedules/${id}/run?wait=20`, { method: 'POST' }))
      expect(verdict).toBe('pass')
      expect(sent).toEqual(['/ready super-secret pass=hunter22', '/ready super-secret pass=hunter22'])

      // What is not named goes
      const without = { manifests: true, writeOnly: { home: ['headers'] } }
      const less = await readSchedule(patch(id, { job: withoutManifests(home()), keep: without }, '"2"'))
      expect(less.job?.writeOnly).toEqual({ home: ['headers'] })
    })

    it('leaves it as it is where all of it is kept', async () => {
      const { id, etag } = await made({ job: asked(home(secret)) })
      expect((await patch(id, { job: withoutManifests(home()), keep }, etag)).headers.get('etag')).toBe(etag)
    })

    it('sends no kept secret anywhere else than it was given for', async () => {
      const { id, etag } = await made({ job: asked(home(secret)) })
      const other = await startPod('toad-other')
      const writeOnly = { home: ['headers'] }
      const elsewhere = [
        { job: asked(home(), { target: { manifests: [toadService(other.port)] } }), keep: { writeOnly } },
        { job: withoutManifests(home({ host: 'evil.example' })), keep: { manifests: true, writeOnly } },
        { job: withoutManifests(home({ scheme: 'https' })), keep: { manifests: true, writeOnly } },
        { job: withoutManifests(home({ tls: { insecureSkipVerify: true } })), keep: { manifests: true, writeOnly } },
        { job: withoutManifests(home({ followRedirects: true })), keep: { manifests: true, writeOnly } },
        { job: withoutManifests(home({ port: 'http' })), keep: { manifests: true, writeOnly } },
        {
          job: withoutManifests(home(), { addresses: { nodes: ['127.0.0.9'] } }),
          keep: { manifests: true, writeOnly },
        },
        { job: withoutManifests(home(), { paths: { include: [] } }), keep: { manifests: true, writeOnly } },
        { batch: { target: {}, checks: [home()] }, keep: { manifests: true, writeOnly } },
      ]
      for (const change of elsewhere) {
        const response = await patch(id, change, etag)
        const { code, errors } = await readProblem(response)
        expect([response.status, code, errors.map(({ pointer }) => pointer)], JSON.stringify(change)).toEqual([
          ...[422, 'impossible_request', ['/keep/writeOnly/home']],
        ])
        expect(errors[0]?.detail).toContain('sent elsewhere')
      }
      await other.close()
      expect((await api.call(`/v1/schedules/${id}`)).headers.get('etag')).toBe(etag)
    })

    it.each([
      [
        'what the schedule does not have',
        () => ({ job: asked(home()), keep: { writeOnly: { home: ['metadata'] } } }),
        '/keep/writeOnly/home',
      ],
      [
        'what is given anew as well',
        () => ({ job: asked(home(secret)), keep: { writeOnly: { home: ['body'] } } }),
        '/keep/writeOnly/home',
      ],
      [
        'a check that goes',
        () => ({ job: asked(home({ name: 'other' })), keep: { writeOnly: { home: ['body'] } } }),
        '/keep/writeOnly/home',
      ],
      ['manifests beside others', () => ({ job: asked(home()), keep: { manifests: true } }), '/keep/manifests'],
      ['nothing to go with', () => ({ keep: { manifests: true } }), '/keep'],
    ] as const)('refuses to keep %s', async (_name, change, pointer) => {
      const { id, etag } = await made({ job: asked(home(secret)) })
      const response = await patch(id, change(), etag)
      expect([400, 422]).toContain(response.status)
      expect((await readProblem(response)).errors.map((each) => each.pointer)).toEqual([pointer])
    })
  })

  it('refuses what a POST would refuse', async () => {
    const { id, etag } = await made()
    for (const change of [{ cron: 'x' }, { sampels: 1 }, { job: { target: {} } }, { timeZone: null }]) {
      expect([400, 422]).toContain((await patch(id, change, etag)).status)
    }
    expect((await api.call(`/v1/schedules/${id}`)).headers.get('etag')).toBe(etag)
  })
})

describe('DELETE /v1/schedules/{id}', () => {
  it('deletes it; its jobs stay', async () => {
    const { id } = await made()
    const { id: jobId } = await readJob(api.call(`/v1/schedules/${id}/run?wait=20`, { method: 'POST' }))
    const wrong = { 'if-match': '"7"' }
    expect((await api.call(`/v1/schedules/${id}`, { method: 'DELETE', headers: wrong })).status).toBe(412)
    expect((await api.call(`/v1/schedules/${id}`, { method: 'DELETE' })).status).toBe(204)
    expect((await api.call(`/v1/schedules/${id}`, { method: 'DELETE' })).status).toBe(404)
    expect((await api.call(`/v1/schedules/${id}/jobs`)).status).toBe(404)
    expect((await api.call(`/v1/jobs/${jobId}`)).status).toBe(200)
  })
})

describe('POST /v1/schedules/{id}/run', () => {
  it('runs it now with its secrets, paused or not, and answers as a job', async () => {
    const checks = [{ name: 'home', type: 'http', headers: { 'x-token': 'super-secret' } }]
    const { id } = await made({ job: job({ checks }) })
    const response = await api.call(`/v1/schedules/${id}/run?wait=20&failStatus=424`, { method: 'POST' })
    const body = await readJob(response)
    expect([response.status, body.verdict, response.headers.get('location')]).toEqual([
      200,
      'pass',
      `/v1/jobs/${body.id}`,
    ])
    expect(await readSchedule(api.call(`/v1/schedules/${id}`))).toMatchObject({
      ...{ lastRun: null, lastJob: { id: body.id, verdict: 'pass' } },
    })
    expect((await readJobs(api.call(`/v1/schedules/${id}/jobs`))).items.map((item) => item.id)).toEqual([body.id])
  })

  it('answers 202 without a wait, and the same job to the same Idempotency-Key', async () => {
    const { id } = await made()
    const run = () =>
      api.call(`/v1/schedules/${id}/run`, { method: 'POST', headers: { 'idempotency-key': 'deploy-1' } })
    const [first, second] = [await run(), await run()]
    expect([first.status, second.headers.get('idempotent-replayed')]).toEqual([202, 'true'])
    expect((await readJob(second)).id).toBe((await readJob(first)).id)
  })

  it('answers in the format that is asked for', async () => {
    const { id } = await made()
    const response = await api.call(`/v1/schedules/${id}/run?wait=20&format=text`, { method: 'POST' })
    expect(await response.text()).toMatch(/^PASS {2}default\/toad-svc/)
  })
})

describe('a schedule of a batch', () => {
  it('makes a batch at each run', async () => {
    const batch = {
      target: { namespace: 'default', manifests: [toadService(pod.port)] },
      paths: { include: ['ClusterIP'] },
    }
    const { id } = await made({ job: undefined, batch })
    const run = await api.call(`/v1/schedules/${id}/run?wait=20`, { method: 'POST' })
    const body = await readBatch(run)
    expect([run.status, run.headers.get('location'), body.verdict]).toEqual([200, `/v1/batches/${body.id}`, 'pass'])
    expect(await readSchedule(api.call(`/v1/schedules/${id}`))).toMatchObject({
      ...{ job: null, lastJob: null, lastBatch: { id: body.id, verdict: 'pass' } },
      batch: { target: { namespace: 'default', service: null, selector: {} } },
    })
  })
})
