/**
 * Hosts and cables: a router with the network of the nodes, the nodes, and pods behind them, each a network namespace.
 * Pods hang on point-to-point links with /32 routes, as Calico does it: without a bridge there is no hairpin to tune.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import type { Family, KubeObjects, Node, Pod } from '../../src/kube/objects.ts'
import { ip, nft, nsenter, run, sysctl } from './netns.ts'
import { BRIDGE, plugBridge, plugPod } from './overlay.ts'
import { PROXIES, type ProxyMode } from './proxies.ts'
import { renderCni } from './render/cni.ts'
import { renderLoadBalancers } from './render/load-balancer.ts'
import { type Draw, FAMILIES, familyOf, nodeAddress, ofFamily, servedPorts, vipsOf } from './render/service-ports.ts'
import { LAN_HOSTS, ROUTER } from './world.ts'

/** Every pod's next hop, on the node's end of its link. */
const GATEWAY = '169.254.1.1'
const GATEWAY6 = 'fe80::1'
/** Marks routes that follow the Services. */
const ROUTE_PROTOCOL = 99

/**
 * Linux rations ICMP errors, of which refusals are made: the seventh in a row to one client would be silence, and some
 * of the first fifty to all. The mask says of which: none. The ration itself is that of `rationRefusals`.
 */
export const SYSCTL = {
  'net.ipv4.icmp_ratemask': 0,
  'net.ipv6.icmp.ratelimit': 0,
  // Nobody else is there to have an address already, and to ask takes a second.
  'net.ipv6.conf.all.accept_dad': 0,
  'net.ipv6.conf.default.accept_dad': 0,
}
/**
 * An address that nobody has is given up after three of these. Three of Linux's seconds would end with the second
 * repetition of the SYNs that wait: one of them may begin the search anew while the others are told that it failed.
 */
const neighbours = (device: string) => ({ [`net.ipv4.neigh.${device}.retrans_time_ms`]: 500 })
const FORWARDING = {
  'net.ipv4.ip_forward': 1,
  'net.ipv6.conf.all.forwarding': 1,
  'net.ipv4.conf.all.rp_filter': 0,
  'net.ipv4.conf.default.rp_filter': 0,
  'net.ipv4.conf.all.send_redirects': 0,
  'net.ipv4.conf.default.send_redirects': 0,
  // By port too: connections of one client spread over the nodes.
  'net.ipv4.fib_multipath_hash_policy': 1,
}

/** `routed`: pods on links of their own, plain routes between nodes, as Calico does it; `overlay`: {@link plugBridge}. */
export type Network = 'routed' | 'overlay'

/** A switch: what it passes from port to port meets no rules of the router's, where the kernel could make it. */
const SWITCH = { 'net.bridge.bridge-nf-call-iptables': 0, 'net.bridge.bridge-nf-call-ip6tables': 0 }

export async function buildNetwork({ nodes, pods }: KubeObjects, network: Network): Promise<void> {
  const onLan = [...nodes.map(({ meta }) => meta.name), ...LAN_HOSTS.map(({ name }) => name)]
  const routers = [ROUTER.name, ...nodes.map(({ meta }) => meta.name)]
  const hosts = [ROUTER.name, ...onLan, ...pods.map(({ meta }) => meta.name)]
  await ip(
    null,
    hosts.map((host) => `netns add ${host}`),
  )
  await Promise.all(hosts.map((host) => sysctl(host, routers.includes(host) ? { ...SYSCTL, ...FORWARDING } : SYSCTL)))
  await ip(null, [
    ...onLan.map((host) => cable(host, ROUTER.name)),
    ...pods.map(({ meta, spec }) => cable(meta.name, spec.nodeName ?? '')),
  ])
  if (existsSync('/proc/sys/net/bridge')) {
    await sysctl(ROUTER.name, SWITCH)
  }
  await Promise.all([
    ip(ROUTER.name, [
      'link set lo up',
      'link add lan type bridge',
      'link set lan up',
      `addr add ${ROUTER.address}/24 dev lan`,
      `addr add ${ROUTER.address6}/64 dev lan`,
      ...onLan.flatMap((host) => [`link set ${endOf(host)} master lan`, `link set ${endOf(host)} up`]),
      'route add blackhole default',
      'route add blackhole ::/0',
    ]),
    ...LAN_HOSTS.map((host) => ip(host.name, onTheLan(host.address, host.address6))),
    ...nodes.map((node) => plugNode(node, nodes, pods, network)),
    ...pods.map(async (pod) => {
      const node = nodes.find(({ meta }) => meta.name === pod.spec.nodeName)
      if (node !== undefined) {
        await ip(pod.meta.name, network === 'overlay' ? plugPod(pod, node) : pluggedPod(pod))
      }
    }),
  ])
}

