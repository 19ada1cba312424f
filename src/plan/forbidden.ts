/**
 * Tells what the API server refused to show, what a plan lacks for it, and which rule would allow it.
 *
 * @module
 */
import type { ObjectKind, Provenance, RefusedAccess, Unread } from '../kube/object-source.ts'
import { RESOURCES, ruleFor } from '../kube/resources.ts'
import type { PathKind } from './kinds.ts'
import type { Plan } from './path.ts'

export type Forbidden = {
  /** Plural, as in `pods`. */
  resource: string
  verb: string
  /** `null`: in all namespaces, or the resource has none. */
  namespace: string | null
  /** Tells people which paths or answers the plan lacks for it. */
  effect: string
  /** The RBAC rule to add, as YAML. */
  rule: string
}

type Effect = (plan: Plan) => string

const has = ({ paths }: Plan, kind: PathKind): boolean => paths.some((path) => path.kind === kind)

/** Effects where the objects of the Service itself, or those of its namespace, are among those that were refused. */
const EFFECTS: Readonly<Record<ObjectKind, Effect>> = {
  services: () =>
    'Other Services are not seen: which one stands before an Ingress controller, and which ones have the same node port, variables or addresses, is not known.',
  endpointSlices: (plan) =>
    has(plan, 'Endpoint')
      ? 'Endpoint paths come from other objects than the EndpointSlices, and may not be all. That the Service has no endpoint is never concluded.'
      : 'There are no Endpoint paths. Whether the Service has endpoints, and on which nodes, is not known.',
  endpoints: () => 'Endpoints that were written by hand are not seen.',
  ingresses: () => 'There are no Ingress paths, and nothing is found about Ingresses.',
  ingressClasses: () =>
    'The controller of an Ingress is recognised by the name of its class and by annotations alone. That a class does not exist is not detected.',
  nodes: () =>
    'NodePort paths are planned only at addresses that addresses.nodes names. Whether a node is Ready, or kept from load balancers, is not known.',
  pods: () =>
    'Labels, ports and readiness of the pods are not known: that the selector matches none, that a port has another name, or that a pod is not Ready is not detected.',
  workloads: () => 'What makes the pods is not seen: that it has no replicas, or other labels, is not detected.',
  networkPolicies: () => 'That a NetworkPolicy lets nobody in is not detected.',
  events: () =>
    'What the cluster says itself about the Service, its pods and what makes them is not told: why a load balancer has no address, or why a pod does not start.',
  gatewayClasses: () =>
    'Which controller a Gateway belongs to is not known: conditions are taken from any, and that a class does not exist is not detected.',
  gateways: () =>
    'There are no paths through the Gateways that routes name: their addresses and listeners are not known.',
  listenerSets: () => 'Listeners that ListenerSets add to a Gateway are not seen, and have no paths.',
  gatewayRoutes: () => 'Routes of the Gateway API that lead to the Service have no paths.',
  referenceGrants: () =>
    'Whether a route may lead to a Service, or a listener to a certificate, of another namespace is not known.',
  openShiftRoutes: () => 'Routes of OpenShift that lead to the Service have no paths.',
  backendTlsPolicies: () => 'That a Gateway speaks TLS to the Service, and which name it expects, is not known.',
  namespaces: () => 'Annotations of the namespace are not seen, so that they opt no Service in or out.',
}

/** Effects where only objects of other namespaces, or of other Services, were refused. */
const EFFECTS_BESIDE: Partial<Readonly<Record<ObjectKind, string>>> = {
  endpointSlices: 'Endpoints of other Services (the DNS of the cluster, an Ingress controller) are not seen.',
  endpoints: 'Endpoints of other Services are not seen.',
  ingresses: 'Ingresses of other namespaces that name the Service, or claim its hosts, are not seen.',
  pods: 'Other pods are not seen: those that the selector may have meant, and those of an Ingress controller.',
  workloads: 'Workloads of other namespaces that make such pods are not seen.',
  gateways: 'Gateways of other namespaces have no paths: their addresses and listeners are not known.',
  listenerSets: 'Listeners that ListenerSets of other namespaces add to a Gateway are not seen.',
  openShiftRoutes: 'Routes of OpenShift of other namespaces that claim the same hosts are not seen.',
  gatewayRoutes: 'Routes of other namespaces that lead to the Service, or take its requests, are not seen.',
  referenceGrants: 'Whether a listener may use a certificate of another namespace is not known.',
}

/** Tells whether objects of the Service's own namespace, or without one, are among those that were not read. */
const isOwn = ({ part, namespace, besides }: Unread, { target }: Plan): boolean =>
  part === 'all' && (namespace === null ? !besides.includes(target.namespace) : namespace === target.namespace)

/** Names what the API server refused; if the source does not say, the first resource of the kind. */
function refusedOf({ kind, refused }: Unread): RefusedAccess {
  const [first] = RESOURCES[kind]
  return refused ?? { verb: 'list', group: first?.group ?? '', resource: first?.resource ?? kind, user: null }
}

/**
 * Lists what was forbidden while the objects of a plan were read: each resource once for all namespaces, or once for
 * each namespace.
 */
export function forbiddenOf({ unread }: Pick<Provenance, 'unread'>, plan: Plan): Forbidden[] {
  const kinds = Object.keys(RESOURCES)
  const all = unread
    .filter(({ reason }) => reason === 'forbidden')
    .map((each) => ({ each, refused: refusedOf(each), isOwn: isOwn(each, plan) }))
    .toSorted(
      (a, b) =>
        kinds.indexOf(a.each.kind) - kinds.indexOf(b.each.kind) ||
        (a.each.namespace ?? '').localeCompare(b.each.namespace ?? ''),
    )
  const everywhere = new Set(all.flatMap(({ each, refused }) => (each.namespace === null ? nameOf(refused) : [])))
  const told = Map.groupBy(all, ({ each, refused }) => {
    const name = nameOf(refused)
    return everywhere.has(name) ? name : `${name} ${each.namespace}`
  })
  return [...told.values()].flatMap((group) => {
    const [first] = group.toSorted((a, b) => Number(b.isOwn) - Number(a.isOwn))
    if (first === undefined) {
      return []
    }
    const { refused } = first
    const namespace = everywhere.has(nameOf(refused)) ? null : first.each.namespace
    const beside = EFFECTS_BESIDE[first.each.kind]
    return [
      {
        resource: refused.resource,
        verb: refused.verb,
        namespace,
        effect: first.isOwn || beside === undefined ? EFFECTS[first.each.kind](plan) : beside,
        rule: ruleFor(refused, namespace),
      },
    ]
  })
}

const nameOf = ({ group, resource }: RefusedAccess): string => `${group}/${resource}`
