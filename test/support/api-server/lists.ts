/**
 * Lists and single objects: selectors, pages, snapshots, representations.
 *
 * @module
 */
import type { KubeObject, ObjectStore } from './objects.ts'
import { groupVersion, type Resource } from './resources.ts'
import { type FieldSelector, parseFieldSelector, parseLabelSelector, type Selection } from './selectors.ts'
import {
  badRequest,
  badVersion,
  continueTooOld,
  invalidOption,
  isRefusal,
  notAcceptable,
  type Refusal,
  versionTooLarge,
  versionTooOld,
} from './status.ts'

/** The whole object, or its metadata alone (`PartialObjectMetadata`). */
export type Representation = 'whole' | 'metadata'

/** Takes the first that the server can give of what `Accept` names. */
export function representationOf(accept: string | undefined): Representation | Refusal {
  for (const range of (accept ?? '*/*').split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim())
    const as = parameters.find((parameter) => parameter.startsWith('as='))?.slice('as='.length)
    if (type === 'application/json' || type === '*/*' || type === 'application/*') {
      if (as === undefined) {
        return 'whole'
      }
      if (as === 'PartialObjectMetadataList' || as === 'PartialObjectMetadata') {
        return 'metadata'
      }
    }
  }
  return notAcceptable()
}

export type Selected = { selects: Selection; fields: FieldSelector; hasSelector: boolean }

export function selectionOf(query: URLSearchParams, resource: Resource, namespace?: string): Selected | Refusal {
  const labels = parseLabelSelector(query.get('labelSelector') ?? '')
  const fields = parseFieldSelector(query.get('fieldSelector') ?? '', resource)
  if (typeof labels === 'object') {
    return labels
  }
  if (isRefusal(fields)) {
    return fields
  }
  return {
    fields,
    hasSelector: (query.get('labelSelector') ?? '') + (query.get('fieldSelector') ?? '') !== '',
    selects: (object) =>
      (namespace === undefined || object.metadata.namespace === namespace) && labels(object) && fields.matches(object),
  }
}

/** Reads a resourceVersion; `null`: none was given. */
export function versionOf(query: URLSearchParams, isWatch: boolean): number | null | Refusal {
  const text = query.get('resourceVersion') ?? ''
  if (text === '') {
    return null
  }
  return /^\d+$/.test(text) ? Number(text) : badVersion(text, isWatch)
}

type Cursor = { version: number; start: string }

const INCONSISTENT = -1

const writeCursor = (version: number, start: string) =>
  Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: version, start })).toString('base64url')

function readCursor(text: string): Cursor | Refusal {
  try {
    const { rv, start } = JSON.parse(Buffer.from(text, 'base64url').toString())
    return { version: Number(rv), start: String(start) }
  } catch {
    return badRequest(
      "invalid continue token: continue key is not valid: invalid character '®' looking for beginning of value",
    )
  }
}

export type ListAnswer = { items: KubeObject[]; metadata: Record<string, unknown> }

export type ListRequest = {
  store: ObjectStore
  resource: Resource
  namespace?: string | undefined
  query: URLSearchParams
}

