import type { Cursor } from './cursor.ts'

/** A place at which a key may have begun: only a later `:` shows whether it has. */
type SimpleKey = {
  possible: boolean
  required: boolean
  /** The token waits for its `:`. A collection stops waiting when it ends. */
  isAwaited: boolean
  /** Number of the token that the key would begin with. */
  token: number
  at: number
  line: number
  column: number
}

/** The `:` stands at most this far from the beginning of its key. */
const LONGEST_KEY = 1024

/** Keys that may have begun, one for each level of flow collections: go-yaml v2 scannerc.go, simple keys. */
export class SimpleKeys {
  readonly #cursor: Cursor
  readonly #levels: SimpleKey[] = []

  constructor(cursor: Cursor) {
    this.#cursor = cursor
    this.open(0)
  }

  /** A flow collection begins. @param token the number of its first token */
  open(token: number): void {
    const { column, line, pos } = this.#cursor
    this.#levels.push({ possible: false, required: false, isAwaited: false, token, at: pos, line, column })
  }

  close(): void {
    const opened = this.#levels.pop()
    const key = this.#innermost
    if (key && key.token === opened?.token) {
      key.isAwaited = false
    }
  }

  /** A key may begin here. @param token the number of the token that comes next */
  save(token: number): void {
    const { simpleKeyAllowed, column, flowLevel, indent, line, pos } = this.#cursor
    if (!simpleKeyAllowed) {
      return
    }
    this.remove()
    const key = this.#innermost as SimpleKey
    key.possible = true
    key.required = flowLevel === 0 && indent === column
    key.isAwaited = true
    key.token = token
    key.at = pos
    key.line = line
    key.column = column
  }

  remove(): void {
    const key = this.#innermost
    if (!key?.possible) {
      return
    }
    if (key.required) {
      this.#fail(key)
    }
    key.possible = false
  }

  /** Returns the key that a `:` here belongs to; `null` if it follows none. */
  take(): SimpleKey | null {
    const key = this.#innermost
    if (!key || !this.#isValid(key)) {
      return null
    }
    key.possible = false
    return key
  }

  /** Tells whether that token may still turn out to begin a key. */
  mayBegin(token: number): boolean {
    for (let level = this.#levels.length - 1; level >= 0; level--) {
      const key = this.#levels[level]
      if (key?.possible && key.isAwaited && key.token === token) {
        return this.#isValid(key)
      }
    }
    return false
  }

  get #innermost(): SimpleKey | undefined {
    return this.#levels[this.#levels.length - 1]
  }

  #isValid(key: SimpleKey): boolean {
    if (!key.possible) {
      return false
    }
    const { line, pos } = this.#cursor
    if (key.line === line && key.at + LONGEST_KEY >= pos) {
      return true
    }
    if (key.required) {
      this.#fail(key)
    }
    key.possible = false
    return false
  }

  #fail(key: SimpleKey): never {
    return this.#cursor.fail("could not find expected ':'", 'a key', key.at)
  }
}
