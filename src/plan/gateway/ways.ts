import type { RouteRule } from '../../kube/gateway-objects.ts'
import { refOf } from '../../kube/objects.ts'
import { becauseText, fieldOf, type ObjectField } from '../because.ts'
import type { RouteWay } from './types.ts'

/** `HTTPRoute/shop spec.rules[0].matches[1]`; the rule alone where it has one match. */
export const wayField = ({ route, rule, ruleAt, matchAt }: RouteWay): ObjectField =>
  fieldOf(refOf(route), `spec.rules[${ruleAt}]${rule.matches.length > 1 ? `.matches[${matchAt}]` : ''}`)

/** The same, for texts. */
export const wayText = (way: RouteWay): string => becauseText(wayField(way))

/** Tells whether two ways lead to the same backends by the same filters, so that it does not matter which gets a request. */
export const leadsAlike = (a: RouteWay, b: RouteWay): boolean =>
  (a.route === b.route && a.ruleAt === b.ruleAt) ||
  (a.route.meta.namespace === b.route.meta.namespace && contentOf(a.rule) === contentOf(b.rule))

const contentOf = ({ backends, filters, timeouts }: RouteRule): string => JSON.stringify([backends, filters, timeouts])
