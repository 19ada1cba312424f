/**
 * Reads fields of untyped objects. Every reader returns what it could read and reports what it could not, so that one
 * pass finds all mistakes. A value that was reported is `null` or left out; the caller throws at the end.
 *
 * @module
 */
import { adviceFor, describe, either, isWord, quote, unquote } from './field-advice.ts'
import type { PortRef } from './objects.ts'
import { labelKey, labelValue, portName, type Rule } from './validation.ts'

export type Step = string | number
/** Takes each mistake: its place, the value found, the value expected, the remedy. */
export type Complain = (path: readonly Step[], detail: string) => void

export const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** One place in an object: its value, if it has one, and the way there. */
export class Field {
  readonly value: unknown
  readonly key: Step
  readonly #parent: Field | null
  readonly #complain: Complain
  /** Something here or on the way here was reported already, so nothing more is said. */
  #broken: boolean

  constructor(value: unknown, complain: Complain, parent: Field | null = null, key: Step = '', broken = false) {
    this.value = value
    this.key = key
    this.#complain = complain
    this.#parent = parent
    this.#broken = broken
  }

  get absent(): boolean {
    return this.value === undefined || this.value === null
  }

  get path(): readonly Step[] {
    return this.#parent ? [...this.#parent.path, this.key] : []
  }

  complain(detail: string): void {
    if (!this.#broken) {
      this.#complain(this.path, detail)
    }
  }

  /** @param expected completes "expected …" */
  mismatch(expected: string, advice = adviceFor(this.value)): void {
    this.complain(`found ${describe(this.value)}, expected ${expected}.${advice && ` ${advice}`}`)
  }

  /** Reports a missing or empty value. Returns itself, to be read. */
  need(expected: string): this {
    const empty = this.value === '' || (Array.isArray(this.value) && this.value.length === 0)
    if (this.absent || empty) {
      this.complain(`missing, expected ${expected}.`)
      this.#broken = true
    }
    return this
  }

  /**
   * Reports the empty text where Kubernetes takes it as a value that is not allowed: in an optional field that is a
   * pointer in Go.
   */
  orAbsent(): this {
    if (this.value === '') {
      this.complain('found "", expected text. Leave the field out.')
      this.#broken = true
    }
    return this
  }

  /** Reports a list that is longer, in the words of field.TooMany. */
  atMost(count: number): this {
    if (Array.isArray(this.value) && this.value.length > count) {
      this.complain(`must have at most ${count} items, found ${this.value.length}.`)
    }
    return this
  }

  /** Tells whether a mapping here has a value under `key`. Never reports anything. */
  has(key: string): boolean {
    return isMapping(this.value) && Object.hasOwn(this.value, key) && this.value[key] != null
  }

