import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeLive } from '../support/describe-live.ts'
import { liveObjects } from '../support/live-objects.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readJob } from '../support/read.ts'
import { refusedPort } from '../support/servers.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

const cluster = liveObjects()
let api: TestPortolan
let pod: Pod

beforeAll(async () => {
  ;[api, pod] = await Promise.all([startTestPortolan({}, { clusterSource: cluster.source }), startPod('toad')])
})
afterAll(() => Promise.all([api.close(), pod.close()]))

const slice = (port: number) => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'toad-svc-1', namespace: 'default', labels: { 'kubernetes.io/service-name': 'toad-svc' } },
  addressType: 'IPv4',
  ports: [{ name: 'http', port }],
  endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready: true } }],
})
const target = { namespace: 'default', service: 'toad-svc' }

describeLive('settleMs on a live Service', () => {
  it('follows a rollout: the pod that went is told so, and the one that came decides', async () => {
    const old = await refusedPort()
    cluster.set([toadService(old), slice(old)])
    const json = { target, paths: { include: ['Endpoint'] }, settleMs: 20_000 }
    const { id } = await readJob(api.call('/v1/jobs', { json }))
    cluster.set([toadService(pod.port), slice(pod.port)])
    const job = await readJob(api.call(`/v1/jobs/${id}?wait=30`))
    const tried = job.paths.filter(({ kind }) => kind === 'Endpoint')
    expect([
      job.verdict,
      tried.map(({ addressPort, outcome, skipped }) => [addressPort, outcome, skipped?.reason]),
    ]).toEqual([
      'pass',
      [
        [pod.port, 'pass', undefined],
        [old, 'skipped', 'gone'],
      ],
    ])
    expect(tried.map(({ results }) => results.map(({ round, outcome }) => [round, outcome]))).toEqual([
      [[2, 'pass']],
      [[1, 'fail']],
    ])
    const text = await (await api.call(`/v1/jobs/${id}/report?format=text`)).text()
    expect(text).toContain('gone: the objects no longer lead here')
  })

  it('makes a path of a load balancer when it gets its address', async () => {
    const balanced = (status: Record<string, unknown>) => [
      { ...toadService(pod.port, { type: 'LoadBalancer' }), status },
    ]
    cluster.set(balanced({}))
    const json = { target, paths: { include: ['LoadBalancer'] }, settleMs: 20_000 }
    const { id } = await readJob(api.call('/v1/jobs', { json }))
    cluster.set(balanced({ loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } }))
    const job = await readJob(api.call(`/v1/jobs/${id}?wait=30`))
    expect([
      job.verdict,
      job.paths.filter(({ kind }) => kind === 'LoadBalancer').map(({ outcome }) => outcome),
    ]).toEqual(['pass', ['pass']])
  })
})

describeLive('a live Service without settleMs', () => {
  const endpointsOf = async (id: string) => {
    const job = await readJob(api.call(`/v1/jobs/${id}?wait=30`))
    return {
      verdict: job.verdict,
      rounds: job.paths.flatMap(({ addressPort, outcome, results }) =>
        outcome === null ? [] : [[addressPort, outcome, results.map(({ round }) => round)]],
      ),
    }
  }

  it('is not blamed for pods that a rollout took away between the read and the try', async () => {
    const old = await refusedPort()
    cluster.set([toadService(old), slice(old)])
    const json = { target, paths: { include: ['Endpoint'] } }
    const { id } = await readJob(api.call('/v1/jobs', { json }))
    cluster.set([toadService(pod.port), slice(pod.port)])
    expect(await endpointsOf(id)).toMatchObject({ verdict: 'pass' })
  })

  it('is tried once where its objects stay as they are', async () => {
    const old = await refusedPort()
    cluster.set([toadService(old), slice(old)])
    const { id } = await readJob(api.call('/v1/jobs', { json: { target, paths: { include: ['Endpoint'] } } }))
    const { verdict, rounds } = await endpointsOf(id)
    expect(verdict).toBe('fail')
    expect(rounds.filter(([, outcome]) => outcome !== 'skipped')).toEqual([[old, 'fail', [1]]])
  })
})
