/** Escapes of JSON and JavaScript, of HTML, and of URLs (with the bytes of one character together). */
const ESCAPE =
  /\\(?:u([0-9a-f]{4})|u\{([0-9a-f]{1,6})\}|x([0-9a-f]{2})|([0-3][0-7]{2}|[0-7]{2})|([^ux]))|&(?:#0*(\d{1,7})|#x0*([0-9a-f]{1,6})|([a-z]{2,6}));?|((?:%[0-9a-f]{2})+)|%u([0-9a-f]{4})|\+/gi

const LETTERS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', 0: '\0' }
/** Names of the characters that HTML escapes. */
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  sol: '/',
  equals: '=',
  colon: ':',
  plus: '+',
  num: '#',
  lowbar: '_',
  comma: ',',
  semi: ';',
  bsol: '\\',
  excl: '!',
  quest: '?',
}

/** A text, with the place at which each of its characters (and its end) stood before. */
export type Unescaped = { text: string; from: readonly number[] }

/** An escape may have been escaped again, and what is left may look like one: until nothing does. */
const PASSES = 10

/**
 * Takes back whatever escapes there are, so that two writings of one text become one. Where a text holds what only looks
 * like an escape, it is taken for one too: both sides of a comparison are to be unescaped. A plus is a blank, as forms
 * have it.
 */
export function unescaped(text: string): Unescaped {
  let out: Unescaped = { text, from: Array.from({ length: text.length + 1 }, (_, at) => at) }
  for (let pass = 0; pass < PASSES; pass++) {
    const next = once(out)
    if (next.text === out.text) {
      break
    }
    out = next
  }
  return out
}

/** Joins what is broken into lines, spaced out or strewn with characters that nobody sees. */
export function tightened({ text, from }: Unescaped): Unescaped {
  const places: number[] = []
  const parts: string[] = []
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? ''
    if (LOOSE.test(char)) {
      continue
    }
    parts.push(char)
    places.push(from[at] ?? 0)
  }
  return { text: parts.join(''), from: [...places, from[text.length] ?? 0] }
}

const LOOSE = /[\s\p{Cf}]/u

function once({ text, from }: Unescaped): Unescaped {
  const parts: string[] = []
  const places: number[] = []
  let at = 0
  const add = (written: string, start: number) => {
    parts.push(written)
    for (let each = 0; each < written.length; each++) {
      places.push(from[start] ?? 0)
    }
  }
  for (const match of text.matchAll(ESCAPE)) {
    for (; at < match.index; at++) {
      parts.push(text[at] ?? '')
      places.push(from[at] ?? 0)
    }
    const [whole] = match
    const meant = meaningOf(match)
    if (meant === null) {
      for (; at < match.index + whole.length; at++) {
        parts.push(text[at] ?? '')
        places.push(from[at] ?? 0)
      }
    } else {
      add(meant.toLowerCase(), at)
    }
    at = match.index + whole.length
  }
  for (; at < text.length; at++) {
    parts.push(text[at] ?? '')
    places.push(from[at] ?? 0)
  }
  places.push(from[text.length] ?? 0)
  return { text: parts.join(''), from: places }
}

/** `null`: no escape after all. */
function meaningOf(match: RegExpExecArray): string | null {
  const [whole, json, point, byte, octal, letter, decimal, hexadecimal, name, bytes, old] = match
  const unit = json ?? old
  if (unit !== undefined) {
    return String.fromCharCode(Number.parseInt(unit, 16))
  }
  if (octal !== undefined) {
    return String.fromCharCode(Number.parseInt(octal, 8))
  }
  const code = point ?? byte ?? hexadecimal
  if (code !== undefined) {
    return pointOf(Number.parseInt(code, 16))
  }
  if (decimal !== undefined) {
    return pointOf(Number(decimal))
  }
  if (letter !== undefined) {
    return LETTERS[letter.toLowerCase()] ?? letter
  }
  if (name !== undefined) {
    return ENTITIES[name.toLowerCase()] ?? null
  }
  if (bytes !== undefined) {
    return textOf(bytes)
  }
  return whole === '+' ? ' ' : null
}

const pointOf = (point: number): string | null => (point <= 0x10ffff ? String.fromCodePoint(point) : null)

const decoder = new TextDecoder()

const textOf = (bytes: string): string =>
  decoder.decode(Uint8Array.from(bytes.slice(1).split('%'), (byte) => Number.parseInt(byte, 16)))
