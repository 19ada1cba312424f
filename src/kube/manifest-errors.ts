import { jsonPointer } from '../lib/json-pointer.ts'
import { type ProblemDetail, ProblemError } from '../lib/problem.ts'
import { type Complain, fieldName, type Step } from './fields.ts'

/** One object and the place where it was found: `document` (from 1) for text only; `path` leads through Lists. */
export type Found = { value: unknown; document: number | null; path: readonly Step[] }

/** One answer lists so many errors, and then says how many more there are. */
export const MAX_ERRORS = 50

/** Collects the mistakes, one for each place. */
export class Mistakes {
  readonly #pointer: string
  readonly #isText: boolean
  readonly #errors: ProblemDetail[] = []
  readonly #objects = new Set<string>()
  readonly #places = new Set<string>()

  constructor(pointer: string, isText: boolean) {
    this.#pointer = pointer
    this.#isText = isText
  }

  in({ document, path: prefix }: Found, object: string | null): Complain {
    return (path, detail) => {
      const whole = [...prefix, ...path]
      const place = `${document ?? ''}${jsonPointer(whole)}`
      if (this.#places.has(place)) {
        return
      }
      this.#places.add(place)
      this.#objects.add(`${document ?? ''}${jsonPointer(prefix)}`)
      if (this.#errors.length >= MAX_ERRORS) {
        return
      }
      const named = object?.includes('/')
      const field = fieldName(named || !this.#isText ? path : whole)
      this.#errors.push({
        pointer: this.#isText ? this.#pointer : `${this.#pointer}${jsonPointer(whole)}`,
        detail,
        ...(document === null ? {} : { document }),
        ...(object === null ? {} : { object }),
        ...(field === '' ? {} : { field }),
      })
    }
  }

  get any(): boolean {
    return this.#errors.length > 0
  }

  /** @param hint names what may have caused all mistakes; it follows the first one and is the last error. */
  throwIfAny(hint: string | null): void {
    const first = this.#errors[0]
    if (!first) {
      return
    }
    const count = this.#places.size
    const more = count - this.#errors.length
    const rest = { pointer: this.#pointer, detail: `${more} more ${more === 1 ? 'mistake' : 'mistakes'} not listed.` }
    const place = first.object ?? (first.document === undefined ? first.pointer : `document ${first.document}`)
    const subject = first.field === undefined ? place : `${place} ${first.field}`
    const objects = this.#objects.size === 1 ? '1 object' : `${this.#objects.size} objects`
    const others = count === 1 ? '' : ` (${count} mistakes in all, in ${objects}: see errors)`
    const detail = `${subject}: ${first.detail}${others}${hint === null ? '' : ` ${hint}`}`
    throw new ProblemError('invalid_manifest', detail, {
      errors: [
        ...this.#errors,
        ...(more > 0 ? [rest] : []),
        ...(hint === null ? [] : [{ pointer: this.#pointer, detail: hint }]),
      ],
    })
  }
}
