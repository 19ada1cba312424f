/**
 * Finds the addresses at which the listeners of a Gateway are dialled: the caller's; else those in the status of the
 * Gateway; else those of the Gateway's own Service; else none yet, with the reason.
 *
 * @see https://gateway-api.sigs.k8s.io/reference/spec (GatewayStatus.addresses), GEP-1762 (names of what is made)
 * @module
 */
import type { Gateway, GatewayAddress } from '../../kube/gateway-objects.ts'
import type { ObjectIndex } from '../../kube/object-index.ts'
import { refOf, type Service, type ServicePort } from '../../kube/objects.ts'
import { familyOf } from '../../lib/address.ts'
import { type Because, fieldOf, noted } from '../because.ts'
import type { PlanContext } from '../context.ts'
import type { WayIn } from '../ingress-address.ts'
import { type FrontWay, isOnItsNodes, unreadBehind, waysToFront } from '../ingress-fronts.ts'
import { privateExcuses } from '../ingress-listeners.ts'
import { oneAtLeast, type Sized } from '../size.ts'
import { restingOn } from '../unread.ts'
import { conditionText, refusing } from './conditions.ts'
import type { Listener, World } from './types.ts'
import { namespaceOf } from './world.ts'

/** A way into a Gateway, which has a port for each of its listeners. */
export type GatewayWay = Omit<WayIn, 'ports'> & {
  /** Returns the number at which a listener is dialled there; `null`: it is not offered. */
  portOf(listener: Listener): number | null
}

/** Labels of the Service that a controller makes for one Gateway (GEP-1762), and of those that have their own. */
const OWN_SERVICE: readonly { name: string; namespace: string | null }[] = [
  { name: 'gateway.networking.k8s.io/gateway-name', namespace: null },
  { name: 'gateway.envoyproxy.io/owning-gateway-name', namespace: 'gateway.envoyproxy.io/owning-gateway-namespace' },
]

/** Finds the Service that was made for the Gateway, if it is among the objects. */
function ownService({ index, home }: World, gateway: Gateway): Service | null {
  const own = namespaceOf(gateway, { home })
  for (const { name, namespace } of OWN_SERVICE) {
    const labels = { [name]: gateway.meta.name, ...(namespace !== null && { [namespace]: own }) }
    const [found] = index
      .servicesMarked(labels)
      .filter(({ meta }) => namespace !== null || (meta.namespace ?? home) === own)
    if (found !== undefined) {
      return found
    }
  }
  return null
}

/** Counts the addresses of a Gateway before they are worked out: at least as many as there will be. */
export function addressCount(
  { index, request, target }: Pick<Sized, 'index' | 'request' | 'target'>,
  gateway: Gateway,
) {
  const named = request.addresses.ingressController.length
  if (named > 0) {
    return named
  }
  const front = ownService({ index, home: target.namespace }, gateway)
  const ofFront = front === null ? 0 : front.loadBalancerIngress.length + front.externalIPs.length + 2
  return oneAtLeast(Math.max(gateway.status?.addresses.length ?? 0, ofFront))
}

/** Lists the ways into a Gateway: one that is pending if there is none yet. */
export function waysInto(context: PlanContext, gateway: Gateway): readonly GatewayWay[] {
  const { addresses, index, target } = context
  const world = { index, home: target.namespace }
  if (addresses.ingressController.length > 0) {
    return [...new Set(addresses.ingressController)].map((address) => ({
      ...way(address, [fieldOf(null, `addresses.ingressController[${addresses.ingressController.indexOf(address)}]`)]),
      reach: 'given',
      portOf: givenPorts(context, gateway),
    }))
  }
  const front = ownService(world, gateway)
  const reported = (gateway.status?.addresses ?? []).flatMap((entry, at) =>
    ofStatus(context, gateway, entry, at, front),
  )
  const unread = index.unread('services', null)
  if (reported.length > 0) {
    // The Service before it may make a short cut of an address, or node ports of its ports.
    return reported.map((each) => ({ ...each, because: [...each.because, ...restingOn(unread)] }))
  }
  if (front !== null) {
    const resting = restingOn(...unreadBehind(context, front))
    const hasNodePorts = front.ports.some(({ nodePort }) => nodePort !== null)
    const ways = waysToFront(context, front, hasNodePorts).map((each) => ofFront(context, gateway, front, each))
    if (ways.length > 0) {
      return ways.map((each) => ({ ...each, because: [...each.because, ...resting] }))
    }
  }
  return [
    {
      ...way(null, [fieldOf(refOf(gateway), 'status.addresses', '=[]'), ...restingOn(unread)]),
      pending: addressless(gateway),
    },
  ]
}

/** Says why a Gateway has no address, and what to do; for where it has none. */
export function addressless(gateway: Gateway): string {
  const programmed = refusing(gateway.status?.conditions, 'Programmed', gateway.meta.generation)
  const why = programmed === null ? '' : ` (${conditionText(programmed)})`
  return `no controller has given ${refOf(gateway)} an address yet${why}; name it in addresses.ingressController`
}

function way(address: string | null, because: readonly Because[]): GatewayWay {
  return {
    address,
    because,
    doubts: [],
    reach: 'anywhere',
    pending: null,
    isVip: false,
    front: null,
    portOf: ({ listener }) => listener.port,
  }
}

/**
 * The caller's ports for plain HTTP and for TLS are those of the listeners on 80 and 443, else of the listener with the
 * lowest number that speaks so. Other listeners keep their own.
 */