  /** Returns the field under `key`, which is absent if this one is. */
  get(key: string): Field {
    if (isMapping(this.value)) {
      return new Field(Object.hasOwn(this.value, key) ? this.value[key] : undefined, this.#complain, this, key)
    }
    if (!this.absent) {
      this.mismatch('a mapping', Array.isArray(this.value) ? 'Leave out the "- ".' : undefined)
    }
    return new Field(undefined, this.#complain, this, key, this.#broken || !this.absent)
  }

  /** Returns the entries of a mapping. */
  entries(): readonly Field[] {
    if (isMapping(this.value)) {
      return Object.keys(this.value).map((key) => this.get(key))
    }
    if (!this.absent) {
      this.mismatch('a mapping', Array.isArray(this.value) ? 'Leave out the "- ".' : undefined)
    }
    return []
  }

  items(): readonly Field[] {
    if (Array.isArray(this.value)) {
      return this.value.map((item, at) => new Field(item, this.#complain, this, at))
    }
    if (!this.absent) {
      this.mismatch('a list', isMapping(this.value) ? 'Begin each item with "- ".' : undefined)
    }
    return []
  }

  /** Reads a text; an empty one counts as absent, as in Kubernetes. */
  text(): string | null {
    if (this.absent || this.value === '') {
      return null
    }
    if (typeof this.value === 'string') {
      return this.value
    }
    this.mismatch('text', quote(this.value))
    return null
  }

  matching(rule: Rule): string | null {
    const text = this.text()
    if (text === null) {
      return null
    }
    if (rule.test(text)) {
      return rule.normal?.(text) ?? text
    }
    const suggestion = rule.suggest?.(text)
    const fits = suggestion !== undefined && rule.test(suggestion)
    this.mismatch(rule.expected, adviceFor(text) || (fits ? `Did you mean ${JSON.stringify(suggestion)}?` : ''))
    return null
  }

  oneOf<T extends string>(words: readonly T[]): T | null {
    const text = this.text()
    if (text === null) {
      return null
    }
    const word = words.find((each) => each === text)
    if (word !== undefined) {
      return word
    }
    const meant = words.find((each) => each.toLowerCase() === text.toLowerCase())
    this.mismatch(either(words), adviceFor(text) || (meant ? `Did you mean ${meant}?` : ''))
    return null
  }

  flag(): boolean | null {
    if (this.absent) {
      return null
    }
    if (typeof this.value === 'boolean') {
      return this.value
    }
    this.mismatch('true or false', adviceFor(this.value) || (isWord(this.value) ? 'Leave out the quotes.' : ''))
    return null
  }

  integer(least: number, most: number, expected = `a whole number from ${least} to ${most}`): number | null {
    if (this.absent) {
      return null
    }
    if (Number.isInteger(this.value) && Number(this.value) >= least && Number(this.value) <= most) {
      return Number(this.value)
    }
    this.mismatch(expected, adviceFor(this.value) || unquote(this.value))
    return null
  }

  port(): number | null {
    return this.integer(1, 65535)
  }

  /** Reads an IntOrString: a port's number, or its name in the pod. */
  portRef(): PortRef | null {
    if (typeof this.value === 'string') {
      if (!/^\d+$/.test(this.value)) {
        return this.matching(portName)
      }
      this.mismatch(
        "a port's number, or its name",
        `Kubernetes takes digits in quotes for a name, and a name needs a letter. ${unquote(this.value)}`,
      )
      return null
    }
    if (this.absent || typeof this.value === 'number') {
      return this.port()
    }
    this.mismatch("a port's number from 1 to 65535, or its name")
    return null
  }

  /** Reads a mapping of text to text. */
  texts(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.entries().flatMap((entry) => this.#pair(entry)))
  }

  labels(): Readonly<Record<string, string>> {
    const pairs = this.entries().map((entry) => {
      if (!labelKey.test(String(entry.key))) {
        entry.complain(`found the key ${JSON.stringify(entry.key)}, expected ${labelKey.expected}.`)
      }
      entry.matching(labelValue)
      return this.#pair(entry)
    })
    return Object.fromEntries(pairs.flat())
  }

  #pair(entry: Field): readonly (readonly [string, string])[] {
    if (entry.absent || entry.value === '') {
      return [[String(entry.key), '']]
    }
    const text = entry.text()
    return text === null ? [] : [[String(entry.key), text]]
  }
}

/** Reports each field whose value an earlier one has; `null` is no value. `what` completes "expected …". */
export function refuseRepeated(fields: readonly Field[], values: readonly (Step | null)[], what: string): void {
  const first = new Map<Step, Field>()
  for (const [at, field] of fields.entries()) {
    const value = values[at] ?? null
    if (value === null) {
      continue
    }
    const earlier = first.get(value)
    if (earlier) {
      field.complain(`found ${describe(value)} again, as in ${fieldName(earlier.path)}, expected ${what}.`)
    } else {
      first.set(value, field)
    }
  }
}

/** Writes `spec.ports[0].targetPort`; keys that are not plain words stand in brackets. */
export const fieldName = (path: readonly Step[]): string =>
  path
    .map((step) => {
      if (typeof step === 'number') {
        return `[${step}]`
      }
      return /^[A-Za-z_]\w*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`
    })
    .join('')
    .replace(/^\./, '')
