import type { Telling } from '../../check/result.ts'
import { count, list } from '../phrases.ts'
import { RARE } from '../rates.ts'
import type { Cause, Rule } from '../rule.ts'
import { failing, idsOf, isSilent, kindsOf, nodesOf, passing, type SeenPath, type SeenPort, triesOf } from '../seen.ts'

const comesFrom = (told: readonly Telling[]): ReadonlySet<string> =>
  new Set(told.flatMap(({ localAddress }) => localAddress ?? []))

/** The prober is one of the endpoints, and fails when it is led to itself. */
export const hairpinMissing: Rule = {
  code: 'hairpin_missing',
  layer: 'node',
  scope: 'node',
  unless: ['prober_reaches_nothing'],
  after: ({ ports, all }): Cause[] => {
    const own = comesFrom(all.flatMap(({ told }) => told))
    return ports.flatMap((port): Cause[] => {
      const self = port.endpoints.filter(({ path }) => path.address !== null && own.has(path.address))
      const ends = port.endpoints
      const ways = failing([...port.of('ClusterIP'), ...port.of('DNS')]).filter(isSilent)
      if (self.length === 0 || ways.length === 0 || passing(ends).length < ends.length) {
        return []
      }
      if (ends.length > 1 && !ways.some(({ unsteady, tries }) => unsteady || tries === 1)) {
        return []
      }
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
  if (nodePorts.some(({ path }) => path.node === null) || nodesOf(lost).size < 2 || !lost.every(isSilent)) {
    return []
  }
  const shareOf = ({ path }: SeenPath): number =>
    ends.filter(({ path: { node } }) => node === path.node).length / ends.length
  const isLucky = (each: SeenPath): boolean => shareOf(each) ** each.tries > RARE
  // At addresses that nothing promises a node passes that answers at times
  const whole = passing(nodePorts).filter(({ told }) => told.every(({ outcome }) => outcome === 'pass'))
  if (lost.some((each) => each.unsteady && shareOf(each) === 0)) {
    return []
  }
  if (nodesOf(whole.filter((each) => !isLucky(each))).size > 1) {
    return []
  }
  // If it is unlikely that no connection fell on a pod of the node itself, the whole port is closed there.
  const chance = lost
    .filter(({ unsteady }) => !unsteady)
    .reduce((all, each) => all * (1 - shareOf(each)) ** each.tries, 1)
  return chance > RARE ? lost : []
}

/** Pods on several nodes answer, and nodes that forward to other nodes do not bring the answers back. */
export const masqueradeMissing: Rule = {
  code: 'masquerade_missing',
  layer: 'node',
  scope: 'network',
  unless: ['prober_reaches_nothing', 'packet_loss', 'traffic_policy_local_no_endpoint', 'node_not_ready'],
  after: ({ ports }, { beside }): Cause[] =>
    ports.flatMap((port): Cause[] => {
      const ends = port.endpoints
      const homes = nodesOf(ends)
      const isFine =
        ends.length > 0 && passing(ends).length === ends.length && ends.every(({ path }) => path.node !== null)
      // The prober is on one node: pods of two answer it only where the way between nodes is open.
      if (!isFine || homes.size < 2 || beside.healthCheckNodePort !== null) {
        return []
      }
      const lost = notHandedOn(port, ends)
      const home = port
        .of('NodePort')
        .filter(({ path, passed, unsteady }) => homes.has(path.node ?? '') && (passed || unsteady))
      if (lost.length === 0 || home.length === 0) {
        return []
      }
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
