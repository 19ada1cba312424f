/**
 * Turns a text into untyped documents, as kubectl finds them in a file (k8s.io/apimachinery pkg/util/yaml
 * YAMLOrJSONDecoder). A text that begins with a brace is JSON, one value after another; the rest of it that is not JSON
 * is YAML.
 *
 * @module
 */
import { ProblemError } from '../lib/problem.ts'
import { advise } from './advice.ts'
import { readJsonValues } from './json-values.ts'
import { recognise } from './pasted.ts'
import { splitYaml } from './split-yaml.ts'
import { YamlError } from './yaml/error.ts'
import { readYaml } from './yaml/read-yaml.ts'

/** Collections may be nested so deep; Kubernetes objects need about 20 levels. */
export const MAX_DEPTH = 64
export const MAX_DOCUMENTS = 10_000
/** Aliases of all documents together may stand for so many values. */
export const MAX_ALIASED = 1_000_000

/** kubectl takes this without a word, although its author hardly meant it. `document` counts from 1. */
export type Oddity = { document: number; reason: string }

export type Documents = { values: readonly unknown[]; oddities: readonly Oddity[] }

/**
 * Reads one value for each document, `null` for an empty one.
 *
 * @throws ProblemError `malformed_manifests`, with line and column
 */
export function readDocuments(text: string, pointer: string): Documents {
  // kubectl refuses a mark before a separator within a text, as in files put together. Nobody sees it there.
  const source = text.replace(/^\uFEFF(?=---)/gm, '').replace(/^\uFEFF/, '')
  const refuse = (detail: string): ProblemError =>
    new ProblemError('malformed_manifests', detail, { errors: [{ pointer, detail }] })

  if (source.trim() === '') {
    throw refuse('The manifests are empty. Send at least one Service, as YAML or JSON.')
  }
  try {
    const documents = read(source)
    if (documents.values.length > MAX_DOCUMENTS) {
      throw refuse(tooMany(documents.values.length))
    }
    if (documents.values.every((value) => value === null)) {
      throw refuse(recognise(source) ?? ALL_EMPTY)
    }
    return documents
  } catch (error) {
    if (!(error instanceof YamlError)) {
      throw error
    }
    const what = recognise(source)
    const told = tell(source, error)
    throw refuse(what === null ? told : `${what} (${told.replace(/\.$/, '')}.)`)
  }
}

const ALL_EMPTY = 'The manifests hold comments only, or empty documents. Send at least one Service, as YAML or JSON.'

const tooMany = (count: number): string =>
  `Found ${count} documents, expected at most ${MAX_DOCUMENTS}. Send fewer objects at once.`

function tell(source: string, error: YamlError): string {
  const { problem, within } = error
  const about =
    within === null || within.at === error.at
      ? ''
      : ` in ${within.what} that begins in line ${lineOf(source, within.at)}`
  // A document may have got the line break that the text ends without.
  return `${place(source, Math.min(error.at, source.length))}: ${problem}${about}.${advise(source, error)}`
}

const lineOf = (source: string, at: number): number => {
  let line = 1
  for (let next = source.indexOf('\n'); next !== -1 && next < at; next = source.indexOf('\n', next + 1)) {
    line += 1
  }
  return line
}

function place(source: string, at: number): string {
  const start = source.lastIndexOf('\n', at - 1) + 1
  return `Line ${lineOf(source, at)}, column ${at - start + 1}`
}

function read(source: string): Documents {
  const { values, restAt } = readJsonValues(source)
  if (restAt === null) {
    return { values, oddities: [] }
  }
  // kubectl is sure by then that the text is JSON.
  if (values.length > 1) {
    throw new YamlError('this is no JSON, as what stands before it is', restAt)
  }
  return readYamlDocuments(source, restAt, values)
}

/** @param before documents that were read before `from`. */
function readYamlDocuments(source: string, from: number, before: readonly unknown[]): Documents {
  const values = [...before]
  const oddities: Oddity[] = []
  let aliased = 0
  for (const { at, text } of splitYaml(source, from)) {
    if (values.length > MAX_DOCUMENTS) {
      break
    }
    const document = values.length + 1
    const read = shifted(at, () => readYaml(text, { depth: MAX_DEPTH, aliased: MAX_ALIASED - aliased }))
    aliased += read.aliased
    values.push(read.value)
    for (const key of read.repeatedKeys.slice(0, 1)) {
      const more = read.repeatedKeys.length - 1
      const others = more === 0 ? '' : ` (and ${more} more ${more === 1 ? 'key' : 'keys'} in this document)`
      const reason = `${place(source, at + key)}: this key is there already; the last one counts, as with kubectl${others}`
      oddities.push({ document, reason })
    }
    if (read.restAt !== null) {
      const where = place(source, at + read.restAt)
      oddities.push({
        document,
        reason: `${where}: the document has ended here; what follows is not read, as with kubectl`,
      })
    }
  }
  return { values, oddities }
}

/** Moves the place of an error in a part of the text to its place in the whole. */
function shifted<T>(by: number, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof YamlError)) {
      throw error
    }
    const within = error.within && { ...error.within, at: error.within.at + by }
    throw new YamlError(error.problem, error.at + by, within)
  }
}
