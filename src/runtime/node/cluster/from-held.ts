import type { Resource } from '../../../kube/resources.ts'
import type { Moment } from './gathered.ts'
import type { Held } from './held.ts'
import type { Listed } from './list.ts'
import type { Which } from './requests.ts'

/** `isGone`: the one that was asked for by name was there, and is known to be there no longer. */
export type Answered = Moment & { listed: Listed; isGone?: boolean }

/**
 * Takes the objects that would be asked for from those that are held of a cluster; `null`: they have to be asked for.
 * Field selectors are not applied to held objects.
 *
 * @throws ApiError if the API server does not give objects of this kind.
 */
export async function fromHeld(
  held: Pick<Held, 'select'> | null,
  { resource, namespace }: { resource: Resource; namespace: string | null },
  which: Which,
): Promise<Answered | null> {
  if (held === null || (which !== null && 'query' in which)) {
    return null
  }
  const part = await held.select(resource.resource, { namespace, ...which })
  if (part === null) {
    return null
  }
  if ('error' in part) {
    throw part.error
  }
  const { objects, ignored, resourceVersion, readAtMs, stale, isGone } = part
  const refused = ignored.map((each) => ({ ...each, namespace }))
  return { listed: { kind: resource.kind, objects, refused, resourceVersion, isCut: false }, readAtMs, stale, isGone }
}
