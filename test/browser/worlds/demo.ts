/**
 * The demonstration's Service as `portolan demo` shows it: pods, proxies, a DNS server and an Ingress controller
 * listen on loopback, and real jobs have asked them, some while a node was broken. Beside it there is a live cluster of
 * which not everything may be read.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseManifests } from '../../../src/kube/parse.ts'
import { issueCertificate } from '../../../src/runtime/cli/demo/certificate.ts'
import { EACH_ITS_ADDRESS } from '../../../src/runtime/cli/demo/packed.ts'
import { startWorld } from '../../../src/runtime/cli/demo/world.ts'
import { startApiServer } from '../../support/api-server.ts'
import { writeKubeconfig } from '../../support/kubeconfig.ts'
import { mayRead } from '../../support/live-cluster.ts'
import { loopbackService } from '../../support/loopback-service.ts'
import { startPod } from '../../support/toad.ts'
import { NO_PLACES, startServer, type World } from './world.ts'

const DNS = { address: '127.96.0.10', port: 9053 }
const CONTROLLER_PORTS = { http: 9081, https: 9443 }
const DOMAIN = 'cluster.local'

export type DemoWorld = World & {
  /** A job of the demonstration, as its command asks for it. */
  job: Readonly<Record<string, unknown>>
  breakNodes(names: readonly string[]): Promise<void>
}

/** @param place from 0 to 3: worlds with different ones are there at once, each on addresses of its own. */
export async function startDemoWorld(place = 0): Promise<DemoWorld> {
  const moved = (text: string): string =>
    text.replaceAll(/\b127\.(96|172|203|244)\./g, (_, second: string) => `127.${Number(second) + 1 + place}.`)
  const manifests = moved(EACH_ITS_ADDRESS.manifests)
  const dns = { ...DNS, address: moved(DNS.address) }
  const { objects } = parseManifests(manifests, { pointer: '' })
  const { ca, ...certificate } = issueCertificate(['toad.example.com'])
  const closing: { close(): Promise<unknown> }[] = []
  const keep = <T extends { close(): Promise<unknown> }>(one: T): T => {
    closing.push(one)
    return one
  }
  const demo = keep(
    await startWorld(objects, { dns, clusterDomain: DOMAIN, controllerPorts: CONTROLLER_PORTS, certificate }),
  )
  const pod = keep(await startPod('frog-1'))
  const api = keep(await startApiServer())
  const token = mayRead(api, 'portolan', ['services', 'endpointslices.discovery.k8s.io', 'namespaces'])
  api.objects.applyAll([JSON.parse(loopbackService(pod.port, { name: 'heron', namespace: 'shop' }))])
  const folder = mkdtempSync(join(tmpdir(), 'portolan-browser-'))
  keep({ close: async () => rmSync(folder, { recursive: true }) })
  const gone = { server: { url: 'http://127.0.0.1:9', caPem: '' } }
  const server = keep(
    await startServer({
      PORTOLAN_KUBECONFIG: writeKubeconfig(folder, { pond: { server: api, token }, gone }),
      PORTOLAN_CLUSTERS: 'pond=pond,gone=gone',
      PORTOLAN_CLUSTER: 'pond',
    }),
  )
  const job = {
    target: { manifests },
    vantage: 'in-cluster',
    addresses: {
      ...{ dnsServers: [`${dns.address}:${dns.port}`], clusterDomain: DOMAIN, controllerPorts: CONTROLLER_PORTS },
      environment: moved(EACH_ITS_ADDRESS.environment),
    },
    checks: [
      {
        ...{ name: 'hello', type: 'http', responder: { header: 'x-pod-name' }, tls: { caPem: ca } },
        expect: { failIfBodyNotMatchesRegexp: ["^You've hit toad-"] },
      },
    ],
  }
  const made = await fill(server, { job, breakNodes: demo.breakNodes, port: pod.port })
  return {
    ...{ url: server.url, ask: server.ask, job, breakNodes: demo.breakNodes, places: made },
    async close() {
      for (const each of closing.toReversed()) {
        await each.close()
      }
    },
  }
}

type Id = { id: string }
type Filling = { job: Record<string, unknown>; breakNodes: DemoWorld['breakNodes']; port: number }

async function fill({ ask }: Pick<World, 'ask'>, { job, breakNodes, port }: Filling): Promise<World['places']> {
  const run = (json: unknown) => ask<Id>('/v1/jobs?wait=30', { json })
  const frog = (name: string) => ({ target: { manifests: loopbackService(port, { name }) } })
  const good = await run({ ...job, labels: { commit: '4f2a91c' } })
  await breakNodes(['node-2'])
  const broken = await run(job)
  const live = await run({ target: { namespace: 'shop', service: 'heron' }, vantage: 'outside' })
  const list = [loopbackService(port, { name: 'frog' }), loopbackService(port, { name: 'newt' })].join('\n---\n')
  const batch = await ask<Id>('/v1/batches?wait=30', { json: { target: { namespace: 'shop', manifests: list } } })
  const compare = await ask<Id>('/v1/compare?wait=30', {
    json: { left: { job: good.id }, right: { job: broken.id } },
  })
  const schedules = [
    await ask<Id>('/v1/schedules', { json: { name: 'nightly', cron: '0 3 * * *', job: frog('frog') } }),
    await ask<Id>('/v1/schedules', {
      json: { name: 'paused', cron: '@every 1h', enabled: false, job: frog('newt') },
    }),
  ]
  await ask('/v1/schedules/:id/run?wait=30'.replace(':id', schedules[0]?.id ?? ''), { method: 'POST' })
  const token = await ask<Id>('/v1/tokens', {
    json: { name: 'ci', scopes: ['jobs:write', 'jobs:read'], expiresAt: in30Days() },
  })
  const status = await ask<Id & { slug: string }>('/v1/status-pages', {
    json: {
      ...{ title: 'Pond', slug: 'pond', public: true },
      services: [
        { namespace: 'default', name: 'toad-svc', title: 'Checkout' },
        { namespace: 'shop', name: 'frog', title: 'Search' },
      ],
    },
  })
  const said = await ask<Id>(`/v1/status-pages/${status.id}/announcements`, {
    json: { title: 'Payments are slow', body: 'Some take up to a minute.', services: ['Checkout'] },
  })
  return {
    ...NO_PLACES,
    services: ['pond/default/toad-svc', 'pond/shop/frog', 'pond/shop/heron'],
    jobs: [broken.id, good.id, live.id],
    batches: [batch.id],
    compares: [compare.id],
    schedules: schedules.map(({ id }) => id),
    clusters: ['pond', 'gone'],
    tokens: [token.id],
    statusPages: [status.slug],
    announcements: [`${status.id}/announcements/${said.id}`],
  }
}

const in30Days = (): string => new Date(Date.now() + 30 * 86_400_000).toISOString()
