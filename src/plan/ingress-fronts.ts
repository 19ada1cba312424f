/**
 * Finds the Service before an Ingress controller, if it is among the objects, and the addresses that it offers.
 *
 * @module
 */
import type { Unread } from '../kube/object-source.ts'
import type { Ingress, Pod, Service, ServicePort } from '../kube/objects.ts'
import { type Because, becauseText, fieldOf } from './because.ts'
import type { PlanContext } from './context.ts'
import { classOf, controllerOf, INGRESS_CONTROLLERS, ingressClassOf } from './controllers/table.ts'
import { mayHaveFamilyOf } from './families.ts'
import { nodeAddresses } from './nodes.ts'
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

export type FrontAddress = {
  address: string
  because: Because
  http: number | null
  https: number | null
  reach: 'anywhere' | 'cluster'
  isVip: boolean
}

/** So many nodes are asked if a controller is reached by node ports: one could be down, more would only repeat. */
const NODES_ASKED = 2

const podsBehind = ({ index, target }: PlanContext, { meta, selector }: Service): readonly Pod[] =>
  selector === null ? [] : index.podsMatching(meta.namespace ?? target.namespace, selector)

/** Tells why there may be other addresses or ports: nodes, or pods behind the Service, were not read, and lead there. */
export function unreadBehind({ index, target }: PlanContext, service: Service): readonly (Unread | null)[] {
  if (service.loadBalancerIngress.length > 0 || service.externalIPs.length > 0) {
    return []
  }
  const { http, https } = frontPorts(service)
  const hasNodePorts = (http?.nodePort ?? https?.nodePort ?? null) !== null
  return [
    hasNodePorts ? index.unread('nodes', null) : null,
    service.selector === null ? null : index.unread('pods', service.meta.namespace ?? target.namespace),
  ]
}

/** Tells whether a pod behind the Service listens on its node by itself, beside all node ports. */
export const isOnItsNodes = (context: PlanContext, service: Service): boolean =>
  podsBehind(context, service).some(
    ({ spec }) =>
      spec.hostNetwork || spec.containers.some(({ ports }) => ports.some(({ hostPort }) => hostPort !== null)),
  )

/** Best first: load balancer, external IPs, node ports, nodes of pods on the host network; the cluster IP from inside. */
export function addressesOfFront(context: PlanContext, service: Service): FrontAddress[] {
  const ref = `Service/${service.meta.name}`
  const { http, https } = frontPorts(service)
  const atPorts = { http: http?.port ?? null, https: https?.port ?? null }

  const balanced = service.loadBalancerIngress.flatMap(({ ip, hostname, ipMode }, position): FrontAddress[] => {
    const address = ip ?? hostname
    if (address === null) {
      return []
    }
    const because = fieldOf(ref, `status.loadBalancer.ingress[${position}]`)
    return [{ address, because, ...atPorts, reach: 'anywhere', isVip: ip !== null && ipMode !== 'Proxy' }]
  })
  if (balanced.length > 0) {
    return balanced
  }

  const external = service.externalIPs.map((address, position): FrontAddress => {
    const because = fieldOf(ref, `spec.externalIPs[${position}]`)
    return { address, because, ...atPorts, reach: 'anywhere', isVip: false }
  })
  if (external.length > 0) {
    return external
  }

  const nodePorts = { http: http?.nodePort ?? null, https: https?.nodePort ?? null }
  if (nodePorts.http !== null || nodePorts.https !== null) {
    const asked = nodeAddresses(context).filter(
      ({ address, doubts }) => doubts.length === 0 && mayHaveFamilyOf(service, address),
    )
    const atNodes = asked.slice(0, NODES_ASKED).map(({ address, because }): FrontAddress => {
      return {
        address,
        because: fieldOf(ref, 'spec.ports[].nodePort', ` at ${becauseText(because)}`),
        ...nodePorts,
        reach: 'anywhere',
        isVip: false,
      }
    })
    if (atNodes.length > 0) {
      return atNodes
    }
  }

  const onHosts = podsBehind(context, service).flatMap((pod): FrontAddress[] => {
    if (!pod.spec.hostNetwork || pod.hostIP === null) {
      return []
    }
    const because = fieldOf(`Pod/${pod.meta.name}`, 'status.hostIP', ' (hostNetwork)')
    return [{ address: pod.hostIP, because, http: 80, https: 443, reach: 'anywhere', isVip: false }]
  })
  if (onHosts.length > 0) {
    return onHosts.slice(0, NODES_ASKED)
  }

  return clusterIPsOf({ service }).map((address, position): FrontAddress => {
    return {
      address,
      because: fieldOf(ref, clusterIPFieldOf(service, position)),
      ...atPorts,
      reach: 'cluster',
      isVip: false,
    }
  })
}
