import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ObjectsRead, Provenance } from '../../src/kube/object-source.ts'
import { parseManifests } from '../../src/kube/parse.ts'
import { createLog } from '../../src/lib/log.ts'
import { ProblemError } from '../../src/lib/problem.ts'
import { type DiscoveryOptions, keepDiscovery } from '../../src/runtime/node/discovery.ts'
import { type OpenDatabase, openSqlite } from '../../src/runtime/node/sqlite.ts'
import { listManaged } from '../../src/store/managed-schedules.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'

const START = Date.parse('2026-11-30T12:00:00Z')
const YES = { 'portolan.dev/probe': 'true' }

/** A cluster as its API server would give it out, and what becomes of reading it. */
type Cluster = {
  services: Record<string, Record<string, string>>
  away?: Error
  stale?: boolean
  unread?: Provenance['unread']
}

let folder = ''
let opened: OpenDatabase[] = []
let clock: ManualClock
let lines: string[] = []
let cluster: Cluster
let ending: { stop: AbortController; ended: Promise<void> }[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-discovery-'))
  clock = createManualClock(START)
  lines = []
  cluster = { services: {} }
})
afterEach(async () => {
  for (const { stop, ended } of ending) {
    stop.abort()
    await ended
  }
  ending = []
  for (const { close } of opened) {
    close()
  }
  opened = []
  rmSync(folder, { recursive: true })
})

async function read(): Promise<ObjectsRead> {
  const { services, away, stale = false, unread = [] } = cluster
  if (away !== undefined) {
    throw away
  }
  const manifests = Object.entries(services).map(([name, annotations]) => ({
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'pond', annotations } },
    spec: { ports: [{ port: 80 }] },
  }))
  return {
    ...parseManifests(manifests, { pointer: '' }),
    provenance: { source: 'cluster', readAtMs: clock.now(), resourceVersions: {}, stale, unread },
  }
}

/** Begins; resolves when the first look is done. Each call is another process on the same database. */
async function begin(over: Partial<DiscoveryOptions> = {}, scheduleLimit = 10_000): Promise<OpenDatabase['store']> {
  const database = openSqlite(join(folder, 'portolan.db'))
  opened.push(database)
  const stop = new AbortController()
  const deps = {
    ...{ store: database.store, clock, clusterSource: { read }, schedulesChanged: () => undefined },
    log: createLog('debug', (line) => lines.push(line), clock.now),
    settings: { scheduleLimit, everyLeastMs: 1000 },
  }
  const options: DiscoveryOptions = { mode: 'annotated', clusters: ['default'], everyMs: 60_000, ...over }
  const asleep = clock.asleep(60_000)
  const ended = keepDiscovery(deps, options, stop.signal)
  ending.push({ stop, ended })
  await Promise.race([asleep, ended])
  return database.store
}

async function look(change: Partial<Cluster> = {}): Promise<void> {
  cluster = { ...cluster, ...change }
  const asleep = clock.asleep(60_000)
  clock.advance(60_000)
  await asleep
}

const servicesOf = async (store: OpenDatabase['store']): Promise<string[]> =>
  (await listManaged(store, 'default')).map(({ service }) => service).toSorted()
const events = (event: string): Record<string, unknown>[] =>
  lines.map((line): Record<string, unknown> => JSON.parse(line)).filter((line) => line.event === event)

