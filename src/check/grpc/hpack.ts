/**
 * Header compression of HTTP/2 (RFC 7541), as far as one call needs it: all of reading, and the plainest way of writing.
 * A peer can make this side hold no more than a bound. Pure.
 *
 * @module
 */
import { readHuffman } from './huffman.ts'

/** Name in lower case, and value; each character is a byte. */
export type Field = readonly [name: string, value: string]

/** Appendix A. */
const STATIC: readonly Field[] = [
  ...[':authority', ':method=GET', ':method=POST', ':path=/', ':path=/index.html', ':scheme=http', ':scheme=https'],
  ...[':status=200', ':status=204', ':status=206', ':status=304', ':status=400', ':status=404', ':status=500'],
  ...['accept-charset', 'accept-encoding=gzip, deflate', 'accept-language', 'accept-ranges', 'accept'],
  ...['access-control-allow-origin', 'age', 'allow', 'authorization', 'cache-control', 'content-disposition'],
  ...['content-encoding', 'content-language', 'content-length', 'content-location', 'content-range', 'content-type'],
  ...['cookie', 'date', 'etag', 'expect', 'expires', 'from', 'host', 'if-match', 'if-modified-since'],
  ...['if-none-match', 'if-range', 'if-unmodified-since', 'last-modified', 'link', 'location', 'max-forwards'],
  ...['proxy-authenticate', 'proxy-authorization', 'range', 'referer', 'refresh', 'retry-after', 'server'],
  ...['set-cookie', 'strict-transport-security', 'transfer-encoding', 'user-agent', 'vary', 'via', 'www-authenticate'],
].map((entry): Field => {
  const at = entry.indexOf('=')
  return at < 0 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)]
})

/** The table that a peer may fill if nothing else was agreed, in bytes (RFC 9113 6.5.2). */
const TABLE_BYTES = 4096
/** An entry counts so many bytes more than its text (4.1). */
const ENTRY_BYTES = 32
/** All fields of one block together, counted so: a small block can name a large entry again and again. */
export const LIST_BYTES_MAX = 64 * 1024

const sizeOf = ([name, value]: Field): number => name.length + value.length + ENTRY_BYTES

/** A block is not read if it breaks the rules, or holds too much. */
export type BlockFlaw = 'broken' | 'too_large'

/** Reads the blocks of one connection in their order: each may lean on those before it. */
export class HeaderReader {
  /** The newest entry comes first. */
  #entries: Field[] = []
  #bytes = 0
  #most = TABLE_BYTES

  read(block: Uint8Array): Field[] | BlockFlaw {
    const cursor = new Cursor(block)
    const fields: Field[] = []
    let bytes = 0
    while (!cursor.isAtEnd) {
      const field = this.#readOne(cursor, fields.length === 0)
      if (field === 'broken') {
        return field
      }
      if (field === null) {
        continue
      }
      bytes += sizeOf(field)
      if (bytes > LIST_BYTES_MAX) {
        return 'too_large'
      }
      fields.push(field)
    }
    return fields
  }

  /** `null`: the size of the table was changed, which may happen at the beginning alone (4.2). */
  #readOne(cursor: Cursor, isFirst: boolean): Field | 'broken' | null {
    const byte = cursor.peek()
    if (byte >= 0x80) {
      return this.#at(cursor.integer(7)) ?? 'broken'
    }
    if (byte >= 0x40) {
      const field = this.#literal(cursor, 6)
      if (field !== 'broken') {
        this.#add(field)
      }
      return field
    }
    if (byte >= 0x20) {
      const most = cursor.integer(5)
      if (most === null || most > TABLE_BYTES || !isFirst) {
        return 'broken'
      }
      this.#most = most
      this.#shrink(most)
      return null
    }
    return this.#literal(cursor, 4)
  }

  #literal(cursor: Cursor, prefix: number): Field | 'broken' {
    const index = cursor.integer(prefix)
    const name = index === 0 ? cursor.text() : this.#at(index)?.[0]
    const value = name === undefined || name === null ? null : cursor.text()
    return name === undefined || name === null || value === null ? 'broken' : [name, value]
  }

  #at(index: number | null): Field | undefined {
    if (index === null || index === 0) {
      return undefined
    }
    return index <= STATIC.length ? STATIC[index - 1] : this.#entries[index - STATIC.length - 1]
  }

  #add(field: Field): void {
    const size = sizeOf(field)
    this.#shrink(Math.max(0, this.#most - size))
    if (size <= this.#most) {
      this.#entries.unshift(field)
      this.#bytes += size
    }
  }

  #shrink(to: number): void {
    while (this.#bytes > to) {
      const oldest = this.#entries.pop()
      this.#bytes -= oldest === undefined ? this.#bytes : sizeOf(oldest)
    }
  }
}

/** A larger number means nothing here. */
const INTEGER_MAX = 2 ** 28

class Cursor {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  peek(): number {
    return this.#bytes[this.#at] ?? 0
  }

  /** A number whose first bits are in the low `prefix` bits of this byte (5.1). */
  integer(prefix: number): number | null {
    const all = 2 ** prefix - 1
    let value = this.peek() & all
    this.#at++
    if (value < all) {
      return value
    }
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#bytes[this.#at++]
      if (byte === undefined || value > INTEGER_MAX || factor > INTEGER_MAX) {
        return null
      }
      value += (byte & 0x7f) * factor
      if (byte < 0x80) {
        return value > INTEGER_MAX ? null : value
      }
    }
  }

  text(): string | null {
    if (this.isAtEnd) {
      return null
    }
    const isHuffman = this.peek() >= 0x80
    const length = this.integer(7)
    if (length === null || this.#at + length > this.#bytes.length) {
      return null
    }
    const bytes = this.#bytes.subarray(this.#at, this.#at + length)
    this.#at += length
    return isHuffman ? readHuffman(bytes) : latin1(bytes)
  }
}

function latin1(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) {
    text += String.fromCharCode(byte)
  }
  return text
}

/** Writes a block that fills no table: a peer needs no memory of it, and secrets are in none (7.1.3). */
export function writeBlock(fields: readonly Field[]): Uint8Array {
  return Uint8Array.from(fields.flatMap(([name, value]) => [0x10, ...written(name), ...written(value)]))
}

function written(text: string): number[] {
  return [...integer(text.length), ...Array.from(text, (character) => character.charCodeAt(0) & 0xff)]
}

function integer(value: number): number[] {
  if (value < 0x7f) {
    return [value]
  }
  const bytes = [0x7f]
  let rest = value - 0x7f
  for (; rest >= 128; rest = Math.floor(rest / 128)) {
    bytes.push((rest % 128) + 128)
  }
  return [...bytes, rest]
}
