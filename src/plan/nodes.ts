/**
 * NodePort paths: each port at each address of each node.
 *
 * @module
 */
import type { Unread } from '../kube/object-source.ts'
import type { Node, Service } from '../kube/objects.ts'
import { familyOf } from '../lib/address.ts'
import { type Because, doubted, excused, fieldOf, noted } from './because.ts'
import { type PlanContext, type PlannedPort, portsFor } from './context.ts'
import { draft, type PathDraft } from './draft.ts'
import { familiesOf, mayHaveFamilyOf } from './families.ts'
import { isPrivate, scopeOf } from './ip.ts'
import type { Position } from './path.ts'
import { hasLocalEndpoint, isExternalName, isHeadless, otherProxyExcuses, withoutAddress } from './service.ts'
import { unreadPlaces } from './service-endpoints.ts'
import { counted, given, oneAtLeast, portsCounted, sum } from './size.ts'
import type { Source } from './source.ts'
import { restingOn, unreadText } from './unread.ts'

/** Address types in the order in which the e2e tests try them (framework/service/jig.go). Names have no defined meaning. */
const ADDRESS_TYPES = ['InternalIP', 'ExternalIP'] as const

export type NodeAddress = {
  address: string
  /** `null` for an address of the caller's that no Node object has. */
  node: Node | null
  because: Because
  /** Objects that were not read might say more about it. */
  resting: readonly Because[]
  /** The path's id holds this instead of the address, so that it stays when the address changes. */
  identity: readonly (string | null)[]
  given: boolean
  /** The reasons why it is not promised, or why the prober, where it stands, may not get there. */
  doubts: readonly Because[]
}

/** Tells whether the Service asks for node ports: type NodePort, or LoadBalancer unless it declines them. */
export function wantsNodePorts({ service }: PlanContext): boolean {
  if (service.type === 'NodePort') {
    return true
  }
  if (service.type !== 'LoadBalancer') {
    return false
  }
  return service.allocateLoadBalancerNodePorts || service.ports.some(({ nodePort }) => nodePort !== null)
}

export const nodePortSource: Source = {
  paths: nodePortPaths,
  absent: (context) =>
    withoutAddress(context) ??
    (context.service.type === 'LoadBalancer'
      ? 'spec.allocateLoadBalancerNodePorts is false'
      : `Service type is ${context.service.type}`),
  unread: (context) => (hasNodePorts(context) && context.addresses.nodes.length === 0 ? unreadNodes(context) : null),
  instead: 'addresses.nodes may name addresses to dial',
  sizes(sized) {
    const { service, index, request } = sized
    if (service.type !== 'NodePort' && service.type !== 'LoadBalancer') {
      return []
    }
    const addresses = sum(index.nodes.map((node) => node.addresses.length))
    const nodes =
      given(request.addresses.nodes, '/addresses/nodes', 'nodes') ??
      counted('nodes', oneAtLeast(addresses), 'Node status.addresses')
    return [{ kind: 'NodePort', counted: [portsCounted(sized), nodes], each: 1 }]
  },
}

const hasNodePorts = (context: PlanContext): boolean =>
  !isExternalName(context) && !isHeadless(context) && wantsNodePorts(context)

const unreadNodes = ({ index }: PlanContext): Unread | null => index.unread('nodes', null)

function nodePortPaths(context: PlanContext): PathDraft[] {
  if (!hasNodePorts(context)) {
    return []
  }
  const { service } = context
  const addresses = nodeAddresses(context)
  const used = wholeNodes(
    context,
    addresses.filter(({ address }) => mayHaveFamilyOf(service, address)),
  )
  return portsFor(context, 'NodePort').flatMap((planned) => {
    const { port, at: position } = planned
    const { nodePort } = port
    const field = fieldOf(`Service/${service.meta.name}`, `spec.ports[${position}].nodePort`)
    if (nodePort === null && !service.allocateLoadBalancerNodePorts) {
      return []
    }
    if (used.length === 0) {
      return unreadNodes(context) === null || context.addresses.nodes.length > 0
        ? [withoutNode(context, planned, field)]
        : []
    }
    return used.map((at) => atNode(context, planned, field, at))
  })
}

