/**
 * The table of versions of the Gateway API that are read: those that a release from 1.0 to 1.6 serves, in the standard
 * channel or as an alpha. An object in another version is ignored. `docs/gateway-api.md` shows it.
 *
 * @see https://github.com/kubernetes-sigs/gateway-api/tree/v1.6.0/config/crd
 * @module
 */
import type { RouteKind } from './gateway-objects.ts'

export const GATEWAY_API = 'gateway.networking.k8s.io'
/** The group of kinds that were tried out under another name. */
export const GATEWAY_API_TRIAL = 'gateway.networking.x-k8s.io'

export type GatewayKind = RouteKind | 'GatewayClass' | 'Gateway' | 'ListenerSet' | 'ReferenceGrant' | 'BackendTLSPolicy'

type Row = {
  /** Plural, as in paths of the API. */
  resource: string
  namespaced: boolean
  /** Newest first. */
  versions: readonly string[]
  /** The kind was called so in the other group before it came to this one. */
  trial?: { kind: string; resource: string; versions: readonly string[] }
}

export const GATEWAY_VERSIONS: Readonly<Record<GatewayKind, Row>> = {
  GatewayClass: { resource: 'gatewayclasses', namespaced: false, versions: ['v1', 'v1beta1'] },
  Gateway: { resource: 'gateways', namespaced: true, versions: ['v1', 'v1beta1'] },
  ListenerSet: {
    resource: 'listenersets',
    namespaced: true,
    versions: ['v1'],
    trial: { kind: 'XListenerSet', resource: 'xlistenersets', versions: ['v1alpha1'] },
  },
  HTTPRoute: { resource: 'httproutes', namespaced: true, versions: ['v1', 'v1beta1'] },
  GRPCRoute: { resource: 'grpcroutes', namespaced: true, versions: ['v1', 'v1alpha2'] },
  TLSRoute: { resource: 'tlsroutes', namespaced: true, versions: ['v1', 'v1alpha3', 'v1alpha2'] },
  TCPRoute: { resource: 'tcproutes', namespaced: true, versions: ['v1', 'v1alpha2'] },
  UDPRoute: { resource: 'udproutes', namespaced: true, versions: ['v1', 'v1alpha2'] },
  ReferenceGrant: { resource: 'referencegrants', namespaced: true, versions: ['v1', 'v1beta1', 'v1alpha2'] },
  BackendTLSPolicy: { resource: 'backendtlspolicies', namespaced: true, versions: ['v1', 'v1alpha3', 'v1alpha2'] },
}

export const isGatewayKind = (kind: string): kind is GatewayKind => Object.hasOwn(GATEWAY_VERSIONS, kind)

/** Lists the apiVersions of a kind, newest first. */
export function gatewayApiVersions(kind: GatewayKind): readonly string[] {
  const { versions, trial } = GATEWAY_VERSIONS[kind]
  return [
    ...versions.map((version) => `${GATEWAY_API}/${version}`),
    ...(trial?.versions ?? []).map((version) => `${GATEWAY_API_TRIAL}/${version}`),
  ]
}
