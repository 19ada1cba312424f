/** Jobs, batches and schedules of live Services: a real server reads an API server over TLS, and dials real listeners. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../../live/support/until.ts'
import type { ApiServer, KubeObject } from '../../support/api-server.ts'
import { liveClusters, mayRead } from '../../support/live-cluster.ts'
import { startTestPortolan, type TestPortolan } from '../../support/portolan.ts'
import { readBatch, readJob, readJobs, readProblem, readSchedule } from '../../support/read.ts'
import { refusedPort } from '../../support/servers.ts'
import { type Pod, startPod } from '../../support/toad.ts'

const live = liveClusters()
const OUTSIDE = { PORTOLAN_VANTAGE: 'outside' }
let cluster: ApiServer
let api: TestPortolan
let pod: Pod

beforeAll(async () => {
  const { server, source } = await live.of([namespace('shop'), namespace('pond')], { isPlain: false })
  cluster = server
  pod = await startPod('toad')
  api = await startTestPortolan(OUTSIDE, { clusterSource: source })
})
afterAll(async () => {
  await api.close()
  await Promise.all([live.closeAll(), pod.close()])
})

const namespace = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
/** A Service behind a load balancer that is this machine. */
const balanced = (name: string, port = pod.port, within = 'shop'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: within, labels: { app: name } },
  spec: {
    ...{ type: 'LoadBalancer', clusterIP: '10.96.0.10', clusterIPs: ['10.96.0.10'], ipFamilies: ['IPv4'] },
    ports: [{ name: 'http', port, targetPort: port, protocol: 'TCP' }],
    selector: { app: name },
  },
  status: { loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } },
})
const CI_STEP = '/v1/jobs?service=toad-svc&namespace=shop&wait=20&failStatus=424&format=text'
const ciStep = () => api.call(CI_STEP, { method: 'POST' })

describe('a CI step without a body', () => {
  it('passes, and fails the build where the Service does not answer', async () => {
    cluster.objects.apply(balanced('toad-svc'))
    const passing = await ciStep()
    expect([passing.status, (await passing.text()).slice(0, 20)]).toEqual([200, 'PASS  shop/toad-svc '])
    cluster.objects.apply(balanced('toad-svc', await refusedPort()))
    const failing = await ciStep()
    expect([failing.status, (await failing.text()).slice(0, 20)]).toEqual([424, 'FAIL  shop/toad-svc '])
    cluster.objects.apply(balanced('toad-svc'))
  })

  it('is a 404 with near names where there is no such Service', async () => {
    const response = await api.call('/v1/jobs?service=toad-scv&namespace=shop', { method: 'POST' })
    const { code, detail, errors } = await readProblem(response)
    expect([response.status, code, errors[0]?.pointer]).toEqual([404, 'service_not_found', '?service'])
    expect(detail).toContain('toad-svc')
  })

  it('is a 502 while the API server is away, and says nothing about the Service', async () => {
    await cluster.stop()
    const response = await ciStep()
    await cluster.start()
    expect([response.status, (await readProblem(response)).code]).toEqual([502, 'cluster_unreachable'])
    expect((await ciStep()).status).toBe(200)
  })
})

describe('a job that settles', () => {
  it('follows a rollout that comes after it was asked for', async () => {
    const old = await refusedPort()
    cluster.objects.apply(balanced('toad-svc', old))
    const json = {
      ...{ target: { namespace: 'shop', service: 'toad-svc' }, settleMs: 20_000 },
      paths: { include: ['LoadBalancer'] },
    }
    const { id } = await readJob(api.call('/v1/jobs', { json }))
    cluster.objects.apply(balanced('toad-svc'))
    const job = await readJob(api.call(`/v1/jobs/${id}?wait=30`))
    const tried = job.paths.filter(({ kind }) => kind === 'LoadBalancer')
    expect([job.verdict, tried.map((path) => [path.addressPort, path.outcome, path.skipped?.reason])]).toEqual([
      'pass',
      [
        [pod.port, 'pass', undefined],
        [old, 'skipped', 'gone'],
      ],
    ])
  })
})

describe('a batch', () => {
  it('is about the Services that the selector names, in the namespaces that are named', async () => {
    cluster.objects.applyAll([balanced('toad-svc'), balanced('frog'), balanced('newt', pod.port, 'pond')])
    const json = { target: { namespaces: ['shop', 'pond'], selector: 'app in (toad-svc,newt)' } }
    const body = await readBatch(api.call('/v1/batches?wait=20', { json }))
    expect([body.verdict, body.jobs.map((job) => `${job.namespace}/${job.service}`)]).toEqual([
      'pass',
      ['pond/newt', 'shop/toad-svc'],
    ])
  })
})

describe('a server that may read little', () => {
  it('plans from what it sees, and tells what to allow; without the Service itself it is a 502', async () => {
    const account = mayRead(cluster, 'reader', [])
    const { source } = live.connect(cluster, { token: account })
    const limited = await startTestPortolan(OUTSIDE, { clusterSource: source })
    const step = () => limited.call(CI_STEP.replace('&format=text', ''), { method: 'POST' })
    try {
      const refused = await step()
      const { code, detail } = await readProblem(refused)
      expect([refused.status, code]).toEqual([502, 'cluster_refused'])
      expect(detail).toMatch(/services/)
      mayRead(cluster, 'reader', ['services'], ['shop'])
      const job = await readJob(step())
      expect(job.verdict).toBe('pass')
      expect(job.objects.forbidden.map(({ resource }) => resource)).toEqual(
        expect.arrayContaining(['endpointslices', 'pods', 'nodes', 'ingresses']),
      )
      for (const { rule, effect } of job.objects.forbidden) {
        expect([effect.length > 10, rule.startsWith('apiVersion: rbac.authorization.k8s.io/v1\n')]).toEqual([
          true,
          true,
        ])
      }
    } finally {
      await limited.close()
    }
  })
})

const outcomeOf = async (id: string) => {
  const { items } = await readJobs(api.call(`/v1/schedules/${id}/jobs?limit=1`))
  const [job] = items
  return job?.problem?.code ?? job?.verdict
}

describe('a schedule that was made before a rollout', () => {
  it('follows it: another port, the Service deleted, and made again', async () => {
    cluster.objects.apply(balanced('toad-svc', await refusedPort()))
    const json = {
      ...{ name: 'toad', cron: '@every 1s' },
      job: { target: { namespace: 'shop', service: 'toad-svc' }, paths: { include: ['LoadBalancer'] } },
    }
    const { id } = await readSchedule(api.call('/v1/schedules', { json }))
    await until<unknown>('fail', () => outcomeOf(id))
    cluster.objects.apply(balanced('toad-svc'))
    await until<unknown>('pass', () => outcomeOf(id))
    cluster.objects.remove('Service', 'shop', 'toad-svc')
    await until<unknown>('service_not_found', () => outcomeOf(id))
    const { items } = await readJobs(api.call(`/v1/schedules/${id}/jobs?limit=1`))
    expect(items[0]).toMatchObject({ status: 'finished', verdict: 'error', problem: { status: 404 } })
    const stalled = async () => (await readSchedule(api.call(`/v1/schedules/${id}`))).stalled?.problem?.code
    await until<unknown>('service_not_found', stalled)
    cluster.objects.apply(balanced('toad-svc'))
    await until<unknown>('pass', () => outcomeOf(id))
    expect(await stalled()).toBe(undefined)
    await api.call(`/v1/schedules/${id}`, { method: 'DELETE' })
  }, 30_000)
})
