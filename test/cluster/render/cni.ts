/**
 * Renders what a CNI plugin adds to a node: packets of pods that leave the cluster's networks bear the node's address.
 *
 * @module
 */
import type { Node } from '../../../src/kube/objects.ts'
import { POD_CIDR, SERVICE_CIDR } from '../world.ts'
import { FAMILIES, ofFamily } from './service-ports.ts'

export const renderCni = (node: Node): string =>
  FAMILIES.map((family) => {
    const ip = family === 'IPv4' ? 'ip' : 'ip6'
    const within = `{ ${POD_CIDR[family]}, ${SERVICE_CIDR[family]} }`
    return `table ${ip} cni
delete table ${ip} cni
table ${ip} cni {
  chain postrouting {
    type nat hook postrouting priority 110
    ${ip} saddr { ${ofFamily(family, node.podCIDRs)} } ${ip} daddr != ${within} masquerade
  }
}
`
  }).join('')
