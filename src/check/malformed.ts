/**
 * The ways in which an answer that begins like HTTP/1.1 can break its rules: in words for people, each with the clients
 * that take such an answer nevertheless. `http-framing.ts` finds out which it is. Pure.
 *
 * @module
 */
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
 * Each text ends the sentence "the answer is HTTP, but malformed: …". Node's parser and the strict ones of proxies refuse
 * every one of these answers. Rules: RFC 9112 2.2 (line ends), 2.3 and 4 (status line), 5 (fields), 6.3 (length), 7.1
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
    says: 'what follows the size of a chunk is not an extension',
    takenBy: ['curl', 'Go', 'Python'],
  },
  chunk_size_blank: { says: 'there is a blank after the size of a chunk', takenBy: ['curl', 'Go', 'Python'] },
  chunk_line_end: { says: 'lines between the chunks end in LF alone, without CR', takenBy: ['curl'] },
  chunk_length: { says: 'a chunk is longer than its size says', takenBy: ['Python'] },
  trailer: { says: 'a header after the last chunk is invalid', takenBy: ['curl', 'Go', 'Python'] },
  location: { says: 'the Location of a redirect is not an HTTP URL', takenBy: [] },
  other: { says: 'the parser refuses it', takenBy: [] },
} as const satisfies Record<string, { says: string; takenBy: readonly string[] }>

export type Flaw = keyof typeof FLAWS

/** @param line is quoted; `null`: no single line shows the flaw. */
export const malformed = (flaw: Flaw, line: string | null = null, isSecret = false): Malformed => ({
  flaw,
  quote: line === null ? null : quoted(line, isSecret),
  takenBy: FLAWS[flaw].takenBy,
})

const QUOTE_MAX = 160

/** A peer's line for people. */
function quoted(line: string, isSecret: boolean): string {
  const shown = isSecret ? blotted(line) : line
  const bytes = Uint8Array.from(shown.slice(0, QUOTE_MAX), (character) => character.charCodeAt(0))
  const text = Array.from(new TextDecoder().decode(bytes), escaped).join('')
  return shown.length > QUOTE_MAX ? `${text}…` : text
}

/** Blots out what is printable in the value; characters that are not printable stay. */
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
