import type { PlanContext } from './context.ts'
import type { PathDraft } from './draft.ts'
import type { Size, Sized } from './size.ts'

/** What a kind of path is planned by. Each kind has one, in its own file. */
export type Source = {
  /** The paths that the objects make; also of another kind, where the same objects make a name. */
  paths(context: PlanContext): readonly PathDraft[]
  /** Tells why there is no path of the kind. Asked where there is none. */
  absent(context: PlanContext): string
  /** Counts what its paths are a product of, before any is made. Nothing for a kind that does not apply. */
  sizes(sized: Sized): readonly Size[]
}
