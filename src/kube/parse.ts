/**
 * Turns manifests into the objects that Portolan reads. All mistakes of all objects are reported at once.
 *
 * @module
 */
import { nearMiss } from '../lib/near.ts'
import { ProblemError } from '../lib/problem.ts'
import { MAX_DEPTH, readDocuments } from './documents.ts'
import { lastOfEach, type Read } from './duplicates.ts'
import { either } from './field-advice.ts'
import { Field, fieldName, isMapping } from './fields.ts'
import { byKind, guessKind, isOtherVersion, isReadKind, KINDS, kindOf, READ_KINDS, type ReadKind } from './kinds.ts'
import { type Found, Mistakes } from './manifest-errors.ts'
import type { Ignored, KubeObject, KubeObjects } from './objects.ts'
import { misread, recognise } from './pasted.ts'

export const MAX_OBJECTS = 50_000

/** Errors show so many characters of an object's name; Kubernetes' own limit is 253. */
const LONGEST_NAME = 300

export type Parsed = { objects: KubeObjects; ignored: readonly Ignored[] }

/**
 * @param input the text of YAML documents or JSON, as `kubectl get … -o yaml` prints; or objects already parsed.
 * @param where points (RFC 6901) to the input within the request's body.
 * @throws ProblemError `malformed_manifests` (400) if it is not YAML or JSON; `invalid_manifest` (422) for objects that
 * an API server would refuse. Only what is read is judged. The last of several objects of one name counts.
 */
export function parseManifests(input: string | readonly unknown[], where: { pointer: string }): Parsed {
  const isText = typeof input === 'string'
  const { values, oddities } = isText ? readDocuments(input, where.pointer) : { values: input, oddities: [] }
  const mistakes = new Mistakes(where.pointer, isText)
  const found = values.flatMap((value, at): readonly Found[] =>
    flatten({ value, document: isText ? at + 1 : null, path: isText ? [] : [at] }),
  )
  if (found.length > MAX_OBJECTS) {
    const detail = `Found ${found.length} objects, expected at most ${MAX_OBJECTS}. Send fewer at once.`
    throw new ProblemError('invalid_manifest', detail, { errors: [{ pointer: where.pointer, detail }] })
  }
  const ignored: Ignored[] = oddities.map(({ document, reason }) => ({
    object: nameOf(values[document - 1]) ?? `document ${document}`,
    reason,
  }))
  const read = found.flatMap((each): readonly Read[] => {
    const object = readObject(each, mistakes, ignored)
    return object === null ? [] : [{ object, found: each }]
  })
  if (isText) {
    refuseOther(input, found, read, mistakes, where.pointer)
  }
  mistakes.throwIfAny(isText && mistakes.any ? misread(input) : null)
  const { objects, replaced } = lastOfEach(read)
  return { objects: byKind(objects), ignored: [...ignored, ...replaced] }
}

/** Refuses a text that YAML can be read from, although it is something else. */
function refuseOther(
  text: string,
  found: readonly Found[],
  read: readonly Read[],
  mistakes: Mistakes,
  pointer: string,
): void {
  const hasService = read.some(({ object }) => object.kind === 'Service' && object.meta.name !== '')
  if (!mistakes.any || (hasService && found.every(({ value }) => hasKind(value)))) {
    return
  }
  const detail = recognise(text)
  if (detail !== null) {
    throw new ProblemError('malformed_manifests', detail, { errors: [{ pointer, detail }] })
  }
}

const hasKind = (value: unknown): boolean => isMapping(value) && typeof value.kind === 'string'

/** Unpacks Lists, Lists in them, and bare sequences. Items of a `ServiceList` may lack kind and version. */
export function flatten(found: Found): readonly Found[] {
  const { value, document, path } = found
  if (value === null || value === undefined) {
    return []
  }
  if (path.length > MAX_DEPTH) {
    return [found]
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, at) => flatten({ value: item, document, path: [...path, at] }))
  }
  if (!isMapping(value) || !isList(value)) {
    return [found]
  }
  const { items, kind, apiVersion } = value
  if (items === null || items === undefined) {
    return []
  }
  if (!Array.isArray(items)) {
    return [found]
  }
  const inferred = kind === 'List' ? {} : { apiVersion, kind: String(kind).slice(0, -'List'.length) }
  return items.flatMap((item, at) =>
    flatten({ value: isMapping(item) ? { ...inferred, ...item } : item, document, path: [...path, 'items', at] }),
  )
}

const isList = (value: Record<string, unknown>): boolean =>
  typeof value.kind === 'string' &&
  value.kind.endsWith('List') &&
  (Object.hasOwn(value, 'items') || value.kind === 'List')

