import { afterEach, describe, expect, it } from 'vitest'
import type { KubeObject } from '../../../../test/support/api-server.ts'
import {
  gateway,
  gatewayClass,
  grant,
  httpRoute,
  listenerSet,
  routeOf,
} from '../../../../test/support/gateway-manifests.ts'
import { liveClusters, PLAN_DEPS } from '../../../../test/support/live-cluster.ts'
import { service } from '../../../../test/support/manifests.ts'
import { planText } from '../../../../test/support/plan-text.ts'
import { aRequest } from '../../../../test/support/request.ts'
import { planRequest } from '../../../job/plan-request.ts'
import { manifestSource, type ObjectSource } from '../../../kube/object-source.ts'
import { parseManifests } from '../../../kube/parse.ts'

const live = liveClusters()
afterEach(live.closeAll)

const namespaces = ['pond', 'moor', 'hill'].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }))
const EDGE = { parentRefs: [{ name: 'edge', namespace: 'moor' }] }
const letsIn = { allowedListeners: { namespaces: { from: 'All' } } }
const listener = (name: string, port: number, protocol: string) => ({
  ...{ name, port, protocol },
  allowedRoutes: { namespaces: { from: 'All' } },
})

/** A Gateway of another namespace, a ListenerSet, a route that a grant lets in, and one of each kind. */
const OBJECTS = [
  ...namespaces,
  service(),
  gatewayClass({}, { conditions: [{ type: 'Accepted', status: 'True', observedGeneration: 1 }] }),
  gateway(
    { ...letsIn, listeners: [listener('http', 80, 'HTTP'), listener('tcp', 9000, 'TCP')] },
    { namespace: 'moor' },
  ),
  listenerSet({ parentRef: { name: 'edge', namespace: 'moor' } }),
  httpRoute({
    parentRefs: [...EDGE.parentRefs, { kind: 'ListenerSet', name: 'more' }],
    hostnames: ['toad.example.com'],
  }),
  httpRoute(
    {
      ...EDGE,
      hostnames: ['far.example.com'],
      rules: [{ backendRefs: [{ name: 'toad', namespace: 'pond', port: 80 }] }],
    },
    { name: 'far', namespace: 'hill' },
  ),
  routeOf('TCPRoute', EDGE),
  grant({ namespace: 'hill' }, {}),
] as KubeObject[]

const REQUEST = aRequest({ target: { cluster: 'default', namespace: 'pond', service: 'toad' } })
const textFrom = async (source: ObjectSource) => planText((await planRequest(PLAN_DEPS, REQUEST, source)).plan)

describe('routes of the Gateway API in a live cluster', () => {
  it('are planned as from manifests, and what they rest on is read', async () => {
    const { source } = await live.of(OBJECTS, { hasGateway: true })
    const text = await textFrom(source)
    expect(text.match(/^(HTTPRoute|TCPRoute) .*$/gm)).toHaveLength(4)
    const given = manifestSource(parseManifests(OBJECTS, { pointer: '/target/manifests' }))
    expect(text.replace(/^no .*$\n?/gm, '')).toBe((await textFrom(given)).replace(/^no .*$\n?/gm, ''))
  })

  it('cost a cluster without them one request, which tells of all groups', async () => {
    const { server, source } = await live.of(OBJECTS.filter(({ apiVersion }) => apiVersion === 'v1'))
    await planRequest(PLAN_DEPS, REQUEST, source)
    const asked = server.seen.requests.map(({ path }) => path)
    expect(asked.filter((path) => path === '/apis' || /gateway|openshift/.test(path))).toEqual(['/apis'])
  })
})
