import type { Headers } from './http-attempt.ts'

/** Bytes of a header or of a trailer that are read, and of any other line. */
const HEADER_MAX_BYTES = 64 * 1024
/** Characters by which a line that has not come whole is judged. */
const BEGINNING = 256

const TOKEN = "[!#$%&'*+\\-.^_`|~\\dA-Za-z]"
const TEXT = '[\\t\\x20-\\x7e\\x80-\\xff]'
/** An extension without the blanks that RFC 9112 7.1.1 lets stand around its parts: other parsers refuse them. */
const EXTENSION = `;${TOKEN}+(?:=(?:${TOKEN}*|"(?:(?!["\\\\])${TEXT}|\\\\${TEXT})*"))?`

const STATUS = /^HTTP\/(1\.[01]) ([1-9]\d\d)(?: [^\r\0]*)?$/
const FIELD = new RegExp(`^(${TOKEN}+):[ \\t]*(${TEXT}*)$`)
const SIZE = new RegExp(`^0*([\\da-f]{1,16})(?:${EXTENSION})*$`, 'i')

/** What a line may look like before its end has come, by the state that reads it (RFC 9112 4, 5, 7.1). */
const FIELD_BEGUN = new RegExp(`^(?:${TOKEN}+(?::${TEXT}*)?)?\\r?$`)
const BEGUN = {
  status: /^(?:\r|H|HT|HTT|HTTP|HTTP\/|HTTP\/1|HTTP\/1\.|HTTP\/1\.[01](?: (?:[1-9]\d?|[1-9]\d\d(?: [^\r\0]*)?)?)?\r?)$/,
  field: FIELD_BEGUN,
  size: new RegExp(`^(?:[\\da-f]+(?:;${TEXT}*)?)?\\r?$`, 'i'),
  dataEnd: /^\r$/,
  trailer: FIELD_BEGUN,
}

/** What comes next: a kind of line, or bytes of the body. */
type State = keyof typeof BEGUN | 'data' | 'over'

/** The code in the failure table of an answer that is read no further. */
export type Refusal = 'MALFORMED' | 'TOO_LARGE' | 'PROTOCOL'

/** Hears of the final answer. Interim answers are passed over (RFC 9110 15.2). */
export type Listener = {
  onHead(status: number, version: string, headers: Headers): void
  onBody(bytes: Uint8Array): void
  onEnd(): void
}

/**
 * Reads one answer of HTTP/1.1 as it comes, piece by piece. It is as strict as the parsers of servers and proxies are;
 * `src/check/http-framing.ts` explains what it refuses.
 */
export class AnswerReader {
  readonly #listener: Listener
  readonly #method: string
  #state: State = 'status'
  /** The line that has not come whole. */
  #line = ''
  /** Bytes of the header or of the trailer so far. */
  #headerBytes = 0
  #version = ''
  #status = 0
  #headers: Headers = {}
  #isChunked = false
  /** Bytes of the body, or of the chunk, that are still to come. */
  #left = 0

  /** @param method of the request: an answer to HEAD has no body. */
  constructor(method: string, listener: Listener) {
    this.#method = method
    this.#listener = listener
  }

  /** @returns why the answer is read no further, or `null`. */
  read(chunk: Buffer): Refusal | null {
    let at = 0
    let refusal: Refusal | null = null
    while (at < chunk.length && this.#state !== 'over' && refusal === null) {
      if (this.#state === 'data') {
        at += this.#readData(at === 0 ? chunk : chunk.subarray(at))
        continue
      }
      const lf = chunk.indexOf(LF, at)
      const end = lf === -1 ? chunk.length : lf + 1
      const known = this.#line.length
      this.#line += chunk.toString('latin1', at, end)
      refusal = lf === -1 ? this.#judgeBegun(this.#state, known) : this.#endLine()
      at = end
    }
    return refusal
  }

  /**
   * The peer has ended its side.
   *
   * @returns whether the answer has come whole: without a length its end is that of the connection (RFC 9112 6.3).
   */
  end(): boolean {
    if (this.#left === Number.POSITIVE_INFINITY) {
      this.#complete()
    }
    return this.#state === 'over'
  }

  /** A chunk was announced and has not come whole, so that more is owed. */
  get owesMore(): boolean {
    return this.#isChunked && this.#state !== 'size' && this.#state !== 'over'
  }

