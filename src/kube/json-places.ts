import { MAX_DEPTH } from './documents.ts'
import { YamlError } from './yaml/error.ts'
import { Places } from './yaml/places.ts'

const STRING = /"(?:[^"\\]|\\.)*"/y
const ATOM = /[^\s,\]}]+/y
const SPACE = /\s*/y

/**
 * Reads a text that is known to be JSON once more, with where its entries stand. `JSON.parse` tells no places.
 *
 * @param from is the offset at which its value begins.
 * @throws YamlError if it is nested deeper than objects are
 */
export function jsonPlaces(text: string, from = 0): { value: unknown; places: Places } {
  const places = new Places()
  let pos = from
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = pos
    const found = pattern.exec(text)?.[0] ?? ''
    pos += found.length
    return found
  }
  const next = (): string => {
    take(SPACE)
    return text[pos] ?? ''
  }
  const isEnd = (end: string): boolean => {
    if (next() === ',') {
      pos += 1
    }
    // A text that is no JSON after all ends everything
    const ends = next() === end || pos >= text.length
    pos += ends ? 1 : 0
    return ends
  }
  const read = (depth: number): unknown => {
    if (depth > MAX_DEPTH) {
      throw new YamlError(`exceeded max depth of ${MAX_DEPTH}`, pos)
    }
    const first = next()
    if (first === '{') {
      pos += 1
      const mapping: Record<string, unknown> = {}
      while (!isEnd('}')) {
        const at = pos
        const key = String(JSON.parse(take(STRING)))
        next()
        pos += 1
        places.put(mapping, key, at)
        Object.defineProperty(mapping, key, {
          value: read(depth + 1),
          enumerable: true,
          configurable: true,
          writable: true,
        })
      }
      return mapping
    }
    if (first === '[') {
      pos += 1
      const items: unknown[] = []
      while (!isEnd(']')) {
        places.put(items, items.length, pos)
        items.push(read(depth + 1))
      }
      return items
    }
    return JSON.parse(take(first === '"' ? STRING : ATOM))
  }
  return { value: read(0), places }
}
