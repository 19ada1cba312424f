import type { PlanContext } from './context.ts'
import { PATH_KINDS, type PathKind } from './kinds.ts'
import type { NotApplicable } from './path.ts'
import { SOURCES } from './sources.ts'

/** Gives one reason for every kind that has no path for this Service. */
export function notApplicable(context: PlanContext, planned: ReadonlySet<PathKind>): NotApplicable[] {
  const missing = PATH_KINDS.filter((kind) => !planned.has(kind)).map((kind) => ({
    kind,
    reason: SOURCES[kind].absent(context),
  }))
  const routes = context.index
    .routesOf(context.target.namespace, context.target.service)
    .map((route): NotApplicable => {
      const of = route.gateways.length === 0 ? '' : ` (of Gateway/${route.gateways.join(', Gateway/')})`
      return {
        kind: 'Gateway',
        reason: `${route.kind}/${route.meta.name}${of} names the Service: routes of the Gateway API are not planned`,
      }
    })
  return [...missing, ...routes]
}
