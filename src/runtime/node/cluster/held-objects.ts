/**
 * The objects of one watch, by namespace and name. Only what their reader made of them is held.
 *
 * @module
 */
import { isOld, type ObjectName } from './watch-event.ts'

export type Change<T> = { type: 'added' | 'changed' | 'removed'; object: T }

/** A reader refuses what it takes for a mistake, and says why. */
export type ReadObject<T> = { object: T } | { refused: string }

export type Entry<T> = { name: ObjectName; version: string; read: ReadObject<T> }

export type HeldObjects<T> = {
  /** All of it is replaced by a list. @returns what differs. */
  replace(entries: readonly Entry<T>[], version: string): readonly Change<T>[]
  /** @returns what differs; nothing for what is known already. */
  put(entry: Entry<T>): readonly Change<T>[]
  remove(name: ObjectName, version: string): readonly Change<T>[]
  bookmark(version: string): void
  /** The resourceVersion up to which everything is held; `null` before the first list. */
  readonly version: string | null
  readonly count: number
  in(namespace: string): Iterable<Entry<T>>
  all(): Iterable<Entry<T>>
  at(name: ObjectName): Entry<T> | null
  /** Tells whether it was there, and is known to be there no longer. */
  isGone(name: ObjectName): boolean
}

/** The names of this many objects that are gone are remembered: the last ones. */
const GONE_MAX = 10_000

const keyOf = ({ namespace, name }: ObjectName): string => `${namespace}/${name}`

type Tree<T> = Map<string, Map<string, Entry<T>>>

export function createHeldObjects<T>(): HeldObjects<T> {
  let tree: Tree<T> = new Map()
  const gone = new Set<string>()
  let version: string | null = null
  let count = 0

  const find = (name: ObjectName): Entry<T> | null => tree.get(name.namespace)?.get(name.name) ?? null
  const all = function* () {
    for (const members of tree.values()) {
      yield* members.values()
    }
  }
  /** Events of one kind come in order: what is older than the newest was seen before. */
  const isKnown = (next: string): boolean => version !== null && isOld(next, version)

  const bury = (name: ObjectName): void => {
    gone.add(keyOf(name))
    if (gone.size > GONE_MAX) {
      const [oldest = ''] = gone
      gone.delete(oldest)
    }
  }

  return {
    replace(entries, next) {
      const left = new Set(all())
      const made: Tree<T> = new Map()
      const changes: Change<T>[] = []
      for (const entry of entries) {
        const old = find(entry.name)
        if (old !== null) {
          left.delete(old)
        }
        gone.delete(keyOf(entry.name))
        changes.push(...difference(old, entry))
        plant(made, entry)
      }
      for (const old of left) {
        bury(old.name)
        changes.push(...difference(old, null))
      }
      tree = made
      version = next
      count = entries.length
      return changes
    },
    put(entry) {
      if (isKnown(entry.version)) {
        return []
      }
      const old = find(entry.name)
      plant(tree, entry)
      gone.delete(keyOf(entry.name))
      version = entry.version
      count += old === null ? 1 : 0
      return difference(old, entry)
    },
    remove(name, next) {
      if (isKnown(next)) {
        return []
      }
      version = next
      bury(name)
      const old = find(name)
      const members = tree.get(name.namespace)
      if (old === null || members === undefined) {
        return []
      }
      members.delete(name.name)
      if (members.size === 0) {
        tree.delete(name.namespace)
      }
      count--
      return difference(old, null)
    },
    bookmark(next) {
      version = isKnown(next) ? version : next
    },
    get version() {
      return version
    },
    get count() {
      return count
    },
    in: (namespace) => tree.get(namespace)?.values() ?? [],
    all,
    at: find,
    isGone: (name) => gone.has(keyOf(name)),
  }
}

function plant<T>(tree: Tree<T>, entry: Entry<T>): void {
  const { namespace, name } = entry.name
  const members = tree.get(namespace)
  if (members === undefined) {
    tree.set(namespace, new Map([[name, entry]]))
  } else {
    members.set(name, entry)
  }
}

const objectOf = <T>(entry: Entry<T> | null): T | null =>
  entry !== null && 'object' in entry.read ? entry.read.object : null

/** An object that was refused is not there for whoever listens. */
function difference<T>(old: Entry<T> | null, now: Entry<T> | null): readonly Change<T>[] {
  const [before, after] = [objectOf(old), objectOf(now)]
  if (after !== null) {
    const isSame = before !== null && old?.version === now?.version
    return isSame ? [] : [{ type: before === null ? 'added' : 'changed', object: after }]
  }
  return before === null ? [] : [{ type: 'removed', object: before }]
}
