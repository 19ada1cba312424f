/**
 * Where the controller of an Ingress is dialled: what the caller says; else the status of the Ingress; else the Service
 * before the controller, when it is among the objects. What the public DNS of a host says is asked for in `ingress.ts`.
 *
 * @module
 */
import { type Ingress, type LoadBalancerIngress, refOf, type Service } from '../kube/objects.ts'
import { type Because, doubted, fieldOf, noted } from './because.ts'
import type { PlanContext } from './context.ts'
import { addressesOfFront, type FrontAddress, frontingService, frontPorts, isOnItsNodes } from './ingress-fronts.ts'

/** A way into the controller. `address: null`: there is none yet, and `pending` says why. */
export type Controller = {
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

const STANDARD = { http: 80, https: 443 } as const

export function controllersOf(context: PlanContext, ingress: Ingress): Controller[] {
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
  const reported = ingress.loadBalancerIngress.flatMap((entry, position) =>
    ofStatus(context, ingress, entry, position, front),
  )
  if (reported.length > 0) {
    return reported
  }
  const offered = front === null ? [] : addressesOfFront(context, front)
  if (offered.length > 0) {
    return offered.map((address) => ofFront(context, front, address))
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

function ofFront(
  { addresses }: PlanContext,
  front: Service | null,
  { address, because, http, https, reach, isVip }: FrontAddress,
): Controller {
  const ports = addresses.controllerPorts ?? { http, https }
  return { address, ports, because: [because], doubts: [], reach, pending: null, isVip, front }
}

/**
 * Three traps. ingress-nginx writes the *cluster IP* of the published Service into the status when that Service has
 * nothing better (internal/ingress/status/status.go): it leads somewhere only inside. Without a published Service it
 * writes the *nodes* of its pods, which listen there only on the host network, by host ports, or by the node ports of
 * their Service. Controllers behind a NodePort Service write *node port numbers* into `ports`.
 */
function ofStatus(
  context: PlanContext,
  ingress: Ingress,
  entry: LoadBalancerIngress,
  position: number,
  front: Service | null,
): Controller[] {
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

function portsOfStatus(
  context: PlanContext,
  { ip, ports }: LoadBalancerIngress,
  front: Service | null,
  field: Because,
): Pick<Controller, 'ports' | 'doubts'> & { told?: readonly Because[] } {
  const { addresses, index } = context
  if (addresses.controllerPorts !== null) {
    return { ports: addresses.controllerPorts, doubts: [] }
  }
  const numbers = ports.filter(({ protocol }) => protocol === 'TCP').map(({ port }) => port)
  if (numbers.includes(80) || numbers.includes(443)) {
    return { ports: STANDARD, doubts: [] }
  }
  const { http, https } = front === null ? { http: null, https: null } : frontPorts(front)
  const known = { http: http?.nodePort ?? null, https: https?.nodePort ?? null }
  if (numbers.length === 0) {
    const node = ip === null ? null : index.nodeByAddress(ip)
    const byNodePort = front?.type === 'NodePort' && (known.http ?? known.https) !== null
    if (node === null || front === null || !byNodePort || isOnItsNodes(context, front)) {
      return { ports: STANDARD, doubts: [] }
    }
    return {
      ports: known,
      doubts: [],
      told: [noted(field, `${ip} is ${refOf(node)}, where ${refOf(front)} has node ports`)],
    }
  }
  if (numbers.some((number) => number === known.http || number === known.https)) {
    return { ports: known, doubts: [] }
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
