/**
 * Ways to break hosts, cables and rules. Each is in force when it resolves, to how it is ended.
 *
 * @module
 */
import { writeFileSync } from 'node:fs'
import type { KubeObjects } from '../../src/kube/objects.ts'
import { ip, nft, nsenter, run, sysctl } from './netns.ts'
import { endOf, type Flavour, type Network, programServices, SYSCTL } from './network.ts'
import { INNER_MTU, setBridgeNetfilter, setHairpin, VXLAN_PORT } from './overlay.ts'
import { PROXIES } from './proxies.ts'
import { familyOf } from './render/service-ports.ts'
import { POD_CIDR, ROUTER } from './world.ts'

export type Undo = () => Promise<unknown>

/** kube-proxy's rules are gone on one node, which load balancers then leave out. */
export async function stopProxy(objects: KubeObjects, flavour: Flavour, node: string): Promise<Undo> {
  const others = { ...objects, nodes: objects.nodes.filter(({ meta }) => meta.name !== node) }
  await Promise.all([PROXIES[flavour.mode].remove(node), programServices(others, flavour)])
  return () => programServices(objects, flavour)
}

/** Somebody has flushed the rules that give packets a node's address, on every node. */
export async function stopMasquerading(objects: KubeObjects, flavour: Flavour): Promise<Undo> {
  await Promise.all(objects.nodes.map(({ meta }) => PROXIES[flavour.mode].stopMasquerading(meta.name)))
  return () => programServices(objects, flavour)
}

/** The node's cable is pulled. */
export async function pullCable(node: string): Promise<Undo> {
  await ip(ROUTER.name, [`link set ${endOf(node)} down`])
  return () => ip(ROUTER.name, [`link set ${endOf(node)} up`])
}

/** Packets to that address vanish on the router. */
export const blackhole = (address: string): Promise<Undo> =>
  filter(ROUTER.name, 'prerouting', [`${familyOf(address) === 'IPv6' ? 'ip6' : 'ip'} daddr ${address} drop`])

/** Destination unreachable, source quench, time exceeded, parameter problem (Documentation/networking/ip-sysctl). */
const LINUX_RATEMASK = 6168

/** As Linux does by default: refusals to one client come about six in a row, then one a second. */
export async function rationRefusals(node: string): Promise<Undo> {
  await sysctl(node, { 'net.ipv4.icmp_ratemask': LINUX_RATEMASK })
  return () => sysctl(node, { 'net.ipv4.icmp_ratemask': SYSCTL['net.ipv4.icmp_ratemask'] })
}

let tables = 0

/** Lets a host treat packets of both families by one more rule, before all others. */
export async function filter(
  host: string,
  hook: 'prerouting' | 'input' | 'forward' | 'output',
  rules: readonly string[],
): Promise<Undo> {
  const table = `table inet fault-${++tables}`
  await nft(
    host,
    `${table} {\n chain ${hook} {\n type filter hook ${hook} priority -300\n ${rules.join('\n ')}\n }\n}\n`,
  )
  return () => nft(host, `delete ${table}`)
}

/** On a host, what matches goes to `to` (address:port) instead, with the host's own address. */
export async function divert(host: string, match: string, to: string): Promise<Undo> {
  const table = `table ip fault-${++tables}`
  await nft(
    host,
    `${table} {
  chain prerouting { type nat hook prerouting priority dstnat - 5; ${match} meta mark set 0x77 dnat to ${to}; }
  chain postrouting { type nat hook postrouting priority srcnat - 5; meta mark 0x77 masquerade; }
}
`,
  )
  await run([...nsenter(host), 'conntrack', '--flush'])
  return () => nft(host, `delete ${table}`)
}

/** So many of a hundred packets that a host forwards do not arrive. */
export const losePackets = (host: string, percent: number, match = ''): Promise<Undo> =>
  filter(host, 'forward', [`${match} numgen random mod 100 < ${percent} drop`])

/** A pod does not get back what it sends to a Service of which it is an endpoint itself. */
export async function stopHairpin(network: Network, node: string, pod: string): Promise<Undo> {
  if (network === 'routed') {
    return filter(node, 'forward', [`iifname "${endOf(pod)}" oifname "${endOf(pod)}" drop`])
  }
  await setHairpin(node, pod, false)
  return () => setHairpin(node, pod, true)
}

/** On that node no packet to or from pods of other nodes arrives. */
export const cutOverlay = (network: Network, node: string): Promise<Undo> =>
  filter(
    node,
    'prerouting',
    network === 'overlay'
      ? [`udp dport ${VXLAN_PORT} drop`]
      : [
          ...['saddr', 'daddr'].map((end) => `iifname "eth0" ip ${end} ${POD_CIDR.IPv4} drop`),
          ...['saddr', 'daddr'].map((end) => `iifname "eth0" ip6 ${end} ${POD_CIDR.IPv6} drop`),
        ],
  )

/** What is longer than the way between nodes takes is lost on its way to that node, and nobody is told. */
export const narrowOverlay = (network: Network, node: string): Promise<Undo> =>
  filter(
    node,
    'prerouting',
    network === 'overlay'
      ? [`udp dport ${VXLAN_PORT} meta length > ${INNER_MTU - 50} drop`]
      : [`iifname "eth0" meta length > ${INNER_MTU - 50} drop`],
  )

/** On that node a bridge passes packets between its ports past the rules of IP. */
export async function stopBridgeNetfilter(node: string): Promise<Undo> {
  await setBridgeNetfilter(node, false)
  return () => setBridgeNetfilter(node, true)
}

/** A file that is mounted into a prober says something else. */
export async function rewrite(file: string, text: string, original: string): Promise<Undo> {
  writeFileSync(file, text)
  return async () => writeFileSync(file, original)
}
