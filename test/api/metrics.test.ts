import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/lib/clock.ts'
import { by } from '../contract/runtimes.ts'
import { type ReadSample, readMetrics, valuesOf } from '../support/metrics.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readJob } from '../support/read.ts'
import { serve, type TestServer } from '../support/servers.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

let api: TestPortolan
let pod: Pod
let silent: TestServer
let aheadMs = 0

beforeAll(async () => {
  const clock = { ...systemClock, now: () => Date.now() + aheadMs }
  ;[api, pod, silent] = await Promise.all([
    startTestPortolan({}, { clock }),
    startPod('toad-1'),
    serve(() => undefined),
  ])
})
afterAll(() => Promise.all([api.close(), pod.close(), silent.close()]))

const named = (name: string, manifest: Record<string, unknown>) => ({
  ...manifest,
  metadata: { name, namespace: 'default' },
})
const run = async (service: string, port: number, extra: Record<string, unknown> = {}) => {
  const json = {
    target: { manifests: [named(service, toadService(port))] },
    paths: { include: ['ClusterIP'] },
    ...extra,
  }
  return readJob(api.call('/v1/jobs?wait=20', { json }))
}
const scrape = async (): Promise<ReadSample[]> => {
  const response = await api.call('/metrics')
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
  ])
  return readMetrics(await response.text())
}
const of = (samples: readonly ReadSample[], service: string) =>
  samples.filter(({ labels }) => labels.service === service)

