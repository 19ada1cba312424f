/**
 * Writes a text that a regular expression certainly takes, in every dialect that data planes have (RE2, PCRE), anchored
 * or not. Nothing is executed: the expression is read by its simple parts, and anything else makes no example.
 *
 * @module
 */

const LONGEST = 128
const PATTERN_MAX = 512
const ESCAPED: Readonly<Record<string, string>> = { d: '0', w: 'a' }

class NoExample extends Error {}

/** Reads one expression from the left. */
class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  whole(): string {
    const example = this.#alternatives()
    if (this.#at < this.#text.length || example.length > LONGEST) {
      throw new NoExample()
    }
    return example
  }

  #peek(): string {
    return this.#text[this.#at] ?? ''
  }

  #next(): string {
    const found = this.#peek()
    if (found === '') {
      throw new NoExample()
    }
    this.#at++
    return found
  }

  /** The first of them is as good as any; the others are read, as they end where the group does. */
  #alternatives(): string {
    const first = this.#sequence()
    while (this.#peek() === '|') {
      this.#at++
      this.#sequence()
    }
    return first
  }

  #sequence(): string {
    let made = ''
    if (this.#peek() === '^') {
      this.#at++
    }
    while (!['', '|', ')'].includes(this.#peek())) {
      if (this.#peek() === '$') {
        this.#at++
        if (!['', '|', ')'].includes(this.#peek())) {
          throw new NoExample()
        }
        break
      }
      const atom = this.#atom()
      made += atom.repeat(this.#times())
      if (made.length > LONGEST) {
        throw new NoExample()
      }
    }
    return made
  }

  #atom(): string {
    const char = this.#next()
    switch (char) {
      case '.':
        return 'a'
      case '\\':
        return this.#escaped()
      case '[':
        return this.#oneOf()
      case '(':
        return this.#group()
      case '*':
      case '+':
      case '?':
      case '{':
      case '^':
        throw new NoExample()
      default:
        return char
    }
  }

  #escaped(): string {
    const char = this.#next()
    const example = /[A-Za-z0-9]/.test(char) ? ESCAPED[char] : char
    if (example === undefined) {
      throw new NoExample()
    }
    return example
  }

  #oneOf(): string {
    const first = this.#next()
    if (!/[A-Za-z0-9_.~-]/.test(first)) {
      throw new NoExample()
    }
    for (let char = this.#next(); char !== ']'; char = this.#next()) {
      if (!/[A-Za-z0-9_.~-]/.test(char)) {
        throw new NoExample()
      }
    }
    return first
  }

  #group(): string {
    if (this.#peek() === '?') {
      if (this.#text.slice(this.#at, this.#at + 2) !== '?:') {
        throw new NoExample()
      }
      this.#at += 2
    }
    const inside = this.#alternatives()
    if (this.#next() !== ')') {
      throw new NoExample()
    }
    return inside
  }

  /** A star stands for one here, so that the example is rarely empty. */
  #times(): number {
    const times = this.#quantifier()
    if (times !== null && this.#peek() === '?') {
      this.#at++
    }
    return times ?? 1
  }

  #quantifier(): number | null {
    const char = this.#peek()
    if (char === '*' || char === '+') {
      this.#at++
      return 1
    }
    if (char === '?') {
      this.#at++
      return 0
    }
    if (char !== '{') {
      return null
    }
    const [whole, least] = /^\{(\d{1,2})(?:,\d{0,3})?\}/.exec(this.#text.slice(this.#at)) ?? []
    if (whole === undefined || least === undefined) {
      throw new NoExample()
    }
    this.#at += whole.length
    return Number(least)
  }
}

/** Makes a text that the expression takes as a whole; `null` if that is not certain. */
export function regexpExample(pattern: string): string | null {
  // Groups are read by recursion.
  if (pattern.length > PATTERN_MAX) {
    return null
  }
  try {
    return new Reader(pattern).whole()
  } catch (error) {
    if (error instanceof NoExample) {
      return null
    }
    throw error
  }
}
