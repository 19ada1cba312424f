import { createHash } from 'node:crypto'

const made = new Map<string, string>()

/** A secret that stands nowhere else, the same for each name: letters and digits, so that no form hides behind escapes. */
export function marker(name: string): string {
  const known = made.get(name)
  if (known !== undefined) {
    return known
  }
  const text = `Zq${createHash('sha256').update(name).digest('hex').slice(0, 22)}Xw`
  made.set(name, text)
  return text
}

/** A secret that was not chosen here: a token that the server made. */
export const alsoLookFor = (name: string, text: string): void => void made.set(name, text)

/** The names of those that were made so far. */
export const markers = (): readonly string[] => [...made.keys()]

/** Whether one of the markers is in a text. */
export const holding = (text: string): boolean =>
  [...made.values()].some((each) => text.includes(each) || text.includes(btoa(`admin:${each}`)))

/**
 * A text as it may be said back: as it is, in base64 wherever it begins there, in hexadecimal, escaped for URLs, and from
 * its end. They are looked for whatever the case.
 */
export function formsOf(text: string): [form: string, written: string][] {
  const base64 = [0, 1, 2].map((offset): [string, string] => {
    const written = Buffer.from(`${'x'.repeat(offset)}${text}`).toString('base64')
    return [`base64 at ${offset}`, written.slice(offset === 0 ? 0 : 4, written.length - 4)]
  })
  const bytes = [...Buffer.from(text)]
  return [
    ['itself', text],
    ...base64,
    ['hexadecimal', Buffer.from(text).toString('hex')],
    ['a URL', bytes.map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')],
    ['its reverse', [...text].toReversed().join('')],
  ]
}
