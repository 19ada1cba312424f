import { YamlError } from './yaml/error.ts'

/**
 * Splits a text into documents at the lines that begin with `---`, as apimachinery pkg/util/yaml YAMLReader does, which
 * looks at lines alone, whatever they stand in. Empty documents, which it passes over, are counted here, as a reader
 * would; comments before the first separator are no document.
 *
 * @param from is the offset at which the text begins.
 * @throws YamlError if something else stands behind a separator
 */
export function* splitYaml(source: string, from: number): Generator<{ at: number; text: string }> {
  const text = from === 0 ? source : source.slice(from)
  let start = 0
  for (const match of text.matchAll(/(?:^|\n)---([^\n]*)/g)) {
    const line = match.index + (match[0].startsWith('\n') ? 1 : 0)
    const rest = (match[1] ?? '').trim()
    if (rest !== '' && !rest.startsWith('#')) {
      throw new YamlError('something stands behind the document separator (---)', from + line + 3)
    }
    if (line === start) {
      // The separator belongs to the document that it begins.
      if (start > 0) {
        yield { at: from + start, text: '' }
      }
      continue
    }
    const part = text.slice(start, line)
    if (start > 0 || !hasNothing(part)) {
      yield { at: from + start, text: part }
    }
    start = match.index + match[0].length + 1
  }
  const last = text.slice(start)
  if (last !== '' || start === 0) {
    yield { at: from + start, text: last.endsWith('\n') ? last : `${last}\n` }
  }
}

/** Blank lines and comments. */
const hasNothing = (text: string): boolean => text.split('\n').every((line) => /^\s*(#|$)/.test(line))
