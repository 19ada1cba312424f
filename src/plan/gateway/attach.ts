/**
 * Attachment: which listeners take a route, by both sides' words, and as the controller says in the route's status.
 *
 * @see https://gateway-api.sigs.k8s.io/concepts/api-overview/#attaching-routes-to-gateways
 * @module
 */
import type { Gateway, GatewayRoute, ListenerSet, ParentRef, RouteKind } from '../../kube/gateway-objects.ts'
import { GATEWAY_API } from '../../kube/gateway-versions.ts'
import type { ObjectIndex } from '../../kube/object-index.ts'
import type { Unread } from '../../kube/object-source.ts'
import { refOf } from '../../kube/objects.ts'
import { fieldOf } from '../because.ts'
import { restingOn, unreadText } from '../unread.ts'
import { classOf } from './classes.ts'
import { conditionField, conditionOf, conditionText, refusing } from './conditions.ts'
import { intersection } from './hostnames.ts'
import { listenersOf } from './listeners.ts'
import type { Attachment, Listener, Refusal, RefusalCode, RouteParent, World } from './types.ts'
import { letIn, namespaceOf } from './world.ts'

/** Protocols of listeners, and the kinds of routes that they take. */
const PROTOCOLS: Readonly<Record<string, readonly RouteKind[]>> = {
  HTTP: ['HTTPRoute', 'GRPCRoute'],
  HTTPS: ['HTTPRoute', 'GRPCRoute'],
  TLS: ['TLSRoute', 'TCPRoute'],
  TCP: ['TCPRoute'],
  UDP: ['UDPRoute'],
}

const known = new WeakMap<ObjectIndex, WeakMap<GatewayRoute, readonly RouteParent[]>>()

/** Lists the parents of a route, with the listeners that take it or the reason why none does. Worked out once. */
export function parentsOf(world: World, route: GatewayRoute): readonly RouteParent[] {
  const cache = known.get(world.index) ?? new WeakMap<GatewayRoute, readonly RouteParent[]>()
  known.set(world.index, cache)
  const found = cache.get(route) ?? route.parentRefs.map((ref, at) => parentOf(world, route, ref, at))
  cache.set(route, found)
  return found
}

/** Does the same without what controllers say of the route, so that it can be held against that. */
export const parentByObjects = (world: World, { route, ref, at }: Pick<RouteParent, 'route' | 'ref' | 'at'>) =>
  parentOf(world, route, ref, at, () => null)

function parentOf(
  world: World,
  route: GatewayRoute,
  ref: ParentRef,
  at: number,
  saidBy: typeof statusRefusal = statusRefusal,
): RouteParent {
  const field = fieldOf(refOf(route), `spec.parentRefs[${at}]`)
  const none = (code: RefusalCode, reason: string, unread: Unread | null = null): RouteParent => ({
    route,
    ref,
    at,
    gateway: null,
    refused: { code, reason, because: [field, ...restingOn(unread)] },
    attachments: [],
    withheld: [],
  })
  if (ref.kind === 'Service') {
    return none('parent_is_mesh', `${parentText(ref)} is a parent within the mesh, which is no way in`)
  }
  const namespace = ref.namespace ?? namespaceOf(route, world)
  const kind = PARENTS[ref.kind]
  if (kind === undefined || ref.group !== GATEWAY_API) {
    return none('parent_unknown', `${parentText(ref)} is no Gateway and no ListenerSet`)
  }
  const found = kind(world, namespace, ref.name)
  if (found.gateway === null) {
    return none(found.code, found.reason, found.unread)
  }
  const { gateway, of } = found
  const told = saidBy(world, route, ref, at, gateway)
  const refusedBy = (refused: Refusal): RouteParent => {
    return { route, ref, at, gateway, refused, attachments: [], withheld: [] }
  }
  const offered = listenersOf(world, gateway)
    .filter((each) => each.of === of)
    .map((listener) => offer(world, route, ref, at, listener))
  const attachments = offered.flatMap(({ attachment }) => attachment ?? [])
  if (attachments.length > 0) {
    const withheld = offered.flatMap(({ step, refused }) => (step === TAKEN && refused !== null ? [refused] : []))
    return told === null ? { route, ref, at, gateway, refused: null, attachments, withheld } : refusedBy(told)
  }
  const nearest = offered.reduce<Offer | null>(
    (best, each) => (best === null || each.step > best.step ? each : best),
    null,
  )
  const reason = nearest?.refused ?? {
    code: 'no_matching_listener' as const,
    reason: `${refOf(of)} has no listener`,
    because: [field],
  }
  // The objects say more exactly why than a condition does.
  return refusedBy({ ...reason, because: [field, ...reason.because, ...(told?.because ?? [])] })
}

