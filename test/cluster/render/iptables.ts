/**
 * The rules of a node, as kube-proxy in iptables mode writes them (pkg/proxy/iptables/proxier.go, `syncProxyRules`): the
 * same chains, matches, targets and order, as input for iptables-restore and ip6tables-restore.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import type { Family, KubeObjects, Node } from '../../../src/kube/objects.ts'
import { POD_CIDR } from '../world.ts'
import {
  type Backend,
  clusterIPOf,
  contains,
  type Draw,
  isLeftToOthers,
  nodeAddress,
  ofFamily,
  type ServedPort,
  servedPorts,
  vipsOf,
  withPort,
} from './service-ports.ts'

/** `--iptables-masquerade-bit` 14. */
const MARK = '0x4000'
/** kube-proxy's default for `sessionAffinityConfig.clientIP.timeoutSeconds`. */
const AFFINITY_SECONDS = 10_800

const FILTER_CHAINS = [
  ...['KUBE-SERVICES', 'KUBE-EXTERNAL-SERVICES', 'KUBE-FORWARD', 'KUBE-NODEPORTS', 'KUBE-PROXY-FIREWALL'],
]
const NAT_CHAINS = ['KUBE-SERVICES', 'KUBE-NODEPORTS', 'KUBE-POSTROUTING', 'KUBE-MARK-MASQ']

const comment = (text: string): string => `-m comment --comment "${text}"`

