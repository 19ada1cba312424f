/**
 * Finds the address at which the controller of an Ingress is dialled: the caller's; else that in the status of the
 * Ingress; else that of the Service before the controller, if it is among the objects. `ingress.ts` follows the public
 * DNS of a host.
 *
 * @module
 */
import { type Ingress, type LoadBalancerIngress, refOf, type Service } from '../kube/objects.ts'
import { type Because, doubted, fieldOf, noted } from './because.ts'
import type { PlanContext } from './context.ts'
import {
  addressesOfFront,
  type FrontAddress,
  frontingService,
  frontPorts,
  isOnItsNodes,
  unreadBehind,
} from './ingress-fronts.ts'
import { restingOn } from './unread.ts'

/** A way into a controller, or a router of OpenShift. `address` is `null` if there is none yet; `pending` says why. */
export type WayIn = {
  address: string | null
  /** A scheme without a port is not offered there. */
  ports: { http: number | null; https: number | null }
  because: readonly Because[]
  doubts: readonly Because[]
  reach: 'cluster' | 'anywhere' | 'given'
  pending: string | null
  /** kube-proxy answers this address inside the cluster in the load balancer's stead. */
  isVip: boolean
  /** The Service before the controller, where it is known. */
  front: Service | null
}

export const STANDARD = { http: 80, https: 443 } as const

/** Lists the ways into the controller of an Ingress: one that is pending if there is none yet. */
export function controllersOf(context: PlanContext, ingress: Ingress): WayIn[] {
  const { addresses } = context
  if (addresses.ingressController.length > 0) {
    return [...new Set(addresses.ingressController)].map((address) => ({
      address,
      ports: addresses.controllerPorts ?? STANDARD,
      because: [fieldOf(null, `addresses.ingressController[${addresses.ingressController.indexOf(address)}]`)],
      doubts: [],
      reach: 'given',
      pending: null,
      isVip: false,
      front: null,
    }))
  }
  const front = frontingService(context, ingress)
  const resting = front === null ? [] : restingOn(...unreadBehind(context, front))
  const found = waysInto(context, ingress, front)
  if (found.length > 0) {
    return found.map((way) => ({ ...way, because: [...way.because, ...resting] }))
  }
  return [
    {
      address: null,
      ports: addresses.controllerPorts ?? STANDARD,
      because: [fieldOf(refOf(ingress), 'status.loadBalancer.ingress', '=[]')],
      doubts: [],
      reach: 'anywhere',
      pending: `no controller has given ${refOf(ingress)} an address yet; name the controller's in addresses.ingressController`,
      isVip: false,
      front: null,
    },
  ]
}

/** Lists the addresses of the Ingress's status, or without any, those of the Service before the controller. */
function waysInto(context: PlanContext, ingress: Ingress, front: Service | null): WayIn[] {
  const reported = ingress.loadBalancerIngress.flatMap((entry, position) =>
    ofStatus(context, ingress, entry, position, front),
  )
  if (reported.length > 0 || front === null) {
    return reported
  }
  return addressesOfFront(context, front).map((address) => ofFront(context, front, address))
}

function ofFront(
  { addresses }: PlanContext,
  front: Service | null,
  { address, because, http, https, reach, isVip }: FrontAddress,
): WayIn {
  const ports = addresses.controllerPorts ?? { http, https }
  return { address, ports, because: [because], doubts: [], reach, pending: null, isVip, front }
}

/**
 * Reads an entry of the status, which has three traps. ingress-nginx writes the *cluster IP* of the published Service if
 * that Service has nothing better (internal/ingress/status/status.go): it leads somewhere only inside. Without a
 * published Service it writes the *nodes* of its pods, which listen there only on the host network, by host ports, or by
 * the node ports of their Service. Controllers behind a NodePort Service write *node port numbers* into `ports`.
 */
