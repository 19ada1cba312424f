/** Keeps the values of the keys that were asked for last. A value is never `undefined`. */
export type BoundedCache<V> = {
  get(key: string): V | undefined
  set(key: string, value: V): void
  /** The value that is kept, else the one that is made now, which is kept then. */
  getOrMake(key: string, make: () => V): V
}

/**
 * Forgets in generations: when the newer half is full, the older one goes, and what is asked for again moves to the
 * newer. So a key that stays in use stays, which it would not where everything is forgotten at once.
 *
 * @param max entries that are held at most, 2 or more.
 */
export function boundedCache<V>(max: number): BoundedCache<V> {
  const half = Math.max(1, Math.floor(max / 2))
  let newer = new Map<string, V>()
  let older = new Map<string, V>()

  const set = (key: string, value: V): void => {
    if (newer.size >= half && !newer.has(key)) {
      older = newer
      newer = new Map()
    }
    newer.set(key, value)
  }
  const get = (key: string): V | undefined => {
    const value = newer.get(key)
    if (value !== undefined) {
      return value
    }
    const before = older.get(key)
    if (before !== undefined) {
      set(key, before)
    }
    return before
  }
  return {
    get,
    set,
    getOrMake(key, make) {
      const known = get(key)
      if (known !== undefined) {
        return known
      }
      const made = make()
      set(key, made)
      return made
    },
  }
}
