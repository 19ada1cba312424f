import { YamlError } from './error.ts'

/**
 * Entries of mappings, as go-yaml v2 sets them one after the other (decode.go), and what sigs.k8s.io/yaml refuses when
 * it makes JSON of them: only of what is left in the end, since a later key takes the place of an earlier one.
 */
export class Mappings {
  #isDoubtful = false
  /** Mappings with a key that cannot become text, and where it stands. */
  readonly #badKeys = new Map<object, number>()

  /** Something was read that JSON cannot hold. */
  doubt(): void {
    this.#isDoubtful = true
  }

  /** @param key `null`: one that cannot become text. */
  put(mapping: object, key: string | null, at: number, value: unknown): void {
    if (key === null) {
      this.#badKeys.set(mapping, at)
    } else {
      set(mapping, key, value)
    }
  }

  /** What is merged wins over what came before it, not over what comes behind; of several, the first wins. */
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
