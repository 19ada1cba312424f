/**
 * Describes values that a field cannot have, and advises on the mistake that made them.
 *
 * @module
 */
import { oddSpaceIn } from './odd-characters.ts'

const LONGEST_ECHO = 80

const shorten = (text: string): string => (text.length > LONGEST_ECHO ? `${text.slice(0, LONGEST_ECHO)}…` : text)

export function describe(value: unknown): string {
  if (typeof value === 'string') {
    return JSON.stringify(shorten(value))
  }
  if (value === undefined || value === null) {
    return 'nothing'
  }
  if (Array.isArray(value)) {
    return 'a list'
  }
  return typeof value === 'object' ? 'a mapping' : `the ${typeof value} ${value}`
}

export const either = (words: readonly string[]): string =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`

/** Tells the mistake from the value itself; empty if it shows none. */
export function adviceFor(value: unknown): string {
  if (typeof value !== 'string') {
    return ''
  }
  const remark = /(^|\s)\/\//.exec(value)
  if (remark) {
    const rest = shorten(value.slice(0, remark.index).trim())
    return `YAML has no "//" remarks, so this one became part of the value. Begin it with "#": ${rest} # …`
  }
  if (value.includes('{{')) {
    return 'This is an unrendered template: render it first, as with `helm template`.'
  }
  const space = oddSpaceIn(value)
  if (space !== null) {
    return `It holds ${space}: leave it out, or replace it by a plain space.`
  }
  if (/^[\u2018-\u201e\u00ab\u00bb]/.test(value)) {
    return `Use plain quotes, " or ', instead of typographic ones.`
  }
  if (/\$\{|\$\(/.test(value)) {
    return 'A variable is not filled in here: do so first, as with `envsubst`.'
  }
  return ''
}

export function quote(value: unknown): string {
  if (typeof value === 'number') {
    return 'Put it in quotes to make it text.'
  }
  if (typeof value !== 'boolean') {
    return ''
  }
  return 'Put the word in quotes to make it text: YAML takes true, yes, on, y and their opposites for booleans.'
}

export const isWord = (value: unknown): boolean => value === 'true' || value === 'false'

export const unquote = (value: unknown): string =>
  typeof value === 'string' && /^\s*\d+\s*$/.test(value) ? `Leave out the quotes: ${value.trim()}.` : ''
