/**
 * Label selectors as the API server reads them.
 *
 * @see https://github.com/kubernetes/apimachinery/blob/master/pkg/labels/selector.go
 * @module
 */
import type { LabelSelector, Labels } from './objects.ts'

export type Requirement =
  | { key: string; operator: 'in' | 'notin'; values: readonly string[] }
  | { key: string; operator: 'exists' | 'absent' }
  | { key: string; operator: 'above' | 'below'; than: bigint }

/** A text that is no selector: `at` counts its characters from 1. */
export class SelectorError extends Error {
  readonly at: number

  constructor(at: number, detail: string) {
    super(`at character ${at}: ${detail}`)
    this.name = 'SelectorError'
    this.at = at
  }
}

type Token = { text: string; at: number; kind: 'word' | 'symbol' | 'end' }

const TOKEN = /[\t\n\r ]*(?:(==|!=|[=!(),<>])|([^\t\n\r =!(),<>]+)|$)/y

function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  for (;;) {
    const [whole = '', symbol, word] = TOKEN.exec(text) ?? []
    const token = symbol ?? word ?? ''
    const at = TOKEN.lastIndex - token.length + 1
    tokens.push({ text: token, at, kind: symbol !== undefined ? 'symbol' : word !== undefined ? 'word' : 'end' })
    if (whole === '' || token === '') {
      return tokens
    }
  }
}

/**
 * Reads a selector. An empty one selects everything.
 *
 * @throws SelectorError
 */
export function parseSelector(text: string): readonly Requirement[] {
  return new Parser(tokensOf(text)).requirements()
}

/** Tells why a text is no selector; `null`: it is one. */
export function selectorFault(text: string): string | null {
  try {
    parseSelector(text)
    return null
  } catch (error) {
    if (!(error instanceof SelectorError)) {
      throw error
    }
    return `Not a label selector: ${error.message}`
  }
}

const VALUE_OPERATORS = ['=', '==', '!=', 'in', 'notin', '>', '<'] as const

class Parser {
  readonly #tokens: readonly Token[]
  #next = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  requirements(): Requirement[] {
    const found: Requirement[] = []
    if (this.#peek().kind === 'end') {
      return found
    }
    for (;;) {
      found.push(this.#requirement())
      const { kind } = this.#peek()
      if (kind === 'end') {
        return found
      }
      this.#symbol(',', 'a comma or the end')
    }
  }

  #requirement(): Requirement {
    const isAbsent = this.#takeIf('!')
    const key = this.#word('a label key')
    refuseKey(key)
    if (isAbsent) {
      return { key: key.text, operator: 'absent' }
    }
    const operator = this.#peek()
    if (operator.kind === 'end' || operator.text === ',') {
      return { key: key.text, operator: 'exists' }
    }
    if (!VALUE_OPERATORS.some((known) => known === operator.text)) {
      throw misplaced(operator, 'in, notin, =, ==, !=, > or <')
    }
    this.#next++
    return this.#valued(key.text, operator.text as (typeof VALUE_OPERATORS)[number])
  }

  #valued(key: string, operator: (typeof VALUE_OPERATORS)[number]): Requirement {
    switch (operator) {
      case '=':
      case '==':
        return { key, operator: 'in', values: [this.#exact().text] }
      case '!=':
        return { key, operator: 'notin', values: [this.#exact().text] }
      case '>':
      case '<': {
        const value = this.#exact()
        if (!/^[+-]?\d{1,18}$/.test(value.text)) {
          throw misplaced(value, 'a whole number')
        }
        return { key, operator: operator === '>' ? 'above' : 'below', than: BigInt(value.text.replace('+', '')) }
      }
      default:
        return { key, operator, values: this.#list() }
    }
  }

  /** Nothing at all is the empty value. */
  #exact(): Token {
    const token = this.#peek()
    if (token.kind === 'end' || token.text === ',') {
      return { ...token, text: '' }
    }
    const value = this.#word('a value')
    refuseValue(value)
    return value
  }

  /** A value may be empty here too, as between two commas. */
  #list(): string[] {
    const open = this.#symbol('(', '"("')
    const values: string[] = []
    if (this.#takeIf(')')) {
      throw new SelectorError(open.at, 'the list of values is empty, expected at least one')
    }
    for (;;) {
      const { kind, text } = this.#peek()
      if (kind === 'symbol' && (text === ',' || text === ')')) {
        values.push('')
      } else {
        const value = this.#word('a value, a comma or ")"')
        refuseValue(value)
        values.push(value.text)
      }
      if (this.#takeIf(')')) {
        return [...new Set(values)]
      }
      this.#symbol(',', 'a comma or ")"')
    }
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { text: '', at: 1, kind: 'end' }
  }

  #takeIf(symbol: string): boolean {
    const { kind, text } = this.#peek()
    const isThere = kind === 'symbol' && text === symbol
    this.#next += isThere ? 1 : 0
    return isThere
  }

  #symbol(symbol: string, expected: string): Token {
    const token = this.#peek()
    if (!this.#takeIf(symbol)) {
      throw misplaced(token, expected)
    }
    return token
  }

  #word(expected: string): Token {
    const token = this.#peek()
    if (token.kind !== 'word') {
      throw misplaced(token, expected)
    }
    this.#next++
    return token
  }
}

