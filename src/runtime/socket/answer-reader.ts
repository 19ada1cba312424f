import type { Headers } from './http-attempt.ts'

/** A header, a trailer or any other line is read up to so many bytes. */
const HEADER_MAX_BYTES = 64 * 1024
/**
 * So many may come before the answer: interim ones, and empty lines. Whoever sends them as fast as they are read keeps
 * others waiting.
 */
const BEFORE_MAX_BYTES = 256 * 1024
/** So many characters of a line that has not come whole are held against its form. */
const BEGINNING = 256

const TOKEN = "[!#$%&'*+\\-.^_`|~\\dA-Za-z]"
const TEXT = '[\\t\\x20-\\x7e\\x80-\\xff]'
/**
 * The blanks that RFC 9112 7.1.1 lets stand around the parts of an extension are left out: other parsers refuse them.
 */
const EXTENSION = `;${TOKEN}+(?:=(?:${TOKEN}*|"(?:(?!["\\\\])${TEXT}|\\\\${TEXT})*"))?`

const STATUS = /^HTTP\/(1\.[01]) ([1-9]\d\d)(?: [^\r\0]*)?$/
/** A value begins with what is no blank, so that blanks are read in one way only, however many there are. */
const FIELD = new RegExp(`^(${TOKEN}+):[ \\t]*((?![ \\t])${TEXT}*)$`)
const SIZE = new RegExp(`^0*([\\da-f]{1,16})(?:${EXTENSION})*$`, 'i')

/** The forms of lines whose end has not come, by the state that reads them (RFC 9112 4, 5, 7.1). */
const FIELD_BEGUN = new RegExp(`^(?:${TOKEN}+(?::${TEXT}*)?)?\\r?$`)
const BEGUN = {
  status: /^(?:\r|H|HT|HTT|HTTP|HTTP\/|HTTP\/1|HTTP\/1\.|HTTP\/1\.[01](?: (?:[1-9]\d?|[1-9]\d\d(?: [^\r\0]*)?)?)?\r?)$/,
  field: FIELD_BEGUN,
  size: new RegExp(`^(?:[\\da-f]+(?:;${TEXT}*)?)?\\r?$`, 'i'),
  dataEnd: /^\r$/,
  trailer: FIELD_BEGUN,
}

/** A kind of line comes next, or bytes of the body, or nothing. */
type State = keyof typeof BEGUN | 'data' | 'over'

/** The code in the failure table of an answer that is read no further. */
export type Refusal = 'MALFORMED' | 'TOO_LARGE' | 'PROTOCOL'

/** A listener hears of the final answer alone: interim ones are passed over (RFC 9110 15.2). */
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
  readonly #maySwitch: boolean
  #state: State = 'status'
  /** The line that has not come whole. */
  #line = ''
  #endsInCr = false
  /** Bytes of the header or of the trailer so far. */
  #headerBytes = 0
  /** Bytes that came before the answer began. */
  #beforeBytes = 0
  #version = ''
  #status = 0
  #headers: Headers = {}
  #isChunked = false
  /** Bytes of the body, or of the chunk, that are still to come. */
  #left = 0

  /**
   * @param method of the request: an answer to HEAD has no body.
   * @param maySwitch another protocol was asked for, so that 101 is a final answer: what comes behind it is not HTTP.
   */
  constructor(method: string, listener: Listener, maySwitch = false) {
    this.#method = method
    this.#listener = listener
    this.#maySwitch = maySwitch
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
      const piece = chunk.toString('latin1', at, end)
      refusal = lf === -1 ? this.#keep(piece, this.#state) : this.#endLine(this.#line + piece)
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

  /** Keeps a line that has not come whole, unless it cannot become one: its peer may be waiting for a reply. */
  #keep(piece: string, state: keyof typeof BEGUN): Refusal | null {
    const isJudged = this.#line.length >= BEGINNING
    const cr = piece.indexOf('\r')
    const isBroken = this.#endsInCr || (cr !== -1 && cr < piece.length - 1)
    this.#line += piece
    this.#endsInCr = cr !== -1
    if (isBroken || (!isJudged && !BEGUN[state].test(this.#line.slice(0, BEGINNING)))) {
      return 'MALFORMED'
    }
    return this.#headerBytes + this.#line.length > HEADER_MAX_BYTES ? 'TOO_LARGE' : null
  }

  #endLine(line: string): Refusal | null {
    this.#line = ''
    this.#endsInCr = false
    // An empty line may stand before an answer
    if (this.#state === 'status' && (line === '\n' || line === '\r\n')) {
      return this.#passOver(line.length)
    }
    if (!line.endsWith('\r\n')) {
      return 'MALFORMED'
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

  #passOver(bytes: number): Refusal | null {
    this.#beforeBytes += bytes
    return this.#beforeBytes > BEFORE_MAX_BYTES ? 'TOO_LARGE' : null
  }

  #takeStatus(line: string): Refusal | null {
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
    if (known === undefined) {
      this.#headers[key] = one
    } else if (typeof known === 'string') {
      this.#headers[key] = [known, one]
    } else {
      known.push(one)
    }
    return null
  }

  #endHead(): Refusal | null {
    const { 'content-length': length, 'transfer-encoding': coding } = this.#headers
    if (this.#status === 101) {
      // Nobody asked for another protocol
      if (!this.#maySwitch) {
        return 'PROTOCOL'
      }
      this.#listener.onHead(this.#status, this.#version, this.#headers)
      return this.#complete()
    }
    if (length !== undefined && (coding !== undefined || !isLength(length))) {
      return 'MALFORMED'
    }
    const bytes = this.#headerBytes
    this.#headerBytes = 0
    this.#state = 'status'
    if (this.#status < 200) {
      return this.#passOver(bytes)
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
