/**
 * Finds the Service before an Ingress controller, if it is among the objects, and the addresses that it offers.
 *
 * @module
 */
import type { Unread } from '../kube/object-source.ts'
import type { Ingress, Pod, Service, ServicePort } from '../kube/objects.ts'
import { type Because, becauseText, excused, fieldOf } from './because.ts'
import { proxyProtocolOf } from './clouds.ts'
import type { PlanContext } from './context.ts'
import { classOf, controllerOf, INGRESS_CONTROLLERS, ingressClassOf } from './controllers/table.ts'
import { mayHaveFamilyOf } from './families.ts'
import { nodeAddresses } from './node-addresses.ts'
import { schemesOf } from './scheme.ts'
import { clusterIPFieldOf, clusterIPsOf } from './service.ts'

export type FrontPorts = { http: ServicePort | null; https: ServicePort | null }

/** Finds the ports of a controller's Service for plain HTTP and for TLS (443/UDP beside it is HTTP/3). */
export function frontPorts(service: Service): FrontPorts {
  const ports = service.ports.filter(({ protocol }) => protocol === 'TCP')
  const find = (number: number, names: readonly string[]): ServicePort | null =>
    ports.find(({ port }) => port === number) ?? ports.find(({ name }) => name !== null && names.includes(name)) ?? null
  return { http: find(80, ['http', 'web']), https: find(443, ['https', 'websecure']) }
}

/** Chooses by the class of the Ingress; without one, only if a single controller's Service is among the objects. */
export function frontingService(context: PlanContext, ingress: Ingress): Service | null {
  const { index } = context
  const controller = controllerOf(index, ingress)
  const anyOf = classOf(ingress) === null && ingressClassOf(index, ingress) === null
  const known = controller !== null ? [controller] : anyOf ? INGRESS_CONTROLLERS : []
  const marked = new Set(known.flatMap(({ fronts }) => fronts.flatMap(index.servicesMarked)))
  const fronts = [...marked].filter((service) => {
    const { http, https } = frontPorts(service)
    return service.type !== 'ExternalName' && clusterIPsOf({ service }).length > 0 && (http ?? https) !== null
  })
  const [only, another] = fronts
  return only !== undefined && another === undefined ? only : null
}

/** An address that leads to a Service, at the numbers that clients use there. */
export type FrontWay = {
  address: string
  because: Because
  /** `port`: those of the Service; `nodePort`; `host`: those on which its pods listen on their nodes. */
  at: 'port' | 'nodePort' | 'host'
  reach: 'anywhere' | 'cluster'
  isVip: boolean
}

export type FrontAddress = Omit<FrontWay, 'at'> & { http: number | null; https: number | null }

/** So many nodes are asked if a controller is reached by node ports: one could be down, more would only repeat. */
const NODES_ASKED = 2

const podsBehind = ({ index, target }: PlanContext, { meta, selector }: Service): readonly Pod[] =>
  selector === null ? [] : index.podsMatching(meta.namespace ?? target.namespace, selector)

/** Tells why there may be other addresses or ports: nodes, or pods behind the Service, were not read, and lead there. */
export function unreadBehind({ index, target }: PlanContext, service: Service): readonly (Unread | null)[] {
  if (service.loadBalancerIngress.length > 0 || service.externalIPs.length > 0) {
    return []
  }
  return [
    service.ports.some(({ nodePort }) => nodePort !== null) ? index.unread('nodes', null) : null,
    service.selector === null ? null : index.unread('pods', service.meta.namespace ?? target.namespace),
  ]
}

/** Tells whether a pod behind the Service listens on its node by itself, beside all node ports. */
export const isOnItsNodes = (context: PlanContext, service: Service): boolean =>
  podsBehind(context, service).some(
    ({ spec }) =>
      spec.hostNetwork || spec.containers.some(({ ports }) => ports.some(({ hostPort }) => hostPort !== null)),
  )

