/**
 * A watch on the test API server, over real sockets. What is not real: time passes a hundred times as fast for the watch
 * (its back-off, its patience with silence), and streams are ended by the test, not by their timeoutSeconds.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { KubeObject } from '../../../src/kube/objects.ts'
import { createLog } from '../../../src/lib/log.ts'
import { HELD_RESOURCES, pathsOf, readHeld } from '../../../src/runtime/node/cluster/held-kinds.ts'
import type { Change } from '../../../src/runtime/node/cluster/held-objects.ts'
import { createWatch, type Watch } from '../../../src/runtime/node/cluster/watch.ts'
import { clientTo, hurried } from '../../support/api-client.ts'
import { type ApiServer, type KubeObject as Manifest, startApiServer } from '../../support/api-server.ts'
import { quickClock } from '../../support/quick-clock.ts'
import { keeper } from '../../support/servers.ts'

const TIMES = 100
const { keep, closeAll } = keeper()
let server: ApiServer
let lines: string[]

beforeEach(async () => {
  server = await keep(startApiServer({ isPlain: true }))
  lines = []
})
afterEach(closeAll)

const service = (name: string, port = 80, namespace = 'pond'): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace },
  spec: { ports: [{ port }], selector: { app: name } },
})

/** Watches a resource of all namespaces; the log goes to `lines`. */
async function watching(resource = 'services', { random = (): number => 0 } = {}): Promise<Watch<KubeObject>> {
  const client = await keep(Promise.resolve(hurried(clientTo(server), TIMES)))
  const clock = quickClock(TIMES)
  const kind = HELD_RESOURCES.get(resource)
  if (kind === undefined) {
    throw new Error(`${resource} is not held`)
  }
  return keep(
    Promise.resolve(
      createWatch<KubeObject>(
        { client, clock, random, log: createLog('info', (line) => lines.push(line), clock.now) },
        { paths: pathsOf(kind, null), name: { resource }, read: (item) => readHeld(kind, item) },
      ),
    ),
  )
}

const held = ({ objects }: Watch<KubeObject>): string[] =>
  [...objects.all()]
    .map(({ name, read }) =>
      'object' in read
        ? `${name.name}${read.object.kind === 'Service' ? `:${read.object.ports[0]?.port}` : ''}`
        : `${name.name}: ${read.refused}`,
    )
    .toSorted()
const eventually = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 5 })
const holds = (watch: Watch<KubeObject>, ...names: string[]): Promise<void> =>
  eventually(() => expect(held(watch)).toEqual(names))
const lists = (): number => server.seen.count({ verb: 'list' })
const watches = (): number => server.seen.count({ verb: 'watch' })
/** A stream is open, so that what happens now is told by it. */
const isWatching = (): Promise<void> => eventually(() => expect(server.openWatches).toBe(1))
const events = (): string[] => lines.map((line) => JSON.parse(line).event)

