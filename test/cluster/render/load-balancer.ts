import type { KubeObjects } from '../../../src/kube/objects.ts'
import { UPSTREAM } from '../world.ts'
import { nodeAddress } from './service-ports.ts'

/**
 * Load balancers that are proxies of their own (`ipMode: Proxy`, or known by a hostname): nodes do not answer for their
 * addresses, each connection goes to the node port of the next node.
 */
export function renderLoadBalancers({ services, nodes }: KubeObjects): string {
  const rules = services.flatMap(({ loadBalancerIngress, ports }) =>
    loadBalancerIngress.flatMap(({ ip, hostname, ipMode }) => {
      const address = ip === null ? UPSTREAM[hostname ?? ''] : ipMode === 'Proxy' ? ip : undefined
      if (address === undefined) {
        return []
      }
      return ports.map(({ port, nodePort }) => {
        const verdicts = nodes.map((node, turn) => `${turn} : goto ${node.meta.name}/${nodePort}`)
        return `ip daddr ${address} tcp dport ${port} numgen inc mod ${nodes.length} vmap { ${verdicts.join(', ')} }`
      })
    }),
  )
  const nodePorts = new Set(services.flatMap(({ ports }) => ports.flatMap(({ nodePort }) => nodePort || [])))
  const chains = [...nodePorts].flatMap((nodePort) =>
    nodes.map((node) => {
      return `chain ${node.meta.name}/${nodePort} { meta mark set 1 meta l4proto tcp dnat to ${nodeAddress(node, 'IPv4')}:${nodePort}; }`
    }),
  )
  return `table ip load-balancer
delete table ip load-balancer
table ip load-balancer {
  ${chains.join('\n  ')}
  chain prerouting {
    type nat hook prerouting priority dstnat
    ${rules.join('\n    ')}
  }
  chain postrouting {
    type nat hook postrouting priority srcnat
    meta mark 1 masquerade
  }
}
`
}
