/**
 * Turns text into tokens of YAML 1.1, as go-yaml v2 does (go.yaml.in/yaml/v2 scannerc.go, a port of libyaml), by which
 * sigs.k8s.io/yaml and so kubectl read. Its behaviour counts here, not the specification: a quoted scalar may continue
 * further left than it began, a closing bracket may stand anywhere.
 *
 * @module
 */
import { scanBlockScalar } from './block-scalar.ts'
import { isBlankOrEnd, isBreak } from './characters.ts'
import { Cursor } from './cursor.ts'
import { scanPlain, scanQuoted } from './flow-scalar.ts'
import { scanAlias, scanAnchor, scanDirective, scanTag } from './properties.ts'
import { SimpleKeys } from './simple-keys.ts'
import { type Token, type TokenType, token } from './token.ts'

export class Scanner extends Cursor {
  /** Columns of the block collections around the innermost. */
  readonly #indents: number[] = []
  readonly #keys = new SimpleKeys(this)
  readonly #tokens: Token[] = []
  #head = 0
  #taken = 0
  #ready = false

  peek(): Token {
    if (!this.#ready) {
      this.#fetchMore()
    }
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

  get #nextNumber(): number {
    return this.#taken + this.#tokens.length - this.#head
  }

  /** The first token is final only when no `:` can make a key of it any more. */
  #fetchMore(): void {
    while (this.#head === this.#tokens.length || this.#keys.mayBegin(this.#taken)) {
      this.#fetchNext()
    }
    this.#ready = true
  }

  /** @param number is that of the token before which a collection begins; the end if left out. */
  #rollIndent(column: number, type: TokenType, at: number, number?: number): void {
    if (this.flowLevel > 0 || this.indent >= column) {
      return
    }
    this.#indents.push(this.indent)
    this.indent = column
    this.#insert(token(type, at), number)
  }

  #unrollIndent(column: number): void {
    if (this.flowLevel > 0) {
      return
    }
    while (this.indent > column) {
      this.#tokens.push(token('block-end', this.pos))
      this.indent = this.#indents.pop() ?? -1
    }
  }

  #insert(token: Token, number?: number): void {
    // The parser may have taken it already, since the end of a collection is not looked beyond: go-yaml goes on there.
    const tokens = this.#tokens
    tokens.push(token)
    if (number === undefined || number < this.#taken) {
      return
    }
    const place = this.#head + number - this.#taken
    for (let at = tokens.length - 1; at > place; at--) {
      tokens[at] = tokens[at - 1] as Token
    }
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
      if (!isBreak(code)) {
        return
      }
      this.readBreak()
      if (this.flowLevel === 0) {
        this.simpleKeyAllowed = true
      }
    }
  }

  #fetchNext(): void {
    this.#scanToNextToken()
    this.#unrollIndent(this.column)
    const { text, pos } = this
    const code = text.charCodeAt(pos)
    if (pos >= text.length) {
      this.#fetchStreamEnd()
    } else if (pos === this.lineStart && code === 37) {
      this.#fetchDirective()
    } else if (this.atDocumentIndicator()) {
      this.#fetchIndicator(code)
    } else {
      this.#fetch(text[pos] ?? '', isBlankOrEnd(text.charCodeAt(pos + 1)))
    }
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
        if (isAlone) {
          this.#fetchBlockEntry()
        } else {
          this.#fetchNode(scanPlain)
        }
        break
      case '?':
        if (inFlow || isAlone) {
          this.#fetchKey()
        } else {
          this.#fetchNode(scanPlain)
        }
        break
      case ':':
        if (inFlow || isAlone) {
          this.#fetchValue()
        } else {
          this.#fetchNode(scanPlain)
        }
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
        if (inFlow) {
          this.#failStart()
        }
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
    // The end of the text is a line of its own, so that no key goes on there.
    if (this.column !== 0) {
      this.line += 1
    }
    this.#keys.remove()
    this.simpleKeyAllowed = false
    this.#tokens.push(token('stream-end', this.pos))
  }

  #fetchDirective(): void {
    this.#unrollIndent(-1)
    this.#keys.remove()
    this.simpleKeyAllowed = false
    this.#tokens.push(scanDirective(this))
  }

  #fetchIndicator(code: number): void {
    this.#unrollIndent(-1)
    this.#keys.remove()
    this.simpleKeyAllowed = false
    this.#tokens.push(token(code === 45 ? 'document-start' : 'document-end', this.pos))
    this.pos += 3
  }

  #fetchCharacter(type: TokenType): void {
    this.#tokens.push(token(type, this.pos))
    this.pos += 1
  }

  #fetchFlowStart(bracket: '[' | '{'): void {
    this.#keys.save(this.#nextNumber)
    this.#keys.open(this.#nextNumber)
    this.flowLevel += 1
    this.simpleKeyAllowed = true
    this.#fetchCharacter(bracket)
  }

  #fetchFlowEnd(bracket: ']' | '}'): void {
    this.#keys.remove()
    if (this.flowLevel > 0) {
      this.flowLevel -= 1
      this.#keys.close()
    }
    this.simpleKeyAllowed = false
    this.#fetchCharacter(bracket)
  }

  #fetchComma(): void {
    this.#keys.remove()
    this.simpleKeyAllowed = true
    this.#fetchCharacter(',')
  }

  #fetchBlockEntry(): void {
    if (this.flowLevel === 0) {
      if (!this.simpleKeyAllowed) {
        this.fail('block sequence entries are not allowed in this context')
      }
      this.#rollIndent(this.column, 'block-sequence-start', this.pos)
    }
    this.#keys.remove()
    this.simpleKeyAllowed = true
    this.#fetchCharacter('-')
  }

  #fetchKey(): void {
    if (this.flowLevel === 0) {
      if (!this.simpleKeyAllowed) {
        this.fail('mapping keys are not allowed in this context')
      }
      this.#rollIndent(this.column, 'block-mapping-start', this.pos)
    }
    this.#keys.remove()
    this.simpleKeyAllowed = this.flowLevel === 0
    this.#fetchCharacter('?')
  }

  #fetchValue(): void {
    const key = this.#keys.take()
    if (key !== null) {
      this.#insert(token('?', key.at), key.token)
      this.#rollIndent(key.column, 'block-mapping-start', key.at, key.token)
      this.simpleKeyAllowed = false
    } else {
      if (this.flowLevel === 0) {
        if (!this.simpleKeyAllowed) {
          this.fail('mapping values are not allowed in this context')
        }
        this.#rollIndent(this.column, 'block-mapping-start', this.pos)
      }
      this.simpleKeyAllowed = this.flowLevel === 0
    }
    this.#fetchCharacter(':')
  }

  /** A key can begin here: with an alias, a property of a node, or a scalar. */
  #fetchNode(scan: (cursor: Cursor) => Token): void {
    this.#keys.save(this.#nextNumber)
    this.simpleKeyAllowed = false
    this.#tokens.push(scan(this))
  }

  #fetchBlockScalar(): void {
    this.#keys.remove()
    this.simpleKeyAllowed = true
    this.#tokens.push(scanBlockScalar(this))
  }
}
