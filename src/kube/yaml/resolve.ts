/**
 * Decides what a scalar stands for, as go-yaml v2 does (resolve.go), and what keys that are no text become, as
 * sigs.k8s.io/yaml does. Numbers may be octal (0120), binary and hexadecimal, not of base 60; times stay text.
 *
 * @module
 */
export type Scalar = string | number | boolean | null

const PREFIX = 'tag:yaml.org,2002:'

const WORDS: ReadonlyMap<string, Scalar> = new Map<string, Scalar>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Number.POSITIVE_INFINITY] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, Number.NEGATIVE_INFINITY] as const),
])

type Kind = 'null' | 'bool' | 'int' | 'float' | 'str'
type Resolved = { kind: Kind; value: Scalar /** Of an integer, exactly. */; exact?: bigint }

/** Resolves a scalar without quotes and tag. */
export function resolvePlain(text: string): Scalar {
  const code = text.charCodeAt(0)
  if (code > 57 || code < 43) {
    return text.length <= LONGEST_WORD ? wordOr(text) : text
  }
  return SMALL.test(text) ? Number(text) : classify(text).value
}

const LONGEST_WORD = 5

function wordOr(text: string): Scalar {
  const word = WORDS.get(text)
  return word === undefined ? text : word
}

/** Nearly all integers are as simple as this. */
const SMALL = /^(0|[1-9]\d{0,14})$/

function classify(text: string): Resolved {
  const word = WORDS.get(text)
  if (word !== undefined) {
    return { kind: word === null ? 'null' : typeof word === 'boolean' ? 'bool' : 'float', value: word }
  }
  return numberOf(text) ?? { kind: 'str', value: text }
}

/** A text that begins with a sign, a dot or a digit may be a number. */
function numberOf(text: string): Resolved | null {
  if (text.startsWith('.')) {
    return STRAY.test(text) ? null : floatOf(text.replaceAll('_', ''))
  }
  if (!NUMERIC.test(text)) {
    return null
  }
  const plain = text.replaceAll('_', '')
  return integerOf(plain) ?? floatOf(plain)
}

/** An address, a time or a version does not match. */
const NUMERIC = /^[-+\d][\w.]*([eE][-+][\d_]*)?$/

/** Finds an underscore that is not between digits: strconv.ParseFloat takes it there alone. */
const STRAY = /(?<!\d)_|_(?!\d)/

const INTEGER = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9]\d*))$/
const LEAST = -(2n ** 63n)
const MOST = 2n ** 64n - 1n

/** Follows strconv.ParseInt and ParseUint with base 0: a leading 0 means octal, a sign keeps it within 63 bits. */
function integerOf(text: string): Resolved | null {
  const [, sign, hexadecimal, binary, octal, decimal] = INTEGER.exec(text) ?? []
  if (sign === undefined || text.length > 80) {
    return null
  }
  const digits =
    hexadecimal !== undefined
      ? `0x${hexadecimal}`
      : binary !== undefined
        ? `0b${binary}`
        : octal !== undefined
          ? `0o${octal}`
          : (decimal ?? '')
  const exact = sign === '-' ? -BigInt(digits) : BigInt(digits)
  if (exact < LEAST || exact > (sign === '' ? MOST : 2n ** 63n - 1n)) {
    return null
  }
  return { kind: 'int', value: Number(exact), exact }
}

const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/

function floatOf(text: string): Resolved | null {
  if (!FLOAT.test(text)) {
    return null
  }
  const value = Number(text)
  return Number.isFinite(value) ? { kind: 'float', value } : null
}

const STR = `${PREFIX}str`
const FLOAT_TAG = `${PREFIX}float`
const KIND_OF_TAG: Readonly<Record<string, Kind>> = {
  [STR]: 'str',
  [`${PREFIX}bool`]: 'bool',
  [`${PREFIX}int`]: 'int',
  [FLOAT_TAG]: 'float',
  [`${PREFIX}null`]: 'null',
}
const TIMESTAMP = `${PREFIX}timestamp`
const BINARY = `${PREFIX}binary`
export const MERGE_TAG = `${PREFIX}merge`

/** @returns `undefined` if the text is not of the tag. Tags that YAML does not define are passed over. */
export function resolveTagged(text: string, tag: string): Scalar | undefined {
  if (tag === BINARY) {
    return decodeBase64(text)
  }
  if (tag === TIMESTAMP) {
    return isTimestamp(text) ? text : undefined
  }
  const expected = KIND_OF_TAG[tag]
  if (expected === undefined || expected === 'str') {
    return text
  }
  const { kind, value, exact } = classify(text)
  if (kind === expected) {
    return value
  }
  return expected === 'float' && kind === 'int' && exact !== undefined && exact < 2n ** 63n ? value : undefined
}

/**
 * Turns a scalar that is a key into text, whatever it stands for.
 *
 * @param tag is `''` if there is none: the text then decides.
 * @returns `undefined` for `null` and for integers of 64 bits without a sign, which cannot be keys.
 */
export function keyOf(text: string, tag: string): string | undefined {
  const value = tag === '' ? resolvePlain(text) : resolveTagged(text, tag)
  if (value === null || value === undefined) {
    return undefined
  }
  if (typeof value !== 'number') {
    return String(value)
  }
  const { exact } = classify(text)
  if (exact === undefined || tag === FLOAT_TAG) {
    return floatKey(value)
  }
  return exact < 2n ** 63n ? String(exact) : undefined
}

/** Follows strconv.FormatFloat(value, 'g', -1, 32): the fewest digits that tell it from other floats of 32 bits. */
function floatKey(value: number): string {
  if (Number.isNaN(value)) {
    return '.nan'
  }
  const single = Math.fround(value)
  if (!Number.isFinite(single)) {
    return single > 0 ? '.inf' : '-.inf'
  }
  if (single === 0) {
    return Object.is(single, -0) ? '-0' : '0'
  }
  const precision = [1, 2, 3, 4, 5, 6, 7, 8].find(
    (digits) => Math.fround(Number(single.toPrecision(digits))) === single,
  )
  const [mantissa = '', exponent = '0'] = single.toExponential((precision ?? 9) - 1).split('e')
  const power = Number(exponent)
  if (power < -4 || power >= 6) {
    return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
  }
  return Number(`${mantissa}e${power}`).toString()
}

function decodeBase64(text: string): string | undefined {
  const packed = text.replace(/[\r\n]/g, '')
  if (packed.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(packed)) {
    return undefined
  }
  return new TextDecoder('utf-8', { fatal: false, ignoreBOM: true }).decode(
    Uint8Array.from(atob(packed), (c) => c.charCodeAt(0)),
  )
}

const DATE =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(Z|[-+]\d\d:\d\d)| (\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?)?$/

function isTimestamp(text: string): boolean {
  const parts = DATE.exec(text)
  if (parts === null) {
    return false
  }
  const [year = 0, month = 0, day = 0] = parts.slice(1, 4).map(Number)
  const [hour = 0, minute = 0, second = 0] = (parts[4] === undefined ? parts.slice(8, 11) : parts.slice(4, 7)).map(
    (part) => Number(part ?? 0),
  )
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 60
}
