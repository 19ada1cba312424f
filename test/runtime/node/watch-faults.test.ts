/**
 * A thousand changes with faults by lot: in the end the objects that are held are those of the server. Each run has a
 * seed; `npm run test:watch` makes 200, and `WATCH_SEED=17 WATCH_RUNS=1` makes one again.
 *
 * Sockets, answers and streams are real, of the test API server. What is not: time passes five hundred times as fast for
 * back-off and silence, and fifty times as fast for the deadlines of requests.
 */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { readStored } from '../../../src/kube/read-stored.ts'
import type { Clock } from '../../../src/lib/clock.ts'
import { createLog } from '../../../src/lib/log.ts'
import { tokenFileCredentials } from '../../../src/runtime/node/cluster/credentials.ts'
import { HELD_RESOURCES, pathsOf, readHeld } from '../../../src/runtime/node/cluster/held-kinds.ts'
import { createWatch, type Watch } from '../../../src/runtime/node/cluster/watch.ts'
import { clientTo, hurried } from '../../support/api-client.ts'
import { change } from '../../support/api-server/changes.ts'
import { largeCluster } from '../../support/api-server/large-cluster.ts'
import { createRandom, type Random } from '../../support/api-server/random.ts'
import { resourceNamed } from '../../support/api-server/resources.ts'
import { type ApiServer, type Fault, startApiServer } from '../../support/api-server.ts'
import { quickClock } from '../../support/quick-clock.ts'

const RUNS = Number(process.env.WATCH_RUNS ?? 3)
const FIRST_SEED = Number(process.env.WATCH_SEED ?? 1)
const CHANGES = 1000
const TIMES = 500
const DEADLINES_TIMES = 50
const CLUSTER = { services: 20, pods: 60, nodes: 4, namespaces: 3, images: 1 }
/** More than a page of Services, so that lists can break between two. */
const SMALL_SERVICES = 500
/** Bookmarks come in time for whose time passes so fast: none lasts for less than 300 s. */
const BOOKMARK_MS = 200
const KINDS = ['Service', 'Pod', 'EndpointSlice', 'Node'] as const

type Stage = { server: ApiServer; random: Random; clock: Clock; rotate(): void }

const folder = mkdtempSync(join(tmpdir(), 'portolan-watch-'))
afterAll(() => rmSync(folder, { recursive: true }))

const LISTS = { verb: 'list' } as const
const WATCHES = { verb: 'watch' } as const
const once =
  (match: { verb?: string; isContinued?: boolean }, fault: (random: Random) => Fault) =>
  ({ server, random }: Stage): void => {
    server.faults.add({ match, times: 1 + random.below(3), after: random.below(2), fault: fault(random) })
  }

/** Lines of a watch as no server should send them; then it ends. */
const linesOf = ({ server, random }: Stage): string => {
  const from = Math.max(0, server.objects.version - 60)
  const events = server.objects.since(resourceNamed(random.of(KINDS)), from)
  const old = events.map(({ before, after, last }) => ({
    type: after === null ? 'DELETED' : before === null ? 'ADDED' : 'MODIFIED',
    object: after ?? last,
  }))
  const oddities = ['{"type":"ADDED","object":{"metadata":{}}}', '{"type":', 'null', '{"kind":"Status","code":500}', '']
  return [...old, ...old.slice(0, 5), ...old.toReversed()]
    .map((line) => JSON.stringify(line))
    .concat(random.of(oddities))
    .join('\n')
}

const FAULTS: readonly ((stage: Stage) => unknown)[] = [
  ({ server }) => server.breakConnections(),
  ({ server }) => server.endWatches(),
  ({ server }) => server.bookmark(),
  ({ server }) => server.objects.compact(),
  ({ server }) => server.restart(),
  async ({ server, clock }) => {
    await server.stop()
    await clock.sleep(5000)
    await server.start()
  },
  ({ rotate }) => rotate(),
  once(WATCHES, (random) => ({ kind: 'cut', events: random.below(4) })),
  once(WATCHES, (random) => ({ kind: 'end', events: random.below(4) })),
  once(WATCHES, (random) => ({ kind: 'error-line', events: random.below(4) })),
  once(WATCHES, () => ({ kind: 'silent' })),
  once(WATCHES, () => ({ kind: 'future' })),
  once(LISTS, () => ({ kind: 'cut' })),
  once({ isContinued: true }, () => ({ kind: 'gone' })),
  once({}, () => ({ kind: 'internal' })),
  once({}, () => ({ kind: 'starting' })),
  once({}, () => ({ kind: 'throttled', retryAfter: 1 })),
  once({}, () => ({ kind: 'forbidden' })),
  once({}, () => ({ kind: 'unauthorized' })),
  once({}, () => ({ kind: 'html' })),
  once({}, () => ({ kind: 'reset' })),
  (stage) =>
    stage.server.faults.add({ match: WATCHES, times: 1, fault: { kind: 'answer', status: 200, body: linesOf(stage) } }),
]