  /** The peer may be waiting for a reply to what will never be a line of HTTP. */
  #judgeBegun(state: keyof typeof BEGUN, known: number): Refusal | null {
    const line = this.#line
    if (!BEGUN[state].test(line.slice(0, BEGINNING))) {
      return 'MALFORMED'
    }
    const cr = line.indexOf('\r', known - 1)
    if (cr !== -1 && cr < line.length - 1) {
      return 'MALFORMED'
    }
    return this.#headerBytes + line.length > HEADER_MAX_BYTES ? 'TOO_LARGE' : null
  }

  #endLine(): Refusal | null {
    const line = this.#line
    this.#line = ''
    // An empty line may stand before an answer
    if (!line.endsWith('\r\n')) {
      return this.#state === 'status' && line === '\n' ? null : 'MALFORMED'
    }
    this.#headerBytes += line.length
    const refusal = this.#take(line.slice(0, -2))
    return refusal === null && this.#headerBytes > HEADER_MAX_BYTES ? 'TOO_LARGE' : refusal
  }

  #take(line: string): Refusal | null {
    switch (this.#state) {
      case 'status':
        return this.#takeStatus(line)
      case 'field':
        return line === '' ? this.#endHead() : this.#takeField(line)
      case 'size':
        return this.#takeSize(line)
      case 'dataEnd':
        this.#state = 'size'
        return line === '' ? null : 'MALFORMED'
      default:
        if (line === '') {
          return this.#complete()
        }
        // A length that comes after the chunks contradicts them
        return FIELD.test(line) && !/^content-length:/i.test(line) ? null : 'MALFORMED'
    }
  }

  #takeStatus(line: string): Refusal | null {
    this.#headerBytes = 0
    if (line === '') {
      return null
    }
    const [, version, status] = STATUS.exec(line) ?? []
    if (version === undefined) {
      return 'MALFORMED'
    }
    this.#version = version
    this.#status = Number(status)
    // A peer may call a header `constructor`
    this.#headers = Object.create(null)
    this.#state = 'field'
    return null
  }

  #takeField(line: string): Refusal | null {
    const [, name, value] = FIELD.exec(line) ?? []
    if (name === undefined || value === undefined) {
      return 'MALFORMED'
    }
    const key = name.toLowerCase()
    const known = this.#headers[key]
    const one = withoutBlanksBehind(value)
    this.#headers[key] = known === undefined ? one : [...(typeof known === 'string' ? [known] : known), one]
    return null
  }

  #endHead(): Refusal | null {
    const { 'content-length': length, 'transfer-encoding': coding } = this.#headers
    // Nobody asked for another protocol
    if (this.#status === 101) {
      return 'PROTOCOL'
    }
    if (length !== undefined && (coding !== undefined || !isLength(length))) {
      return 'MALFORMED'
    }
    this.#headerBytes = 0
    this.#state = 'status'
    if (this.#status < 200) {
      return null
    }
    this.#listener.onHead(this.#status, this.#version, this.#headers)
    if (this.#method === 'HEAD' || this.#status === 204 || this.#status === 304) {
      return this.#complete()
    }
    // The last coding tells where the body ends (RFC 9112 6.3)
    this.#isChunked = coding !== undefined && /(?:^|,[ \t]*)chunked$/i.test(String(coding))
    if (this.#isChunked) {
      this.#state = 'size'
      return null
    }
    this.#left = length === undefined ? Number.POSITIVE_INFINITY : Number(length)
    this.#state = 'data'
    return this.#left === 0 ? this.#complete() : null
  }

  #takeSize(line: string): Refusal | null {
    const [, size] = SIZE.exec(line) ?? []
    if (size === undefined) {
      return 'MALFORMED'
    }
    this.#headerBytes = 0
    this.#left = Number.parseInt(size, 16)
    this.#state = this.#left === 0 ? 'trailer' : 'data'
    return null
  }

  #readData(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, this.#left)
    this.#left -= taken
    this.#listener.onBody(taken === bytes.length ? bytes : bytes.subarray(0, taken))
    if (this.#left > 0) {
      return taken
    }
    if (this.#isChunked) {
      this.#state = 'dataEnd'
    } else {
      this.#complete()
    }
    return taken
  }

  #complete(): null {
    this.#state = 'over'
    this.#listener.onEnd()
    return null
  }
}

const LF = 0x0a

/** Tells whether a header says once, and in numbers, how long the body is. */
const isLength = (length: string | string[]): boolean =>
  typeof length === 'string' && /^\d+$/.test(length) && BigInt(length) < 2n ** 64n

/** Blanks around a value are no part of it (RFC 9110 5.5). */
function withoutBlanksBehind(value: string): string {
  let end = value.length
  while (value[end - 1] === ' ' || value[end - 1] === '\t') {
    end--
  }
  return end === value.length ? value : value.slice(0, end)
}
