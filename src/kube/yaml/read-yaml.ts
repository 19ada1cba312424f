/**
 * Turns one YAML document into a plain value, as YAMLToJSON of sigs.k8s.io/yaml does, which reads by go-yaml v2. Only the
 * first document is read, as there.
 *
 * @module
 */
import type { YamlLimits } from './anchors.ts'
import { YamlError } from './error.ts'
import { NodeReader } from './nodes.ts'
import type { Places } from './places.ts'
import { Scanner } from './scanner.ts'
import type { TokenType } from './token.ts'

export type ReadYaml = {
  value: unknown
  /** The number of nodes that aliases stood for. */
  aliased: number
  /** Offsets of keys that equal an earlier one of the same mapping: the last counts. */
  repeatedKeys: readonly number[]
  /** Offset of the text after the end of the document, which is not read; `null` if there is none. */
  restAt: number | null
}

/**
 * @param places notes where entries are written, if anybody wants to know.
 * @throws YamlError
 */
export function readYaml(text: string, limits: YamlLimits, places: Places | null = null): ReadYaml {
  refuseControlCharacters(text)
  const scanner = new Scanner(text)
  const { tags, any } = readDirectives(scanner)
  const nodes = new NodeReader(scanner, tags, limits, places)
  const value = readRoot(scanner, nodes, any)
  nodes.refuseUnwritable(value)
  const { aliased, repeatedKeys } = nodes
  return { value, aliased, repeatedKeys, restAt: readEnd(scanner) }
}

/** Follows readerc.go; half of a surrogate pair cannot be written in UTF-8. */
const FORBIDDEN = /[^\P{Cc}\t\n\r\u0085]|[\ufffe\uffff]|\p{Cs}/u

function refuseControlCharacters(text: string): void {
  const found = FORBIDDEN.exec(text)
  if (found) {
    throw new YamlError('control characters are not allowed', found.index)
  }
}

/** Reads the lines with `%` before a document: the handles of tags, and whether there are any such lines. */
function readDirectives(scanner: Scanner): { tags: ReadonlyMap<string, string>; any: boolean } {
  const tags = new Map([
    ['!', '!'],
    ['!!', 'tag:yaml.org,2002:'],
  ])
  const given = new Set<string>()
  for (;;) {
    const { type, value, suffix, at } = scanner.peek()
    if (type !== 'version-directive' && type !== 'tag-directive') {
      return { tags, any: given.size > 0 }
    }
    if (given.has(value)) {
      throw new YamlError('found duplicate directive', at)
    }
    given.add(value)
    if (type === 'tag-directive') {
      tags.set(value, suffix)
    } else if (value !== '1.1') {
      throw new YamlError('found incompatible YAML document', at)
    }
    scanner.next()
  }
}

function readRoot(scanner: Scanner, nodes: NodeReader, hasDirectives: boolean): unknown {
  const { type, at } = scanner.peek()
  if (type === 'document-start') {
    scanner.next()
    return AFTER_EMPTY_DOCUMENT.has(scanner.peek().type) ? nodes.empty() : nodes.read()
  }
  if (hasDirectives) {
    throw new YamlError('did not find expected <document start>', at)
  }
  return type === 'stream-end' ? null : nodes.read()
}

const AFTER_EMPTY_DOCUMENT: ReadonlySet<TokenType> = new Set([
  'version-directive',
  'tag-directive',
  'document-start',
  'document-end',
  'stream-end',
])

/** Returns the offset of the text after the document; `null` if the text has ended. */
function readEnd(scanner: Scanner): number | null {
  const { type } = scanner.peek()
  if (type === 'stream-end') {
    return null
  }
  if (type === 'document-end') {
    scanner.next()
  }
  try {
    const next = scanner.peek()
    return next.type === 'stream-end' ? null : next.at
  } catch (error) {
    if (error instanceof YamlError) {
      return error.at
    }
    throw error
  }
}
