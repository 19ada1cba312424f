/** A source that reads from what is held gives what it would give by requests, and makes none. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { READ_ANEW, readAndPlan } from '../../../src/job/plan-request.ts'
import type { ObjectSource, ObjectsRead, ReadTarget } from '../../../src/kube/object-source.ts'
import { createLog } from '../../../src/lib/log.ts'
import { createHeld } from '../../../src/runtime/node/cluster/held.ts'
import { createClusterSource } from '../../../src/runtime/node/cluster/source.ts'
import { clientTo } from '../../support/api-client.ts'
import { largeCluster } from '../../support/api-server/large-cluster.ts'
import { type ApiServer, startApiServer } from '../../support/api-server.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { keeper } from '../../support/servers.ts'

const { keep, closeAll } = keeper()
afterEach(closeAll)

const START_MS = Date.parse('2026-11-30T00:00:00Z')
const HELD = { held: true }
const CLUSTER = { services: 30, pods: 60, nodes: 3, namespaces: 3, images: 1 }
const targetOf = (at: number): ReadTarget => ({ cluster: 'default', namespace: `team-${at % 3}`, service: `app-${at}` })

async function reading({ hasGateway = false } = {}) {
  const server = await keep(startApiServer({ isPlain: true, hasGateway }))
  server.objects.load(largeCluster(CLUSTER))
  const clock = createManualClock(START_MS)
  const client = await keep(Promise.resolve(clientTo(server)))
  const log = createLog('error', (line) => expect(line).toBe(''), clock.now)
  const deps = { client, clock, log, random: () => 0, cluster: 'default', namespaces: [], staleAfterMs: 300_000 }
  const held = await keep(Promise.resolve(createHeld(deps)))
  const source = createClusterSource(client, { clock, namespace: null, namespaces: [], held })
  return { server, clock, source, held }
}

/** Reads so often that every kind of a read is held. */
async function warm(source: ObjectSource): Promise<void> {
  for (let at = 0; at < 25; at++) {
    await source.read(targetOf(at), HELD)
  }
}

/** What a plan is made from, whatever moment it is of. */
const content = ({ objects, ignored, provenance: { unread, source, stale } }: ObjectsRead) => ({
  objects: Object.fromEntries(
    Object.entries(objects).map(([kind, all]) => [kind, all.map((each) => JSON.stringify(each)).toSorted()]),
  ),
  unread: unread.map((row) => JSON.stringify(row)).toSorted(),
  ...{ ignored, source, stale },
})

const since = (server: ApiServer, count: number): string[] => server.seen.lines().slice(count)

