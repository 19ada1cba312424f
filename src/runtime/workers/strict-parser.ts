import { HTTPParser } from 'http-parser-js'

/** Names and values of a header together, in bytes, and a line that does not end; as on Node. */
const HEADERS_MAX_BYTES = 64 * 1024

HTTPParser.encoding = 'latin1'
// Its own limit counts what is no header, and is no code of the table
HTTPParser.maxHeaderSize = Number.POSITIVE_INFINITY

/** What the parser reads lines by, all of which its types hide. */
type Reading = { state: string; chunk: Uint8Array; offset: number; line: string }

const consumeLine: (this: Reading) => string | undefined = Reflect.get(HTTPParser.prototype, 'consumeLine')

const START = 'HTTP/1.'
const TOKEN = "[!#$%&'*+\\-.^_`|~\\dA-Z]"
const TEXT = '[\\t\\x20-\\x7e\\x80-\\xff]'
const FIELD = `^(${TOKEN}+):(${TEXT}*)$`
/** Without the blanks that RFC 9112 7.1.1 lets stand there: llhttp refuses them. */
const EXTENSION = `;${TOKEN}*(?:=(?:${TOKEN}*|"(?:(?!["\\\\])${TEXT}|\\\\${TEXT})*"))?`

/** What a line must be, by the state that reads it, and the code where it is not (RFC 9112 4, 5, 7.1). */
const LINES: Readonly<Record<string, readonly [form: RegExp, code: string]>> = {
  RESPONSE_LINE: [/^HTTP\/1\.[01] [1-9]\d\d(?: .*)?$/, 'HPE_INVALID_CONSTANT'],
  HEADER: [new RegExp(FIELD, 'i'), 'HPE_INVALID_HEADER_TOKEN'],
  // A length that comes after the chunks contradicts them
  BODY_CHUNKTRAILERS: [new RegExp(`(?!^content-length:)${FIELD}`, 'i'), 'HPE_INVALID_HEADER_TOKEN'],
  BODY_CHUNKHEAD: [new RegExp(`^0*[\\da-f]{1,16}(?:${EXTENSION})*(?<!;)$`, 'i'), 'HPE_INVALID_CHUNK_SIZE'],
}

const parseError = (code: string): Error => Object.assign(new Error(code), { code })

/**
 * A parser of answers that refuses the lines that Node's refuses. By itself http-parser-js passes over fields that are
 * none, ends a body at a chunk whose size is no number, and goes round for ever at one that is negative.
 */
export function strictParser(): InstanceType<typeof HTTPParser> {
  const parser = new HTTPParser(HTTPParser.RESPONSE)
  let headersBytes = 0

  const check = (state: string, line: string): void => {
    const [form, code] = LINES[state] ?? []
    // An empty line stands before an answer, and ends a header
    if (line === '' && state !== 'BODY_CHUNKHEAD') {
      headersBytes = 0
      return
    }
    const match = form?.exec(line)
    if (match === null) {
      throw parseError(code ?? 'HPE_INTERNAL')
    }
    if (state !== 'HEADER' && state !== 'BODY_CHUNKTRAILERS') {
      return
    }
    headersBytes += (match?.[1]?.length ?? 0) + (match?.[2]?.trim().length ?? 0)
    if (headersBytes >= HEADERS_MAX_BYTES) {
      throw parseError('HPE_HEADER_OVERFLOW')
    }
  }

  Reflect.set(parser, 'consumeLine', function (this: Reading): string | undefined {
    const { state, chunk, offset: from, line: before } = this
    const line = consumeLine.call(this)
    if (line === undefined) {
      // Another protocol may wait for an answer to what is no line of HTTP's
      const isStart = state === 'RESPONSE_LINE' && before.length < START.length
      if (isStart && !START.startsWith(this.line.trimStart().slice(0, START.length))) {
        throw parseError('HPE_INVALID_CONSTANT')
      }
      const cr = chunk.indexOf(0x0d, from)
      if (before.endsWith('\r') || (cr !== -1 && cr < chunk.length - 1)) {
        throw parseError('HPE_LF_EXPECTED')
      }
      if (this.line.length > HEADERS_MAX_BYTES) {
        throw parseError('HPE_HEADER_OVERFLOW')
      }
      return undefined
    }
    check(state, line)
    const end = this.offset - 1
    const last = end > from ? chunk[end - 1] : before.charCodeAt(before.length - 1)
    if (last !== 0x0d && !(line === '' && state === 'RESPONSE_LINE')) {
      throw parseError('HPE_CR_EXPECTED')
    }
    return line
  })
  return parser
}
