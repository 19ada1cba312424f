/** Ways that come back to where they began, or whose answers take another way; and promises of where they lead. */
import type { Control } from '../../check/control.ts'
import type { Telling } from '../../check/result.ts'
import { familyOf, hostPort } from '../../plan/ip.ts'
import { controlsTo } from '../controls.ts'
import { RARE } from '../rates.ts'
import type { Cause, Rule } from '../rule.ts'
import {
  addressOf,
  failing,
  idsOf,
  isSilent,
  kindsOf,
  nodesOf,
  passing,
  type Seen,
  type SeenPath,
  type SeenPort,
  type TestedPath,
  triesOf,
} from '../seen.ts'
import { count, list } from '../words.ts'

const comesFrom = (told: readonly Telling[]): ReadonlySet<string> =>
  new Set(told.flatMap(({ localAddress }) => localAddress ?? []))

/** F52: the prober is one of the endpoints, and is led to itself. */
export const hairpinMissing: Rule = {
  code: 'hairpin_missing',
  layer: 'node',
  scope: 'node',
  unless: ['prober_reaches_nothing'],
  after: ({ ports, all }): Cause[] => {
    const own = comesFrom(all.flatMap(({ told }) => told))
    return ports.flatMap((port): Cause[] => {
      const self = port.of('Endpoint').filter(({ path }) => path.address !== null && own.has(path.address))
      const ends = port.of('Endpoint')
      const ways = failing([...port.of('ClusterIP'), ...port.of('DNS')]).filter(isSilent)
      if (self.length === 0 || ways.length === 0 || passing(ends).length < ends.length) return []
      if (ends.length > 1 && !ways.some(({ unsteady, tries }) => unsteady || tries === 1)) return []
      return [
        {
          confidence: ends.length === 1 || ways.some(({ unsteady }) => unsteady) ? 'likely' : 'possible',
          title: 'A pod that is led to itself by the cluster IP does not get there (hairpin)',
          detail: `The prober's own address, ${self[0]?.path.address}, is one of ${count(ends.length, 'endpoint')}. Each of them answers at its own address; by ${list(kindsOf(ways))} connections are lost where the choice falls on the prober itself. Packets that come back to the pod they came from need hairpin mode, or a source that is rewritten.`,
          fix: "Turn hairpin mode on in the network plugin (bridge: hairpinMode: true; kubelet's --hairpin-mode of old), or see that kube-proxy masquerades such connections.",
          confirm: "cat /sys/devices/virtual/net/*/brport/hairpin_mode # on the prober's node",
          evidence: [...triesOf(ways), ...triesOf(self)],
          explains: idsOf(ways),
        },
      ]
    })
  },
}

/**
 * Node ports that lose what is not meant for a pod of their own node: every connection where they have none, some of
 * them where they have. One node may be different: that of the prober, which takes the answers of pods itself.
 */
function notHandedOn(port: SeenPort, ends: readonly SeenPath[]): readonly SeenPath[] {
  const nodePorts = port.of('NodePort')
  const lost = failing(nodePorts)
  if (nodePorts.some(({ path }) => path.node === null) || nodesOf(lost).size < 2 || !lost.every(isSilent)) return []
  const shareOf = ({ path }: SeenPath): number =>
    ends.filter(({ path: { node } }) => node === path.node).length / ends.length
  const isLucky = (each: SeenPath): boolean => shareOf(each) ** each.tries > RARE
  // At addresses that nothing promises a node passes that answers at times
  const whole = passing(nodePorts).filter(({ told }) => told.every(({ outcome }) => outcome === 'pass'))
  if (lost.some((each) => each.unsteady && shareOf(each) === 0)) return []
  if (nodesOf(whole.filter((each) => !isLucky(each))).size > 1) return []
  // That none of so many connections falls on a pod of the node itself: then the whole port is closed there
  const chance = lost
    .filter(({ unsteady }) => !unsteady)
    .reduce((all, each) => all * (1 - shareOf(each)) ** each.tries, 1)
  return chance > RARE ? lost : []
}

