/**
 * YAML or JSON text → untyped documents. YAML 1.2, with the booleans of 1.1 (yes, on, y …) and merge keys, since
 * that is what kubectl reads. JSON is read as the YAML that it is.
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
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text
  const refuse = (detail: string): ProblemError =>
    new ProblemError('malformed_manifests', detail, { errors: [{ pointer, detail }] })

  const foreign = /[\0\uFFFD]/.exec(source)
  if (foreign) {
    const what = foreign[0] === '\0' ? 'a NUL character' : 'a character that was not UTF-8'
    throw refuse(`${place(source, foreign.index)}: found ${what}. Send the text as UTF-8.`)
  }
  if (source.trim() === '') throw refuse('The manifests are empty. Send at least one Service, as YAML or JSON.')

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
    throw refuse(`${place(source, position)}: ${error.reason}.${advice(source, position)}`)
  }
}

function place(source: string, position: number): string {
  const before = source.slice(0, position).split('\n')
  return `Line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`
}

/** What the line itself tells of the mistake. */
const ADVICE: readonly { sign: RegExp; advice: string }[] = [
  { sign: /^\s*\t|^ *\t/, advice: 'Indent with spaces.' },
  { sign: /\{\{/, advice: 'This is an unrendered template: render it first, as with `helm template`.' },
  { sign: /^\s*[{[]/, advice: 'Separate several JSON texts by a line with ---, or put them into one List.' },
  { sign: /^\s*[^\s"'#][^"']*:\s+[@`%]/, advice: 'Put a value that begins with @, ` or % in quotes.' },
  { sign: /^[^"']*:\s[^"']*:\s/, advice: 'Put a value with ": " in it in quotes.' },
  { sign: /^\s*</, advice: 'This looks like HTML or XML, not like YAML or JSON.' },
]

function advice(source: string, position: number): string {
  const start = source.lastIndexOf('\n', Math.max(0, position - 1)) + 1
  const end = source.indexOf('\n', position)
  const line = source.slice(start, end === -1 ? undefined : end).slice(0, 1_000)
  const known = ADVICE.find(({ sign }) => sign.test(line))
  return known ? ` ${known.advice}` : ''
}

/**
 * Aliases share what they name, so that a few lines can stand for billions of nodes, or for a node within itself.
 * Counts each shared node once and multiplies. `null`: all is well.
 */
function findExcess(documents: readonly unknown[]): string | null {
  const sizes = new Map<object, number>()
  const open = new Set<object>()

  const measure = (value: unknown): number => {
    if (typeof value !== 'object' || value === null) return 1
    const known = sizes.get(value)
    if (known !== undefined) return known
    if (open.has(value)) return Number.POSITIVE_INFINITY
    if (open.size >= MAX_DEPTH) return Number.POSITIVE_INFINITY
    open.add(value)
    let size = 1
    for (const child of Object.values(value)) size += measure(child)
    open.delete(value)
    sizes.set(value, size)
    return size
  }

  let total = 0
  for (const document of documents) total += measure(document)
  if (total <= MAX_EXPANDED_NODES) return null
  const found = total === Number.POSITIVE_INFINITY ? 'without end, or too deep' : `to ${total} values`
  return `The aliases (*name) expand ${found}, expected at most ${MAX_EXPANDED_NODES} values. Write the objects out.`
}
