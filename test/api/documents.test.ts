import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ingress, node, service, slice } from '../support/manifests.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readJob, readPlan, readSchedule } from '../support/read.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

let api: TestPortolan
let pod: Pod
beforeAll(async () => {
  ;[api, pod] = await Promise.all([startTestPortolan(), startPod('toad')])
})
afterAll(() => Promise.all([api.close(), pod.close()]))

describe('a path, whole', () => {
  const plan = async () =>
    readPlan(
      api.call('/v1/plan', {
        json: {
          target: {
            manifests: [
              service({
                ...{ type: 'NodePort', externalTrafficPolicy: 'Local' },
                ports: [{ name: 'http', port: 80, nodePort: 30123 }],
              }),
              slice([{ at: '10.244.1.5', node: 'node-1', pod: 'toad-1' }]),
              node('node-1', { InternalIP: '10.0.0.11' }),
              ingress([{ path: '/pond' }], { tls: [{ hosts: ['toad.example.com'] }] }),
            ],
          },
          addresses: { environment: 'TOAD_SERVICE_HOST=10.96.0.8' },
          paths: { exclude: [{ kind: 'Ingress' }] },
        },
      }),
    )
  const rest = {
    node: null,
    pod: null,
    trafficPolicy: null,
    host: null,
    serverName: null,
    rulePath: null,
    pathType: null,
    parent: null,
    match: null,
    shortCut: false,
    skipped: null,
    variable: null,
    dns: null,
    expected: 'reachable',
  }
  const none = { address: null, addressPort: null, family: null }
  const http = { name: 'http', number: 80, protocol: 'TCP' }

  it.each([
    [
      'NodePort',
      {
        ...rest,
        ...{ kind: 'NodePort', port: http, address: '10.0.0.11', addressPort: 30123, family: 'IPv4', node: 'node-1' },
        ...{ trafficPolicy: 'Local', url: 'http://10.0.0.11:30123/' },
        because: ['Service/toad spec.ports[0].nodePort', 'Node/node-1 status.addresses[0]'],
      },
    ],
    [
      'Endpoint',
      {
        ...rest,
        ...{ kind: 'Endpoint', port: http, address: '10.244.1.5', addressPort: 8080, family: 'IPv4' },
        ...{ node: 'node-1', pod: 'toad-1', url: 'http://10.244.1.5:8080/' },
        because: ['EndpointSlice/toad-abc endpoints[0].addresses[0]', 'EndpointSlice/toad-abc ports[0].port'],
      },
    ],
    [
      'Ingress',
      {
        ...rest,
        ...{ kind: 'Ingress', port: http, address: '203.0.113.80', addressPort: 443, family: 'IPv4' },
        ...{ host: 'toad.example.com', serverName: 'toad.example.com', rulePath: '/pond', pathType: 'Prefix' },
        parent: { kind: 'IngressClass', namespace: null, name: 'nginx', section: null },
        url: 'https://toad.example.com/pond',
        because: [
          'Ingress/toad spec.rules[0].http.paths[0]',
          'Service/toad spec.ports[0].port',
          'Ingress/toad status.loadBalancer.ingress[0].ip',
          'Ingress/toad spec.tls[0]',
        ],
        skipped: { reason: 'excluded', detail: 'paths.exclude[0]' },
      },
    ],
    [
      'DNS',
      {
        ...rest,
        ...{ kind: 'DNS', port: null, ...none, family: 'IPv4', host: 'toad.pond.svc.cluster.local' },
        url: 'dns:toad.pond.svc.cluster.local?type=A',
        because: [
          'Service/toad metadata.name',
          'cluster domain: the default, as nothing says otherwise',
          'Service/toad spec.clusterIPs[0]',
        ],
        dns: { name: 'toad.pond.svc.cluster.local', type: 'A', values: ['10.96.0.7'], how: 'resolve' },
      },
    ],
    [
      'Environment',
      {
        ...rest,
        ...{ kind: 'Environment', port: null, ...none, url: null },
        because: ['variable TOAD_SERVICE_HOST', 'Service/toad spec.clusterIPs[0]', 'addresses.environment'],
        variable: { name: 'TOAD_SERVICE_HOST', value: '10.96.0.7', found: '10.96.0.8' },
      },
    ],
  ])('of kind %s', async (kind, expected) => {
    const path = (await plan()).paths.find((each) => each.kind === kind)
    expect(path).toEqual({ ...expected, id: expect.stringMatching(/^pth_[0-9A-Z]{20}$/) })
  })
})

describe('a job, whole', () => {
  it('tells what was asked, what came of it and which schedule made it', async () => {
    const job = {
      target: { manifests: [toadService(pod.port)] },
      paths: { include: ['ClusterIP'] },
      labels: { commit: '4f2a91c' },
    }
    const { id } = await readSchedule(
      api.call('/v1/schedules', { json: { name: 'smoke', cron: '0 0 1 1 *', enabled: false, job } }),
    )
    const made = await readJob(api.call(`/v1/schedules/${id}/run?wait=20`, { method: 'POST' }))
    const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    const { paths, notApplicable, diagnosis, ...head } = made
    // Excluded are all but one; what this vantage or the protocol keeps from being tested is skipped all the same.
    const reasonsOf = (isLeftOut: boolean) =>
      paths.filter(({ skipped }) => skipped !== null && (skipped.reason === 'excluded') === isLeftOut).length
    const notTested = { skipped: reasonsOf(false), leftOut: reasonsOf(true) }
    expect(notTested.skipped + notTested.leftOut).toBe(paths.length - 1)
    expect(head).toEqual({
      ...{ id: expect.stringMatching(/^job_[0-9A-Z]{26}$/), status: 'finished', verdict: 'pass', problem: null },
      ...{ createdAt: instant, startedAt: instant, finishedAt: instant, durationMs: expect.any(Number) },
      target: { cluster: 'default', namespace: 'default', service: 'toad-svc' },
      ...{ vantage: 'in-cluster', labels: { commit: '4f2a91c' }, scheduleId: id, batchId: null },
      summary: { pass: 1, fail: 0, error: 0, ...notTested },
      unmet: [],
      ignored: [],
      objects: { source: 'manifests', readAt: null, resourceVersions: {}, stale: false, forbidden: [] },
    })
    expect([notApplicable.length > 0, diagnosis]).toEqual([true, { status: 'healthy', findings: [] }])
  })
})
