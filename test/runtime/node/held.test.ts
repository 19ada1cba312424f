/**
 * What is held of a cluster, over real sockets to the test API server. What is not real: time passes as the test says,
 * but for the client's own deadlines.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { KubeObject } from '../../../src/kube/objects.ts'
import { createLog } from '../../../src/lib/log.ts'
import { createHeld, type Held, type HeldDeps, type HeldPart } from '../../../src/runtime/node/cluster/held.ts'
import { clientTo } from '../../support/api-client.ts'
import { type ApiServer, type KubeObject as Manifest, startApiServer } from '../../support/api-server.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'
import { quickClock } from '../../support/quick-clock.ts'
import { keeper } from '../../support/servers.ts'

const { keep, closeAll } = keeper()
const START_MS = Date.parse('2026-11-30T00:00:00Z')
let server: ApiServer
let clock: ManualClock

beforeEach(async () => {
  server = await keep(startApiServer({ isPlain: true }))
  clock = createManualClock(START_MS)
})
afterEach(closeAll)

const object = (kind: string, name: string, namespace: string | null = 'pond', more: object = {}): Manifest => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, ...(namespace !== null && { namespace }) },
  ...more,
})
const service = (name: string, namespace = 'pond'): Manifest =>
  object('Service', name, namespace, { spec: { ports: [{ port: 80 }] } })

async function holding(more: Partial<HeldDeps> = {}): Promise<Held> {
  const client = await keep(Promise.resolve(clientTo(server)))
  const log = createLog('error', (line) => expect(line).toBe(''), clock.now)
  return keep(
    Promise.resolve(
      createHeld({
        client,
        clock,
        log,
        random: () => 0,
        cluster: 'default',
        namespaces: [],
        staleAfterMs: 300_000,
        ...more,
      }),
    ),
  )
}

const eventually = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 5 })

/** Lets time pass until something is so. @returns how many minutes that took. */
async function minutesUntil(isSo: () => boolean): Promise<number> {
  for (let looks = 0; looks < 100; looks++) {
    if (isSo()) {
      return looks / 2
    }
    // Whoever looks after the watches sleeps again when the look is over.
    const isLookedAfter = clock.asleep(30_000)
    clock.advance(30_000)
    await isLookedAfter
    await eventually(() =>
      expect(server.seen.requests.every(({ isOpen, verb }) => !isOpen || verb === 'watch')).toBe(true),
    )
  }
  throw new Error('it never came to that')
}

const namesOf = (part: HeldPart | null): readonly string[] | null =>
  part !== null && 'objects' in part ? part.objects.map(({ meta }) => `${meta.namespace}/${meta.name}`) : null
const pond = { namespace: 'pond' }
const requests = (): string[] => server.seen.lines()

/** Reads a kind as often as makes a watch pay. */
async function readOften(held: Held, resource: string, where: { namespace: string | null } = pond): Promise<void> {
  for (let read = 0; read < 20; read++) {
    await held.select(resource, where)
  }
}

/** The API server has opened a watch before the client knows of it: an object that comes by it shows that it does. */
async function untilFollowed(held: Held): Promise<void> {
  await eventually(() => expect(server.openWatches).toBe(1))
  const before = held.states()[0]?.count ?? 0
  server.objects.apply(service('sign-of-life'))
  await eventually(() => expect(held.states()).toMatchObject([{ count: before + 1 }]))
}