function givenPorts({ addresses: { controllerPorts } }: PlanContext, gateway: Gateway): GatewayWay['portOf'] {
  const standard = (protocols: readonly string[], number: number): number | null => {
    const ports = gateway.listeners.flatMap(({ protocol, port }) => (protocols.includes(protocol) ? (port ?? []) : []))
    return ports.length === 0 || ports.includes(number) ? number : Math.min(...ports)
  }
  const http = standard(['HTTP'], 80)
  const https = standard(['HTTPS', 'TLS'], 443)
  return ({ listener: { port, protocol } }) => {
    if (controllerPorts === null) {
      return port
    }
    if (protocol === 'HTTP') {
      return port === http ? controllerPorts.http : port
    }
    return port === https && (protocol === 'HTTPS' || protocol === 'TLS') ? controllerPorts.https : port
  }
}

/** Finds the port of the Service before a Gateway that leads to a listener: by its number, else by what it targets. */
export function frontPort({ ports }: Service, { listener: { port, protocol } }: Listener): ServicePort | null {
  const own = ports.filter((each) => each.protocol === (protocol === 'UDP' ? 'UDP' : 'TCP'))
  return own.find((each) => each.port === port) ?? own.find(({ targetPort }) => targetPort === port) ?? null
}

function ofFront(context: PlanContext, gateway: Gateway, front: Service, { at, ...of }: FrontWay): GatewayWay {
  const given = givenPorts(context, gateway)
  const numbers = {
    port: (listener: Listener) => frontPort(front, listener)?.port ?? null,
    nodePort: (listener: Listener) => frontPort(front, listener)?.nodePort ?? null,
    host: (listener: Listener) => listener.listener.port,
  }
  return {
    ...way(of.address, [of.because]),
    ...of,
    because: [of.because],
    front,
    portOf: context.addresses.controllerPorts === null ? numbers[at] : given,
  }
}

/** A name of a Service in the cluster, as some controllers write it. */
const SERVICE_NAME = /^([^.]+)\.([^.]+)\.svc(\.|$)/

/**
 * Reads an address of the status. A cluster IP, or the name of a Service, leads somewhere only inside; that of a node
 * leads to the listeners by the node ports of the Gateway's Service.
 */
function ofStatus(
  context: PlanContext,
  gateway: Gateway,
  { type, value }: GatewayAddress,
  at: number,
  own: Service | null,
): GatewayWay[] {
  if (value === null || (type !== 'IPAddress' && type !== 'Hostname')) {
    return []
  }
  const { index, position } = context
  const field = fieldOf(refOf(gateway), `status.addresses[${at}].value`)
  const given = context.addresses.controllerPorts === null ? null : givenPorts(context, gateway)
  const owner = ownerOf(index, value)
  if (owner !== null) {
    const told = noted(field, `${value} is of ${refOf(owner)}, inside the cluster alone`)
    const hasNodePorts = owner.ports.some(({ nodePort }) => nodePort !== null)
    const better = waysToFront(context, owner, hasNodePorts).filter(({ reach }) => reach === 'anywhere')
    if (position !== 'in-cluster' && better.length > 0) {
      return better.map((each) => {
        const made = ofFront(context, gateway, owner, each)
        return { ...made, because: [...made.because, told] }
      })
    }
    const portOf = given ?? ((listener: Listener) => frontPort(owner, listener)?.port ?? listener.listener.port)
    return [{ ...way(value, [told]), reach: 'cluster', front: owner, portOf }]
  }
  const front = own ?? balancedBy(index, value)
  const isVip = front?.loadBalancerIngress.some(({ ip, ipMode }) => ip === value && ipMode !== 'Proxy') ?? false
  const { numbers, told } = portsAt(context, front, value, field)
  return [
    {
      ...way(value, [field, ...told]),
      isVip,
      front,
      portOf: given ?? numbers,
      doubts: position === 'outside' ? privateExcuses(value, context.place.reaches ?? []) : [],
    },
  ]
}

function ownerOf(index: ObjectIndex, value: string): Service | null {
  if (familyOf(value) !== null) {
    return index.serviceByClusterIP(value)
  }
  const [, name, namespace] = SERVICE_NAME.exec(value) ?? []
  return name === undefined || namespace === undefined ? null : (index.servicesAt(namespace, name)[0] ?? null)
}

const balancers = new WeakMap<ObjectIndex, ReadonlyMap<string, Service>>()

/** Finds the Service whose load balancer has the address: a controller may serve many Gateways behind one. */
function balancedBy(index: ObjectIndex, address: string): Service | null {
  const known =
    balancers.get(index) ??
    new Map(
      index.services.flatMap((service) =>
        service.loadBalancerIngress.flatMap(({ ip, hostname }): [string, Service][] => {
          const own = ip ?? hostname
          return own === null ? [] : [[own, service]]
        }),
      ),
    )
  balancers.set(index, known)
  return known.get(address) ?? null
}

function portsAt(
  context: PlanContext,
  front: Service | null,
  address: string,
  field: Because,
): { numbers: GatewayWay['portOf']; told: readonly Because[] } {
  if (front === null) {
    return { numbers: ({ listener }) => listener.port, told: [] }
  }
  const byPort = (listener: Listener) => frontPort(front, listener)?.port ?? listener.listener.port
  if (front.type !== 'NodePort') {
    return { numbers: byPort, told: [] }
  }
  const node = context.index.nodeByAddress(address)
  const resting = restingOn(context.index.unread('nodes', null), ...unreadBehind(context, front))
  return node === null || isOnItsNodes(context, front)
    ? { numbers: byPort, told: resting }
    : {
        numbers: (listener) => frontPort(front, listener)?.nodePort ?? null,
        told: [noted(field, `${address} is ${refOf(node)}, where ${refOf(front)} has node ports`), ...resting],
      }
}