/** F39 ruled out: pods on several nodes answer, and nodes that hand on do not bring the answers back. */
export const masqueradeMissing: Rule = {
  code: 'masquerade_missing',
  layer: 'node',
  scope: 'network',
  unless: ['prober_reaches_nothing', 'packet_loss', 'traffic_policy_local_no_endpoint', 'node_not_ready'],
  after: ({ ports }, { beside }): Cause[] =>
    ports.flatMap((port): Cause[] => {
      const ends = port.of('Endpoint')
      const homes = nodesOf(ends)
      const isFine =
        ends.length > 0 && passing(ends).length === ends.length && ends.every(({ path }) => path.node !== null)
      // The prober is on one node: pods of two answer it only where the way between nodes is open.
      if (!isFine || homes.size < 2 || beside.healthCheckNodePort !== null) return []
      const lost = notHandedOn(port, ends)
      const home = port
        .of('NodePort')
        .filter(({ path, passed, unsteady }) => homes.has(path.node ?? '') && (passed || unsteady))
      if (lost.length === 0 || home.length === 0) return []
      const always = lost.filter(({ unsteady }) => !unsteady)
      const atTimes = lost.filter(({ unsteady }) => unsteady)
      const balancers = failing(port.of('LoadBalancer')).filter(isSilent)
      return [
        {
          confidence: 'likely',
          title: 'Nodes hand connections on to pods of other nodes, and the answers do not come back (masquerade)',
          detail: `The node port answers ${atTimes.length === 0 ? '' : 'at least at times '}on ${list([...nodesOf(home)])}, where endpoints are${always.length === 0 ? '' : `, and not on ${list([...nodesOf(always)])}`}${atTimes.length === 0 ? '' : `: ${list([...nodesOf(atTimes)])} ${nodesOf(atTimes).size === 1 ? 'loses' : 'lose'} some connections, as where the choice falls on a pod of another node`}. The prober reaches the same pods directly, so the way to them is open: the pods answer to the prober itself, which asked a node and takes no answer from a pod. The node must put its own address in the place of the prober's (masquerade, SNAT).`,
          fix: "See kube-proxy's rules for KUBE-MARK-MASQ and KUBE-POSTROUTING on those nodes (another tool may flush the nat table), its clusterCIDR, and --masquerade-all; then whether rp_filter or a firewall drops what is rewritten.",
          confirm: 'iptables -t nat -S KUBE-POSTROUTING; nft list table ip kube-proxy # on such a node',
          evidence: [...triesOf(lost), ...triesOf(home).slice(0, 1), ...triesOf(ends).slice(0, 1)],
          explains: idsOf([...lost, ...balancers]),
        },
      ]
    }),
}

/** A file of the prober's own (hosts, hostAliases) goes before DNS, which is right. */
export const hostsFileOverrides: Rule = {
  code: 'hosts_file_overrides',
  layer: 'dns',
  scope: 'vantage',
  degrades: true,
  after: ({ tested, all }): Cause[] => {
    const shown = tested.filter(({ path, telling }) => {
      const { values, how, type } = path.dns ?? { values: null, how: null, type: null }
      const { answers = [], lookup = null } = telling?.dns ?? {}
      if (how !== 'resolve' || values === null || (type !== 'A' && type !== 'AAAA') || lookup === null) return false
      const known = new Set([...values, ...answers])
      const found = lookup.filter((address) => familyOf(address) === (type === 'A' ? 'IPv4' : 'IPv6'))
      return (
        answers.some((address) => values.includes(address)) &&
        found.length > 0 &&
        !found.some((each) => known.has(each))
      )
    })
    const [first] = shown
    if (first === undefined) return []
    const name = first.path.dns?.name ?? ''
    const led = new Set(shown.flatMap(({ telling }) => telling?.dns?.lookup ?? []))
    const found = list([...led], 3)
    const misled = failing(all).filter(
      ({ path, code, result }) =>
        path.kind === 'DNS' &&
        (path.dns === null
          ? result?.failure?.phase !== 'dns' && led.has(result?.resolvedAddress ?? '')
          : code === 'wrong_address' && (result?.dns?.answers ?? []).some((address) => led.has(address))),
    )
    return [
      {
        confidence: 'likely',
        title: `Applications on the prober's machine are led to ${found} by ${name}, and DNS says otherwise`,
        detail: `DNS answers ${list(first.telling?.dns?.answers ?? [], 3)}, as the objects promise; what applications ask (getaddrinfo) gives ${found}. An entry in /etc/hosts (hostAliases of a pod), another source in nsswitch.conf or a cache (nscd, systemd-resolved) goes before DNS there.`,
        fix: 'Remove the entry from /etc/hosts, or hostAliases from the pod; restart what caches names.',
        confirm: `getent hosts ${name}; nslookup ${name}; cat /etc/hosts`,
        evidence: shown.map(({ path, telling }) => ({ path: path.id, result: telling?.id ?? null })),
        explains: idsOf(misled),
      },
    ]
  },
}

const AFFINITY_LEAST = 3