/** Addresses of a controller's Service, with its ports for plain HTTP and for TLS. */
export function addressesOfFront(context: PlanContext, service: Service): FrontAddress[] {
  const { http, https } = frontPorts(service)
  const numbers = {
    port: { http: http?.port ?? null, https: https?.port ?? null },
    nodePort: { http: http?.nodePort ?? null, https: https?.nodePort ?? null },
    host: { http: 80, https: 443 },
  }
  const hasNodePorts = (numbers.nodePort.http ?? numbers.nodePort.https) !== null
  return waysToFront(context, service, hasNodePorts).map(({ at, ...way }) => ({ ...way, ...numbers[at] }))
}

/** Best first: load balancer, external IPs, node ports, nodes of pods on the host network; the cluster IP from inside. */
export function waysToFront(context: PlanContext, service: Service, hasNodePorts: boolean): FrontWay[] {
  const ref = `Service/${service.meta.name}`
  const balanced = service.loadBalancerIngress.flatMap(({ ip, hostname, ipMode }, position): FrontWay[] => {
    const address = ip ?? hostname
    if (address === null) {
      return []
    }
    const because = fieldOf(ref, `status.loadBalancer.ingress[${position}]`)
    return [{ address, because, at: 'port', reach: 'anywhere', isVip: ip !== null && ipMode !== 'Proxy' }]
  })
  if (balanced.length > 0) {
    return balanced
  }

  const external = service.externalIPs.map((address, position): FrontWay => {
    const because = fieldOf(ref, `spec.externalIPs[${position}]`)
    return { address, because, at: 'port', reach: 'anywhere', isVip: false }
  })
  if (external.length > 0) {
    return external
  }

  if (hasNodePorts) {
    const asked = nodeAddresses(context).filter(
      ({ address, doubts }) => doubts.length === 0 && mayHaveFamilyOf(service, address),
    )
    const atNodes = asked.slice(0, NODES_ASKED).map(({ address, because }): FrontWay => {
      const field = fieldOf(ref, 'spec.ports[].nodePort', ` at ${becauseText(because)}`)
      return { address, because: field, at: 'nodePort', reach: 'anywhere', isVip: false }
    })
    if (atNodes.length > 0) {
      return atNodes
    }
  }

  const onHosts = podsBehind(context, service).flatMap((pod): FrontWay[] => {
    if (!pod.spec.hostNetwork || pod.hostIP === null) {
      return []
    }
    const because = fieldOf(`Pod/${pod.meta.name}`, 'status.hostIP', ' (hostNetwork)')
    return [{ address: pod.hostIP, because, at: 'host', reach: 'anywhere', isVip: false }]
  })
  if (onHosts.length > 0) {
    return onHosts.slice(0, NODES_ASKED)
  }

  return clusterIPsOf({ service }).map((address, position): FrontWay => {
    const because = fieldOf(ref, clusterIPFieldOf(service, position))
    return { address, because, at: 'port', reach: 'cluster', isVip: false }
  })
}

/**
 * Inside the cluster the Service before a controller is reached past its load balancer, which may end TLS and speak the
 * PROXY protocol.
 *
 * @param port is that of the Service which takes TLS.
 */
export function pastBalancerExcuses(
  { position }: PlanContext,
  { front, isVip, reach }: { front: Service | null; isVip: boolean; reach: string },
  port: ServicePort | null,
  scheme: string,
): Because[] {
  if (front === null || position !== 'in-cluster' || !(isVip || reach === 'cluster')) {
    return []
  }
  const proxy = proxyProtocolOf(front)
  const schemes = port === null ? null : schemesOf(front, port)
  const plain = scheme === 'https' && schemes?.endsTls === true && schemes.behind !== 'https' ? schemes.because : []
  return [
    ...(proxy === null ? [] : [excused(proxy, 'the way past the load balancer has no PROXY protocol')]),
    ...plain.slice(0, 1).map((each) => excused(each, 'TLS ends at the load balancer, and the way past it is plain')),
  ]
}
