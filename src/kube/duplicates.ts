import { fieldName } from './fields.ts'
import type { Found } from './manifest-errors.ts'
import { type Ignored, type KubeObject, refOf } from './objects.ts'

/** An object and the place where it was found. */
export type Read = { object: KubeObject; found: Found }

/**
 * Keeps the last of several objects of one kind, namespace and name, as `kubectl apply` would. Earlier ones are reported
 * if they differ in what is read. An object without a namespace is another than one with: its namespace is decided
 * later.
 */
export function lastOfEach(read: readonly Read[]): { objects: readonly KubeObject[]; replaced: readonly Ignored[] } {
  const last = new Map<string, Read>()
  for (const each of read) {
    last.set(keyOf(each.object), each)
  }
  const replaced = read.flatMap((each): readonly Ignored[] => {
    const winner = last.get(keyOf(each.object))
    if (winner === undefined || winner === each || contentOf(winner) === contentOf(each)) {
      return []
    }
    const { namespace } = each.object.meta
    const within = namespace === null ? '' : ` of namespace ${namespace}`
    const reason =
      `${placeOf(each.found)} holds another one${within} that differs: ` +
      `of several objects of one name the last counts, as with kubectl apply, that of ${placeOf(winner.found)}`
    return [{ object: refOf(each.object), reason }]
  })
  return { objects: [...last.values()].map(({ object }) => object), replaced }
}

const keyOf = ({ kind, meta }: KubeObject): string => `${kind}/${meta.namespace ?? ''}/${meta.name}`

const contentOf = ({ object }: Read): string => JSON.stringify(object)

function placeOf({ document, path }: Found): string {
  const within = fieldName(path)
  if (document === null) {
    return `manifests${within}`
  }
  return within === '' ? `document ${document}` : `${within} of document ${document}`
}