type Parent =
  | { gateway: Gateway; of: Gateway | ListenerSet }
  | { gateway: null; code: RefusalCode; reason: string; unread: Unread | null }

/** Kinds of parents, by their name. */
const PARENTS: Readonly<Record<string, (world: World, namespace: string, name: string) => Parent>> = {
  Gateway: (world, namespace, name) => gatewayAt(world, namespace, name),
  ListenerSet: setAt,
}

function gatewayAt({ index }: World, namespace: string, name: string): Parent {
  const gateway = index.gatewayNamed(namespace, name)
  if (gateway !== null) {
    return { gateway, of: gateway }
  }
  const unread = index.unread('gateways', namespace)
  const why = unread === null ? 'is not among the objects' : `is not known: ${unreadText(unread)}`
  return { gateway: null, code: 'gateway_missing', reason: `Gateway ${namespace}/${name} ${why}`, unread }
}

function setAt(world: World, namespace: string, name: string): Parent {
  const set = world.index.listenerSetNamed(namespace, name)
  if (set === null) {
    const unread = world.index.unread('listenerSets', namespace)
    const why = unread === null ? 'is not among the objects' : `is not known: ${unreadText(unread)}`
    return { gateway: null, code: 'listener_set_missing', reason: `ListenerSet ${namespace}/${name} ${why}`, unread }
  }
  const parent = gatewayAt(world, set.parentRef.namespace ?? namespaceOf(set, world), set.parentRef.name)
  return parent.gateway === null ? parent : { gateway: parent.gateway, of: set }
}

/** A listener that is offered a route: it takes it, or `refused` says why not. `step`: how far it got. */
type Offer = { attachment: Attachment | null; refused: Refusal | null; step: number }

/** The step of a listener that takes the route, and serves nothing itself. */
const TAKEN = 5

