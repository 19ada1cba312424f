/**
 * The backends of a rule: which of them lead to a Service, and why the others do not.
 *
 * @see https://gateway-api.sigs.k8s.io/reference/spec (BackendRef, HTTPRouteRule.backendRefs)
 * @module
 */

import { isTo } from '../../kube/gateway-index.ts'
import type { GatewayRoute, RouteBackend, RouteRule } from '../../kube/gateway-objects.ts'
import { refOf, type Service, type ServicePort } from '../../kube/objects.ts'
import { type Because, doubted, fieldOf, type ObjectField } from '../because.ts'
import { grantOf } from './grants.ts'
import type { RouteWay, ServiceBackend, World } from './types.ts'
import { namespaceOf } from './world.ts'

export type Target = { namespace: string; service: Service }

/** `HTTPRoute/shop spec.rules[0]`. */
export const ruleField = (route: GatewayRoute, ruleAt: number): ObjectField =>
  fieldOf(refOf(route), `spec.rules[${ruleAt}]`)

/** Lists the ways through a route: each match of each rule, or each rule where its kind has no matches. */
export const waysOf = (route: GatewayRoute): readonly RouteWay[] =>
  route.rules.flatMap((rule, ruleAt): RouteWay[] =>
    rule.matches.length === 0
      ? [{ route, rule, ruleAt, match: null, matchAt: 0 }]
      : rule.matches.map((match, matchAt) => ({ route, rule, ruleAt, match, matchAt })),
  )

const isTarget = (world: World, route: GatewayRoute, backend: RouteBackend, { namespace, service }: Target): boolean =>
  isTo(backend, namespaceOf(route, world), { group: '', kind: 'Service', namespace, name: service.meta.name })

/** Lists the backends of a rule that name the Service, each with the reason why nothing gets there. */
export function backendsTo(
  world: World,
  route: GatewayRoute,
  rule: RouteRule,
  ruleAt: number,
  target: Target,
): readonly ServiceBackend[] {
  return rule.backends.flatMap((backend, at): ServiceBackend[] => {
    if (!isTarget(world, route, backend, target)) {
      return []
    }
    const field = fieldOf(refOf(route), `spec.rules[${ruleAt}].backendRefs[${at}]`)
    return [backendOf(world, route, backend, field, target.service)]
  })
}

/**
 * Tells whether requests get to a backend that is a Service.
 *
 * @param service `null`: it is not among the objects.
 */
export function backendOf(
  world: World,
  route: GatewayRoute,
  backend: RouteBackend,
  field: ObjectField,
  service: Service | null,
): ServiceBackend {
  const { index } = world
  const namespace = backend.namespace ?? namespaceOf(route, world)
  const name = `Service ${namespace}/${backend.name}`
  const out = (
    code: 'backend_weight_zero' | 'backend_missing' | 'backend_port_missing',
    reason: string,
  ): ServiceBackend => ({
    backend,
    field,
    refused: { code, reason, because: [field] },
    because: [],
  })
  if (backend.weight === 0) {
    return out('backend_weight_zero', `its weight for ${name} is 0, so that it gets nothing`)
  }
  const from = { kind: route.kind, namespace: namespaceOf(route, world) }
  const { refused, because } = grantOf(world, from, backend, field)
  if (refused !== null) {
    return { backend, field, refused, because }
  }
  if (service === null) {
    const unknown = index.source === 'manifests' || index.unread('services', namespace) !== null
    return unknown ? { backend, field, refused: null, because } : out('backend_missing', `there is no ${name}`)
  }
  if (backend.port === null) {
    return out('backend_port_missing', `it names no port of ${name}, which it must`)
  }
  if (portOf(service, route, backend.port) === null) {
    return out('backend_port_missing', `${name} has no port ${backend.port}`)
  }
  return { backend, field, refused: null, because }
}

/** Finds the port that a route means: routes name numbers, and 443 may be two ports, for TCP and for UDP. */
export function portOf(
  { ports, type }: Service,
  { kind }: Pick<GatewayRoute, 'kind'>,
  number: number | null,
): { port: ServicePort; at: number } | null {
  const protocol = kind === 'UDPRoute' ? 'UDP' : 'TCP'
  const at = ports.findIndex(({ port, protocol: own }) => port === number && own === protocol)
  const port = ports[at]
  if (port !== undefined) {
    return { port, at }
  }
  // Nothing is to be chosen from: an ExternalName Service need not list ports.
  return type === 'ExternalName' && ports.length === 0 && number !== null
    ? { port: { name: null, port: number, protocol, targetPort: number, nodePort: null, appProtocol: null }, at: -1 }
    : null
}

/** Tells the part, of 1, of the requests that the rule wins which gets to this port of the Service. */
export function shareOf(
  world: World,
  { route, rule }: RouteWay,
  { port }: Pick<RouteBackend, 'port'>,
  target: Target,
): number {
  const all = rule.backends.reduce((sum, { weight }) => sum + weight, 0)
  const own = rule.backends
    .filter((backend) => backend.port === port && isTarget(world, route, backend, target))
    .reduce((sum, { weight }) => sum + weight, 0)
  return own / all
}

/** Tells why not all requests that the rule wins get to the Service: other backends of it have a share. */
export function shareDoubts({ route, ruleAt }: RouteWay, share: number): readonly Because[] {
  if (share === 1) {
    return []
  }
  const percent = `${Math.round(share * 1000) / 10} %`
  const field = fieldOf(refOf(route), `spec.rules[${ruleAt}].backendRefs`)
  return [doubted(field, `${percent} of its requests get to this port of the Service, the rest elsewhere`)]
}
