/**
 * Finds where objects and their fields are written in files of manifests, so that findings can be shown beside lines.
 *
 * @module
 */
import { MAX_ALIASED, MAX_DEPTH } from './documents.ts'
import { isMapping, type Step } from './fields.ts'
import { jsonPlaces } from './json-places.ts'
import { readJsonValues } from './json-values.ts'
import { kindOf } from './kinds.ts'
import { flatten } from './parse.ts'
import { splitYaml } from './split-yaml.ts'
import { YamlError } from './yaml/error.ts'
import { Places } from './yaml/places.ts'
import { readYaml } from './yaml/read-yaml.ts'

/** A file of manifests, as it was read. */
export type ManifestFile = { path: string; text: string }

/** A place in a file; lines and columns count from 1, columns in UTF-16 units; the end is exclusive. */
export type ManifestPlace = { path: string; line: number; column: number; endLine: number; endColumn: number }

/** Finds where an object, or a field of it, is written. */
export type ManifestPlaces = {
  /**
   * @param object `Service/toad-svc`, as findings name it.
   * @param field `spec.ports[0].targetPort`; as much of it as is written is found.
   * @param namespace decides between objects of one name. An object without one is in that of the target.
   */
  find(object: string, field: string, namespace: string): ManifestPlace | null
}

/** One document of a file, with the offsets of what it holds. */
type Placed = { value: unknown; find(path: readonly Step[]): number | null }

type PlacedObject = { namespace: string | null; place(steps: readonly Step[]): ManifestPlace | null }

/** Reads where the objects of these files stand. A file that cannot be read holds none. */
export function placesIn(files: readonly ManifestFile[]): ManifestPlaces {
  const objects = new Map<string, PlacedObject[]>()
  for (const { path, text } of files) {
    const source = text.replace(/^\uFEFF/, '')
    const lines = lineStarts(source)
    for (const { value, find } of placedDocuments(source)) {
      for (const each of flatten({ value, document: null, path: [] })) {
        const named = nameOf(each.value)
        if (named !== null) {
          const place = (steps: readonly Step[]): ManifestPlace | null => {
            const [first = ''] = Object.keys(isMapping(each.value) ? each.value : {})
            const at = find([...each.path, ...steps]) ?? find([...each.path, first])
            return at === null ? null : placeAt(path, source, lines, at)
          }
          const known = objects.get(named.ref) ?? []
          known.push({ namespace: named.namespace, place })
          objects.set(named.ref, known)
        }
      }
    }
  }
  return {
    find(object, field, namespace) {
      const known = objects.get(object) ?? []
      // The last of one name counts, as in a plan
      const found = known.findLast((each) => each.namespace === namespace || each.namespace === null) ?? known.at(-1)
      return found?.place(stepsOf(field)) ?? null
    },
  }
}

function placedDocuments(source: string): Placed[] {
  try {
    const { values, starts, restAt } = readJsonValues(source)
    const json = values.map((value, at): Placed => {
      const { value: read, places } = jsonPlaces(source, starts[at])
      return { value, find: (path) => places.find(read, path) }
    })
    return restAt === null ? json : [...json, ...[...splitYaml(source, restAt)].map(placedYaml)]
  } catch (error) {
    if (error instanceof YamlError) {
      return []
    }
    throw error
  }
}

function placedYaml({ at, text }: { at: number; text: string }): Placed {
  const places = new Places()
  const { value } = readYaml(text, { depth: MAX_DEPTH, aliased: MAX_ALIASED }, places)
  return {
    value,
    find(path) {
      const found = places.find(value, path)
      return found === null ? null : at + found
    },
  }
}

/** Names an object as the planner does, whatever its version calls the kind. */
function nameOf(value: unknown): { ref: string; namespace: string | null } | null {
  if (!isMapping(value) || typeof value.kind !== 'string' || !isMapping(value.metadata)) {
    return null
  }
  const { name, namespace } = value.metadata
  const kind = kindOf(value.kind, value.apiVersion) ?? value.kind
  return typeof name === 'string' && name !== ''
    ? { ref: `${kind}/${name}`, namespace: typeof namespace === 'string' && namespace !== '' ? namespace : null }
    : null
}

const STEP = /\.?([A-Za-z_][\w-]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/y

/** Reads what `fieldName` writes. Something else, like `[]` for all items, ends the way. */
export function stepsOf(field: string): Step[] {
  const steps: Step[] = []
  STEP.lastIndex = 0
  for (let found = STEP.exec(field); found !== null; found = STEP.exec(field)) {
    const [, word, item, key] = found
    const step = word ?? (item === undefined ? textOf(key ?? '') : Number(item))
    if (step === null) {
      break
    }
    steps.push(step)
  }
  return steps
}

function textOf(quoted: string): string | null {
  try {
    return String(JSON.parse(quoted))
  } catch {
    return null
  }
}

/** A key with its value, where that is one word or text on the same line. */
const ENTRY =
  /(?:"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s:"'[\]{},][^:\n]*)(?::[ \t]*(?:"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s"'[\]{},#&*|>][^\n#{}[\],]*))?/y

function placeAt(path: string, source: string, lines: readonly number[], at: number): ManifestPlace {
  const index = lines.findLastIndex((start) => start <= at)
  const start = lines[index] ?? 0
  ENTRY.lastIndex = at
  const length = ENTRY.exec(source)?.[0].trimEnd().length ?? 0
  const [line, column] = [index + 1, at - start + 1]
  return { path, line, column, endLine: line, endColumn: column + Math.max(1, length) }
}

function lineStarts(source: string): number[] {
  const starts = [0]
  for (let next = source.indexOf('\n'); next !== -1; next = source.indexOf('\n', next + 1)) {
    starts.push(next + 1)
  }
  return starts
}
