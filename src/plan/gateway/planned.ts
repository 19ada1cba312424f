/**
 * The ways through routes that lead to a Service: each match of each rule, on each listener that takes the route, for
 * each host.
 *
 * @module
 */
import type { GatewayRoute, RouteKind } from '../../kube/gateway-objects.ts'
import type { PlanContext } from '../context.ts'
import { parentsOf } from './attach.ts'
import { backendsTo, waysOf } from './backends.ts'
import { competitionOf } from './competitions.ts'
import { listenerFor } from './conflicts.ts'
import { listenersOf } from './listeners.ts'
import { type MadeRequest, requestFor } from './request.ts'
import type { Attachment, RouteWay, ServiceBackend, World } from './types.ts'
import { namespaceOf } from './world.ts'

export const worldOf = ({ index, target }: Pick<PlanContext, 'index' | 'target'>): World => ({
  index,
  home: target.namespace,
})

/** A way through a route that leads to the Service, on one listener, for one host. */
export type Planned = { way: RouteWay; backend: ServiceBackend; attachment: Attachment; host: string | null }

export const routesFor = (
  { index, target }: Pick<PlanContext, 'index' | 'target'>,
  kind: RouteKind,
): readonly GatewayRoute[] => index.routesOf(target.namespace, target.service).filter((route) => route.kind === kind)

/** Ways of a route that lead to the Service, each with the backend that says so: one for each port that a rule leads to. */
export function leadingWays(of: Pick<PlanContext, 'index' | 'target' | 'service'>, route: GatewayRoute) {
  const target = { namespace: of.target.namespace, service: of.service }
  const byRule = new Map<number, readonly ServiceBackend[]>()
  return waysOf(route).flatMap((way) => {
    const backends = byRule.get(way.ruleAt) ?? leading(backendsTo(worldOf(of), route, way.rule, way.ruleAt, target))
    byRule.set(way.ruleAt, backends)
    return backends.map((backend) => ({ way, backend }))
  })
}

const leading = (backends: readonly ServiceBackend[]): readonly ServiceBackend[] =>
  backends.filter(
    ({ refused, backend: { port } }, at) =>
      refused === null && backends.findIndex((other) => other.refused === null && other.backend.port === port) === at,
  )

/** Places of a route: each listener that takes it, and each host for which that listener is the one. */
export function placesOf(of: Pick<PlanContext, 'index' | 'target'>, route: GatewayRoute) {
  const world = worldOf(of)
  const found = new Map<string, { attachment: Attachment; host: string | null }>()
  for (const attachment of parentsOf(world, route).flatMap(({ attachments }) => attachments)) {
    const all = listenersOf(world, attachment.listener.gateway)
    for (const host of attachment.hosts) {
      const key = JSON.stringify([attachment.listener.field, namespaceOf(attachment.listener.of, world), host])
      if (!found.has(key) && listenerFor(all, attachment.listener, host) === attachment.listener) {
        found.set(key, { attachment, host })
      }
    }
  }
  return [...found.values()]
}

/** Ways through all routes of a kind that lead to the Service: each match of each rule, on each listener, for each host. */
export const plannedOf = (of: Pick<PlanContext, 'index' | 'target' | 'service'>, kind: RouteKind): readonly Planned[] =>
  routesFor(of, kind).flatMap((route) => {
    const ways = leadingWays(of, route)
    const places = ways.length === 0 ? [] : placesOf(of, route)
    return ways.flatMap((each) => places.map((place): Planned => ({ ...each, ...place })))
  })

/** Makes the request for a way, among all routes on its Gateway. */
export const requested = (world: World, planned: Planned): MadeRequest =>
  requestFor(competitionOf(world, planned.attachment.listener.gateway), planned)
