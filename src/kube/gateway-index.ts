import type {
  BackendTLSPolicy,
  Gateway,
  GatewayClass,
  GatewayRoute,
  ListenerSet,
  ObjectName,
  ReferenceGrant,
} from './gateway-objects.ts'
import { GATEWAY_API } from './gateway-versions.ts'
import { byKey, byNamespace, inOrder } from './lookups.ts'
import type { KubeObjects } from './objects.ts'

/** Finds the objects of the Gateway API by the names that others call them. */
export type GatewayIndex = {
  gatewayClassNamed(name: string): GatewayClass | null
  gatewayNamed(namespace: string, name: string): Gateway | null
  listenerSetNamed(namespace: string, name: string): ListenerSet | null
  /** ListenerSets of all namespaces that are to be merged into this Gateway. */
  listenerSetsOf(namespace: string, gateway: string): readonly ListenerSet[]
  /** Routes of all namespaces that name the Service as a backend, whatever its weight. A mirror is none. */
  routesOf(namespace: string, service: string): readonly GatewayRoute[]
  /** Routes of all namespaces with a parentRef to that object. */
  routesAttachedTo(kind: 'Gateway' | 'ListenerSet', namespace: string, name: string): readonly GatewayRoute[]
  referenceGrantsIn(namespace: string): readonly ReferenceGrant[]
  backendTlsPoliciesOf(namespace: string, service: string): readonly BackendTLSPolicy[]
}

export function indexGateways(objects: KubeObjects): GatewayIndex {
  const sets = inOrder(objects.listenerSets)
  const routes = inOrder(objects.gatewayRoutes)
  const classes = byKey(inOrder(objects.gatewayClasses), ({ meta }) => [meta.name])
  const gateways = byNamespace(inOrder(objects.gateways), ({ meta }) => [meta.name])
  const setsNamed = byNamespace(sets, ({ meta }) => [meta.name])
  const setsNaming = byKey(sets, ({ parentRef }) => [keyOf(parentRef)])
  const routesNaming = byKey(routes, (route) => routeBackends(route).map(keyOf))
  const routesUnder = byKey(routes, ({ parentRefs }) => parentRefs.map(keyOf))
  const grants = byNamespace(inOrder(objects.referenceGrants), () => [''])
  const policies = byNamespace(inOrder(objects.backendTlsPolicies), ({ targetRefs }) =>
    targetRefs.filter(({ group, kind }) => group === '' && kind === 'Service').map(({ name }) => name),
  )
  return {
    gatewayClassNamed: (name) => classes(name)[0] ?? null,
    gatewayNamed: (namespace, name) => gateways(namespace, name)[0] ?? null,
    listenerSetNamed: (namespace, name) => setsNamed(namespace, name)[0] ?? null,
    listenerSetsOf(namespace, name) {
      const to = { group: GATEWAY_API, kind: 'Gateway', namespace, name }
      return setsNaming(keyOf(to)).filter(({ meta, parentRef }) => isTo(parentRef, meta.namespace, to))
    },
    routesOf(namespace, name) {
      const service = { group: '', kind: 'Service', namespace, name }
      return routesNaming(keyOf(service)).filter((route) => leadsTo(route, { namespace, name }))
    },
    routesAttachedTo(kind, namespace, name) {
      const to = { group: GATEWAY_API, kind, namespace, name }
      return routesUnder(keyOf(to)).filter(({ meta, parentRefs }) =>
        parentRefs.some((ref) => isTo(ref, meta.namespace, to)),
      )
    },
    referenceGrantsIn: (namespace) => grants(namespace, ''),
    backendTlsPoliciesOf: policies,
  }
}

const routeBackends = ({ rules }: GatewayRoute): readonly ObjectName[] => rules.flatMap(({ backends }) => backends)

const keyOf = ({ group, kind, name }: Omit<ObjectName, 'namespace'>): string => `${group}/${kind}/${name}`

/**
 * Tells whether a reference leads there.
 *
 * @param home the namespace of the object that it stands in, which it means if it names none.
 */
export const isTo = (ref: ObjectName, home: string | null, to: ObjectName & { namespace: string }): boolean =>
  keyOf(ref) === keyOf(to) && (ref.namespace ?? home ?? to.namespace) === to.namespace

/** Tells whether a backend of the route is that Service. */
export const leadsTo = (route: GatewayRoute, service: { namespace: string; name: string }): boolean =>
  routeBackends(route).some((ref) => isTo(ref, route.meta.namespace, { group: '', kind: 'Service', ...service }))
