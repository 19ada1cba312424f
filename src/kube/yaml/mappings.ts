import { YamlError } from './error.ts'

/**
 * Sets the entries of mappings one after another, as go-yaml v2 does (decode.go), and refuses what sigs.k8s.io/yaml
 * refuses when it makes JSON of them. Only the entries that are left in the end count, since a later key takes the place
 * of an earlier one.
 */
export class Mappings {
  #isDoubtful = false
  /** Mappings with a key that cannot become text, each with the offset of that key. */
  readonly #badKeys = new Map<object, number>()

  /** A value was read that JSON cannot hold. */
  doubt(): void {
    this.#isDoubtful = true
  }

  /** @param key is `null` if it cannot become text. */
  put(mapping: object, key: string | null, at: number, value: unknown): void {
    if (key === null) {
      this.#badKeys.set(mapping, at)
    } else {
      set(mapping, key, value)
    }
  }

  /** Merged entries override earlier ones, and later ones override them; the first of several sources wins. */
  merge(mapping: object, sources: readonly unknown[], at: number): void {
    for (const source of sources.toReversed()) {
      if (typeof source !== 'object' || source === null || Array.isArray(source)) {
        throw new YamlError('map merge requires map or sequence of maps as the value', at)
      }
      for (const [key, value] of Object.entries(source)) {
        set(mapping, key, value)
      }
      const badKey = this.#badKeys.get(source)
      if (badKey !== undefined) {
        this.#badKeys.set(mapping, badKey)
      }
    }
  }

  refuseUnwritable(value: unknown): void {
    if (this.#isDoubtful) {
      this.#refuseWithin(value, new Set())
    }
  }

  #refuseWithin(value: unknown, seen: Set<object>): void {
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw new YamlError('unsupported value .inf or .nan', 0)
    }
    if (typeof value !== 'object' || value === null || seen.has(value)) {
      return
    }
    seen.add(value)
    const at = this.#badKeys.get(value)
    if (at !== undefined) {
      throw new YamlError('unsupported map key', at)
    }
    for (const each of Object.values(value)) {
      this.#refuseWithin(each, seen)
    }
  }
}

function set(mapping: object, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(mapping, key, { value, enumerable: true, configurable: true, writable: true })
  } else {
    ;(mapping as Record<string, unknown>)[key] = value
  }
}
