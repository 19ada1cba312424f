import { describe, expect, it } from 'vitest'
import { backendTls, gateway, gatewayClass, http, httpRoute, https } from '../../../test/support/gateway-manifests.ts'
import { service } from '../../../test/support/manifests.ts'
import { planInput } from '../../../test/support/plan-text.ts'
import { indexObjects } from '../../kube/object-index.ts'
import type { ObjectKind, Unread } from '../../kube/object-source.ts'
import { becauseText } from '../because.ts'
import { planPaths } from '../plan.ts'

const unreadOf = (kind: ObjectKind, reason: Unread['reason'] = 'forbidden'): Unread => ({
  ...{ kind, namespace: null, besides: [], part: 'all', reason, detail: 'not allowed', refused: null },
})

/** Plans with the objects that a live cluster gave, and with what it did not give. */
function live(objects: unknown[], ...unread: Unread[]) {
  const input = planInput([service(), ...objects], { target: { service: 'toad', namespace: 'pond' } })
  const index = indexObjects(input.objects, unread, 'cluster')
  const { paths, notApplicable } = planPaths(input, index)
  const reasons = notApplicable.filter(({ kind }) => kind === 'HTTPRoute').map(({ reason }) => reason)
  const routes = paths.filter(({ kind }) => kind === 'HTTPRoute')
  return {
    reasons,
    paths: routes.map(({ expected, because }) => [expected, because.filter((each) => each.unread).map(becauseText)]),
    wanted: index.wanted().map(({ kind, namespace }) => `${kind} ${namespace ?? '*'}`),
  }
}

const far = (from: string) =>
  gateway(
    { listeners: [http({ allowedRoutes: { namespaces: { from, selector: { matchLabels: { wet: 'yes' } } } } })] },
    { namespace: 'infra' },
  )
const toFar = httpRoute({ parentRefs: [{ name: 'edge', namespace: 'infra' }] })

describe('what of the Gateway API was not read', () => {
  it('is the reason where a Gateway or its class is not known, and is asked for', () => {
    expect(live([httpRoute(), gatewayClass()], unreadOf('gateways')).reasons).toEqual([
      'HTTPRoute/toad: Gateway pond/edge is not known: Gateways were not read (forbidden)',
    ])
    expect(live([toFar], unreadOf('gateways', 'not_asked')).wanted).toContain('gateways infra')
    expect(live([httpRoute(), gateway()]).reasons).toEqual(['HTTPRoute/toad: there is no GatewayClass some'])
    expect(live([httpRoute(), gateway()], unreadOf('gatewayClasses')).paths).toEqual([
      ['reachable', ['GatewayClasses were not read (forbidden)']],
    ])
  })

  it('makes a path unknown where it may forbid it: labels of a namespace, grants', () => {
    expect(live([toFar, far('Selector'), gatewayClass()], unreadOf('namespaces')).paths).toEqual([
      ['unknown', ['Namespaces were not read (forbidden)']],
    ])
    const crossing = httpRoute(
      { rules: [{ backendRefs: [{ name: 'toad', namespace: 'pond', port: 80 }] }] },
      { namespace: 'web' },
    )
    const objects = [crossing, gateway({}, { namespace: 'web' }), gatewayClass()]
    expect(live(objects, unreadOf('referenceGrants')).paths).toEqual([
      ['unknown', ['ReferenceGrants were not read (forbidden)']],
    ])
    expect(live(objects, unreadOf('referenceGrants', 'not_asked')).wanted).toContain('referenceGrants pond')
  })

  it('is told where it may take the requests, move the address, or end TLS elsewhere', () => {
    const objects = [httpRoute(), gateway(), gatewayClass()]
    expect(live(objects, unreadOf('gatewayRoutes')).paths).toEqual([
      ['reachable', ['Routes of the Gateway API were not read (forbidden)']],
    ])
    expect(live(objects, unreadOf('services')).paths).toEqual([['reachable', ['Services were not read (forbidden)']]])
    const open = gateway({ allowedListeners: { namespaces: { from: 'All' } } })
    expect(live([httpRoute(), open, gatewayClass()], unreadOf('listenerSets')).paths).toEqual([
      ['reachable', ['ListenerSets were not read (forbidden)']],
    ])
  })

  it('is not asked for where nothing rests on it', () => {
    const everything: ObjectKind[] = ['namespaces', 'listenerSets', 'referenceGrants', 'gatewayClasses', 'gateways']
    const asked = everything.map((kind) => unreadOf(kind, 'not_asked'))
    expect(live([httpRoute(), gateway(), gatewayClass()], ...asked).wanted).toEqual([])
    expect(live([backendTls()], unreadOf('backendTlsPolicies', 'not_asked')).wanted).toEqual([])
  })

  it('refuses a live listener whose certificate nothing lets it refer to', () => {
    const listeners = [https({ tls: { certificateRefs: [{ name: 'cert', namespace: 'vault' }] } })]
    const objects = [httpRoute(), gateway({ listeners }), gatewayClass()]
    expect(live(objects)).toMatchObject({
      paths: [],
      reasons: [
        'HTTPRoute/toad: no ReferenceGrant of namespace vault lets Gateways of namespace pond refer to Secret cert',
      ],
    })
    expect(live(objects, unreadOf('referenceGrants')).paths).toEqual([
      ['unknown', ['ReferenceGrants were not read (forbidden)']],
    ])
  })
})
