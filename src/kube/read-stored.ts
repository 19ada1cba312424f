/**
 * Turns what an API server gave out into the objects that Portolan reads, by the same readers as manifests. What an API
 * server has stored is no mistake of whoever asks: an object that a reader refuses is left out, with the reason.
 *
 * @module
 */
import { Field, fieldName, isMapping } from './fields.ts'
import { KINDS, type ReadKind } from './kinds.ts'
import type { Ignored, KubeObject } from './objects.ts'

export type Stored = { objects: readonly KubeObject[]; refused: readonly (Ignored & { namespace: string | null })[] }

/** @param items of a list of this kind; those of a List of the API server say neither their kind nor their version. */
export function readStored(items: readonly unknown[], kind: ReadKind, apiVersion: string): Stored {
  const objects: KubeObject[] = []
  const refused: Stored['refused'][number][] = []
  for (const item of items) {
    const mistakes: string[] = []
    const value = isMapping(item) ? { apiVersion, ...item, kind } : item
    const field = new Field(value, (path, detail) => mistakes.push(`${fieldName(path)}: ${detail}`))
    const object = KINDS[kind].read(field)
    const reason = isMapping(item) ? mistakes[0] : 'it is no mapping'
    if (reason === undefined) {
      objects.push(object)
    } else {
      const { name, namespace } = object.meta
      refused.push({ object: `${kind}/${name}`, namespace, reason })
    }
  }
  return { objects, refused }
}