describe('what is held of a cluster', () => {
  it('is nothing as long as schedules read little', async () => {
    const held = await holding()
    for (let read = 0; read < 40; read++) {
      expect(await held.select('pods', pond)).toBeNull()
      clock.advance(2000)
    }
    expect({ states: held.states(), requests: requests() }).toEqual({ states: [], requests: [] })
  })

  it('is a kind that schedules read often: one list and one watch serve all of them', async () => {
    server.objects.applyAll([service('toad'), service('frog'), service('newt', 'moor')])
    const held = await holding()
    await readOften(held, 'services')
    expect(namesOf(await held.select('services', pond))).toEqual(['pond/frog', 'pond/toad'])
    expect(namesOf(await held.select('services', { ...pond, name: 'toad' }))).toEqual(['pond/toad'])
    expect(namesOf(await held.select('services', { ...pond, name: 'newt' }))).toEqual([])
    expect(namesOf(await held.select('services', { namespace: null }))).toHaveLength(3)
    await eventually(() => expect(requests()).toEqual(['list services', 'watch services']))
    expect(held.states()).toEqual([
      {
        ...{ kind: 'Service', resource: 'services', count: 3, watched: true, lagMs: 0, forbidden: false },
        ...{ state: 'synced', sinceMs: START_MS },
      },
    ])
  })

  it('is let go of ten minutes after schedules have ceased to read it', async () => {
    const held = await holding()
    await readOften(held, 'services')
    await eventually(() => expect(server.openWatches).toBe(1))
    expect(await minutesUntil(() => held.states().length === 0)).toBe(10)
    await eventually(() => expect(server.openWatches).toBe(0))
    expect(held.states()).toEqual([])
    expect(await held.select('services', pond)).toBeNull()
  })

  it('is what discovery wants for as long as it does, told as it changes', async () => {
    server.objects.applyAll([object('Namespace', 'pond', null), service('toad')])
    const held = await holding()
    const told: string[] = []
    held.onChange('services', (changes) =>
      told.push(...changes.map(({ type, object: { meta } }) => `${type} ${meta.name}`)),
    )
    held.pin(['services', 'namespaces'])
    await eventually(() => expect([held.synced('services'), held.synced('namespaces')]).toEqual([true, true]))
    await eventually(() => expect(server.openWatches).toBe(2))
    server.objects.apply(service('frog'))
    server.objects.remove('Service', 'pond', 'toad')
    await eventually(() => expect(told).toEqual(['added toad', 'added frog', 'removed toad']))
    const late: string[] = []
    held.onChange('services', (changes) => late.push(...changes.map(({ object: { meta } }) => meta.name)))
    expect(late).toEqual(['frog'])
  })

  it('is each namespace by itself where all of them at once are forbidden', async () => {
    server.objects.applyAll([service('toad'), service('newt', 'moor'), service('viper', 'heath')])
    server.faults.add({ match: { path: /^\/api\/v1\/services/ }, fault: { kind: 'forbidden' } })
    const held = await holding({ namespaces: ['pond', 'moor'] })
    await readOften(held, 'services')
    expect(namesOf(await held.select('services', { namespace: 'moor' }))).toEqual(['moor/newt'])
    expect(await held.select('services', { namespace: 'heath' })).toBeNull()
    expect(held.states()).toMatchObject([{ count: 2, state: 'synced', forbidden: false }])
    expect(requests().filter((line) => line.startsWith('list'))).toEqual([
      'list services',
      'list services pond',
      'list services moor',
    ])
  })

  it('serves while the API server is away, with its age, and is stale after five minutes', async () => {
    server.objects.apply(service('toad'))
    const held = await holding()
    await readOften(held, 'services')
    await eventually(() => expect(server.openWatches).toBe(1))
    const isPausing = clock.asleep(1000)
    await server.stop()
    await isPausing
    clock.advance(1000)
    await eventually(() => expect(held.states()).toMatchObject([{ state: 'unreachable' }]))
    clock.advance(299_000)
    const part = await held.select('services', pond)
    expect({ names: namesOf(part), part }).toMatchObject({
      ...{ names: ['pond/toad'], part: { readAtMs: START_MS, stale: false } },
    })
    clock.advance(1)
    expect(await held.select('services', pond)).toMatchObject({ stale: true })
    expect(held.states()).toMatchObject([{ lagMs: 300_001, sinceMs: START_MS + 1000 }])
  })

  it('is confirmed while it is quiet by a small request, and is no older for a clock that is set', async () => {
    server.objects.apply(service('toad'))
    const held = await holding()
    await readOften(held, 'services')
    await untilFollowed(held)
    expect(await minutesUntil(() => requests().some((line) => line.endsWith('/version')))).toBe(1)
    await eventually(() => expect(held.states()).toMatchObject([{ lagMs: 0 }]))
    clock.set(START_MS + 86_400_000)
    expect(await held.select('services', pond)).toMatchObject({ stale: false, readAtMs: START_MS + 86_400_000 })
  })

  it('gives up streams of a server that does not answer any more', async () => {
    const held = await holding({ client: await keep(Promise.resolve(clientTo(server, { clock: quickClock(20) }))) })
    await readOften(held, 'services')
    await untilFollowed(held)
    server.faults.add({ fault: { kind: 'silent' } })
    expect(await minutesUntil(() => held.states()[0]?.state === 'unreachable')).toBeLessThan(9)
  })

  it('says why a kind is not given, without asking each time', async () => {
    server.faults.add({ match: { resource: 'nodes' }, fault: { kind: 'forbidden' } })
    const held = await holding()
    await readOften(held, 'nodes', { namespace: null })
    for (let read = 0; read < 5; read++) {
      expect(await held.select('nodes', { namespace: null })).toMatchObject({ error: { kind: 'forbidden' } })
    }
    expect(requests()).toEqual(['list nodes'])
    expect(held.states()).toMatchObject([{ kind: 'Node', state: 'refused', forbidden: true, lagMs: null }])
  })

  it('leaves out what a reader refuses, and names it', async () => {
    server.objects.applyAll([service('toad'), object('Service', 'newt', 'pond', { spec: { ports: [{ port: 0 }] } })])
    const held = await holding()
    await readOften(held, 'services')
    expect(await held.select('services', pond)).toMatchObject({
      ignored: [{ object: 'Service/newt', reason: expect.stringContaining('spec.ports[0].port') }],
    })
  })

  it('holds only what is read of an object', async () => {
    server.objects.apply(
      object('Pod', 'toad-1', 'pond', {
        spec: {
          containers: [{ name: 'toad', env: [{ name: 'PASSWORD', value: 'of the toad' }] }],
          volumes: [{ name: 'v' }],
        },
      }),
    )
    const held = await holding()
    await readOften(held, 'pods')
    const part = await held.select('pods', pond)
    const [pod]: readonly KubeObject[] = part !== null && 'objects' in part ? part.objects : []
    expect(pod?.meta.name).toBe('toad-1')
    expect(JSON.stringify(pod)).not.toMatch(/env|PASSWORD|of the toad|volumes/)
  })
})
