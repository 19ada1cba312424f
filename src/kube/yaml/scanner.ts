/**
 * Text → tokens of YAML 1.1, as go-yaml v2 finds them (go.yaml.in/yaml/v2 scannerc.go, a port of libyaml), which
 * sigs.k8s.io/yaml and so kubectl read with. What it takes and refuses is what counts here, not the specification:
 * a quoted scalar may continue further left than it began, a closing bracket may stand anywhere.
 *
 * @module
 */
import { scanBlockScalar } from './block-scalar.ts'
import { isBlank, isBlankOrEnd, isBreak, isBreakOrEnd } from './characters.ts'
import { YamlError } from './error.ts'
import { scanPlain, scanQuoted } from './flow-scalar.ts'
import { scanAlias, scanAnchor, scanDirective, scanTag } from './properties.ts'
import { type Token, type TokenType, token } from './token.ts'

/** A place at which a key may have begun that only a later `:` would show. */
type SimpleKey = {
  possible: boolean
  required: boolean
  /** Whether the token waits for the `:`. One that is a collection does not, once that has ended. */
  isAwaited: boolean
  token: number
  at: number
  line: number
  column: number
}

/** How far the `:` may be from the beginning of its key. */
const LONGEST_KEY = 1024

export class Scanner {
  readonly text: string
  pos: number
  lineStart: number
  /** Columns of the block collections that are open; -1 for none. */
  indent = -1
  flowLevel = 0
  simpleKeyAllowed = true
  #line = 0
  readonly #indents: number[] = []
  /** One for each level of flow collections. */
  readonly #keys: SimpleKey[] = []
  readonly #tokens: Token[] = []
  #head = 0
  #taken = 0
  #ready = false

  constructor(text: string) {
    this.text = text
    this.pos = text.charCodeAt(0) === 0xfeff ? 1 : 0
    this.lineStart = this.pos
    this.#keys.push(this.#impossibleKey())
  }

  get column(): number {
    return this.pos - this.lineStart
  }

  peek(): Token {
    if (!this.#ready) this.#fetchMore()
    return this.#tokens[this.#head] as Token
  }

  next(): Token {
    const token = this.peek()
    this.#ready = false
    this.#head += 1
    this.#taken += 1
    if (this.#head === this.#tokens.length) {
      this.#tokens.length = 0
      this.#head = 0
    }
    return token
  }

  fail(problem: string, what?: string, at?: number): never {
    throw new YamlError(problem, this.pos, what === undefined ? null : { what, at: at ?? this.pos })
  }

  /** Passes over a line break and returns what a scalar has of it. */
  readBreak(): string {
    const code = this.text.charCodeAt(this.pos)
    this.pos += code === 13 && this.text.charCodeAt(this.pos + 1) === 10 ? 2 : 1
    this.lineStart = this.pos
    this.#line += 1
    return code === 0x2028 || code === 0x2029 ? String.fromCharCode(code) : '\n'
  }

  skipBlanks(): void {
    while (isBlank(this.text.charCodeAt(this.pos))) this.pos += 1
  }

  skipComment(): void {
    if (this.text.charCodeAt(this.pos) !== 35) return
    while (!isBreakOrEnd(this.text.charCodeAt(this.pos))) this.pos += 1
  }

  /** Whether `---` or `...` stands here, alone or before a blank, at the beginning of a line. */
  atDocumentIndicator(): boolean {
    const { text, pos } = this
    if (pos !== this.lineStart) return false
    const code = text.charCodeAt(pos)
    return (
      (code === 45 || code === 46) &&
      text.charCodeAt(pos + 1) === code &&
      text.charCodeAt(pos + 2) === code &&
      isBlankOrEnd(text.charCodeAt(pos + 3))
    )
  }

  get #nextNumber(): number {
    return this.#taken + this.#tokens.length - this.#head
  }

  #impossibleKey(): SimpleKey {
    const { column, pos } = this
    const token = this.#nextNumber
    return { possible: false, required: false, isAwaited: false, token, at: pos, line: this.#line, column }
  }

  /** The first token is final only when no `:` can make a key of it any more. */
  #fetchMore(): void {
    while (this.#head === this.#tokens.length || this.#mayBecomeKey()) this.#fetchNext()
    this.#ready = true
  }

