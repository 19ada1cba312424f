/**
 * YAML with the line of everything in it, so that whoever is told of a mistake finds it. YAML 1.2, so that `off` is a
 * word and no `false`; JSON is YAML, too.
 *
 * @module
 */
import {
  boolCoreTag,
  EVENT_ID,
  type Event,
  floatCoreTag,
  getScalarValue,
  intCoreTag,
  NOT_RESOLVED,
  nullCoreTag,
  parseEvents,
  SCALAR_STYLE,
  type ScalarEvent,
  YAMLException,
} from 'js-yaml'
import { visible } from '../report/visible.ts'

/** The text cannot be read. The message says why; it quotes nothing, as the text may hold secrets. */
export class PlacedError extends Error {
  override name = 'PlacedError'
  readonly line: number

  constructor(line: number, message: string) {
    super(message)
    this.line = line
  }
}

export type PlacedEntry = { key: string; line: number; value: Placed }

/** A value with the line on which it begins, from 1. */
export type Placed = { line: number } & (
  | { kind: 'scalar'; text: string; value: string | number | boolean | null }
  | { kind: 'list'; items: readonly Placed[] }
  | { kind: 'map'; entries: readonly PlacedEntry[] }
)

/** Values that one text may stand for, aliases written out: a few lines could be billions. */
const VALUES_MAX = 100_000

/**
 * Reads one document.
 *
 * @returns `null` if the text says nothing.
 * @throws PlacedError
 */
export function readPlaced(text: string): Placed | null {
  const lineOf = lineFinder(text)
  let events: Event[]
  try {
    events = parseEvents(text, { maxDepth: 50 })
  } catch (error) {
    if (error instanceof YAMLException) {
      throw new PlacedError((error.mark?.line ?? 0) + 1, `it is neither YAML nor JSON: ${visible(error.reason)}`)
    }
    throw error
  }
  return new Reader(text, events, lineOf).document()
}

function lineFinder(text: string): (offset: number) => number {
  const starts = [0]
  for (const { index } of text.matchAll(/\r\n|\r|\n/g)) {
    starts.push(index + (text.startsWith('\r\n', index) ? 2 : 1))
  }
  return (offset) => {
    let [low, high] = [0, starts.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((starts[middle] ?? 0) > offset) {
        high = middle
      } else {
        low = middle + 1
      }
    }
    return low
  }
}

const TAGS = [nullCoreTag, boolCoreTag, intCoreTag, floatCoreTag]

class Reader {
  readonly #text: string
  readonly #events: readonly Event[]
  readonly #lineOf: (offset: number) => number
  readonly #anchors = new Map<string, Placed>()
  #at = 0
  #line = 1
  #values = 0

  constructor(text: string, events: readonly Event[], lineOf: (offset: number) => number) {
    this.#text = text
    this.#events = events
    this.#lineOf = lineOf
  }

