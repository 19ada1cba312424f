/**
 * Finds out which rule of HTTP/1.1 an answer breaks that a parser has refused, and where. Asked only then: it explains,
 * and does not decide. Pure.
 *
 * @module
 */
import { isSecretHeader } from './http-evidence.ts'
import { type Flaw, type Malformed, malformed } from './malformed.ts'

/** Bytes of an answer that are kept to explain it. A flaw that comes after them is told without a quote. */
export const EXPLAINED_BYTES_MAX = 128 * 1024

/**
 * @param raw the first bytes of the answer, interim ones included.
 * @returns `null`: this is no HTTP at all, or nothing was said yet.
 */
export function findFlaw(raw: Uint8Array): Malformed | null {
  const reader = new Lines(latin1(raw.subarray(0, EXPLAINED_BYTES_MAX)))
  reader.skipEmpty()
  if (!/^HTTP\//i.test(reader.rest())) {
    return null
  }
  const first = reader.peek()
  for (;;) {
    const head = readHead(reader)
    if ('flaw' in head) {
      return head
    }
    if (!head.isWhole) {
      return malformed('other', first)
    }
    // From here on another protocol is spoken
    if (head.status === 101) {
      return null
    }
    if (head.status < 200) {
      continue
    }
    const framing = flawOfLength(head.fields)
    if (framing !== null) {
      return framing
    }
    return (head.isChunked ? flawOfChunks(reader) : null) ?? malformed('other', first)
  }
}

const latin1 = (bytes: Uint8Array): string => {
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  }
  return text
}

/** A text line by line; a line has its end with it, `null`: the text ends before the line does. */
class Lines {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  rest(): string {
    return this.#text.slice(this.#at, this.#at + 16)
  }

  /** The line that is next, whole or not, and not taken. */
  peek(): string {
    const end = this.#text.indexOf('\n', this.#at)
    return this.#text.slice(this.#at, end === -1 ? undefined : end + 1)
  }

  next(): string | null {
    const line = this.peek()
    if (!line.endsWith('\n')) {
      return null
    }
    this.#at += line.length
    return line
  }

  skip(characters: number): void {
    this.#at += characters
  }

  skipEmpty(): void {
    while (/^\r?\n/.test(this.rest())) {
      this.next()
    }
  }
}

type Field = { name: string; value: string; line: string }
type Head = { status: number; isChunked: boolean; isWhole: boolean; fields: readonly Field[] }

const withoutEnd = (line: string): string => line.replace(/\r?\n$/, '')
const STATUS_LINE = /^HTTP\/(\d\.\d) ([1-9]\d\d)(?: [^\r\0]*)?$/
const TOKEN = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROL = /[\0-\x08\x0a-\x1f\x7f]/

function readHead(reader: Lines): Head | Malformed {
  const line = reader.next()
  const text = line ?? reader.peek()
  const [, version, status] = STATUS_LINE.exec(withoutEnd(text)) ?? []
  if (line !== null && version === undefined) {
    return malformed(text.includes('\0') ? 'nul' : isOtherVersion(text) ? 'http_version' : 'status_line', text)
  }
  if (version !== undefined && version !== '1.0' && version !== '1.1') {
    return malformed('http_version', text)
  }
  if (line !== null && !line.endsWith('\r\n')) {
    return malformed('line_end', line)
  }
  const fields: Field[] = []
  const head = { status: Number(status), isChunked: false, fields }
  let isSecret = false
  for (;;) {
    const field = reader.next()
    const last = fields.at(-1)
    // The end of the last line may not have come yet: it is wrong only in what more of it would not mend
    const found = fieldOf(field ?? reader.peek(), field !== null, last !== undefined)
    if (typeof found === 'string') {
      return malformed(found, field ?? reader.peek(), isSecret || isSecretLine(field ?? ''))
    }
    if (field === null) {
      return { ...head, isWhole: false }
    }
    if (found === null) {
      return { ...head, isWhole: true, isChunked: isChunked(fields) }
    }
    fields.push(found)
    isSecret = isSecretLine(field)
  }
}

const isOtherVersion = (line: string): boolean => /^HTTP\/(?!1\.[01] )\d+(\.\d+)? \d{3}( |\r?\n)/.test(line)

