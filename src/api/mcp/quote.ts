/**
 * Words that others have written: targets, authors of manifests, whoever asked for a job. To a model every word of an
 * answer looks alike, so that these are marked wherever they stand: in structured content as `{ untrusted: … }`, in
 * text between two marks that nobody could foresee.
 *
 * @module
 */
import { shorten } from '../../report/phrases.ts'
import { visible } from '../../report/visible.ts'

/** A quotation, on one line: what hides text or commands a terminal is spelled out. */
export type Quotation = { untrusted: string }

/** @param limit characters; more is cut, and an ellipsis says so. */
export const quote = (text: string, limit: number): Quotation => ({
  // Cut before as well, so that a long text costs no more than a short one
  untrusted: shorten(visible(shorten(text, limit)), limit),
})

export const isQuotation = (value: unknown): value is Quotation =>
  typeof value === 'object' && value !== null && 'untrusted' in value && typeof value.untrusted === 'string'

/** The marks around each quotation of one text. */
export type Fence = { open: string; close: string }

/** Whoever guesses has one try for each answer, and does not learn how it went. */
const BYTES = 5

const anyWord = (): string => [...crypto.getRandomValues(new Uint8Array(BYTES))].map(twoDigits).join('')
const twoDigits = (byte: number): string => byte.toString(16).padStart(2, '0')

/**
 * Makes marks that none of the quoted texts holds. They are made after these were written, and of chance, so that no
 * author of a quotation can close it.
 *
 * @param word makes the part that is of chance.
 */
export function fenceFor(quoted: readonly string[], word: () => string = anyWord): Fence {
  for (;;) {
    const chosen = word()
    if (!quoted.some((text) => text.includes(chosen))) {
      return { open: `<untrusted-${chosen}>`, close: `</untrusted-${chosen}>` }
    }
  }
}