const misplaced = ({ at, kind, text }: Token, expected: string): SelectorError =>
  new SelectorError(at, `found ${kind === 'end' ? 'the end' : `"${text.slice(0, 80)}"`}, expected ${expected}`)

const NAME = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/
const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/

/** @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
function refuseKey(token: Token): void {
  const [name = '', prefix, ...more] = token.text.split('/').toReversed()
  const isPrefix = prefix === undefined || (prefix.length <= 253 && SUBDOMAIN.test(prefix))
  if (more.length > 0 || !isPrefix || !NAME.test(name)) {
    throw misplaced(token, 'a label key: at most 63 letters, digits, "-", "_" and ".", after a DNS name and "/" or not')
  }
}

function refuseValue(token: Token): void {
  if (!NAME.test(token.text)) {
    throw misplaced(token, 'a label value: at most 63 letters, digits, "-", "_" and ".", a letter or digit at each end')
  }
}

/** Tells whether labels meet all requirements. */
export const isSelected = (labels: Labels, requirements: readonly Requirement[]): boolean =>
  requirements.every((requirement) => meets(labels, requirement))

function meets(labels: Labels, requirement: Requirement): boolean {
  const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined
  switch (requirement.operator) {
    case 'in':
      return value !== undefined && requirement.values.includes(value)
    case 'notin':
      return value === undefined || !requirement.values.includes(value)
    case 'exists':
      return value !== undefined
    case 'absent':
      return value === undefined
    default: {
      if (value === undefined || !/^[+-]?\d{1,18}$/.test(value)) {
        return false
      }
      const number = BigInt(value.replace('+', ''))
      return requirement.operator === 'above' ? number > requirement.than : number < requirement.than
    }
  }
}

/** The operators of `matchExpressions` (metav1.LabelSelectorOperator). */
const EXPRESSIONS: Readonly<Record<string, (key: string, values: readonly string[]) => Requirement>> = {
  In: (key, values) => ({ key, operator: 'in', values }),
  NotIn: (key, values) => ({ key, operator: 'notin', values }),
  Exists: (key) => ({ key, operator: 'exists' }),
  DoesNotExist: (key) => ({ key, operator: 'absent' }),
}

/** Tells whether labels meet a selector of an object; an operator that the API server refuses is met by none. */
export function matchesSelector(labels: Labels, { matchLabels, matchExpressions }: LabelSelector): boolean {
  const pairs = Object.entries(matchLabels).map(
    ([key, value]): Requirement => ({ key, operator: 'in', values: [value] }),
  )
  const expressions = matchExpressions.map(({ key, operator, values }) => EXPRESSIONS[operator]?.(key, values) ?? null)
  return [...pairs, ...expressions].every((each) => each !== null && meets(labels, each))
}
