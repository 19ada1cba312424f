/** Discovery on an API server, from the annotation to the job. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createLog } from '../../src/lib/log.ts'
import { createReader } from '../../src/runtime/node/cluster/reader.ts'
import { keepDiscovery } from '../../src/runtime/node/discovery.ts'
import { openSqlite } from '../../src/runtime/node/sqlite.ts'
import { listManaged } from '../../src/store/managed-schedules.ts'
import type { KubeObject } from '../support/api-server.ts'
import { startDnsServer } from '../support/dns-server.ts'
import { liveClusters, type SourceOptions } from '../support/live-cluster.ts'
import { ingress, pod, service } from '../support/manifests.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { pathOf, readJob, readSchedules } from '../support/read.ts'
import { keeper } from '../support/servers.ts'
import { startPod } from '../support/toad.ts'

const live = liveClusters()
const { keep, closeAll } = keeper()
afterEach(async () => {
  await closeAll()
  await live.closeAll()
})

const folder = mkdtempSync(join(tmpdir(), 'portolan-discovery-live-'))
afterAll(() => rmSync(folder, { recursive: true }))
let databases = 0
const aDatabase = () => openSqlite(join(folder, `${++databases}.db`))

const YES = { 'portolan.dev/probe': 'true' }
const as = (...objects: unknown[]): KubeObject[] => objects as KubeObject[]
const namespace = (name: string, annotations: Record<string, string> = {}) => ({
  ...{ apiVersion: 'v1', kind: 'Namespace', metadata: { name, annotations } },
})
const toad = (annotations: Record<string, string>, name = 'toad') => service({}, { name, annotations })

/** Discovery alone, which looks when the clock says so. */
async function discovering(objects: readonly KubeObject[], options: SourceOptions = {}) {
  const { server } = await live.of(objects)
  const { source } = live.connect(server, options)
  const clock = createManualClock(Date.parse('2026-11-30T12:00:00Z'))
  const lines: Record<string, unknown>[] = []
  const database = aDatabase()
  const stop = new AbortController()
  const deps = {
    ...{ store: database.store, clock, clusterSource: source, schedulesChanged: () => undefined },
    log: createLog('debug', (line) => lines.push(JSON.parse(line)), clock.now),
    settings: { scheduleLimit: 100, everyLeastMs: 1000 },
  }
  const first = clock.asleep(60_000)
  const ended = keepDiscovery(deps, { mode: 'annotated', clusters: ['default'], everyMs: 60_000 }, stop.signal)
  await keep(
    Promise.resolve({
      async close() {
        stop.abort()
        await ended
        database.close()
      },
    }),
  )
  await first
  const names = async (): Promise<string[]> =>
    (await listManaged(database.store, 'default')).map((each) => `${each.namespace}/${each.service}`).toSorted()
  return {
    ...{ server, lines, names },
    async look(): Promise<string[]> {
      const asleep = clock.asleep(60_000)
      clock.advance(60_000)
      await asleep
      return names()
    },
    told: (event: string) => lines.filter((line) => line.event === event),
  }
}

describe('discovery on an API server', () => {
  it('follows Services that are annotated, changed, deleted and made again, and asks for no more than it needs', async () => {
    const { server, look, names, told } = await discovering(
      as(
        namespace('pond'),
        namespace('lake', YES),
        toad(YES),
        toad({}, 'frog'),
        service({}, { namespace: 'lake' }),
        pod('toad-1'),
      ),
    )
    expect(await names()).toEqual(['lake/toad', 'pond/toad'])
    expect(new Set(server.seen.requests.map(({ path }) => path))).toEqual(
      new Set(['/api/v1/services?limit=500', '/api/v1/namespaces?limit=500']),
    )
    server.objects.applyAll(as(toad({ ...YES, 'portolan.dev/every': '60s' }), toad(YES, 'frog'), namespace('lake')))
    expect(await look()).toEqual(['pond/frog', 'pond/toad'])
    server.objects.remove('Service', 'pond', 'toad')
    expect(await look()).toEqual(['pond/frog'])
    server.objects.applyAll(as(toad(YES)))
    expect(await look()).toEqual(['pond/frog', 'pond/toad'])
    expect(told('discovered').map(({ made, changed, removed }) => [made, changed, removed])).toEqual([
      ...[
        [2, 0, 0],
        [1, 1, 1],
        [0, 0, 1],
        [1, 0, 0],
      ],
    ])
  })

  it('takes neither a server that is away nor one that refuses for the absence of Services', async () => {
    const { server, look, told } = await discovering(as(namespace('pond'), toad(YES)))
    server.objects.remove('Service', 'pond', 'toad')
    const faults = [
      server.faults.add({ match: { resource: 'services' }, fault: { kind: 'forbidden' } }),
      server.faults.add({ match: { resource: 'services' }, fault: { kind: 'cut' } }),
      server.faults.add({ match: { resource: 'services' }, fault: { kind: 'html-200' } }),
    ]
    for (const fault of faults) {
      expect(await look()).toEqual(['pond/toad'])
      fault.remove()
    }
    await server.stop()
    expect(await look()).toEqual(['pond/toad'])
    await server.start()
    expect(await look()).toEqual([])
    expect(told('discovery_unread').map(({ code }) => code)).toEqual(['cluster_refused', 'cluster_unreachable'])
    expect(told('discovery_back')).toHaveLength(1)
  })

  it('keeps what a Namespace asked for while Namespaces may not be listed', async () => {
    const { server, look } = await discovering(as(namespace('pond', YES), toad({}), toad(YES, 'frog')))
    const fault = server.faults.add({ match: { resource: 'namespaces' }, fault: { kind: 'forbidden' } })
    server.objects.remove('Service', 'pond', 'frog')
    expect(await look()).toEqual(['pond/toad'])
    fault.remove()
    server.objects.applyAll(as(namespace('pond')))
    expect(await look()).toEqual([])
  })
})

