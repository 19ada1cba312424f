import { matchesLabels } from '../../../kube/object-index.ts'
import type { KubeObject } from '../../../kube/objects.ts'
import type { Resource } from '../../../kube/resources.ts'
import type { Moment } from './gathered.ts'
import type { Held } from './held.ts'
import type { Listed } from './list.ts'
import type { Which } from './requests.ts'

export type Answered = Moment & { listed: Listed }

/**
 * Takes from what is held of a cluster what would be asked for; `null`: it has to be asked for. What a field selector
 * chooses is not looked for.
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
  const name = which !== null && 'name' in which ? { name: which.name } : {}
  const part = await held.select(resource.resource, { namespace, ...name })
  if (part === null) {
    return null
  }
  if ('error' in part) {
    throw part.error
  }
  const isChosen = ({ meta }: KubeObject): boolean =>
    which === null || 'name' in which || matchesLabels(meta.labels, which.labels)
  const { ignored, resourceVersion, readAtMs, stale } = part
  return {
    listed: {
      kind: resource.kind,
      objects: part.objects.filter(isChosen),
      // Its labels are not known, so that it may be one of them
      refused: ignored.map((each) => ({ ...each, namespace })),
      resourceVersion,
      isCut: false,
    },
    ...{ readAtMs, stale },
  }
}
