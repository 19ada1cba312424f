import { Anchors, EMPTY, type Written, type YamlLimits } from './anchors.ts'
import { YamlError } from './error.ts'
import { Mappings } from './mappings.ts'
import type { Places } from './places.ts'
import { keyOf, MERGE_TAG, resolvePlain, resolveTagged, type Scalar } from './resolve.ts'
import type { Scanner } from './scanner.ts'
import type { Token, TokenType } from './token.ts'

type Properties = { anchor: string | null; tag: string; at: number }

const NONE: Properties = { anchor: null, tag: '', at: 0 }

/** Turns tokens into nodes, as go-yaml v2 does: parserc.go, and decode.go for anchors, merge keys and repeated keys. */
export class NodeReader {
  readonly #scanner: Scanner
  /** The prefixes that handles of tags stand for. */
  readonly #tags: ReadonlyMap<string, string>
  readonly #repeatedKeys: number[] = []
  readonly #anchors: Anchors
  readonly #mappings = new Mappings()
  readonly #places: Places | null
  /** The scalar that was read last, and its tag. */
  #last = EMPTY
  #lastTag = ''

  constructor(scanner: Scanner, tags: ReadonlyMap<string, string>, limits: YamlLimits, places: Places | null = null) {
    this.#scanner = scanner
    this.#tags = tags
    this.#places = places
    this.#anchors = new Anchors(limits)
  }

  get aliased(): number {
    return this.#anchors.aliased
  }

  /** Offsets of keys that equal an earlier one of the same mapping. */
  get repeatedKeys(): readonly number[] {
    return this.#repeatedKeys
  }

  /** @throws YamlError if JSON cannot hold the value */
  refuseUnwritable(value: unknown): void {
    this.#mappings.refuseUnwritable(value)
  }