/** Answers a list, with the snapshot that its `continue` or resourceVersion asks for. */
export function list(request: ListRequest): ListAnswer | Refusal {
  const { store, resource, namespace, query } = request
  const selected = selectionOf(query, resource, namespace)
  const asked = versionOf(query, false)
  if (isRefusalOrNot(selected)) {
    return selected
  }
  if (asked !== null && typeof asked === 'object') {
    return asked
  }
  const match = query.get('resourceVersionMatch')
  const limit = Number(query.get('limit') ?? 0)
  const cursorText = query.get('continue') ?? ''
  const conflict = conflictOf({ match, asked, hasCursor: cursorText !== '' })
  if (conflict) {
    return conflict
  }
  const cursor = cursorText === '' ? null : readCursor(cursorText)
  if (cursor && 'status' in cursor) {
    return cursor
  }
  const snapshot = cursor
    ? (snapshotOf(store, cursor) as number | Refusal)
    : versionToServe(store, { asked, match, hasLimit: limit > 0 })
  if (typeof snapshot === 'object') {
    return snapshot
  }
  const start = cursor ? cursor.start.replace(/^\//, '') : ''
  const startKey = cursor && namespace !== undefined ? `${namespace}/${start}` : start
  const found = store
    .at(resource, snapshot, namespace)
    .filter(([key, object]) => key >= startKey && selected.selects(object))
  const size = limit > 0 && asked !== 0 ? limit : found.length
  const last = found[size - 1]
  const left = found.length - size
  return {
    items: found.slice(0, size).map(([, object]) => object),
    metadata: {
      resourceVersion: String(snapshot),
      ...(left > 0 &&
        last && {
          continue: writeCursor(
            cursor?.version === INCONSISTENT ? INCONSISTENT : snapshot,
            // A first page is read from the cache, whose keys begin with a slash, and a further one from etcd
            `${cursor ? '' : '/'}${namespace === undefined ? last[0] : last[0].slice(namespace.length + 1)}\u0000`,
          ),
          ...(!selected.hasSelector && { remainingItemCount: left }),
        }),
    },
  }
}

const isRefusalOrNot = (value: object): value is Refusal => isRefusal(value)

function conflictOf(options: { match: string | null; asked: number | null; hasCursor: boolean }): Refusal | null {
  const { match, asked, hasCursor } = options
  if (match !== null && asked === null) {
    return invalidOption('resourceVersionMatch', 'resourceVersionMatch is forbidden unless resourceVersion is provided')
  }
  if (match !== null && hasCursor) {
    return invalidOption('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided')
  }
  if (match === 'Exact' && asked === 0) {
    return invalidOption('resourceVersionMatch', 'resourceVersionMatch "Exact" is forbidden for resourceVersion "0"')
  }
  if (hasCursor && asked !== null && asked !== 0) {
    return badRequest('specifying resource version is not allowed when using continue')
  }
  return null
}

function snapshotOf(store: ObjectStore, { version, start }: Cursor): number | Refusal {
  if (version === INCONSISTENT) {
    return store.version
  }
  return version < store.compacted ? continueTooOld(writeCursor(INCONSISTENT, start.replace(/^\//, ''))) : version
}

type Asking = { asked: number | null; match: string | null; hasLimit: boolean }

function versionToServe(store: ObjectStore, { asked, match, hasLimit }: Asking): number | Refusal {
  if (asked === null || asked === 0) {
    return store.version
  }
  if (asked > store.version) {
    return versionTooLarge(asked, store.version)
  }
  if (match === 'Exact' || (match === null && hasLimit)) {
    return asked < store.compacted ? versionTooOld() : asked
  }
  return store.version
}

/** Texts of objects, made once each: the lists of a large cluster are joined from them. */
const texts = new WeakMap<KubeObject, Map<string, string>>()

/** @param version is the one asked for: an object that is kept in another says so. */
export function textOf(object: KubeObject, form: 'object' | 'item' | 'metadata', apiVersion: string): string {
  const known = texts.get(object) ?? new Map<string, string>()
  texts.set(object, known)
  const key = `${form} ${apiVersion}`
  const text = known.get(key) ?? JSON.stringify(formed(object, form, apiVersion))
  known.set(key, text)
  return text
}

function formed(object: KubeObject, form: 'object' | 'item' | 'metadata', apiVersion: string): object {
  const { apiVersion: _, kind, ...rest } = object
  switch (form) {
    case 'object':
      return { kind, apiVersion, ...rest }
    case 'item':
      return rest
    case 'metadata':
      return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata }
  }
}

/** The JSON of a list, as the server writes it. */
export function listText(answer: ListAnswer, resource: Resource, version: string, as: Representation): string {
  const apiVersion = groupVersion(resource.group, version)
  const form = as === 'metadata' ? 'metadata' : resource.isCustom ? 'object' : 'item'
  const head =
    as === 'metadata'
      ? { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1' }
      : { kind: `${resource.kind}List`, apiVersion }
  const items = answer.items.map((object) => textOf(object, form, apiVersion)).join(',')
  if (resource.isCustom && as === 'whole') {
    const metadata = JSON.stringify({ continue: '', ...answer.metadata })
    return `{"apiVersion":${JSON.stringify(apiVersion)},"items":[${items}],"kind":"${head.kind}","metadata":${metadata}}`
  }
  return `${JSON.stringify({ ...head, metadata: answer.metadata }).slice(0, -1)},"items":[${items}]}`
}
