/**
 * The kinds that can be held, and how each is read. Events are not among them: they are many, change without end, and
 * are asked for only after a failure.
 *
 * @module
 */
import type { KubeObject, Namespace, Service } from '../../../kube/objects.ts'
import { readStored } from '../../../kube/read-stored.ts'
import { RESOURCES, type Resource } from '../../../kube/resources.ts'
import type { ReadObject } from './held-objects.ts'
import type { ListedItem } from './list-all.ts'

/** The kinds that can be listened to, by resource. */
export type Listened = { services: Service; namespaces: Namespace }

const { events: _, ...HELD } = RESOURCES

/** The key is the name of the resource, like `endpointslices`. */
export const HELD_RESOURCES: ReadonlyMap<string, Resource> = new Map(
  Object.values(HELD)
    .flat()
    .map((each) => [each.resource, each]),
)

export function readHeld({ kind }: Resource, { item, apiVersion }: ListedItem): ReadObject<KubeObject> {
  const { objects, refused } = readStored([item], kind, apiVersion)
  return objects[0] ? { object: objects[0] } : { refused: refused[0]?.reason ?? 'it cannot be read' }
}

/** Lists the paths of its list, one for each version, the newest first. */
export const pathsOf = ({ group, versions, resource }: Resource, namespace: string | null): readonly string[] =>
  versions.map((version) => {
    const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
    return namespace === null
      ? `${root}/${resource}`
      : `${root}/namespaces/${encodeURIComponent(namespace)}/${resource}`
  })
