import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ApiServer, KubeObject } from '../../../../test/support/api-server.ts'
import { liveClusters } from '../../../../test/support/live-cluster.ts'
import { pod } from '../../../../test/support/manifests.ts'
import type { ApiClient } from './api-client.ts'
import { list } from './list.ts'
import { resourceOf } from './requests.ts'

const live = liveClusters()
const PODS = { resource: resourceOf('pods'), version: 'v1', namespace: 'pond' }
const SIGNAL = new AbortController().signal
let server: ApiServer
let client: ApiClient

beforeAll(async () => {
  const pods = Array.from({ length: 1_201 }, (_, at) => pod(`toad-${String(at).padStart(4, '0')}`))
  const cluster = await live.of(pods as KubeObject[])
  server = cluster.server
  client = cluster.client
})
afterAll(live.closeAll)
beforeEach(() => server.seen.clear())
afterEach(() => server.faults.clear())

describe('a list', () => {
  it('is read in pages of 500, to its end', async () => {
    const { objects, isCut, resourceVersion } = await list(client, PODS, 20_000, SIGNAL)
    expect([objects.length, new Set(objects.map(({ meta }) => meta.name)).size, isCut]).toEqual([1_201, 1_201, false])
    expect(resourceVersion).toMatch(/^\d+$/)
    expect(server.seen.requests.map(({ isContinued }) => isContinued)).toEqual([false, true, true])
  })

  it('is cut short where there is more than is read at most, and says so', async () => {
    const { objects, isCut } = await list(client, PODS, 1_000, SIGNAL)
    expect([objects.length, isCut]).toEqual([1_000, true])
  })

  it('is begun again where its pages are no longer kept, and holds nothing twice', async () => {
    server.faults.add({ match: { isContinued: true }, after: 1, times: 1, fault: { kind: 'gone' } })
    const { objects } = await list(client, PODS, 20_000, SIGNAL)
    expect(new Set(objects.map(({ meta }) => meta.name)).size).toBe(1_201)
    expect(objects.length).toBe(1_201)
    expect(server.seen.requests.map(({ isContinued }) => isContinued)).toEqual([false, true, true, false, true, true])
  })

  it('is asked for in one piece where its pages are lost each time', async () => {
    server.faults.add({ match: { isContinued: true }, fault: { kind: 'gone' } })
    const { objects } = await list(client, PODS, 20_000, SIGNAL)
    expect(objects.length).toBe(1_201)
    expect(server.seen.requests.map(({ path }) => path.includes('limit='))).toEqual([true, true, true, true, false])
  })

  it('whose pages name the same next one again and again has an end', async () => {
    const page = { kind: 'PodList', apiVersion: 'v1', metadata: { resourceVersion: '7', continue: 'again' }, items: [] }
    server.faults.add({ match: {}, fault: { kind: 'answer', status: 200, body: JSON.stringify(page) } })
    await expect(list(client, PODS, 20_000, SIGNAL)).rejects.toMatchObject({
      kind: 'malformed',
      message: 'the API server gave a list whose pages do not end',
    })
    expect(server.seen.requests).toHaveLength(2)
  })

  it('that breaks in the middle fails, as half of it is no list', async () => {
    server.faults.add({ match: { isContinued: true }, fault: { kind: 'cut' } })
    await expect(list(client, PODS, 20_000, SIGNAL)).rejects.toMatchObject({ kind: 'unreachable' })
  })
})