const pluggedPod = ({ podIPs }: Pod): string[] => [
  'link set lo up',
  'link set eth0 up',
  ...podIPs.map((address) => `addr add ${single(address)} dev eth0`),
  `route add ${GATEWAY} dev eth0 scope link`,
  `route add default via ${GATEWAY}`,
  `route add default via ${GATEWAY6} dev eth0`,
]

const single = (address: string): string => `${address}/${familyOf(address) === 'IPv6' ? 128 : 32}`
export const endOf = (host: string): string => `to-${host}`
const cable = (host: string, to: string): string =>
  `link add eth0 netns ${host} type veth peer name ${endOf(host)} netns ${to}`

const onTheLan = (address: string, address6: string): string[] => [
  'link set lo up',
  'link set eth0 up',
  `addr add ${address}/24 dev eth0`,
  `addr add ${address6}/64 dev eth0`,
  `route add default via ${ROUTER.address}`,
  `route add default via ${ROUTER.address6}`,
]

async function plugNode(node: Node, nodes: readonly Node[], pods: readonly Pod[], network: Network): Promise<void> {
  const own = pods.filter(({ spec }) => spec.nodeName === node.meta.name)
  await ip(node.meta.name, onTheLan(nodeAddress(node, 'IPv4'), nodeAddress(node, 'IPv6')))
  if (network === 'overlay') {
    await plugBridge(node, nodes, own)
  } else {
    await ip(node.meta.name, routesOf(node, nodes, own))
  }
  await sysctl(node.meta.name, neighbours(network === 'overlay' ? BRIDGE : 'eth0'))
  await nft(node.meta.name, renderCni(node))
}

const routesOf = (node: Node, nodes: readonly Node[], own: readonly Pod[]): string[] => [
  ...nodes
    .filter((other) => other !== node)
    .flatMap((other) => other.podCIDRs.map((cidr) => `route add ${cidr} via ${nodeAddress(other, familyOf(cidr))}`)),
  // An address that no pod has is asked for and never answered, as on the bridge of a CNI plugin.
  ...ofFamily('IPv4', node.podCIDRs).map((cidr) => `route add ${cidr} dev eth0 scope link`),
  ...ofFamily('IPv6', node.podCIDRs).map((cidr) => `route add ${cidr} dev eth0`),
  ...own.flatMap(({ meta, podIPs }) => [
    `link set ${endOf(meta.name)} up`,
    `addr add ${GATEWAY}/32 dev ${endOf(meta.name)} scope link`,
    `addr add ${GATEWAY6}/64 dev ${endOf(meta.name)}`,
    ...podIPs.map((address) => `route add ${single(address)} dev ${endOf(meta.name)}`),
  ]),
]

export type Flavour = { mode: ProxyMode; draw: Draw }

/** Renews what depends on the Services: each node's rules, and where the router sends load balancers' addresses. */
export async function programServices(objects: KubeObjects, flavour: Flavour): Promise<void> {
  const { nodes } = objects
  await Promise.all([
    ...nodes.map((node) => programNode(objects, node, flavour)),
    nft(ROUTER.name, renderLoadBalancers(objects)),
    ...FAMILIES.map((family) =>
      ip(ROUTER.name, [`route flush proto ${ROUTE_PROTOCOL}`, ...serviceRoutes(objects, family)], family),
    ),
  ])
}

/**
 * Flows that the kernel remembers go on by the rules of before: kube-proxy makes it forget those over UDP. Here all, so
 * that a port that is used again never meets what an earlier test left.
 */
async function programNode(objects: KubeObjects, node: Node, { mode, draw }: Flavour): Promise<void> {
  await PROXIES[mode].program(objects, node, draw)
  await run([...nsenter(node.meta.name), 'conntrack', '--flush'])
}

/**
 * A load balancer sends to the nodes that pass its health check: all, or where the policy is Local those with an
 * endpoint. External IPs are the user's to route: to the first node.
 */
function serviceRoutes(objects: KubeObjects, family: Family): string[] {
  const addressOf = new Map(objects.nodes.map((node) => [node.meta.name, nodeAddress(node, family)]))
  const all = [...addressOf.values()]
  const ports = servedPorts(objects, family)
  return objects.services.flatMap((service) => {
    const backends = ports.filter((served) => served.service === service).flatMap((served) => served.backends)
    const local = new Set(backends.flatMap(({ node }) => addressOf.get(node ?? '') ?? []))
    const hops = service.externalTrafficPolicy === 'Local' && local.size > 0 ? [...local] : all
    return [
      ...ofFamily(family, vipsOf(service)).map((address) => route(address, hops)),
      ...ofFamily(family, service.externalIPs).map((address) => route(address, all.slice(0, 1))),
    ]
  })
}

export const route = (address: string, hops: readonly string[]): string =>
  `route add ${single(address)} proto ${ROUTE_PROTOCOL} ${hops.map((hop) => `nexthop via ${hop}`).join(' ')}`
