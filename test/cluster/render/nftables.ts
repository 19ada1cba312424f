/**
 * The rules of a node, as kube-proxy in nftables mode writes them (pkg/proxy/nftables): the same hooks, chains and
 * verdicts, without what makes them fast to update.
 *
 * @module
 */
import type { Family, KubeObjects, Node } from '../../../src/kube/objects.ts'
import { POD_CIDR } from '../world.ts'
import {
  type Backend,
  clusterIPOf,
  type Draw,
  FAMILIES,
  isLeftToOthers,
  nodeAddress,
  ofFamily,
  type ServedPort,
  servedPorts,
  vipsOf,
  withPort,
} from './service-ports.ts'

/** kube-proxy's own (`--iptables-masquerade-bit` 14). */
const MASQUERADE_MARK = '0x4000'

/** nftables' words, and the networks that a family has. */
const DIALECTS = {
  IPv4: { ip: 'ip', address: 'ipv4_addr' },
  IPv6: { ip: 'ip6', address: 'ipv6_addr' },
} as const

type Rules = {
  family: Family
  draw: Draw
  chains: Map<string, string[]>
  sets: Map<string, string>
  serviceIPs: string[]
  nodePorts: string[]
  withoutEndpoints: string[]
  nodePortsWithoutEndpoints: string[]
  firewalls: string[]
}

/** A table for each family, as if the other did not exist. */
export const renderNftables = (objects: KubeObjects, node: Node, draw: Draw): string =>
  FAMILIES.map((family) => renderFamily(objects, node, family, draw)).join('')

/** Without kube-proxy a node has none of these tables. */
export const PROXY_TABLES = FAMILIES.map((family) => `table ${DIALECTS[family].ip} kube-proxy`)

function renderFamily(objects: KubeObjects, node: Node, family: Family, draw: Draw): string {
  const { ip, address } = DIALECTS[family]
  const rules: Rules = {
    family,
    draw,
    chains: new Map(),
    sets: new Map(),
    serviceIPs: [],
    nodePorts: [],
    withoutEndpoints: [],
    nodePortsWithoutEndpoints: [],
    firewalls: [],
  }
  const ports = servedPorts(objects, family).filter(
    ({ service }) => clusterIPOf(service, family) !== null && !isLeftToOthers(service),
  )
  for (const served of ports) {
    addPort(rules, node, served)
  }
  const clusterIPs = new Set(ports.map(({ service }) => clusterIPOf(service, family)))
  const own = nodeAddress(node, family)
  return `table ${ip} kube-proxy
delete table ${ip} kube-proxy
table ${ip} kube-proxy {
  ${[...rules.sets].map(([name, definition]) => `set ${name} { ${definition} }`).join('\n  ')}
  chain mark-for-masquerade { meta mark set meta mark or ${MASQUERADE_MARK}; }
  chain reject-chain { reject; }
  ${[...rules.chains].map(([name, lines]) => `chain ${name} {\n    ${lines.join('\n    ')}\n  }`).join('\n  ')}
  set cluster-ips { type ${address}; ${elements([...clusterIPs])} }
  map service-ips { type ${address} . inet_proto . inet_service : verdict; ${elements(rules.serviceIPs)} }
  map service-nodeports { type inet_proto . inet_service : verdict; ${elements(rules.nodePorts)} }
  map no-endpoint-services { type ${address} . inet_proto . inet_service : verdict; ${elements(rules.withoutEndpoints)} }
  map no-endpoint-nodeports { type inet_proto . inet_service : verdict; ${elements(rules.nodePortsWithoutEndpoints)} }
  map firewall-ips { type ${address} . inet_proto . inet_service : verdict; ${elements(rules.firewalls)} }
  chain services {
    ${ip} daddr . meta l4proto . th dport vmap @service-ips
    ${ip} daddr ${own} meta l4proto . th dport vmap @service-nodeports
  }
  chain service-endpoints-check { ${ip} daddr . meta l4proto . th dport vmap @no-endpoint-services; }
  chain nodeport-endpoints-check { ${ip} daddr ${own} meta l4proto . th dport vmap @no-endpoint-nodeports; }
  chain cluster-ips-check { ${ip} daddr @cluster-ips reject; }
  chain firewall-check { ${ip} daddr . meta l4proto . th dport vmap @firewall-ips; }
  chain filter-prerouting-pre-dnat {
    type filter hook prerouting priority dstnat - 10
    ct state new jump firewall-check
  }
  chain nat-prerouting { type nat hook prerouting priority dstnat; jump services; }
  chain nat-postrouting {
    type nat hook postrouting priority srcnat
    meta mark and ${MASQUERADE_MARK} == ${MASQUERADE_MARK} masquerade fully-random
  }
  chain filter-input {
    type filter hook input priority 0
    ct state new jump nodeport-endpoints-check
    ct state new jump service-endpoints-check
  }
  chain filter-forward {
    type filter hook forward priority 0
    ct state new jump service-endpoints-check
    ct state new jump cluster-ips-check
  }
}
`
}

