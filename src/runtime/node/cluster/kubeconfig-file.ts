import { readFile } from 'node:fs/promises'
import { delimiter, dirname, resolve } from 'node:path'
import { boolCoreTag, FAILSAFE_SCHEMA, loadAll, mergeTag, nullCoreTag, YAMLException } from 'js-yaml'
import { textOf } from '../../../lib/text-of.ts'
import { whyUnreadable } from './api-error.ts'
import { Fields } from './fields.ts'

/**
 * A kubeconfig cannot be used. The message is one line: each mistake with its file, its object, its field and what to
 * do, and nothing of what stands in fields that hold secrets.
 */
export class KubeconfigError extends Error {
  constructor(mistakes: readonly string[]) {
    super(mistakes.join('; '))
  }
}

/** One of the named objects of a kubeconfig. */
export type Entry = {
  file: string
  /** Relative paths in it begin here. */
  folder: string
  fields: Fields
}

/** Kubeconfigs read as one, as kubectl does: of two entries with one name the first counts. */
export type Kubeconfig = {
  files: readonly string[]
  currentContext: string | null
  contexts: ReadonlyMap<string, Entry>
  clusters: ReadonlyMap<string, Entry>
  users: ReadonlyMap<string, Entry>
  /** Files of a list that are not there. */
  missing: readonly string[]
}

/**
 * Numbers and dates stay the texts that they are: a password of digits keeps its zeros. What is in JSON is YAML too,
 * but for tabs. Entries may be merged (`<<`), as kubectl's reader does.
 */
const TEXTS = FAILSAFE_SCHEMA.withTags(nullCoreTag, boolCoreTag, mergeTag)

/**
 * @param paths one path, or several as the variable KUBECONFIG has them; those that are not there are left out, as long
 *   as there is one.
 * @throws KubeconfigError
 */
export async function readKubeconfig(paths: string): Promise<Kubeconfig> {
  const list = [...new Set(paths.split(delimiter).filter((path) => path.trim() !== ''))].map((path) => path.trim())
  const mistakes: string[] = []
  const missing: string[] = []
  const merged = { contexts: new Map(), clusters: new Map(), users: new Map() } as const
  let currentContext: string | null = null
  const files: string[] = []
  for (const path of list) {
    const bytes = await readFile(path).catch((error: unknown) => {
      const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT'
      if (isAbsent && list.length > 1) {
        missing.push(path)
      } else {
        mistakes.push(`${path}: ${whyUnreadable(error)}${homeHint(path)}`)
      }
      return null
    })
    if (bytes === null) {
      continue
    }
    files.push(path)
    const document = parse(path, textOf(bytes), mistakes)
    if (document === null) {
      continue
    }
    const top = new Fields(path, '', document, mistakes)
    currentContext ??= top.text('current-context')
    collect(merged.contexts, top, 'contexts', 'context')
    collect(merged.clusters, top, 'clusters', 'cluster')
    collect(merged.users, top, 'users', 'user')
  }
  if (files.length === 0 && mistakes.length === 0) {
    mistakes.push(`${list.join(', ')}: there is no such file; name a kubeconfig that this process can read`)
  }
  if (mistakes.length > 0) {
    throw new KubeconfigError(mistakes)
  }
  return { files, currentContext, ...merged, missing }
}

const homeHint = (path: string): string =>
  path.startsWith('~') ? '; nothing expands ~ here, write the whole path' : ''

/** js-yaml's own messages show the lines around a mistake, which may hold a token: only the place is told. */
function parse(path: string, text: string, mistakes: string[]): Record<string, unknown> | null {
  let document: unknown
  try {
    document = text.trimStart().startsWith('{') ? fromJson(text) : loadAll(text, { schema: TEXTS, json: true })[0]
  } catch (error) {
    const mark = error instanceof YAMLException ? error.mark : undefined
    const place = mark === undefined ? '' : ` at line ${mark.line + 1}, column ${mark.column + 1}`
    mistakes.push(`${path}: it is neither YAML nor JSON${place}`)
    return null
  }
  if (document === null || document === undefined || (typeof document === 'object' && !Array.isArray(document))) {
    return { ...document }
  }
  mistakes.push(`${path}: it is no kubeconfig: expected an object with clusters, users and contexts`)
  return null
}

/** A file that begins as JSON may yet be YAML in flow style. */
function fromJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return loadAll(text, { schema: TEXTS, json: true })[0]
  }
}

function collect(into: Map<string, Entry>, top: Fields, list: string, kind: string): void {
  top.objects(list).forEach((item, at) => {
    const name = item.text('name')
    if (name === null) {
      item.wrong('name', 'is missing: name the entry')
      return
    }
    if (!into.has(name)) {
      const fields =
        item.object(kind, `${list}[name=${name}].${kind}`) ?? new Fields(top.file, `${list}[${at}].${kind}`, {}, [])
      into.set(name, { file: top.file, folder: dirname(resolve(top.file)), fields })
    }
  })
}