/** A node port is opened for the families that the Service gets. */
function familyDoubts(service: Service, address: string): Because[] {
  const family = familyOf(address)
  return familiesOf(service).flatMap((each) => (each.family === family && each.doubt !== null ? [each.doubt] : []))
}

const groupOf = ({ node, address }: NodeAddress): string => node?.meta.name ?? address

/** A node is kept with all of its addresses, or left out. */
function wholeNodes(context: PlanContext, addresses: readonly NodeAddress[]): readonly NodeAddress[] {
  const groups = [...Map.groupBy(addresses, groupOf).entries()]
  const works = ({ doubts, node }: NodeAddress): boolean =>
    doubts.length === 0 && externalPolicyExcuses(context, node).length === 0
  const kept = context.take(
    'NodePort',
    'nodes',
    groups,
    ([name, own]) => [name, ...own.map(({ address }) => address)].join('\n'),
    ([, own]) => own.some(works),
  )
  return kept === groups ? addresses : kept.flatMap(([, own]) => own)
}

function withoutNode(context: PlanContext, { port, scheme, schemeBecause }: PlannedPort, field: Because): PathDraft {
  const pending =
    context.index.nodes.length === 0
      ? 'no Node is among the objects: add them (kubectl get nodes -o yaml), or name addresses in addresses.nodes'
      : 'no Node has an IP address of a family that the Service has'
  return draft({
    kind: 'NodePort',
    port,
    trafficPolicy: context.service.externalTrafficPolicy,
    scheme,
    addressPort: port.nodePort,
    because: [field, ...schemeBecause],
    discriminator: [null],
    reach: 'anywhere',
    sni: context.serviceName,
    pending,
  })
}

function atNode(
  context: PlanContext,
  { port, scheme, schemeBecause }: PlannedPort,
  field: Because,
  at: NodeAddress,
): PathDraft {
  const { service, serviceName } = context
  const healthCheck =
    service.healthCheckNodePort === null
      ? []
      : [
          noted(
            fieldOf(`Service/${service.meta.name}`, 'spec.healthCheckNodePort', `=${service.healthCheckNodePort}`),
            'says 200 on nodes with an endpoint, 503 on others',
          ),
        ]
  return draft({
    kind: 'NodePort',
    port,
    trafficPolicy: service.externalTrafficPolicy,
    scheme,
    address: at.address,
    addressPort: port.nodePort,
    node: at.node?.meta.name ?? null,
    because: [
      field,
      at.because,
      ...at.resting,
      ...schemeBecause,
      ...healthCheck,
      ...at.doubts,
      ...familyDoubts(service, at.address),
      ...otherProxyExcuses(context),
      ...externalPolicyExcuses(context, at.node),
    ],
    discriminator: at.identity,
    reach: at.given ? 'given' : 'anywhere',
    sni: serviceName,
    pending:
      port.nodePort === null ? 'nodePort is given out when the Service is applied, and the manifest has none' : null,
    group: groupOf(at),
  })
}

/** Lists the caller's addresses, else those of the Node objects. */
export function nodeAddresses(context: PlanContext): NodeAddress[] {
  const { addresses, index } = context
  if (addresses.nodes.length === 0) {
    return index.nodes.flatMap((node) => addressesOf(context, node))
  }
  return [...new Set(addresses.nodes)].map((address) => {
    const node = index.nodeByAddress(address) ?? index.nodeNamed(address)
    const known = node === null ? undefined : addressesOf(context, node).find((own) => own.address === address)
    return {
      address,
      node,
      because: fieldOf(null, `addresses.nodes[${addresses.nodes.indexOf(address)}]`),
      resting: node === null ? restingOn(unreadNodes(context)) : [],
      identity: known?.identity ?? [address],
      given: true,
      doubts: node === null ? [] : nodeDoubts(node),
    }
  })
}

/** Node objects live as long as their index, so their addresses are worked out once for each position, not each Service. */
const known = new WeakMap<Node, Partial<Record<Position, readonly NodeAddress[]>>>()

