/**
 * Watches an API server: events in order, selections, bookmarks, the end of a watch, and versions that are too old.
 *
 * @module
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask } from '../../support/api-server/ask.ts'
import { serviceOf } from '../../support/api-server/workload.ts'
import type { LiveCluster, StartCluster } from '../support/cluster.ts'
import { OBJECTS } from './objects.ts'

const SERVICES = '/api/v1/namespaces/shop/services'

export function watchesSuite(start: StartCluster): void {
  describe('watches', () => {
    let cluster: LiveCluster

    beforeAll(async () => {
      cluster = await start()
      await cluster.apply(...OBJECTS)
    })
    afterAll(() => cluster?.close())

    const put = (path: string) => ask(cluster, path, { token: cluster.adminToken })
    const version = async (): Promise<string> =>
      ((await put(SERVICES)).body as { metadata: { resourceVersion: string } }).metadata.resourceVersion

    const service = (name: string, clusterIP: string, labels: Record<string, string>) => {
      // With a status, a real server would be told of it by a request of its own, and watches of one more change
      const { status: _, ...made } = serviceOf({ namespace: 'shop', name, clusterIP, pods: [] })
      return { ...made, metadata: { ...made.metadata, labels } }
    }

    it('tell from a resourceVersion on what changed, with kind and apiVersion, and end by their timeout', async () => {
      const from = await version()
      await cluster.apply(service('toad', '10.96.200.20', { pond: 'a' }))
      await cluster.apply(service('toad', '10.96.200.20', { pond: 'b' }))
      await cluster.remove('Service', 'shop', 'toad')
      const { status, headers, lines } = await put(`${SERVICES}?watch=1&resourceVersion=${from}&timeoutSeconds=1`)
      expect([status, headers['content-type']]).toEqual([200, 'application/json'])
      expect(lines.map(({ type, object }) => [type, object.kind, object.apiVersion, nameOf(object)])).toEqual([
        ['ADDED', 'Service', 'v1', 'toad'],
        ['MODIFIED', 'Service', 'v1', 'toad'],
        ['DELETED', 'Service', 'v1', 'toad'],
      ])
      const versions = lines.map(({ object }) =>
        Number((object.metadata as { resourceVersion: string }).resourceVersion),
      )
      expect(versions).toEqual(versions.toSorted((a, b) => a - b))
      expect(new Set(versions).size).toBe(3)
    })

    it('add and delete what enters and leaves their selection', async () => {
      const from = await version()
      await cluster.apply(service('newt', '10.96.200.21', { pond: 'a' }))
      await cluster.apply(service('newt', '10.96.200.21', { pond: 'b' }))
      await cluster.apply(service('newt', '10.96.200.21', { pond: 'a' }))
      await cluster.remove('Service', 'shop', 'newt')
      const of = (selector: string) =>
        put(`${SERVICES}?watch=1&resourceVersion=${from}&labelSelector=${selector}&timeoutSeconds=1`)
      const [a, b] = await Promise.all([of('pond%3Da'), of('pond%3Db')])
      expect([a.lines.map(({ type }) => type), b.lines.map(({ type }) => type)]).toEqual([
        ['ADDED', 'DELETED', 'ADDED', 'DELETED'],
        ['ADDED', 'DELETED'],
      ])
    })

    it('begin with what is there, where no resourceVersion is said', async () => {
      const { lines } = await put(`${SERVICES}?watch=1&timeoutSeconds=1`)
      expect(lines.map(({ type, object }) => [type, nameOf(object)])).toEqual([['ADDED', 'frog']])
    })

    it('send initial events, a bookmark behind them, and more of them near the end, if something has changed', async () => {
      const query = 'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true'
      const quiet = await put(`${SERVICES}?${query}&timeoutSeconds=3`)
      const watching = put(`${SERVICES}?${query}&timeoutSeconds=4`)
      await cluster.apply(service('newt', '10.96.200.23', { pond: 'c' }))
      const { lines } = await watching
      await cluster.remove('Service', 'shop', 'newt')
      expect(quiet.lines.map(({ type, object }) => [type, object.kind, nameOf(object), annotationsOf(object)])).toEqual(
        [
          ['ADDED', 'Service', 'frog', undefined],
          ['BOOKMARK', 'Service', undefined, { 'k8s.io/initial-events-end': 'true' }],
        ],
      )
      const told = lines.map(({ type }) => type)
      // The change may come before the watch has begun, and is an initial event then
      expect(told.filter((type) => type === 'ADDED')).toEqual(['ADDED', 'ADDED'])
      expect(told.lastIndexOf('BOOKMARK') > told.lastIndexOf('ADDED')).toBe(true)
    })

    it('are silent from a resourceVersion of the future', async () => {
      const watching = put(`${SERVICES}?watch=1&resourceVersion=999999999&timeoutSeconds=2`)
      await cluster.apply(service('axolotl', '10.96.200.22', {}))
      await cluster.remove('Service', 'shop', 'axolotl')
      const { status, lines } = await watching
      expect([status, lines]).toEqual([200, []])
    })

    it('say 410 in a line, after a restart, from a resourceVersion of long ago', async () => {
      await cluster.restart()
      const { status, lines } = await put(`${SERVICES}?watch=1&resourceVersion=1&timeoutSeconds=2`)
      expect([status, lines.map(({ type, object }) => [type, object.kind, object.reason, object.code])]).toEqual([
        200,
        [['ERROR', 'Status', 'Expired', 410]],
      ])
    })
  })
}

const nameOf = (object: Record<string, unknown>) => (object.metadata as { name?: string }).name
const annotationsOf = (object: Record<string, unknown>) =>
  (object.metadata as { annotations?: Record<string, string> }).annotations
