/**
 * NodePort paths: each port at each address of each node.
 *
 * @module
 */
import type { Node, Service } from '../kube/objects.ts'
import { familyOf } from '../lib/address.ts'
import { type Because, excused, fieldOf, noted } from './because.ts'
import { type PlanContext, type PlannedPort, portsFor } from './context.ts'
import { draft, type PathDraft } from './draft.ts'
import { familiesOf, mayHaveFamilyOf } from './families.ts'
import { type NodeAddress, nodeAddresses, unreadNodes } from './node-addresses.ts'
import { hasLocalEndpoint, isExternalName, isHeadless, otherProxyExcuses, withoutAddress } from './service.ts'
import { unreadPlaces } from './service-endpoints.ts'
import { counted, given, oneAtLeast, portsCounted, sum } from './size.ts'
import type { Source } from './source.ts'
import { unreadText } from './unread.ts'

/** Tells whether the Service asks for node ports: type NodePort, or LoadBalancer unless it declines them. */
function wantsNodePorts({ service }: PlanContext): boolean {
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
      port.nodePort === null ? 'nodePort is assigned when the Service is applied, and the manifest has none' : null,
    group: groupOf(at),
  })
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
    return [excused(field, 'it is not known which node has this address, nor whether it has an endpoint')]
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
