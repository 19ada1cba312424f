/**
 * Measures what reading and planning live Services costs, in a cluster of 2,000 Services, 5,000 pods, 100 nodes and 300
 * Ingresses that another process serves. The server's own time is told beside, as CPU of its process: of the wall time of a read, it is
 * the test server's and not a reader's. Prints medians of 50, and judges nothing. `npm run bench:live`
 */
import { createPolicy } from '../src/check/policy.ts'
import { planRequest } from '../src/job/plan-request.ts'
import type { ObjectSource, ReadTarget } from '../src/kube/object-source.ts'
import { systemClock } from '../src/lib/clock.ts'
import { createApiClient } from '../src/runtime/node/cluster/api-client.ts'
import { createClusterSource } from '../src/runtime/node/cluster/source.ts'
import { type ApiServerProcess, startApiServerProcess } from '../test/support/api-server/process.ts'
import type { KubeObject } from '../test/support/api-server.ts'
import { accessTo } from '../test/support/live-cluster.ts'
import { ingress } from '../test/support/manifests.ts'
import { aPlace } from '../test/support/place.ts'
import { aRequest } from '../test/support/request.ts'

const SIZE = { services: 2_000, pods: 5_000, nodes: 100, namespaces: 10 }
const READS = 50
const WARM_UP = 10
const AIM_MS = 100

/** As many clusters have one for some of their Services. */
const INGRESSES = 300

const server = await startApiServerProcess({ cluster: SIZE })
await server.apply(
  Array.from({ length: INGRESSES }, (_, at) => {
    const { namespace, service } = targetOf(at * 6)
    return ingress([{ to: service }], { host: `${service}.example.com` }, { name: service, namespace }) as KubeObject
  }),
)

function targetOf(index: number) {
  return { cluster: 'default', namespace: `team-${index % SIZE.namespaces}`, service: `app-${index}` }
}

const access = accessTo({ url: server.url, port: Number(new URL(server.url).port), caPem: server.caPem }, server.token)
const client = createApiClient(access)
const source = createClusterSource(client, { clock: systemClock, namespace: null, namespaces: [] })
const deps = {
  place: aPlace(),
  policy: createPolicy({ allow: [], deny: [] }),
  settings: { cluster: 'default', queueLimit: 10_000, dnsServers: [] },
}

/** Another Service each time, from all over the cluster. */
const nth = (at: number) => targetOf((at * 37) % SIZE.services)

type Cost = { wallMs: number; cpuMs: number; serverCpuMs: number; requests: number; kilobytes: number }

async function costOf(api: ApiServerProcess, act: () => Promise<unknown>): Promise<Cost> {
  await api.clear()
  const before = await api.stats()
  const cpu = process.cpuUsage()
  const begunMs = performance.now()
  await act()
  const wallMs = performance.now() - begunMs
  const { user, system } = process.cpuUsage(cpu)
  const after = await api.stats()
  return {
    wallMs,
    cpuMs: (user + system) / 1_000,
    serverCpuMs: after.cpuMs - before.cpuMs,
    requests: after.requests,
    kilobytes: after.bytes / 1_024,
  }
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

async function measure(what: string, times: number, act: (at: number) => Promise<unknown>): Promise<Cost> {
  const costs: Cost[] = []
  for (let at = 0; at < times; at++) {
    costs.push(await costOf(server, () => act(at)))
  }
  const of = (key: keyof Cost) => median(costs.map((cost) => cost[key]))
  const cost = {
    ...{ wallMs: of('wallMs'), cpuMs: of('cpuMs'), serverCpuMs: of('serverCpuMs') },
    ...{ requests: of('requests'), kilobytes: of('kilobytes') },
  }
  const round = (value: number) => value.toFixed(1).padStart(7)
  console.log(
    `${what.padEnd(44)}${round(cost.wallMs)} ms wall ${round(cost.cpuMs)} ms CPU ${round(cost.serverCpuMs)} ms CPU of the server  ` +
      `${String(cost.requests).padStart(3)} requests ${round(cost.kilobytes)} KiB`,
  )
  return cost
}

const read = (from: ObjectSource, target: ReadTarget) => from.read(target, { held: false })
const fresh = () => createClusterSource(client, { clock: systemClock, namespace: null, namespaces: [] })

try {
  for (let at = 0; at < WARM_UP; at++) {
    await planRequest(deps, aRequest({ target: nth(at + 500) }), source)
  }
  console.log(
    `medians of ${READS}: ${Object.entries(SIZE)
      .map(([what, count]) => `${count} ${what}`)
      .join(', ')}`,
  )
  const one = await measure('one Service', READS, (at) => read(source, nth(at)))
  await measure('one Service, nodes and all else read anew', READS, (at) => read(fresh(), nth(at)))
  await measure('one Service, read in steps and planned', READS, (at) =>
    planRequest(deps, aRequest({ target: nth(at) }), source),
  )
  await measure('a namespace of 200 Services', 5, () =>
    read(source, { cluster: 'default', namespaces: ['team-1'], selector: null }),
  )
  await measure('the whole cluster', 3, () => read(source, { cluster: 'default', namespaces: null, selector: null }))
  console.log(
    `aim for one Service: ${AIM_MS} ms without the server's own time; CPU of reading it: ${one.cpuMs.toFixed(1)} ms`,
  )
  console.log(`RSS ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB`)
} finally {
  await client.close()
  await server.close()
}
