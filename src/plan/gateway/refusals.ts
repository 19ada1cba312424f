/**
 * Why routes that name a Service do not lead to it, or not by all that they say. Plans tell it, and findings are made of it.
 *
 * @module
 */
import type { GatewayRoute, RouteKind } from '../../kube/gateway-objects.ts'
import { refOf } from '../../kube/objects.ts'
import { fieldOf } from '../because.ts'
import type { PlanContext } from '../context.ts'
import { parentsOf } from './attach.ts'
import { backendsTo } from './backends.ts'
import { listenerFor } from './conflicts.ts'
import { listenersOf } from './listeners.ts'
import { plannedOf, requested, routesFor, worldOf } from './planned.ts'
import type { Attachment, Refusal, World } from './types.ts'

/** So many reasons are told, and so many ways are asked whether others take all of their requests. */
const TOLD = { reasons: 50, ways: 2_000 }

/** The reasons as texts, each once, and no more than people read. */
export function refusedTexts(context: PlanContext, kind: RouteKind): readonly string[] {
  const texts = [...new Set(refusalsOf(context, kind).map(({ route, reason }) => `${refOf(route)}: ${reason}`))]
  const more = texts.length - TOLD.reasons
  return more > 0 ? [...texts.slice(0, TOLD.reasons), `${more} more rules and parents of routes do not apply`] : texts
}

/**
 * Lists why routes of a kind that name the Service do not lead to it, or not by all that they say: of each parent, of
 * each backend that names the Service, and of rules whose requests others take.
 */
export function refusalsOf(
  of: Pick<PlanContext, 'index' | 'target' | 'service'>,
  kind: RouteKind,
): readonly RouteRefusal[] {
  const shadowed = plannedOf(of, kind)
    .slice(0, TOLD.ways)
    .flatMap((planned): RouteRefusal[] => {
      const refusal = requested(worldOf(of), planned).shadowed
      return refusal === null ? [] : [{ ...refusal, route: planned.way.route }]
    })
  return [...attachmentRefusals(of, kind), ...shadowed]
}

export type RouteRefusal = Refusal & { route: GatewayRoute }

function attachmentRefusals(
  context: Pick<PlanContext, 'index' | 'target' | 'service'>,
  kind: RouteKind,
): readonly RouteRefusal[] {
  const world = worldOf(context)
  const target = { namespace: context.target.namespace, service: context.service }
  return routesFor(context, kind).flatMap((route) => {
    const parents = parentsOf(world, route)
    const ofParents = parents.flatMap(({ refused, withheld }) => [...(refused === null ? [] : [refused]), ...withheld])
    const none: Refusal[] =
      parents.length === 0
        ? [
            {
              code: 'no_parent',
              reason: 'spec.parentRefs is empty',
              because: [fieldOf(refOf(route), 'spec.parentRefs')],
            },
          ]
        : []
    const ofBackends = route.rules.flatMap((rule, at) =>
      backendsTo(world, route, rule, at, target).flatMap(({ refused }) => refused ?? []),
    )
    return [
      ...none,
      ...ofParents,
      ...isolated(
        world,
        parents.flatMap(({ attachments }) => attachments),
      ),
      ...ofBackends,
    ].map((refusal) => ({ ...refusal, route }))
  })
}

/** Hosts that a listener with a more specific hostname takes before the one that the route is on. */
function isolated(world: World, attachments: readonly Attachment[]): readonly Refusal[] {
  return attachments.flatMap(({ listener, hosts, route }) => {
    const all = listenersOf(world, listener.gateway)
    const own = new Set(parentsOf(world, route).flatMap((parent) => parent.attachments.map((each) => each.listener)))
    return hosts.flatMap((host): Refusal[] => {
      const other = listenerFor(all, listener, host)
      if (other === null || other === listener || own.has(other)) {
        return []
      }
      const by = `listener ${other.listener.name} of ${refOf(other.of)}`
      const what = `${by} gets what is sent to ${host ?? 'any host'}, before listener ${listener.listener.name} of ${refOf(listener.of)}`
      return [{ code: 'listener_isolated', reason: what, because: [other.field, listener.field] }]
    })
  })
}
