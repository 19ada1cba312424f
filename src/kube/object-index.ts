/**
 * Finds objects by the names that other objects call them. An index is built once for a batch, so that planning one
 * Service costs what that Service has, not what the cluster has. Results are ordered by namespace and name, never by
 * document, and identical documents count once.
 *
 * An object without a namespace is in the one that is asked about (`kubectl apply` would put it there).
 *
 * @module
 */
import { type GatewayIndex, indexGateways } from './gateway-index.ts'
import { actionOf } from './ingress-actions.ts'
import { byKey, byNamespace, inOrder } from './lookups.ts'
import type { ObjectKind, Part, Provenance, Unread, Wanted } from './object-source.ts'
import type {
  EndpointSlice,
  Endpoints,
  Ingress,
  IngressBackend,
  IngressClass,
  KubeEvent,
  KubeObjects,
  Labels,
  Namespace,
  Node,
  Pod,
  Service,
  Workload,
} from './objects.ts'
import type { OpenShiftRoute } from './openshift-objects.ts'

export type ObjectIndex = GatewayIndex & {
  objects: KubeObjects
  /** They come from here. Nobody can add to the objects of a cluster by sending more. */
  source: Provenance['source']
  /** All Services of every namespace. */
  services: readonly Service[]
  nodes: readonly Node[]
  ingressClasses: readonly IngressClass[]
  servicesNamed(name: string): readonly Service[]
  servicesAt(namespace: string, name: string): readonly Service[]
  servicesIn(namespace: string): readonly Service[]
  slicesOf(namespace: string, service: string): readonly EndpointSlice[]
  endpointsOf(namespace: string, service: string): readonly Endpoints[]
  /** Services of all namespaces that carry every pair, as labels or as their selector. */
  servicesMarked(labels: Labels): readonly Service[]
  /** Pods that carry every pair of the selector; none for an empty one. */
  podsMatching(namespace: string, selector: Labels): readonly Pod[]
  podsIn(namespace: string): readonly Pod[]
  podNamed(namespace: string, name: string): Pod | null
  workloadsIn(namespace: string): readonly Workload[]
  /** Events about the object of that namespace, like `Pod/toad-1`. */
  eventsAbout(namespace: string, ref: string): readonly KubeEvent[]
  /** Ingresses of that namespace with a backend that names the Service. */
  ingressesOf(namespace: string, service: string): readonly Ingress[]
  /** Ingresses of other namespaces that name a Service of that name. */
  ingressesElsewhere(namespace: string, service: string): readonly Ingress[]
  /** Ingresses with a rule for exactly that host (as written; `null`: rules without a host). */
  ingressesForHost(host: string | null): readonly Ingress[]
  /** Services of all namespaces that have this node port, of any protocol. */
  servicesOnNodePort(nodePort: number): readonly Service[]
  /** The Service that has this cluster IP. */
  serviceByClusterIP(address: string): Service | null
  namespaceNamed(name: string): Namespace | null
  /** Routes of OpenShift, of that namespace, with a backend that names the Service. */
  openShiftRoutesOf(namespace: string, service: string): readonly OpenShiftRoute[]
  /** Routes of all namespaces that say this host. */
  openShiftRoutesForHost(host: string): readonly OpenShiftRoute[]
  nodeNamed(name: string): Node | null
  nodeByAddress(address: string): Node | null
  /**
   * Tells why nothing follows from the absence of such objects in that namespace (`null`: in any): they were not all
   * read. `null`: they were. What was not read because nobody had asked is wanted from then on.
   *
   * @param part `own`: only those of the Service itself are looked for.
   */
  unread(kind: ObjectKind, namespace: string | null, part?: Part): Unread | null
  /** Lists what was asked about in vain, each once. */
  wanted(): readonly Wanted[]
}

/** Lists the backends of an Ingress: those of its rules, and the default one. */
export function backendsOf(ingress: Ingress): readonly IngressBackend[] {
  const ofRules = ingress.rules.flatMap((rule) => rule.paths.map((path) => path.backend))
  return ingress.defaultBackend === null ? ofRules : [...ofRules, ingress.defaultBackend]
}

/** Lists the Services that backends name, and those that the action behind a backend forwards to. */
const backendNames = (ingress: Ingress): readonly string[] =>
  backendsOf(ingress).flatMap((backend) => {
    if (backend.service === null) {
      return []
    }
    const action = actionOf(ingress, backend)
    return [backend.service.name, ...(action === null ? [] : action.targets.map(({ service }) => service))]
  })

export const matchesLabels = (labels: Labels, selector: Labels): boolean =>
  Object.entries(selector).every(([key, value]) => labels[key] === value)

const pairsOf = (labels: Labels): readonly string[] => Object.entries(labels).map(([key, value]) => `${key}=${value}`)

/** Chooses the shortest list to look through, where all of them must hold. */
const shortest = <T>(lists: readonly (readonly T[])[]): readonly T[] =>
  lists.length === 0 ? [] : lists.reduce((least, list) => (list.length < least.length ? list : least))

const hostKey = (host: string | null): string => host ?? ''

