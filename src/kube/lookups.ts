/**
 * Tables of objects by what others call them by, each made when it is first asked.
 *
 * @module
 */
export type Named = { kind: string; meta: { name: string; namespace: string | null } }

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Sorts by namespace and name, equal names by content, so that no order is left to chance. Identical objects merge. */
export function inOrder<T extends Named>(objects: readonly T[]): readonly T[] {
  const sorted = objects.toSorted(
    (a, b) =>
      compare(a.meta.namespace ?? '', b.meta.namespace ?? '') ||
      compare(a.meta.name, b.meta.name) ||
      compare(JSON.stringify(a), JSON.stringify(b)),
  )
  return sorted.filter((object, position) => {
    const before = sorted[position - 1]
    return !(before && before.meta.name === object.meta.name && JSON.stringify(before) === JSON.stringify(object))
  })
}

/** Makes a lookup when it is first asked: one Service asks few of them. */
function whenAsked<A extends unknown[], R>(make: () => (...args: A) => R): (...args: A) => R {
  let lookup: ((...args: A) => R) | null = null
  return (...args) => {
    lookup ??= make()
    return lookup(...args)
  }
}

/** Makes a lookup of objects by key. */
export const byKey = <T>(objects: readonly T[], keysOf: (object: T) => readonly string[]) =>
  whenAsked(() => tableByKey(objects, keysOf))

function tableByKey<T>(objects: readonly T[], keysOf: (object: T) => readonly string[]) {
  const map = new Map<string, T[]>()
  for (const object of objects) {
    const keys = keysOf(object)
    for (const key of keys.length > 1 ? new Set(keys) : keys) {
      const list = map.get(key)
      if (list) {
        list.push(object)
      } else {
        map.set(key, [object])
      }
    }
  }
  return (key: string): readonly T[] => map.get(key) ?? NOTHING
}

const NOTHING: readonly never[] = []

/**
 * Makes a lookup by namespace and key. Objects without a namespace are found in every namespace, unless it holds one of
 * that kind and name: there they are that one, which says where it belongs.
 */
export const byNamespace = <T extends Named>(objects: readonly T[], keysOf: (object: T) => readonly string[]) =>
  whenAsked(() => tableByNamespace(objects, keysOf))

function tableByNamespace<T extends Named>(objects: readonly T[], keysOf: (object: T) => readonly string[]) {
  const groups = Map.groupBy(objects, ({ meta }) => meta.namespace)
  const lookups = new Map([...groups].map(([namespace, members]) => [namespace, byKey(members, keysOf)]))
  const names = new Map([...groups].map(([namespace, members]) => [namespace, new Set(members.map(identityOf))]))
  const unplaced = lookups.get(null)
  return (namespace: string, key: string): readonly T[] => {
    const own = lookups.get(namespace)?.(key) ?? NOTHING
    const taken = names.get(namespace)
    const anywhere = (unplaced?.(key) ?? NOTHING).filter((object) => !taken?.has(identityOf(object)))
    return anywhere.length === 0 ? own : [...anywhere, ...own]
  }
}

const identityOf = ({ kind, meta }: Named): string => `${kind}/${meta.name}`
