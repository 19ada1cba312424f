/**
 * The port through which objects come in. A request says where they are to come from (manifests that the caller sends,
 * or the cluster of its target); a source reads them, and says what it has not read. An empty list is an absence only if
 * its kind was read.
 *
 * @module
 */
import type { KubeObjects } from './objects.ts'
import type { Parsed } from './parse.ts'

export type ObjectKind = keyof KubeObjects

/** A request names the source of its objects; manifests come along with it. */
export type ObjectsAsked = { source: 'manifests'; manifests: Parsed } | { source: 'cluster' }

/**
 * One Service. Without a namespace it is looked for in the one that the source takes then; without a name it is the only
 * one of its namespace.
 */
export type ServiceTarget = {
  cluster: string
  namespace: string | null
  service: string | null
  /** Whoever asks is told of no other namespaces, as where a name was misspelt. Left out: of all. */
  within?: readonly string[]
}

/** Every Service of these namespaces (`null`: of the whole cluster), or those of them whose labels the selector matches. */
export type ServicesTarget = {
  cluster: string
  namespaces: readonly string[] | null
  /** As the API server takes it, like `app in (a,b)`; `null`: all. A source may read more than it matches. */
  selector: string | null
}

/** A source reads all that the paths of these Services rest on. */
export type ReadTarget = ServiceTarget | ServicesTarget

/** `held`: objects that the source keeps current by a watch will do; else all of them are read anew, after this call. */
export type ReadHow = {
  held: boolean
  /** Nothing but these is needed, so that a source need not ask for the rest; left out: all that paths rest on. */
  only?: readonly ObjectKind[]
}

/**
 * Objects of a kind were not asked for yet, the reader may not see them, the cluster does not serve the kind, reading
 * failed, or there were too many.
 */
export type UnreadReason = 'not_asked' | 'forbidden' | 'not_served' | 'failed' | 'cut_short'

/**
 * Whose objects of a kind: `own` are those that belong to the Service itself (it has this name, carries its label, is
 * matched by its selector), `others` are all the rest.
 */
export type Part = 'own' | 'others'

/** Objects that the cluster may have, although they are not among those that were read. */
export type Unread = {
  kind: ObjectKind
  /** `null`: in every namespace but those of `besides`; and a kind that has no namespaces. */
  namespace: string | null
  /** They were read in these namespaces all the same. Empty where `namespace` is set. */
  besides: readonly string[]
  /** `others`: those of the Service itself were read. `all`: they were not either. */
  part: 'all' | 'others'
  reason: UnreadReason
  /** Tells people what the source met, or what it would need. */
  detail: string
  /** The access that the API server refused. `null` unless the reason is `forbidden`. */
  refused: RefusedAccess | null
}

export type RefusedAccess = {
  verb: string
  /** The API group; empty for the core. */
  group: string
  /** Plural, as in `pods`. */
  resource: string
  /** As the API server names it, like `system:serviceaccount:portolan:portolan`; `null`: it did not say. */
  user: string | null
}

/** Objects that planning or a rule asked about, and that a source had not read because nobody had asked. */
export type Wanted = { kind: ObjectKind; namespace: string | null; part: Part }

/** Says how objects were come by. It stays with what was made of them after they have been let go of. */
export type Provenance = {
  source: 'manifests' | 'cluster' | 'agent'
  /** The oldest part was read then; `null`: nobody knows, as manifests do not say how old they are. */
  readAtMs: number | null
  /** One for each list that was read. */
  resourceVersions: Partial<Readonly<Record<ObjectKind, string>>>
  /** The source was out of reach: these are the last objects that it had. */
  stale: boolean
  unread: readonly Unread[]
}

export type ObjectsRead = Parsed & {
  provenance: Provenance
  /** The Service that the source took the target for; left out: it is looked for among the objects. */
  found?: { namespace: string; service: string }
}

export type ObjectSource = {
  /** @throws ProblemError if the objects of the target cannot be read at all. */
  read(target: ReadTarget, how: ReadHow): Promise<ObjectsRead>
  /**
   * Reads what was wanted besides. What cannot be read is among `unread` afterwards with another reason than
   * `not_asked`, so that it is wanted once. Left out: the source reads everything at once.
   *
   * @param read of the same target, by this source.
   */
  readOn?(target: ReadTarget, read: ObjectsRead, wanted: readonly Wanted[]): Promise<ObjectsRead>
}

/** The rules allow for what the author of manifests has left out, so that nothing is marked as unread. */
const FROM_MANIFESTS: Provenance = {
  source: 'manifests',
  readAtMs: null,
  resourceVersions: {},
  stale: false,
  unread: [],
}

/** Makes a source of manifests. It reads all of them, whatever the target is. */
export const manifestSource = ({ objects, ignored }: Parsed): ObjectSource => ({
  read: () => Promise.resolve({ objects, ignored, provenance: FROM_MANIFESTS }),
})