const elements = (list: readonly unknown[]): string => (list.length === 0 ? '' : `elements = { ${list.join(', ')} }`)

function addPort(rules: Rules, node: Node, { service, port, backends }: ServedPort): void {
  const { meta, externalTrafficPolicy, internalTrafficPolicy } = service
  const protocol = port.protocol.toLowerCase()
  const id = `${meta.namespace}/${meta.name}/${protocol}/${port.name ?? port.port}`
  const { ip } = DIALECTS[rules.family]
  const clusterIP = clusterIPOf(service, rules.family) ?? ''
  const local = backends.filter((backend) => backend.node === node.meta.name)
  const inside = internalTrafficPolicy === 'Local' ? local : backends
  const outside = externalTrafficPolicy === 'Local' ? local : backends
  const externals = ofFamily(rules.family, [...vipsOf(service), ...service.externalIPs])
  const at = (address: string): string => `${address} . ${protocol} . ${port.port}`
  const ranges = ofFamily(rules.family, service.loadBalancerSourceRanges)
  // Nothing anywhere is refused; nothing on this node, where the policy is Local, is dropped.
  const otherwise = backends.length === 0 ? 'goto reject-chain' : 'drop'

  if (inside.length === 0) {
    rules.withoutEndpoints.push(`${at(clusterIP)} : ${otherwise}`)
  } else {
    balance(rules, `service-${id}`, served(inside), [
      `${ip} daddr ${clusterIP} ${ip} saddr != ${POD_CIDR[rules.family]} jump mark-for-masquerade`,
    ])
    rules.serviceIPs.push(`${at(clusterIP)} : goto service-${id}`)
  }

  if (backends.length > 0) {
    balance(rules, `cluster-${id}`, served(backends), [])
    if (externalTrafficPolicy === 'Cluster') {
      rules.chains.set(`external-${id}`, ['jump mark-for-masquerade', `goto cluster-${id}`])
    } else {
      if (local.length > 0) {
        balance(rules, `local-${id}`, served(local), [])
      }
      rules.chains.set(`external-${id}`, [
        // From pods, a Local policy is none (ServiceSpec.externalTrafficPolicy).
        `${ip} saddr ${POD_CIDR[rules.family]} goto cluster-${id}`,
        ...(local.length > 0 ? [`goto local-${id}`] : []),
      ])
    }
    rules.serviceIPs.push(...externals.map((address) => `${at(address)} : goto external-${id}`))
    if (port.nodePort) {
      rules.nodePorts.push(`${protocol} . ${port.nodePort} : goto external-${id}`)
    }
    if (ranges.length > 0) {
      rules.chains.set(`firewall-${id}`, [`${ip} saddr != { ${ranges.join(', ')} } drop`])
      const vips = ofFamily(rules.family, vipsOf(service))
      rules.firewalls.push(...vips.map((address) => `${at(address)} : goto firewall-${id}`))
    }
  }
  if (outside.length === 0) {
    rules.withoutEndpoints.push(...externals.map((address) => `${at(address)} : ${otherwise}`))
    if (port.nodePort) {
      rules.nodePortsWithoutEndpoints.push(`${protocol} . ${port.nodePort} : ${otherwise}`)
    }
  }

  function served(list: readonly Backend[]): string[] {
    return list.map((backend) => toBackend(rules, { service, port, backends }, id, backend))
  }
}

function balance(rules: Rules, chain: string, targets: readonly string[], before: readonly string[]): void {
  const sticky = targets.flatMap((target) => {
    const set = `affinity-${target}`
    return rules.sets.has(set) ? [`${DIALECTS[rules.family].ip} saddr @${set} goto ${target}`] : []
  })
  const verdicts = targets.map((target, position) => `${position} : goto ${target}`)
  rules.chains.set(chain, [
    ...before,
    ...sticky,
    `numgen ${rules.draw === 'lots' ? 'random' : 'inc'} mod ${targets.length} vmap { ${verdicts.join(', ')} }`,
  ])
}

function toBackend(
  rules: Rules,
  { service, port }: ServedPort,
  id: string,
  { address, port: number }: Backend,
): string {
  const { ip, address: addressType } = DIALECTS[rules.family]
  // A name in nftables holds no colon.
  const chain = `endpoint-${id}/${address.replaceAll(':', '_')}/${number}`
  if (rules.chains.has(chain)) {
    return chain
  }
  const protocol = port.protocol.toLowerCase()
  const sticky = service.sessionAffinity === 'ClientIP'
  if (sticky) {
    rules.sets.set(`affinity-${chain}`, `type ${addressType}; flags dynamic,timeout; timeout 10800s;`)
  }
  rules.chains.set(chain, [
    // A pod that reaches itself must not see its own address.
    `${ip} saddr ${address} jump mark-for-masquerade`,
    ...(sticky ? [`update @affinity-${chain} { ${ip} saddr }`] : []),
    `meta l4proto ${protocol} dnat to ${withPort(address, number)}`,
  ])
  return chain
}