function ofStatus(
  context: PlanContext,
  ingress: Ingress,
  entry: LoadBalancerIngress,
  position: number,
  front: Service | null,
): WayIn[] {
  const address = entry.ip ?? entry.hostname
  if (address === null) {
    return []
  }
  const written = `status.loadBalancer.ingress[${position}]`
  const field = fieldOf(refOf(ingress), written)
  const because = [fieldOf(refOf(ingress), `${written}.${entry.ip === null ? 'hostname' : 'ip'}`)]
  const owner = context.index.serviceByClusterIP(address)
  if (owner !== null) {
    const better = addressesOfFront(context, owner).filter(({ reach }) => reach === 'anywhere')
    const told = noted(field, `${address} is the clusterIP of ${refOf(owner)}`)
    if (context.position !== 'in-cluster' && better.length > 0) {
      return better.map((offered) => {
        const controller = ofFront(context, owner, offered)
        return { ...controller, because: [...controller.because, told] }
      })
    }
    const { http, https } = frontPorts(owner)
    const ports = context.addresses.controllerPorts ?? { http: http?.port ?? null, https: https?.port ?? null }
    const common = { doubts: [], reach: 'cluster', pending: null, isVip: false, front: owner } as const
    return [{ address, ports, because: [...because, told], ...common }]
  }
  const { ports, doubts, told = [] } = portsOfStatus(context, entry, front, field)
  const isVip = front?.loadBalancerIngress.some(({ ip, ipMode }) => ip === address && ipMode !== 'Proxy') ?? false
  return [{ address, ports, because: [...because, ...told], doubts, reach: 'anywhere', pending: null, isVip, front }]
}

type Ports = Pick<WayIn, 'ports' | 'doubts'> & { told?: readonly Because[] }

/** The ports of an address of the status: the caller's, else those that the entry lists, else those of its node. */
function portsOfStatus(context: PlanContext, entry: LoadBalancerIngress, front: Service | null, field: Because): Ports {
  const { controllerPorts } = context.addresses
  if (controllerPorts !== null) {
    return { ports: controllerPorts, doubts: [] }
  }
  const numbers = entry.ports.filter(({ protocol }) => protocol === 'TCP').map(({ port }) => port)
  return numbers.length === 0
    ? portsOfNode(context, entry, front, field)
    : portsListed(numbers, nodePortsOf(front), field)
}

function nodePortsOf(front: Service | null): WayIn['ports'] {
  const { http, https } = front === null ? { http: null, https: null } : frontPorts(front)
  return { http: http?.nodePort ?? null, https: https?.nodePort ?? null }
}

/** An entry without ports means the standard ones, unless it is a node on which only node ports lead to the controller. */
function portsOfNode(context: PlanContext, { ip }: LoadBalancerIngress, front: Service | null, field: Because): Ports {
  const node = ip === null ? null : context.index.nodeByAddress(ip)
  const ports = nodePortsOf(front)
  const hasNodePorts = front?.type === 'NodePort' && (ports.http ?? ports.https) !== null
  if (node === null || front === null || !hasNodePorts || isOnItsNodes(context, front)) {
    return { ports: STANDARD, doubts: [] }
  }
  const told = [noted(field, `${ip} is ${refOf(node)}, where ${refOf(front)} has node ports`)]
  return { ports, doubts: [], told }
}

function portsListed(numbers: readonly number[], nodePorts: WayIn['ports'], field: Because): Ports {
  if (numbers.includes(80) || numbers.includes(443)) {
    return { ports: STANDARD, doubts: [] }
  }
  if (numbers.some((number) => number === nodePorts.http || number === nodePorts.https)) {
    return { ports: nodePorts, doubts: [] }
  }
  const [first, second] = numbers.toSorted((a, b) => a - b)
  return {
    ports: { http: first ?? null, https: second ?? null },
    doubts: [
      doubted(
        fieldOf(field.ref, `${field.field}.ports`),
        `${numbers.join(', ')} do not say which is for HTTP and which for TLS (addresses.controllerPorts does)`,
      ),
    ],
  }
}