/** @returns the field, `null` for the line that ends a header, or what is wrong with the line. */
function fieldOf(line: string, isWhole: boolean, isFolded: boolean): Field | Flaw | null {
  const text = withoutEnd(line)
  if (isWhole && !line.endsWith('\r\n')) {
    return 'line_end'
  }
  if (text === '') {
    return isWhole || line === '' ? null : 'line_end'
  }
  if (text.includes('\0')) {
    return 'nul'
  }
  if (/^[ \t]/.test(text)) {
    return isFolded ? 'header_folded' : 'header_leading_blank'
  }
  const colon = text.indexOf(':')
  if (colon === -1) {
    return isWhole ? 'header_without_colon' : { name: '', value: '', line }
  }
  const name = text.slice(0, colon)
  const value = text.slice(colon + 1)
  if (/[ \t]/.test(name)) {
    return 'header_name_blank'
  }
  if (!TOKEN.test(name)) {
    return 'header_name'
  }
  if (CONTROL.test(isWhole ? value : value.replace(/\r$/, ''))) {
    return 'header_value'
  }
  return { name: name.toLowerCase(), value: value.trim(), line }
}

const valuesOf = (fields: readonly Field[], name: string): Field[] => fields.filter((field) => field.name === name)
const isChunked = (fields: readonly Field[]): boolean =>
  /(?:^|,[ \t]*)chunked$/i.test(valuesOf(fields, 'transfer-encoding').at(-1)?.value ?? '')

function flawOfLength(fields: readonly Field[]): Malformed | null {
  const lengths = valuesOf(fields, 'content-length')
  const [first] = lengths
  const last = lengths.at(-1)
  if (first === undefined || last === undefined) {
    return null
  }
  const isNumber = (text: string): boolean => /^\d+$/.test(text) && BigInt(text) < 2n ** 64n
  const bad = lengths.find(({ value }) => !isNumber(value))
  if (bad) {
    return malformed(
      bad.value.split(',').every((each) => isNumber(each.trim())) ? 'content_length_list' : 'content_length_invalid',
      bad.line,
    )
  }
  if (lengths.length > 1) {
    const isOne = lengths.every(({ value }) => value === first.value)
    return malformed(isOne ? 'content_length_repeated' : 'content_length_contradicted', last.line)
  }
  if (valuesOf(fields, 'transfer-encoding').length === 0) {
    return null
  }
  return malformed(isChunked(fields) ? 'content_length_with_chunked' : 'content_length_with_coding', first.line)
}

/** RFC 9112 7.1.1. */
const EXTENSIONS = /^(?:;[!#$%&'*+\-.^_`|~\dA-Za-z]+(?:=(?:[!#$%&'*+\-.^_`|~\dA-Za-z]*|"(?:[^"\\]|\\.)*"))?)*$/

function flawOfChunks(reader: Lines): Malformed | null {
  for (;;) {
    const line = reader.next()
    if (line === null) {
      const begun = reader.peek()
      return /^[\da-f]*\r?$/i.test(begun) || /^[\da-f]+;/i.test(begun) ? null : malformed('chunk_size', begun)
    }
    if (!line.endsWith('\r\n')) {
      return malformed('chunk_line_end', line)
    }
    const size = /^0*([\da-f]{1,16})([ \t]*)(;.*)?\r\n$/i.exec(line)
    if (size === null) {
      return malformed('chunk_size', line)
    }
    if (size[2] !== '') {
      return malformed('chunk_size_blank', line)
    }
    if (!EXTENSIONS.test(size[3] ?? '')) {
      return malformed('chunk_extension', line)
    }
    const bytes = Number.parseInt(size[1] ?? '0', 16)
    if (bytes === 0) {
      return flawOfTrailer(reader)
    }
    reader.skip(bytes)
    const end = reader.next()
    if (end === null) {
      return reader.rest() === '' || reader.rest() === '\r' ? null : malformed('chunk_length')
    }
    if (end !== '\r\n') {
      return malformed(end === '\n' ? 'chunk_line_end' : 'chunk_length', line)
    }
  }
}

function flawOfTrailer(reader: Lines): Malformed | null {
  for (let isFolded = false; ; isFolded = true) {
    const line = reader.next()
    if (line === null) {
      return null
    }
    const found = fieldOf(line, true, isFolded)
    if (found === null) {
      return null
    }
    // Behind the chunks a length contradicts them
    if (typeof found === 'string' || found.name === 'content-length') {
      return malformed('trailer', line, isSecretLine(line))
    }
  }
}

/** Tells whether the value of a field line may be a secret, however its name is bent. */
const isSecretLine = (line: string): boolean =>
  isSecretHeader(
    line
      .slice(0, Math.max(0, line.indexOf(':')))
      .toLowerCase()
      .replace(/[^a-z\d-]/g, ''),
  )