  document(): Placed | null {
    if (this.#events.length === 0) {
      return null
    }
    this.#at = 1
    const value = this.#node()
    this.#at += 1
    if (this.#at < this.#events.length) {
      throw new PlacedError(this.#line, 'a second document (---) begins after this line; one file is one document')
    }
    return value.kind === 'scalar' && value.value === null ? null : value
  }

  #node(): Placed {
    const event = this.#events[this.#at]
    this.#at += 1
    if (event === undefined || event.type === EVENT_ID.DOCUMENT || event.type === EVENT_ID.POP) {
      throw new Error('the events of a text are not those of a document')
    }
    if (event.type === EVENT_ID.ALIAS) {
      return this.#alias(this.#text.slice(event.anchorStart, event.anchorEnd))
    }
    if (event.tagStart >= 0) {
      throw new PlacedError(this.#lineOf(event.tagStart), 'tags (!) are not read here')
    }
    this.#count(1)
    const value = event.type === EVENT_ID.SCALAR ? this.#scalar(event) : this.#collection(event)
    if (event.anchorStart >= 0) {
      this.#anchors.set(this.#text.slice(event.anchorStart, event.anchorEnd), value)
    }
    return value
  }

  #scalar(event: ScalarEvent): Placed {
    if (event.valueStart >= 0) {
      this.#line = this.#lineOf(event.valueStart)
    }
    const text = event.valueStart < 0 ? '' : getScalarValue(this.#text, event)
    return { kind: 'scalar', line: this.#line, text, value: event.style === SCALAR_STYLE.PLAIN ? resolve(text) : text }
  }

  #collection(event: Extract<Event, { type: 2 | 3 }>): Placed {
    this.#line = this.#lineOf(event.start)
    const line = this.#line
    const entries = new Map<string, PlacedEntry>()
    const items: Placed[] = []
    while (this.#events[this.#at]?.type !== EVENT_ID.POP) {
      if (event.type === EVENT_ID.SEQUENCE) {
        items.push(this.#node())
      } else {
        const entry = this.#entry(entries)
        entries.set(entry.key, entry)
      }
    }
    this.#at += 1
    return event.type === EVENT_ID.SEQUENCE
      ? { kind: 'list', line, items }
      : { kind: 'map', line, entries: [...entries.values()] }
  }

  #entry(before: ReadonlyMap<string, PlacedEntry>): PlacedEntry {
    const key = this.#node()
    if (key.kind !== 'scalar') {
      throw new PlacedError(key.line, 'a key is no plain text')
    }
    const same = before.get(key.text)
    if (same !== undefined) {
      throw new PlacedError(key.line, `${quoted(key.text)} stands on line ${same.line} already`)
    }
    return { key: key.text, line: key.line, value: this.#node() }
  }

  #alias(name: string): Placed {
    const value = this.#anchors.get(name)
    if (value === undefined) {
      throw new PlacedError(this.#line, `there is no anchor ${quoted(name)} before this`)
    }
    this.#count(sizeOf(value))
    return value
  }

  #count(values: number): void {
    this.#values += values
    if (this.#values > VALUES_MAX) {
      throw new PlacedError(this.#line, `it stands for more than ${VALUES_MAX} values`)
    }
  }
}

function resolve(text: string): string | number | boolean | null {
  for (const tag of TAGS) {
    const value = tag.resolve(text, false, tag.tagName)
    if (value !== NOT_RESOLVED) {
      return value
    }
  }
  return text
}

const sizes = new WeakMap<Placed, number>()

/** Aliases written out; each value is counted once, however often it is used. */
function sizeOf(placed: Placed): number {
  const parts = placed.kind === 'list' ? placed.items : placed.kind === 'map' ? placed.entries.map((e) => e.value) : []
  const size = sizes.get(placed) ?? parts.reduce((sum, part) => sum + sizeOf(part), 1)
  sizes.set(placed, size)
  return size
}

/** As it is written, in a message of one line that a log may show. */
export const quoted = (text: string): string =>
  JSON.stringify(visible(text.length > 60 ? `${text.slice(0, 60)}…` : text))

/** The same of JSON that may be long. */
export const quotedShort = (json: string): string => visible(json.length > 100 ? `${json.slice(0, 100)}…` : json)

/** Without the lines: as JSON has it. */
export function plainOf(placed: Placed): unknown {
  if (placed.kind === 'scalar') {
    return placed.value
  }
  if (placed.kind === 'list') {
    return placed.items.map(plainOf)
  }
  // Own fields whatever they are called, __proto__ among them
  return Object.fromEntries(placed.entries.map(({ key, value }) => [key, plainOf(value)]))
}

/** The line of what stands at a place, or of the nearest around it. */
export function lineAt(placed: Placed, path: readonly (string | number)[]): number {
  let [at, line] = [placed, placed.line]
  for (const part of path) {
    if (at.kind === 'map') {
      const entry = at.entries.find(({ key }) => key === String(part))
      if (entry === undefined) {
        return line
      }
      ;[at, line] = [entry.value, entry.line]
    } else {
      const item = at.kind === 'list' ? at.items[Number(part)] : undefined
      if (item === undefined) {
        return line
      }
      ;[at, line] = [item, item.line]
    }
  }
  return line
}
