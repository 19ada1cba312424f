import { isMapping } from '../fields.ts'
import { YamlError } from './error.ts'
import { readYaml } from './read-yaml.ts'

/** A text was read, or `fault` says what is wrong with it, as the rest of a sentence about the text. */
export type ReadText<T> = { value: T } | { fault: string }

/**
 * Reads a text that somebody has put into a field: one document of YAML (or JSON), without aliases and keys that are
 * there twice, so that it means what it looks like.
 *
 * @param depth how deeply it may be nested.
 */
export function readDocument(text: string, depth: number): ReadText<unknown> {
  try {
    const { value, aliased, repeatedKeys, restAt } = readYaml(text, { depth, aliased: 0 })
    if (aliased > 0) {
      return { fault: 'holds aliases, which are not read here: write their values out' }
    }
    if (repeatedKeys.length > 0) {
      return { fault: 'holds a key twice' }
    }
    return restAt === null ? { value } : { fault: 'holds more than one document' }
  } catch (error) {
    if (error instanceof YamlError) {
      return { fault: `is no YAML: ${error.problem} (character ${error.at + 1})` }
    }
    throw error
  }
}

/** Reads a text as {@link readDocument} does that is to be one mapping. Nothing is an empty one. */
export function readMapping(text: string, depth: number): ReadText<Record<string, unknown>> {
  const read = readDocument(text, depth)
  if ('fault' in read) {
    return read
  }
  const { value } = read
  return value === null || isMapping(value) ? { value: value ?? {} } : { fault: 'must be a mapping, as a job is' }
}