describe('a source with held objects', () => {
  it('gives a schedule what it gives a posted job, without a request', async () => {
    const { server, source } = await reading()
    await warm(source)
    for (const at of [0, 7, 29]) {
      const anew = await source.read(targetOf(at), READ_ANEW)
      const before = server.seen.requests.length
      const held = await source.read(targetOf(at), HELD)
      expect({ at, ...content(held) }).toEqual({ at, ...content(anew) })
      expect(since(server, before)).toEqual([])
    }
  })

  it('gives the objects of a namespace, and of all, as it does by requests', async () => {
    const { source } = await reading({ hasGateway: true })
    await warm(source)
    for (const namespaces of [['team-1'], ['team-0', 'team-2'], null]) {
      const target = { cluster: 'default', namespaces, selector: null }
      expect(content(await source.read(target, HELD))).toEqual(content(await source.read(target, READ_ANEW)))
    }
  })

  it('reads for discovery nothing but what it needs, and nothing at all where that is held', async () => {
    const { server, source, held } = await reading()
    const read = () =>
      source.read(
        { cluster: 'default', namespaces: null, selector: null },
        { held: true, only: ['services', 'namespaces'] },
      )
    const anew = await read()
    expect(server.seen.lines().filter((line) => !line.startsWith('get'))).toEqual(['list services', 'list namespaces'])
    held.pin(['services', 'namespaces'])
    const before = await read().then(() => server.seen.requests.filter(({ verb }) => verb !== 'watch').length)
    const { objects, provenance } = await read()
    expect(objects).toEqual(anew.objects)
    expect(provenance.unread).toEqual(anew.provenance.unread)
    expect(server.seen.requests.filter(({ verb }) => verb !== 'watch').length).toBe(before)
  })

  it('never gives a posted job what it holds', async () => {
    const { server, source } = await reading()
    await warm(source)
    const before = server.seen.requests.length
    await source.read(targetOf(1), READ_ANEW)
    expect(since(server, before)).toContain('get services team-1 app-1')
  })

  it('reads on from what is held, where what was read came from there', async () => {
    const { server, source } = await reading()
    const plan = () =>
      readAndPlan(source, targetOf(1), HELD, (read, index) => {
        index.unread('workloads', 'team-1')
        return read.objects.workloads.map(({ meta }) => meta.name)
      })
    const found = await plan()
    for (let at = 0; at < 25; at++) {
      await plan()
    }
    const before = server.seen.requests.length
    expect(await plan()).toEqual(found)
    expect({ some: found.length > 0, requests: since(server, before) }).toEqual({ some: true, requests: [] })
  })

  it('asks for a Service that is not held before it says that there is none', async () => {
    const { server, source } = await reading()
    await warm(source)
    const before = server.seen.requests.length
    await expect(source.read({ ...targetOf(1), service: 'newt' }, HELD)).rejects.toMatchObject({
      code: 'service_not_found',
    })
    expect(since(server, before)[0]).toBe('get services team-1 newt')
  })

  it('does not ask for a Service that was seen to go, and finds it when it is made again', async () => {
    const { server, source, held } = await reading()
    await warm(source)
    const told = (type: string) =>
      new Promise<void>((resolve) => {
        const stop = held.onChange('services', (changes) => {
          if (changes.some((change) => change.type === type && change.object.meta.name === 'app-1')) {
            stop()
            resolve()
          }
        })
      })
    const service = server.objects.all('services').find(({ metadata }) => metadata.name === 'app-1')
    const isGone = told('removed')
    server.objects.remove('Service', 'team-1', 'app-1')
    await isGone
    const before = server.seen.requests.length
    await expect(source.read(targetOf(1), HELD)).rejects.toMatchObject({ code: 'service_not_found' })
    expect(since(server, before)).toEqual([])
    const isBack = told('added')
    server.objects.apply(service as NonNullable<typeof service>)
    await isBack
    expect((await source.read(targetOf(1), HELD)).objects.services.map(({ meta }) => meta.name)).toContain('app-1')
  })

  it('reads by requests what may be listed and not watched', async () => {
    const { server, source, held } = await reading()
    server.faults.add({ match: { resource: 'nodes', verb: 'watch' }, fault: { kind: 'forbidden' } })
    await warm(source)
    await vi.waitFor(() =>
      expect(held.states().find(({ resource }) => resource === 'nodes')).toMatchObject({ state: 'refused' }),
    )
    const { objects, provenance } = await source.read(targetOf(1), HELD)
    expect(objects.nodes.map(({ meta }) => meta.name)).toEqual(['node-0', 'node-1', 'node-2'])
    expect(provenance.unread.filter(({ kind }) => kind === 'nodes')).toEqual([])
  })

  it('gives the last objects while the API server is away, and says when they are stale', async () => {
    const { server, clock, source } = await reading()
    await warm(source)
    const isPausing = clock.asleep(1000)
    await server.stop()
    await isPausing
    const { provenance } = await source.read(targetOf(1), HELD)
    expect({ ...provenance, unread: [], resourceVersions: {} }).toEqual({
      ...{ source: 'cluster', readAtMs: START_MS, stale: false, unread: [], resourceVersions: {} },
    })
    clock.advance(300_001)
    expect((await source.read(targetOf(1), HELD)).provenance).toMatchObject({ readAtMs: START_MS, stale: true })
  })
})
