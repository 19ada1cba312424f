/**
 * YAML or JSON text → untyped documents. YAML 1.2, with the booleans of 1.1 (yes, on, y …) and merge keys, since
 * that is what kubectl reads (sigs.k8s.io/yaml goyaml.v2/resolve.go). JSON is read as the YAML that it is.
 *
 * @module
 */
import { boolYaml11Tag, CORE_SCHEMA, constructFromEvents, mergeTag, parseEvents, YAMLException } from 'js-yaml'
import { ProblemError } from '../lib/problem.ts'

/** Collections within collections; Kubernetes objects need about 20. */
export const MAX_DEPTH = 64
export const MAX_DOCUMENTS = 10_000
/** What aliases may expand to, in nodes, all documents together. */
export const MAX_EXPANDED_NODES = 1_000_000

const SCHEMA = CORE_SCHEMA.withTags(boolYaml11Tag, mergeTag)

/** One entry a document; `null` for an empty one. Throws `malformed_manifests` with line and column. */
export function readDocuments(text: string, pointer: string): readonly unknown[] {
  // Each document may begin with one (YAML 1.2, 5.2), as files do that were put together.
  const source = text.replace(/^\uFEFF/gm, '')
  const refuse = (detail: string): ProblemError =>
    new ProblemError('malformed_manifests', detail, { errors: [{ pointer, detail }] })

  const foreign = /[\0\uFFFD]/.exec(source)
  if (foreign) {
    const what = foreign[0] === '\0' ? 'a NUL character' : 'a character that was not UTF-8'
    throw refuse(`${place(source, foreign.index)}: found ${what}. Send the text as UTF-8.`)
  }
  if (source.trim() === '') throw refuse('The manifests are empty. Send at least one Service, as YAML or JSON.')

  if (/^\s*</.test(source)) throw refuse('Line 1: this looks like HTML or XML, not like YAML or JSON.')

  const documents = load(source, refuse)
  if (documents.length > MAX_DOCUMENTS) {
    throw refuse(`Found ${documents.length} documents, expected at most ${MAX_DOCUMENTS}. Send fewer objects at once.`)
  }
  const excess = source.includes('*') ? findExcess(documents) : null
  if (excess) throw refuse(excess)
  if (documents.every((document) => document === null || document === undefined)) {
    throw refuse('The manifests hold comments only, or empty documents. Send at least one Service, as YAML or JSON.')
  }
  return documents
}

function load(source: string, refuse: (detail: string) => ProblemError): readonly unknown[] {
  try {
    return constructFromEvents(parseEvents(source, { maxDepth: MAX_DEPTH }), { source, schema: SCHEMA })
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    const position = error.mark?.position ?? 0
    const told = REASONS.find(({ reason }) => reason.test(error.reason))?.advice ?? advice(source, position)
    throw refuse(`${place(source, position)}: ${withoutValues(error.reason)}.${told}`)
  }
}

/** The library quotes names of aliases and tags: `password: *hunter2` in a Secret would be told. */
const withoutValues = (reason: string): string => reason.replace(/ ?("[^"]*"|!?<[^>]*>)/g, '')

function place(source: string, position: number): string {
  const before = source.slice(0, position).split('\n')
  return `Line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`
}

/** Mistakes that say themselves what they are, whatever else the line looks like. */
const REASONS: readonly { reason: RegExp; advice: string }[] = [
  { reason: /^duplicated mapping key/, advice: '' },
  {
    reason: /^unidentified alias/,
    advice: ' An alias (*name) needs its anchor (&name) before it in the same document.',
  },
]

/** What the line itself tells of the mistake. */
const ADVICE: readonly { sign: RegExp; atStart?: true; advice: string }[] = [
  { sign: /^ *\t/, advice: 'Indent with spaces.' },
  {
    sign: /^[{[]/,
    atStart: true,
    advice: 'Separate several JSON texts by a line with ---, or put them into one List.',
  },
  { sign: /^\s*[^\s"'#][^"']*:\s+[@`%]/, advice: 'Put a value that begins with @, ` or % in quotes.' },
  { sign: /^[^"']*:\s[^"']*:\s/, advice: 'Put a value with ": " in it in quotes.' },
]

/** A line with `{{` outside quotes. The parser stumbles elsewhere, over the mapping around it. */
const TEMPLATE = /^[^"'#\n]{0,200}\{\{/m

function advice(source: string, position: number): string {
  const template = TEMPLATE.exec(source)
  if (template) {
    const line = source.slice(0, template.index).split('\n').length
    return ` Line ${line} holds an unrendered template: render it first, as with \`helm template\`.`
  }
  const start = source.lastIndexOf('\n', Math.max(0, position - 1)) + 1
  const end = source.indexOf('\n', position)
  const line = source.slice(start, end === -1 ? undefined : end).slice(0, 1_000)
  const known = ADVICE.find(({ sign, atStart }) => sign.test(line) && !(atStart && (position !== start || start === 0)))
  return known ? ` ${known.advice}` : ''
}

/**
 * Aliases share what they name, so that a few lines can stand for billions of values, or for a value within itself.
 * Counts each shared one once and multiplies. `null`: all is well.
 */
function findExcess(documents: readonly unknown[]): string | null {
  const measured = new Map<object, Extent>()
  const open = new Set<object>()

  const measure = (value: unknown): Extent => {
    if (typeof value !== 'object' || value === null) return LEAF
    const known = measured.get(value)
    if (known) return known
    if (open.size >= MAX_DEPTH || open.has(value)) return ENDLESS
    open.add(value)
    const children = Object.values(value).map(measure)
    open.delete(value)
    const size = children.reduce((sum, child) => sum + child.size, 1)
    const depth = children.reduce((deepest, child) => Math.max(deepest, child.depth), 0) + 1
    const extent = depth > MAX_DEPTH ? ENDLESS : { size, depth }
    measured.set(value, extent)
    return extent
  }

  const total = documents.reduce<number>((sum, document) => sum + measure(document).size, 0)
  if (total <= MAX_EXPANDED_NODES) return null
  const found = total === ENDLESS.size ? 'without end or too deep' : `to ${total} values`
  return `The aliases (*name) expand ${found}, expected at most ${MAX_EXPANDED_NODES} values. Write the objects out.`
}

type Extent = { size: number; depth: number }
const LEAF: Extent = { size: 1, depth: 0 }
const ENDLESS: Extent = { size: Number.POSITIVE_INFINITY, depth: Number.POSITIVE_INFINITY }
