import { YamlError } from './error.ts'
import type { Scalar } from './resolve.ts'

export type YamlLimits = {
  /** The deepest nesting of collections. */
  depth: number
  /** The number of nodes that aliases may stand for. */
  aliased: number
}

/** A scalar as it is written, which counts where it is a key. */
export type Written = { value: string; plain: boolean }

type Anchor = { value: unknown; written: Written; tag: string; isOpen: boolean; size: number; depth: number }

/** A collection that is being read, with its anchor and the counts before it. */
export type Opened = { anchor: Anchor; nodes: number; deepest: number }

export const EMPTY: Written = { value: '', plain: true }

/**
 * Keeps what anchors name, and counts what aliases make of it: a few lines can stand for billions of values, or for a
 * value within itself. The rules are those of go-yaml v2 (decode.go), with limits of our own.
 */
export class Anchors {
  readonly #limits: YamlLimits
  readonly #anchors = new Map<string, Anchor>()
  /** Counts nodes, including those that aliases stand for, as go-yaml's decodeCount and aliasCount do. */
  #nodes = 1
  #aliased = 0
  #depth = 0
  /** The deepest level since an anchor was opened. */
  #deepest = 0

  constructor(limits: YamlLimits) {
    this.#limits = limits
  }

  get aliased(): number {
    return this.#aliased
  }

  count(at: number): void {
    this.#nodes += 1
    this.#refuseExcess(at)
  }

  /** A merge key is no node, nor is a list of what is merged. */
  uncount(): void {
    this.#nodes -= 1
  }

  setScalar(name: string, value: Scalar, written: Written, tag: string): void {
    this.#anchors.set(name, { value, written, tag, isOpen: false, size: 1, depth: 0 })
  }

  /** A collection begins. @param name of its anchor, if it has one. */
  open(name: string | null, at: number): Opened | null {
    this.count(at)
    this.#depth += 1
    this.#refuseDepth(this.#depth, at)
    if (name === null) {
      return null
    }
    const anchor = { value: null, written: EMPTY, tag: '', isOpen: true, size: 0, depth: 0 }
    this.#anchors.set(name, anchor)
    const opened = { anchor, nodes: this.#nodes, deepest: this.#deepest }
    this.#deepest = this.#depth
    return opened
  }

  close(opened: Opened | null, value: unknown): void {
    if (opened !== null) {
      const { anchor } = opened
      anchor.value = value
      anchor.isOpen = false
      anchor.size = this.#nodes - opened.nodes + 1
      anchor.depth = this.#deepest - this.#depth + 1
      this.#deepest = Math.max(this.#deepest, opened.deepest)
    }
    this.#depth -= 1
  }

  alias(name: string, at: number): Pick<Anchor, 'value' | 'written' | 'tag'> {
    const anchor = this.#anchors.get(name)
    if (anchor === undefined) {
      throw new YamlError('unknown anchor referenced', at)
    }
    if (anchor.isOpen) {
      throw new YamlError('anchor value contains itself', at)
    }
    this.#nodes += 1 + anchor.size
    this.#aliased += anchor.size
    this.#refuseExcess(at)
    this.#refuseDepth(this.#depth + anchor.depth, at)
    return anchor
  }

  /** decode.go allowedAliasRatio; and no more than this reader is allowed. */
  #refuseExcess(at: number): void {
    if (this.#aliased <= 100 || this.#nodes <= 1000) {
      return
    }
    const allowed = 0.99 - 0.89 * Math.min(1, Math.max(0, (this.#nodes - 400_000) / 3_600_000))
    if (this.#aliased / this.#nodes > allowed || this.#aliased > this.#limits.aliased) {
      throw new YamlError('document contains excessive aliasing', at)
    }
  }

  #refuseDepth(depth: number, at: number): void {
    if (depth > this.#limits.depth) {
      throw new YamlError(`exceeded max depth of ${this.#limits.depth}`, at)
    }
    if (depth > this.#deepest) {
      this.#deepest = depth
    }
  }
}
