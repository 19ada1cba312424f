/**
 * Finds where Services lead to a listener: their addresses and ports are other ways to it. Pure.
 *
 * @module
 */
import type { ObjectIndex } from '../kube/object-index.ts'
import type { Service } from '../kube/objects.ts'
import type { At } from './beside.ts'

/** @param isOwn tells whether an endpoint is the listener. */
export function frontsOf(
  index: Pick<ObjectIndex, 'services' | 'slicesOf'>,
  isOwn: (address: string, port: number) => boolean,
): readonly At[] {
  return index.services.flatMap((service) => {
    const { name, namespace } = service.meta
    const own = new Set<string | null>()
    for (const { endpoints, ports } of index.slicesOf(namespace ?? 'default', name)) {
      const addresses = endpoints.flatMap((endpoint) => endpoint.addresses)
      for (const { name: port, port: number } of ports) {
        if (number !== null && addresses.some((address) => isOwn(address, number))) {
          own.add(port)
        }
      }
    }
    const ports = service.ports.filter((each) => own.has(each.name))
    return ports.flatMap(({ port }) => addressesOf(service).map((address) => ({ address, port })))
  })
}

/** A hostname of a load balancer is judged by the address that it resolves to, if that is among the others. */
const addressesOf = ({ clusterIPs, externalIPs, loadBalancerIngress }: Service): readonly string[] => [
  ...clusterIPs.filter((address) => address !== 'None'),
  ...externalIPs,
  ...loadBalancerIngress.flatMap(({ ip }) => ip ?? []),
]
