/**
 * Gathers what the requests of one read give, with an account of what is still not known: an absence is one only where
 * the account says so.
 *
 * @module
 */
import { byKind, type ReadKind } from '../../../kube/kinds.ts'
import type { ObjectKind, ObjectsRead, Part, Provenance, Unread } from '../../../kube/object-source.ts'
import type { Ignored, KubeObject, KubeObjects } from '../../../kube/objects.ts'
import type { Listed } from './list.ts'

/** Objects of a kind in a namespace (`null`: in all, or without any), or the Service's own of them. */
export type Extent = { kind: ObjectKind; namespace: string | null; part: Part }

/** `stale`: nobody has confirmed for too long that they are those of the cluster. */
export type Moment = { readAtMs: number; stale: boolean }

const NOT_ASKED = 'Nobody has asked for them yet.'

export class Gathered {
  readonly #objects = new Map<string, KubeObject>()
  readonly #ignored: Ignored[]
  readonly #versions: Partial<Record<ObjectKind, string>>
  #unread: readonly Unread[]
  #readAtMs: number
  #stale: boolean

  constructor(readAtMs: number, before: ObjectsRead | null = null) {
    this.#readAtMs = before?.provenance.readAtMs ?? readAtMs
    this.#stale = before?.provenance.stale ?? false
    this.#unread = before?.provenance.unread ?? []
    this.#versions = { ...before?.provenance.resourceVersions }
    this.#ignored = [...(before?.ignored ?? [])]
    if (before !== null) {
      this.#add(allOf(before.objects))
    }
  }

  /** Nobody has asked yet for any. */
  notAsked(kind: ObjectKind): void {
    this.unread({ kind, namespace: null, reason: 'not_asked', detail: NOT_ASKED })
  }

  /** Tells whether any list of the kind came. */
  has(kind: ObjectKind): boolean {
    return this.#versions[kind] !== undefined
  }

  /** They were asked for, whatever came of it. */
  asked(extent: Extent): void {
    this.#unread = this.#unread.flatMap((row) => (row.reason === 'not_asked' ? without(row, extent) : [row]))
  }

  unread(row: Pick<Unread, 'kind' | 'namespace' | 'reason' | 'detail'> & Partial<Unread>): void {
    this.#unread = [...this.#unread, { besides: [], part: 'all', refused: null, ...row }]
  }

  /** @param moment when they were asked for, or were last confirmed. */
  take(
    { kind, namespace, part }: Extent,
    { kind: only, objects, refused, resourceVersion, isCut }: Listed,
    { readAtMs, stale }: Moment,
    partLeft: Unread['part'],
  ): void {
    if (part === 'others' && !isCut) {
      this.#forget(only, namespace)
    }
    this.#add(objects)
    this.#readAtMs = Math.min(this.#readAtMs, readAtMs)
    this.#stale ||= stale
    if (resourceVersion !== null) {
      this.#versions[kind] ??= resourceVersion
    }
    for (const { object, reason, namespace: own } of refused) {
      this.#ignored.push({ object, reason })
      const detail = `${object} is there, and this release cannot read it: ${reason}`
      this.unread({ kind, namespace: own ?? namespace, reason: 'failed', detail })
    }
    if (isCut) {
      const detail = `There are more than the ${objects.length} that were read.`
      this.unread({ kind, namespace, part: partLeft, reason: 'cut_short', detail })
    }
  }

  /** Takes objects that say nothing of others, where nothing newer is known of them. */
  addBeside(objects: readonly KubeObject[], readAtMs: number): void {
    this.#add(objects.filter((object) => !this.#objects.has(keyOf(object))))
    this.#readAtMs = Math.min(this.#readAtMs, readAtMs)
  }

  /** By namespace and name, as kubectl prints them, in whatever order they came. */
  get objects(): KubeObjects {
    const inOrder = [...this.#objects].toSorted(([a], [b]) => (a < b ? -1 : 1))
    return byKind(inOrder.map(([, object]) => object))
  }

  result(found: ObjectsRead['found']): ObjectsRead {
    const provenance: Provenance = {
      source: 'cluster',
      readAtMs: this.#readAtMs,
      resourceVersions: { ...this.#versions },
      stale: this.#stale,
      unread: this.#unread,
    }
    return { objects: this.objects, ignored: this.#ignored, provenance, ...(found && { found }) }
  }

  /** The later of two of one name counts. */
  #add(objects: readonly KubeObject[]): void {
    for (const object of objects) {
      this.#objects.set(keyOf(object), object)
    }
  }

  /** A whole list says of those that it lacks that they are gone. */
  #forget(kind: ReadKind, namespace: string | null): void {
    for (const [key, object] of this.#objects) {
      if (object.kind === kind && (namespace === null || object.meta.namespace === namespace)) {
        this.#objects.delete(key)
      }
    }
  }
}

const keyOf = ({ kind, meta }: KubeObject): string => `${kind}/${meta.namespace}/${meta.name}`

const allOf = (objects: KubeObjects): readonly KubeObject[] =>
  Object.values(objects).flatMap((each: readonly KubeObject[]) => each)

/** Takes from what nobody has asked for what was asked for now. */
function without(row: Unread, { kind, namespace, part }: Extent): readonly Unread[] {
  if (row.kind !== kind) {
    return [row]
  }
  if (part === 'own') {
    return row.part === 'all' ? [{ ...row, part: 'others' }] : [row]
  }
  if (namespace === null || row.namespace === namespace) {
    return []
  }
  return row.namespace === null && !row.besides.includes(namespace)
    ? [{ ...row, besides: [...row.besides, namespace] }]
    : [row]
}
