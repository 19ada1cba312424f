/** What a live cluster says itself is asked for where something has failed, and only there. */
import { afterEach, describe, expect, it } from 'vitest'
import { planRequest } from '../../../src/job/plan-request.ts'
import { forbiddenOf } from '../../../src/plan/forbidden.ts'
import type { ApiServer, KubeObject } from '../../support/api-server.ts'
import { liveClusters, mayRead, PLAN_DEPS } from '../../support/live-cluster.ts'
import { event, pod, service, slice, workload } from '../../support/manifests.ts'
import { startTestPortolan } from '../../support/portolan.ts'
import { readJob } from '../../support/read.ts'
import { aRequest } from '../../support/request.ts'
import { refusedPort } from '../../support/servers.ts'
import { startPod } from '../../support/toad.ts'

const live = liveClusters()
afterEach(live.closeAll)

const as = (...objects: unknown[]) => objects as KubeObject[]
const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'pond' } }
const TOAD = aRequest({ target: { cluster: 'default', namespace: 'pond', service: 'toad' } })
const PROBE = 'Readiness probe failed: HTTP probe failed with statuscode: 503'
const EVENTS = [
  event('Unhealthy', PROBE, { count: 12 }),
  event('FailedCreate', 'exceeded quota', { about: 'ReplicaSet/toad-7d9f' }),
]

const lastAt = '2026-11-30T11:59:00Z'
const UNHEALTHY = { type: 'Warning', reason: 'Unhealthy', message: PROBE, count: 12, lastAt }
const NOT_CREATED = { type: 'Warning', reason: 'FailedCreate', message: 'exceeded quota', count: 1, lastAt }
/** It is not Ready, and a ReplicaSet has made it. */
const MADE = {
  ...pod('toad-1', {}, { ready: false }),
  metadata: {
    ...{ name: 'toad-1', namespace: 'pond', labels: { app: 'toad' } },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'toad-7d9f', uid: '1', controller: true }],
  },
}

/** The names that events were asked about, by requests in this order. */
const askedAbout = ({ seen }: ApiServer): string[] =>
  seen.requests.flatMap(({ path }) => (path.includes('/events') ? (decodeURIComponent(path).split('?')[1] ?? '') : []))

const reasonsOf = (findings: readonly { evidence: readonly object[] }[]): unknown[] =>
  findings.flatMap(({ evidence }) =>
    evidence.flatMap((each) => ('field' in each && each.field === 'events' && 'value' in each ? [each.value] : [])),
  )

describe('a plan of live objects', () => {
  it('asks for no events where nothing is wrong', async () => {
    const { server, source } = await live.of(
      as(NAMESPACE, service(), slice([{ at: '10.244.0.9', pod: 'toad-1' }]), pod('toad-1'), ...EVENTS),
    )
    const { diagnosis } = await planRequest(PLAN_DEPS, TOAD, source)
    expect([diagnosis.findings, askedAbout(server)]).toEqual([[], []])
  })

  it('asks for those about the pods that are not Ready and what makes them, which are evidence then', async () => {
    const { server, source } = await live.of(
      as(...[NAMESPACE, service(), slice([{ at: '10.244.0.9', ready: false }]), MADE, ...EVENTS]),
    )
    const { diagnosis } = await planRequest(PLAN_DEPS, TOAD, source)
    expect(askedAbout(server).toSorted()).toEqual([
      'fieldSelector=involvedObject.name=toad&limit=500',
      'fieldSelector=involvedObject.name=toad-1&limit=500',
      'fieldSelector=involvedObject.name=toad-7d9f&limit=500',
    ])
    expect(diagnosis.findings[0]?.code).toBe('pods_not_ready')
    expect(reasonsOf(diagnosis.findings.slice(0, 1))).toEqual([UNHEALTHY, NOT_CREATED])
  })

  it('knows what makes the pods before it asks, so that the reason why none is made is among them', async () => {
    const { source } = await live.of(
      as(NAMESPACE, service(), slice([]), workload('ReplicaSet', 'toad-7d9f', { app: 'toad' }), ...EVENTS),
    )
    const { diagnosis } = await planRequest(PLAN_DEPS, TOAD, source)
    expect([diagnosis.findings[0]?.code, reasonsOf(diagnosis.findings)]).toEqual(['no_endpoints', [NOT_CREATED]])
  })

  it('goes without them where they are forbidden, and says once what to allow', async () => {
    const { server } = await live.of(
      as(NAMESPACE, service(), slice([{ at: '10.244.0.9', ready: false }]), pod('toad-1', {}, { ready: false })),
    )
    const all = ['services', 'endpointslices.discovery.k8s.io', 'pods', 'nodes', 'replicasets.apps']
    const { source } = live.connect(server, { token: mayRead(server, 'reader', all) })
    const { plan, diagnosis, provenance } = await planRequest(PLAN_DEPS, TOAD, source)
    expect(diagnosis.findings[0]?.code).toBe('pods_not_ready')
    const told = forbiddenOf(provenance, plan).filter(({ resource }) => resource === 'events')
    expect(told.map(({ verb, namespace, rule }) => [verb, namespace, rule.includes('resources: [events]')])).toEqual([
      ['list', 'pond', true],
    ])
  })
})

/** A Service behind a load balancer that is this machine. */
const balanced = (port: number) =>
  service(
    { type: 'LoadBalancer', ports: [{ name: 'http', port, targetPort: port }] },
    {},
    { loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } },
  )

describe('a job on a live Service', () => {
  it('asks for events when tries have failed, and shows them beside what these show', async () => {
    const passing = await startPod('toad')
    const objects = as(NAMESPACE, pod('toad-1'), slice([{ at: '10.244.0.9', pod: 'toad-1' }]))
    const { server, source } = await live.of([...objects, ...as(balanced(passing.port), ...EVENTS)])
    const api = await startTestPortolan({ PORTOLAN_VANTAGE: 'outside' }, { clusterSource: source })
    const run = () => readJob(api.call('/v1/jobs?service=toad&namespace=pond&wait=20', { method: 'POST' }))
    try {
      const good = await run()
      expect([good.verdict, askedAbout(server)]).toEqual(['pass', []])
      server.objects.applyAll(as(balanced(await refusedPort())))
      const bad = await run()
      expect([bad.verdict, askedAbout(server).toSorted()]).toEqual([
        'fail',
        ['fieldSelector=involvedObject.name=toad&limit=500', 'fieldSelector=involvedObject.name=toad-1&limit=500'],
      ])
      expect(bad.paths.flatMap(({ results }) => results?.map(({ round }) => round) ?? [])).not.toContain(2)
      expect(reasonsOf(bad.diagnosis?.findings ?? [])).toEqual([UNHEALTHY])
    } finally {
      await api.close()
      await passing.close()
    }
  })
})
