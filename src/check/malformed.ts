/**
 * What is wrong with an answer that begins like HTTP/1.1 and that the parser refuses: which rule it breaks, where, and
 * who takes it nevertheless. Asked only after a parser has refused; it does not decide by itself. Pure.
 *
 * @module
 */
import { isSecretHeader } from './http-evidence.ts'

/** Evidence of `malformed_response`. */
export type Malformed = {
  /** A key of {@link FLAWS}. */
  flaw: Flaw
  /** The line, as text on one line: unprintable characters escaped, cut, values that may be secrets blotted out. */
  quote: string | null
  /** Clients that are known to take it nevertheless. */
  takenBy: readonly string[]
}

const ALL = ['curl', 'browsers', 'Go', 'Python']

/**
 * What is wrong, as the end of "the answer is malformed: …", and who takes it. Node's and the strict parsers of proxies
 * refuse every one of them. Rules: RFC 9112 2.2 (line ends), 2.3 and 4 (status line), 5 (fields), 6.3 (length), 7.1
 * (chunks). Clients: curl 7.88, Go 1 net/http and Python 3 http.client each asked a server that answers so; browsers as
 * reported by those who run such servers.
 */
export const FLAWS = {
  line_end: { says: 'lines of the header end in LF alone, without CR', takenBy: ALL },
  status_line: { says: 'the status line is not "HTTP/1.1", a blank and a status of three digits', takenBy: [] },
  http_version: { says: 'the status line names a version of HTTP other than 1.0 and 1.1', takenBy: ['Go'] },
  header_leading_blank: { says: 'the first line of the header begins with a blank', takenBy: ['Python'] },
  header_folded: { says: 'a header is folded over two lines', takenBy: ALL },
  header_without_colon: { says: 'a line of the header has no colon', takenBy: ['Python'] },
  header_name_blank: {
    says: 'there is a blank in the name of a header, or between the name and its colon',
    takenBy: ALL,
  },
  header_name: {
    says: 'the name of a header is empty, or holds a character that names must not hold',
    takenBy: ['curl', 'Python'],
  },
  header_value: { says: 'the value of a header holds a control character', takenBy: ['curl', 'browsers', 'Python'] },
  nul: { says: 'the header holds a NUL character', takenBy: ['Python'] },
  content_length_repeated: { says: 'Content-Length is there more than once, with one value', takenBy: ALL },
  content_length_contradicted: {
    says: 'Content-Length is there more than once, with different values',
    takenBy: ['curl'],
  },
  content_length_list: { says: 'Content-Length is a list', takenBy: ['curl', 'Python'] },
  content_length_invalid: { says: 'Content-Length is not a number of bytes', takenBy: [] },
  content_length_with_chunked: { says: 'Content-Length stands beside Transfer-Encoding: chunked', takenBy: ALL },
  content_length_with_coding: { says: 'Content-Length stands beside a Transfer-Encoding', takenBy: ['curl', 'Python'] },
  chunk_size: { says: 'the size of a chunk is not a number', takenBy: [] },
  chunk_extension: {
    says: 'what stands behind the size of a chunk is no extension',
    takenBy: ['curl', 'Go', 'Python'],
  },
  chunk_size_blank: { says: 'there is a blank behind the size of a chunk', takenBy: ['curl', 'Go', 'Python'] },
  chunk_line_end: { says: 'lines between the chunks end in LF alone, without CR', takenBy: ['curl'] },
  chunk_length: { says: 'a chunk is longer than its size says', takenBy: ['Python'] },
  trailer: { says: 'a header behind the last chunk is none', takenBy: ['curl', 'Go', 'Python'] },
  location: { says: 'the Location of a redirect is not an HTTP URL', takenBy: [] },
  other: { says: 'the parser refuses it', takenBy: [] },
} as const satisfies Record<string, { says: string; takenBy: readonly string[] }>

export type Flaw = keyof typeof FLAWS

/** Of an answer, so many bytes are kept to explain it; what breaks the rules later is told without a quote. */
export const EXPLAINED_BYTES_MAX = 128 * 1024