function readObject(found: Found, mistakes: Mistakes, ignored: Ignored[]): KubeObject | null {
  const { value } = found
  const object = new Field(value, mistakes.in(found, nameOf(value)))
  if (!isMapping(value)) {
    object.mismatch('a Kubernetes object (apiVersion, kind, metadata, …)')
    return null
  }
  if (isList(value)) {
    object.get('items').items()
    return null
  }
  const kind = decideKind(object, value, ignored)
  if (kind === null) {
    return null
  }
  checkVersion(object, kind)
  if (isSwallowed(object, kind)) {
    return null
  }
  checkIndentation(object, kind)
  return KINDS[kind].read(object)
}

/** Writes `Service/toad`, or `Service` without a name; `null` without a kind. */
function nameOf(value: unknown): string | null {
  if (!isMapping(value)) {
    return null
  }
  const kind = typeof value.kind === 'string' && value.kind !== '' ? value.kind : guessKind(value)
  const name = isMapping(value.metadata) ? value.metadata.name : null
  const parts = [kind, name].filter((part) => typeof part === 'string' && part !== '')
  return parts.length === 0 ? null : parts.join('/').slice(0, LONGEST_NAME)
}

/** `null` if it is not read: it is either ignored or reported. */
function decideKind(object: Field, value: Record<string, unknown>, ignored: Ignored[]): ReadKind | null {
  const field = object.get('kind')
  const kind = field.text()
  if (kind === null) {
    const guess = guessKind(value)
    const advice = guess
      ? `: this looks like ${article(guess)} (kind: ${guess}, apiVersion: ${KINDS[guess].versions[0]})`
      : ', like Service'
    field.need(`the kind of the object${advice}`)
    return guess
  }
  const apiVersion = value.apiVersion
  if (kind === 'Status' && apiVersion === 'v1') {
    object.complain('found an answer of the API server (kind Status), expected an object. Was the request refused?')
    return null
  }
  const known = kindOf(kind, apiVersion)
  if (known !== null && isOtherVersion(known, apiVersion)) {
    ignored.push({ object: nameOf(value) ?? kind, reason: otherVersion(known, apiVersion) })
    return null
  }
  if (known !== null) {
    return known
  }
  const meant = OTHER_KINDS.has(kind) ? null : nearMiss(kind, kindsOf(apiVersion))
  if (meant !== null) {
    field.mismatch('the kind of a Kubernetes object', `Did you mean ${meant}?`)
    return null
  }
  const reason = kind === 'Secret' ? 'Secrets are never read' : ignoredBecause(kind, apiVersion)
  ignored.push({ object: nameOf(value) ?? kind, reason })
  return null
}

const ignoredBecause = (kind: string, apiVersion: unknown): string =>
  isReadKind(kind) ? `${kind} of ${String(apiVersion)} is not read` : 'kind is not read'

const otherVersion = (kind: ReadKind, apiVersion: string): string =>
  `${kind} of ${apiVersion} is not read; ${either(KINDS[kind].versions)} is`

/** Lists the kinds that an object of that version can be; all of them if it has none. */
const kindsOf = (apiVersion: unknown): readonly string[] =>
  READ_KINDS.filter((kind) => typeof apiVersion !== 'string' || KINDS[kind].versions.includes(apiVersion))

/** These kinds exist, are not read, and resemble one that is. */
const OTHER_KINDS: ReadonlySet<string> = new Set(['Role'])

function checkVersion(object: Field, kind: ReadKind): void {
  const { versions } = KINDS[kind]
  const field = object.get('apiVersion')
  const expected = `${either(versions)} for ${article(kind)}`
  const version = field.need(expected).text()
  if (version !== null && !versions.includes(version)) {
    field.mismatch(expected)
  }
}

/** Tells whether the whole spec stands under metadata. */
function isSwallowed(object: Field, kind: ReadKind): boolean {
  const metadata = object.get('metadata')
  if (KINDS[kind].home === null || object.has('spec') || !metadata.has('spec')) {
    return false
  }
  metadata.get('spec').complain('found spec at metadata.spec, expected it at the top level. Check the indentation.')
  return true
}

/** Finds fields that a wrong indentation has put under metadata, or outside the spec. */
function checkIndentation(object: Field, kind: ReadKind): void {
  const { home, fields } = KINDS[kind]
  const proper = home === null ? object : object.get(home)
  const elsewhere = home === null ? [object.get('metadata'), object.get('spec')] : [object.get('metadata'), object]
  for (const place of elsewhere) {
    for (const key of fields) {
      if (!place.has(key) || proper.has(key)) {
        continue
      }
      const found = place.path.length === 0 ? 'at the top level' : `under ${fieldName(place.path)}`
      const expected = home === null ? 'at the top level' : `under ${home}`
      place.get(key).complain(`found ${key} ${found}, expected it ${expected}. Check the indentation.`)
    }
  }
}

const article = (kind: string): string => (/^[AEIOU]/.test(kind) ? `an ${kind}` : `a ${kind}`)
