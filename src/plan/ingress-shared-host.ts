/**
 * Tells whether a request to a router may be answered by an object of another namespace: the author of an Ingress may
 * write any host into it, also one that somebody else serves. Pure.
 *
 * @module
 */
import type { ObjectIndex } from '../kube/object-index.ts'
import type { Ingress } from '../kube/objects.ts'
import { HEADER_DOUBT } from './choose-checks.ts'
import { classOf } from './controllers/table.ts'
import { hostnamesFor } from './gateway/hosts.ts'
import { competitors, winners } from './ingress-competition.ts'
import { type Route, routesOf } from './ingress-rules.ts'
import { KINDS } from './kinds.ts'
import type { PlannedPath } from './path.ts'
import { unreadText } from './unread.ts'

/** @returns why the path is not asked; `null`: what it asks is the Service's own. */
export function sharedBy(index: ObjectIndex, namespace: string, path: PlannedPath): string | null {
  if (KINDS[path.kind].between !== 'router') {
    return null
  }
  if (path.because.some(({ note }) => note?.endsWith(HEADER_DOUBT))) {
    return 'with the headers of a check another rule may get the request, which may be of another namespace'
  }
  if (path.checks.some((check) => check.type === 'tcp' && check.queryResponse.length > 0)) {
    return 'a conversation of the caller may name another host to the router'
  }
  const unread =
    path.kind === 'Ingress'
      ? index.unread('ingresses', null)
      : path.kind === 'Route'
        ? index.unread('openShiftRoutes', null)
        : index.unread('gatewayRoutes', null)
  if (unread !== null && unread.reason !== 'not_served') {
    return `whether an object of another namespace takes its requests is not known: ${unreadText(unread)}`
  }
  // Routes of Gateways and of OpenShift need no such look: a path whose requests another route gets is not planned.
  return path.kind === 'Ingress' ? sharedIngress(index, namespace, path) : null
}

function sharedIngress(index: ObjectIndex, namespace: string, { host, checks }: PlannedPath): string | null {
  const paths = checks.flatMap((check) =>
    check.type === 'http' ? [check.path ?? '/'] : check.type === 'grpc' ? ['/'] : [],
  )
  for (const name of hostnamesFor(host)) {
    const all = index.ingressesForHost(name)
    const foreign = all.filter(({ meta }) => meta.namespace !== namespace)
    const own = all.filter(({ meta }) => meta.namespace === namespace)
    const rivals = foreign.filter((ingress) => own.length === 0 || own.some((each) => isOfOneClass(each, ingress)))
    if (rivals.some((ingress) => paths.some((path) => mayTake(index, ingress, name, path)))) {
      return `an Ingress of another namespace takes requests for ${host ?? 'any host'} as well`
    }
    if (own.length > 0) {
      return null
    }
  }
  return null
}

/** An Ingress without a class is of the default one, whichever that is. */
const isOfOneClass = (a: Ingress, b: Ingress): boolean =>
  classOf(a) === null || classOf(b) === null || classOf(a) === classOf(b)

function mayTake(index: ObjectIndex, ingress: Ingress, host: string | null, path: string): boolean {
  const ofHost: readonly Route[] = routesOf(ingress).filter((route) => route.host === host)
  const [any] = ofHost
  if (any === undefined) {
    return false
  }
  const best = winners(competitors(index, any), path)
  return best.some((route) => route.ingress === ingress)
}