/** @param line without a meaning of its own where `quote` is to be `null`. */
export const malformed = (flaw: Flaw, line: string | null = null, isSecret = false): Malformed => ({
  flaw,
  quote: line === null ? null : quoted(line, isSecret),
  takenBy: FLAWS[flaw].takenBy,
})

/**
 * @param raw the first bytes of the answer, interim ones included.
 * @returns `null`: this is no HTTP at all, or nothing was said yet.
 */
export function findFlaw(raw: Uint8Array): Malformed | null {
  const reader = new Lines(latin1(raw.subarray(0, EXPLAINED_BYTES_MAX)))
  reader.skipEmpty()
  if (!/^HTTP\//i.test(reader.rest())) return null
  const first = reader.peek()
  for (;;) {
    const head = readHead(reader)
    if ('flaw' in head) return head
    if (!head.isWhole) return malformed('other', first)
    // From here on another protocol is spoken
    if (head.status === 101) return null
    if (head.status < 200) continue
    const framing = flawOfLength(head.fields)
    if (framing !== null) return framing
    return (head.isChunked ? flawOfChunks(reader) : null) ?? malformed('other', first)
  }
}

/** Whether the answer is read in chunks and ends within one: its size was told, and it has not come whole. */
export function isInsideChunk(raw: Uint8Array): boolean {
  const reader = new Lines(latin1(raw.subarray(0, EXPLAINED_BYTES_MAX)))
  reader.skipEmpty()
  let head = readHead(reader)
  while (!('flaw' in head) && head.isWhole && head.status < 200) head = readHead(reader)
  if ('flaw' in head || !head.isChunked) return false
  for (;;) {
    const size = /^([\da-f]+)(?:;.*)?\r\n$/i.exec(reader.next() ?? '')
    if (size === null) return false
    reader.skip(Number.parseInt(size[1] ?? '0', 16))
    if (reader.next() === null) return reader.isOverrun || reader.rest() === '' || reader.rest() === '\r'
  }
}

const latin1 = (bytes: Uint8Array): string => {
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
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
    if (!line.endsWith('\n')) return null
    this.#at += line.length
    return line
  }

  skip(characters: number): void {
    this.#at += characters
  }

  /** More was passed over than there is. */
  get isOverrun(): boolean {
    return this.#at > this.#text.length
  }

  skipEmpty(): void {
    while (/^\r?\n/.test(this.rest())) this.next()
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
  if (version !== undefined && version !== '1.0' && version !== '1.1') return malformed('http_version', text)
  if (line !== null && !line.endsWith('\r\n')) return malformed('line_end', line)
  const fields: Field[] = []
  const head = { status: Number(status), isChunked: false, fields }
  let isSecret = false
  for (;;) {
    const field = reader.next()
    const last = fields.at(-1)
    // Of a line whose end has not come only that can be told which more of it would not mend
    const found = fieldOf(field ?? reader.peek(), field !== null, last !== undefined)
    if (typeof found === 'string')
      return malformed(found, field ?? reader.peek(), isSecret || isSecretLine(field ?? ''))
    if (field === null) return { ...head, isWhole: false }
    if (found === null) return { ...head, isWhole: true, isChunked: isChunked(fields) }
    fields.push(found)
    isSecret = isSecretLine(field)
  }
}

const isOtherVersion = (line: string): boolean => /^HTTP\/(?!1\.[01] )\d+(\.\d+)? \d{3}( |\r?\n)/.test(line)

/** @returns the field, `null` for the line that ends a header, or what is wrong with the line. */
function fieldOf(line: string, isWhole: boolean, isFolded: boolean): Field | Flaw | null {
  const text = withoutEnd(line)
  if (isWhole && !line.endsWith('\r\n')) return 'line_end'
  if (text === '') return isWhole || line === '' ? null : 'line_end'
  if (text.includes('\0')) return 'nul'
  if (/^[ \t]/.test(text)) return isFolded ? 'header_folded' : 'header_leading_blank'
  const colon = text.indexOf(':')
  if (colon === -1) return isWhole ? 'header_without_colon' : { name: '', value: '', line }
  const name = text.slice(0, colon)
  const value = text.slice(colon + 1)
  if (/[ \t]/.test(name)) return 'header_name_blank'
  if (!TOKEN.test(name)) return 'header_name'
  if (CONTROL.test(isWhole ? value : value.replace(/\r$/, ''))) return 'header_value'
  return { name: name.toLowerCase(), value: value.trim(), line }
}

const valuesOf = (fields: readonly Field[], name: string): Field[] => fields.filter((field) => field.name === name)
const isChunked = (fields: readonly Field[]): boolean =>
  /(?:^|,[ \t]*)chunked$/i.test(valuesOf(fields, 'transfer-encoding').at(-1)?.value ?? '')

function flawOfLength(fields: readonly Field[]): Malformed | null {
  const lengths = valuesOf(fields, 'content-length')
  const [first] = lengths
  const last = lengths.at(-1)
  if (first === undefined || last === undefined) return null
  const isNumber = (text: string): boolean => /^\d+$/.test(text) && BigInt(text) < 2n ** 64n
  const bad = lengths.find(({ value }) => !isNumber(value))
  if (bad)
    return malformed(
      bad.value.split(',').every((each) => isNumber(each.trim())) ? 'content_length_list' : 'content_length_invalid',
      bad.line,
    )
  if (lengths.length > 1) {
    const isOne = lengths.every(({ value }) => value === first.value)
    return malformed(isOne ? 'content_length_repeated' : 'content_length_contradicted', last.line)
  }
  if (valuesOf(fields, 'transfer-encoding').length === 0) return null
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
    if (!line.endsWith('\r\n')) return malformed('chunk_line_end', line)
    const size = /^0*([\da-f]{1,16})([ \t]*)(;.*)?\r\n$/i.exec(line)
    if (size === null) return malformed('chunk_size', line)
    if (size[2] !== '') return malformed('chunk_size_blank', line)
    if (!EXTENSIONS.test(size[3] ?? '')) return malformed('chunk_extension', line)
    const bytes = Number.parseInt(size[1] ?? '0', 16)
    if (bytes === 0) return flawOfTrailer(reader)
    reader.skip(bytes)
    const end = reader.next()
    if (end === null) return reader.rest() === '' || reader.rest() === '\r' ? null : malformed('chunk_length')
    if (end !== '\r\n') return malformed(end === '\n' ? 'chunk_line_end' : 'chunk_length', line)
  }
}

