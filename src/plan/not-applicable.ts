import type { PlanContext } from './context.ts'
import { PATH_KINDS, type PathKind } from './kinds.ts'
import type { NotApplicable } from './path.ts'
import { SOURCES } from './sources.ts'
import { unreadReason } from './unread.ts'

/**
 * Gives one reason for every kind that has no path for this Service. Where not all was read that makes paths of a kind,
 * that is the reason, and is told even if there are some; so is everything that would make a path and does not.
 */
export function notApplicable(context: PlanContext, planned: ReadonlySet<PathKind>): NotApplicable[] {
  return PATH_KINDS.flatMap((kind): NotApplicable[] => {
    const source = SOURCES[kind]
    const refused = (source.refused?.(context) ?? []).map((reason) => ({ kind, reason }))
    const unread = source.unread?.(context) ?? null
    if (unread !== null) {
      const more = planned.has(kind) ? 'there may be more paths: ' : ''
      const instead = source.instead === undefined ? '' : `; ${source.instead}`
      return [...refused, { kind, reason: `${more}${unreadReason(unread)}${instead}` }]
    }
    return planned.has(kind) || refused.length > 0 ? refused : [{ kind, reason: source.absent(context) }]
  })
}