describe('a watch', () => {
  it('lists, and then follows what is added, changed and deleted', async () => {
    server.objects.apply(service('toad'))
    const watch = await watching()
    await holds(watch, 'toad:80')
    await isWatching()
    server.objects.apply(service('frog'))
    server.objects.apply(service('toad', 8080))
    await holds(watch, 'frog:80', 'toad:8080')
    server.objects.remove('Service', 'pond', 'toad')
    await holds(watch, 'frog:80')
    expect({ lists: lists(), watches: watches(), ...watch.status() }).toMatchObject({
      ...{ lists: 1, watches: 1, state: 'synced', open: true, error: null },
    })
  })

  it('asks for bookmarks, and to be ended after five to ten minutes', async () => {
    await watching('services', { random: () => 0.5 })
    await isWatching()
    const { searchParams } = new URL(server.seen.requests.at(-1)?.path ?? '', server.url)
    expect(Object.fromEntries(searchParams)).toEqual({
      ...{ watch: '1', allowWatchBookmarks: 'true', timeoutSeconds: '450' },
      resourceVersion: String(server.objects.version),
    })
  })

  it('lists in pages, and begins again if the list expires between two of them', async () => {
    server.objects.applyAll(Array.from({ length: 1100 }, (_, at) => service(`toad-${at}`)))
    server.faults.add({ match: { isContinued: true }, after: 1, times: 1, fault: { kind: 'gone' } })
    const watch = await watching()
    await eventually(() => expect(watch.objects.count).toBe(1100))
    expect(lists()).toBe(6)
  })

  it('asks for the whole list at once if its pages always expire', async () => {
    server.objects.applyAll(Array.from({ length: 600 }, (_, at) => service(`toad-${at}`)))
    server.faults.add({ match: { isContinued: true }, fault: { kind: 'gone' } })
    const watch = await watching()
    await eventually(() => expect(watch.objects.count).toBe(600))
    expect(server.seen.requests.findLast(({ verb }) => verb === 'list')?.path).not.toContain('limit')
  })

  it('goes on from the last bookmark without a list if the server ends it', async () => {
    server.objects.apply(service('toad'))
    const watch = await watching()
    await isWatching()
    for (let version = 0; version < 3; version++) {
      server.objects.apply({ apiVersion: 'v1', kind: 'Node', metadata: { name: `node-${version}` } })
      server.bookmark()
      await eventually(() => expect(watch.objects.version).toBe(String(server.objects.version)))
      const before = watches()
      server.endWatches()
      await eventually(() => expect(watches()).toBe(before + 1))
    }
    await isWatching()
    server.objects.apply(service('frog'))
    await holds(watch, 'frog:80', 'toad:80')
    expect(lists()).toBe(1)
  })

  it.each([
    ['is silent for too long', { kind: 'silent' }],
    ['ends without an event or a bookmark, as from a version of the future', { kind: 'end', events: 0 }],
    ['has expired, in the stream', { kind: 'error-line', events: 0 }],
    [
      'ends with another ERROR',
      {
        kind: 'error-line',
        events: 0,
        status: {
          kind: 'Status',
          apiVersion: 'v1',
          metadata: {},
          status: 'Failure',
          message: 'broken',
          reason: 'InternalError',
          code: 500,
        },
      },
    ],
    ['answers 500', { kind: 'internal' }],
    ['has a line that is no JSON', { kind: 'answer', status: 200, body: '{"type":"ADDED","obj\n' }],
    ['has a Status in a line', { kind: 'answer', status: 200, body: '{"kind":"Status","code":500,"message":"no"}\n' }],
  ] as const)('lists again if it %s', async (_what, fault) => {
    server.objects.apply(service('toad'))
    server.faults.add({ match: { verb: 'watch' }, times: 1, fault })
    const watch = await watching()
    await eventually(() => expect(watches()).toBe(1))
    server.objects.apply(service('frog'))
    await holds(watch, 'frog:80', 'toad:80')
    expect(lists()).toBe(2)
    await eventually(() => expect(watch.status()).toMatchObject({ state: 'synced', error: null }))
  })

  it('goes on where it was if its connection breaks in the middle of an event', async () => {
    server.faults.add({ match: { verb: 'watch' }, times: 1, fault: { kind: 'cut', events: 1 } })
    const watch = await watching()
    await isWatching()
    server.objects.apply(service('toad'))
    await holds(watch, 'toad:80')
    server.objects.apply(service('frog'))
    await holds(watch, 'frog:80', 'toad:80')
    await eventually(() => expect(watch.status()).toMatchObject({ state: 'synced', error: null }))
  })

  it('keeps the last objects while the server is away, and has the new ones when it is back', async () => {
    server.objects.apply(service('toad'))
    const watch = await watching()
    await isWatching()
    await server.stop()
    await eventually(() =>
      expect(watch.status()).toMatchObject({ state: 'unreachable', error: { code: 'connection_refused' } }),
    )
    expect(held(watch)).toEqual(['toad:80'])
    server.objects.apply(service('frog'))
    server.objects.remove('Service', 'pond', 'toad')
    await server.start()
    await holds(watch, 'frog:80')
    expect(watch.status()).toMatchObject({ state: 'synced', error: null })
    expect(events()).toEqual(['watch_interrupted', 'watch_resumed'])
  })

  it('says that it is refused, keeps asking, and heals when it may read', async () => {
    server.objects.apply(service('toad'))
    const fault = server.faults.add({ fault: { kind: 'forbidden' } })
    const watch = await watching()
    await eventually(() => expect(watch.status()).toMatchObject({ state: 'refused', error: { kind: 'forbidden' } }))
    await eventually(() => expect(lists()).toBeGreaterThan(2))
    fault.remove()
    await holds(watch, 'toad:80')
    expect(watch.status()).toMatchObject({ state: 'synced', error: null })
  })

  it('looks again for a kind that is not served, in each of its versions', async () => {
    const watch = await watching('httproutes')
    await eventually(() => expect(watch.status()).toMatchObject({ state: 'absent', error: { kind: 'not_served' } }))
    expect(server.seen.requests.map(({ path }) => path.split('/')[3])).toEqual(['v1', 'v1beta1'])
    server.serveGateway(true)
    await eventually(() => expect(watch.status()).toMatchObject({ state: 'synced' }))
  })

  it('goes on when a listener throws, and calls it again', async () => {
    const watch = await watching()
    await isWatching()
    const told: Change<KubeObject>[] = []
    watch.onChange((changes) => {
      told.push(...changes)
      throw new Error('of the test')
    })
    server.objects.apply(service('toad'))
    server.objects.remove('Service', 'pond', 'toad')
    await eventually(() => expect(told.map(({ type }) => type)).toEqual(['added', 'removed']))
    expect(events()).toEqual(['watch_listener_failed', 'watch_listener_failed'])
  })

  it('does without an object that its reader refuses, and says why', async () => {
    server.objects.apply(service('toad', 70_000))
    server.objects.apply(service('frog'))
    const watch = await watching()
    await holds(
      watch,
      'frog:80',
      'toad: spec.ports[0].port: found the number 70000, expected a whole number from 1 to 65535.',
    )
    await isWatching()
    server.objects.apply(service('toad', 80))
    await holds(watch, 'frog:80', 'toad:80')
  })

  it('gives up a stream that is suspected of being dead, and lists again', async () => {
    const watch = await watching()
    await isWatching()
    watch.suspect()
    await eventually(() => expect(lists()).toBe(2))
    await eventually(() => expect(watch.status()).toMatchObject({ state: 'synced', error: null }))
  })
})
