import type { PlanContext } from './context.ts'
import { PATH_KINDS, type PathKind } from './kinds.ts'
import type { NotApplicable } from './path.ts'
import { SOURCES } from './sources.ts'
import { unreadReason } from './unread.ts'

/**
 * Gives one reason for every kind that has no path for this Service. Where not all was read that makes paths of a kind,
 * that is the reason, and is told even if there are some.
 */
export function notApplicable(context: PlanContext, planned: ReadonlySet<PathKind>): NotApplicable[] {
  const kinds = PATH_KINDS.flatMap((kind): NotApplicable[] => {
    const source = SOURCES[kind]
    const unread = source.unread?.(context) ?? null
    if (unread !== null) {
      const more = planned.has(kind) ? 'there may be more paths: ' : ''
      const instead = source.instead === undefined ? '' : `; ${source.instead}`
      return [{ kind, reason: `${more}${unreadReason(unread)}${instead}` }]
    }
    return planned.has(kind) ? [] : [{ kind, reason: source.absent(context) }]
  })
  return [...kinds, ...gatewayRoutes(context)]
}

function gatewayRoutes({ index, target }: PlanContext): NotApplicable[] {
  const routes = index.routesOf(target.namespace, target.service).map((route): NotApplicable => {
    const gateways = route.parentRefs.filter(({ kind }) => kind === 'Gateway').map(({ name }) => `Gateway/${name}`)
    const of = gateways.length === 0 ? '' : ` (of ${gateways.join(', ')})`
    return {
      kind: 'Gateway',
      reason: `${route.kind}/${route.meta.name}${of} names the Service: routes of the Gateway API are not planned`,
    }
  })
  const unread = index.unread('gatewayRoutes', null)
  // Nearly every route is where its Service is, and a cluster without the Gateway API has none.
  const isTold = unread !== null && unread.reason !== 'not_asked' && unread.reason !== 'not_served'
  return isTold ? [...routes, { kind: 'Gateway', reason: unreadReason(unread) }] : routes
}
