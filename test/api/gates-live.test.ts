import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createClient } from '../../src/client/index.ts'
import { measure } from '../support/controllers/argo-rollouts.ts'
import { type CanaryWebhook, callWebhook } from '../support/controllers/flagger.ts'
import { describeLive } from '../support/describe-live.ts'
import {
  about,
  askArgo,
  askFlagger,
  balanced,
  CANARY,
  metricOf,
  OUTSIDE,
  payload,
  SHOP,
  type Verdict,
} from '../support/gates.ts'
import { liveObjects, unreachable } from '../support/live-objects.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { read, readJob, readJobs, readProblem } from '../support/read.ts'
import { refusedPort } from '../support/servers.ts'
import { type Pod, startPod } from '../support/toad.ts'

const jobsOf = async (api: TestPortolan, service: string) =>
  (await readJobs(api.call(`/v1/jobs?service=${service}`))).items

describeLive('a gate about a live Service', () => {
  const cluster = liveObjects()
  let api: TestPortolan
  let pod: Pod
  let silent: Pod
  let nobody: number
  /** The silent pod answers from then on. */
  let answers = Promise.withResolvers<void>()

  beforeAll(async () => {
    api = await startTestPortolan(
      { ...OUTSIDE, PORTOLAN_EGRESS_DENY: '127.0.0.66/32' },
      { clusterSource: cluster.source },
    )
    ;[pod, silent, nobody] = await Promise.all([
      startPod('toad'),
      startPod('silent', '127.0.0.1', async (_request, response) => {
        await answers.promise
        response.end('ok')
      }),
      refusedPort(),
    ])
    cluster.set([
      balanced('toad-canary', pod.port),
      balanced('broken', nobody),
      balanced('slow', silent.port),
      balanced('denied', pod.port, '127.0.0.66'),
    ])
  })
  beforeEach(() => {
    answers = Promise.withResolvers()
  })
  afterAll(async () => {
    answers.resolve()
    await Promise.all([api.close(), pod.close(), silent.close()])
  })

  const hook = (over: Partial<CanaryWebhook> = {}): CanaryWebhook => ({ url: `${api.url}/v1/gates/flagger`, ...over })

  it('lets Flagger go on where the canary passes, which is {name}-canary unless the webhook says otherwise', async () => {
    const response = await askFlagger(api, payload())
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8'])
    expect(await response.text()).toMatch(/^PASS {2}shop\/toad-canary/)
    const job = await readJob(api.call(response.headers.get('location') ?? ''))
    expect([job.target.service, job.labels]).toEqual([
      'toad-canary',
      { gate: 'flagger', canary: 'toad', phase: 'Progressing', checksum: '85d557f47b' },
    ])
    expect(await callWebhook(CANARY, 'Progressing', hook())).toEqual({
      error: null,
      attempts: [{ status: 200, waitedS: null }],
    })
  })

  it('halts Flagger where it fails, and the report stands in the event', async () => {
    const { error, attempts } = await callWebhook(
      CANARY,
      'Progressing',
      hook({ retries: 3, metadata: { service: 'broken' } }),
    )
    expect(attempts).toEqual([{ status: 412, waitedS: null }])
    expect(error).toMatch(/^FAIL {2}shop\/broken/)
    expect(error).toContain('connection_refused')
    expect(error).toContain('Diagnosis: ')
  })

  it('is a report for portolan/client where it passes, and thrown where it halts', async () => {
    const client = createClient({ baseUrl: api.url })
    const ask = (service: string) =>
      client.askForFlagger({ ...CANARY, metadata: { service } }).then(
        (report) => report,
        ({ name, status, report, retryAfterMs }) => [name, status, report.split('  ')[0], retryAfterMs],
      )
    expect([await ask('toad-canary'), await ask('broken'), await ask('newt'), await ask('denied')]).toEqual([
      expect.stringMatching(/^PASS {2}shop\/toad-canary/),
      ['PortolanGateHalt', 412, 'FAIL', null],
      ['PortolanGateHalt', 412, 'FAIL', null],
      ['PortolanGateHalt', 503, 'INCONCLUSIVE', 5000],
    ])
  })

  it('tells Argo Rollouts pass, fail and what is not known apart', async () => {
    expect(await measure(metricOf(api, 'service=toad-canary&namespace=shop'))).toEqual({
      phase: 'Successful',
      value: '"pass"',
    })
    expect(await measure(metricOf(api, 'service=broken&namespace=shop'))).toEqual({ phase: 'Failed', value: '"fail"' })
    expect(await measure(metricOf(api, 'service=denied&namespace=shop'))).toEqual({
      phase: 'Inconclusive',
      value: '"inconclusive"',
    })
    expect(await measure(metricOf(api, 'service=newt&namespace=shop'))).toEqual({
      phase: 'Inconclusive',
      value: '"error"',
    })
    const post = { method: 'POST', jsonBody: { checks: [{ type: 'http', name: 'a', path: '/x' }] } }
    expect(await measure(metricOf(api, 'service=toad-canary&namespace=shop', post))).toMatchObject({
      phase: 'Successful',
    })
    expect(pod.requests.some((line) => line.startsWith('GET /x '))).toBe(true)
    const whole = metricOf(api, 'service=broken&namespace=shop', { jsonPath: '{$}' })
    const conditions = { successCondition: 'result.pass == true', failureCondition: 'result.pass == false' }
    expect(await measure({ ...whole, ...conditions })).toMatchObject({ phase: 'Failed' })
  })

  it('tells Argo Rollouts the counts, the findings in short, and where the report is', async () => {
    const { findings, report, summary, ...rest } = await askArgo(api, { service: 'broken', namespace: SHOP })
    expect([rest, summary]).toEqual([
      { verdict: 'fail', pass: false },
      expect.stringMatching(/^FAIL {2}shop\/broken {2}(\d+ passed, )?\d+ failed/),
    ])
    expect(Object.keys(findings[0] ?? {})).toEqual(['code', 'layer', 'confidence', 'title', 'fix', 'docs'])
    expect(await (await api.call(report ?? '')).text()).toMatch(/^FAIL {2}shop\/broken/)
  })

  it.each([
    ['inconclusive', 'denied', {}, 'INCONCLUSIVE'],
    ['error', 'slow', { deadlineMs: '300', timeoutMs: '60000' }, 'ERROR'],
  ])('is no failure where nothing is known: %s', async (verdict, service, more: Record<string, string>, word) => {
    const response = await askFlagger(api, about(service, more))
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
    expect(await response.text()).toMatch(new RegExp(`^${word} `))
    const { summary, ...told } = await askArgo(api, { service, namespace: SHOP, ...more })
    expect(told).toMatchObject({ verdict, pass: null })
    expect(summary).toMatch(new RegExp(`^${word} {2}shop/${service} `))
  })

  it('tells where the webhook says what the Service does not have', async () => {
    const named = await readProblem(askFlagger(api, about('toad-canary', { path: '/', port: 'nope' })))
    expect([named.code, named.errors[0]?.pointer]).toEqual(['impossible_request', '/metadata/port'])
    const inJob = await readProblem(
      askFlagger(api, about('toad-canary', { job: 'checks: [{ type: tcp, name: a, port: nope }]' })),
    )
    expect(inJob.errors[0]).toMatchObject({
      pointer: '/metadata/job',
      detail: expect.stringMatching(/^\/checks\/0\/port /),
    })
    const gone = await askFlagger(api, about('newt'))
    expect([gone.status, await gone.text()]).toEqual([
      412,
      expect.stringContaining('Service/newt in namespace shop is not in'),
    ])
  })

  it('is no failure while the cluster cannot be read', async () => {
    cluster.refuse(unreachable())
    try {
      const response = await askFlagger(api, payload())
      expect([response.status, (await readProblem(response)).code]).toEqual([503, 'cluster_unreachable'])
      expect(await askArgo(api, { service: 'toad-canary', namespace: SHOP })).toMatchObject({
        ...{ verdict: 'error', pass: null, report: null },
        summary: expect.stringContaining('cluster_unreachable'),
      })
    } finally {
      cluster.refuse(null)
    }
  })

  it('takes the options of a job, and all of a job as YAML or as the body', async () => {
    const options = {
      samples: '2',
      path: '/healthz',
      port: 'http',
      timeoutMs: '4000',
      history: 'false',
      sameResponder: 'true',
    }
    const asked = await askFlagger(api, about('toad-canary', options))
    const job = await readJob(api.call(asked.headers.get('location') ?? ''))
    const tried = job.paths.find(({ kind }) => kind === 'LoadBalancer')?.results.map(({ check }) => check)
    expect([asked.status, tried]).toEqual([200, ['gate', 'gate']])
    expect(pod.requests.filter((line) => line.startsWith('GET /healthz '))).toHaveLength(2)
    const yaml = 'checks: [{type: http, name: who, path: /who}]\nlabels: {team: pond}\npaths: {include: [LoadBalancer]}'
    const whole = await askFlagger(api, about('toad-canary', { job: yaml }))
    const made = await readJob(api.call(whole.headers.get('location') ?? ''))
    expect([whole.status, made.labels.team, made.labels.gate]).toEqual([200, 'pond', 'flagger'])
    const { verdict } = await askArgo(api, {
      service: 'toad-canary',
      namespace: SHOP,
      path: '/deep',
      label: 'revision=7',
    })
    const [newest] = await jobsOf(api, 'toad-canary')
    expect([verdict, newest?.labels]).toEqual(['pass', { gate: 'argo-rollouts', revision: '7' }])
  })

  describe('of a job that lasts longer than the wait', () => {
    const lasting = { timeoutMs: '60000', deadlineMs: '50000' }
    const ids = async () => (await jobsOf(api, 'slow')).map(({ id }) => id)

    it('says that nothing is known yet, and the job goes on: the next to ask is told its verdict, once', async () => {
      const before = await ids()
      const first = await askFlagger(api, about('slow', lasting), '?wait=1')
      expect([first.status, first.headers.get('retry-after')]).toEqual([503, '1'])
      expect(await first.text()).toMatch(/^RUNNING {2}shop\/slow/)
      const location = first.headers.get('location') ?? ''
      answers.resolve()
      await readJob(api.call(`${location}?wait=25`))
      const second = await askFlagger(api, about('slow', lasting), '?wait=9')
      expect([second.status, second.headers.get('location')]).toEqual([200, location])
      const third = await askFlagger(api, about('slow', lasting))
      expect([third.status, third.headers.get('location') === location]).toEqual([200, false])
      expect(await ids()).toHaveLength(before.length + 2)
    })

    it('is one job for all who ask the same meanwhile, and another for another question', async () => {
      const before = await ids()
      const same = Array.from({ length: 8 }, () =>
        askFlagger(api, about('slow', { ...lasting, samples: '1' }), '?wait=1'),
      )
      const other = askFlagger(api, { ...about('slow', { ...lasting, samples: '1' }), checksum: 'another' }, '?wait=1')
      const locations = (await Promise.all(same)).map(({ status, headers }) => [status, headers.get('location')])
      expect(new Set(locations.map(String)).size).toBe(1)
      expect((await other).headers.get('location')).not.toBe(locations[0]?.[1])
      expect(await ids()).toHaveLength(before.length + 2)
      answers.resolve()
    })

    it("passes within Flagger's own retries, without another job", async () => {
      const before = await ids()
      const webhook = hook({
        url: `${api.url}/v1/gates/flagger?wait=1`,
        retries: 3,
        metadata: { service: 'slow', ...lasting },
      })
      const { error, attempts } = await callWebhook(CANARY, 'Promoting', webhook, async (seconds) => {
        expect(seconds).toBe(1)
        answers.resolve()
      })
      expect([error, attempts.map(({ status }) => status)]).toEqual([null, [503, 200]])
      expect(await ids()).toHaveLength(before.length + 1)
    })

    it('is inconclusive for Argo Rollouts until it has ended', async () => {
      const query = { service: 'slow', namespace: SHOP, ...lasting }
      const { summary, report, ...rest } = await askArgo(api, { ...query, wait: '1' })
      expect(rest).toEqual({ verdict: 'inconclusive', pass: null, findings: [] })
      expect(summary).toMatch(
        /^RUNNING {2}shop\/slow {2}\d+ of \d+ paths decided {2}the job is running: no verdict yet$/,
      )
      answers.resolve()
      const posted = await read<Verdict>(
        api.call(`/v1/gates/argo-rollouts?${new URLSearchParams(query)}`, { method: 'POST' }),
      )
      expect([posted.verdict, posted.report]).toEqual(['pass', report])
    })

    it('keeps the verdict for whoever has gone before it was said', async () => {
      const gone = new AbortController()
      const url = `${api.url}/v1/gates/flagger?wait=20`
      const body = JSON.stringify(about('slow', { ...lasting, samples: '2' }))
      const asking = fetch(url, {
        ...{ method: 'POST', body, headers: { 'content-type': 'application/json' }, signal: gone.signal },
      }).catch(() => 'gone')
      const before = await ids()
      await expect.poll(ids).toHaveLength(before.length + 1)
      gone.abort()
      expect(await asking).toBe('gone')
      answers.resolve()
      const [id] = await ids()
      await readJob(api.call(`/v1/jobs/${id}?wait=25`))
      const again = await askFlagger(api, about('slow', { ...lasting, samples: '2' }))
      expect([again.status, again.headers.get('location')]).toEqual([200, `/v1/jobs/${id}`])
    })
  })
})