/** F53 the other way round: the same client meets different pods. */
export const affinityNotKept: Rule = {
  code: 'affinity_not_kept',
  layer: 'proxy',
  degrades: true,
  after: ({ ports }, { beside, namespace, service }): Cause[] => {
    if (beside.sessionAffinity !== 'ClientIP') return []
    return ports.flatMap((port): Cause[] => {
      const moved = [...port.of('ClusterIP'), ...port.of('DNS'), ...port.of('NodePort')].filter(({ told }) => {
        const said = told.filter(({ responder }) => responder !== null)
        const from = new Set(said.map(({ localAddress, resolvedAddress }) => `${localAddress} ${resolvedAddress}`))
        return (
          said.length >= AFFINITY_LEAST && from.size === 1 && new Set(said.map(({ responder }) => responder)).size > 1
        )
      })
      const [first] = moved
      if (first === undefined) return []
      const met = [...new Set(first.told.flatMap(({ responder }) => responder ?? []))]
      return [
        {
          confidence: 'likely',
          title: 'Session affinity is not kept: one client meets several pods',
          detail: `${list(moved.map(addressOf))}: ${count(first.told.length, 'connection')} from ${first.result?.localAddress} met ${list(met)}. With sessionAffinity ClientIP they are to meet one, until timeoutSeconds have passed. Either what replaces kube-proxy does not do it, or its rules are older than the field, or the source of connections is rewritten on the way.`,
          fix: `See whether the cluster's proxy knows sessionAffinity, and the rules on the node (iptables: -m recent; ipvs: persistent); set Service/${service} again if they are old. If responder is no name of a pod, take another.`,
          confirm: `kubectl get service -n ${namespace} ${service} -o jsonpath='{.spec.sessionAffinity} {.spec.sessionAffinityConfig}'`,
          evidence: triesOf(moved),
          explains: [],
        },
      ]
    })
  },
}

/** Nodes that have no endpoint and, with externalTrafficPolicy Local, serve nobody: nothing is promised there. */
const emptyNodes = ({ tested }: Seen, port: SeenPort): readonly TestedPath[] =>
  tested.filter(
    ({ path, outcome, telling }) =>
      path.kind === 'NodePort' &&
      path.port?.number === port.number &&
      (outcome === 'fail' || outcome === 'skipped') &&
      telling?.failure?.phase === 'connect',
  )

const toldOf = ({ path }: Pick<TestedPath, 'path'>): string => hostPort(path.address ?? '', path.addressPort, '')

/** F42, F65: the nodes say which of them have endpoints, and the load balancer does not ask. */
export const loadBalancerIgnoresHealth: Rule = {
  code: 'load_balancer_ignores_health',
  layer: 'loadbalancer',
  asks: (seen, { beside: { healthCheckNodePort } }) =>
    healthCheckNodePort === null
      ? []
      : seen.ports.flatMap((port) =>
          failing(port.of('LoadBalancer')).some(({ path }) => !path.shortCut)
            ? emptyNodes(seen, port)
                .slice(0, NODES_ASKED_MAX)
                .flatMap(({ path: { id, address, family }, telling }): Control[] =>
                  address === null || family === null || telling === null
                    ? []
                    : [
                        {
                          ...{ kind: 'health_check_node_port', pathId: id, check: telling.check, nth: 1 },
                          to: { address, family, port: healthCheckNodePort },
                          ask: { type: 'get', target: '/healthz' },
                        },
                      ],
                )
            : [],
        ),
  after: (seen, { beside, namespace, service }): Cause[] => {
    const asks = beside.healthCheckNodePort
    return seen.ports.flatMap((port): Cause[] => {
      const balancers = failing(port.of('LoadBalancer')).filter(({ path, unsteady }) => !path.shortCut && unsteady)
      // Nothing is promised at a node that policy Local leaves without an endpoint, whether or not its port is known
      const empty = emptyNodes(seen, port).filter(({ outcome }) => asks !== null || outcome === 'skipped')
      const good = passing(port.of('NodePort'))
      const [balancer] = balancers
      if (balancer === undefined || empty.length === 0 || good.length === 0) return []
      const asked = controlsTo(seen, 'health_check_node_port')
      const says = empty.some(({ path }) =>
        asked.some(({ pathId, http }) => pathId === path.id && http?.status === 503),
      )
      return [
        {
          confidence: says ? 'likely' : 'possible',
          title: 'The load balancer sends to nodes that have no endpoint',
          detail: `${addressOf(balancer)} answers in ${balancer.tries - balancer.failed} of ${balancer.tries} tries. With externalTrafficPolicy Local only nodes with an endpoint serve: ${list(good.map(addressOf))} ${good.length === 1 ? 'answers' : 'answer'}, ${list(empty.map(toldOf))} ${empty.length === 1 ? 'does' : 'do'} not${says ? `, and ${empty.length === 1 ? 'says' : 'say'} so (503 at port ${asks})` : ''}. A load balancer that asked them would leave those out.`,
          fix: `Let its health check ask GET /healthz at port ${asks ?? 'HEALTH_PORT'} (spec.healthCheckNodePort) of each node, and let that through the firewall; or set externalTrafficPolicy: Cluster.`,
          confirm: `${asks === null ? '' : `curl -s -o /dev/null -w '%{http_code}' http://${empty[0]?.path.address}:${asks}/healthz; `}kubectl describe service -n ${namespace} ${service}`,
          evidence: [
            ...triesOf(balancers),
            ...empty.slice(0, 2).map(({ path, telling }) => ({ path: path.id, result: telling?.id ?? null })),
          ],
          explains: idsOf(balancers),
        },
      ]
    })
  },
}

const NODES_ASKED_MAX = 4
