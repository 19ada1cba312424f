/**
 * Finds the addresses of nodes, with the reasons why one may not answer.
 *
 * @module
 */
import type { Unread } from '../kube/object-source.ts'
import type { Node } from '../kube/objects.ts'
import { familyOf } from '../lib/address.ts'
import { type Because, doubted, excused, fieldOf } from './because.ts'
import type { PlanContext } from './context.ts'
import { isPrivate, scopeOf } from './ip.ts'
import type { Position } from './path.ts'
import { restingOn } from './unread.ts'

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

export const unreadNodes = ({ index }: PlanContext): Unread | null => index.unread('nodes', null)

/** Lists the caller's addresses, or if there are none, those of the Node objects. */
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
export const known = new WeakMap<Node, Partial<Record<Position, readonly NodeAddress[]>>>()

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
