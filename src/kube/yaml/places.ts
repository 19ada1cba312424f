/**
 * Keeps where the entries of collections are written: the offset of each key of a mapping, and of each item of a list.
 * It is made for callers that ask for it, as most readers need the values alone.
 */
export class Places {
  readonly #entries = new WeakMap<object, Map<string | number, number>>()

  /** A later entry takes the place of an earlier one, as its value does. */
  put(collection: object, step: string | number, at: number): void {
    const known = this.#entries.get(collection)
    if (known === undefined) {
      this.#entries.set(collection, new Map([[step, at]]))
    } else {
      known.set(step, at)
    }
  }

  /** Merged entries stand where they were written. The first of several sources wins. */
  merge(mapping: object, sources: readonly unknown[]): void {
    for (const source of sources.toReversed()) {
      const entries = typeof source === 'object' && source !== null ? this.#entries.get(source) : undefined
      for (const [step, at] of entries ?? []) {
        this.put(mapping, step, at)
      }
    }
  }

  /** The offset of the last step of a way through a value, or of as much of it as is written; `null`: of none of it. */
  find(value: unknown, path: readonly (string | number)[]): number | null {
    let found: number | null = null
    let here = value
    for (const step of path) {
      if (typeof here !== 'object' || here === null) {
        break
      }
      const at = this.#entries.get(here)?.get(step)
      if (at === undefined) {
        break
      }
      found = at
      here = (here as Record<string | number, unknown>)[step]
    }
    return found
  }
}
