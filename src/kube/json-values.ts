/** The values with the offset at which each begins, and the offset at which the text goes on and is not JSON; `null` if all of it is. */
export type JsonValues = { values: readonly unknown[]; starts: readonly number[]; restAt: number | null }

/**
 * Reads JSON values one after another, as kubectl reads a text that begins with a brace (apimachinery pkg/util/yaml
 * YAMLOrJSONDecoder), or a single list. A YAML mapping may begin with a brace too: then no value is JSON.
 */
export function readJsonValues(source: string): JsonValues {
  const start = skipWhiteSpace(source, 0)
  if (source[start] !== '{' && source[start] !== '[') {
    return { values: [], starts: [], restAt: 0 }
  }
  const whole = parse(source)
  if (whole !== undefined) {
    return { values: [whole], starts: [start], restAt: null }
  }
  const values: unknown[] = []
  const starts: number[] = []
  if (source[start] === '[') {
    return { values, starts, restAt: 0 }
  }
  let from = 0
  let at = start
  for (;;) {
    const end = source[at] === '{' ? endOfMapping(source, at) : null
    const value = end === null ? undefined : parse(source.slice(at, end))
    // A rest that is YAML keeps its indentation.
    if (end === null || value === undefined) {
      return { values, starts, restAt: firstBreak(source, from, at) }
    }
    values.push(value)
    starts.push(at)
    from = end
    at = skipWhiteSpace(source, from)
    if (at === source.length) {
      return { values, starts, restAt: null }
    }
  }
}

/** Finds the end of the first line break in the white space, else the end of the white space. */
function firstBreak(text: string, from: number, to: number): number {
  const at = text.indexOf('\n', from)
  return at === -1 || at >= to ? to : at + 1
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function skipWhiteSpace(text: string, from: number): number {
  const next = /[^ \t\r\n]/g
  next.lastIndex = from
  return next.exec(text)?.index ?? text.length
}

/** Finds the end of the mapping that begins here; `null` if it has none. */
function endOfMapping(text: string, from: number): number | null {
  const marks = /["{}[\]]/g
  marks.lastIndex = from
  let depth = 0
  for (let found = marks.exec(text); found !== null; found = marks.exec(text)) {
    const [mark] = found
    if (mark === '"') {
      const end = endOfText(text, marks.lastIndex)
      if (end === null) {
        return null
      }
      marks.lastIndex = end
    } else {
      depth += mark === '{' || mark === '[' ? 1 : -1
      if (depth === 0) {
        return marks.lastIndex
      }
    }
  }
  return null
}

/** This pattern steps from mark to mark: one for the whole text would overflow its stack on a very long one. */
function endOfText(text: string, from: number): number | null {
  const marks = /["\\]/g
  marks.lastIndex = from
  for (let found = marks.exec(text); found !== null; found = marks.exec(text)) {
    if (found[0] === '"') {
      return marks.lastIndex
    }
    marks.lastIndex += 1
  }
  return null
}
