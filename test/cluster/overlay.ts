/**
 * Pods behind a bridge on each node, and nodes that reach each other's pods through VXLAN, as flannel does it.
 *
 * @module
 */
import type { Node, Pod } from '../../src/kube/objects.ts'
import { ip, nsenter, run, sysctl } from './netns.ts'
import { FAMILIES, familyOf, nodeAddress, ofFamily } from './render/service-ports.ts'

export const BRIDGE = 'cni0'
const TUNNEL = 'flannel.1'
/** IPv4, UDP, VXLAN and Ethernet headers leave this many bytes of 1500. */
export const INNER_MTU = 1450
/** IANA's; flannel's own default is Linux's 8472. */
export const VXLAN_PORT = 4789

const endOf = (pod: string): string => `to-${pod}`
const macOf = (node: Node): string => `02:00:00:00:00:${node.meta.name.replace(/\D/g, '').padStart(2, '0')}`
/** The first address of the node's pods. */
const gatewayOf = (cidr: string): string => cidr.replace(/0?\/\d+$/, '1')

export async function plugBridge(node: Node, nodes: readonly Node[], pods: readonly Pod[]): Promise<void> {
  const others = nodes.filter((other) => other !== node)
  await ip(node.meta.name, [
    `link add ${BRIDGE} type bridge`,
    `link set ${BRIDGE} mtu ${INNER_MTU} up`,
    ...node.podCIDRs.map((cidr) => `addr add ${gatewayOf(cidr)}/${cidr.split('/')[1]} dev ${BRIDGE}`),
    `link add ${TUNNEL} address ${macOf(node)} type vxlan id 1 dstport ${VXLAN_PORT} local ${nodeAddress(node, 'IPv4')} nolearning`,
    `link set ${TUNNEL} mtu ${INNER_MTU} up`,
    ...node.podCIDRs.map((cidr) => `addr add ${tunnelAddress(cidr)} dev ${TUNNEL}`),
    ...others.flatMap((other) =>
      other.podCIDRs.flatMap((cidr) => [
        `neigh add ${tunnelAddress(cidr).split('/')[0]} lladdr ${macOf(other)} dev ${TUNNEL} nud permanent`,
        `route add ${cidr} via ${tunnelAddress(cidr).split('/')[0]} dev ${TUNNEL} onlink`,
      ]),
    ),
    ...pods.flatMap(({ meta }) => [`link set ${endOf(meta.name)} master ${BRIDGE} mtu ${INNER_MTU} up`]),
  ])
  for (const other of others) {
    await run([
      ...nsenter(node.meta.name),
      ...['bridge', 'fdb', 'append', macOf(other), 'dev', TUNNEL, 'dst', nodeAddress(other, 'IPv4')],
    ])
  }
  await Promise.all(pods.map(({ meta }) => setHairpin(node.meta.name, meta.name, true)))
  await setBridgeNetfilter(node.meta.name, true)
}

/** As flannel's: a network's own address, for one host. */
const tunnelAddress = (cidr: string): string =>
  familyOf(cidr) === 'IPv6' ? cidr.replace(/::\/\d+$/, '::/128') : cidr.replace(/\/\d+$/, '/32')

/** Lines for `ip`, in the pod. */
export const plugPod = ({ podIPs }: Pod, node: Node): string[] => [
  'link set lo up',
  `link set eth0 mtu ${INNER_MTU} up`,
  ...podIPs.map((address) => `addr add ${address}/${familyOf(address) === 'IPv6' ? 64 : 24} dev eth0`),
  ...FAMILIES.flatMap((family) =>
    ofFamily(family, node.podCIDRs).map((cidr) => `route add default via ${gatewayOf(cidr)}`),
  ),
]

/** Sets whether the bridge gives a packet back by the port that it came by. */
export const setHairpin = (node: string, pod: string, on: boolean): Promise<string> =>
  run([...nsenter(node), 'bridge', 'link', 'set', 'dev', endOf(pod), 'hairpin', on ? 'on' : 'off'])

/** Sets whether packets that a bridge passes between its ports meet the rules of IP (br_netfilter). */
export const setBridgeNetfilter = (node: string, on: boolean): Promise<string> =>
  sysctl(node, {
    'net.bridge.bridge-nf-call-iptables': Number(on),
    'net.bridge.bridge-nf-call-ip6tables': Number(on),
  })