function flawOfTrailer(reader: Lines): Malformed | null {
  for (let isFolded = false; ; isFolded = true) {
    const line = reader.next()
    if (line === null) return null
    const found = fieldOf(line, true, isFolded)
    if (found === null) return null
    // Behind the chunks a length contradicts them
    if (typeof found === 'string' || found.name === 'content-length')
      return malformed('trailer', line, isSecretLine(line))
  }
}

/** Whether the value of a field line may be a secret, however its name is bent. */
const isSecretLine = (line: string): boolean =>
  isSecretHeader(
    line
      .slice(0, Math.max(0, line.indexOf(':')))
      .toLowerCase()
      .replace(/[^a-z\d-]/g, ''),
  )

const QUOTE_MAX = 160

/** A peer's line for people. */
function quoted(line: string, isSecret: boolean): string {
  const shown = isSecret ? blotted(line) : line
  const bytes = Uint8Array.from(shown.slice(0, QUOTE_MAX), (character) => character.charCodeAt(0))
  const text = Array.from(new TextDecoder().decode(bytes), escaped).join('')
  return shown.length > QUOTE_MAX ? `${text}…` : text
}

/** What was printable in the value says nothing any more; what was not stays. */
function blotted(line: string): string {
  const from = line.indexOf(':') + 1
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is kept
  return line.slice(0, from) + line.slice(from).replace(/[^\0-\x1f\x7f\s]+/g, '***')
}

const ESCAPES: Readonly<Record<string, string>> = { '\r': '\\r', '\n': '\\n', '\t': '\\t', '\0': '\\0' }

/** So that it stands on one line, and neither controls nor direction marks reach a terminal. */
const escaped = (character: string): string =>
  ESCAPES[character] ??
  (/[\p{C}\p{Zl}\p{Zp}]/u.test(character)
    ? `\\x${(character.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`
    : character)
