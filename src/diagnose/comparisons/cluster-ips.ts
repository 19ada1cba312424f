/** Cluster IPs: whether this one fails or all do, by what the API server and the cluster's DNS answer at theirs. */
import type { Control } from '../../check/control.ts'
import type { Telling } from '../../check/result.ts'
import { familyOf } from '../../lib/address.ts'
import type { At } from '../../plan/beside.ts'
import { digOn } from '../commands.ts'
import { controlOf, controlsTo, isAnswering } from '../controls.ts'
import { list } from '../phrases.ts'
import type { Cause, Rule, Target } from '../rule.ts'
import {
  addressOf,
  allFail,
  failing,
  hasNoConnection,
  idsOf,
  isName,
  kindsOf,
  passing,
  type Seen,
  type SeenPath,
  triesOf,
} from '../seen.ts'
import { clusterNames, isUnanswered } from './named.ts'
import { RESTART_PROXY } from './proxy.ts'

const withFamily = (at: At): Control['to'] => ({ ...at, family: familyOf(at.address) ?? 'IPv4' })

/** Dead for whatever reason: no connection is made. */
const isDead = (each: Telling): boolean => each.outcome === 'fail' && !isAnswering(each)
/** The control probes that were really made, without those that the policy or the vantage prevented. */
const decided = (asked: readonly Telling[]): readonly Telling[] =>
  asked.filter(({ outcome }) => outcome === 'pass' || outcome === 'fail')

const deadClusterIPs = ({ ports }: Seen): readonly SeenPath[] =>
  ports.flatMap((port) => (allFail(port.of('ClusterIP'), hasNoConnection) ? port.of('ClusterIP') : []))

const unansweredNames = (seen: Seen): readonly SeenPath[] => {
  const names = clusterNames(seen)
  return allFail(names, isUnanswered) ? names : []
}

/** The name of the API server, in the domain that the Service's own name has. */
const kubernetesName = ({ fqdn }: Target): string => `kubernetes.default.svc${/\.svc(\..*)?$/.exec(fqdn)?.[1] ?? ''}`

function asksBeside(seen: Seen, target: Target): Control[] {
  const { kubernetes, dns, dnsPods } = target.beside
  const names = unansweredNames(seen)
  const [about] = [...deadClusterIPs(seen), ...names]
  if (about === undefined) {
    return []
  }
  const ask = { type: 'connect' as const }
  const name = kubernetesName(target)
  // The Service may be one of these itself, and what it answers tells nothing of others.
  const own = new Set(seen.ports.flatMap((port) => port.of('ClusterIP')).map(({ path }) => path.address))
  const other = (all: readonly At[]): readonly At[] => all.slice(0, 1).filter(({ address }) => !own.has(address))
  return [
    ...other(kubernetes).flatMap((at) => controlOf(about, 'kubernetes_cluster_ip', ask, withFamily(at))),
    ...other(dns).flatMap((at) => controlOf(about, 'dns_cluster_ip', ask, withFamily(at))),
    ...(names.length === 0
      ? []
      : [
          ...dns
            .slice(0, 1)
            .flatMap((at) => [
              ...controlOf(about, 'dns_over_udp', { type: 'dns', name, over: 'udp' }, withFamily(at)),
              ...controlOf(about, 'dns_over_tcp', { type: 'dns', name, over: 'tcp' }, withFamily(at)),
            ]),
          ...dnsPods
            .slice(0, 2)
            .flatMap((at) => controlOf(about, 'dns_pod', { type: 'dns', name, over: 'udp' }, withFamily(at))),
        ]),
  ]
}

const toldOf = (asked: readonly Telling[]): string =>
  list(asked.map(({ control, failure }) => `${control?.to} (${failure?.code ?? 'answers'})`))

/** No cluster IP answers, of this Service or of others, as the control probes show. */
export const clusterIpsUnreachable: Rule = {
  code: 'cluster_ips_unreachable',
  layer: 'proxy',
  scope: 'node',
  unless: ['prober_reaches_nothing', 'traffic_between_nodes_lost'],
  asks: asksBeside,
  after: (seen) => {
    const own = deadClusterIPs(seen)
    const others = decided([...controlsTo(seen, 'kubernetes_cluster_ip'), ...controlsTo(seen, 'dns_cluster_ip')])
    if (own.length === 0 || others.length === 0 || !others.every(isDead)) {
      return []
    }
    const good = passing(seen.ports.flatMap(({ dialled }) => dialled))
    const names = failing(seen.all).filter(isUnanswered)
    const with_ = seen.ports.flatMap(({ dialled }) =>
      failing(dialled).filter(
        (each) =>
          hasNoConnection(each) &&
          (isName(each) ||
            each.path.kind === 'ExternalIP' ||
            (each.path.kind === 'LoadBalancer' && each.path.shortCut)),
      ),
    )
    return [
      {
        // Two or three that were asked stand for all: an egress policy may keep the prober from these alone.
        confidence: 'likely',
        title: 'No cluster IP answers from here, whichever Service it belongs to',
        detail: `${list(own.map((each) => `${addressOf(each)}: ${each.code}`))}; nor does any other: ${toldOf(others)}. ${
          good.length > 0 ? `By ${list(kindsOf(good))} the Service is reached, so it` : 'It'
        } is not the Service: what turns cluster IPs into endpoints (kube-proxy, or its replacement) does not work on the node of the prober, or the prober stands outside of the cluster.`,
        fix: RESTART_PROXY,
        confirm: 'kubectl get pods -n kube-system -o wide; kubectl get --raw /readyz',
        evidence: [...triesOf(own), ...others.map(({ pathId, id }) => ({ path: pathId, result: id }))],
        explains: [...new Set(idsOf([...own, ...with_, ...names]))],
      },
    ]
  },
}

