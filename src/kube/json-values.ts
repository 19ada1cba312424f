/** Values, and where the text goes on that is no JSON; `null`: the whole of it is. */
export type JsonValues = { values: readonly unknown[]; restAt: number | null }

/**
 * JSON values one behind the other, as kubectl reads a text that begins with a brace (apimachinery pkg/util/yaml
 * YAMLOrJSONDecoder), or a single list. A mapping of YAML may begin with a brace too: no value is JSON then.
 */
export function readJsonValues(source: string): JsonValues {
  const start = skipWhiteSpace(source, 0)
  if (source[start] !== '{' && source[start] !== '[') {
    return { values: [], restAt: 0 }
  }
  const whole = parse(source)
  if (whole !== undefined) {
    return { values: [whole], restAt: null }
  }
  const values: unknown[] = []
  if (source[start] === '[') {
    return { values, restAt: 0 }
  }
  let from = 0
  let at = start
  for (;;) {
    const end = source[at] === '{' ? endOfMapping(source, at) : null
    const value = end === null ? undefined : parse(source.slice(at, end))
    // What goes on as YAML keeps its indentation.
    if (end === null || value === undefined) {
      return { values, restAt: firstBreak(source, from, at) }
    }
    values.push(value)
    from = end
    at = skipWhiteSpace(source, from)
    if (at === source.length) {
      return { values, restAt: null }
    }
  }
}

/** Behind the first line break of the white space, or where it ends. */
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

/** Where the mapping ends that begins here; `null`: nowhere. */
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

/** Steps from mark to mark: one pattern for the whole of a text would overflow its stack on a very long one. */
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
