import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Unread } from '../../src/kube/object-source.ts'
import { describeLive } from '../support/describe-live.ts'
import { liveObjects, READ_AT } from '../support/live-objects.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readJob, readPlan } from '../support/read.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

const cluster = liveObjects()
let api: TestPortolan
let pod: Pod

beforeAll(async () => {
  ;[api, pod] = await Promise.all([startTestPortolan({}, { clusterSource: cluster.source }), startPod('toad')])
  cluster.set([toadService(pod.port)])
})
afterAll(() => Promise.all([api.close(), pod.close()]))

const MANIFESTS = { source: 'manifests', readAt: null, resourceVersions: {}, stale: false, forbidden: [] }
const FORBIDDEN: Unread = {
  ...{ kind: 'pods', namespace: 'default', besides: [], part: 'all', reason: 'forbidden', detail: 'pods is forbidden' },
  refused: { verb: 'list', group: '', resource: 'pods', user: 'system:serviceaccount:portolan:portolan' },
}

const live = { target: { namespace: 'default', service: 'toad-svc' }, paths: { include: ['ClusterIP'] } }

describe('the objects that a job used', () => {
  it('came with it, where it has manifests', async () => {
    const json = { target: { manifests: [toadService(pod.port)] }, paths: { include: ['ClusterIP'] } }
    expect((await readJob(api.call('/v1/jobs?wait=20', { json }))).objects).toEqual(MANIFESTS)
    expect((await readPlan(api.call('/v1/plan', { json }))).objects).toEqual(MANIFESTS)
  })

  describeLive('came from the cluster', () => {
    const read = { source: 'cluster', readAt: READ_AT, resourceVersions: { services: '4711' } }

    it('with when they were read, and which versions', async () => {
      const whole = { ...read, stale: false, forbidden: [] }
      const job = await readJob(api.call('/v1/jobs?wait=20', { json: live }))
      expect([job.verdict, job.objects]).toEqual(['pass', whole])
      expect((await readPlan(api.call('/v1/plan', { json: live }))).objects).toEqual(whole)
      const text = await (await api.call(`/v1/jobs/${job.id}/report?format=text`)).text()
      expect(text).toContain(`\n    objects read from the cluster at ${READ_AT}\n`)
      expect(text).not.toContain('Not allowed')
    })

    it('with what was refused, what is missing for it, and the rule to add, which fails no job', async () => {
      cluster.set([toadService(pod.port)], { unread: [FORBIDDEN] })
      const job = await readJob(api.call('/v1/jobs?wait=20', { json: live }))
      cluster.set([toadService(pod.port)], { unread: [] })
      const [forbidden, ...others] = job.objects.forbidden
      expect([job.verdict, forbidden, others]).toEqual([
        'pass',
        {
          ...{ resource: 'pods', verb: 'list', namespace: 'default' },
          effect: expect.stringContaining('pods are not known'),
          rule: expect.stringContaining('resources: [pods], verbs: [list, watch]'),
        },
        [],
      ])
      const text = await (await api.call(`/v1/jobs/${job.id}/report?format=text`)).text()
      expect(text).toContain('Not allowed to read\n  pods (list, namespace default): ')
      expect(text).toContain(`/v1/jobs/${job.id}" | jq -r '.objects.forbidden[].rule'`)
      const markdown = await (await api.call(`/v1/jobs/${job.id}/report?format=markdown`)).text()
      expect(markdown).toContain('```yaml\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\n')
    })

    it('and may be the last that were known', async () => {
      cluster.set([toadService(pod.port)], { stale: true })
      const job = await readJob(api.call('/v1/jobs?wait=20', { json: live }))
      cluster.set([toadService(pod.port)], { stale: false })
      expect(job.objects.stale).toBe(true)
      const text = await (await api.call(`/v1/jobs/${job.id}/report?format=text`)).text()
      expect(text.replaceAll(/\s+/g, ' ')).toContain(', the last that were known: its API server was out of reach')
    })
  })
})
