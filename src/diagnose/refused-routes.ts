/**
 * The routes of the Gateway API that name a Service, as rules ask about them: by planning's own functions, so that what is
 * found is why it is planned so.
 *
 * @module
 */
import type { GatewayRoute, RouteKind } from '../kube/gateway-objects.ts'
import type { ObjectIndex } from '../kube/object-index.ts'
import type { Service } from '../kube/objects.ts'
import { parentsOf } from '../plan/gateway/attach.ts'
import { refusalsOf } from '../plan/gateway/refusals.ts'
import { gatewaySources } from '../plan/gateway/source.ts'
import type { Refusal, RouteParent, World } from '../plan/gateway/types.ts'
import type { Plan } from '../plan/path.ts'

/** A route, and why it does not lead to the Service, or a part of it. */
export type RefusedRoute = { route: GatewayRoute; refusal: Refusal }

export type Routes = {
  world: World
  /** They name the Service. */
  all: readonly GatewayRoute[]
  parents: readonly RouteParent[]
  refused: readonly RefusedRoute[]
}

const ROUTE_KINDS = Object.keys(gatewaySources) as RouteKind[]

export function routesTo(index: ObjectIndex, { target }: Plan, service: Service): Routes {
  const world = { index, home: target.namespace }
  const all = index.routesOf(target.namespace, target.service)
  return {
    world,
    all,
    parents: all.flatMap((route) => parentsOf(world, route)),
    refused: ROUTE_KINDS.flatMap((kind) =>
      refusalsOf({ index, target, service }, kind).map(({ route, ...refusal }) => ({ route, refusal })),
    ),
  }
}
