import { describe, expect, it } from 'vitest'
import { read } from '../../test/support/read-manifests.ts'
import { GATEWAY_VERSIONS, type GatewayKind } from './gateway-versions.ts'

const object = (kind: string, apiVersion: string) => ({ apiVersion, kind, metadata: { name: 'toad' }, spec: {} })

describe('versions of the Gateway API', () => {
  it.each([
    [
      'HTTPRoute',
      'gateway.networking.k8s.io/v1alpha2',
      'HTTPRoute of gateway.networking.k8s.io/v1alpha2 is not read; gateway.networking.k8s.io/v1 or gateway.networking.k8s.io/v1beta1 is',
    ],
    [
      'TCPRoute',
      'gateway.networking.k8s.io/v2',
      'TCPRoute of gateway.networking.k8s.io/v2 is not read; gateway.networking.k8s.io/v1 or gateway.networking.k8s.io/v1alpha2 is',
    ],
    ['Gateway', 'networking.istio.io/v1', 'Gateway of networking.istio.io/v1 is not read'],
    ['XBackendTrafficPolicy', 'gateway.networking.x-k8s.io/v1alpha1', 'kind is not read'],
  ])('ignores %s of %s, and says why', (kind, apiVersion, reason) => {
    const { ignored } = read([object(kind, apiVersion)])
    expect(ignored).toEqual([{ object: `${kind}/toad`, reason }])
  })

  it('has every version that a release since 1.0 serves', () => {
    const served: Readonly<Record<GatewayKind, string>> = {
      GatewayClass: 'v1 v1beta1',
      Gateway: 'v1 v1beta1',
      ListenerSet: 'v1',
      HTTPRoute: 'v1 v1beta1',
      GRPCRoute: 'v1 v1alpha2',
      TLSRoute: 'v1 v1alpha3 v1alpha2',
      TCPRoute: 'v1 v1alpha2',
      UDPRoute: 'v1 v1alpha2',
      ReferenceGrant: 'v1 v1beta1 v1alpha2',
      BackendTLSPolicy: 'v1 v1alpha3 v1alpha2',
    }
    expect(
      Object.fromEntries(Object.entries(GATEWAY_VERSIONS).map(([kind, { versions }]) => [kind, versions.join(' ')])),
    ).toEqual(served)
  })
})
