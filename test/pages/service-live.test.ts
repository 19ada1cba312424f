import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ApiServer, startApiServer } from '../support/api-server.ts'
import { openPage, sectionOf } from '../support/html.ts'
import { writeKubeconfig } from '../support/kubeconfig.ts'
import { mayRead } from '../support/live-cluster.ts'
import { loopbackService } from '../support/loopback-service.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readJob } from '../support/read.ts'
import { type Pod, startPod } from '../support/toad.ts'

const folder = mkdtempSync(join(tmpdir(), 'portolan-pages-'))
let cluster: ApiServer
let pod: Pod
let api: TestPortolan
beforeAll(async () => {
  ;[cluster, pod] = await Promise.all([startApiServer(), startPod('heron-1')])
  const token = mayRead(cluster, 'portolan', ['services', 'endpointslices.discovery.k8s.io', 'namespaces'])
  cluster.objects.applyAll([JSON.parse(loopbackService(pod.port, { name: 'heron', namespace: 'shop' }))])
  api = await startTestPortolan({
    PORTOLAN_KUBECONFIG: writeKubeconfig(folder, { pond: { server: cluster, token } }),
    PORTOLAN_CLUSTERS: 'pond=pond',
    PORTOLAN_CLUSTER: 'pond',
  })
})
afterAll(async () => {
  await api.close()
  await Promise.all([cluster.close(), pod.close()])
  rmSync(folder, { recursive: true })
})

const LOOK = '<form class="inline" method="post" action="/services/pond/shop/heron/look">'

it('a Service that its cluster has and nobody has looked at is a 404 that offers a look, which makes its page', async () => {
  const unknown = await openPage(api, '/services/pond/shop/heron')
  expect([unknown.status, unknown.html.includes(LOOK)]).toEqual([404, true])
  expect(unknown.text).toContain('The cluster pond has it, but it has never been checked.')

  const answer = await openPage(api, '/services/pond/shop/heron/look', { method: 'POST' })
  expect([answer.status, answer.headers.get('location')]).toEqual([303, expect.stringMatching(/^\/jobs\/job_/)])
  const job = await readJob(api.call(`/v1${answer.headers.get('location')}?wait=20`))
  expect([job.objects.source, job.status]).toEqual(['cluster', 'finished'])

  const { status, html } = await openPage(api, '/services/pond/shop/heron')
  expect([status, html.includes(LOOK)]).toEqual([200, true])
  expect(sectionOf(html, 'look')).toContain('Reads the objects from the cluster as they are now, and tries every path.')
  expect(sectionOf(html, 'look')).toContain('portolan check heron -n shop --cluster pond --server http://')
  const objects = sectionOf(html, 'objects')
  expect(objects).toContain('The objects of the last job were read from the cluster at 20')
  expect(objects).toMatch(/resourceVersion of each list Kind Version services \d+/)
  const rules = job.objects.forbidden.map(({ rule }) => rule.replaceAll(/\s+/g, ' ').trim())
  expect([rules.length > 0, rules.filter((rule) => !objects.includes(rule))]).toEqual([true, []])
})

it('one that neither history nor the cluster has is offered no look', async () => {
  const { status, html } = await openPage(api, '/services/pond/shop/egret')
  expect([status, html.includes('/look')]).toEqual([404, false])
})
