/**
 * Finds secrets in what a peer has said, in whatever form it says them: as they were sent, in another case, escaped for
 * JSON, HTML or URLs (once or twice), in base64 wherever they begin in it, in hexadecimal or as a list of bytes, over
 * several lines or spaced out. Its cost is bounded: the text is looked at character by character, at most {@link DEPTH}
 * further each time, however many secrets there are.
 *
 * @module
 */
import { tightened, unescaped } from './unescape.ts'

export type Redactor = {
  /** Blots secrets out of a text. */
  clean(text: string): string
  /** The same of a text that was cut off: what is left of a secret at its end goes too. */
  cleanEnd(text: string): string
}

const BLOT = '[redacted]'

/** Shorter beginnings of a secret say too little to hide what may be anything. */
const BEGINNING_LEAST = 4
/** Shorter ones make forms that stand in many a text by chance. */
const ENCODED_LEAST = 6
/** A short secret without its escapes and blanks stands in many a word if it is shorter than this. */
const BARE_LEAST = 4
/** Shorter ones stand by chance where two words meet. */
const TIGHT_LEAST = 8
/** Characters by which forms are found; longer ones are then compared. */
const DEPTH = 24
/** Forms that begin with the same {@link DEPTH} characters; of more of them, that beginning is enough. */
const ALIKE_MAX = 8
/** Characters that are compared for each of a text; where they are used up, the beginning of a form is enough, too. */
const COMPARED = 64
/** Secrets that are looked for: the longest. A check has a handful. */
const SECRETS_MAX = 1000

/** `whole`: forms that end here, or (where it is as deep as can be) begin with what led here. */
type Node = { next: Map<number, Node>; ends: boolean; longer: string[] }
const newNode = (): Node => ({ next: new Map(), ends: false, longer: [] })

/** @param secrets texts that must not be shown, in any order; repetitions do no harm. */
export function createRedactor(secrets: readonly string[]): Redactor {
  const longest = [...new Set(secrets)].toSorted((left, right) => right.length - left.length).slice(0, SECRETS_MAX)
  const root = newNode()
  for (const form of new Set(longest.flatMap(formsOf))) {
    plant(root, form)
  }
  const cover = (text: string, isCut: boolean): string => {
    if (root.next.size === 0) {
      return text
    }
    const hidden = new Uint8Array(text.length)
    const plain = folded(text)
    find(root, plain, isCut, (start, end) => hidden.fill(1, start, end))
    const bare = unescaped(plain)
    if (bare.text !== plain) {
      find(root, bare.text, isCut, (start, end) => hidden.fill(1, bare.from[start], bare.from[end]))
    }
    const tight = tightened(bare)
    if (tight.text !== bare.text) {
      find(root, tight.text, isCut, (start, end) => {
        if (end - start >= TIGHT_LEAST) {
          hidden.fill(1, tight.from[start], (tight.from[end - 1] ?? 0) + 1)
        }
      })
    }
    return blotted(text, hidden)
  }
  return { clean: (text) => cover(text, false), cleanEnd: (text) => cover(text, true) }
}

/** In one case, each character where it was. */
function folded(text: string): string {
  const lower = text.toLowerCase()
  // Some letters become two.
  if (lower.length === text.length) {
    return lower
  }
  return [...text].map((char) => (char.toLowerCase().length === char.length ? char.toLowerCase() : char)).join('')
}

/** Lists the ways in which a secret may be written, in one case. */
function formsOf(secret: string): string[] {
  const plain = folded(secret)
  const bare = unescaped(plain)
  const tight = tightened(bare).text
  const forms = [
    plain,
    ...(bare.text.length >= BARE_LEAST ? [bare.text] : []),
    ...(tight.length >= TIGHT_LEAST ? [tight] : []),
  ]
  if (secret.length < ENCODED_LEAST) {
    return forms
  }
  const bytes = new TextEncoder().encode(secret.toWellFormed())
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'))
  return [...forms, ...base64Of(bytes), hex.join(''), hex.join(':'), bytes.join(',')]
}

/**
 * Lists what stays the same of a secret in base64, and in that of URLs, whatever stands before and behind it: one text
 * for each of three offsets.
 */
function base64Of(bytes: Uint8Array): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const shifted = new Uint8Array(offset + bytes.length)
    shifted.set(bytes, offset)
    const written = btoa(Array.from(shifted, (byte) => String.fromCharCode(byte)).join(''))
    // Characters that also hold bits of a neighbour are left out.
    const first = Math.ceil((offset * 8) / 6)
    const core = folded(written.slice(first, Math.floor((shifted.length * 8) / 6)))
    return [core, core.replaceAll('+', '-').replaceAll('/', '_')]
  })
}

function plant(root: Node, form: string): void {
  let node = root
  for (let at = 0; at < form.length && at < DEPTH; at++) {
    const unit = form.charCodeAt(at)
    const next = node.next.get(unit) ?? newNode()
    node.next.set(unit, next)
    node = next
  }
  if (form.length <= DEPTH) {
    node.ends = form !== ''
  } else {
    node.longer.push(form)
  }
}

function find(root: Node, text: string, isCut: boolean, found: (start: number, end: number) => void): void {
  let left = COMPARED * text.length
  for (let start = 0; start < text.length; start++) {
    let node: Node | undefined = root
    let at = start
    let end = -1
    for (; node !== undefined && at <= text.length; at++) {
      if (node.ends) {
        end = at
      }
      if (at === text.length || at - start === DEPTH) {
        break
      }
      node = node.next.get(text.charCodeAt(at))
    }
    if (node === undefined) {
      if (end > start) {
        found(start, end)
      }
      continue
    }
    if (at - start === DEPTH) {
      left -= node.longer.reduce((sum, form) => sum + form.length, 0)
      end = Math.max(end, left < 0 && node.longer.length > 0 ? at : endOfLonger(node, text, start, isCut))
    }
    // It ends while a secret goes on
    else if (isCut && at - start >= BEGINNING_LEAST) {
      end = text.length
    }
    if (end > start) {
      found(start, end)
    }
  }
}

function endOfLonger({ longer }: Node, text: string, start: number, isCut: boolean): number {
  if (longer.length > ALIKE_MAX) {
    return start + DEPTH
  }
  let end = -1
  for (const form of longer) {
    if (text.startsWith(form, start)) {
      end = Math.max(end, start + form.length)
    } else if (isCut && form.startsWith(text.slice(start))) {
      return text.length
    }
  }
  return end
}

function blotted(text: string, hidden: Uint8Array): string {
  let out = ''
  let at = 0
  while (at < text.length) {
    const isHidden = hidden[at] === 1
    let end = at
    while (end < text.length && (hidden[end] === 1) === isHidden) {
      end++
    }
    out += isHidden ? BLOT : text.slice(at, end)
    at = end
  }
  return out
}