/** @param unread names what is not among the objects, although the cluster may have it. */
export function indexObjects(
  objects: KubeObjects,
  unread: readonly Unread[] = [],
  source: Provenance['source'] = 'manifests',
): ObjectIndex {
  const services = inOrder(objects.services)
  const nodes = inOrder(objects.nodes)
  const pods = inOrder(objects.pods)
  const ingresses = inOrder(objects.ingresses)
  const inNamespace = () => ['']
  const wanted = new Map<string, Wanted>()

  const servicesNamed = byKey(services, (service) => [service.meta.name])
  const servicesAt = byNamespace(services, (service) => [service.meta.name])
  const servicesIn = byNamespace(services, inNamespace)
  const servicesByPair = byKey(services, ({ meta, selector }) => [...pairsOf(meta.labels), ...pairsOf(selector ?? {})])
  const servicesByNodePort = byKey(services, ({ ports }) => ports.flatMap(({ nodePort }) => nodePort?.toString() ?? []))
  const serviceByClusterIP = byKey(services, (service) => service.clusterIPs)
  const slices = byNamespace(inOrder(objects.endpointSlices), ({ serviceName }) =>
    serviceName === null ? [] : [serviceName],
  )
  const endpoints = byNamespace(inOrder(objects.endpoints), ({ meta }) => [meta.name])
  const podsByPair = byNamespace(pods, (pod) => pairsOf(pod.meta.labels))
  const podsIn = byNamespace(pods, inNamespace)
  const podsNamed = byNamespace(pods, (pod) => [pod.meta.name])
  const workloadsIn = byNamespace(inOrder(objects.workloads), inNamespace)
  const eventsAbout = byNamespace(inOrder(objects.events), ({ involvedObject }) => [
    `${involvedObject.kind}/${involvedObject.name}`,
  ])
  const ingressesOf = byNamespace(ingresses, backendNames)
  const ingressesNaming = byKey(ingresses, backendNames)
  const ingressesForHost = byKey(ingresses, (ingress) => ingress.rules.map((rule) => hostKey(rule.host)))
  const nodesNamed = byKey(nodes, (node) => [node.meta.name])
  const nodesByAddress = byKey(nodes, (node) => node.addresses.map(({ address }) => address))
  const namespacesNamed = byKey(objects.namespaces, ({ meta }) => [meta.name])

  const openShiftRoutes = inOrder(objects.openShiftRoutes)

  return {
    ...indexGateways(objects),
    openShiftRoutesOf: byNamespace(openShiftRoutes, ({ backends }) =>
      backends.filter(({ kind }) => kind === 'Service').map(({ name }) => name),
    ),
    openShiftRoutesForHost: byKey(openShiftRoutes, ({ host }) => (host === null ? [] : [host])),
    objects,
    source,
    services,
    nodes,
    ingressClasses: inOrder(objects.ingressClasses),
    servicesNamed,
    servicesAt,
    servicesIn: (namespace) => servicesIn(namespace, ''),
    slicesOf: slices,
    endpointsOf: endpoints,
    servicesOnNodePort: (nodePort) => servicesByNodePort(String(nodePort)),
    servicesMarked: (labels) =>
      shortest(pairsOf(labels).map(servicesByPair)).filter(
        ({ meta, selector }) => matchesLabels(meta.labels, labels) || matchesLabels(selector ?? {}, labels),
      ),
    podsMatching: (namespace, selector) =>
      shortest(pairsOf(selector).map((pair) => podsByPair(namespace, pair))).filter((pod) =>
        matchesLabels(pod.meta.labels, selector),
      ),
    podsIn: (namespace) => podsIn(namespace, ''),
    podNamed: (namespace, name) => podsNamed(namespace, name)[0] ?? null,
    workloadsIn: (namespace) => workloadsIn(namespace, ''),
    eventsAbout,
    ingressesOf,
    ingressesElsewhere: (namespace, service) =>
      ingressesNaming(service).filter(
        (ingress) => ingress.meta.namespace !== null && ingress.meta.namespace !== namespace,
      ),
    ingressesForHost: (host) => ingressesForHost(hostKey(host)),
    namespaceNamed: (name) => namespacesNamed(name)[0] ?? null,
    serviceByClusterIP: (address) => serviceByClusterIP(address)[0] ?? null,
    nodeNamed: (name) => nodesNamed(name)[0] ?? null,
    nodeByAddress: (address) => nodesByAddress(address)[0] ?? null,
    unread: (kind, namespace, part = 'others') => {
      const found = unread.find((each) => each.kind === kind && isAbout(each, namespace, part)) ?? null
      if (found?.reason === 'not_asked') {
        wanted.set(`${kind} ${namespace} ${part}`, { kind, namespace, part })
      }
      return found
    },
    wanted: () => [...wanted.values()],
  }
}

/** Tells whether objects that were not read are among those of that namespace (`null`: of any). */
export function isAbout(unread: Unread, namespace: string | null, part: Part): boolean {
  if (part === 'own' && unread.part === 'others') {
    return false
  }
  return (
    namespace === null ||
    unread.namespace === namespace ||
    (unread.namespace === null && !unread.besides.includes(namespace))
  )
}