/** An object that a reader takes for a mistake, now and then. */
const mistake = ({ server, random }: Stage): void => {
  const service = random.of(server.objects.all('Service'))
  server.objects.apply({ ...service, spec: { ...(service.spec as object), ports: [{ port: 70_000 }] } })
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

async function run(seed: number): Promise<void> {
  const random = createRandom(seed)
  const server = await startApiServer({ isPlain: true })
  server.objects.load(largeCluster({ ...CLUSTER, seed }))
  server.objects.applyAll(
    Array.from({ length: SMALL_SERVICES }, (_, at) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: `small-${at}`, namespace: 'team-0' },
      spec: { ports: [{ port: 80 }] },
    })),
  )
  const tokenFile = join(folder, `token-${seed}`)
  let token = ''
  const rotate = () => {
    const next = `token-${random.below(1e9)}`
    server.tokens.add(next, 'admin', { groups: ['system:masters'] })
    writeFileSync(`${tokenFile}.new`, next)
    renameSync(`${tokenFile}.new`, tokenFile)
    server.tokens.revoke(token)
    token = next
  }
  rotate()
  const clock = quickClock(TIMES)
  const stage: Stage = { server, random, clock, rotate }
  const credentials = tokenFileCredentials(server.url, tokenFile)
  const client = hurried(clientTo(server, { credentials, clock: quickClock(DEADLINES_TIMES) }), TIMES)
  const ours: string[] = []
  const log = createLog('error', (line) => ours.push(line), clock.now)
  const watches = new Map(KINDS.map((kind) => [kind, createKind(kind)]))
  const heard = new Map<string, string>()
  watches.get('Service')?.onChange((changes) => {
    for (const { type, object } of changes) {
      const key = `${object.meta.namespace}/${object.meta.name}`
      if (type === 'removed') {
        heard.delete(key)
      } else {
        heard.set(key, JSON.stringify(object))
      }
    }
  })

  function createKind(kind: string) {
    const resource = [...HELD_RESOURCES.values()].find((each) => each.kind === kind)
    if (resource === undefined) {
      throw new Error(`${kind} is not held`)
    }
    return createWatch(
      { client, clock, log, random: () => random.below(1000) / 1000 },
      { paths: pathsOf(resource, null), name: { kind }, read: (item) => readHeld(resource, item) },
    )
  }

  const bookmarks = setInterval(() => server.bookmark(), BOOKMARK_MS)
  try {
    for (let done = 0; done < CHANGES; done++) {
      if (random.below(50) === 0) {
        mistake(stage)
      } else {
        change(server.objects, random)
      }
      if (random.below(12) === 0) {
        await random.of(FAULTS)(stage)
      }
      if (random.below(4) === 0) {
        await settled()
      }
    }
    server.faults.clear()
    for (const [kind, watch] of watches) {
      await vi.waitFor(() => expect(differenceOf(server, kind, watch)).toEqual([]), { timeout: 30_000, interval: 50 })
    }
    const states = () => [...watches.values()].map((watch) => watch.status().state)
    await vi.waitFor(() => expect(states()).toEqual(KINDS.map(() => 'synced')), { timeout: 30_000, interval: 50 })
    const services = readStored(server.objects.all('Service'), 'Service', 'v1').objects
    expect([...heard.values()].toSorted()).toEqual(services.map((object) => JSON.stringify(object)).toSorted())
    expect(ours).toEqual([])
  } finally {
    clearInterval(bookmarks)
    await Promise.all([...watches.values()].map((watch) => watch.close()))
    await client.close()
    await server.close()
  }
}

const heldOf = ({ objects }: Watch<object>): string[] =>
  [...objects.all()].map(
    ({ name, version, read }) => `${name.namespace}/${name.name} ${version} ${JSON.stringify(read)}`,
  )

const storedOf = ({ objects }: ApiServer, kind: (typeof KINDS)[number]): string[] =>
  objects.all(kind).map((object) => {
    const { objects: read, refused } = readStored([object], kind, object.apiVersion)
    const told = read[0] === undefined ? { refused: refused[0]?.reason } : { object: read[0] }
    const { namespace = '', name, resourceVersion } = object.metadata
    return `${namespace}/${name} ${resourceVersion} ${JSON.stringify(told)}`
  })

/** The first few objects that only one of them has, told so shortly that a person can read it. */
function differenceOf(server: ApiServer, kind: (typeof KINDS)[number], watch: Watch<object>): string[] {
  const [held, stored] = [new Set(heldOf(watch)), new Set(storedOf(server, kind))]
  const short = (what: string) => (line: string) => `${what}: ${kind} ${line.slice(0, 60)}`
  return [
    ...[...held.difference(stored)].slice(0, 3).map(short('held')),
    ...[...stored.difference(held)].slice(0, 3).map(short('stored')),
    ...(held.isSubsetOf(stored) && stored.isSubsetOf(held) ? [] : [JSON.stringify(watch.status())]),
  ]
}

describe('what is held after a thousand changes with faults', () => {
  it.each(Array.from({ length: RUNS }, (_, at) => FIRST_SEED + at))('is what the server has, by seed %i', run)
})
