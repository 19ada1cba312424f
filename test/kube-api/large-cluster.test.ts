import { afterEach, describe, expect, it } from 'vitest'
import { ask } from '../support/api-server/ask.ts'
import { change } from '../support/api-server/changes.ts'
import { largeCluster } from '../support/api-server/large-cluster.ts'
import { createObjectStore } from '../support/api-server/objects.ts'
import { startApiServerProcess } from '../support/api-server/process.ts'
import { createRandom } from '../support/api-server/random.ts'
import { RESOURCES } from '../support/api-server/resources.ts'
import { keeper } from '../support/servers.ts'

const { keep, closeAll } = keeper()
afterEach(closeAll)

const SMALL = { services: 40, pods: 100, nodes: 5, namespaces: 4 }

describe('a large cluster', () => {
  it('is the same for the same seed, and of the sizes that were recorded', () => {
    const objects = largeCluster(SMALL)
    expect(largeCluster(SMALL)).toEqual(objects)
    expect(largeCluster({ ...SMALL, seed: 2 })).not.toEqual(objects)
    const counts = Object.groupBy(objects, ({ kind }) => kind)
    expect(Object.fromEntries(Object.entries(counts).map(([kind, of]) => [kind, of?.length]))).toEqual({
      Namespace: 4,
      Node: 5,
      Service: 40,
      EndpointSlice: 40,
      Endpoints: 40,
      Deployment: 40,
      ReplicaSet: 40,
      Pod: 100,
    })
    const bytes = (kind: string) => JSON.stringify(objects.find((object) => object.kind === kind)).length
    expect([
      bytes('Pod') > 4_500,
      bytes('Node') > 8_000,
      bytes('Service') > 700,
      bytes('EndpointSlice') > 1_400,
    ]).toEqual([true, true, true, true])
  })

  it('changes by chance, each change one that a watch tells of', () => {
    const store = createObjectStore()
    store.load(largeCluster(SMALL))
    const before = new Map(RESOURCES.map((resource) => [resource, new Map(store.at(resource))]))
    const from = store.version
    const random = createRandom(7)
    const told = new Set(
      Array.from(
        { length: 300 },
        () =>
          change(store, random)
            .replace(/.* (is|has|changes)/, '$1')
            .split(' ')[0],
      ),
    )
    for (const resource of RESOURCES) {
      const state = before.get(resource) ?? new Map()
      for (const { key, after } of store.since(resource, from)) {
        if (after) {
          state.set(key, after)
        } else {
          state.delete(key)
        }
      }
      expect([...state].sort(([a], [b]) => (a < b ? -1 : 1))).toEqual(store.at(resource))
    }
    expect([...told].sort()).toEqual(['changes', 'has', 'is'])
  })

  it('is served by a process of its own, which changes it and tells what it was asked', async () => {
    const server = await keep(startApiServerProcess({ cluster: SMALL, isPlain: true }))
    const { token } = server
    const pods = await ask(server, '/api/v1/namespaces/team-1/pods?limit=5', { token })
    const { version, ...told } = await server.stats()
    await server.changes(100)
    const watched = await ask(server, `/api/v1/services?watch=1&resourceVersion=${version}&timeoutSeconds=1`, { token })
    await server.changes(0)
    expect([(pods.body as { items: unknown[] }).items.length, told.lines, told.connections]).toEqual([
      5,
      ['list pods team-1'],
      1,
    ])
    expect(watched.lines.length).toBeGreaterThan(0)
  })
})
