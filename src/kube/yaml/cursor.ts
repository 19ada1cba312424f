import { isBlank, isBlankOrEnd, isBreakOrEnd } from './characters.ts'
import { YamlError } from './error.ts'

/** A place in a text, and the state of scanning that scanners of single tokens look at. */
export class Cursor {
  readonly text: string
  pos: number
  line = 0
  lineStart: number
  /** Column of the innermost block collection; -1 outside of all of them. */
  indent = -1
  flowLevel = 0
  simpleKeyAllowed = true

  constructor(text: string) {
    this.text = text
    this.pos = text.charCodeAt(0) === 0xfeff ? 1 : 0
    this.lineStart = this.pos
  }

  get column(): number {
    return this.pos - this.lineStart
  }

  fail(problem: string, what?: string, at?: number): never {
    throw new YamlError(problem, this.pos, what === undefined ? null : { what, at: at ?? this.pos })
  }

  /** Passes over a line break and returns the text that a scalar gets for it. */
  readBreak(): string {
    const code = this.text.charCodeAt(this.pos)
    this.pos += code === 13 && this.text.charCodeAt(this.pos + 1) === 10 ? 2 : 1
    this.lineStart = this.pos
    this.line += 1
    return code === 0x2028 || code === 0x2029 ? String.fromCharCode(code) : '\n'
  }

  skipBlanks(): void {
    while (isBlank(this.text.charCodeAt(this.pos))) {
      this.pos += 1
    }
  }

  skipComment(): void {
    if (this.text.charCodeAt(this.pos) !== 35) {
      return
    }
    while (!isBreakOrEnd(this.text.charCodeAt(this.pos))) {
      this.pos += 1
    }
  }

  /** Tells whether `---` or `...` stands here, alone or before a blank, at the beginning of a line. */
  atDocumentIndicator(): boolean {
    const { text, pos } = this
    if (pos !== this.lineStart) {
      return false
    }
    const code = text.charCodeAt(pos)
    return (
      (code === 45 || code === 46) &&
      text.charCodeAt(pos + 1) === code &&
      text.charCodeAt(pos + 2) === code &&
      isBlankOrEnd(text.charCodeAt(pos + 3))
    )
  }
}