const FILTER_JUMPS = [
  ...['INPUT', 'FORWARD', 'OUTPUT'].map(
    (hook) =>
      `-A ${hook} -m conntrack --ctstate NEW ${comment('kubernetes load balancer firewall')} -j KUBE-PROXY-FIREWALL`,
  ),
  `-A INPUT ${comment('kubernetes health check service ports')} -j KUBE-NODEPORTS`,
  `-A FORWARD ${comment('kubernetes forwarding rules')} -j KUBE-FORWARD`,
  ...['FORWARD', 'OUTPUT'].map(
    (hook) => `-A ${hook} -m conntrack --ctstate NEW ${comment('kubernetes service portals')} -j KUBE-SERVICES`,
  ),
  ...['INPUT', 'FORWARD'].map(
    (hook) =>
      `-A ${hook} -m conntrack --ctstate NEW ${comment('kubernetes externally-visible service portals')} -j KUBE-EXTERNAL-SERVICES`,
  ),
]
const NAT_JUMPS = [
  ...['PREROUTING', 'OUTPUT'].map((hook) => `-A ${hook} ${comment('kubernetes service portals')} -j KUBE-SERVICES`),
  `-A POSTROUTING ${comment('kubernetes postrouting rules')} -j KUBE-POSTROUTING`,
]
const MASQUERADE = [
  `-A KUBE-POSTROUTING -m mark ! --mark ${MARK}/${MARK} -j RETURN`,
  `-A KUBE-POSTROUTING -j MARK --xor-mark ${MARK}`,
  `-A KUBE-POSTROUTING ${comment('kubernetes service traffic requiring SNAT')} -j MASQUERADE --random-fully`,
  `-A KUBE-MARK-MASQ -j MARK --or-mark ${MARK}`,
]
const FORWARD = [
  '-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP',
  `-A KUBE-FORWARD ${comment('kubernetes forwarding rules')} -m mark --mark ${MARK}/${MARK} -j ACCEPT`,
  `-A KUBE-FORWARD ${comment('kubernetes forwarding conntrack rule')} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
]

type Rules = { family: Family; node: Node; draw: Draw; chains: string[]; nat: string[]; filter: string[] }

/** Renders the rules of one family, as if the other did not exist. They replace both tables as a whole. */
export function renderIptables(objects: KubeObjects, node: Node, family: Family, draw: Draw): string {
  const rules: Rules = { family, node, draw, chains: [], nat: [], filter: [] }
  const ports = servedPorts(objects, family).filter(
    ({ service }) => clusterIPOf(service, family) !== null && !isLeftToOthers(service),
  )
  for (const served of ports) {
    addPort(rules, served)
  }
  const loopback = family === 'IPv4' ? '127.0.0.0/8' : '::1/128'
  // As the last of its chain: what comes before it decides first.
  const nodePorts = `-A KUBE-SERVICES ${comment('kubernetes service nodeports; NOTE: this must be the last rule in this chain')} -m addrtype --dst-type LOCAL ! -d ${loopback} -j KUBE-NODEPORTS`
  return [
    ...['*filter', ...['INPUT', 'FORWARD', 'OUTPUT'].map(builtIn), ...FILTER_CHAINS.map(own)],
    ...[...FILTER_JUMPS, ...rules.filter, ...FORWARD, 'COMMIT'],
    ...['*nat', ...['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'].map(builtIn)],
    ...[...NAT_CHAINS, ...new Set(rules.chains)].map(own),
    ...[...NAT_JUMPS, ...MASQUERADE, ...rules.nat, nodePorts, 'COMMIT', ''],
  ].join('\n')
}

/** A node where kube-proxy has never been has these rules. */
export const NO_IPTABLES = ['*filter', 'COMMIT', '*nat', 'COMMIT', ''].join('\n')

const builtIn = (name: string): string => `:${name} ACCEPT [0:0]`
const own = (name: string): string => `:${name} - [0:0]`

/** `portProtoHash`: of a name as long as iptables takes it. */
const chainOf = (kind: 'SVC' | 'SVL' | 'EXT' | 'FW' | 'SEP', ...of: readonly string[]): string =>
  `KUBE-${kind}-${base32(createHash('sha256').update(of.join('')).digest()).slice(0, 16)}`

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
/** RFC 4648 6, of as many whole groups of five bits as there are. */
const base32 = (bytes: Uint8Array): string =>
  [...bytes]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')
    .match(/.{5}/g)
    ?.map((group) => ALPHABET[Number.parseInt(group, 2)])
    .join('') ?? ''

function addPort(rules: Rules, { service, port, backends }: ServedPort): void {
  const { family, node, nat, filter, chains } = rules
  const { meta, externalTrafficPolicy, internalTrafficPolicy, loadBalancerSourceRanges } = service
  const protocol = port.protocol.toLowerCase()
  const name = `${meta.namespace}/${meta.name}${port.name === null ? '' : `:${port.name}`}`
  const [cluster, policyLocal, external, firewall] = (['SVC', 'SVL', 'EXT', 'FW'] as const).map((kind) =>
    chainOf(kind, name, protocol),
  ) as [string, string, string, string]
  const local = backends.filter((backend) => backend.node === node.meta.name)
  const hasAny = backends.length > 0
  const hasInternal = internalTrafficPolicy === 'Local' ? local.length > 0 : hasAny
  const hasExternal = externalTrafficPolicy === 'Local' ? local.length > 0 : hasAny
  const clusterIP = clusterIPOf(service, family) ?? ''
  const vips = ofFamily(family, vipsOf(service))
  const externalIPs = ofFamily(family, service.externalIPs)
  const isExternal = vips.length > 0 || externalIPs.length > 0 || Boolean(port.nodePort)
  const ranges = ofFamily(family, loadBalancerSourceRanges)
  const hasFirewall = hasAny && vips.length > 0 && loadBalancerSourceRanges.length > 0
  const to = (address: string): string => `-m ${protocol} -p ${protocol} -d ${address} --dport ${port.port}`
  // Nothing anywhere is refused; nothing on this node, where the policy is Local, is dropped.
  const [why, otherwise] = hasAny ? ['has no local endpoints', 'DROP'] : ['has no endpoints', 'REJECT']

  if (hasInternal) {
    const chain = internalTrafficPolicy === 'Local' ? policyLocal : cluster
    nat.push(`-A KUBE-SERVICES ${comment(`${name} cluster IP`)} ${to(clusterIP)} -j ${chain}`)
    nat.push(`-A ${chain} ${comment(`${name} cluster IP`)} ${to(clusterIP)} ! -s ${POD_CIDR[family]} -j KUBE-MARK-MASQ`)
  } else {
    filter.push(`-A KUBE-SERVICES ${comment(`${name} ${why}`)} ${to(clusterIP)} -j ${otherwise}`)
  }

  if (hasAny) {
    for (const address of externalIPs) {
      nat.push(`-A KUBE-SERVICES ${comment(`${name} external IP`)} ${to(address)} -j ${external}`)
    }
    for (const address of vips) {
      nat.push(
        `-A KUBE-SERVICES ${comment(`${name} loadbalancer IP`)} ${to(address)} -j ${hasFirewall ? firewall : external}`,
      )
    }
    if (port.nodePort) {
      nat.push(
        `-A KUBE-NODEPORTS ${comment(name)} -m ${protocol} -p ${protocol} --dport ${port.nodePort} -j ${external}`,
      )
    }
  }
  if (hasFirewall) {
    for (const address of vips) {
      filter.push(
        `-A KUBE-PROXY-FIREWALL ${comment(`${name} traffic not accepted by ${firewall}`)} ${to(address)} -j DROP`,
      )
    }
  }
  if (!hasExternal) {
    const refuse = (match: string) =>
      filter.push(`-A KUBE-EXTERNAL-SERVICES ${comment(`${name} ${why}`)} ${match} -j ${otherwise}`)
    for (const address of [...externalIPs, ...vips]) {
      refuse(to(address))
    }
    if (port.nodePort) {
      refuse(`-m addrtype --dst-type LOCAL -m ${protocol} -p ${protocol} --dport ${port.nodePort}`)
    }
  }

  if (hasAny && isExternal) {
    chains.push(external)
    const destinations = `${name} external destinations`
    if (externalTrafficPolicy === 'Cluster') {
      nat.push(`-A ${external} ${comment(`masquerade traffic for ${destinations}`)} -j KUBE-MARK-MASQ`)
    } else {
      nat.push(
        `-A ${external} ${comment(`pod traffic for ${destinations}`)} -s ${POD_CIDR[family]} -j ${cluster}`,
        `-A ${external} ${comment(`masquerade LOCAL traffic for ${destinations}`)} -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ`,
        `-A ${external} ${comment(`route LOCAL traffic for ${destinations}`)} -m addrtype --src-type LOCAL -j ${cluster}`,
      )
    }
    if (hasExternal) {
      nat.push(`-A ${external} -j ${externalTrafficPolicy === 'Local' ? policyLocal : cluster}`)
    }
  }
  if (hasFirewall) {
    chains.push(firewall)
    const own = nodeAddress(node, family)
    const sources = [...ranges, ...(ranges.some((range) => contains(range, own)) ? vips : [])]
    nat.push(
      ...sources.map((source) => `-A ${firewall} ${comment(`${name} loadbalancer IP`)} -s ${source} -j ${external}`),
      `-A ${firewall} ${comment(`other traffic to ${name} will be dropped by KUBE-PROXY-FIREWALL`)}`,
    )
  }

  const usesCluster = hasAny && (internalTrafficPolicy === 'Cluster' || isExternal)
  const usesLocal =
    local.length > 0 && (internalTrafficPolicy === 'Local' || (externalTrafficPolicy === 'Local' && isExternal))
  const sticky = service.sessionAffinity === 'ClientIP'
  const endpointOf = (backend: Backend): string =>
    chainOf('SEP', name, protocol, withPort(backend.address, backend.port))
  if (usesCluster) {
    balance(cluster, backends)
  }
  if (usesLocal) {
    balance(policyLocal, local)
  }
  for (const backend of usesCluster ? backends : usesLocal ? local : []) {
    const chain = endpointOf(backend)
    chains.push(chain)
    nat.push(
      // A pod that reaches itself must not see its own address.
      `-A ${chain} ${comment(name)} -s ${backend.address} -j KUBE-MARK-MASQ`,
      `-A ${chain} ${comment(name)} ${sticky ? `-m recent --name ${chain} --set ` : ''}-m ${protocol} -p ${protocol} -j DNAT --to-destination ${withPort(backend.address, backend.port)}`,
    )
  }

  function balance(chain: string, targets: readonly Backend[]): void {
    chains.push(chain)
    const remark = ({ address, port: number }: Backend) => comment(`${name} -> ${withPort(address, number)}`)
    if (sticky) {
      for (const target of targets) {
        nat.push(
          `-A ${chain} ${remark(target)} -m recent --name ${endpointOf(target)} --rcheck --seconds ${AFFINITY_SECONDS} --reap -j ${endpointOf(target)}`,
        )
      }
    }
    for (const [position, target] of targets.entries()) {
      nat.push(`-A ${chain} ${remark(target)}${share(rules.draw, targets.length - position)} -j ${endpointOf(target)}`)
    }
  }
}

/** Takes one in `left` of the connections that no target before it took; the last target takes the rest. */
const share = (draw: Draw, left: number): string =>
  left === 1
    ? ''
    : draw === 'lots'
      ? ` -m statistic --mode random --probability ${(1 / left).toFixed(10)}`
      : ` -m statistic --mode nth --every ${left} --packet 0`
