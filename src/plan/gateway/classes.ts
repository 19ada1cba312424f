/**
 * The class of a Gateway, and whether a controller serves it.
 *
 * @module
 */
import type { Gateway, GatewayClass } from '../../kube/gateway-objects.ts'
import { refOf } from '../../kube/objects.ts'
import { fieldOf } from '../because.ts'
import { conditionField, conditionText, isWaiting, refusing } from './conditions.ts'
import type { Refusal, World } from './types.ts'

export const classOf = ({ index }: Pick<World, 'index'>, { gatewayClassName }: Gateway): GatewayClass | null =>
  gatewayClassName === null ? null : index.gatewayClassNamed(gatewayClassName)

/**
 * Tells why no controller serves the Gateway. Manifests of an application seldom hold the class: that it is not among
 * them says nothing.
 */
export function classRefusal(world: World, gateway: Gateway): Refusal | null {
  const { index } = world
  const name = gateway.gatewayClassName
  const field = fieldOf(refOf(gateway), 'spec.gatewayClassName', name === null ? '' : `=${name}`)
  const found = classOf(world, gateway)
  if (found === null) {
    if (index.source === 'manifests' || index.unread('gatewayClasses', null) !== null) {
      return null
    }
    return { code: 'class_missing', reason: `there is no GatewayClass ${name ?? '(none is named)'}`, because: [field] }
  }
  const ref = refOf(found)
  if (found.controllerName === null) {
    const because = [field, fieldOf(ref, 'spec.controllerName')]
    return { code: 'class_without_controller', reason: `${ref} names no controller`, because }
  }
  const refused = refusing(found.conditions, 'Accepted', found.meta.generation)
  if (refused !== null) {
    return {
      code: 'class_not_accepted',
      reason: `controller ${found.controllerName} does not accept ${ref} (${conditionText(refused)})`,
      because: [field, conditionField(ref, 'status', refused)],
    }
  }
  if (isWaiting(found.conditions)) {
    return {
      code: 'class_without_controller',
      reason: `no controller has taken ${ref}: ${found.controllerName} is not running, or does not know it`,
      because: [field, fieldOf(ref, 'status.conditions[Accepted]', '=Unknown')],
    }
  }
  return null
}
