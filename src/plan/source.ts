import type { Unread } from '../kube/object-source.ts'
import type { PlanContext } from './context.ts'
import type { PathDraft } from './draft.ts'
import type { Size, Sized } from './size.ts'

/** Plans one kind of path. Each kind has a source, in its own file. */
export type Source = {
  /** Plans the paths that the objects make; also names, of kind DNS, that the same objects make. */
  paths(context: PlanContext): readonly PathDraft[]
  /** Tells why there is no path of the kind, where there is none. */
  absent(context: PlanContext): string
  /** Tells what would make a path and does not, each with its reason; it is told beside paths as well. Left out: nothing. */
  refused?(context: PlanContext): readonly string[]
  /** Tells why there may be more paths of the kind: not all was read that makes them. Left out: the Service alone does. */
  unread?(context: PlanContext): Unread | null
  /** A request may give these in place of objects that were not read. */
  instead?: string
  /** Counts what its paths are a product of, before any is made. Nothing for a kind that does not apply. */
  sizes(sized: Sized): readonly Size[]
}
