/**
 * Hosts and cables: a router with the network of the nodes, the nodes, and pods behind them, each a network namespace.
 * Pods hang on point-to-point links with /32 routes, as Calico does it: without a bridge there is no hairpin to tune.
 *
 * @module
 */
import type { KubeObjects, Node, Pod } from '../../src/kube/objects.ts'
import { ip, nft, nsenter, run, sysctl } from './netns.ts'
import { renderLoadBalancers } from './render/load-balancer.ts'
import { internalAddresses, renderCni, renderProxy } from './render/proxy.ts'
import { servedPorts, vipsOf } from './render/service-ports.ts'
import { OUTSIDE, ROUTER, SHORE } from './world.ts'

/** Every pod's next hop, on the node's end of its link. */
const GATEWAY = '169.254.1.1'
/** Marks routes that follow the Services. */
const ROUTE_PROTOCOL = 99

/** Linux rations ICMP errors, of which refusals are made: the seventh in a row would be silence. */
const SYSCTL = { 'net.ipv4.icmp_ratelimit': 0 }
const FORWARDING = {
  'net.ipv4.ip_forward': 1,
  'net.ipv4.conf.all.rp_filter': 0,
  'net.ipv4.conf.default.rp_filter': 0,
  'net.ipv4.conf.all.send_redirects': 0,
  'net.ipv4.conf.default.send_redirects': 0,
  // By port too: connections of one client spread over the nodes.
  'net.ipv4.fib_multipath_hash_policy': 1,
}

export async function buildNetwork({ nodes, pods }: KubeObjects): Promise<void> {
  const onLan = [...nodes.map(({ meta }) => meta.name), OUTSIDE.name, SHORE.name]
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
  await Promise.all([
    ip(ROUTER.name, [
      'link set lo up',
      'link add lan type bridge',
      'link set lan up',
      `addr add ${ROUTER.address}/24 dev lan`,
      ...onLan.flatMap((host) => [`link set ${endOf(host)} master lan`, `link set ${endOf(host)} up`]),
      'route add blackhole default',
    ]),
    ...[OUTSIDE, SHORE].map((host) => ip(host.name, onTheLan(host.address))),
    ...nodes.map((node) => plugNode(node, nodes, pods)),
    ...pods.map(({ meta, podIPs: [address] }) =>
      ip(meta.name, [
        'link set lo up',
        'link set eth0 up',
        `addr add ${address}/32 dev eth0`,
        `route add ${GATEWAY} dev eth0 scope link`,
        `route add default via ${GATEWAY}`,
      ]),
    ),
  ])
}

const endOf = (host: string): string => `to-${host}`
const cable = (host: string, to: string): string =>
  `link add eth0 netns ${host} type veth peer name ${endOf(host)} netns ${to}`

const onTheLan = (address: string | undefined): string[] => [
  'link set lo up',
  'link set eth0 up',
  `addr add ${address}/24 dev eth0`,
  `route add default via ${ROUTER.address}`,
]

async function plugNode(node: Node, nodes: readonly Node[], pods: readonly Pod[]): Promise<void> {
  const [address] = internalAddresses(node)
  const own = pods.filter(({ spec }) => spec.nodeName === node.meta.name)
  await ip(node.meta.name, [
    ...onTheLan(address),
    ...nodes
      .filter((other) => other !== node)
      .flatMap((other) => other.podCIDRs.map((cidr) => `route add ${cidr} via ${internalAddresses(other)[0]}`)),
    // An address that no pod has is asked for and never answered, as on the bridge of a CNI plugin.
    ...node.podCIDRs.map((cidr) => `route add ${cidr} dev eth0 scope link`),
    ...own.flatMap(({ meta, podIPs: [podIP] }) => [
      `link set ${endOf(meta.name)} up`,
      `addr add ${GATEWAY}/32 dev ${endOf(meta.name)} scope link`,
      `route add ${podIP}/32 dev ${endOf(meta.name)}`,
    ]),
  ])
  await nft(node.meta.name, renderCni(node))
}

/** What changes with the Services: the rules of each node, and where the router sends load balancers' addresses. */
export async function programServices(objects: KubeObjects): Promise<void> {
  const { nodes } = objects
  await Promise.all([
    ...nodes.map((node) => programNode(objects, node)),
    nft(ROUTER.name, renderLoadBalancers(objects)),
    ip(ROUTER.name, [`route flush proto ${ROUTE_PROTOCOL}`, ...serviceRoutes(objects)]),
  ])
}

/**
 * Flows that the kernel remembers go on by the rules of before: kube-proxy makes it forget those over UDP. Here all, so
 * that a port that is used again never meets what an earlier test left.
 */
async function programNode(objects: KubeObjects, node: Node): Promise<void> {
  await nft(node.meta.name, renderProxy(objects, node))
  await run([...nsenter(node.meta.name), 'conntrack', '--flush'])
}

/**
 * A load balancer sends to the nodes that pass its health check: all, or where the policy is Local those with an
 * endpoint. External IPs are the user's to route: to the first node.
 */
function serviceRoutes(objects: KubeObjects): string[] {
  const addressOf = new Map(objects.nodes.map((node) => [node.meta.name, internalAddresses(node)[0] ?? '']))
  const all = [...addressOf.values()]
  return objects.services.flatMap((service) => {
    const backends = servedPorts(objects)
      .filter((served) => served.service === service)
      .flatMap((served) => served.backends)
    const local = new Set(backends.flatMap(({ node }) => addressOf.get(node ?? '') ?? []))
    const hops = service.externalTrafficPolicy === 'Local' && local.size > 0 ? [...local] : all
    return [
      ...vipsOf(service).map((address) => route(address, hops)),
      ...service.externalIPs.map((address) => route(address, all.slice(0, 1))),
    ]
  })
}

const route = (address: string, hops: readonly string[]): string =>
  `route add ${address}/32 proto ${ROUTE_PROTOCOL} ${hops.map((hop) => `nexthop via ${hop}`).join(' ')}`

/** kube-proxy's rules are gone on one node, which load balancers then leave out. @returns how to end it. */
export async function stopProxy(objects: KubeObjects, node: string): Promise<() => Promise<unknown>> {
  const others = { ...objects, nodes: objects.nodes.filter(({ meta }) => meta.name !== node) }
  await Promise.all([nft(node, `delete table ip kube-proxy`), programServices(others)])
  return () => programServices(objects)
}

/** The node's cable is pulled. @returns how to plug it in again. */
export async function pullCable(node: string): Promise<() => Promise<unknown>> {
  await ip(ROUTER.name, [`link set ${endOf(node)} down`])
  return () => ip(ROUTER.name, [`link set ${endOf(node)} up`])
}

/** Packets to that address vanish on the router. @returns how to end it. */
export const blackhole = (address: string): Promise<() => Promise<unknown>> =>
  filter(ROUTER.name, 'prerouting', [`ip daddr ${address} drop`])

let filters = 0

/** Lets a host treat packets by one more rule, before all others. @returns how to end it. */
export async function filter(
  host: string,
  hook: 'prerouting' | 'input' | 'forward',
  rules: readonly string[],
): Promise<() => Promise<unknown>> {
  const table = `table ip fault-${++filters}`
  await nft(
    host,
    `${table} {\n chain ${hook} {\n type filter hook ${hook} priority -300\n ${rules.join('\n ')}\n }\n}\n`,
  )
  return () => nft(host, `delete ${table}`)
}
