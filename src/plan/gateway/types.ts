/**
 * Types of what the rules of the Gateway API hand to each other, from the listeners of a Gateway to the request that is made.
 *
 * @module
 */
import type {
  Gateway,
  GatewayListener,
  GatewayRoute,
  ListenerSet,
  ParentRef,
  RouteBackend,
  RouteMatch,
  RouteRule,
} from '../../kube/gateway-objects.ts'
import type { ObjectIndex } from '../../kube/object-index.ts'
import type { Because, ObjectField } from '../because.ts'

/** The objects that rules look at. One without a namespace is in `home`, that of the Service that is asked about. */
export type World = { index: ObjectIndex; home: string }

/** A listener of a Gateway: its own, or one of a ListenerSet that is merged into it. */
export type Listener = {
  gateway: Gateway
  /** The object that it is written in. */
  of: Gateway | ListenerSet
  listener: GatewayListener
  /** `Gateway/edge spec.listeners[0]`. */
  field: ObjectField
  /** Tells why it serves nothing: a conflict, a set that is not allowed, a status that denies it; `null`: it serves. */
  refused: Refusal | null
  /** Reasons why all that it serves is uncertain; empty: nothing does. */
  doubts: readonly Because[]
}

/** Every reason for which a route, or a part of it, does not apply. A finding is made of each. */
export const REFUSALS = [
  'class_missing',
  'class_without_controller',
  'class_not_accepted',
  'gateway_missing',
  'gateway_not_accepted',
  'gateway_not_programmed',
  'listener_set_missing',
  'listener_set_not_allowed',
  'listener_set_not_accepted',
  'listener_conflict',
  'listener_certificate',
  'listener_not_accepted',
  'listener_not_programmed',
  'parent_is_mesh',
  'parent_unknown',
  'no_parent',
  'no_matching_listener',
  'kind_not_allowed',
  'namespace_not_allowed',
  'no_matching_hostname',
  'listener_isolated',
  'route_shadowed',
  'only_changing_methods',
  'not_accepted',
  'reference_not_granted',
  'backend_missing',
  'backend_port_missing',
  'backend_weight_zero',
] as const
export type RefusalCode = (typeof REFUSALS)[number]

/** A reason why something does not apply. `because` names the fields that say so. */
export type Refusal = { code: RefusalCode; reason: string; because: readonly Because[] }

/** One of the `spec.parentRefs` of a route, with the listeners that it names. */
export type RouteParent = {
  route: GatewayRoute
  ref: ParentRef
  /** The place in `spec.parentRefs`. */
  at: number
  /** `null`: it is not among the objects, or the parent is of another kind. */
  gateway: Gateway | null
  /** Tells why the route is on none of its listeners; `null`: it is on some. */
  refused: Refusal | null
  /** They take the route. Empty where it is refused. */
  attachments: readonly Attachment[]
  /** Reasons why other listeners, which would take it, serve nothing themselves. */
  withheld: readonly Refusal[]
}

/** A route on one listener, by one of its parentRefs. */
export type Attachment = {
  route: GatewayRoute
  /** The place in `spec.parentRefs`. */
  parentAt: number
  listener: Listener
  /** Hosts that both take, as written (maybe with a wildcard); `[null]`: every host. Never empty. */
  hosts: readonly (string | null)[]
  /** Reasons why it is uncertain: objects that were not read, a label that no object tells. */
  because: readonly Because[]
}

/** One match of one rule: what a path is made for. `match` is `null` where the kind of route has none. */
export type RouteWay = {
  route: GatewayRoute
  rule: RouteRule
  ruleAt: number
  match: RouteMatch | null
  matchAt: number
}

/** A backend of a rule that names the Service which is asked about. */
export type ServiceBackend = {
  backend: RouteBackend
  /** `HTTPRoute/shop spec.rules[0].backendRefs[1]`. */
  field: ObjectField
  /** Tells why the rule leads nothing there; `null`: it leads there. */
  refused: Refusal | null
  because: readonly Because[]
}

/** A request as it reaches a listener. */
export type RoutedRequest = {
  host: string
  path: string
  method: string
  headers: readonly { name: string; value: string }[]
  query: readonly { name: string; value: string }[]
}
