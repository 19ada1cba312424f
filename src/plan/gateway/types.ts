/**
 * What the rules of the Gateway API hand to each other, from the listeners of a Gateway to the request that is made.
 *
 * @module
 */
import type {
  Gateway,
  GatewayListener,
  GatewayRoute,
  ListenerSet,
  RouteMatch,
  RouteRule,
} from '../../kube/gateway-objects.ts'
import type { Because, ObjectField } from '../because.ts'

/** A listener of a Gateway: its own, or one of a ListenerSet that is merged into it. */
export type Listener = {
  gateway: Gateway
  /** The object that it is written in. */
  of: Gateway | ListenerSet
  listener: GatewayListener
  /** `Gateway/edge spec.listeners[0]`. */
  field: ObjectField
  /** Why it serves nothing: in conflict with one of higher precedence, its set is not allowed, not programmed; else `null`. */
  refused: Refusal | null
}

/** Why something does not apply. `code` is one that a finding is made of; `because` names the fields that say so. */
export type Refusal = { code: string; reason: string; because: readonly Because[] }

/** A route on one listener, by one of its parentRefs. */
export type Attachment = {
  route: GatewayRoute
  /** The place in `spec.parentRefs`. */
  parentAt: number
  listener: Listener
  /** Hosts that both take, as written (maybe with a wildcard); `[null]`: every host. Empty only where it is refused. */
  hosts: readonly (string | null)[]
  refused: Refusal | null
  /** What makes it uncertain: a controller's own conditions, objects that were not read. */
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

/** A request as it reaches a listener. */
export type RoutedRequest = {
  host: string
  path: string
  method: string
  headers: readonly { name: string; value: string }[]
  query: readonly { name: string; value: string }[]
}
