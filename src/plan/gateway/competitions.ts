import type { Gateway } from '../../kube/gateway-objects.ts'
import type { ObjectIndex } from '../../kube/object-index.ts'
import { parentsOf } from './attach.ts'
import { type Competition, compete } from './competition.ts'
import { listenersOf, setsOf } from './listeners.ts'
import type { World } from './types.ts'
import { namespaceOf } from './world.ts'

const known = new WeakMap<ObjectIndex, Map<Gateway, Competition>>()

/** Finds what competes for requests to a Gateway: all routes on its listeners, of every namespace. Worked out once. */
export function competitionOf(world: World, gateway: Gateway): Competition {
  const cache = known.get(world.index) ?? new Map<Gateway, Competition>()
  known.set(world.index, cache)
  const found = cache.get(gateway) ?? competitionAt(world, gateway)
  cache.set(gateway, found)
  return found
}

function competitionAt(world: World, gateway: Gateway): Competition {
  const { index } = world
  const routes = new Set([
    ...index.routesAttachedTo('Gateway', namespaceOf(gateway, world), gateway.meta.name),
    ...setsOf(world, gateway).flatMap((set) =>
      index.routesAttachedTo('ListenerSet', namespaceOf(set, world), set.meta.name),
    ),
  ])
  const attachments = [...routes].flatMap((route) => parentsOf(world, route).flatMap((parent) => parent.attachments))
  return compete(
    listenersOf(world, gateway),
    attachments.filter(({ listener }) => listener.gateway === gateway),
  )
}