function offer(world: World, route: GatewayRoute, ref: ParentRef, parentAt: number, listener: Listener): Offer {
  const { of, field } = listener
  const { name, port, protocol, hostname, allowedRoutes, tls } = listener.listener
  const out = (step: number, code: RefusalCode, reason: string): Offer => ({
    attachment: null,
    refused: { code, reason, because: [field] },
    step,
  })
  const what = `listener ${name} of ${refOf(of)}`
  if (ref.sectionName !== null && ref.sectionName !== name) {
    return out(0, 'no_matching_listener', `${refOf(of)} has no listener called ${ref.sectionName}`)
  }
  if (ref.port !== null && ref.port !== port) {
    const called = ref.sectionName === null ? '' : ` that is called ${ref.sectionName}`
    return out(1, 'no_matching_listener', `${refOf(of)} has no listener on port ${ref.port}${called}`)
  }
  const { kinds } = allowedRoutes
  const takes = PROTOCOLS[protocol]
  const isOfProtocol =
    takes?.includes(route.kind) === true && !(route.kind === 'TCPRoute' && tls?.mode === 'Passthrough')
  if (!isOfProtocol) {
    return out(2, 'kind_not_allowed', `${what} is of protocol ${protocol}, which takes no ${route.kind}`)
  }
  if (kinds.length > 0 && !kinds.some((each) => each.kind === route.kind && each.group === GATEWAY_API)) {
    return out(2, 'kind_not_allowed', `${what} takes only routes of kind ${kinds.map(({ kind }) => kind).join(', ')}`)
  }
  const namespace = namespaceOf(route, world)
  const allowed = fieldOf(
    field.ref,
    `${field.field}.allowedRoutes.namespaces.from`,
    `=${allowedRoutes.namespaces.from}`,
  )
  const { isIn, because } = letIn(world, allowedRoutes.namespaces, namespaceOf(of, world), namespace, allowed)
  if (!isIn) {
    const from = allowedRoutes.namespaces.from
    return out(3, 'namespace_not_allowed', `${what} takes no routes of namespace ${namespace} (allowedRoutes: ${from})`)
  }
  // A TCPRoute has no hostnames of its own; where TLS ends at the listener, that one's is asked for by SNI.
  const hosts = BY_HOST.has(route.kind)
    ? intersection(hostname, route.hostnames)
    : [protocol === 'TLS' ? hostname : null]
  if (hosts.length === 0) {
    const own = route.hostnames.join(', ')
    return out(4, 'no_matching_hostname', `no hostname of the route (${own}) is one of ${what} (${hostname})`)
  }
  if (listener.refused !== null) {
    return { attachment: null, refused: listener.refused, step: TAKEN }
  }
  return {
    attachment: { route, parentAt, listener, hosts, because: [...because, ...listener.doubts] },
    refused: null,
    step: TAKEN + 1,
  }
}

/** Kinds of routes whose hostnames are asked for. */
const BY_HOST: ReadonlySet<RouteKind> = new Set(['HTTPRoute', 'GRPCRoute', 'TLSRoute'])

/** `Gateway shop/edge`, `Gateway edge`. */
const parentText = ({ kind, namespace, name }: ParentRef): string =>
  `${kind} ${namespace === null ? '' : `${namespace}/`}${name}`

/**
 * Finds what the controller of the Gateway's class says of a route at one parent. Where the class is not among the
 * objects, any controller is believed, first one that accepts it.
 */
export function statusOf(world: World, route: GatewayRoute, ref: ParentRef, gateway: Gateway) {
  const controller = classOf(world, gateway)?.controllerName ?? null
  const own = namespaceOf(route, world)
  const same = (a: ParentRef, b: ParentRef): boolean =>
    a.kind === b.kind &&
    a.name === b.name &&
    (a.namespace ?? own) === (b.namespace ?? own) &&
    a.sectionName === b.sectionName &&
    a.port === b.port
  const told = (route.parents ?? []).flatMap((status, at) => {
    const isAsked = same(status.parentRef, ref) && (controller === null || status.controllerName === controller)
    return isAsked ? [{ at, status }] : []
  })
  const accepts = ({ status }: (typeof told)[number]): boolean =>
    conditionOf(status.conditions, 'Accepted', route.meta.generation)?.status === 'True'
  return told.find(accepts) ?? told[0] ?? null
}

function statusRefusal(
  world: World,
  route: GatewayRoute,
  ref: ParentRef,
  at: number,
  gateway: Gateway,
): Refusal | null {
  const told = statusOf(world, route, ref, gateway)
  const condition = refusing(told?.status?.conditions, 'Accepted', route.meta.generation)
  if (told === null || condition === null) {
    return null
  }
  const controller = told.status?.controllerName ?? 'the controller'
  return {
    code: 'not_accepted',
    reason: `${controller} does not accept it at ${parentText(ref)} (${conditionText(condition)})`,
    because: [
      fieldOf(refOf(route), `spec.parentRefs[${at}]`),
      conditionField(refOf(route), `status.parents[${told.at}]`, condition),
    ],
  }
}
