import { fieldName } from './fields.ts'
import type { Found } from './manifest-errors.ts'
import { type Ignored, type KubeObject, refOf } from './objects.ts'

/** An object, and where it was found. */
export type Read = { object: KubeObject; found: Found }

/**
 * Of several objects of one kind, namespace and name the last counts, as it would after `kubectl apply`. Those before
 * it are told of if they differ in what is read. One without a namespace is another object than one with: which
 * namespace it is put into is decided later.
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