  #mayBecomeKey(): boolean {
    for (let level = this.#keys.length - 1; level >= 0; level--) {
      const key = this.#keys[level]
      if (key?.possible && key.isAwaited && key.token === this.#taken) return this.#isValid(key)
    }
    return false
  }

  #isValid(key: SimpleKey): boolean {
    if (!key.possible) return false
    if (key.line === this.#line && key.at + LONGEST_KEY >= this.pos) return true
    if (key.required) this.#failKey(key)
    key.possible = false
    return false
  }

  #failKey(key: SimpleKey): never {
    return this.fail("could not find expected ':'", 'a key', key.at)
  }

  #saveKey(): void {
    if (!this.simpleKeyAllowed) return
    this.#removeKey()
    const { column } = this
    const key = this.#keys[this.#keys.length - 1] as SimpleKey
    key.possible = true
    key.required = this.flowLevel === 0 && this.indent === column
    key.isAwaited = true
    key.token = this.#nextNumber
    key.at = this.pos
    key.line = this.#line
    key.column = column
  }

  #removeKey(): void {
    const key = this.#keys[this.#keys.length - 1]
    if (!key?.possible) return
    if (key.required) this.#failKey(key)
    key.possible = false
  }

  /** @param number of the token before which a collection begins; left out: at the end. */
  #rollIndent(column: number, type: TokenType, at: number, number?: number): void {
    if (this.flowLevel > 0 || this.indent >= column) return
    this.#indents.push(this.indent)
    this.indent = column
    this.#insert(token(type, at), number)
  }

  #unrollIndent(column: number): void {
    if (this.flowLevel > 0) return
    while (this.indent > column) {
      this.#tokens.push(token('block-end', this.pos))
      this.indent = this.#indents.pop() ?? -1
    }
  }

  #insert(token: Token, number?: number): void {
    // The parser may have taken it already, since the end of a collection is not looked beyond: go-yaml goes on there.
    const tokens = this.#tokens
    tokens.push(token)
    if (number === undefined || number < this.#taken) return
    const place = this.#head + number - this.#taken
    for (let at = tokens.length - 1; at > place; at--) tokens[at] = tokens[at - 1] as Token
    tokens[place] = token
  }

  #scanToNextToken(): void {
    const { text } = this
    for (;;) {
      let code = text.charCodeAt(this.pos)
      while (code === 32 || (code === 9 && (this.flowLevel > 0 || !this.simpleKeyAllowed))) {
        this.pos += 1
        code = text.charCodeAt(this.pos)
      }
      if (code === 35) {
        this.skipComment()
        code = text.charCodeAt(this.pos)
      }
      if (!isBreak(code)) return
      this.readBreak()
      if (this.flowLevel === 0) this.simpleKeyAllowed = true
    }
  }

  #fetchNext(): void {
    this.#scanToNextToken()
    this.#unrollIndent(this.column)
    const { text, pos } = this
    const code = text.charCodeAt(pos)
    if (pos >= text.length) this.#fetchStreamEnd()
    else if (pos === this.lineStart && code === 37) this.#fetchDirective()
    else if (this.atDocumentIndicator()) this.#fetchIndicator(code)
    else this.#fetch(text[pos] ?? '', isBlankOrEnd(text.charCodeAt(pos + 1)))
  }

  #fetch(character: string, isAlone: boolean): void {
    const inFlow = this.flowLevel > 0
    switch (character) {
      case '[':
      case '{':
        this.#fetchFlowStart(character)
        break
      case ']':
      case '}':
        this.#fetchFlowEnd(character)
        break
      case ',':
        this.#fetchComma()
        break
      case '-':
        if (isAlone) this.#fetchBlockEntry()
        else this.#fetchNode(scanPlain)
        break
      case '?':
        if (inFlow || isAlone) this.#fetchKey()
        else this.#fetchNode(scanPlain)
        break
      case ':':
        if (inFlow || isAlone) this.#fetchValue()
        else this.#fetchNode(scanPlain)
        break
      case '*':
        this.#fetchNode(scanAlias)
        break
      case '&':
        this.#fetchNode(scanAnchor)
        break
      case '!':
        this.#fetchNode(scanTag)
        break
      case "'":
      case '"':
        this.#fetchNode(scanQuoted)
        break
      case '|':
      case '>':
        if (inFlow) this.#failStart()
        this.#fetchBlockScalar()
        break
      case '%':
      case '@':
      case '`':
      case '\t':
        this.#failStart()
        break
      default:
        this.#fetchNode(scanPlain)
    }
  }

  #failStart(): never {
    this.fail('found character that cannot start any token')
  }

  #fetchStreamEnd(): void {
    this.#unrollIndent(-1)
    // Where the text ends is a line of its own, so that no key goes on there.
    if (this.column !== 0) this.#line += 1
    this.#removeKey()
    this.simpleKeyAllowed = false
    this.#tokens.push(token('stream-end', this.pos))
  }

  #fetchDirective(): void {
    this.#unrollIndent(-1)
    this.#removeKey()
    this.simpleKeyAllowed = false
    this.#tokens.push(scanDirective(this))
  }

  #fetchIndicator(code: number): void {
    this.#unrollIndent(-1)
    this.#removeKey()
    this.simpleKeyAllowed = false
    this.#tokens.push(token(code === 45 ? 'document-start' : 'document-end', this.pos))
    this.pos += 3
  }

  #fetchCharacter(type: TokenType): void {
    this.#tokens.push(token(type, this.pos))
    this.pos += 1
  }

  #fetchFlowStart(bracket: '[' | '{'): void {
    this.#saveKey()
    this.#keys.push(this.#impossibleKey())
    this.flowLevel += 1
    this.simpleKeyAllowed = true
    this.#fetchCharacter(bracket)
  }

  #fetchFlowEnd(bracket: ']' | '}'): void {
    this.#removeKey()
    if (this.flowLevel > 0) {
      this.flowLevel -= 1
      const opened = this.#keys.pop()
      const key = this.#keys[this.#keys.length - 1]
      if (key && key.token === opened?.token) key.isAwaited = false
    }
    this.simpleKeyAllowed = false
    this.#fetchCharacter(bracket)
  }

  #fetchComma(): void {
    this.#removeKey()
    this.simpleKeyAllowed = true
    this.#fetchCharacter(',')
  }

  #fetchBlockEntry(): void {
    if (this.flowLevel === 0) {
      if (!this.simpleKeyAllowed) this.fail('block sequence entries are not allowed in this context')
      this.#rollIndent(this.column, 'block-sequence-start', this.pos)
    }
    this.#removeKey()
    this.simpleKeyAllowed = true
    this.#fetchCharacter('-')
  }

  #fetchKey(): void {
    if (this.flowLevel === 0) {
      if (!this.simpleKeyAllowed) this.fail('mapping keys are not allowed in this context')
      this.#rollIndent(this.column, 'block-mapping-start', this.pos)
    }
    this.#removeKey()
    this.simpleKeyAllowed = this.flowLevel === 0
    this.#fetchCharacter('?')
  }

  #fetchValue(): void {
    const key = this.#keys[this.#keys.length - 1]
    if (key && this.#isValid(key)) {
      this.#insert(token('?', key.at), key.token)
      this.#rollIndent(key.column, 'block-mapping-start', key.at, key.token)
      key.possible = false
      this.simpleKeyAllowed = false
    } else {
      if (this.flowLevel === 0) {
        if (!this.simpleKeyAllowed) this.fail('mapping values are not allowed in this context')
        this.#rollIndent(this.column, 'block-mapping-start', this.pos)
      }
      this.simpleKeyAllowed = this.flowLevel === 0
    }
    this.#fetchCharacter(':')
  }

  /** An alias, a property of a node, or a scalar: what a key can begin with. */
  #fetchNode(scan: (scanner: Scanner) => Token): void {
    this.#saveKey()
    this.simpleKeyAllowed = false
    this.#tokens.push(scan(this))
  }

  #fetchBlockScalar(): void {
    this.#removeKey()
    this.simpleKeyAllowed = true
    this.#tokens.push(scanBlockScalar(this))
  }
}