  #peek(): Token {
    return this.#scanner.peek()
  }

  #next(): Token {
    return this.#scanner.next()
  }

  #fail(problem: string, at: number, what?: string, from?: number): never {
    throw new YamlError(problem, at, what === undefined ? null : { what, at: from ?? at })
  }

  /** Reads the node that is the document. */
  read(): unknown {
    return this.#readNode(true, false)
  }

  /** Makes the node that is left out. */
  empty(): null {
    this.#anchors.count(this.#peek().at)
    return null
  }

  /** @param indentless lets a sequence stand as far left as the mapping that it is in. */
  #readNode(block: boolean, indentless: boolean): unknown {
    const first = this.#peek()
    if (first.type === 'alias') {
      return this.#readAlias()
    }
    const properties = first.type === 'anchor' || first.type === 'tag' ? this.#readProperties() : NONE
    const token = this.#peek()
    switch (token.type) {
      case 'scalar':
        this.#next()
        return this.#scalar(token, properties)
      case '[':
      case '{':
        return this.#collection(token, properties)
      case '-':
        if (indentless) {
          return this.#collection(token, properties)
        }
        break
      case 'block-sequence-start':
      case 'block-mapping-start':
        if (block) {
          return this.#collection(token, properties)
        }
        break
    }
    if (properties === NONE) {
      this.#fail('did not find expected node content', token.at, block ? undefined : 'a flow collection', first.at)
    }
    return this.#scalar(null, properties)
  }

  #readProperties(): Properties {
    const { at } = this.#peek()
    let anchor: string | null = null
    let tag = ''
    for (let seen = 0; seen < 2; seen++) {
      const { type, value, suffix } = this.#peek()
      if (type === 'anchor' && anchor === null) {
        anchor = value
      } else if (type === 'tag' && tag === '') {
        tag = this.#tagOf(value, suffix, at)
      } else {
        break
      }
      this.#next()
    }
    return { anchor, tag, at }
  }

  #tagOf(handle: string, suffix: string, at: number): string {
    if (handle === '') {
      return suffix
    }
    const prefix = this.#tags.get(handle)
    if (prefix === undefined) {
      this.#fail('found undefined tag handle', at)
    }
    return prefix + suffix
  }

  /** @param token is `null` if there is no text, only its properties. */
  #scalar(token: Token | null, { anchor, tag, at }: Properties): Scalar {
    const place = token?.at ?? at
    this.#anchors.count(place)
    const written = token ?? EMPTY
    const value = this.#valueOf(written, tag, place)
    this.#last = written
    this.#lastTag = tag
    if (anchor !== null) {
      this.#anchors.setScalar(anchor, value, written, tag)
    }
    return value
  }

  #valueOf({ value: text, plain }: Written, tag: string, at: number): Scalar {
    const value = tag !== '' ? resolveTagged(text, tag) : plain ? resolvePlain(text) : text
    if (value === undefined) {
      this.#fail('the value is not of its tag', at)
    }
    if (typeof value === 'number' && !Number.isFinite(value)) {
      this.#mappings.doubt()
    }
    return value
  }

  #collection({ type, at }: Token, { anchor }: Properties): unknown {
    const opened = this.#anchors.open(anchor, at)
    const value = this.#readCollection(type)
    this.#anchors.close(opened, value)
    return value
  }

  /** @param type is that of the token with which it begins. */
  #readCollection(type: TokenType): unknown {
    switch (type) {
      case '[':
        return this.#readFlowSequence()
      case '{':
        return this.#readFlowMapping()
      case '-':
        return this.#readIndentlessSequence()
      case '?':
        return this.#readSinglePair()
      case 'block-sequence-start':
        return this.#readBlockSequence()
      default:
        return this.#readBlockMapping()
    }
  }

  #readAlias(): unknown {
    const { value: name, at } = this.#next()
    const { value, written, tag } = this.#anchors.alias(name, at)
    this.#last = written
    this.#lastTag = tag
    return value
  }

  #readBlockSequence(): unknown[] {
    const { at } = this.#next()
    const items: unknown[] = []
    for (;;) {
      const token = this.#next()
      if (token.type === 'block-end') {
        return items
      }
      if (token.type !== '-') {
        this.#fail("did not find expected '-' indicator", token.at, 'a list', at)
      }
      const { type, at: itemAt } = this.#peek()
      this.#places?.put(items, items.length, itemAt)
      items.push(type === '-' || type === 'block-end' ? this.empty() : this.#readNode(true, false))
    }
  }

  #readIndentlessSequence(): unknown[] {
    const items: unknown[] = []
    while (this.#peek().type === '-') {
      this.#next()
      this.#places?.put(items, items.length, this.#peek().at)
      items.push(EMPTY_ITEM.has(this.#peek().type) ? this.empty() : this.#readNode(true, false))
    }
    return items
  }

  #readBlockMapping(): Record<string, unknown> {
    const { at } = this.#next()
    const mapping = {}
    for (;;) {
      const token = this.#next()
      if (token.type === 'block-end') {
        return mapping
      }
      if (token.type !== '?') {
        this.#fail('did not find expected key', token.at, 'a mapping', at)
      }
      this.#readPair(mapping, EMPTY_IN_BLOCK, true)
    }
  }

  #readFlowSequence(): unknown[] {
    const { at } = this.#next()
    const items: unknown[] = []
    for (let first = true; ; first = false) {
      if (!first) {
        this.#readComma(']', "did not find expected ',' or ']'", 'a list in brackets', at)
      }
      const token = this.#peek()
      if (token.type === ']') {
        break
      }
      this.#places?.put(items, items.length, token.at)
      items.push(token.type === '?' ? this.#collection(token, NONE) : this.#readNode(false, false))
    }
    this.#next()
    return items
  }

  /** Reads `[a: 1]`. */
  #readSinglePair(): Record<string, unknown> {
    this.#next()
    const mapping = {}
    this.#readPair(mapping, EMPTY_IN_FLOW, false)
    return mapping
  }

  #readFlowMapping(): Record<string, unknown> {
    const { at } = this.#next()
    const mapping = {}
    for (let first = true; ; first = false) {
      if (!first) {
        this.#readComma('}', "did not find expected ',' or '}'", 'a mapping in braces', at)
      }
      const { type } = this.#peek()
      if (type === '}') {
        break
      }
      if (type === '?') {
        this.#next()
        this.#readPair(mapping, EMPTY_IN_FLOW, false)
      } else {
        this.#readLoneKey(mapping)
      }
    }
    this.#next()
    return mapping
  }

  #readComma(end: ']' | '}', problem: string, what: string, at: number): void {
    const token = this.#peek()
    if (token.type === end) {
      return
    }
    if (token.type !== ',') {
      this.#fail(problem, token.at, what, at)
    }
    this.#next()
  }

  /** Reads `{a}`, a key without a value. */
  #readLoneKey(mapping: object): void {
    const { at } = this.#peek()
    const key = this.#readKey(false)
    if (key === MERGE) {
      this.#merge(mapping, false, false)
    } else {
      this.#put(mapping, key, at, this.empty())
    }
  }

  /** @param emptyAfter lists the tokens that show that a key or a value is left out. */
  #readPair(mapping: object, emptyAfter: ReadonlySet<TokenType>, block: boolean): void {
    const { type, at } = this.#peek()
    const key = emptyAfter.has(type) ? this.#badKey() : this.#readKey(block)
    const isGiven = this.#peek().type === ':'
    if (isGiven) {
      this.#next()
    }
    const hasValue = isGiven && !emptyAfter.has(this.#peek().type)
    if (key === MERGE) {
      this.#merge(mapping, hasValue, block)
    } else {
      this.#put(mapping, key, at, hasValue ? this.#readNode(block, block) : this.empty())
    }
  }

  #badKey(): null {
    this.#mappings.doubt()
    return this.empty()
  }

  /** Reads a key as text, whatever it is; `null` if it cannot become text. */
  #readKey(block: boolean): string | typeof MERGE | null {
    const { at, type } = this.#peek()
    const value = this.#readNode(block, block)
    if (typeof value === 'object' && value !== null) {
      this.#fail('invalid map key', at)
    }
    const tag = this.#lastTag
    if (value === '<<' && type !== 'alias' && (tag === MERGE_TAG || tag === '!' || (tag === '' && this.#last.plain))) {
      this.#anchors.uncount()
      return MERGE
    }
    if (typeof value === 'string') {
      return value
    }
    const key = keyOf(this.#last.value, tag)
    if (key === undefined) {
      this.#mappings.doubt()
    }
    return key ?? null
  }

  #put(mapping: object, key: string | null, at: number, value: unknown): void {
    if (key !== null && Object.hasOwn(mapping, key)) {
      this.#repeatedKeys.push(at)
    }
    this.#mappings.put(mapping, key, at, value)
    if (key !== null) {
      this.#places?.put(mapping, key, at)
    }
  }

  /** Merges at the place of the key. A list of mappings is written out; an alias names one mapping. */
  #merge(mapping: object, hasValue: boolean, block: boolean): void {
    const { type, at } = this.#peek()
    const value = hasValue ? this.#readNode(block, block) : null
    const isList = Array.isArray(value) && type !== 'alias'
    if (isList) {
      this.#anchors.uncount()
    }
    const sources = isList ? value : [value]
    this.#mappings.merge(mapping, sources, at)
    this.#places?.merge(mapping, sources)
  }
}

/** Stands for the key `<<`. */
const MERGE = Symbol('<<')

const EMPTY_IN_BLOCK: ReadonlySet<TokenType> = new Set(['?', ':', 'block-end'])
const EMPTY_ITEM: ReadonlySet<TokenType> = new Set(['-', '?', ':', 'block-end'])
const EMPTY_IN_FLOW: ReadonlySet<TokenType> = new Set([':', ',', ']', '}'])
