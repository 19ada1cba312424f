import { BlockList } from 'node:net'
import type { EndpointPort, Family, KubeObjects, Node, Service, ServicePort } from '../../../src/kube/objects.ts'

export type Backend = { address: string; port: number; node: string | null; name: string; hostname: string | null }

/** A Service's port with what traffic to it may go to. */
export type ServedPort = { service: Service; port: ServicePort; backends: readonly Backend[] }

/** A node chooses among endpoints by lots, as kube-proxy does, or in turns, so that a test knows what comes next. */
export type Draw = 'lots' | 'turns'

/** kube-proxy leaves Services with this label to somebody else. */
const OTHER_PROXY = 'service.kubernetes.io/service-proxy-name'

export const isLeftToOthers = ({ meta }: Service): boolean => meta.labels[OTHER_PROXY] !== undefined

/** Tells whether the address is in the range; both are of one family. @param range in CIDR notation. */
export function contains(range: string, address: string): boolean {
  const [network = '', bits] = range.split('/')
  const list = new BlockList()
  const family = familyOf(network) === 'IPv6' ? 'ipv6' : 'ipv4'
  list.addSubnet(network, Number(bits), family)
  return list.check(address, family)
}

export const FAMILIES = ['IPv4', 'IPv6'] as const satisfies readonly Family[]

export const familyOf = (address: string): Family => (address.includes(':') ? 'IPv6' : 'IPv4')

export const ofFamily = (family: Family, addresses: readonly string[]): string[] =>
  addresses.filter((address) => familyOf(address) === family)

/** Every port of every Service in one family: what kube-proxy, an Ingress controller and cluster DNS watch. */
export const servedPorts = (objects: KubeObjects, family: Family): ServedPort[] =>
  objects.services.flatMap((service) =>
    service.ports.map((port) => ({ service, port, backends: backendsOf(objects, service, port, family) })),
  )

/**
 * Ready endpoints; where there is none, those that still serve while they terminate (pkg/proxy/topology.go). Endpoints
 * objects stand for the slices that the mirroring controller would make of them.
 */
function backendsOf(objects: KubeObjects, { meta }: Service, port: ServicePort, family: Family): Backend[] {
  const numberOf = (ports: readonly EndpointPort[]): number | null =>
    ports.find(({ name, protocol }) => name === port.name && protocol === port.protocol)?.port ?? null
  const ofSlices = objects.endpointSlices
    .filter((slice) => slice.serviceName === meta.name && slice.meta.namespace === meta.namespace)
    .filter(({ addressType }) => addressType === family)
    .flatMap((slice) => {
      const number = numberOf(slice.ports)
      if (number === null) {
        return []
      }
      return slice.endpoints.flatMap(({ addresses: [address], nodeName, hostname, targetRef, ...conditions }) =>
        address === undefined
          ? []
          : [{ address, port: number, node: nodeName, name: targetRef?.name ?? address, hostname, conditions }],
      )
    })
  const ready = ofSlices.filter(({ conditions }) => conditions.ready)
  const usable =
    ready.length > 0 ? ready : ofSlices.filter(({ conditions: { serving, terminating } }) => serving && terminating)
  const mirrored = objects.endpoints
    .filter((endpoints) => endpoints.meta.name === meta.name && endpoints.meta.namespace === meta.namespace)
    .flatMap(({ subsets }) =>
      subsets.flatMap((subset) => {
        const number = numberOf(subset.ports)
        if (number === null) {
          return []
        }
        return subset.addresses
          .filter(({ ip }) => familyOf(ip) === family)
          .map(({ ip, nodeName, hostname }) => ({ address: ip, port: number, node: nodeName, name: ip, hostname }))
      }),
    )
  return [...usable.map(({ conditions: _conditions, ...backend }) => backend), ...mirrored]
}

/** `null`: headless, an ExternalName, or not of that family. */
export const clusterIPOf = ({ clusterIPs }: Service, family: Family): string | null =>
  ofFamily(
    family,
    clusterIPs.filter((address) => address !== 'None'),
  )[0] ?? null

export const isHeadless = ({ clusterIPs }: Service): boolean => clusterIPs.includes('None')

/** Load balancer addresses that nodes answer for themselves (KEP-1860: an `ipMode` of VIP, never a hostname). */
export const vipsOf = ({ loadBalancerIngress }: Service): string[] =>
  loadBalancerIngress.flatMap(({ ip, ipMode }) => (ip === null || ipMode === 'Proxy' ? [] : [ip]))

/** Returns the node's primary address of the family, or an empty string where it has none. */
export const nodeAddress = ({ addresses }: Node, family: Family): string =>
  addresses.find(({ type, address }) => type === 'InternalIP' && familyOf(address) === family)?.address ?? ''

export const withPort = (address: string, port: number): string =>
  familyOf(address) === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`