describe('GET /metrics', () => {
  it("shows a passing path under blackbox_exporter's names, with its labels", async () => {
    const job = await run('passing', pod.port)
    const samples = of(await scrape(), 'passing')
    const labels = {
      ...{ cluster: 'default', namespace: 'default', service: 'passing', kind: 'ClusterIP', port: String(pod.port) },
      ...{
        address: '127.0.0.1',
        check: 'default',
        vantage: 'in-cluster',
        path: job.paths.find((p) => p.results.length > 0)?.id,
      },
    }
    expect(samples.filter(({ name }) => name === 'probe_success')).toEqual([
      { name: 'probe_success', labels, value: 1 },
    ])
    expect([...new Set(samples.map(({ name }) => name))]).toEqual([
      'probe_success',
      'probe_duration_seconds',
      'probe_ip_protocol',
      'probe_http_status_code',
      'probe_http_version',
      'probe_http_ssl',
      'probe_http_duration_seconds',
    ])
    const phases = valuesOf(samples, 'probe_http_duration_seconds', 'phase')
    expect(Object.keys(phases)).toEqual(['connect', 'processing', 'transfer'])
    expect(valuesOf(samples, 'probe_http_status_code', 'check')).toEqual({ default: 200 })
  })

  it('shows a failing path as 0, with its code', async () => {
    await run('refused', 1)
    const samples = of(await scrape(), 'refused')
    expect(valuesOf(samples, 'probe_success', 'check')).toEqual({ default: 0 })
    expect(valuesOf(samples, 'probe_http_status_code', 'check')).toEqual({ default: 0 })
    const [info] = samples.filter(({ name }) => name === 'portolan_probe_failure_info')
    expect(info).toMatchObject({ labels: { code: 'connection_refused', phase: 'connect', source: 'target' }, value: 1 })
  })

  it('does not blame a target for an error of our own', async () => {
    expect((await run('cut', silent.port, { deadlineMs: 300 })).verdict).toBe('error')
    const samples = of(await scrape(), 'cut')
    expect(samples.filter(({ name }) => name === 'probe_success')).toEqual([])
    const [info] = samples.filter(({ name }) => name === 'portolan_probe_failure_info')
    expect(info?.labels).toMatchObject({ code: 'deadline_exceeded', source: 'internal' })
  })

  it('shows all Endpoint paths of one port and family as one series, which fails if one fails', async () => {
    const endpoints = (name: string, port: number, addresses: string[]) => ({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name, namespace: 'default', labels: { 'kubernetes.io/service-name': 'pods' } },
      addressType: 'IPv4',
      ports: [{ name: 'http', port }],
      endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
    })
    const other = await startPod('toad-2', '127.0.0.2')
    const post = (slices: unknown[]) =>
      readJob(
        api.call('/v1/jobs?wait=20', {
          json: {
            target: { manifests: [named('pods', toadService(pod.port)), ...slices] },
            paths: { include: ['Endpoint'] },
          },
        }),
      )
    const up = [endpoints('a', pod.port, ['127.0.0.1']), endpoints('b', other.port, ['127.0.0.2'])]
    expect((await post(up)).verdict).toBe('pass')
    const both = of(await scrape(), 'pods').filter(({ name }) => name === 'probe_success')
    await other.close()
    expect((await post(up)).verdict).toBe('fail')
    const one = of(await scrape(), 'pods').filter(({ name }) => name === 'probe_success')
    expect(both).toHaveLength(1)
    expect(one).toEqual([{ ...both[0], value: 0 }])
    expect(both[0]?.labels).not.toHaveProperty('address')
    // The pod that fails is gone: what it left behind does not count
    expect((await post([endpoints('a', pod.port, ['127.0.0.1'])])).verdict).toBe('pass')
    expect(of(await scrape(), 'pods').filter(({ name }) => name === 'probe_success')).toEqual(both)
  })

  it('gives no two samples the same labels: rules of one host, both families, ports, checks, vantages', async () => {
    const ingress = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'many', namespace: 'default' },
      spec: {
        tls: [{ hosts: ['many.example'] }],
        rules: [
          {
            host: 'many.example',
            http: {
              paths: ['/a', '/b'].map((path) => ({
                ...{ path, pathType: 'Prefix' },
                backend: { service: { name: 'many', port: { number: pod.port } } },
              })),
            },
          },
        ],
      },
    }
    const endpoints = ['IPv4', 'IPv6'].map((addressType) => ({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: addressType.toLowerCase(),
        namespace: 'default',
        labels: { 'kubernetes.io/service-name': 'many' },
      },
      addressType,
      ports: [{ name: 'http', port: pod.port }],
      endpoints: [{ addresses: [addressType === 'IPv4' ? '127.0.0.1' : '::1'], conditions: { ready: true } }],
    }))
    const manifests = [named('many', toadService(pod.port)), ingress, ...endpoints]
    for (const vantage of ['in-cluster', 'outside']) {
      const json = {
        target: { manifests },
        vantage,
        paths: { include: ['Ingress', 'ClusterIP', 'Endpoint'] },
        addresses: { ingressController: ['127.0.0.1'], controllerPorts: { http: pod.port, https: pod.port } },
        checks: [
          { name: 'one', type: 'http' },
          { name: 'two', type: 'http' },
        ],
      }
      expect((await readJob(api.call('/v1/jobs?wait=20', { json }))).status).toBe('finished')
    }
    const samples = of(await scrape(), 'many')
    const keys = samples.map(({ name, labels }) => JSON.stringify([name, Object.entries(labels).toSorted()]))
    expect(samples.filter(({ name }) => name === 'probe_success').length).toBeGreaterThanOrEqual(10)
    expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([])
  })

  it('forgets a path that is planned no more, and everything an hour after its last result', async () => {
    await run('moved', pod.port)
    await run('moved', pod.port, {
      target: {
        manifests: [
          named('moved', {
            ...toadService(pod.port),
            spec: { ...(toadService(pod.port).spec as object), ports: [{ name: 'other', port: 1 }] },
          }),
        ],
      },
    })
    expect(valuesOf(of(await scrape(), 'moved'), 'probe_success', 'port')).toEqual({ '1': 0 })
    // A minute is left, however slow this machine is.
    await run('fresh', pod.port)
    aheadMs = 3_540_000
    expect(of(await scrape(), 'fresh')).not.toEqual([])
    aheadMs = 3_630_000
    const samples = await scrape()
    expect(samples.filter(({ name }) => name === 'probe_success')).toEqual([])
    aheadMs = 0
  })

  it('shows the process: release, jobs, tries, requests by route', async () => {
    await api.call('/v1/jobs/job_01KAXW0000EXAMPLE0000000AB')
    await api.call('/no/such/route', { method: 'PURGE' })
    const samples = await scrape()
    expect(valuesOf(samples, 'portolan_jobs', 'status')).toEqual({ queued: 0, running: 0 })
    expect(valuesOf(samples, 'portolan_schedules', 'state')).toEqual({ active: 0, failing: 0, paused: 0 })
    expect(valuesOf(samples, 'portolan_tries_in_flight', '')).toEqual(by('figures', { node: { '': 0 }, workers: {} }))
    expect(samples.find(({ name }) => name === 'portolan_build_info')).toMatchObject({ value: 1 })
    const requests = samples.filter(({ name }) => name === 'portolan_http_requests_total')
    expect(requests).toContainEqual({
      name: 'portolan_http_requests_total',
      labels: { method: 'GET', route: '/v1/jobs/:id', status: '404' },
      value: 1,
    })
    expect(requests).toContainEqual({
      name: 'portolan_http_requests_total',
      labels: { method: 'other', route: 'none', status: '404' },
      value: 1,
    })
    const all = samples.filter(({ name, labels }) => name.endsWith('_bucket') && labels.route === '/v1/jobs/:id')
    expect(all.at(-1)).toMatchObject({ labels: { le: '+Inf' }, value: 1 })
  })

  it('needs a token where the API does, and so does /probe', async () => {
    const token = 'a-token-for-the-tests'
    const guarded = await startTestPortolan({ PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: token })
    try {
      for (const path of ['/metrics', `/probe?target=127.0.0.1:${pod.port}&module=tcp_connect`]) {
        expect((await guarded.call(path)).status).toBe(401)
        expect((await guarded.call(path, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200)
      }
    } finally {
      await guarded.close()
    }
  })
})
