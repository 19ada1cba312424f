import type { Gateway } from '../../kube/gateway-objects.ts'
import type { PathParent } from '../path.ts'
import { parentsOf } from './attach.ts'
import { conditionOf } from './conditions.ts'
import type { World } from './types.ts'

/** Lists the Gateways of all routes that name a Service of the home namespace. */
export const gatewaysOf = (world: World, service: string): readonly Gateway[] => [
  ...new Set(
    world.index
      .routesOf(world.home, service)
      .flatMap((route) => parentsOf(world, route))
      .flatMap(({ gateway }) => gateway ?? []),
  ),
]

/** Tells whether a controller says that it serves the listener, as it is written now. */
export function isProgrammed({ index }: World, parent: PathParent | null): boolean {
  if (parent === null || parent.namespace === null) {
    return false
  }
  const { kind, namespace, name, section } = parent
  const of = kind === 'Gateway' ? index.gatewayNamed(namespace, name) : index.listenerSetNamed(namespace, name)
  const status = of?.status?.listeners.find((each) => each.name === section)
  return conditionOf(status?.conditions, 'Programmed', of?.meta.generation ?? null)?.status === 'True'
}
