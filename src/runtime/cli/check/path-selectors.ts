/**
 * `--include`, `--exclude`, `--expect-unreachable`: selectors of paths as a command line can hold them.
 *
 * @module
 */
import type { components } from '../../../client/schema.ts'
import { nearMiss } from '../../../lib/near.ts'
import { PATH_KINDS, type PathKind } from '../../../plan/kinds.ts'
import { selects } from '../../../plan/selector.ts'
import { CliError } from '../exit.ts'

export type Selector = components['schemas']['PathSelector']

type Choice = { include?: readonly Selector[]; exclude?: readonly Selector[] } | undefined
type Selectable = Parameters<typeof selects>[1]

/** The paths that are asked for: nobody misses the others. */
export function chosen<P extends Selectable>(paths: readonly P[], { include = [], exclude = [] }: Choice = {}): P[] {
  const isIn = (path: P, selectors: readonly Selector[]): boolean =>
    selectors.some((selector) => selects(typeof selector === 'string' ? { kind: selector } : selector, path))
  return paths.filter((path) => (include.length === 0 || isIn(path, include)) && !isIn(path, exclude))
}

const FIELDS = ['port', 'node', 'host', 'parent'] as const
type Field = (typeof FIELDS)[number]

/**
 * Kinds separated by commas, each narrowed by the `field=value` that follow it: `ClusterIP,NodePort,node=node-1`. Or a
 * selector as the API has it, in JSON.
 */
export const selectorsOf = (option: string, texts: readonly string[]): Selector[] =>
  texts.flatMap((text) => (/^\s*[[{]/.test(text) ? fromJson(option, text) : fromWords(option, text)))

/** Reads selectors without judging their fields, which the API does. */
function fromJson(option: string, text: string): Selector[] {
  try {
    const value: Selector | Selector[] = JSON.parse(text)
    return Array.isArray(value) ? value : [value]
  } catch {
    throw new CliError(`${option}: ${text} begins like JSON, but is not JSON. As words: ${EXAMPLE}.`)
  }
}

const EXAMPLE = 'ClusterIP,NodePort,node=node-1'

function fromWords(option: string, text: string): Selector[] {
  const selectors: { kind: PathKind; fields: Partial<Record<Field, string>> }[] = []
  for (const word of text.split(',').map((each) => each.trim())) {
    const at = word.indexOf('=')
    const name = word.slice(0, Math.max(at, 0))
    if (at === -1 || name === 'kind') {
      selectors.push({ kind: kindOf(option, word.slice(at + 1)), fields: {} })
      continue
    }
    const field = FIELDS.find((each) => each === name)
    const last = selectors.at(-1)
    if (field === undefined) {
      const near = nearMiss(name, FIELDS)
      const meant = near === null ? '' : ` Did you mean ${near}?`
      throw new CliError(`${option}: "${name}" is no field of a path. There are: ${FIELDS.join(', ')}.${meant}`)
    }
    if (last === undefined || last.fields[field] !== undefined) {
      throw new CliError(`${option}: "${word}" narrows the kind that stands before it, as in ${EXAMPLE}.`)
    }
    last.fields[field] = word.slice(at + 1)
  }
  return selectors.map(({ kind, fields: { port, ...fields } }) =>
    Object.keys(fields).length === 0 && port === undefined
      ? kind
      : { kind, ...fields, ...(port !== undefined && { port: /^\d{1,5}$/.test(port) ? Number(port) : port }) },
  )
}

function kindOf(option: string, word: string): PathKind {
  const found = PATH_KINDS.find((kind) => kind.toLowerCase() === word.toLowerCase())
  if (found !== undefined) {
    return found
  }
  const near = nearMiss(word, PATH_KINDS)
  const meant = near === null ? '' : ` Did you mean ${near}?`
  throw new CliError(`${option}: "${word}" is no kind of path.${meant} There are: ${PATH_KINDS.join(', ')}.`)
}