describe('discovery by a watch', () => {
  it('looks when it is told of a change, and not before', async () => {
    const { server, client } = await live.of(as(namespace('pond'), toad(YES)))
    const clock = createManualClock(Date.parse('2026-11-30T12:00:00Z'))
    const log = createLog('error', (line) => expect(line).toBe(''), clock.now)
    const reader = await keep(
      Promise.resolve(
        createReader(
          client,
          { name: 'default', namespace: null },
          { clock, log, namespaces: [], staleAfterMs: 300_000 },
        ),
      ),
    )
    const database = aDatabase()
    const stop = new AbortController()
    const deps = {
      ...{ store: database.store, clock, log, clusterSource: reader.source, schedulesChanged: () => undefined },
      settings: { scheduleLimit: 100, everyLeastMs: 1000 },
    }
    const ended = keepDiscovery(
      deps,
      {
        mode: 'annotated',
        clusters: ['default'],
        everyMs: 3_600_000,
        watch: (_name, told) => reader.watchServices(told),
      },
      stop.signal,
    )
    const until = async (expected: readonly string[]): Promise<void> => {
      for (;;) {
        const names = (await listManaged(database.store, 'default')).map(({ service }) => service).toSorted()
        if (names.join() === expected.join()) {
          return
        }
        await new Promise(setImmediate)
        clock.advance(1000)
      }
    }
    await until(['toad'])
    server.objects.applyAll(as(toad(YES, 'frog')))
    await until(['frog', 'toad'])
    server.objects.remove('Service', 'pond', 'toad')
    await until(['frog'])
    server.objects.applyAll(as(toad({}, 'frog'), namespace('pond', YES), toad({}, 'newt')))
    await until(['frog', 'newt'])
    stop.abort()
    await ended
    database.close()
  })
})

describe('a job that discovery makes', () => {
  async function started(objects: readonly KubeObject[], env: Record<string, string> = {}) {
    const dns = await keep(startDnsServer({ 'victim.example': { A: ['127.0.0.1'] } }))
    const { source } = await live.of(objects)
    const portolan = await keep(
      startTestPortolan(
        { PORTOLAN_DISCOVER: 'annotated', PORTOLAN_DNS_SERVERS: dns.server, ...env },
        { clusterSource: source },
      ),
    )
    return portolan
  }

  /** Runs the only schedule that there is, as soon as there is one. */
  async function run(portolan: TestPortolan) {
    for (;;) {
      const { items } = await readSchedules(portolan.call('/v1/schedules?managedBy=discovery'))
      if (items[0] !== undefined) {
        return readJob(portolan.call(`/v1/schedules/${items[0].id}/run?wait=30`, { method: 'POST' }))
      }
    }
  }

  it('probes what the cluster gave out, as the annotation says, and is in the history of the Service', async () => {
    const server = await keep(startPod('toad'))
    const job = '{checks: [{type: http, name: health, path: /healthz, headers: {x: secret}}]}'
    const spec = { clusterIP: '127.0.0.1', ports: [{ name: 'http', port: server.port, targetPort: server.port }] }
    const annotated = service(spec, { annotations: { ...YES, 'portolan.dev/job': job } })
    const portolan = await started(as(namespace('pond'), annotated, pod('toad-1')))
    const ended = await run(portolan)
    expect(pathOf(ended, 'ClusterIP').outcome).toBe('pass')
    expect(server.requests).toContain(`GET /healthz host=127.0.0.1:${server.port}`)
    const { discovery } = (await (await portolan.call('/v1/services/pond/toad')).json()) as { discovery: unknown }
    expect(discovery).toMatchObject({ schedule: ended.scheduleId, rejected: [{ field: '/checks/0/headers' }] })
  })

  it('does not reach an ExternalName that nobody named, nor an Ingress host, until the operator names it', async () => {
    const victim = await keep(startPod('victim'))
    const spec = { type: 'ExternalName', externalName: 'victim.example', ports: [{ name: 'http', port: victim.port }] }
    const objects = as(
      namespace('pond'),
      service(spec, { annotations: YES }),
      ingress([{}], { host: 'victim.example' }, {}, {}),
    )
    const refused = await run(await started(objects))
    expect(pathOf(refused, 'ExternalName').skipped?.reason).toBe('policy')
    expect(victim.requests).toEqual([])
    const named = await run(await started(objects, { PORTOLAN_DISCOVER_EGRESS: 'victim.example' }))
    expect(pathOf(named, 'ExternalName').outcome).toBe('pass')
    const elsewhere = await run(await started(objects, { PORTOLAN_DISCOVER_EGRESS: '192.0.2.0/24' }))
    expect(pathOf(elsewhere, 'ExternalName')).toMatchObject({ outcome: 'skipped' })
  })
})