function addressesOf({ position }: PlanContext, node: Node): readonly NodeAddress[] {
  const before = known.get(node)
  const found = before?.[position] ?? readAddresses(position, node)
  if (before?.[position] === undefined) {
    known.set(node, { ...before, [position]: found })
  }
  return found
}

function readAddresses(position: Position, node: Node): NodeAddress[] {
  const ref = `Node/${node.meta.name}`
  const ofNode = nodeDoubts(node)
  const seen = new Set<string>()
  return ADDRESS_TYPES.flatMap((type) =>
    node.addresses.flatMap((entry, at) => {
      const family = familyOf(entry.address)
      if (entry.type !== type || family === null || scopeOf(entry.address) === 'link-local') {
        return []
      }
      const field = fieldOf(ref, `status.addresses[${at}]`)
      const slot = `${type} ${family}`
      const primary = !seen.has(slot)
      seen.add(slot)
      return [
        {
          address: entry.address,
          node,
          because: field,
          resting: [],
          identity: primary ? [node.meta.name, type] : [node.meta.name, type, entry.address],
          given: false,
          doubts: [
            ...ofNode,
            ...(primary
              ? []
              : [
                  doubted(
                    field,
                    'a second address of its kind; kube-proxy may listen on the primary one only (nodePortAddresses)',
                  ),
                ]),
            ...positionExcuses(position, type, entry.address, field),
          ],
        },
      ]
    }),
  )
}

function positionExcuses(position: Position, type: string, address: string, field: Because): Because[] {
  if (position === 'in-cluster') {
    return type === 'ExternalIP'
      ? [excused(field, 'an ExternalIP is often translated outside the cluster, and not reachable from inside')]
      : []
  }
  return isPrivate(address)
    ? [excused(field, 'a private address, and the prober stands outside (name it in addresses.nodes if it is routed)')]
    : []
}

/** Nodes that are going away have these taints (cluster-autoscaler, cloud-provider, KEP-2268). */
const GOING = new Set([
  'ToBeDeletedByClusterAutoscaler',
  'node.cloudprovider.kubernetes.io/shutdown',
  'node.kubernetes.io/out-of-service',
])

function nodeDoubts(node: Node): Because[] {
  const ref = `Node/${node.meta.name}`
  const ready = node.conditions.find(({ type }) => type === 'Ready')
  const going = node.taints.find(({ key }) => GOING.has(key))
  const virtual =
    node.meta.labels.type === 'virtual-kubelet' || node.taints.some(({ key }) => key.startsWith('virtual-kubelet.io/'))
  return [
    ...(ready !== undefined && ready.status !== 'True'
      ? [
          doubted(
            fieldOf(ref, 'status.conditions[Ready]', `=${ready.status}`),
            'a node that is not Ready may not answer',
          ),
        ]
      : []),
    ...(virtual ? [doubted(fieldOf(ref, null), 'a virtual node runs no kube-proxy')] : []),
    ...(going === undefined ? [] : [doubted(fieldOf(ref, `spec.taints[${going.key}]`), 'the node is going away')]),
  ]
}

/**
 * externalTrafficPolicy Local: a node without an endpoint of its own drops what comes in at the node port. From a pod,
 * its own node may answer nevertheless; that is not promised either (k/k#123622).
 */
function externalPolicyExcuses(context: PlanContext, node: Node | null): Because[] {
  const { service, endpoints } = context
  if (service.externalTrafficPolicy !== 'Local') {
    return []
  }
  const field = fieldOf(`Service/${service.meta.name}`, 'spec.externalTrafficPolicy', '=Local')
  if (node === null) {
    return [excused(field, 'which node has this address is not known, so neither is whether it has an endpoint')]
  }
  if (endpoints.source === null) {
    return [excused(field, 'no object tells which nodes have an endpoint')]
  }
  if (hasLocalEndpoint(endpoints, node.meta.name)) {
    return []
  }
  const unread = unreadPlaces(context.index, context.target.namespace, service, endpoints)
  return [
    excused(
      field,
      unread === null
        ? `Node/${node.meta.name} has no endpoint`
        : `whether Node/${node.meta.name} has an endpoint is not known: ${unreadText(unread)}`,
    ),
  ]
}