describe('discovery', () => {
  it('follows the Services of the cluster at each look', async () => {
    cluster.services = { toad: YES, frog: {} }
    const store = await begin()
    expect(await servicesOf(store)).toEqual(['toad'])
    await look({ services: { toad: YES, frog: YES } })
    expect(await servicesOf(store)).toEqual(['frog', 'toad'])
    await look({ services: { frog: YES } })
    expect(await servicesOf(store)).toEqual(['frog'])
    expect(events('discovered').map(({ made, changed, removed }) => [made, changed, removed])).toEqual([
      ...[
        [1, 0, 0],
        [1, 0, 0],
        [0, 0, 1],
      ],
    ])
  })

  it('removes nothing while the cluster cannot be read, and tells of it when it begins and when it ends', async () => {
    cluster.services = { toad: YES }
    const store = await begin()
    const away = new ProblemError('cluster_unreachable', 'connection refused')
    await look({ services: {}, away })
    await look()
    expect(await servicesOf(store)).toEqual(['toad'])
    expect(events('discovery_unread')).toMatchObject([{ cluster: 'default', code: 'cluster_unreachable' }])
    await look({ away: new ProblemError('cluster_refused', 'may not list services') })
    expect(await servicesOf(store)).toEqual(['toad'])
    cluster = { services: {}, stale: true }
    await look()
    expect(await servicesOf(store)).toEqual(['toad'])
    cluster = { services: { frog: YES } }
    await look()
    expect([await servicesOf(store), events('discovery_back').length]).toEqual([['frog'], 1])
  })

  it('goes on after a fault of its own', async () => {
    const store = await begin()
    cluster.away = new Error('broken')
    await look()
    cluster = { services: { toad: YES } }
    await look()
    expect([await servicesOf(store), events('discovery_failed').length]).toEqual([['toad'], 1])
  })

  it('tells what it refuses once a change', async () => {
    cluster.services = { toad: { ...YES, 'portolan.dev/job': '{checks: [{type: http, headers: {a: secret}}]}' } }
    await begin()
    await look()
    expect(events('discovery_rejected')).toMatchObject([
      { object: 'Service/pond/toad', annotation: 'portolan.dev/job', field: '/checks/0/headers' },
    ])
    await look({ services: { toad: { ...YES, 'portolan.dev/every': 'often' } } })
    await look()
    expect(events('discovery_rejected').map(({ annotation }) => annotation)).toEqual([
      'portolan.dev/job',
      'portolan.dev/every',
    ])
    expect(lines.join()).not.toContain('secret')
  })

  it('does the same once in several processes on one database', async () => {
    cluster.services = { toad: { ...YES, 'portolan.dev/every': 'often' }, frog: YES }
    const store = await begin()
    await Promise.all([begin(), begin()])
    expect(await servicesOf(store)).toEqual(['frog', 'toad'])
    expect([events('discovered').length, events('discovery_rejected').length]).toEqual([1, 1])
  })

  it('keeps to the limit of schedules, tells how many found no room, and makes them when there is', async () => {
    cluster.services = { a: YES, b: YES, c: YES }
    const store = await begin({}, 2)
    await look()
    expect(await servicesOf(store)).toEqual(['a', 'b'])
    expect(events('discovery_full')).toMatchObject([{ services: 1 }])
    await look({ services: { b: YES, c: YES } })
    expect(await servicesOf(store)).toEqual(['b', 'c'])
  })

  it('removes what it kept when it is off', async () => {
    cluster.services = { toad: YES, frog: { 'portolan.dev/probe': 'perhaps' } }
    await begin()
    const store = await begin({ mode: 'off' })
    expect([await servicesOf(store), events('discovery_off')]).toMatchObject([[], [{ removed: 1 }]])
    await begin({ mode: 'off' })
    expect(events('discovery_off')).toHaveLength(1)
  })

  it('looks as soon as it is told of a change, at all that changes meanwhile together', async () => {
    let tell = (): void => undefined
    const store = await begin({
      watch(_cluster, changed) {
        tell = changed
      },
    })
    cluster.services = { toad: YES }
    const gathering = clock.asleep(5000)
    tell()
    await gathering
    expect(await servicesOf(store)).toEqual([])
    cluster.services = { toad: YES, frog: YES }
    tell()
    const asleep = clock.asleep(60_000)
    clock.advance(5000)
    await asleep
    expect([await servicesOf(store), events('discovered').length]).toEqual([['frog', 'toad'], 1])
  })

  it('makes two thousand at once', async () => {
    cluster.services = Object.fromEntries(Array.from({ length: 2000 }, (_, n) => [`toad-${n}`, YES]))
    const store = await begin()
    expect(await servicesOf(store)).toHaveLength(2000)
    await look()
    expect(events('discovered')).toHaveLength(1)
  })
})
