/**
 * The Huffman code of header compression (RFC 7541, appendix B). It is canonical, so that the lengths of its codes tell
 * all of it. Pure.
 *
 * @module
 */

/** The length of the code of each byte, and last of the end of the string: a letter each, `a` for 5 bits. */
const LENGTHS =
  'isxxxxxxxtzxxzxxxxxxxxzxxxxxxxxxbffhibdgffdgdbbbaaabbbbbbbcdkbhfibccccccccccccccccccccccdcdioijbkabababbbaccbbbabcbaabccccckgjixprpprrrsrssssststtrstssssqrsrsstrqprrssqsrrtqrssqqrqsrssprrrsrrsvvporsruvvvwwvtuoqvwwvwtqqvvxwwwptpqrqqsrruuttvsvwvvwwwwwxwwwwwvz'
const SHORTEST = 5
const LONGEST = 30
const END = 256

const lengthOf = (symbol: number): number => LENGTHS.charCodeAt(symbol) - 97 + SHORTEST

/** The symbols of the codes of one length: the first code, and the symbols in the order of their codes. */
type Row = { first: number; symbols: readonly number[] }

const rows: readonly (Row | undefined)[] = buildRows()

function buildRows(): Row[] {
  const built: Row[] = []
  let code = 0
  for (let length = SHORTEST; length <= LONGEST; length++) {
    const symbols = Array.from(LENGTHS, (_, symbol) => symbol).filter((symbol) => lengthOf(symbol) === length)
    built[length] = { first: code, symbols }
    code = (code + symbols.length) << 1
  }
  return built
}

/** Reads a string of Huffman codes, a character a byte; `null` if it is none, or not padded as it must be (5.2). */
export function readHuffman(bytes: Uint8Array): string | null {
  let text = ''
  let code = 0
  let length = 0
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      code = (code << 1) | ((byte >> bit) & 1)
      length++
      const row = rows[length]
      const symbol = row?.symbols[code - row.first]
      if (symbol === END || length > LONGEST) {
        return null
      }
      if (symbol !== undefined) {
        text += String.fromCharCode(symbol)
        code = 0
        length = 0
      }
    }
  }
  const isPadding = length < 8 && code === (1 << length) - 1
  return isPadding ? text : null
}