function dnsCause(
  seen: Seen,
  cause: Omit<Cause, 'confidence' | 'evidence' | 'explains'>,
  shown: readonly Telling[],
): Cause {
  const names = unansweredNames(seen)
  return {
    confidence: 'likely',
    ...cause,
    evidence: [...triesOf(names).slice(0, 2), ...shown.map(({ pathId, id }) => ({ path: pathId, result: id }))],
    explains: idsOf(names),
  }
}

/** The questions over UDP that the cluster's DNS left unanswered, if it answered no name at all; else none. */
function unansweredByUdp(seen: Seen): readonly Telling[] {
  const udp = decided(controlsTo(seen, 'dns_over_udp'))
  return unansweredNames(seen).length > 0 && udp.every(({ outcome }) => outcome === 'fail') ? udp : []
}

/** The Service is a DNS server: nothing comes back over UDP from its pods, and the same pods answer over TCP. */
function silentOverUdp({ ports }: Seen): { udp: readonly SeenPath[]; tcp: readonly SeenPath[] }[] {
  return ports.flatMap((port) => {
    if (port.protocol !== 'UDP' || !allFail(port.dialled, ({ code }) => code === 'udp_timeout')) {
      return []
    }
    const addresses = new Set(port.dialled.map(({ path }) => path.address))
    const tcp = ports
      .filter(({ number, protocol }) => number === port.number && protocol === 'TCP')
      .flatMap(({ dialled }) => passing(dialled).filter(({ path }) => addresses.has(path.address)))
    return tcp.length === 0 ? [] : [{ udp: port.dialled, tcp }]
  })
}

const DROPS_UDP =
  'A NetworkPolicy or security group that allows TCP alone, a full or broken table of connections (conntrack) on the node, or a server that does not listen on UDP at this address can cause that.'

const ownUdpDropped = ({ udp, tcp }: { udp: readonly SeenPath[]; tcp: readonly SeenPath[] }): Cause => ({
  confidence: 'likely',
  title: `The DNS server answers over TCP and not over UDP (port ${udp[0]?.path.port?.number})`,
  detail: `${list(udp.map(addressOf))}: nothing came back over UDP, however often it was asked; over TCP ${list(tcp.map(addressOf))} ${tcp.length === 1 ? 'answers' : 'answer'}. ${DROPS_UDP}`,
  fix: 'Allow port 53 over UDP and over TCP alike, and let the server listen on both.',
  confirm: digOn(udp[0]),
  evidence: [...triesOf(udp), ...triesOf(tcp).slice(0, 1)],
  explains: idsOf(udp),
})

/** The cluster's DNS, or the DNS server that the Service is, answers over TCP and not over UDP. */
export const dnsUdpDropped: Rule = {
  code: 'dns_udp_dropped',
  layer: 'dns',
  scope: 'dns',
  unless: ['cluster_ips_unreachable', 'service_proxy_fails', 'prober_reaches_nothing', 'traffic_between_nodes_lost'],
  after: (seen) => {
    const own = silentOverUdp(seen).map(ownUdpDropped)
    const udp = unansweredByUdp(seen)
    const tcp = decided(controlsTo(seen, 'dns_over_tcp'))
    if (udp.length === 0 || !tcp.some(({ outcome }) => outcome === 'pass')) {
      return own
    }
    return [
      ...own,
      dnsCause(
        seen,
        {
          title: "The cluster's DNS answers over TCP and not over UDP",
          detail: `${tcp[0]?.control?.to}: the same question is answered over TCP, and over UDP nothing comes back. The server is there and well; something drops UDP on port 53: a NetworkPolicy or security group that allows TCP alone, or a full or broken table of connections (conntrack) on the node.`,
          fix: 'Allow port 53 over UDP and over TCP alike, in egress policies as well.',
          confirm: 'kubectl get networkpolicies -A; nslookup kubernetes.default; nslookup -vc kubernetes.default',
        },
        [...udp, ...tcp],
      ),
    ]
  },
}

/** The pods of DNS answer, and the cluster IP that leads to them does not. */
export const dnsClusterIpFails: Rule = {
  code: 'dns_cluster_ip_fails',
  layer: 'dns',
  scope: 'dns',
  unless: ['cluster_ips_unreachable', 'service_proxy_fails', 'dns_udp_dropped', 'prober_reaches_nothing'],
  after: (seen) => {
    const udp = unansweredByUdp(seen)
    const pods = decided(controlsTo(seen, 'dns_pod'))
    const good = pods.filter(({ outcome }) => outcome === 'pass')
    if (udp.length === 0 || good.length === 0) {
      return []
    }
    return [
      dnsCause(
        seen,
        {
          title: "The pods of the cluster's DNS answer, its cluster IP does not",
          detail: `${toldOf(good)}; ${toldOf(udp)}. ${good.length < pods.length ? `Of its pods ${toldOf(pods.filter(({ outcome }) => outcome === 'fail'))} does not answer. ` : ''}CoreDNS runs; what leads from the cluster IP to it has no rule for it, or an old one.`,
          fix: 'Compare the EndpointSlice of kube-system/kube-dns with its pods, and see the log of kube-proxy on the node of the prober.',
          confirm: 'kubectl get service,endpointslices,pods -n kube-system -l k8s-app=kube-dns -o wide',
        },
        [...udp, ...good],
      ),
    ]
  },
}
