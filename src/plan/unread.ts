/**
 * Words for what was not read: paths and findings that rest on it say so. What was not read may be there.
 *
 * @module
 */
import type { ObjectKind, Unread, UnreadReason } from '../kube/object-source.ts'
import { type Because, noteOf } from './because.ts'

const KINDS: Readonly<Record<ObjectKind, string>> = {
  services: 'Services',
  endpoints: 'Endpoints',
  endpointSlices: 'EndpointSlices',
  ingresses: 'Ingresses',
  ingressClasses: 'IngressClasses',
  nodes: 'Nodes',
  pods: 'Pods',
  workloads: 'Deployments and the like',
  networkPolicies: 'NetworkPolicies',
  events: 'Events',
  gatewayClasses: 'GatewayClasses',
  gateways: 'Gateways',
  listenerSets: 'ListenerSets',
  gatewayRoutes: 'Routes of the Gateway API',
  referenceGrants: 'ReferenceGrants',
  backendTlsPolicies: 'BackendTLSPolicies',
  openShiftRoutes: 'Routes of OpenShift',
  namespaces: 'Namespaces',
}

const REASONS: Readonly<Record<UnreadReason, string>> = {
  not_asked: 'they were not asked for',
  forbidden: 'forbidden',
  not_served: 'the cluster does not serve them',
  failed: 'reading failed',
  cut_short: 'there were too many',
}

const WITHOUT_NAMESPACE: ReadonlySet<ObjectKind> = new Set(['nodes', 'ingressClasses', 'namespaces', 'gatewayClasses'])

/** Names the objects: `Pods of namespace pond`, `other Ingresses` than those of the namespaces that were read. */
function objectsOf({ kind, namespace, besides, part }: Unread): string {
  const name = KINDS[kind]
  if (WITHOUT_NAMESPACE.has(kind)) {
    return name
  }
  if (namespace !== null) {
    return `${part === 'others' ? 'Other ' : ''}${name} of namespace ${namespace}`
  }
  if (besides.length > 0) {
    return `${name} of other namespaces`
  }
  return part === 'others' ? `Other ${name}` : name
}

/** `Nodes were not read (forbidden)`: a part of a sentence that begins with a capital letter. */
export const unreadText = (unread: Unread): string =>
  `${objectsOf(unread)} were not${unread.reason === 'cut_short' ? ' all' : ''} read (${REASONS[unread.reason]})`

/** The same with what the source met, for where it is told at length; and where the rule stands that would allow it. */
export function unreadReason(unread: Unread): string {
  const { reason, detail } = unread
  const met = detail === '' ? '' : `: ${detail}`
  return `${unreadText(unread)}${met}${reason === 'forbidden' ? '; objects.forbidden has the rule that allows it' : ''}`
}

/** Each as a reason of a path that rests on it, once: another might stand there if they had been read. */
export function restingOn(...unread: readonly (Unread | null)[]): Because[] {
  const told = new Set(unread.flatMap((each) => (each === null ? [] : unreadText(each))))
  return [...told].map((note) => ({ ...noteOf(note), unread: true }))
}
