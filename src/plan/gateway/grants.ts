/**
 * References between namespaces, which the namespace of what is referred to has to allow.
 *
 * @see https://gateway-api.sigs.k8s.io/api-types/referencegrant
 * @module
 */
import type { ObjectName } from '../../kube/gateway-objects.ts'
import { GATEWAY_API } from '../../kube/gateway-versions.ts'
import { type Because, doubted, type ObjectField } from '../because.ts'
import { restingOn } from '../unread.ts'
import type { Refusal, World } from './types.ts'
import { namespaceOf } from './world.ts'

export type Referrer = { kind: string; namespace: string }

/** Tells whether a reference is refused. Where it is allowed, `because` holds what makes that uncertain. */
export type Granted = { refused: Refusal | null; because: readonly Because[] }

const GRANTED: Granted = { refused: null, because: [] }

/**
 * Tells whether an object of the Gateway API may refer to another. Within one namespace it always may.
 *
 * @param field holds the reference.
 */
export function grantOf(world: World, from: Referrer, to: ObjectName, field: ObjectField): Granted {
  const namespace = to.namespace ?? from.namespace
  if (namespace === from.namespace) {
    return GRANTED
  }
  const { index } = world
  const grants = index.referenceGrantsIn(namespace).filter((grant) => namespaceOf(grant, world) === namespace)
  const isGranted = grants.some(
    (grant) =>
      grant.from.some(
        ({ group, kind, namespace: own }) => group === GATEWAY_API && kind === from.kind && own === from.namespace,
      ) &&
      grant.to.some(
        ({ group, kind, name }) =>
          group === to.group && kind === to.kind && (name === null || name === '' || name === to.name),
      ),
  )
  if (isGranted) {
    return GRANTED
  }
  const unread = index.unread('referenceGrants', namespace)
  if (unread !== null) {
    return { refused: null, because: restingOn(unread).map((each) => ({ ...each, doubt: 'unpromised' })) }
  }
  const told = `no ReferenceGrant of namespace ${namespace} lets ${from.kind}s of namespace ${from.namespace} refer to ${to.kind} ${to.name}`
  return {
    refused: { code: 'reference_not_granted', reason: told, because: [doubted(field, told)] },
    because: [],
  }
}
